//! The connection to a PostgreSQL server, encrypted: who is believed to be the server, and who is not.
//!
//! A binary of its own, as every test that starts a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "all of it is test code"
)]

use ports::store::{Batch, Change, Distrust, Expect, Key, PostgresStore, Store as _, StoreError, Write};

#[path = "support/encrypted_postgres.rs"]
mod encrypted_postgres;
#[path = "support/private_postgres.rs"]
mod private_postgres;

use encrypted_postgres::EncryptedPostgres;
use private_postgres::PrivatePostgres;

#[test]
fn only_the_right_server_is_spoken_to() {
    let encrypted = EncryptedPostgres::start();
    let (address, folder) = (&encrypted.address, encrypted.server.folder().display());
    let ca = format!("sslrootcert={folder}/ca.pem");
    let verified = format!("{address}?sslmode=verify-full&{ca}");

    let store = PostgresStore::migrate(&verified).unwrap();
    let key = Key::of(["a", "1"]);
    let change = Change::Put { body: b"{}".to_vec(), due: None };
    store.commit(Batch { writes: vec![Write { key: key.clone(), expect: Expect::Absent, change }] }).unwrap();
    drop(store);
    assert!(PostgresStore::open(&verified).unwrap().get(&key).unwrap().is_some());
    let by_name = address.replace("127.0.0.1", "localhost");
    assert!(PostgresStore::open(&format!("{by_name}?sslmode=verify-ca&{ca}")).is_ok());

    let refused = |address: String| match PostgresStore::open(&address) {
        Err(StoreError::Untrusted { why, place }) => {
            assert!(place.contains("/customs_1") && !place.contains('@'), "{place}");
            Some(why)
        }
        Err(StoreError::Io { .. }) => None,
        other => panic!("{address}: {other:?}"),
    };
    assert_eq!(
        refused(format!("{address}?sslmode=verify-full&sslrootcert={folder}/other.pem")),
        Some(Distrust::Issuer)
    );
    // Without a name for its authority only those that browsers know are believed.
    assert_eq!(refused(format!("{address}?sslmode=verify-full")), Some(Distrust::Issuer));
    assert_eq!(refused(format!("{by_name}?sslmode=verify-full&{ca}")), Some(Distrust::Name));
    assert_eq!(
        refused(format!("{address}?sslmode=verify-full&sslrootcert={folder}/server.csr")),
        Some(Distrust::Issuer)
    );
    assert_eq!(refused(format!("{address}?sslmode=verify-full&sslrootcert={folder}/none.pem")), None);
    // The server's own rule, which encryption alone is not asked of the client for.
    assert_eq!(refused(format!("{address}?sslmode=disable")), None);

    let plain = PrivatePostgres::start();
    let address = plain.database();
    let (address, _) = address.split_once('?').unwrap();
    assert_eq!(refused(format!("{address}?sslmode=verify-full&{ca}")), Some(Distrust::Plain));
    assert_eq!(refused(format!("{address}?sslmode=require")), Some(Distrust::Plain));
}

#[test]
fn a_certificate_counts_in_its_time_only() {
    let encrypted = EncryptedPostgres::start();
    let verified = encrypted.verified();
    assert!(PostgresStore::migrate(&verified).is_ok());
    for (from, until) in [("20200101000000Z", "20200201000000Z"), ("20980101000000Z", "20980201000000Z")] {
        encrypted.is_certified(from, until);
        for opened in [PostgresStore::open(&verified), PostgresStore::migrate(&verified)] {
            match opened {
                Err(StoreError::Untrusted { why: Distrust::Time, .. }) => {}
                other => panic!("{from}: {other:?}"),
            }
        }
        // Whoever asks for encryption only does not look at it.
        assert!(PostgresStore::open(&format!("{}?sslmode=require", encrypted.address)).is_ok());
    }
    encrypted.is_certified("20200101000000Z", "20980201000000Z");
    assert!(PostgresStore::open(&verified).is_ok());
}
