//! Personal data sealed at rest, and erased when its time is over.

use std::fs;
use std::sync::Arc;

use ports::clock::{Clock, FixedClock, SystemClock};
use ports::store::{Batch, Change, Document, Expect, Key, SledStore, Store, Write};
use ports::vault::{Field, Sealed, Vault, VaultError, VaultSettings};
use serde_json::{Value, json};

use crate::personal::{canaries, nowhere_in, of_canaries};
use crate::support::{Ran, Workplace, files, lines};

fn store(place: &Workplace) -> SledStore {
    SledStore::open(&place.path("customs-data/store")).unwrap()
}

fn vault(place: &Workplace, store: &SledStore, clock: impl Clock + 'static) -> Vault {
    let data = place.path("customs-data");
    Vault::open(&data, &VaultSettings::default(), store, Arc::new(clock)).unwrap()
}

fn put(store: &SledStore, key: Key, body: Vec<u8>) {
    let write = Write { key, expect: Expect::Any, change: Change::Put { body, due: None } };
    store.commit(Batch { writes: vec![write] }).unwrap();
}

fn bundle(order_no: &str) -> Key {
    Key::of(["bundle", order_no])
}

/// Seals an order of these people on a day and keeps it, as a run does that has fetched it.
fn keep(place: &Workplace, order_no: &str, day: &str) {
    let now = format!("{day}T04:00:00Z").parse().unwrap();
    let store = store(place);
    let sealed = vault(place, &store, FixedClock(now))
        .seal(&bundle(order_no), Field::BUNDLE, of_canaries(1).to_string().as_bytes())
        .unwrap();
    let record = json!({"format": 1, "record": {"at": now.to_string(), "sealed": sealed}});
    put(&store, bundle(order_no), record.to_string().into_bytes());
}

fn sealed(document: &Document) -> Sealed {
    let value: Value = serde_json::from_slice(&document.body).unwrap();
    serde_json::from_value(value["record"]["sealed"].clone()).unwrap()
}

fn purge(place: &Workplace, more: &[&str]) -> Ran {
    let mut args = vec!["declare", "purge", "--older-than", "365", "--json"];
    args.extend_from_slice(more);
    place.run(&args)
}

/// Lets the declarations be of 2020, and returns them as they were.
fn grow_old(place: &Workplace) -> Vec<Document> {
    let store = store(place);
    let declared = store.scan(&Key::below(["declared"]), None, 100).unwrap();
    for document in &declared {
        let mut value: Value = serde_json::from_slice(&document.body).unwrap();
        for declared in value["record"]["documents"].as_object_mut().unwrap().values_mut() {
            declared["made_at"] = "2020-03-01T00:00:00Z".into();
        }
        put(&store, document.key.clone(), value.to_string().into_bytes());
    }
    declared
}

#[test]
fn messages_of_the_past_are_purged_and_never_made_again() {
    let place = Workplace::with_filings();
    let orders = lines([&of_canaries(1), &of_canaries(2)]);
    place.declare(&orders, &[]);
    let archive = place.path("customs-data/messages");
    let young = purge(&place, &[]);
    assert_eq!(
        (young.code, &young.json()["orders_kept"], &young.json()["messages"]),
        (0, &2.into(), &0.into())
    );
    assert_eq!(files(&archive).len(), 4);

    let declared = grow_old(&place);
    let would = purge(&place, &["--dry-run"]).json();
    assert_eq!((&would["messages"], &would["dry_run"]), (&4.into(), &true.into()));
    assert_eq!(files(&archive).len(), 4);
    let purged = purge(&place, &[]).json();
    assert_eq!((&purged["orders"], &purged["messages"]), (&2.into(), &4.into()));
    assert!(files(&archive).is_empty());
    nowhere_in(&place.path("customs-data"));
    assert_eq!(purge(&place, &[]).json()["messages"], 0);

    let words = place.run(&["declare", "purge", "--older-than", "365"]);
    assert!(words.stdout.contains("2 past, 0 stay"), "{}", words.stdout);

    // The ledger knows them still: nothing is declared twice, and nothing is taken for lost. Their own times belong to
    // what was declared.
    let again = store(&place);
    declared.into_iter().for_each(|document| put(&again, document.key, document.body));
    drop(again);
    fs::remove_dir_all(place.path("out")).unwrap();
    let again = place.declare(&orders, &[]);
    assert_eq!((again.code, again.counts()), (0, [2, 2, 0]), "{}", again.stderr);
    let lost = again.json()["lost"].as_array().unwrap().clone();
    assert!(lost.len() == 4 && lost.iter().all(|fault| fault["code"] == "BLD-PURGED"), "{lost:?}");
    assert!(files(&place.path("out")).is_empty());
}

#[test]
fn no_person_stands_in_the_store_and_an_erased_one_in_no_old_copy_of_it() {
    let place = Workplace::with_filings();
    for (order_no, day) in [("P1", "2020-03-01"), ("P2", "2020-03-01")] {
        keep(&place, order_no, day);
    }
    nowhere_in(&place.path("customs-data"));
    // Both are followed; one of them waits for somebody.
    for (order_no, state) in [("P1", "released"), ("P2", "held")] {
        let case = json!({"format": 1, "record": {"state": state, "since": "2020-03-02T00:00:00Z"}});
        put(&store(&place), Key::of(["case", order_no]), case.to_string().into_bytes());
    }
    let old = store(&place).get(&bundle("P1")).unwrap().unwrap();

    let ran = purge(&place, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(
        (&json["bundles"], &json["keys_destroyed"], &json["documents_sealed_anew"]),
        (&1.into(), &1.into(), &1.into())
    );
    let store = store(&place);
    let vault = vault(&place, &store, SystemClock);
    let open = |order_no: &str, text: &Sealed| vault.unseal(&bundle(order_no), Field::BUNDLE, text);
    let now = store.get(&bundle("P1")).unwrap().unwrap();
    assert!(matches!(open("P1", &sealed(&now)), Err(VaultError::Erased { .. })));
    assert!(matches!(open("P1", &sealed(&old)), Err(VaultError::Lost { .. })));
    let stays = open("P2", &sealed(&store.get(&bundle("P2")).unwrap().unwrap())).unwrap();
    assert!(String::from_utf8_lossy(&stays).contains(&canaries()[0]));
}

#[test]
fn a_wrong_or_missing_key_stops_the_purge_and_changes_nothing() {
    let place = Workplace::with_filings();
    keep(&place, "P1", "2020-03-01");
    let master = place.path("customs-data/keys/master-1.key");
    let right = fs::read_to_string(&master).unwrap();
    let before = store(&place).get(&bundle("P1")).unwrap().unwrap();
    let refused = |code: &str, lang: &str| {
        let ran = purge(&place, &["--lang", lang]);
        assert_eq!((ran.code, &ran.json()["error"]["code"]), (3, &code.into()), "{}", ran.stderr);
        assert!(!ran.stderr.contains(right.trim()));
        ran.stderr
    };
    fs::write(&master, "ab".repeat(32)).unwrap();
    insta::assert_snapshot!(
        "wrong_key",
        format!("{}{}", refused("VLT-WRONG", "en"), refused("VLT-WRONG", "zh"))
    );
    fs::remove_file(&master).unwrap();
    insta::assert_snapshot!(
        "missing_key",
        format!("{}{}", refused("VLT-MISSING", "en"), refused("VLT-MISSING", "zh"))
    );
    assert!(!master.exists());
    assert_eq!(store(&place).get(&bundle("P1")).unwrap().unwrap(), before);

    // By the environment it is as good as in its file.
    let mut command = place.command(&["declare", "purge", "--older-than", "365", "--json"]);
    let ran = Ran::from(command.env("CUSTOMS_VAULT_KEY", &right).output().unwrap());
    assert_eq!((ran.code, &ran.json()["bundles"]), (0, &1.into()), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn the_doctor_looks_at_keys_and_archive() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Workplace::with_filings();
    place.declare(lines([&of_canaries(1)]), &[]);
    keep(&place, "P1", "2020-03-01");
    let said = || place.run(&["doctor"]).stdout;
    let sound = said();
    for line in [
        "✓ vault: master key 1 fits the data; 1 days have keys of their own",
        "✓ archive: only its owner reads customs-data/messages",
    ] {
        assert!(sound.contains(line), "{line}\n{sound}");
    }
    let open = |path: &str| {
        fs::set_permissions(place.path(path), fs::Permissions::from_mode(0o644)).unwrap();
    };
    open("customs-data/keys/master-1.key");
    let message = files(&place.path("customs-data/messages")).into_keys().next().unwrap();
    open(&format!("customs-data/messages/{message}"));
    let exposed = said();
    for line in [
        "✗ vault: others can read 1 of the files, such as customs-data/keys/master-1.key".to_owned(),
        format!("✗ archive: others can read 1 of the files, such as customs-data/messages/{message}"),
    ] {
        assert!(exposed.contains(&line), "{line}\n{exposed}");
    }
    let refused = purge(&place, &[]);
    assert_eq!((refused.code, &refused.json()["error"]["code"]), (3, &"VLT-MODE".into()));
}

#[test]
fn a_new_master_key_takes_over() {
    let place = Workplace::with_filings();
    keep(&place, "P1", "2020-03-01");
    let rotated = place.run(&["vault", "rotate", "--json"]);
    assert_eq!((rotated.code, &rotated.json()["master"]), (0, &2.into()), "{}", rotated.stderr);
    fs::remove_file(place.path("customs-data/keys/master-1.key")).unwrap();
    let store = store(&place);
    let text = sealed(&store.get(&bundle("P1")).unwrap().unwrap());
    assert!(vault(&place, &store, SystemClock).unseal(&bundle("P1"), Field::BUNDLE, &text).is_ok());
}
