//! Stores of either kind: the same commands on PostgreSQL, and copies from one to the other.

use std::io::Read as _;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use ports::store::{Batch, Change, Document, Expect, Key, Location, Store as _, Write};
use serde_json::{Value, json};

use crate::support::{Ran, Workplace, sample};

#[path = "../crates/ports/tests/support/private_postgres.rs"]
#[allow(dead_code, unreachable_pub, reason = "other tests use the rest")]
pub mod private_postgres;

#[path = "../crates/ports/tests/support/encrypted_postgres.rs"]
mod encrypted_postgres;

use encrypted_postgres::EncryptedPostgres;
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
    let mistyped = place.run(&["store", "copy", "--from", "sled:stor", "--to", &to]);
    assert_eq!(
        (mistyped.code, mistyped.stderr.contains("no store at sled:stor")),
        (2, true),
        "{}",
        mistyped.stderr
    );
    assert!(!place.path("stor").exists());
    let copy = |from: &str, to: &str| place.command(&["--json", "store", "copy", "--from", from, "--to", to]);
    let there = || match server.sql(&to, "select count(*) from documents") {
        Ok(count) => count.trim().parse::<usize>().unwrap(),
        // The table is not there yet.
        Err(_) => 0,
    };
    for _ in 0..2 {
        let before = there();
        let mut child = copy(&from, &to).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while there() == before && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        child.wait().unwrap();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(told, "");
    }
    // What the server was just told is done a moment later.
    let under_way =
        "select count(*) from pg_stat_activity where application_name = 'customs' and state = 'active'";
    while server.sql(&to, under_way).unwrap() != "0\n" {
        thread::sleep(Duration::from_millis(5));
    }
    let before = there();
    assert!((1..DOCUMENTS).contains(&before), "{before} of {DOCUMENTS} were there");
    let done = copy(&from, &to).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&done["documents"], &done["put"]), (&json!(DOCUMENTS), &json!(DOCUMENTS - before)));

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

#[test]
fn roles_have_what_they_need_and_no_more() {
    let server = PrivatePostgres::start();
    let administrator = server.database();
    let place = Workplace::new();
    let as_role = |role: &str| administrator.replace("customs@", &format!("{role}@"));
    let [owner, worker, reader] = ["customs_owner", "customs_worker", "customs_reader"].map(as_role);
    let printed = place.run(&["store", "roles"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert_eq!(
        place.run(&["--json", "store", "roles"]).json()["sql"],
        printed.stdout.trim_end().to_owned() + "\n"
    );
    for _ in 0..2 {
        server.sql(&administrator, &printed.stdout).unwrap();
    }
    let program = |store: &str, arguments: &[&str]| place.run(&[&["--store", store], arguments].concat());
    assert_eq!(program(&worker, &["store", "migrate"]).code, 3);
    assert_eq!(program(&owner, &["store", "migrate"]).code, 0);

    // The program works as a worker: reads, writes, claims, deletes, and copies into tables that are there.
    let sheet = sample("filings.xlsx").display().to_string();
    let imported = program(&worker, &["filing", "import", &sheet]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert_eq!(program(&worker, &["filing", "list"]).code, 0);
    let store = worker.parse::<Location>().unwrap().open().unwrap();
    let write =
        |change| Batch { writes: vec![Write { key: Key::of(["a", "1"]), expect: Expect::Any, change }] };
    let due = Some(jiff::Timestamp::UNIX_EPOCH);
    store.commit(write(Change::Put { body: b"{}".to_vec(), due })).unwrap();
    let now = jiff::Timestamp::now();
    assert_eq!(store.claim_due(&Key::below(["a"]), now, Duration::from_secs(60), 9).unwrap().len(), 1);
    store.commit(write(Change::Delete)).unwrap();
    let from = format!("sled:{}", place.path("store").display());
    from.parse::<Location>().unwrap().open().unwrap();
    let foreign = place.run(&["store", "copy", "--from", &from, "--to", &worker]);
    assert_eq!(foreign.code, 2, "{}", foreign.stderr);

    let views = "select count(*) from customs_views.filings";
    assert_eq!(server.sql(&reader, views).unwrap(), "23\n");
    let denied = |role: &str, sql: &str| {
        let told = server.sql(role, sql).unwrap_err();
        // Whoever may not look into a schema is not told what is there.
        // And the views are nobody's to write: what they read is taken apart.
        let words = ["permission denied", "must be owner", "does not exist", "cannot delete from view"];
        assert!(words.iter().any(|words| told.contains(words)), "{sql}: {told}");
    };
    for sql in [
        "drop table documents",
        "alter table documents add column more text",
        "truncate documents",
        "create table public.mine (a int)",
        "create table customs_views.mine (a int)",
        "delete from _sqlx_migrations",
        "drop view customs_views.orders",
        "create schema mine",
        "create temporary table mine (a int)",
    ] {
        denied(&worker, sql);
        denied(&reader, sql);
    }
    for sql in [
        "select * from documents",
        "select * from public.documents",
        "select * from _sqlx_migrations",
        "delete from customs_views.receipt_files",
        "update documents set version = 9",
        "select restore_documents('{a}', '{1}', '{1}', '{\"{}\"}', '{null}')",
    ] {
        denied(&reader, sql);
    }
    // What was migrated before there were roles becomes the owner's, and the worker can use it.
    let early = server.database();
    assert_eq!(program(&early, &["store", "migrate"]).code, 0);
    server.sql(&early, &printed.stdout).unwrap();
    let as_role = |role: &str| early.replace("customs@", &format!("{role}@"));
    assert_eq!(program(&as_role("customs_owner"), &["store", "migrate"]).code, 0);
    assert_eq!(program(&as_role("customs_worker"), &["filing", "import", &sheet]).code, 0);
    assert_eq!(server.sql(&as_role("customs_reader"), views).unwrap(), "23\n");
    denied(&as_role("customs_reader"), "select * from public.documents");
}

#[test]
fn nothing_is_sent_to_a_server_whose_certificate_has_expired() {
    let encrypted = EncryptedPostgres::start();
    let verified = encrypted.verified();
    let place = Workplace::new();
    let command = |language: &str, arguments: &[&str]| {
        let mut command = place.command(&["--lang", language, "--store", &verified]);
        Ran::from(command.args(arguments).env("PGPASSWORD", "not to be told").output().unwrap())
    };
    let ready = command("en", &["store", "migrate"]);
    assert_eq!(ready.code, 0, "{}", ready.stderr);
    encrypted.is_certified("20200101000000Z", "20200201000000Z");
    let sheet = sample("filings.xlsx").display().to_string();
    for arguments in [&["store", "migrate"][..], &["filing", "import", &sheet], &["filing", "list"]] {
        for (language, expected) in [
            (
                "en",
                "the server's certificate is not valid yet or no more; check the clocks of both sides, or renew it. Nothing was sent.",
            ),
            ("zh", "服务器证书尚未生效或已过期；核对两边的时钟或更新证书。没有发送任何数据。"),
        ] {
            let refused = command(language, arguments);
            assert_eq!(refused.code, 3, "{arguments:?}: {}", refused.stderr);
            assert!(refused.stderr.contains(expected), "{arguments:?}: {}", refused.stderr);
            assert!(!refused.stderr.contains("not to be told") && !refused.stderr.contains("customs@"));
        }
    }
}
