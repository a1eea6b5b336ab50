use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::generated::{Draw, draws};
use super::{MAX_FAULTS, Message, read};
use crate::documents::Text;
use crate::messages::reading::parse;
use crate::messages::schema::SchemaGate;
use crate::messages::{MAX_DOCUMENTS, MAX_LINES, MessageKind, Transmitter};

/// A signature that is laid out as customs wants it, and is that of no key.
const SIGNATURE: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
    <ds:CanonicalizationMethod Algorithm=\"a\"></ds:CanonicalizationMethod>\
    <ds:SignatureMethod Algorithm=\"a\"></ds:SignatureMethod>\
    <ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"a\"></ds:Transform></ds:Transforms>\
    <ds:DigestMethod Algorithm=\"a\"></ds:DigestMethod><ds:DigestValue>QUJD</ds:DigestValue></ds:Reference>\
    </ds:SignedInfo><ds:SignatureValue>QUJD</ds:SignatureValue><ds:KeyInfo><ds:KeyName>0A</ds:KeyName>\
    <ds:X509Data><ds:X509Certificate>QUJD</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>";

fn signed(text: &str) -> String {
    let end = text.rfind("</").unwrap();
    format!("{}{SIGNATURE}{}", &text[..end], &text[end..])
}

/// A message of some documents, as text.
fn written(kind: MessageKind, draw: &mut Draw) -> String {
    let count = if kind == MessageKind::Arrival { 1 } else { 1 + draw.next() % 3 };
    let documents = (0..count).map(|_| draw.document(kind)).collect();
    let (code, name): (Text<'_, 18>, Text<'_, 100>) = (draw.text(), draw.text());
    let dxp_id: Text<'_, 30> = draw.text();
    let transmitter = Transmitter { code: code.as_str(), name: name.as_str(), dxp_id: dxp_id.as_str() };
    let message = Message { kind, guid: draw.guid(), documents, transmitter, is_signed: false };
    let text = String::from_utf8(message.write()).unwrap();
    // What is read is what was written.
    let tree = parse(&text).unwrap();
    assert_eq!(read(&tree).as_ref(), Ok(&message));
    text
}

/// One message of a kind, always the same.
fn plain(kind: MessageKind) -> String {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = draws().new_tree(&mut runner).unwrap().current();
    written(kind, &mut draw)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read_and_written_again_is_the_same(draw in draws()) {
        for kind in MessageKind::ALL {
            let text = written(kind, &mut draw.clone());
            let tree = parse(&text).unwrap();
            let again = read(&tree).unwrap().write();
            prop_assert_eq!(std::str::from_utf8(&again).unwrap(), text);
        }
    }

    #[test]
    fn what_the_types_hold_passes_the_schema(draw in draws()) {
        for kind in MessageKind::ALL {
            let text = signed(&written(kind, &mut draw.clone()));
            let gate = SchemaGate::of(kind.schema(true)).unwrap();
            prop_assert_eq!(gate.check(&text), []);
            // At sight too, but for a `]]>`, which is left to the full gate.
            prop_assert!(gate.accepts(&text), "{}", text);
            let tree = parse(&text).unwrap();
            prop_assert!(read(&tree).unwrap().is_signed);
        }
    }

    #[test]
    fn whatever_is_accepted_at_sight_is_valid(
        draw in draws(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6u8, 0..24usize, any::<char>()), 1..4),
    ) {
        for kind in MessageKind::ALL {
            let original = signed(&written(kind, &mut draw.clone()));
            let mut text = original.clone();
            for (index, way, length, letter) in &edits {
                text = edited(&text, index.index(text.len()), *way, *length, *letter);
            }
            let gate = SchemaGate::of(kind.schema(true)).unwrap();
            if gate.accepts(&text) {
                prop_assert_eq!(gate.check(&text), [], "{}", text);
            }
            // Whatever is read back strictly gives one message, however often it is written.
            if let Ok(tree) = parse(&text) && let Ok(message) = read(&tree) {
                let bytes = String::from_utf8(message.write()).unwrap();
                let tree = parse(&bytes).unwrap();
                prop_assert_eq!(read(&tree).unwrap().documents, message.documents);
            }
        }
    }
}

/// A text with something done to it at a place.
fn edited(text: &str, at: usize, way: u8, length: usize, letter: char) -> String {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (boundary(at), boundary(at + length));
    let (before, piece, after) = (&text[..start], &text[start..end], &text[end..]);
    match way {
        0 => format!("{before}{after}"),
        1 => format!("{before}{piece}{piece}{after}"),
        2 => format!("{before}{letter}{after}"),
        3 => format!("{before}{letter}{piece}{after}"),
        4 => format!("{before}{} {after}", piece.to_uppercase()),
        _ => format!("{before}{}{after}", piece.chars().rev().collect::<String>()),
    }
}

/// The leaves of a message: where each element stands, and its content.
fn leaves(text: &str) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("<ceb:") {
        let open = start + text[start..].find('>').unwrap() + 1;
        let close = open + text[open..].find('<').unwrap();
        let name = &text[start + 1..open - 1];
        if text[close..].starts_with(&format!("</{name}>")) {
            found.push((start..close + name.len() + 3, open..close));
        }
    }
    found
}

fn with(text: &str, range: std::ops::Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

#[test]
fn every_field_broken_is_told_with_its_path() {
    for kind in MessageKind::ALL {
        let text = plain(kind);
        for (element, content) in leaves(&text) {
            let name = &text[element.start + 5..content.start - 1];
            for broken in [" x", "", "\n1"] {
                let broken = with(&text, content.clone(), broken);
                let tree = parse(&broken).unwrap();
                let faults = read(&tree).unwrap_err();
                let told = faults.iter().any(|fault| {
                    fault.at.path.as_deref().is_some_and(|path| {
                        let last = path.rsplit('/').next().unwrap();
                        last == name || last.starts_with(&format!("{name}["))
                    }) && fault.at.line == Some(1)
                });
                assert!(told, "{kind} {name}: {faults:?}");
            }
            // Left out, it is missed, unless the document can do without it: then it is another document.
            let tree_text = with(&text, element.clone(), "");
            let tree = parse(&tree_text).unwrap();
            match read(&tree) {
                Ok(message) => {
                    assert_eq!(String::from_utf8(message.write()).unwrap(), tree_text, "{kind} {name}")
                }
                Err(faults) => assert!(
                    faults.iter().any(|fault| matches!(
                        fault.code(),
                        "CEB-READ-MISSING" | "CEB-READ-UNEXPECTED" | "CEB-READ-NAMES"
                    )),
                    "{kind} {name}: {faults:?}"
                ),
            }
            let twice = with(&text, element.end..element.end, &text[element.clone()]);
            let tree = parse(&twice).unwrap();
            assert!(read(&tree).is_err(), "{kind} {name}");
        }
    }
}

#[test]
fn all_faults_of_a_message_are_told() {
    let text = "<ceb:CEB513Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" guid=\"5b7a1c20-0000-4000-8000-000000000001\" version=\"2\">\n\
        <ceb:LogisticsStatus><ceb:guid>5B7A1C20-0000-4000-8000-000000000002</ceb:guid>\n\
        <ceb:appType>4</ceb:appType><ceb:appTime>20260231000000</ceb:appTime><ceb:appStatus>2</ceb:appStatus>\n\
        <ceb:logisticsName>某某快递</ceb:logisticsName><ceb:logisticsCode>3301980K01</ceb:logisticsCode>\n\
        <ceb:logisticsNo><ceb:x/></ceb:logisticsNo><ceb:logisticsStatus>R</ceb:logisticsStatus>\n\
        <ceb:logisticsTime>20261124080000</ceb:logisticsTime><ceb:note>无</ceb:note></ceb:LogisticsStatus>\n\
        <ceb:BaseTransfer><ceb:copCode>1234567890123456789</ceb:copCode><ceb:copName>某某</ceb:copName><ceb:dxpMode>DXP</ceb:dxpMode></ceb:BaseTransfer>\n\
        <Signature/></ceb:CEB513Message>";
    let tree = parse(text).unwrap();
    let faults = read(&tree).unwrap_err();
    let told: Vec<String> = faults
        .iter()
        .map(|fault| {
            let path = fault.at.path.as_deref().unwrap_or_default();
            let line = fault.at.line.unwrap_or_default();
            format!("{line} {path}: {}", fault.message(ports::fault::Lang::En))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn other_messages_are_none_of_ours() {
    for text in
        ["<CEB311Message/>", "<ceb:CEB312Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"/>", "<a/>"]
    {
        let tree = parse(text).unwrap();
        let faults = read(&tree).unwrap_err();
        assert_eq!(faults[0].code(), "CEB-KIND", "{text}");
    }
}

#[test]
fn the_bounds_of_a_message_are_held() {
    let text = plain(MessageKind::Payment);
    let start = text.find("<ceb:Payment>").unwrap();
    let end = text.find("</ceb:Payment>").unwrap() + "</ceb:Payment>".len();
    let many = |count: usize| {
        with(&text, start..text.find("<ceb:BaseTransfer>").unwrap(), &text[start..end].repeat(count))
    };
    let full = many(MAX_DOCUMENTS);
    assert_eq!(read(&parse(&full).unwrap()).unwrap().documents.len(), MAX_DOCUMENTS);
    let over = many(MAX_DOCUMENTS + 1);
    let tree = parse(&over).unwrap();
    let faults = read(&tree).unwrap_err();
    assert_eq!((faults.len(), faults[0].code()), (1, "CEB-READ-COUNT"));

    let text = plain(MessageKind::Return);
    let (start, end) =
        (text.find("<ceb:InvtRefundList>").unwrap(), text.find("</ceb:InvtRefundList>").unwrap());
    let line = &text[start..end + "</ceb:InvtRefundList>".len()];
    let over = with(&text, start..start, &line.repeat(MAX_LINES));
    let tree = parse(&over).unwrap();
    assert_eq!(read(&tree).unwrap_err()[0].code(), "CEB-READ-COUNT");

    // A message of nothing but faults says how many it did not tell.
    let wild = with(&text, end..end, &"<ceb:y/>".repeat(1_000));
    let tree = parse(&wild).unwrap();
    let faults = read(&tree).unwrap_err();
    assert_eq!((faults.len(), faults[MAX_FAULTS].code()), (MAX_FAULTS + 1, "CEB-READ-MORE"));
}
