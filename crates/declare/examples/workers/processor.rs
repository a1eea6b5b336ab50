//! Where processor time goes: by thread of this process, which are named after the stages, and by the server.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What one tick of the system's count is.
const TICK_US: u64 = 10_000;

/// Processor time in microseconds.
#[derive(Default)]
pub(crate) struct Spent {
    /// Of this process, threads that have ended too.
    own: u64,
    /// Of its threads by name.
    threads: BTreeMap<String, u64>,
    /// Of the server.
    server: BTreeMap<String, u64>,
}

/// The fields of a `stat` behind the name: user and system time, and those of children that have ended.
fn times(path: &Path) -> Option<(u64, [u64; 4])> {
    let text = fs::read_to_string(path).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some((number(1)?, [number(11)?, number(12)?, number(13)?, number(14)?]))
}

/// Nanoseconds that a task was on a processor.
fn precise(task: &Path) -> Option<u64> {
    let text = fs::read_to_string(task.join("schedstat")).ok()?;
    text.split(' ').next()?.parse::<u64>().ok().map(|nanos| nanos / 1_000)
}

impl Spent {
    /// So far. The server's processes are found by the number that it leaves in its folder.
    pub(crate) fn now(server: &Path) -> Self {
        let mut spent = Self::default();
        if let Some((_, [user, system, ..])) = times(Path::new("/proc/self/stat")) {
            spent.own = (user + system) * TICK_US;
        }
        for task in fs::read_dir("/proc/self/task").unwrap().flatten() {
            let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            let took = precise(&task.path()).unwrap_or_default();
            *spent.threads.entry(name.trim().to_owned()).or_default() += took;
        }
        let master: u64 = fs::read_to_string(server.join("data/postmaster.pid"))
            .ok()
            .and_then(|text| text.lines().next()?.parse().ok())
            .unwrap_or_default();
        for process in fs::read_dir("/proc").unwrap().flatten() {
            let Some((parent, [user, system, of_ended_user, of_ended_system])) =
                times(&process.path().join("stat"))
            else {
                continue;
            };
            let is_master = process.file_name().to_str() == Some(&master.to_string());
            if is_master {
                spent.server.insert("ended".to_owned(), (of_ended_user + of_ended_system) * TICK_US);
            }
            if is_master || parent == master {
                let title = fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
                let what = ["checkpointer", "walwriter", "background writer", "autovacuum"]
                    .into_iter()
                    .find(|what| title.contains(what))
                    .unwrap_or("connections");
                let took = precise(&process.path()).unwrap_or((user + system) * TICK_US);
                *spent.server.entry(what.to_owned()).or_default() += took;
            }
        }
        spent
    }

    /// What was spent since another look.
    pub(crate) fn since(mut self, before: &Self) -> Self {
        self.own -= before.own.min(self.own);
        for (now, before) in [(&mut self.threads, &before.threads), (&mut self.server, &before.server)] {
            for (name, took) in now.iter_mut() {
                *took = took.saturating_sub(before.get(name).copied().unwrap_or_default());
            }
        }
        self
    }

    /// Shows it by order.
    pub(crate) fn show(&self, orders: u64, time: Duration) {
        let server: u64 = self.server.values().sum();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let there = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).saturating_mul(cores as u64);
        let busy = (self.own + server) * 100 / there.max(1);
        println!(
            "  processor time of an order: {} us here, {} us of the server; together {busy} % of {cores} cores",
            self.own / orders,
            server / orders
        );
        let list = |name: &str, times: &BTreeMap<String, u64>| {
            let mut times: Vec<_> = times.iter().map(|(name, took)| (took / orders, name)).collect();
            times.sort_unstable_by(|one, other| other.cmp(one));
            let times = times.iter().filter(|(took, _)| *took > 0);
            let told: Vec<String> = times.map(|(took, name)| format!("{name} {took}")).collect();
            println!("  {name}: {}", told.join(", "));
        };
        list("by thread, us", &self.threads);
        let ended = self.own.saturating_sub(self.threads.values().sum());
        println!("  by threads that ended, most of which made documents side by side: {} us", ended / orders);
        list("by process of the server, us", &self.server);
    }
}
