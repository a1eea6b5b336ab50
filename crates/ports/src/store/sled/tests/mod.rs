use std::cell::Cell;
use std::fs;
use std::time::Instant;

use super::account::Account;
use super::check::{Look, check};
use super::layout::{ACCOUNT, FORMAT, PIECE_BYTES};
use super::*;
use crate::store::{Expect, Write, conformance};

mod damage;
mod kill;

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
fn it_keeps_them_while_documents_go_into_sled() {
    let dir = tempfile::tempdir().unwrap();
    for (name, limits) in [
        ("every batch", Limits { memory: 0, ..Limits::USUAL }),
        ("now and then", Limits { memory: 2_000, ..Limits::USUAL }),
        ("at once", Limits { bulk: 0, ..Limits::USUAL }),
        ("some at once", Limits { memory: 1_000, bulk: 100, ..Limits::USUAL }),
    ] {
        let count = Cell::new(0);
        conformance::run(|| {
            count.set(count.get() + 1);
            SledStore::open_within(&dir.path().join(name).join(count.get().to_string()), limits).unwrap()
        });
    }
}

#[test]
fn it_is_there_again_when_reopened() {
    let dir = tempfile::tempdir().unwrap();
    conformance::reopening(|| SledStore::open(dir.path()).unwrap());
    for memory in [0, 500] {
        let dir = tempfile::tempdir().unwrap();
        conformance::reopening(|| {
            SledStore::open_within(dir.path(), Limits { memory, ..Limits::USUAL }).unwrap()
        });
    }
}

#[test]
fn work_that_is_done_soon_never_reaches_sled() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_within(dir.path(), Limits { memory: 200_000, ..Limits::USUAL }).unwrap();
    let job = |number: u32| Key::of(["ship", &number.to_string()]);
    for number in 0..2_000 {
        let mut batch = Batch::default();
        let put = Change::Put { body: vec![b'x'; 100], due: Some(Timestamp::UNIX_EPOCH) };
        batch.writes.push(Write { key: job(number), expect: Expect::Absent, change: put });
        store.commit(batch).unwrap();
        let mut batch = Batch::default();
        batch.delete(job(number), Expect::Version(1));
        store.commit(batch).unwrap();
    }
    let core = store.core.as_ref().unwrap();
    core.wait_until_folded().unwrap();
    assert!(core.state.read().unwrap().active.is_empty());
    assert!(core.db.scan_prefix(b"d").count() == 0 && journal::files(dir.path()).unwrap().len() == 1);
    assert!(store.scan(&Key::of([""]), None, 9).unwrap().is_empty());
    store.verify().unwrap();
}

#[test]
fn the_journal_of_a_few_documents_does_not_grow_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_within(dir.path(), Limits { journal: 100_000, ..Limits::USUAL }).unwrap();
    for _ in 0..1_000 {
        store.commit(batch(0, 1, &[b'x'; 1_000])).unwrap();
    }
    let journals = journal::files(dir.path()).unwrap();
    let length: u64 = journals.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(length < 300_000, "{length} bytes");
}

#[test]
fn a_store_of_the_layout_before_is_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_within(dir.path(), Limits { bulk: 0, ..Limits::USUAL }).unwrap();
    store.commit(batch(0, 50, b"declared")).unwrap();
    store.core.as_ref().unwrap().db.insert([FORMAT], &OLDEST_LAYOUT.to_be_bytes()).unwrap();
    let before = store.scan(&Key::of([""]), None, usize::MAX).unwrap();
    drop(store);
    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(store.scan(&Key::of([""]), None, usize::MAX).unwrap(), before);
    let format = store.core.as_ref().unwrap().db.get([FORMAT]).unwrap().unwrap();
    assert_eq!(
        &*format,
        LAYOUT.to_be_bytes(),
        "what comes into the journal now an older program would not see"
    );
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
    store.core.as_ref().unwrap().db.insert([FORMAT], &(LAYOUT + 1).to_be_bytes()).unwrap();
    drop(store);
    assert!(matches!(SledStore::open(dir.path()), Err(StoreError::NewerFormat { found: 4, known: 3, .. })));
}

#[test]
fn no_value_leaves_the_file_that_is_synced() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open_within(dir.path(), Limits { bulk: 0, ..Limits::USUAL }).unwrap();
    let body = vec![b'x'; PIECE_BYTES * 9 / 2];
    for round in 0..40 {
        store.commit(batch(round * 7, 20, &body)).unwrap();
    }
    assert_eq!(fs::read_dir(dir.path().join("blobs")).unwrap().count(), 0);
}

/// Run by hand: `cargo test --release -p ports -- --ignored --nocapture bulk`; `BULK` is the number of documents.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::print_stderr, reason = "prints what it measured")]
fn bulk() {
    let documents = std::env::var("BULK").map_or(100_000, |number| number.parse().unwrap());
    let dir = tempfile::tempdir_in(".").unwrap();
    let mut store = SledStore::open(dir.path()).unwrap();
    for size in [2_000, 5_000] {
        let start = Instant::now();
        for from in (0..documents).step_by(size) {
            store.commit(batch(from, size, &[b'x'; 700])).unwrap();
        }
        eprintln!("{documents} documents, {size} a batch: {:?}", start.elapsed());
        let start = Instant::now();
        drop(store);
        eprintln!("  closing: {:?}", start.elapsed());
        // The lock is freed a moment later; waiting for it is not opening.
        std::thread::sleep(Duration::from_millis(500));
        let start = Instant::now();
        store = SledStore::open(dir.path()).unwrap();
        eprintln!("  opening: {:?}", start.elapsed());
        let core = store.core.as_ref().unwrap();
        let account = Account::read(&core.db.get([ACCOUNT]).unwrap().unwrap()).unwrap();
        let start = Instant::now();
        check(&core.db, "", &account, Look::Opening, |_| {}).unwrap();
        eprintln!("  of it, checking: {:?}", start.elapsed());
        let start = Instant::now();
        store.verify().unwrap();
        eprintln!("  verify: {:?}", start.elapsed());
        let start = Instant::now();
        let found = store.scan(&Key::below(["filing"]), None, 100_000).unwrap().len();
        eprintln!("  scan of {found}: {:?}", start.elapsed());
        let status = fs::read_to_string("/proc/self/status").unwrap();
        for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
            eprintln!("  {line}, file {} MB", fs::metadata(dir.path().join("db")).unwrap().len() >> 20);
        }
    }
}

#[test]
fn a_making_that_was_broken_off_is_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    anchor::Anchor::create(dir.path()).unwrap();
    let new = fs::read(dir.path().join("account")).unwrap();
    drop(SledStore::open(dir.path()).unwrap());
    let whole: Vec<_> = ["conf", "db"].map(|name| (name, fs::read(dir.path().join(name)).unwrap())).into();
    for conf in [0, 5, 9, whole[0].1.len() - 4, whole[0].1.len()] {
        for db in [0, 1, 20, 500, 4_096, whole[1].1.len()] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join("account.new"), b"unfinished").unwrap();
            fs::write(dir.path().join("account"), &new).unwrap();
            for ((name, bytes), length) in whole.iter().zip([conf, db]) {
                fs::write(dir.path().join(name), &bytes[..length.min(bytes.len())]).unwrap();
            }
            let store = SledStore::open(dir.path()).unwrap();
            store.commit(batch(0, 1, b"first")).unwrap();
            drop(store);
            let store = SledStore::open(dir.path()).unwrap();
            assert_eq!(store.scan(&Key::of([""]), None, 9).unwrap().len(), 1);
        }
    }
}
