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

use std::path::Path;
use std::process::Command;

use ports::store::{Batch, Change, Distrust, Expect, Key, PostgresStore, Store as _, StoreError, Write};

#[path = "support/private_postgres.rs"]
mod private_postgres;

use private_postgres::PrivatePostgres;

fn openssl(folder: &Path, arguments: &str) {
    let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "{arguments}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A server whose certificate, for 127.0.0.1, an authority of its own has issued: `ca.pem`. Another authority is `other.pem`.
/// It takes nothing in the clear. With the address of a database there.
fn encrypted() -> (PrivatePostgres, String) {
    let server = PrivatePostgres::start();
    let address = server.database();
    let folder = server.folder();
    for authority in ["ca", "other"] {
        openssl(
            folder,
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -keyout {authority}.key -out {authority}.pem -days 2 -subj /CN={authority}"
            ),
        );
    }
    openssl(folder, "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=database");
    std::fs::write(folder.join("names"), "subjectAltName = IP:127.0.0.1\n").unwrap();
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    );
    for file in ["server.key", "server.pem"] {
        server.own(file);
    }
    let place = folder.display();
    let settings =
        format!("ssl = on\nssl_cert_file = '{place}/server.pem'\nssl_key_file = '{place}/server.key'\n");
    server.configure("postgresql.conf", |before| before + &settings);
    server.configure("pg_hba.conf", |_| "hostssl all all 127.0.0.1/32 trust\n".to_owned());
    server.down("fast");
    server.up();
    (server, address)
}

#[test]
fn only_the_right_server_is_spoken_to() {
    let (server, address) = encrypted();
    let folder = server.folder().display().to_string();
    let (address, _) = address.split_once('?').unwrap();
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
