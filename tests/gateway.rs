//! Messages to customs and receipts back, over HTTP and through folders, with the sandbox's desk at the other end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use declare::desk::{Desk, DeskSettings};
use declare::enveloped_gateway::EnvelopedGateway;
use declare::messages::envelope::{DXP, Letter, enveloped};
use declare::messages::reading::parse;
use declare::messages::receipts;
use declare::receipt::{Answer, Receipt, Subject};
use ports::clock::SystemClock;
use ports::gateway::folder::{FolderGateway, FolderSettings};
use ports::gateway::http::{HttpGateway, HttpSettings};
use ports::gateway::{Fate, Gateway, Outcome, Raw};
use ports::sandbox::customs::{Customs, CustomsSettings};
use ports::sandbox::{Manner, Payments, Plan, Rates, Scenario};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::signing;
use crate::support::{Workplace, sample};

/// How long receipts may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The samples as signed messages, in the order in which they are sent: number and bytes.
fn messages() -> Vec<(String, Vec<u8>)> {
    let place = Workplace::with_filings();
    let config = signing::with_key_file(&place);
    let orders = sample("orders.jsonl").display().to_string();
    let config = config.display().to_string();
    let args = [
        "--config", &config, "declare", "build", &orders, "--out", "out", "--sign", "--batch", "8", "--json",
    ];
    let ran = place.run(&args);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let mut messages: Vec<_> = place.messages().into_iter().collect();
    messages.sort();
    // The payment slip is the payment company's.
    messages.retain(|(name, _)| !name.starts_with("CEB411"));
    let number = |name: &str| name.split(['_', '.']).nth(1).unwrap().to_owned();
    messages.into_iter().map(|(name, xml)| (number(&name), xml.into_bytes())).collect()
}

fn customs(only: Option<Scenario>, payments: &Arc<Payments>, settings: CustomsSettings) -> Customs {
    let plan = Plan { seed: 5, only };
    let settings_of_desk =
        DeskSettings { plan, payments: Some(Arc::clone(payments)), ..DeskSettings::default() };
    Customs::new(Arc::new(Desk::new(settings_of_desk)), Arc::new(SystemClock), settings)
}

async fn serve(customs: &Customs) -> HttpGateway {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/customs", listener.local_addr().unwrap());
    let router = Router::new().nest("/customs", customs.router());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let quick = HttpSettings {
        timeout: Duration::from_millis(500),
        first_wait: Duration::from_millis(1),
        ..HttpSettings::new(url, None)
    };
    HttpGateway::new(quick).unwrap()
}

/// Sends until it is certain, as the outbox does: always the same bytes.
async fn send(gateway: &dyn Gateway, messages: &[(String, Vec<u8>)]) {
    let mut again = 0;
    for (guid, bytes) in messages {
        loop {
            match gateway.submit(guid, bytes).await {
                Outcome::Accepted => break,
                Outcome::Refused { reason } => panic!("{reason}"),
                Outcome::Deferred { retry_after, .. } => {
                    tokio::time::sleep(retry_after.unwrap_or_default()).await;
                }
                Outcome::Unknown { .. } => {
                    again += 1;
                    // Knowing better saves the sending, but is not needed.
                    if again % 2 == 0 && gateway.query(guid).await == Fate::Arrived {
                        break;
                    }
                }
            }
        }
    }
}

/// Takes receipts until so many orders' inventories have come to a last word, or until nothing comes any more.
async fn receive(gateway: &dyn Gateway, wanted: usize) -> Vec<Receipt> {
    let (mut all, mut cursor, start) = (Vec::new(), None, Instant::now());
    loop {
        let Ok(batch) = gateway.receive(cursor.as_deref()).await else { continue };
        assert_eq!(batch.faults, []);
        for raw in &batch.receipts {
            all.extend(read(raw));
            gateway.acknowledge(raw).await.unwrap();
        }
        cursor = batch.next.or(cursor);
        if batch.receipts.is_empty() && ended(&all).len() >= wanted {
            return all;
        }
        assert!(start.elapsed() < PATIENCE, "{} of {wanted} came to an end", ended(&all).len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn read(raw: &Raw) -> Vec<Receipt> {
    let read = receipts::read(&raw.bytes).unwrap();
    assert_eq!(read.faults, []);
    let about = |answer| match answer {
        Answer::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    };
    read.answers.into_iter().map(about).collect()
}

/// The last word about every document that has one, by its own number.
fn ended(receipts: &[Receipt]) -> BTreeMap<(Subject, String), i64> {
    let mut last: BTreeMap<(Subject, String), &Receipt> = BTreeMap::new();
    for receipt in receipts {
        let key = match receipt.subject {
            Subject::Inventory => receipt.keys.own_no.clone().unwrap(),
            // An order that is refused has no inventory that comes to an end.
            Subject::Order if receipt.status.is_fault() => receipt.keys.order_no.clone().unwrap(),
            _ => continue,
        };
        let before = last.entry((receipt.subject, key)).or_insert(receipt);
        if receipt.time >= before.time {
            *before = receipt;
        }
    }
    let status = |receipt: &Receipt| receipt.status.number().unwrap();
    let ends = [100, 300, 800];
    last.into_iter()
        .map(|(key, receipt)| (key, status(receipt)))
        .filter(|(_, status)| *status < 0 || ends.contains(status))
        .collect()
}

fn sorted(mut messages: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    messages.sort();
    messages
}

/// What each scenario ends in, and what stands in the ledger then.
fn end_of(scenario: Scenario) -> (i64, &'static str) {
    match scenario {
        Scenario::PaymentMissing
        | Scenario::AmountMismatch
        | Scenario::BuyerDiffers
        | Scenario::YearlyLimit => (100, "refused"),
        Scenario::FormatError => (-301_008, "waiting"),
        Scenario::CancelledBeforeRelease => (300, "accepted"),
        _ => (800, "released"),
    }
}

const SAMPLES: usize = 21;

async fn ends_as_it_should(
    scenario: Scenario,
    gateway: &dyn Gateway,
    customs: &Customs,
    messages: &[(String, Vec<u8>)],
) {
    send(gateway, messages).await;
    let receipts = receive(gateway, SAMPLES).await;
    let (status, standing) = end_of(scenario);
    let ended = ended(&receipts);
    assert_eq!(ended.len(), SAMPLES, "{scenario:?}");
    assert!(ended.values().all(|end| *end == status), "{scenario:?}: {ended:?}");
    // Where orders are refused, their inventories may still be on their way.
    let start = Instant::now();
    let expected = json!({standing: SAMPLES});
    while customs.state()["ledger"]["inventories"] != expected {
        assert!(start.elapsed() < PATIENCE, "{scenario:?}: {}", customs.state()["ledger"]["inventories"]);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ledger = &customs.state()["ledger"];
    assert_eq!(ledger["duplicates"], 0, "{scenario:?}");
    let most = ledger["most_of_a_key"]["inventory"].as_u64().unwrap();
    assert_eq!(most, u64::from(standing != "refused"), "{scenario:?}");
}

#[test]
fn every_scenario_goes_there_and_back_over_http_and_through_folders() {
    let messages = messages();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for scenario in Scenario::ALL {
            let payments = Arc::new(Payments::default());
            let over_http = customs(Some(scenario), &payments, CustomsSettings::default());
            let gateway = serve(&over_http).await;
            ends_as_it_should(scenario, &gateway, &over_http, &messages).await;

            let dir = tempfile::tempdir().unwrap();
            let [outbox, inbox] = ["out", "in"].map(|name| dir.path().join(name));
            fs::create_dir(&outbox).unwrap();
            fs::create_dir(&inbox).unwrap();
            let through_folders = customs(Some(scenario), &payments, CustomsSettings::default());
            let _client = through_folders.watch(&outbox, &inbox);
            let gateway = FolderGateway::new(FolderSettings::new(outbox, inbox));
            ends_as_it_should(scenario, &gateway, &through_folders, &messages).await;
            // A message whose receipts nothing waited for may still lie in the folder.
            let start = Instant::now();
            while sorted(through_folders.messages()) != sorted(messages.clone()) {
                assert!(start.elapsed() < PATIENCE, "{scenario:?}: byte for byte");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
}

#[test]
fn messages_in_envelopes_are_answered_in_envelopes() {
    let messages = messages();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let customs = customs(Some(Scenario::AllClear), &Arc::default(), CustomsSettings::default());
        let plain = Arc::new(serve(&customs).await);
        let gateway = EnvelopedGateway::new(plain, &DXP);
        // The second sending of each is byte for byte the first, or the service would refuse it.
        send(&gateway, &messages).await;
        send(&gateway, &messages).await;
        assert_eq!(customs.state()["messages"], messages.len());
        for (guid, bytes) in customs.messages() {
            let text = String::from_utf8(bytes).unwrap();
            let tree = parse(&text).unwrap();
            let letter = Letter::of(&tree).unwrap();
            assert_eq!((letter.number.as_str(), letter.sender.as_str()), (guid.as_str(), "DXPENT0000000001"));
            let inside = enveloped(&tree).unwrap().unwrap();
            assert!(messages.contains(&(guid, inside)), "byte for byte");
        }
        let batch = gateway.receive(None).await.unwrap();
        let text = String::from_utf8(batch.receipts[0].bytes.clone()).unwrap();
        assert_eq!(Letter::of(&parse(&text).unwrap()).unwrap().receivers, ["DXPENT0000000001"]);
        assert_eq!(ended(&receive(&gateway, SAMPLES).await).len(), SAMPLES);
    });
}

#[test]
fn a_service_that_fails_in_every_way_gets_each_message_once() {
    let messages = messages();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let manner = Manner {
            slow: Duration::from_millis(20),
            hold: Duration::from_secs(2),
            retry_after: Some(0),
            ..Manner::default()
        };
        // Of two calls one fails.
        let faults = Rates::all(70_000).unwrap();
        let settings = CustomsSettings { faults, manner, seed: 3, ..CustomsSettings::default() };
        let customs = customs(Some(Scenario::AllClear), &Arc::default(), settings);
        let gateway = serve(&customs).await;
        // Each is sent three times over, as after crashes.
        for _ in 0..3 {
            send(&gateway, &messages).await;
        }
        let receipts = receive(&gateway, SAMPLES).await;
        assert_eq!(ended(&receipts).len(), SAMPLES);
        let state = customs.state();
        assert_eq!(state["messages"], messages.len());
        assert!(state["sendings"].as_u64().unwrap() > 3 * messages.len() as u64 / 2);
        let once = json!({"order": 1, "payment": 0, "waybill": 1, "inventory": 1});
        assert_eq!(state["ledger"]["most_of_a_key"], once);
        assert_eq!(state["ledger"]["duplicates"], 0);
        assert!(customs.messages() == messages, "byte for byte");
    });
}

/// Kills the sandbox however the test ends.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_sandbox_has_a_gateway_to_customs() {
    let place = Workplace::new();
    let mut command = place.command(&["sandbox", "--orders", "3", "--seed", "5"]);
    let mut sandbox = Guard(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(sandbox.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let access: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(access["gateway"]["kind"], "http");
    let url = access["gateway"]["url"].as_str().unwrap();
    place.write("http.toml", format!("[gateway]\nkind = \"http\"\nurl = \"{url}\"\n"));
    let ran = place.run(&["--config", "http.toml", "doctor"]);
    assert!(ran.stdout.contains(&format!("✓ gateway: {url} answers")), "{}", ran.stdout);
    let messages = messages();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let gateway = HttpGateway::new(HttpSettings::new(url, None)).unwrap();
        send(&gateway, &messages).await;
        let receipts = receive(&gateway, SAMPLES).await;
        let numbers: BTreeSet<_> =
            receipts.iter().filter_map(|receipt| receipt.keys.inventory_no.as_ref()).collect();
        assert!(!numbers.is_empty() && numbers.len() <= SAMPLES);
    });
}
