//! Names, telephones, addresses and identity numbers stand in the messages, and nowhere else.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use declare::configuration::Configuration;
use declare::documents::{Guid, Numbers, Standing, Submission, assemble};
use declare::order::{Line, line};
use declare::setting::Setting;
use declare::shop::SAMPLE_CONFIGURATION;
use declare::shop::goods::{ShopPort, product};
use declare::shop::people::id_check;
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::fault::Lang;
use ports::platform::{Intake, Platform, Route};
use ports::repush::{Ask, Asker, Repusher, Routes};
use ports::sandbox::{FaultKind, Plan, Rates, Sandbox, Scenario, Settings, Shop, ShopItem, ShopOrder};
use ports::store::{Key, MemoryStore, Store};
use ports::xiaohongshu::v3;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::ports::configured_for;
use crate::sandbox::client_settings;
use crate::support::{Workplace, lines, order, text};

/// Nobody's: born in 1902, and with a street that is a whale's.
const BUYER: &str = "鲸落甲";
const CONSIGNEE: &str = "鲸落乙";
const BUYER_TELEPHONE: &str = "16900007771";
const CONSIGNEE_TELEPHONE: &str = "16900007772";
const STREET: &str = "蓝鲸大街777号";

fn id_number() -> String {
    let digits = "33010619020304777";
    format!("{digits}{}", id_check(digits))
}

pub fn canaries() -> Vec<String> {
    let texts =
        [BUYER, CONSIGNEE, BUYER_TELEPHONE, CONSIGNEE_TELEPHONE, STREET, "蓝鲸", "鲸落", "19020304777"];
    texts.map(str::to_owned).into_iter().chain([id_number()]).collect()
}

/// A sample order of these people.
pub fn of_canaries(number: usize) -> Value {
    let mut order = order(number);
    for entry in order["declare_info"]["orderDeclareInfos"].as_array_mut().unwrap() {
        entry["idName"] = BUYER.into();
        entry["idNumber"] = id_number().into();
        entry["linkPhone"] = BUYER_TELEPHONE.into();
    }
    let receiver = &mut order["receiver"]["receiverInfos"][0];
    receiver["receiverName"] = CONSIGNEE.into();
    receiver["receiverPhone"] = CONSIGNEE_TELEPHONE.into();
    receiver["receiverAddress"] = STREET.into();
    order
}

/// Orders of these people: one to be declared, the others held in every stage of their way.
fn orders() -> Vec<Value> {
    let buyer = |order: &mut Value, field: &str, value: &str| {
        for entry in order["declare_info"]["orderDeclareInfos"].as_array_mut().unwrap() {
            entry[field] = value.into();
        }
    };
    let mut wrong = of_canaries(2);
    let id_number = id_number();
    buyer(&mut wrong, "idNumber", &format!("{}Y", &id_number[..17]));
    buyer(&mut wrong, "linkPhone", &format!("{BUYER_TELEPHONE}-4321"));
    wrong["detail"]["boundExtendInfo"]["discountAmount"] = 1.into();
    wrong["waybill"]["freight"] = "free".into();

    let mut long = of_canaries(3);
    buyer(&mut long, "idName", &BUYER.repeat(60));
    long["receiver"]["receiverInfos"][0]["receiverName"] = CONSIGNEE.repeat(60).into();
    long["receiver"]["receiverInfos"][0]["receiverPhone"] = CONSIGNEE_TELEPHONE.repeat(20).into();
    long["receiver"]["receiverInfos"][0]["receiverAddress"] = STREET.repeat(60).into();

    let mut short = of_canaries(4);
    buyer(&mut short, "idNumber", "蓝鲸大街777号");
    buyer(&mut short, "linkPhone", STREET);

    let mut odd = of_canaries(5);
    odd["receiver"]["receiverInfos"][0]["receiverName"] = format!("{CONSIGNEE}\u{fffe}\u{1}<>&").into();
    odd["receiver"]["receiverInfos"][0]["receiverPhone"] = "１６９００００７７７２".into();

    let mut shapeless = of_canaries(6);
    shapeless["receiver"]["receiverInfos"] =
        json!([{"receiverName": {"name": CONSIGNEE}}, STREET, BUYER_TELEPHONE]);
    let mut cut = of_canaries(7);
    cut["declare_info"] = json!(id_number);
    vec![of_canaries(1), wrong, long, short, odd, shapeless, cut]
}

#[test]
fn no_person_stands_on_the_terminal() {
    for flags in [
        &[][..],
        &["-v"],
        &["-vv"],
        &["-q"],
        &["--json"],
        &["--json", "-vv"],
        &["--lang", "zh"],
        &["--lang", "zh", "--json"],
        &["--color", "always"],
        &["-vv", "--log-format", "json"],
    ] {
        let place = Workplace::with_filings();
        let text = lines(&orders());
        place.write("orders.jsonl", format!("{text}{}", &text[..1_800]));
        let mut args = vec!["declare", "build", "orders.jsonl", "--out", "out"];
        args.extend(flags);
        // Once more, with another address: the first order has changed then.
        for again in [false, true] {
            if again {
                place.write("orders.jsonl", text.replace("示例路", "海豚路").replace("777号", "777号甲"));
            }
            let ran = place.run_configured(&args);
            assert_eq!(ran.code, 1, "{}", ran.stderr);
            for canary in canaries() {
                assert!(!ran.stdout.contains(&canary), "{flags:?} {canary}: {}", ran.stdout);
                assert!(!ran.stderr.contains(&canary), "{flags:?} {canary}: {}", ran.stderr);
            }
        }
        let messages: String = place.messages().into_values().collect();
        assert!(messages.contains(BUYER) && messages.contains(STREET) && messages.contains(&id_number()));
        if flags.is_empty() {
            nowhere_in(&place.path("customs-data/store"));
        }
    }
}

/// No file of a folder holds them.
pub fn nowhere_in(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            nowhere_in(&path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for canary in canaries() {
            // Searched as text, which is faster than byte by byte; what is no text becomes other letters.
            assert!(!text.contains(&canary), "{canary} stands in {}", path.display());
        }
    }
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_the_messages() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Workplace::with_filings();
    place.declare(lines([&of_canaries(1)]), &[]);
    for folder in ["out", "customs-data/messages"] {
        for entry in fs::read_dir(place.path(folder)).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
        }
    }
}

#[test]
fn debug_shows_no_person() {
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let now = "2026-11-22T03:00:00Z".parse().unwrap();
    let setting =
        Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), now);
    let mut shown = Vec::new();
    for order in orders() {
        let text = order.to_string().into_bytes();
        let line = Line { number: 1, text: Some(text) };
        let reading = line::read(&line, &setting);
        shown.push(format!("{line:?} {reading:#?}"));
        let Some(order) = &reading.order else { continue };
        let filings: Vec<_> = order
            .lines
            .iter()
            .map(|goods| product(&goods.barcode).unwrap().filing(ShopPort::Hangzhou).map(Arc::new))
            .collect();
        let numbers = Numbers {
            guids: [(); 4].map(|()| Guid::random()),
            made_at: [now; 4],
            submissions: [Submission::New; 4],
            inventory: Standing::Saved,
        };
        shown.push(format!("{:#?}", assemble(order, Some("杭州"), &filings, &numbers, &setting)));
    }
    assert!(shown.iter().any(|text| text.contains("InventoryHead")), "one order has documents");
    for canary in canaries() {
        assert!(shown.iter().all(|text| !text.contains(&canary)), "{canary}");
    }
}

/// Secrets that stand in a configuration, and nowhere else.
mod secret {
    pub(super) const APP: &str = "canaryappsecret0c4n4ry";
    pub(super) const V1: &str = "canaryv1secret1c4n4ry";
    pub(super) const CODE: &str = "canarycode2c4n4ry";
    pub(super) const GATEWAY: &str = "canarygateway3c4n4ry";
    /// Tokens in the platform's form, and in one that nobody knows.
    pub(super) const ACCESS: &str = "token-canary4c4n4ry";
    pub(super) const REFRESH: &str = "canaryrefresh5c4n4ry";
    pub(super) const ALL: [&str; 6] = [APP, V1, CODE, GATEWAY, ACCESS, REFRESH];
}

fn everything() -> Vec<String> {
    canaries().into_iter().chain(secret::ALL.map(str::to_owned)).collect()
}

/// A shop all of whose orders are of these people.
struct CanaryShop;

impl Shop for CanaryShop {
    fn orders(&self) -> u64 {
        12
    }

    fn order(&self, index: u64) -> ShopOrder {
        let mut line = of_canaries(usize::try_from(index).unwrap() + 1);
        let paid = (Timestamp::now().as_millisecond() / 60_000 - 10) * 60_000;
        let detail = &mut line["detail"];
        detail["createdTime"] = (paid - 1_000).into();
        detail["paidTime"] = paid.into();
        detail["openAddressId"] = format!("{index:032x}").into();
        let mut take = |name: &str| line[name].take();
        ShopOrder { detail: take("detail"), declare_info: take("declare_info"), receiver: take("receiver") }
    }

    fn items(&self) -> Vec<ShopItem> {
        Vec::new()
    }
}

fn canary_configuration(base_url: &str, app_id: &str, app_key: &str, tokens: (&str, &str)) -> String {
    let account = format!(
        "app_id = \"{app_id}\"\napp_secret = \"{}\"\nv1_app_key = \"{app_key}\"\nv1_app_secret = \"{}\"\n\
         access_token = \"{}\"\nrefresh_token = \"{}\"\nbase_url = \"{base_url}\"\n",
        secret::APP,
        secret::V1,
        tokens.0,
        tokens.1
    );
    let folder = "kind = \"folder\"\noutbox = \"outbox\"\ninbox = \"inbox\"\n";
    let http = format!("kind = \"http\"\nurl = \"{base_url}/customs\"\ntoken = \"{}\"\n", secret::GATEWAY);
    configured_for(&account).replace(folder, &http)
}

/// Runs every command that calls a platform, in every way of speaking; none tells a canary, and no file of theirs holds one.
fn say_nothing(place: &Workplace, order: &str) {
    let commands: [&[&str]; 9] = [
        &["ports", "refresh"],
        &["ports", "items"],
        &["ports", "items", "--barcode", "2900000000018"],
        &["ports", "repush", order, "P999"],
        &["ports", "repush", "--missing"],
        &["ports", "token", "--code", secret::CODE],
        &["filing", "template", "begun.xlsx", "--from-items", "--force"],
        &["filing", "sync", "--limit", "2", "--verify"],
        &["doctor"],
    ];
    let canaries = everything();
    for (index, command) in commands.into_iter().enumerate() {
        let ways: [&[&str]; 4] =
            [&["-vv"], &["--json", "-vv"], &["--lang", "zh"], &["--lang", "zh", "--json"]];
        // Each command twice, so that each way of speaking is heard often enough.
        for way in [ways[index % 4], ways[(index + 1) % 4]] {
            let ran = place.run(&[command, way].concat());
            for canary in &canaries {
                for said in [&ran.stdout, &ran.stderr] {
                    assert!(!said.contains(canary.as_str()), "{command:?} {way:?} {canary}: {said}");
                }
            }
        }
    }
    for entry in fs::read_dir(place.path(".")).unwrap() {
        let path = entry.unwrap().path();
        // The store keeps the tokens, and the configuration is where the secrets are.
        if path.ends_with("customs-data") || path.ends_with("customs.toml") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(canaries.iter().all(|canary| !text.contains(canary.as_str())), "{}", path.display());
    }
}

#[test]
fn no_secret_and_no_person_comes_out_of_the_network() {
    let rates = [
        FaultKind::TooMany,
        FaultKind::Trouble,
        FaultKind::Cut,
        FaultKind::Html,
        FaultKind::BadJson,
        FaultKind::ClockSkew,
    ];
    let rates = rates.map(|kind| format!("{}=0.03", kind.name()).parse().unwrap());
    let mut settings = Settings::new(Plan { seed: 5, only: Some(Scenario::AllClear) });
    settings.faults = Rates::of(rates).unwrap();
    settings.manner.retry_after = None;
    settings.credentials.app_secret = secret::APP.into();
    settings.credentials.v1_secret = secret::V1.into();
    settings.credentials.code = secret::CODE.into();
    let shown = format!("{settings:?}");
    let sandbox = Sandbox::new(settings, Arc::new(CanaryShop), Arc::new(SystemClock));
    let runtime = Runtime::new().unwrap();
    let running = runtime.block_on(sandbox.start("127.0.0.1:0".parse().unwrap())).unwrap();
    let (access, refresh) = running.tokens();
    let credentials = running.credentials();
    let place = Workplace::with_filings();
    let configuration = canary_configuration(
        &running.base_url(),
        &credentials.app_id,
        &credentials.app_key,
        (&access, &refresh),
    );
    place.write("customs.toml", configuration);
    let order = text(&CanaryShop.order(0).detail["orderId"]);
    say_nothing(&place, &order);
    let state = running.state().to_string();
    assert!(state.contains("payment_repushes"));
    for canary in everything() {
        assert!(!state.contains(&canary) && !shown.contains(&canary), "{canary}");
    }
    runtime.shutdown_background();
}

/// A platform that repeats in its complaint all that it was sent, in one form after the other.
async fn echo(State(count): State<Arc<AtomicUsize>>, request: Request) -> Response {
    let headers = format!("{:?}", request.headers());
    let address = request.uri().to_string();
    let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let sent = format!("{} {headers} {address}", String::from_utf8_lossy(&body));
    match count.fetch_add(1, Ordering::SeqCst) % 8 {
        0 => axum::Json(json!({"success": false, "error_code": 7, "error_msg": sent})).into_response(),
        1 => axum::Json(json!({"success": false, "error_code": sent, "error_msg": "no"})).into_response(),
        2 => axum::Json(json!({"success": false, "error_code": 9, "error_msg": format!("token {sent}")}))
            .into_response(),
        3 => (StatusCode::FORBIDDEN, sent).into_response(),
        4 => axum::Json(json!({"success": true, "data": sent})).into_response(),
        5 => Html(format!("<html>{sent}")).into_response(),
        6 => axum::Json(json!({"success": true, "error_code": 0, "data": {"success": false, "msg": sent}}))
            .into_response(),
        _ => Redirect::temporary(&format!("http://127.0.0.1:1/{}", secret::CODE)).into_response(),
    }
}

#[test]
fn a_platform_that_repeats_what_it_was_sent_is_not_quoted() {
    let runtime = Runtime::new().unwrap();
    let router = Router::new().fallback(echo).with_state(Arc::new(AtomicUsize::new(0)));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    let place = Workplace::with_filings();
    place.write(
        "customs.toml",
        canary_configuration(&base_url, "a1b2", "k1", (secret::ACCESS, secret::REFRESH)),
    );
    say_nothing(&place, "P600000000000000001");
    runtime.shutdown_background();
}

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn logs_and_errors_of_the_clients_name_nobody() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut shown = Vec::new();
    tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let kinds =
                [FaultKind::TooMany, FaultKind::Trouble, FaultKind::Cut, FaultKind::Html, FaultKind::BadJson];
            let rates = kinds.map(|kind| format!("{}=0.1", kind.name()).parse().unwrap());
            let mut settings = Settings::new(Plan { seed: 6, only: Some(Scenario::AddressChanged) });
            settings.faults = Rates::of(rates).unwrap();
            settings.manner.retry_after = None;
            settings.credentials.app_secret = secret::APP.into();
            settings.decrypt_quota = Some(20);
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let sandbox = Sandbox::new(settings, Arc::new(CanaryShop), Arc::clone(&clock));
            let running = sandbox.start("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
            let mut client = client_settings(&running, 1_000, Duration::from_secs(5));
            // Few attempts, so that errors come out too.
            client.caller.attempts = 3;
            shown.push(format!("{client:?}"));
            let client = Arc::new(v3::Client::new(client, Arc::clone(&store), Arc::clone(&clock)).unwrap());
            let since = Timestamp::now() - SignedDuration::from_hours(1);
            let intake = Intake::new(client.clone(), Arc::clone(&store), Arc::clone(&clock), since);
            for _ in 0..5 {
                shown.push(format!("{:?}", intake.next_page().await));
            }
            let routes: Routes = Arc::new(|_| Route::Zongshu);
            let repusher = Repusher::new(client.clone(), Arc::clone(&store), clock, routes);
            let mut read = 0;
            for index in 0..12 {
                let order = text(&CanaryShop.order(index).detail["orderId"]);
                let bundle = client.bundle(&order).await;
                read += usize::from(bundle.is_ok());
                shown.push(format!("{bundle:#?} {repusher:?} {client:?} {running:?} {intake:?}"));
                if let Err(error) = bundle {
                    let fault = error.fault();
                    shown.push(format!("{error} {fault:?} {}", fault.message(Lang::Zh)));
                }
                let ask = Ask { by: Asker::Person, reason: "by hand".into(), route: None };
                shown.push(format!("{:?}", repusher.ask(&order, &ask).await));
                for document in store.scan(&Key::below(["repush"]), None, 100).unwrap() {
                    shown.push(String::from_utf8(document.body).unwrap());
                }
            }
            assert!(read > 0, "some orders were read");
        });
    });
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the call is made again") && logged.contains("TRACE"), "it was listened to");
    for canary in everything() {
        assert!(!logged.contains(&canary), "{canary} is logged");
        assert!(shown.iter().all(|text| !text.contains(&canary)), "{canary} is shown");
    }
}
