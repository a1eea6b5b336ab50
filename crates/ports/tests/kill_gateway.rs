//! A program that is killed while it hands messages over or takes receipts in hands each message over once, and loses no receipt.
//!
//! The test runs this same binary again as a worker, kills it (SIGKILL) at random moments, and plays the transport client.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of it is test code")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ports::gateway::Gateway as _;
use ports::gateway::Outcome;
use ports::gateway::folder::{ARCHIVE, FolderGateway, FolderSettings};

/// Where the worker works; set in its environment.
const DIR: &str = "KILLED_GATEWAY_DIR";
/// Kills, each followed by another worker.
const KILLS: u32 = 30;

fn message(number: u64) -> (String, Vec<u8>) {
    let guid = format!("5B7A1C20-0000-4000-8000-{number:012}");
    let mut bytes = format!("<m><number>{number}</number>").into_bytes();
    bytes.resize(bytes.len() + 50_000, b'x');
    bytes.extend_from_slice(b"</m>");
    (guid, bytes)
}

fn receipt(number: u64) -> Vec<u8> {
    format!("<r>{number}</r>").into_bytes()
}

/// The client: takes messages away as it finds them, and counts; writes receipts, some of them in two halves.
fn client(place: &Path, done: &AtomicBool) -> (BTreeMap<String, u64>, u64) {
    let mut taken = BTreeMap::new();
    let mut receipts = 0;
    loop {
        let last = done.load(Ordering::SeqCst);
        for entry in fs::read_dir(place.join("out")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(guid) = name.strip_suffix(".xml") else {
                assert_eq!(name, ".customs", "nothing else is in sight");
                continue;
            };
            let number = guid.rsplit('-').next().unwrap().parse().unwrap();
            assert!(fs::read(&path).unwrap() == message(number).1, "a message is there whole");
            *taken.entry(guid.to_owned()).or_insert(0) += 1;
            fs::remove_file(&path).unwrap();
        }
        if last {
            return (taken, receipts);
        }
        let bytes = receipt(receipts);
        let mut file = File::create(place.join("in").join(format!("{receipts}.xml"))).unwrap();
        let (one, two) = bytes.split_at(if receipts % 2 == 0 { 0 } else { 4 });
        file.write_all(one).unwrap();
        std::thread::sleep(Duration::from_millis(1));
        file.write_all(two).unwrap();
        receipts += 1;
    }
}

#[test]
fn killed_at_any_moment_it_sends_once_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path();
    for folder in ["out", "in"] {
        fs::create_dir(place.join(folder)).unwrap();
    }
    let done = AtomicBool::new(false);
    let mut chance = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let (taken, receipts) = std::thread::scope(|scope| {
        let client = scope.spawn(|| client(place, &done));
        for _ in 0..KILLS {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut worker = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "worker", "--ignored", "--nocapture", "--test-threads=1"])
                .env(DIR, place)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(30 + (chance >> 33) % 150));
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
        done.store(true, Ordering::SeqCst);
        client.join().unwrap()
    });
    // What is left is done in peace.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(take_all(place));
    let sent = lines(&place.join("sent"));
    let started = lines(&place.join("started"));
    assert!(sent.len() > 1, "{sent:?}");
    for number in &sent {
        assert_eq!(taken.get(&message(*number).0), Some(&1), "{number} was acknowledged");
    }
    assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    assert!(taken.len() <= started.len());
    let kept = lines(&place.join("kept"));
    for number in 0..receipts {
        assert!(kept.contains(&number), "receipt {number} of {receipts} is lost");
    }
    let archived: usize = fs::read_dir(place.join("in").join(ARCHIVE))
        .unwrap()
        .map(|day| fs::read_dir(day.unwrap().path()).unwrap().count())
        .sum();
    assert_eq!(archived as u64, receipts, "each is in the archive, once");
}

fn lines(path: &Path) -> Vec<u64> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // The kill may cut the last line short; its full stop tells.
    text.lines().filter_map(|line| line.strip_suffix('.')?.parse().ok()).collect()
}

fn note(path: &Path, number: u64) {
    let mut file = File::options().create(true).append(true).open(path).unwrap();
    file.write_all(format!("\n{number}.\n").as_bytes()).unwrap();
    file.sync_data().unwrap();
}

fn gateway(place: &Path) -> FolderGateway {
    FolderGateway::new(FolderSettings::new(place.join("out"), place.join("in")))
}

async fn take_all(place: &Path) {
    let gateway = gateway(place);
    loop {
        let batch = gateway.receive(None).await.unwrap();
        for raw in &batch.receipts {
            let text = std::str::from_utf8(&raw.bytes).unwrap();
            let number = text.trim_start_matches("<r>").trim_end_matches("</r>").parse().unwrap();
            note(&place.join("kept"), number);
            gateway.acknowledge(raw).await.unwrap();
        }
        if batch.receipts.is_empty() {
            return;
        }
    }
}

/// Sends the next message after those it knows it has sent, over and over, and takes receipts between.
#[test]
#[ignore = "run by killed_at_any_moment_it_sends_once_and_loses_nothing, in a process of its own"]
fn worker() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let place = Path::new(&dir);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let gateway = gateway(place);
        let first = lines(&place.join("sent")).last().map_or(0, |last| last + 1);
        for number in first.. {
            note(&place.join("started"), number);
            let (guid, bytes) = message(number);
            assert_eq!(gateway.submit(&guid, &bytes).await, Outcome::Accepted);
            note(&place.join("sent"), number);
            take_all(place).await;
        }
    });
}
