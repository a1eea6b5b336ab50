//! Files of the store damaged in every way that can be thought of: it says so, or every document is there.

use std::path::{Path, PathBuf};

use super::*;

/// What is done to some bytes of a file.
type Harm = fn(&mut [u8]);

const HARMS: [(&str, usize, Harm); 4] = [
    ("one bit", 1, |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0x10)),
    ("a page flipped", 4096, |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0x5a)),
    ("a page zeroed", 4096, |bytes| bytes.fill(0)),
    ("a page of ones", 4096, |bytes| bytes.fill(0xff)),
];

/// A store of some segments with documents of all kinds, some rewritten and some deleted; and its last batch.
fn fill(dir: &Path, limits: Limits) -> (SledStore, Vec<Document>) {
    let store = SledStore::open_within(dir, limits).unwrap();
    for round in 0..12 {
        let mut batch = batch(round * 300, 400, &[b'a' + round as u8; 700]);
        for (index, write) in batch.writes.iter_mut().enumerate() {
            match &mut write.change {
                Change::Put { due, .. } if index % 50 == 1 => {
                    *due = Some(Timestamp::from_second(1_000 + round as i64).unwrap());
                }
                change if index % 50 == 2 => *change = Change::Delete,
                Change::Put { .. } | Change::Delete | Change::Keep => {}
            }
        }
        let long = Change::Put { body: vec![b'0' + round as u8; 90_000], due: None };
        batch.writes.push(Write {
            key: Key::of(["long", &(round % 4).to_string()]),
            expect: Expect::Any,
            change: long,
        });
        store.commit(batch).unwrap();
    }
    store.core.as_ref().unwrap().wait_until_folded().unwrap();
    let last = store.scan(&Key::of([""]), None, usize::MAX).unwrap();
    (store, last)
}

/// The files of a store as they lie on disk, without its lock.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && !path.ends_with("lock"))
        .map(|path| (PathBuf::from(path.file_name().unwrap()), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn lay_out(files: &[(PathBuf, Vec<u8>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

/// Whether the store calls itself damaged. If not, all of `expected` must be there.
fn says_so(dir: &Path, expected: &[Document], what: &str) -> bool {
    let read = SledStore::open(dir).and_then(|store| {
        store.verify()?;
        store.scan(&Key::of([""]), None, usize::MAX)
    });
    match read {
        Err(StoreError::Damaged { .. }) => true,
        Err(other) => panic!("{what} gave {other}"),
        Ok(found) => {
            assert!(found == expected, "{what} went unseen: {} of {}", found.len(), expected.len());
            false
        }
    }
}

/// Does every harm at many places of every file; the end of the last batch and the heads of all segments among them.
fn harm_everywhere(files: &[(PathBuf, Vec<u8>)], expected: &[Document]) {
    assert!(!says_so(lay_out(files).path(), expected, "no damage"));
    let mut seen = 0;
    for (number, (name, bytes)) in files.iter().enumerate() {
        let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        let mut places: Vec<usize> = (0..bytes.len()).step_by((bytes.len() / 12).max(1)).collect();
        places.extend((0..bytes.len()).step_by(opening::SEGMENT_BYTES));
        places.extend((0..bytes.len()).step_by(opening::SEGMENT_BYTES).map(|head| head + 25));
        places.extend([1, 100, 5_000, 20_000, 70_000, 300_000].map(|back: usize| used.saturating_sub(back)));
        places.sort_unstable();
        places.dedup();
        for (turn, place) in places.into_iter().enumerate() {
            let (harm, length, harms) = HARMS[turn % HARMS.len()];
            let what = format!("{harm} at {place} of {} ({} bytes)", name.display(), bytes.len());
            let mut harmed = files.to_vec();
            let end = (place + length).min(bytes.len());
            harms(&mut harmed[number].1[place.min(end)..end]);
            let dir = lay_out(&harmed);
            let first = says_so(dir.path(), expected, &what);
            if first {
                // Opening changes sled's files; what was damage must not look sound the next time.
                let again = says_so(dir.path(), expected, &format!("{what}, opened again"));
                assert!(again, "{what} is forgotten at the second opening");
                seen += 1;
            }
        }
        for length in [0, bytes.len() / 2, used.saturating_sub(10_000)] {
            let mut harmed = files.to_vec();
            harmed[number].1.truncate(length);
            let what = format!("{} cut to {length} of {} bytes", name.display(), bytes.len());
            seen += usize::from(says_so(lay_out(&harmed).path(), expected, &what));
        }
        let mut harmed = files.to_vec();
        harmed.remove(number);
        seen += usize::from(says_so(lay_out(&harmed).path(), expected, &format!("no {}", name.display())));
    }
    assert!(seen > 20, "only {seen} kinds of damage were noticed: the test does not reach the documents");
}

/// All in the journal; the first half in sled, the rest in the journal; all in sled.
const PLACES: [Limits; 3] =
    [Limits::USUAL, Limits { memory: 1 << 20, ..Limits::USUAL }, Limits { bulk: 0, ..Limits::USUAL }];

#[test]
fn damage_after_closing_is_reported_or_harmless() {
    for limits in PLACES {
        let dir = tempfile::tempdir().unwrap();
        let (store, expected) = fill(dir.path(), limits);
        drop(store);
        harm_everywhere(&files(dir.path()), &expected);
    }
}

#[test]
fn damage_after_a_kill_is_reported_or_harmless() {
    for limits in PLACES {
        let dir = tempfile::tempdir().unwrap();
        let (store, expected) = fill(dir.path(), limits);
        // What a kill leaves are the files as they are now.
        let left = files(dir.path());
        drop(store);
        harm_everywhere(&left, &expected);
    }
}

#[test]
fn an_older_state_of_the_log_is_not_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = fill(dir.path(), Limits::USUAL);
    drop(store);
    let old = files(dir.path());
    let store = SledStore::open(dir.path()).unwrap();
    store.commit(batch(90_000, 1, b"declared")).unwrap();
    let expected = store.scan(&Key::of([""]), None, usize::MAX).unwrap();
    drop(store);
    let mut mixed: Vec<_> = old.into_iter().filter(|(name, _)| !name.ends_with("account")).collect();
    mixed.extend(files(dir.path()).into_iter().filter(|(name, _)| name.ends_with("account")));
    assert!(says_so(lay_out(&mixed).path(), &expected, "an older log"));
}

#[test]
fn damage_in_an_open_store_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let (store, expected) = fill(dir.path(), Limits { bulk: 0, ..Limits::USUAL });
    drop(store);
    for (_, length, harm) in HARMS {
        let dir = lay_out(&files(dir.path()));
        let store = SledStore::open(dir.path()).unwrap();
        let body = vec![b'x'; 60 << 20];
        // Pushes everything else out of sled's cache.
        let big =
            Write { key: Key::of(["big"]), expect: Expect::Absent, change: Change::Put { body, due: None } };
        store.commit(Batch { writes: vec![big] }).unwrap();
        let path = dir.path().join("db");
        let mut bytes = fs::read(&path).unwrap();
        for place in (0..bytes.len() - length).step_by(20_000) {
            harm(&mut bytes[place..place + length]);
        }
        fs::write(&path, bytes).unwrap();
        let mut refused = 0;
        for document in &expected {
            match store.get(&document.key) {
                Ok(found) => assert_eq!(found.as_ref(), Some(document)),
                Err(StoreError::Damaged { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(refused > 0, "nothing was read from disk");
        assert!(matches!(store.verify(), Err(StoreError::Damaged { .. })));
    }
}
