//! The store on PostgreSQL against a real server of its own.
//!
//! A binary of its own: between fork and exec a server's start holds the locks of all stores that this process has open.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "all of it is test code"
)]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use ports::archive::Archive;
use ports::store::{Batch, Change, Expect, Key, PostgresStore, Store as _, StoreError, Write, conformance};
use ports::vault::KeyShelf;
use sqlx::{Connection as _, PgConnection};

#[path = "support/private_postgres.rs"]
mod private_postgres;

use private_postgres::PrivatePostgres;

fn put(key: &Key, expect: Expect) -> Batch {
    let change = Change::Put { body: br#"{"a":1}"#.to_vec(), due: Some(Timestamp::UNIX_EPOCH) };
    Batch { writes: vec![Write { key: key.clone(), expect, change }] }
}

#[test]
fn it_keeps_the_promises_of_a_store() {
    let server = PrivatePostgres::start();
    conformance::run(|| PostgresStore::migrate(&server.database()).unwrap());
    let url = server.database();
    PostgresStore::migrate(&url).unwrap();
    conformance::reopening(|| PostgresStore::open(&url).unwrap());
}

#[test]
fn messages_and_keys_of_days_lie_there_for_all_who_share_it() {
    let server = PrivatePostgres::start();
    let url = server.database();
    let store = PostgresStore::migrate(&url).unwrap();
    ports::archive::conforms(&store);
    let other = PostgresStore::open(&url).unwrap();
    assert!(Archive::read(&other, "b.xml").unwrap().is_some());

    let days = ["2026-11-28", "2026-11-29", "2026-11-30"];
    for day in days {
        store.create(day, &format!("{day} first")).unwrap();
        other.create(day, "second").unwrap();
    }
    store.replace(days[2], "sealed anew").unwrap();
    other.destroy(days[0]).unwrap();
    other.destroy(days[0]).unwrap();
    assert_eq!(store.names().unwrap(), days[1..]);
    let line = |day: &str| KeyShelf::read(&store, day).unwrap();
    assert_eq!(days.map(line), [None, Some(format!("{} first", days[1])), Some("sealed anew".to_owned())]);
}

#[test]
fn work_that_comes_to_be_due_is_heard_by_the_others() {
    let server = PrivatePostgres::start();
    let url = server.database();
    let (one, other) = (PostgresStore::migrate(&url).unwrap(), PostgresStore::open(&url).unwrap());
    let (tell, heard) = mpsc::channel();
    let own = tell.clone();
    let _listening = [
        other.listen(Box::new(move |branch| tell.send(format!("other {branch}")).unwrap())),
        one.listen(Box::new(move |branch| own.send(format!("own {branch}")).unwrap())),
    ];
    // Until somebody listens nobody hears.
    let first = (0..100).find_map(|number| {
        one.commit(put(&Key::of(["work", &number.to_string()]), Expect::Any)).unwrap();
        heard.recv_timeout(Duration::from_millis(100)).ok()
    });
    assert_eq!(first.as_deref(), Some("other work"));
    one.commit(put(&Key::of(["more", "1"]), Expect::Any)).unwrap();
    let later = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let change = Change::Put { body: b"{}".to_vec(), due: Some(later) };
    let write = Write { key: Key::of(["later", "1"]), expect: Expect::Any, change };
    one.commit(Batch { writes: vec![write] }).unwrap();
    one.commit(put(&Key::of(["rest", "1"]), Expect::Any)).unwrap();
    let rest: Vec<String> = heard.iter().take_while(|news| news != "other rest").collect();
    assert!(rest.iter().any(|news| news == "other more"), "{rest:?}");
    assert!(!rest.iter().any(|news| news.starts_with("own") || news.ends_with("later")), "{rest:?}");

    let offset = one.time().unwrap().unwrap().duration_until(Timestamp::now());
    assert!(offset.abs() < jiff::SignedDuration::from_secs(5), "{offset}");
}

#[test]
fn what_cannot_be_used_says_why() {
    let server = PrivatePostgres::start();
    let url = server.database();
    let told = PostgresStore::open(&url).unwrap_err();
    assert!(matches!(told, StoreError::NotPrepared { found: None, .. }), "{told}");

    let mut twice = Vec::new();
    for _ in 0..2 {
        let url = url.clone();
        twice.push(thread::spawn(move || PostgresStore::migrate(&url).map(drop)));
    }
    for one in twice {
        one.join().unwrap().unwrap();
    }

    let secret = PostgresStore::open("postgres://user:geheim@[/x").unwrap_err().to_string();
    assert!(secret.contains("postgres://USER") && !secret.contains("geheim"), "{secret}");
}

#[test]
fn a_server_that_stops_and_comes_back_has_what_was_acknowledged() {
    let server = PrivatePostgres::start();
    let store = PostgresStore::migrate(&server.database()).unwrap();
    let mut acknowledged: u64 = 0;
    for round in 0..3 {
        thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let mut kept = 0;
                loop {
                    let key = Key::of(["a", &format!("{round}-{kept}")]);
                    match store.commit(put(&key, Expect::Absent)) {
                        Ok(()) => kept += 1,
                        Err(StoreError::Io { .. }) => return kept,
                        Err(other) => panic!("{other}"),
                    }
                }
            });
            thread::sleep(Duration::from_millis(300));
            server.down("immediate");
            acknowledged += worker.join().unwrap();
        });
        server.up();
        let found = store.scan(&Key::below(["a"]), None, usize::MAX).unwrap().len() as u64;
        // What was on its way when the server fell may be there as well.
        assert!((acknowledged..=acknowledged + 1 + round).contains(&found), "{found} of {acknowledged}");
        acknowledged = found;
    }
}

const LEASE: Duration = Duration::from_secs(60);

fn due_at(name: &str, second: i64) -> Batch {
    let change = Change::Put { body: b"{}".to_vec(), due: Some(Timestamp::from_second(second).unwrap()) };
    Batch { writes: vec![Write { key: Key::of(["a", name]), expect: Expect::Any, change }] }
}

/// The names of what is claimed at a second.
fn claimed(store: &PostgresStore, second: i64, limit: usize) -> Vec<String> {
    let now = Timestamp::from_second(second).unwrap();
    let claimed = store.claim_due(&Key::below(["a"]), now, LEASE, limit).unwrap();
    claimed.iter().map(|document| document.key.segments().nth(1).unwrap()).collect()
}

/// Claims until all of these are there.
fn comes(store: &PostgresStore, expected: &[&str]) {
    let mut found = Vec::new();
    while found.len() < expected.len() {
        found.extend(claimed(store, 1_000, 9));
    }
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn what_another_process_made_due_in_the_past_is_claimed() {
    let server = PrivatePostgres::start();
    let url = server.database();
    let [one, other] = [(); 2].map(|()| PostgresStore::migrate(&url).unwrap());
    for name in ["100", "101", "102"] {
        one.commit(due_at(name, name.parse().unwrap())).unwrap();
    }
    assert_eq!(claimed(&one, 1_000, 2), ["100", "101"]);
    other.commit(due_at("7", 7)).unwrap();
    comes(&one, &["102", "7"]);
    assert!(claimed(&one, 1_000, 9).is_empty());
    other.commit(due_at("8", 8)).unwrap();
    comes(&one, &["8"]);
    // What the process wrote itself comes at once and in order.
    one.commit(due_at("200", 200)).unwrap();
    one.commit(due_at("9", 9)).unwrap();
    assert_eq!(claimed(&one, 1_000, 9), ["9", "200"]);
}

#[test]
fn claims_under_a_snapshot_that_stays_open_are_complete() {
    const DOCUMENTS: usize = 400;
    let server = PrivatePostgres::start();
    let url = server.database();
    let store = PostgresStore::migrate(&url).unwrap();
    let write = |number: usize| Write {
        key: Key::of(["a", &number.to_string()]),
        expect: Expect::Absent,
        change: Change::Put { body: b"{}".to_vec(), due: Some(Timestamp::UNIX_EPOCH) },
    };
    store.commit(Batch { writes: (0..DOCUMENTS).map(write).collect() }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut pin = runtime.block_on(PgConnection::connect(&url)).unwrap();
    let begin = "begin isolation level repeatable read; select count(*) from documents";
    runtime.block_on(sqlx::raw_sql(begin).execute(&mut pin)).unwrap();

    let (now, taken) = (Timestamp::from_second(1_000).unwrap(), std::sync::Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let worker = PostgresStore::open(&url).unwrap();
                loop {
                    let found = worker.claim_due(&Key::below(["a"]), now, LEASE, 7).unwrap();
                    if found.is_empty() {
                        break;
                    }
                    // One in ten is due again at once, before everything that is left.
                    for document in found {
                        let again = document.version == 2 && document.key.as_str().ends_with('3');
                        let due = again.then(|| Timestamp::from_second(-9).unwrap());
                        let change = Change::Put { body: b"{}".to_vec(), due };
                        let expect = Expect::Version(document.version);
                        let key = document.key.clone();
                        worker.commit(Batch { writes: vec![Write { key, expect, change }] }).unwrap();
                        taken.lock().unwrap().push(document.key);
                    }
                }
            });
        }
    });
    let mut taken = taken.into_inner().unwrap();
    assert_eq!(taken.len(), DOCUMENTS + DOCUMENTS / 10);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), DOCUMENTS);
}

/// What the views are for, from what the database itself says of them.
fn described(server: &PrivatePostgres, url: &str) -> String {
    let comments = "select c.relname, coalesce(a.attname, ''), coalesce(format_type(a.atttypid, a.atttypmod), ''), \
                           coalesce(col_description(c.oid, coalesce(a.attnum, 0)), obj_description(c.oid), '?') \
                    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'customs_views' \
                    left join lateral (select null::name as attname, null::oid as atttypid, null::int as atttypmod, \
                                              null::smallint as attnum \
                                       union all select attname, atttypid, atttypmod, attnum from pg_attribute \
                                       where attrelid = c.oid and attnum > 0 and not attisdropped) a on true \
                    where c.relkind = 'v' order by 1, a.attnum nulls first";
    let mut text = String::new();
    for line in server.sql(url, comments).unwrap().lines() {
        let [view, column, kind, comment] = line.splitn(4, '|').collect::<Vec<_>>().try_into().unwrap();
        if column.is_empty() {
            text += &format!("\n## `{view}`\n\n{comment}\n\n| column | type | |\n|---|---|---|\n");
        } else {
            text += &format!("| `{column}` | {kind} | {comment} |\n");
        }
    }
    text
}

#[test]
fn every_view_and_column_is_described_as_the_guide_says() {
    let server = PrivatePostgres::start();
    let url = server.database();
    drop(PostgresStore::migrate(&url).unwrap());
    let (described, guide) = (described(&server, &url), include_str!("../src/store/postgres/VIEWS.md"));
    assert!(!described.contains("| ? |"), "{described}");
    assert!(guide.ends_with(&described), "the guide is to end with\n{described}");
}

/// What an older program made has bodies taken apart (`jsonb`); they come out as they were, and the reports read them.
#[test]
fn a_database_of_an_older_program_is_brought_up_to_date_with_all_that_is_in_it() {
    const OLDER: [(i64, &str, &str); 4] = [
        (1, "documents", include_str!("../src/store/postgres/migrations/0001_documents.sql")),
        (2, "workers", include_str!("../src/store/postgres/migrations/0002_workers.sql")),
        (10, "views", include_str!("../src/store/postgres/migrations/0010_views.sql")),
        (11, "storage", include_str!("../src/store/postgres/migrations/0011_storage.sql")),
    ];
    let server = PrivatePostgres::start();
    let url = server.database();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let step = |(version, name, sql): (i64, &'static str, &'static str)| {
            let sql = sqlx::SqlSafeStr::into_sql_str(sql);
            sqlx::migrate::Migration::new(
                version,
                name.into(),
                sqlx::migrate::MigrationType::Simple,
                sql,
                false,
            )
        };
        let migrator = sqlx::migrate::Migrator::with_migrations(OLDER.map(step).into());
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        migrator.run(&pool).await.unwrap();
        pool.close().await;
    });
    server.sql(&url, PostgresStore::ROLES).unwrap();
    let body = r#"{"format": 1, "record": {"order_no": "P/1", "state": "ready", "shop": "杭州"}}"#;
    let made = format!(
        "select restore_documents('{{case/P%2F1,other}}', '{{3,1}}', '{{null,5}}', \
         array['{body}', null], array[null, '\\x00ff'::bytea])"
    );
    server.sql(&url, &made).unwrap();
    assert!(matches!(PostgresStore::open(&url), Err(StoreError::NotPrepared { .. })));

    let store = PostgresStore::migrate(&url).unwrap();
    let found = store.get(&Key::of(["case", "P/1"])).unwrap().unwrap();
    let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    assert_eq!((found.version, found.due, json(&found.body)), (3, None, json(body.as_bytes())));
    let other = store.get(&Key::of(["other"])).unwrap().unwrap();
    assert_eq!((other.version, other.body.as_slice()), (1, &b"\x00\xff"[..]));
    assert_eq!(other.due, Some(Timestamp::from_millisecond(5).unwrap()));
    let reader = url.replace("customs@", "customs_reader@");
    let orders = "select order_no || ' ' || state || ' ' || shop from customs_views.orders";
    assert_eq!(server.sql(&reader, orders).unwrap(), "P/1 ready 杭州\n");
    store.commit(put(&Key::of(["case", "P/1"]), Expect::Version(3))).unwrap();
}
