//! Anybody's messages, checked: what is right passes, and every rule that is broken is told by its own code.

use std::collections::BTreeSet;
use std::fs;

use declare::lint::{Checked, Lint, Options, Signature, rules};
use declare::shop::SAMPLE_ORDERS;
use filing::tariff::Tariff;
use serde_json::Value;

use crate::signing;
use crate::support::{self, Ran, Workplace, sample};

/// A workplace with the messages of the samples in `out`.
fn built() -> Workplace {
    let place = Workplace::with_filings();
    place.declare(SAMPLE_ORDERS, &[]);
    place
}

fn file(place: &Workplace, kind: &str) -> std::path::PathBuf {
    let found = fs::read_dir(place.path("out")).unwrap().map(|entry| entry.unwrap().path());
    found.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(kind)).unwrap()
}

/// The number and type of the first document's field, replaced; or the field taken out.
fn set(xml: &str, field: &str, value: Option<&str>) -> String {
    let (open, close) = (format!("<ceb:{field}>"), format!("</ceb:{field}>"));
    let start = xml.find(&open).unwrap_or_else(|| panic!("{field}"));
    let end = start + xml[start..].find(&close).unwrap() + close.len();
    let new = value.map_or(String::new(), |value| format!("{open}{value}{close}"));
    format!("{}{new}{}", &xml[..start], &xml[end..])
}

fn codes(ran: &Ran) -> BTreeSet<String> {
    let json = ran.json();
    let faults = json["files"].as_array().unwrap().iter().flat_map(|file| file["faults"].as_array().unwrap());
    faults.map(|fault| fault["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_this_program_writes_passes() {
    let place = built();
    let ran = place.run(&["declare", "check", "out", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let files = ran.json()["files"].as_array().unwrap().clone();
    assert_eq!(files.len(), 4);
    for file in files {
        assert_eq!((&file["valid"], &file["signature"]), (&true.into(), &"none".into()));
        assert_eq!((&file["documents"], &file["faults"]), (&21.into(), &Value::Array(Vec::new())));
    }
}

/// A message, a field of its first document, what is put there, and the code that tells it.
const BROKEN: [(&str, &str, Option<&str>, &str); 58] = [
    ("CEB311", "guid", Some("11111111"), "CEB-LENGTH"),
    ("CEB311", "orderNo", None, "CEB-REQUIRED"),
    ("CEB311", "freight", None, "CEB-REQUIRED"),
    ("CEB311", "orderNo", Some(""), "CEB-EMPTY-FIELD"),
    ("CEB311", "goodsValue", Some("1,000.00"), "CEB-NUMBER"),
    ("CEB311", "goodsValue", Some("1.123456"), "CEB-NUMBER"),
    ("CEB621", "packNo", Some("one"), "CEB-INTEGER"),
    ("CEB311", "currency", Some("502"), "CEB-FIXED"),
    ("CEB311", "ebcName", Some("名</ceb:ebcName><ceb:shop>x</ceb:shop><ceb:ebcName>名"), "CEB-UNKNOWN"),
    ("CEB311", "ebcName", Some("名</ceb:ebcName><ceb:ebcName>名"), "CEB-TWICE"),
    ("CEB311", "ebcName", Some("名</ceb:ebcName><ceb:orderNo>7</ceb:orderNo><ceb:ebcName>名"), "CEB-ORDER"),
    ("CEB311", "orderNo", Some("P600000000000000002"), "CHECK-K1"),
    ("CEB411", "payTransactionId", Some("2026112222001400000000000002"), "MATCH-X5"),
    ("CEB411", "orderNo", Some("P69"), "MATCH-X1"),
    ("CEB511", "orderNo", Some("P69"), "MATCH-X1"),
    ("CEB411", "ebpName", Some("别的平台"), "MATCH-X2"),
    ("CEB621", "ebcName", Some("别的企业"), "MATCH-X3"),
    ("CEB411", "payCode", Some("1234567890"), "MATCH-X4"),
    ("CEB411", "payName", Some("别的支付"), "MATCH-X5"),
    ("CEB411", "amountPaid", Some("0.01"), "MATCH-X6"),
    ("CEB411", "payerName", Some("别人"), "MATCH-X8"),
    ("CEB311", "buyerIdType", Some("2"), "MATCH-X9"),
    ("CEB621", "buyerName", Some("别人"), "MATCH-X10"),
    ("CEB621", "buyerIdNumber", Some("110101190001010000"), "MATCH-X11"),
    ("CEB621", "buyerTelephone", Some("13900000000"), "MATCH-X12"),
    ("CEB511", "consignee", Some("别人"), "MATCH-X13"),
    ("CEB621", "consigneeAddress", Some("别处"), "MATCH-X14"),
    ("CEB621", "logisticsName", Some("别的物流"), "MATCH-X15"),
    ("CEB621", "gname", Some("别的商品"), "MATCH-X18"),
    ("CEB621", "qty", Some("77"), "MATCH-X18"),
    ("CEB311", "acturalPaid", Some("0.01"), "MATCH-A1"),
    ("CEB311", "totalPrice", Some("0.01"), "MATCH-A4"),
    ("CEB311", "totalPrice", Some("0.01"), "MATCH-A5"),
    ("CEB621", "totalPrice", Some("0.01"), "MATCH-A6"),
    ("CEB311", "totalPrice", Some("0"), "MATCH-A7"),
    ("CEB621", "freight", Some("77"), "MATCH-A8"),
    ("CEB311", "goodsValue", Some("5000.01"), "MATCH-A9"),
    ("CEB311", "gnum", Some("2"), "MATCH-Q1"),
    ("CEB621", "qty1", Some("0"), "MATCH-Q2"),
    ("CEB621", "qty2", None, "MATCH-Q3"),
    ("CEB621", "unit1", Some("007"), "MATCH-Q4"),
    ("CEB621", "unit", Some("035"), "MATCH-Q5"),
    ("CEB621", "netWeight", Some("77"), "MATCH-Q7"),
    ("CEB621", "grossWeight", Some("77"), "MATCH-Q8"),
    ("CEB621", "netWeight", Some("0.001"), "MATCH-Q9"),
    ("CEB511", "packNo", Some("2"), "MATCH-Q10"),
    ("CEB621", "tradeMode", Some("0110"), "MATCH-C2"),
    ("CEB621", "tradeMode", Some("9610"), "CHECK-C3"),
    ("CEB621", "tradeMode", Some("9610"), "MATCH-C5"),
    ("CEB621", "emsNo", None, "MATCH-C4"),
    ("CEB621", "appStatus", Some("2"), "MATCH-C6"),
    ("CEB621", "gcode", Some("33049900"), "MATCH-C7"),
    ("CEB621", "unit", Some("999"), "MATCH-C8"),
    ("CEB311", "country", Some("USA"), "MATCH-C9"),
    ("CEB621", "assureCode", Some("1234567890"), "MATCH-C11"),
    ("CEB311", "orderNo", Some("Ｐ6"), "CHECK-T2"),
    ("CEB311", "buyerIdNumber", Some("110101190001010000"), "MATCH-T3"),
    ("CEB311", "appTime", Some("20261340000000"), "MATCH-T4"),
];

#[test]
fn every_rule_that_is_broken_is_told_by_its_code() {
    let place = built();
    let mut missed = Vec::new();
    for (kind, field, value, code) in BROKEN {
        let path = file(&place, kind);
        let right = fs::read_to_string(&path).unwrap();
        fs::write(&path, set(&right, field, value)).unwrap();
        let ran = place.run(&["declare", "check", "out", "--json"]);
        let found = codes(&ran);
        if !found.contains(code) {
            missed.push(format!("{kind} {field} {value:?} {code}: {found:?}"));
        }
        let error = ran.json()["files"].as_array().unwrap().iter().any(|file| file["valid"] == false);
        assert_eq!(ran.code, i32::from(error), "{code}");
        fs::write(&path, right).unwrap();
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_rule_that_is_allowed_does_not_count() {
    let place = built();
    let path = file(&place, "CEB311");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, set(&right, "goodsValue", Some("1"))).unwrap();
    let only = path.to_str().unwrap().to_owned();
    let ran = place.run(&["declare", "check", &only, "--json"]);
    assert_eq!((ran.code, codes(&ran).len()), (1, 2), "{}", ran.stdout);
    let ran = place.run(&["declare", "check", &only, "--allow", "a5,MATCH-A1", "--json"]);
    assert_eq!((ran.code, codes(&ran).len()), (0, 0), "{}", ran.stdout);
    assert_eq!(ran.json()["files"][0]["allowed"].as_array().unwrap().len(), 2);
    for (rule, told) in
        [("A3", "cannot be let pass"), ("Z9", "there is no rule"), ("K6", "cannot be let pass")]
    {
        let ran = place.run(&["declare", "check", &only, "--allow", rule]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let place = Workplace::new();
    for lang in ["en", "zh"] {
        let ran = place.run(&["declare", "check", "--rules", "--lang", lang]);
        insta::assert_snapshot!(format!("rules_{lang}"), ran.stdout);
    }
    for rule in rules::ALL {
        if let Some(kind) = rule.kind {
            let ran = place.run(&["explain", kind.code]);
            assert_eq!(ran.code, 0, "{}", kind.code);
        }
    }
}

#[test]
fn a_clerk_reads_what_is_wrong_in_both_languages() {
    let place = built();
    let path = file(&place, "CEB621");
    let mut xml = fs::read_to_string(&path).unwrap();
    for (field, value) in [
        ("buyerName", Some("")),
        ("grossWeight", Some("heavy")),
        ("gcode", Some("33049900")),
        ("emsNo", None),
    ] {
        xml = set(&xml, field, value);
    }
    place.write("bad.xml", xml);
    for lang in ["en", "zh"] {
        let ran = place.run(&["declare", "check", "bad.xml", "--lang", lang]);
        assert_eq!(ran.code, 1);
        insta::assert_snapshot!(format!("check_{lang}"), format!("{}\n{}", ran.stderr, ran.stdout));
    }
}

#[test]
fn what_is_no_message_is_told_and_the_others_are_checked() {
    let place = built();
    place.write("text.xml", "no XML");
    place.write("other.xml", "<invoice/>");
    place.write("receipt.xml", include_str!("../crates/declare/fuzz/corpus/message/ceb622-course.xml"));
    let ran =
        place.run(&["declare", "check", "text.xml", "other.xml", "receipt.xml", "out", "gone.xml", "--json"]);
    assert_eq!(ran.code, 3, "a file that cannot be read is not refused but unread");
    let json = ran.json();
    let files = json["files"].as_array().unwrap();
    assert_eq!(files.len(), 8);
    let code = |index: usize| files[index]["faults"][0]["code"].as_str().unwrap_or("-");
    assert_eq!([0, 1, 2, 7].map(code), ["CEB-XML", "CEB-KIND", "-", "CEB-UNREADABLE"]);
    assert_eq!((&files[2]["type"], &files[2]["valid"]), (&"CEB622Message".into(), &true.into()));
    assert!(files[3..7].iter().all(|file| file["valid"] == true));
    fs::create_dir(place.path("empty")).unwrap();
    assert_eq!(place.run(&["declare", "check", "empty"]).code, 2);
}

#[test]
fn personal_data_is_not_repeated() {
    let place = built();
    let path = file(&place, "CEB411");
    let xml = fs::read_to_string(&path).unwrap();
    let xml = set(&set(&xml, "payerName", Some("不许显示")), "payerIdNumber", Some("110101190001019999"));
    fs::write(&path, set(&xml, "telephone", Some("13900008888x"))).unwrap();
    let ran = place.run(&["declare", "check", "out", "--json"]);
    assert_eq!(ran.code, 1);
    for secret in ["不许显示", "110101190001019999", "13900008888"] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{}", ran.stdout);
    }
}

/// What an element round the documents is made into, and the code that tells of it.
const BROKEN_FRAMES: [(&str, &str, &str); 11] = [
    ("<ceb:dxpMode>DXP<", "<ceb:dxpMode>D<", "CEB-LENGTH"),
    ("<ceb:dxpMode>DXP</ceb:dxpMode>", "", "CEB-REQUIRED"),
    ("<ceb:BaseTransfer>", "<ceb:BaseTransfer>\u{7532}", "CEB-TEXT-BETWEEN"),
    ("<ceb:BaseTransfer>", "<ceb:Shop>1</ceb:Shop><ceb:BaseTransfer>", "CEB-UNKNOWN"),
    ("<ceb:BaseTransfer>", "<ceb:ExtendMessage></ceb:ExtendMessage><ceb:BaseTransfer>", "CEB-ORDER"),
    ("BaseTransfer>", "BaseSubscribe>", "CEB-REQUIRED"),
    (" version=\"1.0\">", ">", "CEB-REQUIRED"),
    (" guid=\"", " guid=\"0", "CEB-LENGTH"),
    ("chinaport.gov.cn/ceb", "chinaport.gov.cn/cep", "CEB-NAMESPACE"),
    ("<ceb:OrderHead>", "<ceb:OrderHead a=\"1\">", "CEB-ATTRIBUTE"),
    ("encoding=\"UTF-8\"", "encoding=\"uTF-8\"", "CEB-FILE-DECLARED"),
];

#[test]
fn what_is_wrong_round_the_documents_is_told_in_a_clerks_words() {
    let place = built();
    let right = fs::read_to_string(file(&place, "CEB311")).unwrap();
    for (piece, other, code) in BROKEN_FRAMES {
        place.write("bad.xml", right.replace(piece, other));
        let ran = place.run(&["declare", "check", "bad.xml", "--json"]);
        assert_eq!(ran.code, 1, "{code}");
        let found = codes(&ran);
        assert!(found.contains(code), "{piece} {code}: {found:?}");
        // The validator's own words are for what nobody else tells of.
        assert!(!found.contains("CEB-SCHEMA"), "{piece} {code}: {}", ran.stdout);
    }
    // A field that other messages call otherwise bears the name it has here.
    place.write(
        "bad.xml",
        right.replace("<ceb:dxpMode>DXP<", "<ceb:dxpMode>D<").replacen("<ceb:freight>", "<ceb:freight>x", 1),
    );
    let told = place.run(&["declare", "check", "bad.xml", "--lang", "zh"]).stderr;
    assert!(told.contains("报文传输模式（dxpMode）") && told.contains("运杂费（freight）"), "{told}");
    // Heads without the element round them.
    place.write("bad.xml", right.replace("<ceb:OrderHead>", "").replace("</ceb:OrderHead>", ""));
    assert_eq!(
        codes(&place.run(&["declare", "check", "bad.xml", "--json"])),
        ["CEB-EMPTY".to_owned()].into()
    );
    let start = right.find("<ceb:Order>").unwrap();
    let end = right.find("</ceb:Order>").unwrap() + "</ceb:Order>".len();
    let many = format!("{}{}{}", &right[..end], &right[start..end].repeat(100), &right[end..]);
    place.write("bad.xml", many);
    assert!(codes(&place.run(&["declare", "check", "bad.xml", "--json"])).contains("CEB-TOO-MANY"));
}

/// A workplace with signed messages of a few documents each in `out`, in envelopes or not, and its configuration.
fn signed(more: &str) -> (Workplace, String) {
    let place = Workplace::with_filings();
    let config = signing::with_key_file(&place);
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("envelope = \"none\"", more)).unwrap();
    let config = config.display().to_string();
    let orders = sample("orders.jsonl").display().to_string();
    let build = ["declare", "build", &orders, "--out", "out", "--sign", "--batch", "1", "--json"];
    let ran = place.run(&[&["--config", config.as_str()][..], &build].concat());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    (place, config)
}

fn checked(bytes: &[u8]) -> Checked {
    let today = jiff::civil::date(2026, 11, 22);
    let options = Options { tariff: Tariff::builtin(), today, certificate: None, allowed: BTreeSet::new() };
    let mut lint = Lint::new(&options);
    lint.add("message.xml", bytes);
    lint.finish().remove(0)
}

#[test]
fn a_byte_changed_anywhere_in_a_signed_message_makes_it_invalid() {
    let (place, _) = signed("envelope = \"none\"");
    let message = fs::read(file(&place, "CEB411")).unwrap();
    let right = checked(&message);
    assert!(right.is_valid() && right.signature == Signature::Valid, "{:?}", right.faults);
    let find = |piece: &str| memchr::memmem::find(&message, piece.as_bytes()).unwrap();
    let (root, name) = (find("<ceb:CEB411Message"), find("<ds:KeyName>")..find("</ds:KeyName>"));
    for at in 0..message.len() {
        // The bit that turns a letter into its neighbour; and where the signature does not reach, the one between capitals and
        // small letters.
        let bits: &[u8] = if at < root || name.contains(&at) { &[1, 0x20] } else { &[1] };
        for bit in bits {
            let mut changed = message.clone();
            changed[at] ^= bit;
            let near = String::from_utf8_lossy(&changed[at.saturating_sub(20)..(at + 20).min(changed.len())]);
            assert!(!checked(&changed).is_valid(), "byte {at} ^ {bit}: {near}");
        }
    }
}

#[test]
fn a_certificate_that_an_authority_issued_is_held_against_the_configured_one() {
    let place = Workplace::with_filings();
    let config = signing::with_issued_key(&place);
    let config = config.display().to_string();
    let orders = sample("orders.jsonl").display().to_string();
    place.run(&["--config", &config, "declare", "build", &orders, "--out", "out", "--sign", "--batch", "1"]);
    let xml = fs::read_to_string(file(&place, "CEB411")).unwrap();
    // A letter of the certificate's last line: the authority's signature, which nobody here can verify.
    let end = xml.find("</ds:X509Certificate>").unwrap() - 12;
    let other = if xml.as_bytes()[end] == b'A' { "B" } else { "A" };
    place.write("changed.xml", format!("{}{other}{}", &xml[..end], &xml[end + 1..]));
    assert_eq!(place.run(&["--config", &config, "declare", "check", "out"]).code, 0);
    let ran = place.run(&["--config", &config, "declare", "check", "changed.xml", "--json"]);
    assert_eq!((ran.code, codes(&ran)), (1, BTreeSet::from(["CEB-SIGNATURE".to_owned()])), "{}", ran.stdout);
}

#[test]
fn a_message_in_an_envelope_is_checked_inside_and_outside() {
    let (place, config) = signed("envelope = \"dxp\"");
    let all = place.run(&["--config", &config, "declare", "check", "out", "--json"]);
    assert_eq!(all.code, 0, "{}", all.stdout);
    let files = all.json()["files"].as_array().unwrap().clone();
    assert!(files.iter().all(|file| file["signature"] == "valid" && file["documents"] == 1));
    // Run again, the same envelopes come out.
    let before = place.messages();
    let orders = sample("orders.jsonl").display().to_string();
    place.run(&["--config", &config, "declare", "build", &orders, "--out", "again", "--sign"]);
    let again = support::files(&place.path("again"));
    assert_eq!(before.len(), again.len());
    assert!(again.iter().all(|(name, bytes)| before[name].as_bytes() == bytes.as_slice()));

    let right = fs::read_to_string(file(&place, "CEB621")).unwrap();
    for (piece, other, code) in [
        ("<MsgType>CEB621Message<", "<MsgType>CEB311Message<", "CEB-ENVELOPE-LABEL"),
        ("DXPEDCCEB0000002", "DXPEDCCEB0000003", "CEB-ENVELOPE-RECEIVER"),
        ("<SenderId>DXPENT0000000001<", "<SenderId>DXPENT0000000002<", "MATCH-C13"),
        ("<SenderId>DXPENT0000000001<", "<SenderId>DXPENT00000000012<", "CEB-SCHEMA"),
        ("</TransInfo><Data>", "</TransInfo><Data>!", "CEB-ENVELOPE"),
        (" ver=\"1.0\"", " ver=\"1.1\"", "CEB-FIXED"),
    ] {
        place.write("bad.xml", right.replace(piece, other));
        let found = codes(&place.run(&["declare", "check", "bad.xml", "--json"]));
        assert!(found.contains(code), "{code}: {found:?}");
    }
    // A letter of the message inside.
    let at = right.find("<Data>").unwrap() + 4_000;
    let other = if right.as_bytes()[at] == b'A' { "B" } else { "A" };
    place.write("bad.xml", format!("{}{other}{}", &right[..at], &right[at + 1..]));
    assert_eq!(place.run(&["declare", "check", "bad.xml"]).code, 1);
}

#[test]
fn a_sender_that_no_envelope_takes_is_told_before_anything_is_built() {
    let place = Workplace::new();
    let text = fs::read_to_string(sample("customs.toml")).unwrap();
    let text = text.replace("envelope = \"none\"", "envelope = \"dxp\"");
    place.write("customs.toml", text.replace("DXPENT0000000001", "DXPENT00000000012"));
    let ran = place.run(&["declare", "build", "orders.jsonl", "--out", "out"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("transfer.dxp_id") && ran.stderr.contains("at most 16"), "{}", ran.stderr);
}

#[test]
fn receipts_are_held_against_their_schema_without_being_refused() {
    let place = Workplace::new();
    let bill = include_str!("../crates/declare/fuzz/corpus/message/ceb816.xml");
    place.write("bill.xml", bill);
    place.write("sum.xml", bill.replacen("<valueAddedTax>37.31<", "<valueAddedTax>37.32<", 1));
    let ran = place.run(&["declare", "check", "bill.xml", "sum.xml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let files = ran.json()["files"].as_array().unwrap().clone();
    let found = |file: &Value| -> BTreeSet<String> {
        file["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["code"].as_str().unwrap().to_owned())
            .collect()
    };
    // Real bills name the order and the waybill; the published schema does not know these.
    assert_eq!(found(&files[0]), BTreeSet::from(["CEB-RECEIPT-FORM".to_owned()]));
    assert!(found(&files[1]).contains("MATCH-A11"));
}

#[test]
fn what_has_to_be_signed_is_told_when_it_is_not() {
    let seeds = support::root().join("crates/declare/fuzz/corpus/message");
    for kind in ["ceb623", "ceb625", "ceb711", "ceb621"] {
        let signed = fs::read_to_string(seeds.join(format!("{kind}.xml"))).unwrap();
        let (start, end) = (signed.find("<ds:Signature").unwrap(), signed.rfind("</ceb:").unwrap());
        let bare = format!("{}{}", &signed[..start], &signed[end..]);
        // An inventory that is saved is the one that may wait for its signature.
        let saved = if kind == "ceb621" { None } else { Some("CEB-UNSIGNED") };
        for (status, wanted) in [("1", saved), ("2", Some("MATCH-C6"))] {
            let found = checked(set(&bare, "appStatus", Some(status)).as_bytes());
            let codes: Vec<_> = found.faults.iter().map(|fault| fault.code()).collect();
            let told: Vec<_> =
                codes.iter().filter(|code| ["CEB-UNSIGNED", "MATCH-C6"].contains(code)).collect();
            assert_eq!(told, wanted.iter().collect::<Vec<_>>(), "{kind} {status}: {codes:?}");
        }
    }
}

#[test]
fn a_file_full_of_mistakes_is_refused_without_telling_every_one() {
    const TOLD: usize = 5_000;
    let bad = "<ceb:Order><ceb:OrderHead><ceb:guid>x</ceb:guid></ceb:OrderHead></ceb:Order>".repeat(20_000);
    let root = "<ceb:CEB311Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" guid=\"1\" version=\"1.0\">";
    let found = checked(format!("{root}{bad}</ceb:CEB311Message>").as_bytes());
    assert_eq!((found.is_valid(), found.documents), (false, 20_000));
    assert_eq!(found.faults.len(), TOLD + 1);
    let codes: BTreeSet<_> = found.faults.iter().map(|fault| fault.code()).collect();
    assert!(codes.contains("CEB-TOO-MANY") && codes.contains("CEB-READ-MORE"), "{codes:?}");
    let last = found.faults.iter().filter_map(|fault| fault.at.path.as_deref()).max_by_key(|path| path.len());
    assert!(last.unwrap().starts_with("/CEB311Message/Order["), "{last:?}");
}
