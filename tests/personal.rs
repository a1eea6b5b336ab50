//! Names, telephones, addresses and identity numbers stand in the messages, and nowhere else.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use declare::configuration::Configuration;
use declare::documents::{Guid, Numbers, Standing, assemble};
use declare::order::{Line, line};
use declare::setting::Setting;
use declare::shop::SAMPLE_CONFIGURATION;
use declare::shop::goods::{ShopPort, product};
use declare::shop::people::id_check;
use filing::tariff::Tariff;
use ports::catalogue::Catalogue;
use serde_json::{Value, json};

use crate::support::{Workplace, lines, order};

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
            inventory: Standing::Saved,
        };
        shown.push(format!("{:#?}", assemble(order, Some("杭州"), &filings, &numbers, &setting)));
    }
    assert!(shown.iter().any(|text| text.contains("InventoryHead")), "one order has documents");
    for canary in canaries() {
        assert!(shown.iter().all(|text| !text.contains(&canary)), "{canary}");
    }
}
