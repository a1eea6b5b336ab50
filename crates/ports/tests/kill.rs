//! A store that is killed in the middle of its work keeps every acknowledged batch, and no half of any.
//!
//! The test runs this same binary again as a worker, kills it (SIGKILL) at random moments, and looks at what it left.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of it is test code")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use ports::store::{Batch, Change, Document, Expect, Key, SledStore, Store, Write};

/// Where the worker works; set in its environment.
const DIR: &str = "KILLED_STORE_DIR";

/// Kills of one store, each followed by a recovery and a look at everything.
const KILLS: u32 = 20;

/// Documents of a batch.
const BATCH: u64 = 40;

/// Threads that commit at the same time, so that batches share their syncs.
const WRITERS: u64 = 2;

#[test]
fn acknowledged_batches_survive_a_kill_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut chance = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut acknowledged = BTreeMap::new();
    for _ in 0..KILLS {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for (writer, number) in run_and_kill(dir.path(), Duration::from_millis(20 + (chance >> 33) % 200)) {
            acknowledged.insert(writer, number);
        }
        let store = SledStore::open(dir.path()).unwrap();
        store.verify().unwrap();
        for writer in 0..WRITERS {
            check(&store, writer, acknowledged.get(&writer).copied().unwrap_or(0));
        }
    }
    assert!(acknowledged.values().sum::<u64>() > 0, "no batch was ever acknowledged");
}

/// A store whose very first opening is killed is opened by the next one, and takes work.
#[test]
fn a_first_opening_may_be_killed() {
    for micros in (0..60).map(|turn| turn * 700) {
        let dir = tempfile::tempdir().unwrap();
        let mut worker = start_worker(dir.path());
        std::thread::sleep(Duration::from_micros(micros));
        worker.kill().unwrap();
        worker.wait().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        store.verify().unwrap();
        let write = Write {
            key: Key::of(["after"]),
            expect: Expect::Absent,
            change: Change::Put { body: Vec::new(), due: None },
        };
        store.commit(Batch { writes: vec![write] }).unwrap();
    }
}

fn start_worker(dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a worker run for a while after its first acknowledgement, kills it, and returns all it had acknowledged.
fn run_and_kill(dir: &Path, after: Duration) -> Vec<(u64, u64)> {
    let mut worker = start_worker(dir);
    let output = BufReader::new(worker.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let acknowledgement = |line: String| {
            let (writer, number) = line.strip_prefix("ack ")?.split_once(' ')?;
            // The kill may cut the last line short; its closing full stop tells.
            Some((writer.parse().ok()?, number.strip_suffix('.')?.parse().ok()?))
        };
        output.lines().map_while(Result::ok).filter_map(acknowledgement).collect::<Vec<(u64, u64)>>()
    });
    std::thread::sleep(after);
    worker.kill().unwrap();
    worker.wait().unwrap();
    reader.join().unwrap()
}

/// A batch has its number in all its documents: some new ones, some written over by every batch, one long, one due.
fn batch(writer: u64, number: u64) -> Batch {
    let body = |index: u64| {
        let length = if index == 0 { 100_000 } else { 700 };
        let mut body = number.to_string().into_bytes();
        body.resize(length, b' ');
        body
    };
    let mut writes = Vec::new();
    for index in 0..BATCH / 2 {
        let change = |due| Change::Put { body: body(index), due };
        let own = Key::of(["own", &writer.to_string(), &format!("{number:08}"), &index.to_string()]);
        let shared = Key::of([format!("shared{writer}"), index.to_string()]);
        writes.push(Write { key: own, expect: Expect::Absent, change: change(None) });
        writes.push(Write { key: shared, expect: Expect::Any, change: change(due(index, number)) });
    }
    Batch { writes }
}

fn due(index: u64, number: u64) -> Option<Timestamp> {
    (index == 1).then(|| Timestamp::from_second(number.try_into().unwrap()).unwrap())
}

/// Everything up to some batch, not before the acknowledged one, is there whole; nothing of any later batch is.
fn check(store: &SledStore, writer: u64, acknowledged: u64) {
    let shared = store.scan(&Key::below([format!("shared{writer}")]), None, usize::MAX).unwrap();
    let last = shared.first().map_or(0, number);
    assert!(last >= acknowledged, "batch {acknowledged} was acknowledged, found {last}");
    for document in &shared {
        assert_eq!(number(document), last, "{} is of another batch", document.key);
        assert_eq!(document.version, last, "{} has lost or repeated a write", document.key);
    }
    let own = store.scan(&Key::below(["own", &writer.to_string()]), None, usize::MAX).unwrap();
    assert_eq!(own.len() as u64, last * BATCH / 2, "a batch of writer {writer} is there in part");
    for document in &own {
        assert_eq!(document.key.segments().nth(2).unwrap().parse(), Ok(number(document)));
    }
    let dues: Vec<_> = shared.iter().filter_map(|document| document.due).collect();
    assert_eq!(dues, due(1, last).filter(|_| last > 0).as_slice(), "the due time is of another batch");
    let claimed =
        store.claim_due(&Key::below([format!("shared{writer}")]), Timestamp::MIN, Duration::ZERO, 9).unwrap();
    assert_eq!(claimed, [], "a due time points at nothing");
}

fn number(document: &Document) -> u64 {
    let text = std::str::from_utf8(&document.body).unwrap();
    assert!(matches!(text.len(), 700 | 100_000), "{} has {} bytes", document.key, text.len());
    text.trim_end().parse().unwrap()
}

/// The worker: commits batch after batch and says so, until it is killed.
#[test]
#[ignore = "run by the test above, as a process of its own"]
fn worker() {
    let Ok(dir) = std::env::var(DIR) else { return };
    assert!(fs::exists(&dir).unwrap());
    let store = SledStore::open(Path::new(&dir)).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                let shared = Key::of([format!("shared{writer}"), "0".to_owned()]);
                let done = store.get(&shared).unwrap().map_or(0, |document| number(&document));
                for next in done + 1.. {
                    store.commit(batch(writer, next)).unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "ack {writer} {next}.").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}
