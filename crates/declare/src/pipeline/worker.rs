//! Workers: processes that share the work of one store, each with a name, and what is known of them.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::store::{Batch, Document, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::layout;
use crate::documents::Guid;

/// How long work that a worker took for itself is left to it. Far longer than any turn takes, except where the other side
/// is silent: who waits longer than this loses the work to another worker, whose result counts.
pub const WORK_LEASE: Duration = Duration::from_secs(120);
/// Workers that are listed; nobody runs a thousand against one database.
const MAX_WORKERS: usize = 1_000;
/// How long a worker that is gone is still listed: somebody will want to know which one that was.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// A part of the work that a worker does or leaves to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Orders in: the platforms' lists, the orders themselves, and what platforms say by themselves.
    Fetch,
    /// Documents and messages made.
    Declare,
    /// Messages out.
    Send,
    /// Receipts in and into their cases, and what the time brings.
    Receive,
    /// What platforms are told and asked: shipments, payment slips.
    Ship,
}

impl Part {
    /// All, in the order of an order's way.
    pub const ALL: [Self; 5] = [Self::Fetch, Self::Declare, Self::Send, Self::Receive, Self::Ship];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Declare => "declare",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Ship => "ship",
        }
    }
}

impl FromStr for Part {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|part| part.word() == word).ok_or(())
    }
}

/// How long things are left to a worker that says nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Work that it took.
    pub work: Duration,
    /// The right to send, and its place among the living.
    pub sender: Duration,
    /// How long a run that is to end by itself waits for a store that cannot be reached.
    pub patience: Duration,
}

impl Terms {
    /// By how long work is left to a worker: the right to send ends in half that time, so that of a worker that died no more
    /// than its messages have to wait for the rest.
    pub fn of(work: Duration) -> Self {
        Self { work, sender: work / 2, patience: work }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self::of(WORK_LEASE)
    }
}

/// How a run takes part in the work of its store.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Its name, by which people know it.
    pub name: String,
    /// What it does.
    pub parts: BTreeSet<Part>,
    /// How long things are left to it.
    pub terms: Terms,
    /// Whether it goes by the store's clock where that has one.
    pub follows_store: bool,
}

impl Default for Worker {
    /// Does everything; named after machine and process.
    fn default() -> Self {
        Self {
            name: format!("{}-{}", host(), std::process::id()),
            parts: Part::ALL.into(),
            terms: Terms::default(),
            follows_store: true,
        }
    }
}

/// The machine's name.
pub fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

/// A worker as it shows itself, under `worker/<name>/<instance>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Tells processes of one name apart.
    pub instance: String,
    /// Its machine.
    pub host: String,
    /// Its process there.
    pub pid: u32,
    /// What it does.
    pub stages: Vec<String>,
    /// When it began.
    pub since: Timestamp,
    /// When it last showed itself.
    pub beat: Timestamp,
    /// How long it may be silent before it counts as gone, in milliseconds.
    pub term_ms: u64,
    /// The lease it sends under, when it holds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends: Option<Sends>,
}

/// A lease as its holder shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sends {
    /// Its key.
    pub lease: String,
    /// Its token.
    pub token: u64,
    /// When it ends unless it is renewed.
    pub until: Timestamp,
}

impl Record for Present {
    const FORMAT: u32 = 1;
}

impl Present {
    /// Whether it has been silent for too long.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        let term = SignedDuration::from_millis(i64::try_from(self.term_ms).unwrap_or(i64::MAX));
        self.beat.saturating_add(term).is_ok_and(|end| end <= now)
    }
}

/// Everybody who has shown himself, by name, the last one of a name last.
///
/// # Errors
/// When the store cannot be read.
pub fn workers(store: &dyn Store) -> Result<Vec<(String, Present)>, StoreError> {
    let mut found = Vec::new();
    for (document, present) in records(store, &Key::below([layout::WORKERS]))? {
        found.extend(document.key.segments().nth(1).map(|name| (name, present)));
    }
    found.sort_by(|(one, earlier), (other, later)| (one, earlier.since).cmp(&(other, later.since)));
    Ok(found)
}

fn records(store: &dyn Store, prefix: &Key) -> Result<Vec<(Document, Present)>, StoreError> {
    let documents = store.scan(prefix, None, MAX_WORKERS)?;
    documents
        .into_iter()
        .map(|document| {
            let present = document.record()?;
            Ok((document, present))
        })
        .collect()
}

/// A worker's own record.
pub(super) struct Presence {
    key: Key,
    name: String,
    present: Present,
}

impl Presence {
    pub(super) fn new(worker: &Worker, now: Timestamp) -> Self {
        let instance = Guid::random().to_string();
        let present = Present {
            instance: instance.clone(),
            host: host(),
            pid: std::process::id(),
            stages: worker.parts.iter().map(|part| part.word().to_owned()).collect(),
            since: now,
            beat: now,
            term_ms: u64::try_from(worker.terms.sender.as_millis()).unwrap_or(u64::MAX),
            sends: None,
        };
        let key = Key::of([layout::WORKERS, &worker.name, &instance]);
        Self { key, name: worker.name.clone(), present }
    }

    pub(super) fn instance(&self) -> &str {
        &self.present.instance
    }

    /// Others of the same name that are alive, as far as anybody knows. Those that are long gone are forgotten.
    pub(super) fn namesakes(&self, store: &dyn Store, now: Timestamp) -> Result<Vec<Present>, StoreError> {
        let long_ago = now.saturating_sub(REMEMBERED).unwrap_or(now);
        let (mut alive, mut forgotten) = (Vec::new(), Batch::default());
        for (document, present) in records(store, &Key::below([layout::WORKERS]))? {
            if document.key == self.key {
                continue;
            }
            let namesake = document.key.segments().nth(1).as_deref() == Some(&self.name);
            match present.is_gone(now) {
                // Its place is taken.
                true if namesake || present.beat < long_ago => {
                    forgotten.delete(document.key, Expect::Version(document.version));
                }
                false if namesake => alive.push(present),
                _ => {}
            }
        }
        match store.commit(forgotten) {
            // Somebody else does the same.
            Ok(()) | Err(StoreError::Conflict { .. }) => Ok(alive),
            Err(error) => Err(error),
        }
    }

    /// Shows that it is there, and what it holds.
    pub(super) fn beat(
        &mut self,
        store: &dyn Store,
        held: Option<(String, u64, Timestamp)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.present.beat = now;
        self.present.sends = held.map(|(lease, token, until)| Sends { lease, token, until });
        let mut batch = Batch::default();
        batch.put(self.key.clone(), Expect::Any, &self.present)?;
        store.commit(batch)
    }

    /// Takes its leave.
    pub(super) fn leave(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.delete(self.key.clone(), Expect::Any);
        store.commit(batch)
    }
}

#[cfg(test)]
mod tests {
    use ports::store::MemoryStore;

    use super::*;

    #[test]
    fn who_is_silent_for_too_long_is_gone_and_its_namesake_takes_its_place() {
        let store = MemoryStore::new();
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let worker = Worker { name: "one".to_owned(), ..Worker::default() };
        let mut first = Presence::new(&worker, at(0));
        first.beat(&store, Some(("lease/send/a/b".to_owned(), 3, at(60))), at(0)).unwrap();
        let mut second = Presence::new(&worker, at(59));
        assert_eq!(second.namesakes(&store, at(59)).unwrap().len(), 1);
        second.beat(&store, None, at(59)).unwrap();
        let listed = workers(&store).unwrap();
        assert_eq!(listed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["one", "one"]);
        assert!(listed[0].1.is_gone(at(60)) && !listed[1].1.is_gone(at(60)));

        assert!(second.namesakes(&store, at(60)).unwrap().is_empty());
        assert_eq!(workers(&store).unwrap().len(), 1);
        second.leave(&store).unwrap();
        assert!(workers(&store).unwrap().is_empty());
    }
}
