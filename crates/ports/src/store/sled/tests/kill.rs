//! The store killed at any moment: what was acknowledged is there, and of a batch that was not all or nothing.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::store::MemoryStore;

/// Where the process that is killed works.
const PLACE: &str = "CUSTOMS_STORE_TO_KILL";
/// The first of its turns.
const FIRST: &str = "CUSTOMS_STORE_TURN";
const KILLS: u64 = 16;
/// Keys that are written again and again.
const KEYS: u64 = 300;
/// So little that documents are always on their way into sled.
pub(super) const SMALL: Limits = Limits { memory: 40_000, journal: 200_000, bulk: 60_000, lasting: 60_000 };

/// Numbers without a pattern, the same ones every time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Does to a store what the process does in its turn of this number; always the same.
fn turn(store: &dyn Store, number: u64) {
    let mut dice = Dice(number);
    let at = |second: u64| Timestamp::from_second(second.cast_signed()).unwrap();
    if dice.below(4) == 0 {
        store.claim_due(&Key::below(["work"]), at(number), Duration::from_secs(20), 15).unwrap();
        return;
    }
    let mut batch = Batch::default();
    // Now and then a batch that goes into sled at once.
    let size = if dice.below(25) == 0 { 5_000 } else { 300 };
    let keys: std::collections::BTreeSet<u64> = (0..20).map(|_| dice.below(KEYS)).collect();
    for key in keys {
        let branch = if key % 3 == 0 { "work" } else { "kept" };
        let key = Key::of([branch, &key.to_string()]);
        if dice.below(6) == 0 {
            batch.delete(key, Expect::Any);
            continue;
        }
        let due = (branch == "work").then(|| at(number + dice.below(40)));
        let body =
            vec![b'a' + u8::try_from(number % 26).unwrap(); usize::try_from(dice.below(size)).unwrap()];
        batch.writes.push(Write { key, expect: Expect::Any, change: Change::Put { body, due } });
    }
    store.commit(batch).unwrap();
}

fn all(store: &dyn Store) -> Vec<Document> {
    store.scan(&Key::of([""]), None, usize::MAX).unwrap()
}

#[test]
#[ignore = "the process that the test below kills"]
#[allow(clippy::print_stdout, reason = "tells the test how far it is")]
fn the_one_that_is_killed() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let store = SledStore::open_within(Path::new(&place), SMALL).unwrap();
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    for number in first.. {
        turn(&store, number);
        println!("turn {number}");
    }
}

#[test]
fn what_was_acknowledged_outlives_a_kill_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let model = MemoryStore::new();
    let (mut done, mut dice) = (0, Dice(7));
    for _ in 0..KILLS {
        let name = "store::sled::tests::kill::the_one_that_is_killed";
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"])
            .env(PLACE, dir.path())
            // Not what the store says: a claim that is made twice takes more.
            .env(FIRST, (done + 1).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let until = done + 1 + dice.below(120);
        let mut acknowledged = done;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let Some(number) = line.unwrap().strip_prefix("turn ").map(|number| number.parse().unwrap())
            else {
                continue;
            };
            acknowledged = number;
            if acknowledged == until {
                // A moment that has nothing to do with the turns.
                std::thread::sleep(Duration::from_micros(dice.below(9_000)));
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged >= until, "it ended by itself");
        let store = SledStore::open_within(dir.path(), SMALL).unwrap();
        store.verify().unwrap();
        let found = all(&store);
        while done < acknowledged || all(&model) != found {
            done += 1;
            assert!(done <= acknowledged + 1, "the store is none that there ever was");
            turn(&model, done);
        }
    }
    assert!(done > KILLS);
}
