//! Why the store could not do it.

use super::{Expect, Key};

/// Why a connection cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// No authority that is known here has issued the server's certificate.
    Issuer,
    /// The certificate is for another host.
    Name,
    /// The certificate is not valid yet, or no more.
    Time,
    /// A certificate is not what it should be.
    Certificate,
    /// The server offers no encryption, though the address asks for it.
    Plain,
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A version demand failed; nothing of the batch was written.
    #[error("{key} was changed by someone else: expected {expected:?}, found version {found:?}")]
    Conflict {
        /// The key whose demand failed.
        key: Key,
        /// What was demanded.
        expected: Expect,
        /// The version found, or nothing when the key does not exist.
        found: Option<u64>,
    },
    /// A key stands in a batch twice; nothing of the batch was written.
    #[error("{key} stands twice in one batch")]
    KeyTwice {
        /// The key.
        key: Key,
    },
    /// A document is longer than the store takes; nothing of its batch was written.
    #[error("{key} has {length} bytes, more than the {limit} a document may have")]
    TooLong {
        /// The document's key.
        key: Key,
        /// Its length in bytes.
        length: usize,
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// Another process has the store open.
    #[error("the store at {place} is in use by another process{}", holder.as_ref().map(|who| format!(" ({who})")).unwrap_or_default())]
    Locked {
        /// Where the store is.
        place: String,
        /// Which one, as it says itself.
        holder: Option<String>,
    },
    /// The store's files are not what they should be.
    #[error("the store at {place} is damaged: {reason}")]
    Damaged {
        /// Where the store is.
        place: String,
        /// What was found.
        reason: String,
    },
    /// The database has no tables of this program yet, or those of another version of it.
    #[error(
        "the database at {place} is not prepared for this program: found version {found:?}, wanted {known}"
    )]
    NotPrepared {
        /// Where the store is.
        place: String,
        /// The version found, if any.
        found: Option<i64>,
        /// The version that this program wants.
        known: i64,
    },
    /// The connection to a server cannot be trusted, so that nothing was sent over it.
    #[error("the connection to {place} cannot be trusted: {why:?}")]
    Untrusted {
        /// Where the store is.
        place: String,
        /// Why not.
        why: Distrust,
    },
    /// A newer program wrote this record.
    #[error("{key} has format {found}, this program knows {known}")]
    NewerFormat {
        /// The record's key.
        key: Key,
        /// The format found.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// A record cannot be written or read as JSON.
    #[error("the record {key} cannot be read: {reason}")]
    Record {
        /// The record's key.
        key: Key,
        /// What is wrong and where, without any value.
        reason: String,
    },
    /// The disk refused.
    #[error("the store at {place} cannot be used: {source}")]
    Io {
        /// Where the store is.
        place: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl StoreError {
    /// Whether the store is out of reach and may come back by itself: a server that starts anew, a connection that broke.
    pub fn is_passing(&self) -> bool {
        use std::io::ErrorKind as Kind;
        let Self::Io { source, .. } = self else { return false };
        matches!(
            source.kind(),
            Kind::ConnectionRefused
                | Kind::ConnectionReset
                | Kind::ConnectionAborted
                | Kind::NotConnected
                | Kind::BrokenPipe
                | Kind::UnexpectedEof
                | Kind::TimedOut
                | Kind::HostUnreachable
                | Kind::NetworkUnreachable
        )
    }
}
