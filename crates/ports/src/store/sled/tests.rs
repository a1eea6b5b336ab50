use std::cell::Cell;

use super::layout::PIECE_BYTES;
use super::opening::SEGMENT_BYTES;
use super::*;
use crate::store::{Expect, Write, conformance};

fn batch(from: usize, count: usize, body: &[u8]) -> Batch {
    let write = |number: usize| Write {
        key: Key::of(["filing", "杭州", &format!("69{number:011}")]),
        expect: Expect::Any,
        change: Change::Put { body: body.to_vec(), due: None },
    };
    Batch { writes: (from..from + count).map(write).collect() }
}

#[test]
fn it_keeps_the_promises_of_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    conformance::run(|| {
        count.set(count.get() + 1);
        SledStore::open(&dir.path().join(count.get().to_string())).unwrap()
    });
}

#[test]
fn it_is_there_again_when_reopened() {
    let dir = tempfile::tempdir().unwrap();
    conformance::reopening(|| SledStore::open(dir.path()).unwrap());
}

#[test]
fn a_second_opening_is_told_that_the_store_is_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let _open = SledStore::open(dir.path()).unwrap();
    assert!(matches!(SledStore::open(dir.path()), Err(StoreError::Locked { .. })));
}

#[test]
fn a_newer_layout_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.db.insert([FORMAT], &(LAYOUT + 1).to_be_bytes()).unwrap();
    drop(store);
    assert!(matches!(SledStore::open(dir.path()), Err(StoreError::NewerFormat { found: 2, known: 1, .. })));
}

#[test]
fn no_value_leaves_the_file_that_is_synced() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    let body = vec![b'x'; PIECE_BYTES * 9 / 2];
    for round in 0..40 {
        store.commit(batch(round * 7, 20, &body)).unwrap();
    }
    assert_eq!(fs::read_dir(dir.path().join("blobs")).unwrap().count(), 0);
}

#[test]
fn damage_is_reported_as_damage() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for round in 0..20 {
        store.commit(batch(round * 500, 500, &[b'x'; 700])).unwrap();
    }
    drop(store);
    let file = dir.path().join("db");
    let sound = fs::read(&file).unwrap();
    for start in [0, 100, SEGMENT_BYTES + 5, SEGMENT_BYTES * 2 + 40_000, sound.len() / 2] {
        let mut bytes = sound.clone();
        for byte in &mut bytes[start..start + 4_096] {
            *byte ^= 0x5a;
        }
        fs::write(&file, &bytes).unwrap();
        let read = SledStore::open(dir.path()).and_then(|store| store.scan(&Key::of([""]), None, usize::MAX));
        match read {
            Err(StoreError::Damaged { .. }) => {}
            Err(other) => panic!("damage at {start} gave {other}"),
            // Parts of the log that later writes have replaced may be damaged without harm.
            Ok(found) => {
                let whole = found.iter().filter(|document| document.body == [b'x'; 700]).count();
                assert_eq!(whole, 10_000, "damage at {start} went unseen");
            }
        }
    }
}

/// Run by hand: `cargo test --release -p ports -- --ignored --nocapture bulk`.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::print_stderr, reason = "prints what it measured")]
fn bulk() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for size in [2_000, 5_000] {
        for round in 0..3 {
            let start = std::time::Instant::now();
            for from in (0..100_000).step_by(size) {
                store.commit(batch(from, size, &[b'x'; 700])).unwrap();
            }
            eprintln!("{size} a batch, round {round}: {:?}", start.elapsed());
            let start = std::time::Instant::now();
            let found = store.scan(&Key::below(["filing"]), None, usize::MAX).unwrap().len();
            eprintln!("  scan of {found}: {:?}", start.elapsed());
            for line in fs::read_to_string("/proc/self/status")
                .unwrap()
                .lines()
                .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"))
            {
                eprintln!("  {line}");
            }
            eprintln!("  file {} MB", fs::metadata(dir.path().join("db")).unwrap().len() >> 20);
        }
    }
}
