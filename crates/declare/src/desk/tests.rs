use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use filing::tariff::Tariff;
use ports::catalogue::Catalogue;
use ports::fault::Fault;
use ports::sandbox::{Plan, Scenario};
use ports::store::MemoryStore;
use rust_decimal::Decimal;

use super::*;
use crate::build::{self, HeldOrder, Observer, WrittenMessage, build};
use crate::configuration::Configuration;
use crate::documents::{Goods, Guid, Issue, Known, Moment, Return, Withdrawal};
use crate::messages::receipts;
use crate::messages::signature::{Algorithm, KeyFile, sign};
use crate::messages::{Document, DocumentView, MessageBuilder, strict};
use crate::receipt::{Receipt, Subject};
use crate::setting::Setting;
use crate::shop::{Generator, SAMPLE_CONFIGURATION, Shelf};

struct Quiet;

impl Observer for Quiet {
    fn held(&mut self, order: HeldOrder) {
        panic!("{order:?}")
    }
    fn warned(&mut self, _: &str, _: &[Fault]) {}
    fn written(&mut self, _: WrittenMessage) {}
    fn lost(&mut self, _: Fault) {}
    fn progress(&mut self, _: u64) {}
}

/// A key and its certificate, made for this test by another program.
fn key(folder: &Path) -> Arc<KeyFile> {
    let run = |args: &[&str]| {
        let output = Command::new("openssl").args(args).current_dir(folder).output();
        let output = output.expect("openssl is installed by tests/run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["genpkey", "-algorithm", "SM2", "-out", "key.pem"]);
    let request = ["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=test", "-days", "1", "-sm3"];
    run(&[&request[..], &["-out", "certificate.pem"]].concat());
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let key = String::from_utf8(read("key.pem")).unwrap();
    Arc::new(KeyFile::from_pem(Algorithm::Sm2Sm3, &key, &read("certificate.pem")).unwrap())
}

/// The messages of some orders, and the key that signs. The first three need no signature and have none, so that they are
/// easily edited.
struct Sent {
    key: Arc<KeyFile>,
    order: String,
    payment: String,
    waybill: String,
    inventory: String,
}

const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

fn unsigned(message: &str) -> String {
    let (body, rest) = message.split_once("<ds:Signature").unwrap();
    format!("{body}{}", rest.split_once("</ds:Signature>").unwrap().1)
}

fn sent(orders: usize) -> Sent {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let setting =
        Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), NOW);
    let plan = build::Plan {
        setting,
        kinds: MessageKind::PARCEL.to_vec(),
        batch: 100,
        signer: Some(Arc::clone(&key) as Arc<dyn crate::messages::signature::Signer>),
        gate: Strictness::default(),
        keeping: crate::keeping::Keeping::folder(folder.path()),
        out: folder.path().join("out"),
    };
    let lines: String = Generator::new(7).take(orders).map(|line| line + "\n").collect();
    build(lines.as_bytes(), &plan, &MemoryStore::new(), &Shelf, &mut Quiet).unwrap();
    let message = |kind: MessageKind| {
        let mut files =
            std::fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().path());
        let file = files.find(|path| path.display().to_string().contains(kind.type_name())).unwrap();
        std::fs::read_to_string(file).unwrap()
    };
    Sent {
        order: unsigned(&message(MessageKind::Order)),
        payment: unsigned(&message(MessageKind::Payment)),
        waybill: unsigned(&message(MessageKind::Waybill)),
        inventory: message(MessageKind::Inventory),
        key,
    }
}

fn desk(only: Scenario) -> Desk {
    Desk::new(DeskSettings { plan: Plan { seed: 1, only: Some(only) }, ..DeskSettings::default() })
}

/// What a message is answered with.
fn answers(desk: &Desk, message: &str) -> Vec<Receipt> {
    read(desk.receive(message.as_bytes(), NOW).answers)
}

fn read(answers: Vec<Answer>) -> Vec<Receipt> {
    let mut all = Vec::new();
    for answer in answers {
        let read = receipts::read(&answer.receipt).unwrap();
        assert_eq!(read.faults, []);
        all.extend(read.answers.into_iter().map(|answer| match answer {
            crate::receipt::Answer::Receipt(receipt) => receipt,
            other => panic!("{other:?}"),
        }));
    }
    all
}

fn statuses(receipts: &[Receipt]) -> Vec<i64> {
    receipts.iter().map(|receipt| receipt.status.number().unwrap()).collect()
}

/// The numbers in the words of the last receipt.
fn reasons(receipts: &[Receipt]) -> Vec<i64> {
    receipts.last().unwrap().codes().into_iter().map(|code| code.code).collect()
}

/// The message as of a later second, under other numbers, unsigned messages only.
fn later(message: &str) -> String {
    let (before, rest) = message.split_once("<ceb:appTime>").unwrap();
    let (time, after) = rest.split_at(14);
    format!("{before}<ceb:appTime>{}{after}", time.parse::<u64>().unwrap() + 1)
}

/// The message with something changed, unsigned and signed again.
fn signed_again(sent: &Sent, message: &str, change: impl Fn(String) -> String) -> String {
    let bare = change(unsigned(message));
    String::from_utf8(sign(bare.as_bytes(), sent.key.as_ref()).unwrap()).unwrap()
}

fn counts(desk: &Desk, name: &str) -> Value {
    desk.state()[name].clone()
}

#[test]
fn everything_in_order_is_released() {
    let (sent, desk) = (sent(3), desk(Scenario::AllClear));
    for (message, course) in [
        (&sent.order, vec![2, 2, 2, 3, 3, 3, 120, 120, 120]),
        (&sent.payment, vec![2, 2, 2, 3, 3, 3, 120, 120, 120]),
        (&sent.waybill, vec![2, 2, 2, 3, 3, 3, 120, 120, 120]),
        (&sent.inventory, vec![2, 2, 2, 3, 3, 3, 120, 120, 120, 399, 399, 399, 800, 800, 800]),
    ] {
        let receipts = answers(&desk, message);
        assert_eq!(statuses(&receipts), course);
        assert!(receipts.iter().all(|receipt| receipt.time.at().is_some()));
    }
    let state = desk.state();
    let all = serde_json::json!({"order": 3, "payment": 3, "waybill": 3, "inventory": 3});
    let one = serde_json::json!({"order": 1, "payment": 1, "waybill": 1, "inventory": 1});
    assert_eq!((&state["effective"], &state["most_of_a_key"]), (&all, &one));
    assert_eq!(state["inventories"], serde_json::json!({"released": 3}));
    assert_eq!(state["orders"].as_object().unwrap().len(), 3);
}

#[test]
fn an_inventory_waits_for_its_order_and_waybill() {
    let (sent, desk) = (sent(1), desk(Scenario::AllClear));
    assert_eq!(statuses(&answers(&desk, &sent.inventory)), [2, 3]);
    assert_eq!(statuses(&answers(&desk, &sent.order)), [2, 3, 120]);
    let last = answers(&desk, &sent.waybill);
    let released: Vec<_> = last.iter().filter(|receipt| receipt.subject == Subject::Inventory).collect();
    assert_eq!(released.len(), 3);
    assert!(
        released.iter().all(|receipt| receipt.keys.inventory_no.is_some() && receipt.keys.own_no.is_some())
    );
    assert_eq!(released.last().unwrap().status.number(), Some(800));
}

#[test]
fn what_is_there_is_not_taken_twice() {
    let (sent, desk) = (sent(2), desk(Scenario::AllClear));
    for message in [&sent.order, &sent.payment, &sent.waybill, &sent.inventory] {
        answers(&desk, message);
    }
    for (message, code) in [
        (&sent.order, -301_010),
        (&sent.payment, -401_007),
        (&sent.waybill, -504_012),
        (&sent.inventory, -621_004),
    ] {
        assert_eq!(statuses(&answers(&desk, message)), [code, code]);
    }
    let change = |message: &str| message.replacen("<ceb:appType>1<", "<ceb:appType>2<", 2);
    assert_eq!(statuses(&answers(&desk, &change(&sent.order))), [-301_011, -301_011], "it was declared with");
    assert_eq!(counts(&desk, "duplicates"), 8);
    assert_eq!(counts(&desk, "effective")["inventory"], 2);
    assert_eq!(counts(&desk, "most_of_a_key")["inventory"], 1);
    // The waybill of another order.
    let other = sent.waybill.replacen("<ceb:orderNo>P", "<ceb:orderNo>Q", 2);
    assert_eq!(statuses(&answers(&desk, &other)), [-504_015, -504_015]);
}

#[test]
fn a_change_needs_something_to_change_and_a_later_time() {
    let (sent, desk) = (sent(1), desk(Scenario::AllClear));
    let change = sent.order.replace("<ceb:appType>1<", "<ceb:appType>2<");
    assert_eq!(statuses(&answers(&desk, &change)), [-301_009]);
    answers(&desk, &sent.order);
    assert_eq!(statuses(&answers(&desk, &change)), [-301_014], "not later than what is there");
    assert_eq!(statuses(&answers(&desk, &later(&change))), [2, 3, 120]);
    assert_eq!(counts(&desk, "effective")["order"], 1);
    let delete = later(&later(&sent.order.replace("<ceb:appType>1<", "<ceb:appType>3<")));
    assert_eq!(statuses(&answers(&desk, &delete)), [2, 3, 120]);
    assert_eq!(counts(&desk, "effective")["order"], 0);
    assert_eq!(statuses(&answers(&desk, &sent.order)), [2, 3, 120]);
}

#[test]
fn every_scenario_takes_its_course() {
    let sent = sent(1);
    for (scenario, course, words) in [
        (Scenario::AllClear, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::PaymentMissing, vec![2, 3, 100], vec![]),
        (Scenario::AmountMismatch, vec![2, 3, 100], vec![1332]),
        (Scenario::BuyerDiffers, vec![2, 3, 100], vec![1327]),
        (Scenario::YearlyLimit, vec![2, 3, 100], vec![1313]),
        (Scenario::FormatError, vec![2, 3], vec![]),
        (Scenario::AcceptedThenTimeout, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::CancelledBeforeRelease, vec![2, 3, 120, 300], vec![1200]),
        (Scenario::CancelledAfterRelease, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::AddressChanged, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::Presale, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::SplitOrder, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::ExchangeReship, vec![2, 3, 120, 399, 800], vec![2600]),
        (Scenario::Inspected, vec![2, 3, 120, 399, 500, 800], vec![2600]),
    ] {
        let desk = desk(scenario);
        let order = statuses(&answers(&desk, &sent.order));
        let refused = scenario == Scenario::FormatError;
        assert_eq!(order, if refused { vec![-301_008] } else { vec![2, 3, 120] }, "{scenario:?}");
        answers(&desk, &sent.waybill);
        let silent = desk.receive(sent.payment.as_bytes(), NOW).silent;
        assert_eq!(silent, scenario == Scenario::AcceptedThenTimeout);
        // The slip of the sender would stand for the one that is missing.
        let desk = if scenario == Scenario::PaymentMissing { self::desk(scenario) } else { desk };
        answers(&desk, &sent.order);
        answers(&desk, &sent.waybill);
        let receipts = answers(&desk, &sent.inventory);
        assert_eq!(statuses(&receipts), course, "{scenario:?}");
        assert_eq!(reasons(&receipts), words, "{scenario:?}");
    }
}

#[test]
fn a_missing_payment_slip_is_there_after_it_was_pushed_again() {
    let (sent, desk) = (sent(1), desk(Scenario::PaymentMissing));
    answers(&desk, &sent.order);
    answers(&desk, &sent.waybill);
    let refused = answers(&desk, &sent.inventory);
    let last = refused.last().unwrap();
    assert_eq!(crate::customs_codes::class_of(last), crate::customs_codes::Class::PaymentMissing);
    let (_, rest) = sent.order.split_once("<ceb:orderNo>").unwrap();
    let (order_no, _) = rest.split_once('<').unwrap();
    let again = signed_again(&sent, &sent.inventory, |bare| later(&bare));
    assert_eq!(statuses(&answers(&desk, &again)), [2, 3, 100], "it is still missing");
    assert_eq!(read(desk.payment_pushed(order_no, NOW)), []);
    let again = signed_again(&sent, &sent.inventory, |bare| later(&later(&bare)));
    assert_eq!(statuses(&answers(&desk, &again)), [2, 3, 120, 399, 800]);
    assert_eq!(counts(&desk, "effective")["inventory"], 1);
    assert_eq!(counts(&desk, "duplicates"), 0);
}

#[test]
fn shuffled_receipts_come_twice_and_tell_the_same() {
    let (sent, desk) = (sent(2), desk(Scenario::Shuffled));
    answers(&desk, &sent.order);
    answers(&desk, &sent.waybill);
    let mut came = answers(&desk, &sent.inventory);
    assert_eq!(came.len(), 2 * 2 * 5);
    let sorted = came.windows(2).all(|pair| pair[0].time <= pair[1].time);
    assert!(!sorted, "they are shuffled");
    came.sort_by(|a, b| (&a.keys.own_no, &a.time).cmp(&(&b.keys.own_no, &b.time)));
    let course: Vec<_> = statuses(&came);
    assert_eq!(course, [2, 2, 3, 3, 120, 120, 399, 399, 800, 800].repeat(2));
}

#[test]
fn documents_that_do_not_match_are_refused_with_the_rule_they_break() {
    let sent = sent(1);
    let edited = |message: &str, element: &str, value: &str| {
        let (before, rest) = message.split_once(&format!("<ceb:{element}>")).unwrap();
        let (_, after) = rest.split_once(&format!("</ceb:{element}>")).unwrap();
        format!("{before}<ceb:{element}>{value}</ceb:{element}>{after}")
    };
    for (element, value, code) in
        [("buyerName", "某某", 13_127), ("buyerTelephone", "16900000000", 130_126), ("qty", "98", 1322)]
    {
        let desk = desk(Scenario::AllClear);
        answers(&desk, &sent.order);
        answers(&desk, &sent.waybill);
        let inventory = signed_again(&sent, &sent.inventory, |bare| edited(&bare, element, value));
        let receipts = answers(&desk, &inventory);
        assert_eq!((statuses(&receipts), reasons(&receipts)), (vec![2, 3, 100], vec![code]), "{element}");
    }
    for (element, value, code) in
        [("amountPaid", "1", 1332), ("payerName", "某某", 1327), ("payCode", "0000", 13_035)]
    {
        let desk = desk(Scenario::AllClear);
        answers(&desk, &sent.order);
        answers(&desk, &edited(&sent.payment, element, value));
        answers(&desk, &sent.waybill);
        assert_eq!(reasons(&answers(&desk, &sent.inventory)), [code], "{element}");
    }
    let desk = desk(Scenario::AllClear);
    answers(&desk, &sent.order);
    answers(&desk, &edited(&sent.waybill, "consigneeAddress", "别处"));
    let receipts = answers(&desk, &sent.inventory);
    assert!(receipts.last().unwrap().info.reveal().contains("运单收货地址"), "{receipts:?}");
}

#[test]
fn form_and_signature_are_held_against_the_rules() {
    let (sent, desk) = (sent(1), desk(Scenario::AllClear));
    let form = |message: &[u8]| {
        let answers = desk.receive(message, NOW).answers;
        let read = receipts::read(&answers[0].receipt).unwrap();
        let crate::receipt::Answer::Format(format) = &read.answers[0] else { panic!("{read:?}") };
        assert!(format.status.is_fault());
        (format.message_type.clone().unwrap(), format.message_guid.clone())
    };
    let broken = sent.order.replace("<ceb:currency>142<", "<ceb:currency>999<");
    let (_, rest) = sent.order.split_once("guid=\"").unwrap();
    let guid = rest.split_once('"').unwrap().0.to_owned();
    assert_eq!(form(broken.as_bytes()), ("CEB311Message".to_owned(), Some(guid)));
    for nothing in [&b"not xml"[..], b"<CEB999Message/>", b"", &[0xff, 0xfe, 0x00]] {
        assert_eq!(form(nothing).0, "Unknown");
    }
    let forged = sent.inventory.replacen("<ceb:netWeight>", "<ceb:netWeight>0", 1);
    assert_eq!(statuses(&answers(&desk, &forged)), [-621_028]);
    let bare = unsigned(&sent.inventory);
    assert_eq!(statuses(&answers(&desk, &bare)), [-621_026]);
    let saved = bare.replace("<ceb:appStatus>2<", "<ceb:appStatus>1<");
    assert_eq!(statuses(&answers(&desk, &saved)), [1]);
    assert_eq!(counts(&desk, "effective")["inventory"], 0);
    let later = signed_again(&sent, &sent.inventory, |bare| later(&bare));
    answers(&desk, &sent.order);
    answers(&desk, &sent.waybill);
    assert_eq!(statuses(&answers(&desk, &later)), [2, 3, 120, 399, 800], "what was saved is declared");
}

/// Writes and signs a document about the inventory of a message.
fn request(
    sent: &Sent,
    make: impl Fn(&crate::documents::InventoryHead<'_>, &[crate::documents::InventoryLine<'_>], Issue) -> Vec<u8>,
    kind: MessageKind,
) -> String {
    let tree = parse(&sent.inventory).unwrap();
    let message = strict::read(&tree).unwrap();
    let Document::Inventory(head, lines) = &message.documents[0] else { panic!("an inventory") };
    let issue = Issue { guid: Guid::random(), made_at: Moment::of(NOW, &ports::clock::beijing()) };
    let mut builder = MessageBuilder::new(kind, Guid::random());
    builder.add(&make(head, lines, issue));
    let bare = builder.finish(&message.transmitter);
    String::from_utf8(sign(&bare, sent.key.as_ref()).unwrap()).unwrap()
}

fn withdrawal(sent: &Sent, inventory_no: &str) -> String {
    let make =
        |head: &crate::documents::InventoryHead<'_>, _: &[crate::documents::InventoryLine<'_>], issue| {
            let known = Known { inventory_no, entry_no: None };
            let withdrawal = Withdrawal::of(head, known, "买家取消", issue).unwrap();
            MessageBuilder::fragment(DocumentView::Withdrawal(&withdrawal), Vec::new())
        };
    request(sent, make, MessageKind::Withdrawal)
}

fn give_back(sent: &Sent, inventory_no: &str) -> String {
    let make =
        |head: &crate::documents::InventoryHead<'_>, lines: &[crate::documents::InventoryLine<'_>], issue| {
            let known = Known { inventory_no, entry_no: None };
            let goods = [Goods { line: 1, quantity: Decimal::ONE }];
            let back = Return::of((head, lines), known, "七天无理由", &goods, &[], issue).unwrap();
            MessageBuilder::fragment(DocumentView::Return(&back), Vec::new())
        };
    request(sent, make, MessageKind::Return)
}

/// Declares all, and gives the inventory's number.
fn declared(desk: &Desk, sent: &Sent) -> String {
    answers(desk, &sent.order);
    answers(desk, &sent.waybill);
    let receipts = answers(desk, &sent.inventory);
    receipts.last().unwrap().keys.inventory_no.clone().unwrap()
}

#[test]
fn an_inventory_is_withdrawn_before_release_and_not_after() {
    let sent = sent(1);
    let desk = desk(Scenario::CancelledBeforeRelease);
    let number = declared(&desk, &sent);
    let wrong = withdrawal(&sent, "29282026I999999999");
    assert_eq!(statuses(&answers(&desk, &wrong)), [-623_003]);
    assert_eq!(
        statuses(&answers(&desk, &give_back(&sent, &number))),
        [2, 3, 100],
        "a return comes after release"
    );
    assert_eq!(statuses(&answers(&desk, &withdrawal(&sent, &number))), [2, 3, 120, 399]);
    assert_eq!(statuses(&answers(&desk, &withdrawal(&sent, &number))), [-623_009]);
    assert_eq!(counts(&desk, "effective")["inventory"], 0);
    assert_eq!(counts(&desk, "inventories"), serde_json::json!({"withdrawn": 1}));

    let desk = self::desk(Scenario::AllClear);
    let number = declared(&desk, &sent);
    assert_eq!(statuses(&answers(&desk, &withdrawal(&sent, &number))), [-623_005]);
}

#[test]
fn goods_come_back_after_release_and_never_more_than_were_declared() {
    let (sent, desk) = (sent(1), desk(Scenario::CancelledAfterRelease));
    let number = declared(&desk, &sent);
    let (_, rest) = sent.inventory.split_once("<ceb:qty>").unwrap();
    let declared: u32 = rest.split_once('<').unwrap().0.parse().unwrap();
    for _ in 0..declared {
        assert_eq!(statuses(&answers(&desk, &give_back(&sent, &number))), [2, 3, 120, 399]);
    }
    assert_eq!(statuses(&answers(&desk, &give_back(&sent, &number))), [2, 3, 100]);
    assert_eq!(counts(&desk, "inventories"), serde_json::json!({"returned": 1}));
}

#[test]
fn no_bytes_stop_the_desk() {
    let (sent, desk) = (sent(1), desk(Scenario::AllClear));
    for cut in (0..sent.order.len()).step_by(97) {
        let Some(part) = sent.order.get(..cut) else { continue };
        assert_eq!(desk.receive(part.as_bytes(), NOW).answers.len(), 1);
    }
}
