//! A program that is killed while platforms call it back has everything that it said it had received, and acts on it once.
//!
//! The test runs this same binary again as a worker, kills it (SIGKILL) whenever it has acknowledged some more, and plays the
//! platform, which calls back again as long as it hears nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of it is test code")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use ports::clock::SystemClock;
use ports::http::Hidden;
use ports::inbox::{Doors, Inbox, Plain, YanxuanDoor, router};
use ports::platform::PlatformEvent;
use ports::store::{Batch, Expect, Key, Record, SledStore, Store};
use ports::yanxuan::{sign, time_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where the worker works; set in its environment.
const DIR: &str = "KILLED_CALLBACKS_DIR";
/// Kills, each followed by another worker.
const KILLS: u64 = 15;
/// Acknowledged callbacks before each kill.
const BETWEEN: u64 = 12;
/// Platforms that call at the same time.
const CALLERS: u64 = 4;
const METHOD: &str = "yanxuan.notification.order.delivered";
const KEY: &str = "demo-app-key";
const SECRET: &str = "demo-app-secret";
/// How long anything may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often an order's waybill was taken in.
#[derive(Serialize, Deserialize)]
struct Taken {
    times: u64,
}

impl Record for Taken {
    const FORMAT: u32 = 1;
}

fn order_no(caller: u64, number: u64) -> String {
    format!("T{caller}-{number}")
}

/// Calls back about one order after another, each until it is acknowledged; ends when told to, after a last one.
async fn call_back(place: &Path, caller: u64, acknowledged: &AtomicU64, until: u64) -> u64 {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let mut number = 0;
    while acknowledged.load(Ordering::SeqCst) < until {
        let order_no = order_no(caller, number);
        let news = format!(
            r#"{{"orderId":"{order_no}","expressInfos":[{{"expressCompany":"顺丰","expressNos":["SF{order_no}"]}}]}}"#
        );
        loop {
            let timestamp = time_text(Timestamp::now());
            let mut form =
                vec![("method", METHOD), ("appKey", KEY), ("timestamp", &timestamp), ("orderPackage", &news)];
            let signed = sign(form.iter().copied(), SECRET);
            form.push(("sign", &signed));
            let port = fs::read_to_string(place.join("port")).unwrap_or_default();
            let url = format!("http://127.0.0.1:{port}/callbacks/yanxuan");
            if let Ok(answer) = client.post(url).form(&form).send().await
                && let Ok(answer) = answer.json::<Value>().await
                && answer["code"] == 200
            {
                acknowledged.fetch_add(1, Ordering::SeqCst);
                number += 1;
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    number
}

fn start(place: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIR, place)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_any_moment_it_has_what_it_acknowledged_and_acts_once() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let acknowledged = Arc::new(AtomicU64::new(0));
    let until = KILLS * BETWEEN;
    let mut worker = start(place);
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (place, acknowledged) = (place.to_owned(), Arc::clone(&acknowledged));
            runtime.spawn(async move { call_back(&place, caller, &acknowledged, until).await })
        })
        .collect();
    for kill in 1..=KILLS {
        wait(|| acknowledged.load(Ordering::SeqCst) >= kill * BETWEEN);
        worker.kill().unwrap();
        worker.wait().unwrap();
        let _ = fs::remove_file(place.join("port"));
        worker = start(place);
    }
    // The last worker hears what is still called out, and is killed too.
    let numbers: Vec<u64> = callers.into_iter().map(|caller| runtime.block_on(caller).unwrap()).collect();
    worker.kill().unwrap();
    worker.wait().unwrap();

    // What is left is done in peace.
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&place.join("store")).unwrap());
    let inbox = inbox(&store);
    while act(store.as_ref(), &inbox, Duration::ZERO) > 0 {}
    for (caller, numbers) in numbers.into_iter().enumerate() {
        assert!(numbers > 0);
        for number in 0..numbers {
            let key = Key::of(["taken", &order_no(caller as u64, number)]);
            let taken =
                store.get(&key).unwrap().unwrap_or_else(|| panic!("{key} was acknowledged and is lost"));
            assert_eq!(taken.record::<Taken>().unwrap().times, 1, "{key}");
        }
    }
}

fn wait(mut until: impl FnMut() -> bool) {
    let started = std::time::Instant::now();
    while !until() {
        assert!(started.elapsed() < PATIENCE, "nothing comes any more");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn inbox(store: &Arc<dyn Store>) -> Inbox {
    Inbox::new(Arc::clone(store), Arc::new(SystemClock), Arc::new(Plain))
}

/// Acts on what is due: counts, in the batch that says that it is done.
fn act(store: &dyn Store, inbox: &Inbox, lease: Duration) -> usize {
    let claimed = inbox.claim(lease, 5).unwrap();
    for claimed in &claimed {
        let PlatformEvent::Waybill(news) = &claimed.event else { panic!("{claimed:?}") };
        let key = Key::of(["taken", &news.order_no]);
        let before = store.get(&key).unwrap();
        let (times, expect) = before.map_or((0, Expect::Absent), |taken| {
            (taken.record::<Taken>().unwrap().times, Expect::Version(taken.version))
        });
        let mut batch = Batch::default();
        batch.put(key, expect, &Taken { times: times + 1 }).unwrap();
        inbox.done(&mut batch, claimed).unwrap();
        // A conflict: its lease has ended meanwhile, and it will be claimed again.
        let _ = store.commit(batch);
    }
    claimed.len()
}

/// Hears callbacks and acts on them, for ever.
#[test]
#[ignore = "run by killed_at_any_moment_it_has_what_it_acknowledged_and_acts_once, in a process of its own"]
fn worker() {
    let Some(place) = std::env::var_os(DIR) else { return };
    let place = Path::new(&place);
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&place.join("store")).unwrap());
    let hearing = Arc::new(inbox(&store));
    let door = YanxuanDoor { app_key: KEY.into(), app_secret: Hidden::new(SECRET) };
    let doors = Doors { yanxuan: Some(door), xiaohongshu: None };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.spawn(async move {
        let inbox = inbox(&store);
        loop {
            let (store, inbox) = (store.as_ref(), &inbox);
            // The lease of a killed worker ends at once, so that the next one finds its work.
            tokio::task::block_in_place(|| act(store, inbox, Duration::from_millis(1)));
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    });
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        fs::write(place.join("port.new"), port).unwrap();
        fs::rename(place.join("port.new"), place.join("port")).unwrap();
        axum::serve(listener, router(hearing, doors)).await.unwrap();
    });
}
