//! The schema gate in the program against `xmllint` with the same schemas: one verdict on every message, good or broken.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use declare::messages::schema::{Schema, SchemaGate};

use crate::support::{Workplace, root, sample};

/// One message kind: how its files begin, its schema, and that schema's file.
const KINDS: [(&str, Schema, &str); 4] = [
    ("CEB311", Schema::Order, "ceb311.xsd"),
    ("CEB411", Schema::Payment, "ceb411.xsd"),
    ("CEB511", Schema::Waybill, "ceb511.xsd"),
    ("CEB621", Schema::SavedInventory, "ceb621-saved.xsd"),
];

/// The samples' message of a kind.
fn message(place: &Workplace, prefix: &str) -> String {
    let out = place.path("out");
    let found = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let file = found.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix));
    fs::read_to_string(file.unwrap()).unwrap()
}

/// A field of a message: its element's name, and where it and its content stand.
struct Field {
    name: String,
    element: std::ops::Range<usize>,
    content: std::ops::Range<usize>,
}

/// The first occurrence of every field, in the order of the message.
fn fields(xml: &str) -> Vec<Field> {
    let (mut fields, mut seen) = (Vec::new(), BTreeSet::new());
    for (start, _) in xml.match_indices("<ceb:") {
        let name_end = start + xml[start..].find('>').unwrap();
        let name = &xml[start + 1..name_end];
        let content_end = name_end + 1 + xml[name_end + 1..].find('<').unwrap();
        let closing = format!("</{name}>");
        if !name.contains(' ') && xml[content_end..].starts_with(&closing) && seen.insert(name.to_owned()) {
            fields.push(Field {
                name: name.to_owned(),
                element: start..content_end + closing.len(),
                content: name_end + 1..content_end,
            });
        }
    }
    fields
}

fn with(xml: &str, range: std::ops::Range<usize>, text: &str) -> String {
    format!("{}{text}{}", &xml[..range.start], &xml[range.end..])
}

/// The message, and the message broken in every field in several ways.
fn variants(xml: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("whole".to_owned(), xml.to_owned())]);
    let fields = fields(xml);
    for (index, field) in fields.iter().enumerate() {
        let mut add =
            |way: &str, text: String| all.insert(format!("{index:03}-{}-{way}", &field.name[4..]), text);
        let content = &xml[field.content.clone()];
        add("missing", with(xml, field.element.clone(), ""));
        add("twice", with(xml, field.element.end..field.element.end, &xml[field.element.clone()]));
        add("letters", with(xml, field.content.clone(), "x"));
        add("chinese", with(xml, field.content.clone(), &"海".repeat(20)));
        add("long", with(xml, field.content.clone(), &"9".repeat(1_001)));
        add("longer", with(xml, field.content.clone(), &format!("{content}9")));
        add("decimals", with(xml, field.content.clone(), "1.123456"));
        // An empty element of fixed value is its value in XSD, which the gate refuses on purpose.
        if field.name != "ceb:currency" {
            add("empty", with(xml, field.content.clone(), ""));
        }
    }
    let swapped: Vec<_> =
        fields.windows(2).filter(|pair| pair[0].element.end == pair[1].element.start).collect();
    for pair in swapped {
        let text = format!("{}{}", &xml[pair[1].element.clone()], &xml[pair[0].element.clone()]);
        let range = pair[0].element.start..pair[1].element.end;
        all.insert(format!("swapped-{}", &pair[0].name[4..]), with(xml, range, &text));
    }
    all.insert("no-version".to_owned(), xml.replacen(" version=\"1.0\"", "", 1));
    all.insert("short-guid".to_owned(), xml.replacen("guid=\"", "guid=\"0", 1));
    all.insert(
        "other-namespace".to_owned(),
        xml.replacen("chinaport.gov.cn/ceb", "chinaport.gov.cn/ceb2", 1),
    );
    all
}

/// xmllint's verdict on many files at once.
fn lint(schema: &str, files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(root().join("schemas").join(schema))
        .args(files)
        .output()
        .expect("xmllint is installed by tests/run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.lines().filter_map(|line| line.strip_suffix(" validates")).map(PathBuf::from).collect()
}

fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(format!("{name}.xml"));
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_gate_and_xmllint_agree_on_every_broken_field() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", "out"]);
    let mut broken = 0;
    for (prefix, schema, file) in KINDS {
        let folder = place.path(prefix);
        fs::create_dir(&folder).unwrap();
        let variants = variants(&message(&place, prefix));
        let files: Vec<PathBuf> = variants.iter().map(|(name, text)| put(&folder, name, text)).collect();
        let valid = lint(file, &files);
        let gate = SchemaGate::of(schema).unwrap();
        for ((name, text), path) in variants.iter().zip(&files) {
            let faults = gate.check(text);
            assert_eq!(faults.is_empty(), valid.contains(path), "{prefix} {name}: {faults:?}");
            // The fast way gives the same verdict on whatever is laid out as we write.
            assert_eq!(gate.accepts(text), faults.is_empty(), "{prefix} {name}");
            broken += usize::from(!faults.is_empty());
        }
        assert!(valid.contains(&folder.join("whole.xml")));
    }
    assert!(broken > 300, "{broken}");
}

#[test]
fn a_declared_inventory_needs_a_signature_and_a_saved_one_does_not() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", "out"]);
    let xml = message(&place, "CEB621");
    assert_eq!(SchemaGate::of(Schema::SavedInventory).unwrap().check(&xml), []);
    let faults = SchemaGate::of(Schema::Inventory).unwrap().check(&xml);
    assert!(faults.iter().all(|fault| fault.path.as_deref() == Some("/CEB621Message")), "{faults:?}");
    assert!(!faults.is_empty());
}

#[test]
fn a_fault_says_in_which_document_it_is() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", "out"]);
    let xml = message(&place, "CEB411");
    let at = xml.rfind("<ceb:payerName>").unwrap() + "<ceb:payerName>".len();
    let faults = SchemaGate::of(Schema::Payment).unwrap().check(&with(&xml, at..at, &"长".repeat(60)));
    assert_eq!(faults[0].path.as_deref(), Some("/CEB411Message/Payment[21]/PaymentHead/payerName"));
}

#[test]
fn hostile_xml_is_refused_without_a_panic() {
    let gate = SchemaGate::of(Schema::Order).unwrap();
    let deep = "<a>".repeat(100_000);
    let wide = format!("<a {}/>", (0..80_000).map(|n| format!("a{n}=\"\" ")).collect::<String>());
    let entities = "<!DOCTYPE a [<!ENTITY e 'x'><!ENTITY f '&e;&e;&e;'>]><a>&f;</a>";
    for xml in
        ["", "x", "<", "<a", "<a/>", "\u{feff}", "<a>\u{ffff}</a>", "<a>\u{0}</a>", entities, &deep, &wide]
    {
        assert!(!gate.check(xml).is_empty(), "{:?}", &xml[..xml.len().min(40)]);
    }
}
