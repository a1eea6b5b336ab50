//! Reading receipts: CEB312, 412, 512, 514, 622, 624, 626, 712 (about documents), 816 and 818 (tax bills), 900 (about form).
//!
//! Lenient, as real receipts are: any prefix or none, elements in another order, fields missing that the schema asks for,
//! numbers repeated, statuses nobody has listed, times of 14 or 17 digits. One receipt that cannot be used is told and the
//! others of its message are read.

use ports::fault::{Fault, Place};
use ports::money::Yuan;

use super::envelope::{self, enveloped};
use super::faults;
use super::reading::{self, Element, Tree, decode, parse};
use crate::receipt::{
    Answer, FormatReceipt, Info, Keys, Receipt, ReturnTime, Status, Subject, TaxBillChange, TaxBillReceipt,
    TaxBillStatus,
};
use crate::tax::{BillLine, TaxBill};

/// The receipts of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// The message's type, such as `CEB622Message`.
    pub message_type: String,
    /// The message's own number.
    pub guid: Option<String>,
    /// What was answered, in the order of the message.
    pub answers: Vec<Answer>,
    /// Receipts of the message that cannot be used, and why.
    pub faults: Vec<Fault>,
}

/// The exchange platform's answer to an envelope.
const PLATFORM_ANSWER: &str = "DxpRep";

/// What a message type holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    About(Subject),
    TaxBill,
    TaxBillChange,
    Format,
}

/// Whether messages of a type are receipts.
pub fn is_receipt(message_type: &str) -> bool {
    content(message_type).is_some() || message_type == PLATFORM_ANSWER
}

fn content(message_type: &str) -> Option<Content> {
    match message_type {
        "CEB816Message" => Some(Content::TaxBill),
        "CEB818Message" => Some(Content::TaxBillChange),
        "CEB900Message" => Some(Content::Format),
        other => {
            let subject = Subject::ALL.into_iter().find(|subject| subject.receipt_type() == other);
            subject.map(Content::About)
        }
    }
}

/// The element of one receipt about a document, with the prefix under which this program writes it.
pub(super) const fn element_about(subject: Subject) -> &'static str {
    match subject {
        Subject::Order => "ceb:OrderReturn",
        Subject::Payment => "ceb:PaymentReturn",
        Subject::Waybill => "ceb:LogisticsReturn",
        Subject::WaybillStatus => "ceb:LogisticsStatusReturn",
        Subject::Inventory => "ceb:InventoryReturn",
        Subject::Withdrawal => "ceb:InvtCancelReturn",
        Subject::Return => "ceb:InvtRefundReturn",
        Subject::Arrival => "ceb:DeliveryReturn",
    }
}

/// The element of one receipt.
fn element(content: Content) -> &'static str {
    match content {
        Content::About(subject) => element_about(subject).trim_start_matches("ceb:"),
        Content::TaxBill | Content::TaxBillChange => "Tax",
        Content::Format => "MessageReturn",
    }
}

/// Reads the bytes of a receipt message, or of an envelope of the data exchange platform round one.
///
/// # Errors
/// The fault when it is no such message; nothing of it is used then.
pub fn read(bytes: &[u8]) -> Result<Receipts, Box<Fault>> {
    let decoded = decode(bytes)?;
    let tree = parse(&decoded.text)?;
    match enveloped(&tree) {
        None => of_tree(&tree),
        Some(inner) => {
            let inner = inner?;
            let decoded = decode(&inner)?;
            of_tree(&parse(&decoded.text)?)
        }
    }
}

/// Reads a message that is parsed.
///
/// # Errors
/// The fault when it is no receipt message or has no receipt in it.
pub fn of_tree(tree: &Tree<'_>) -> Result<Receipts, Box<Fault>> {
    let root = tree.root();
    if let Some(platform) = envelope::answers(tree) {
        let answers = platform?.into_iter().map(Answer::Format).collect();
        let message_type = root.name().to_owned();
        return Ok(Receipts { message_type, guid: None, answers, faults: Vec::new() });
    }
    let Some(content) = content(root.name()) else {
        return Err(faults::KIND.at(place(root)).with("root", root.name()).into());
    };
    let name = element(content);
    let (mut answers, mut found) = (Vec::new(), Vec::new());
    for receipt in root.children().filter(|child| child.name() == name) {
        match answer(content, receipt) {
            Ok(answer) => answers.push(answer),
            Err(fault) => found.push(*fault),
        }
    }
    if answers.is_empty() && found.is_empty() {
        return Err(faults::EMPTY.at(place(root)).with("document", name).into());
    }
    let guid = tree.attribute("guid").map(str::to_owned);
    Ok(Receipts { message_type: root.name().to_owned(), guid, answers, faults: found })
}

fn place(element: Element<'_>) -> Place {
    Place { line: Some(element.line()), path: Some(element.path()), ..Place::default() }
}

fn lacking(element: Element<'_>, field: &'static str) -> Box<Fault> {
    faults::RECEIPT.at(place(element)).with("field", field).into()
}

fn owned(element: Element<'_>, field: &str) -> Option<String> {
    element.field(field).map(str::to_owned)
}

fn time(element: Element<'_>) -> ReturnTime {
    ReturnTime::new(element.field("returnTime").unwrap_or_default())
}

fn info(element: Element<'_>) -> Info {
    Info::new(element.field("returnInfo").unwrap_or_default())
}

/// The fields of a document or of its receipt that find the document.
pub(crate) fn keys(element: Element<'_>) -> Keys {
    let field = |name| owned(element, name);
    Keys {
        order_no: field("orderNo"),
        platform_code: field("ebpCode"),
        merchant_code: field("ebcCode"),
        payer_code: field("payCode"),
        transaction_no: field("payTransactionId"),
        carrier_code: field("logisticsCode"),
        // The text of the edition 202205 spells it so for tax bills.
        waybill_no: field("logisticsNo").or_else(|| field("logisticNo")),
        waybill_status: field("logisticsStatus"),
        own_no: field("copNo"),
        entry_no: field("preNo"),
        inventory_no: field("invtNo"),
        arrival_no: field("rkdNo"),
        customs_code: field("customsCode"),
        declarant_code: field("agentCode"),
        operator_code: field("operatorCode"),
    }
}

fn answer(content: Content, element: Element<'_>) -> Result<Answer, Box<Fault>> {
    let status = || {
        let text = element.field("returnStatus").ok_or_else(|| lacking(element, "returnStatus"))?;
        Ok::<_, Box<Fault>>(Status::new(text))
    };
    Ok(match content {
        Content::About(subject) => Answer::Receipt(Receipt {
            subject,
            guid: owned(element, "guid"),
            keys: keys(element),
            status: status()?,
            time: time(element),
            info: info(element),
        }),
        Content::TaxBill => Answer::TaxBill(tax_bill(element)?),
        Content::TaxBillChange => {
            let head = element.child("TaxHeadStatus").unwrap_or(element);
            Answer::TaxBillChange(TaxBillChange {
                guid: owned(head, "guid"),
                time: time(head),
                keys: keys(head),
                bill_no: owned(head, "taxNo").ok_or_else(|| lacking(head, "taxNo"))?,
                status: TaxBillStatus::of(head.field("status").unwrap_or_default()),
                payment_demand_no: owned(head, "entDutyNo"),
            })
        }
        Content::Format => Answer::Format(FormatReceipt {
            guid: owned(element, "guid"),
            status: status()?,
            time: time(element),
            info: info(element),
            transfer_id: owned(element, "oriCopMsgId"),
            message_type: owned(element, "oriMessageType"),
            message_guid: element.field("oriBizMessage").and_then(original_guid),
        }),
    })
}

/// The number of the message that a format receipt repeats. Its form was refused: what cannot be read of it is passed over.
fn original_guid(text: &str) -> Option<String> {
    let start = text.find("Message ")?;
    let tag = text.get(start..)?.split_once('>')?.0;
    let (_, value) = tag.split_once(" guid=")?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (guid, _) = value.get(1..)?.split_once(quote)?;
    Some(guid.to_owned()).filter(|guid| !guid.is_empty())
}

fn tax_bill(element: Element<'_>) -> Result<TaxBillReceipt, Box<Fault>> {
    let head = element.child("TaxHeadRd").unwrap_or(element);
    let lines = element.children().filter(|child| child.name() == "TaxListRd");
    let bill = TaxBill {
        number: owned(head, "taxNo").ok_or_else(|| lacking(head, "taxNo"))?,
        tariff: amount(head, "customsTax")?,
        consumption_tax: amount(head, "consumptionTax")?,
        vat: amount(head, "valueAddedTax")?,
        lines: lines.map(bill_line).collect::<Result<_, _>>()?,
    };
    Ok(TaxBillReceipt {
        guid: owned(head, "guid"),
        time: time(head),
        keys: keys(head),
        status: TaxBillStatus::of(head.field("status").unwrap_or_default()),
        payment_demand_no: owned(head, "entDutyNo"),
        guarantor_code: owned(head, "assureCode"),
        bill,
    })
}

fn bill_line(element: Element<'_>) -> Result<BillLine, Box<Fault>> {
    let gnum = element.field("gnum").ok_or_else(|| lacking(element, "gnum"))?;
    Ok(BillLine {
        gnum: gnum.parse().map_err(|_| not_an_amount(element, "gnum", gnum))?,
        dutiable_value: amount(element, "taxPrice")?,
        tariff: amount(element, "customsTax")?,
        consumption_tax: amount(element, "consumptionTax")?,
        vat: amount(element, "valueAddedTax")?,
    })
}

/// An amount; one that is not there is nothing.
fn amount(element: Element<'_>, field: &'static str) -> Result<Yuan, Box<Fault>> {
    let Some(text) = element.field(field) else { return Ok(Yuan::ZERO) };
    let value = reading::decimal(text).and_then(Yuan::bounded);
    value.ok_or_else(|| not_an_amount(element, field, text))
}

fn not_an_amount(element: Element<'_>, field: &'static str, value: &str) -> Box<Fault> {
    let at = element.child(field).unwrap_or(element);
    faults::AMOUNT.at(place(at)).with("field", field).with("value", value).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn corpus(name: &str) -> Receipts {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/message");
        let bytes = std::fs::read(folder.join(name)).unwrap();
        read(&bytes).unwrap_or_else(|fault| panic!("{name}: {fault:?}"))
    }

    fn receipts(name: &str) -> Vec<Receipt> {
        let answers = corpus(name).answers.into_iter();
        answers
            .map(|answer| match answer {
                Answer::Receipt(receipt) => receipt,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn every_kind_is_read_in_every_dress() {
        for (name, subject, status, key) in [
            ("ceb312-gb18030.xml", Subject::Order, -301_010, "P600000000000000001"),
            ("ceb312-misdeclared.xml", Subject::Order, -301_014, "P600000000000000001"),
            ("ceb412-bom.xml", Subject::Payment, 3, "2026112222001400000000000001"),
            ("ceb512-no-namespace.xml", Subject::Waybill, -504_015, "SF0000000000001"),
            ("ceb514-prefix.xml", Subject::WaybillStatus, 18, "SF0000000000001"),
            ("ceb624.xml", Subject::Withdrawal, 399, "29282026I000000001"),
            ("ceb626.xml", Subject::Return, 399, "29282026I000000001"),
            ("ceb712.xml", Subject::Arrival, 2, "R00000000000000001"),
        ] {
            let receipt = &receipts(name)[0];
            assert_eq!((receipt.subject, receipt.status.number()), (subject, Some(status)), "{name}");
            let keys = serde_json::to_string(&receipt.keys).unwrap();
            assert!(keys.contains(key), "{name}: {keys}");
            assert!(receipt.time.at().is_some(), "{name}");
        }
    }

    #[test]
    fn several_receipts_of_one_number_stay_apart() {
        let course = receipts("ceb622-course.xml");
        let statuses: Vec<_> = course.iter().map(|receipt| receipt.status.number()).collect();
        assert_eq!(statuses, [Some(2), Some(120), Some(399), Some(800)]);
        assert!(course.windows(2).all(|pair| pair[0].guid == pair[1].guid && pair[0].time < pair[1].time));
        assert_eq!(course[3].codes()[0].code, 2600);
        assert_eq!(receipts("dxp.xml"), course, "the envelope adds nothing");
    }

    #[test]
    fn missing_fields_and_another_order_are_no_reason_to_refuse() {
        let bare = &receipts("ceb622-bare.xml")[0];
        assert_eq!(bare.status.number(), Some(-621_001));
        assert!(bare.status.is_fault() && bare.keys == Keys::default());
        // An empty element before the one with the value, text in pieces.
        let text = "<CEB312Message><OrderReturn><orderNo>P&amp;<![CDATA[1]]></orderNo>\
                    <returnStatus>生效</returnStatus></OrderReturn><OrderReturn/></CEB312Message>";
        let read = read(text.as_bytes()).unwrap();
        let Answer::Receipt(receipt) = &read.answers[0] else { panic!("{read:?}") };
        assert_eq!((receipt.status.as_str(), receipt.status.number()), ("生效", None));
        assert_eq!(receipt.keys.order_no.as_deref(), Some("P&1"));
        assert_eq!(read.faults[0].at.path.as_deref(), Some("/CEB312Message/OrderReturn[2]"));
    }

    #[test]
    fn tax_bills_are_read_and_held_against_our_figures() {
        let read = corpus("ceb816.xml");
        for answer in &read.answers {
            let Answer::TaxBill(receipt) = answer else { panic!("{answer:?}") };
            assert_eq!(receipt.keys.waybill_no.as_deref(), Some("SF0000000000001"));
            assert_eq!(receipt.status, TaxBillStatus::Issued);
            let basis = crate::tax::examples::basis(
                "2020-06-15",
                "0",
                vec![crate::tax::examples::goods("3305100090", "410.00")],
            );
            let ours = crate::tax::compute(&basis, filing::tariff::Tariff::builtin(), false).unwrap();
            assert_eq!(receipt.compare(&ours), []);
            let mut wrong = receipt.clone();
            wrong.bill.lines[0].vat = Yuan::from_fen(1);
            let faults = wrong.compare(&ours);
            assert_eq!(faults.len(), 2);
            assert!(faults.iter().all(|fault| fault.at.order_no.as_deref() == Some("P600000000000000001")));
            wrong.status = TaxBillStatus::Void;
            assert_eq!(wrong.compare(&ours), []);
        }
        let Answer::TaxBillChange(change) = &corpus("ceb818.xml").answers[0] else { panic!() };
        assert_eq!(
            (change.bill_no.as_str(), change.status),
            ("29282026I000000001_1", TaxBillStatus::Collected)
        );
        let text = "<CEB816Message><Tax><TaxHeadRd><taxNo>1</taxNo>\n<customsTax>1e3</customsTax></TaxHeadRd></Tax></CEB816Message>";
        let fault = &super::read(text.as_bytes()).unwrap().faults[0];
        assert_eq!((fault.code(), fault.at.line), ("CEB-BILL-AMOUNT", Some(2)));
    }

    #[test]
    fn a_format_receipt_names_the_message_it_refuses() {
        let Answer::Format(format) = &corpus("ceb900.xml").answers[0] else { panic!() };
        assert_eq!(format.message_guid.as_deref(), Some("5B7A1C20-0000-4000-8000-000000000001"));
        assert_eq!(format.message_type.as_deref(), Some("CEB311Message"));
        assert!(format.status.is_fault());
    }

    #[test]
    fn receipts_keep_their_value_through_storage() {
        for name in ["ceb622-refused.xml", "ceb816.xml", "ceb818.xml", "ceb900.xml", "ceb514-prefix.xml"] {
            let answers = corpus(name).answers;
            let stored = serde_json::to_string(&answers).unwrap();
            assert_eq!(serde_json::from_str::<Vec<Answer>>(&stored).unwrap(), answers, "{name}");
        }
    }

    #[test]
    fn what_is_no_receipt_is_told() {
        let code = |text: &str| read(text.as_bytes()).unwrap_err().code();
        assert_eq!(code("<CEB311Message/>"), "CEB-KIND");
        assert_eq!(code("<CEB312Message/>"), "CEB-EMPTY");
        assert_eq!(code("<DxpMsg><Data>?</Data></DxpMsg>"), "CEB-ENVELOPE");
        assert_eq!(code("<DxpMsg/>"), "CEB-ENVELOPE");
    }
}
