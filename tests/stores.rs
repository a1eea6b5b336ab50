//! Stores of either kind: the same commands on PostgreSQL, and copies from one to the other.

use std::io::Read as _;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use ports::store::{Batch, Change, Document, Expect, Key, Location, Store as _, Write};
use serde_json::{Value, json};

use crate::support::{Workplace, sample};

#[path = "../crates/ports/tests/support/private_postgres.rs"]
#[allow(dead_code, unreachable_pub, reason = "other tests use the rest")]
pub mod private_postgres;

use private_postgres::PrivatePostgres;

fn all(location: &str) -> Vec<Document> {
    let store = location.parse::<Location>().unwrap().open().unwrap();
    store.scan(&Key::of([""; 0]), None, usize::MAX).unwrap()
}

#[test]
fn filings_live_on_postgresql_too() {
    let server = PrivatePostgres::start();
    let url = server.database();
    let place = Workplace::new();
    let shared = |arguments: &[&str]| {
        let mut all = vec!["--json", "--store", url.as_str()];
        all.extend_from_slice(arguments);
        place.run(&all)
    };
    let early = shared(&["filing", "list"]);
    assert_eq!(early.code, 3);
    assert!(early.stderr.contains("customs store migrate"), "{}", early.stderr);
    assert!(!early.stderr.contains("customs@"), "{}", early.stderr);

    for _ in 0..2 {
        assert_eq!(shared(&["store", "migrate"]).code, 0);
    }
    let sheet = sample("filings.xlsx").display().to_string();
    for arguments in
        [&["filing", "import", sheet.as_str()][..], &["filing", "list"], &["filing", "list", "--hs", "33"]]
    {
        let (there, here) = (shared(arguments), place.run(&[&["--json"], arguments].concat()));
        assert_eq!((there.code, there.json()), (here.code, here.json()), "{arguments:?}");
    }
    let again = shared(&["filing", "import", &sheet]).json();
    assert_eq!(
        (&again["files"][0]["new"], &again["files"][0]["unchanged"]),
        (&json!(0), &json!(23)),
        "{again}"
    );
}

#[test]
fn a_copy_that_was_killed_is_finished_and_equal() {
    const DOCUMENTS: usize = 30_000;
    let server = PrivatePostgres::start();
    let place = Workplace::new();
    let from = format!("sled:{}", place.path("store").display());
    {
        let store = from.parse::<Location>().unwrap().open().unwrap();
        let numbers: Vec<usize> = (0..DOCUMENTS).collect();
        for numbers in numbers.chunks(5_000) {
            let write = |number: &usize| Write {
                key: Key::of(["a", &format!("{number:06}")]),
                expect: Expect::Any,
                change: Change::Put {
                    body: format!(r#"{{"z":"{number}","a":[1,2,3],"text":"{}"}}"#, "x".repeat(300)).into(),
                    due: number
                        .is_multiple_of(3)
                        .then(|| jiff::Timestamp::from_millisecond(*number as i64).unwrap()),
                },
            };
            store.commit(Batch { writes: numbers.iter().map(write).collect() }).unwrap();
        }
    }
    let to = server.database();
    let copy = |from: &str, to: &str| place.command(&["--json", "store", "copy", "--from", from, "--to", to]);
    for _ in 0..3 {
        let mut child = copy(&from, &to).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        thread::sleep(Duration::from_millis(400));
        let _ = child.kill();
        child.wait().unwrap();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(told, "");
    }
    let done = copy(&from, &to).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done["documents"], DOCUMENTS);

    let back = format!("sled:{}", place.path("back").display());
    let done = copy(&to, &back).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (first, last) = (all(&from), all(&back));
    assert_eq!(first.len(), last.len());
    for (one, other) in first.iter().zip(&last) {
        let value = |document: &Document| serde_json::from_slice::<Value>(&document.body).unwrap();
        assert_eq!(
            (&one.key, one.version, one.due, value(one)),
            (&other.key, other.version, other.due, value(other))
        );
    }
}
