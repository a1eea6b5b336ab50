//! What the server says, in the store's words. Its own may quote values, which may be personal: only its codes are told.

use rustls::CertificateError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;

use super::super::{Distrust, Expect, Key, StoreError};

/// The code by which `commit_batch` tells that a demand failed.
const CONFLICT: &str = "CU001";
/// Codes of races for locks that somebody has to lose: `serialization_failure` and `deadlock_detected`.
const RACES: [&str; 2] = ["40001", "40P01"];

/// Codes of a server that goes down, comes up, is full, or has become somebody's standby, and of connections that break.
const AWAY: [&str; 6] = ["57P01", "57P02", "57P03", "53300", "25006", "08"];

/// Whether the call was undone because of a race, so that it may be made again.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| RACES.contains(&code.as_ref()))
}

/// The fault of a call.
pub(super) fn fault(error: sqlx::Error, place: &str) -> StoreError {
    let told = |kind, words: String| StoreError::Io {
        place: place.to_owned(),
        source: std::io::Error::new(kind, words),
    };
    match error {
        sqlx::Error::Database(error) => {
            let error = error.downcast::<PgDatabaseError>();
            if error.code() == CONFLICT {
                return StoreError::Conflict {
                    key: Key::from_stored(error.message().to_owned()),
                    // Who wrote the batch knows what it demanded.
                    expected: Expect::Any,
                    found: error.detail().and_then(|detail| detail.parse().ok()),
                };
            }
            let away = AWAY.iter().any(|code| error.code().starts_with(code));
            let kind = if away { std::io::ErrorKind::ConnectionAborted } else { std::io::ErrorKind::Other };
            told(kind, format!("PostgreSQL answered with error {}", error.code()))
        }
        sqlx::Error::Io(source) => match distrust(&source) {
            Some(why) => StoreError::Untrusted { place: place.to_owned(), why },
            None => StoreError::Io { place: place.to_owned(), source },
        },
        sqlx::Error::PoolTimedOut => {
            told(std::io::ErrorKind::TimedOut, "no connection in time; is the server running?".to_owned())
        }
        sqlx::Error::Tls(error) => {
            let plain = error.to_string() == NO_TLS;
            let why = if plain { Distrust::Plain } else { Distrust::Certificate };
            StoreError::Untrusted { place: place.to_owned(), why }
        }
        other => told(std::io::ErrorKind::Other, words(&other).to_owned()),
    }
}

/// What the client says of a server that offers no encryption.
const NO_TLS: &str = "server does not support TLS";

/// Why the encryption could not be begun, when that is what happened.
fn distrust(error: &std::io::Error) -> Option<Distrust> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match error {
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => Distrust::Issuer,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Distrust::Name,
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Distrust::Time,
        _ => Distrust::Certificate,
    })
}

/// What else can happen, without any value.
fn words(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Protocol(_) => "the server's answer could not be understood",
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => "its connections are closed",
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            "a column has another type than it should"
        }
        _ => "the call failed",
    }
}

/// The fault of a migration.
pub(super) fn migration(error: MigrateError, place: &str) -> StoreError {
    let reason = match error {
        // It never came to the server.
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)
            if error.as_database_error().is_none() =>
        {
            return fault(error, place);
        }
        MigrateError::VersionMissing(version) => {
            format!("a newer program has prepared it (version {version})")
        }
        MigrateError::VersionMismatch(version) => {
            format!("its version {version} was made by another program")
        }
        MigrateError::Dirty(version) => format!("its version {version} was begun and not finished"),
        MigrateError::Execute(_) | MigrateError::ExecuteMigration(..) => {
            "the server refused a migration; has this user the right to create tables?".to_owned()
        }
        _ => "the migration failed".to_owned(),
    };
    StoreError::Io { place: place.to_owned(), source: std::io::Error::other(reason) }
}

/// An address that cannot be read.
pub(super) fn address() -> StoreError {
    StoreError::Io {
        place: "postgres://…".to_owned(),
        source: std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "the address is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        ),
    }
}
