//! Customs in this process, and a key to sign with: shared by the examples that run the pipeline.

use std::collections::VecDeque;
use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use declare::desk::{Desk, DeskSettings};
use declare::messages::signature::{Algorithm, KeyFile};
use jiff::Timestamp;
use ports::clock::Clock;
use ports::gateway::{Batch, Fate, Gateway, GatewayError, MAX_BATCH, Outcome, Raw};
use ports::sandbox::customs::CustomsDesk as _;

/// The sandbox's desk, and its receipts.
pub(crate) struct Customs {
    desk: Desk,
    clock: Arc<dyn Clock>,
    receipts: Mutex<VecDeque<(u64, Timestamp, Vec<u8>)>>,
    next: AtomicU64,
    /// Whether every other receipt is held back, so that some documents are stored and others silent.
    pub(crate) silent: AtomicBool,
}

impl Customs {
    pub(crate) fn new(settings: DeskSettings, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            desk: Desk::new(settings),
            clock,
            receipts: Mutex::default(),
            next: AtomicU64::new(0),
            silent: AtomicBool::new(false),
        })
    }
}

type Waits<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

fn done<'a, T: Send + 'a>(value: T) -> Waits<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Gateway for Customs {
    fn kind(&self) -> &'static str {
        "desk"
    }

    fn submit<'a>(&'a self, _: &'a str, bytes: &'a [u8]) -> Waits<'a, Outcome> {
        let now = self.clock.now();
        let reception = self.desk.receive(bytes, now);
        let mut receipts = self.receipts.lock().unwrap();
        for answer in reception.answers {
            receipts.push_back((self.next.fetch_add(1, Ordering::Relaxed) + 1, now, answer.receipt));
        }
        done(Outcome::Accepted)
    }

    fn query<'a>(&'a self, _: &'a str) -> Waits<'a, Fate> {
        done(Fate::Arrived)
    }

    fn receive<'a>(&'a self, after: Option<&'a str>) -> Waits<'a, Result<Batch, GatewayError>> {
        let after: u64 = after.map_or(0, |after| after.parse().unwrap());
        let mut receipts = self.receipts.lock().unwrap();
        while receipts.front().is_some_and(|(number, ..)| *number <= after) {
            receipts.pop_front();
        }
        if self.silent.load(Ordering::SeqCst) {
            receipts.retain(|(number, ..)| number % 2 == 0);
        }
        let raw = |(number, at, bytes): &(u64, Timestamp, Vec<u8>)| Raw {
            name: number.to_string(),
            bytes: bytes.clone(),
            received_at: *at,
        };
        let raws: Vec<Raw> = receipts.iter().take(MAX_BATCH).map(raw).collect();
        let next = raws.last().map(|raw| raw.name.clone());
        done(Ok(Batch { next, more: raws.len() == MAX_BATCH, receipts: raws, faults: Vec::new() }))
    }

    fn acknowledge<'a>(&'a self, _: &'a Raw) -> Waits<'a, Result<(), GatewayError>> {
        done(Ok(()))
    }

    fn probe(&self) -> Waits<'_, Result<(), GatewayError>> {
        done(Ok(()))
    }
}

/// A throw-away key, made by openssl in a folder.
pub(crate) fn signer(folder: &Path) -> KeyFile {
    let openssl = |args: &[&str]| {
        assert!(Command::new("openssl").args(args).current_dir(folder).output().unwrap().status.success());
    };
    openssl(&["genpkey", "-algorithm", "SM2", "-out", "key.pem"]);
    let request = ["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=test", "-days", "1", "-sm3"];
    openssl(&[&request[..], &["-out", "certificate.pem"]].concat());
    let key = std::fs::read_to_string(folder.join("key.pem")).unwrap();
    KeyFile::from_pem(Algorithm::Sm2Sm3, &key, &std::fs::read(folder.join("certificate.pem")).unwrap())
        .unwrap()
}
