//! Platform and customs in this process, and a key to sign with: shared by the examples that run the pipeline.

// Each example uses some of it.
#![allow(dead_code)]

pub(crate) mod heard;
pub(crate) mod platform;
pub(crate) mod trouble;

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use declare::desk::{Desk, DeskSettings};
use declare::messages::signature::{Algorithm, KeyFile};
use jiff::{SignedDuration, Timestamp};
use ports::clock::Clock;
use ports::gateway::{Batch, Fate, Gateway, GatewayError, MAX_BATCH, Outcome, Raw};
use ports::sandbox::customs::CustomsDesk as _;

use trouble::{Strike, Trouble, own_time_us};

/// The sandbox's desk, and its receipts.
pub(crate) struct Customs {
    desk: Desk,
    clock: Arc<dyn Clock>,
    receipts: Mutex<VecDeque<(u64, Timestamp, Vec<u8>)>>,
    next: AtomicU64,
    /// Numbers of the messages that came: the same one again is no new one.
    came: Mutex<HashSet<String>>,
    trouble: Trouble,
    /// How long an answer takes at the least.
    takes: SignedDuration,
    /// Processor time that the desk took, in microseconds.
    pub(crate) took_us: AtomicU64,
    /// Whether every other receipt is held back, so that some documents are stored and others silent.
    pub(crate) silent: AtomicBool,
}

impl Customs {
    pub(crate) fn new(settings: DeskSettings, clock: Arc<dyn Clock>) -> Arc<Self> {
        Self::troubled(settings, clock, (Trouble::default(), SignedDuration::ZERO))
    }

    /// Customs whose gateway fails now and then: before a message came in, after it did, and with receipts that come twice.
    pub(crate) fn troubled(
        settings: DeskSettings,
        clock: Arc<dyn Clock>,
        (trouble, takes): (Trouble, SignedDuration),
    ) -> Arc<Self> {
        Arc::new(Self {
            desk: Desk::new(settings),
            clock,
            receipts: Mutex::default(),
            next: AtomicU64::new(0),
            came: Mutex::default(),
            trouble,
            takes,
            took_us: AtomicU64::new(0),
            silent: AtomicBool::new(false),
        })
    }

    /// What the desk has in its ledger.
    pub(crate) fn state(&self) -> serde_json::Value {
        self.desk.state()
    }

    fn take_in(&self, number: &str, bytes: &[u8]) {
        if !self.came.lock().unwrap().insert(number.to_owned()) {
            return;
        }
        let (now, began) = (self.clock.now(), own_time_us());
        let reception = self.desk.receive(bytes, now);
        self.took_us.fetch_add(own_time_us() - began, Ordering::Relaxed);
        let mut receipts = self.receipts.lock().unwrap();
        for answer in reception.answers {
            for _ in 0..if self.trouble.strike().is_some() { 2 } else { 1 } {
                let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
                receipts.push_back((number, now, answer.receipt.clone()));
            }
        }
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

    fn submit<'a>(&'a self, number: &'a str, bytes: &'a [u8]) -> Waits<'a, Outcome> {
        let strike = self.trouble.strike();
        if strike != Some(Strike::Before) {
            self.take_in(number, bytes);
        }
        done(match strike {
            None => Outcome::Accepted,
            Some(_) => Outcome::Unknown { reason: "the connection broke".to_owned() },
        })
    }

    fn query<'a>(&'a self, number: &'a str) -> Waits<'a, Fate> {
        let came = self.came.lock().unwrap().contains(number);
        done(if came { Fate::Arrived } else { Fate::NeverArrived })
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
        let until = self.clock.now() - self.takes;
        let ready = receipts.iter().take_while(|(_, at, _)| *at <= until);
        let raws: Vec<Raw> = ready.take(MAX_BATCH).map(raw).collect();
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
