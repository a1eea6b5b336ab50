//! Writing receipts: what [`super::receipts`] reads, for the sandbox that plays customs and for tests.

use super::elements::{Elements, head};
use super::receipts;
use crate::documents::Guid;
use crate::documents::field::clean;
use crate::receipt::{FormatReceipt, Keys, Receipt, Subject};

/// The longest words of a receipt, in characters (schema: C..1000).
const MAX_INFO: usize = 1_000;

/// Writes receipts about documents of one kind as a message. Receipts about another kind are left out.
pub fn write(subject: Subject, answers: &[Receipt], guid: Guid) -> Vec<u8> {
    let name = receipts::element_about(subject);
    framed(subject.receipt_type(), guid, |out| {
        for receipt in answers.iter().filter(|receipt| receipt.subject == subject) {
            out.nest(name, |out| {
                optional(out, "ceb:guid", receipt.guid.as_deref());
                for (name, value) in keys(subject, &receipt.keys) {
                    optional(out, name, value);
                }
                word(out, "ceb:returnStatus", receipt.status.as_str());
                word(out, "ceb:returnTime", receipt.time.as_str());
                word(out, "ceb:returnInfo", receipt.info.reveal());
            });
        }
    })
}

/// Writes the answer to a message whose form is refused, with the message itself.
pub fn write_format(receipt: &FormatReceipt, original: &str, guid: Guid) -> Vec<u8> {
    framed("CEB900Message", guid, |out| {
        out.nest("ceb:MessageReturn", |out| {
            optional(out, "ceb:guid", receipt.guid.as_deref());
            word(out, "ceb:returnStatus", receipt.status.as_str());
            word(out, "ceb:returnInfo", receipt.info.reveal());
            word(out, "ceb:returnTime", receipt.time.as_str());
            word(out, "ceb:oriCopMsgId", receipt.transfer_id.as_deref().unwrap_or_default());
            word(out, "ceb:oriMessageType", receipt.message_type.as_deref().unwrap_or("Unknown"));
            out.word("ceb:oriBizMessage", &clean(original.into()));
        });
    })
}

/// The frame of a message without a transmitter, as receipts are.
fn framed(name: &str, guid: Guid, content: impl FnOnce(&mut Elements)) -> Vec<u8> {
    let mut out = Elements::into(head(name, guid).into_bytes());
    content(&mut out);
    let mut bytes = out.finish();
    bytes.extend_from_slice(format!("</ceb:{name}>").as_bytes());
    bytes
}

fn word(out: &mut Elements, name: &'static str, text: &str) {
    let text = clean(text.into());
    match text.char_indices().nth(MAX_INFO) {
        Some((end, _)) => out.word(name, &text[..end]),
        None => out.word(name, &text),
    }
}

fn optional(out: &mut Elements, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        word(out, name, text);
    }
}

/// The fields that find a document, in the order in which its receipts have them.
fn keys(subject: Subject, keys: &Keys) -> Vec<(&'static str, Option<&str>)> {
    let platform = ("ceb:ebpCode", keys.platform_code.as_deref());
    let merchant = ("ceb:ebcCode", keys.merchant_code.as_deref());
    let customs = ("ceb:customsCode", keys.customs_code.as_deref());
    let declarant = ("ceb:agentCode", keys.declarant_code.as_deref());
    let carrier = ("ceb:logisticsCode", keys.carrier_code.as_deref());
    let waybill = ("ceb:logisticsNo", keys.waybill_no.as_deref());
    let own = ("ceb:copNo", keys.own_no.as_deref());
    let entry = ("ceb:preNo", keys.entry_no.as_deref());
    let inventory = ("ceb:invtNo", keys.inventory_no.as_deref());
    match subject {
        Subject::Order => vec![platform, merchant, ("ceb:orderNo", keys.order_no.as_deref())],
        Subject::Payment => vec![
            ("ceb:payCode", keys.payer_code.as_deref()),
            ("ceb:payTransactionId", keys.transaction_no.as_deref()),
        ],
        Subject::Waybill => vec![carrier, waybill],
        Subject::WaybillStatus => {
            vec![carrier, waybill, ("ceb:logisticsStatus", keys.waybill_status.as_deref())]
        }
        Subject::Inventory => vec![customs, platform, merchant, declarant, own, entry, inventory],
        Subject::Withdrawal | Subject::Return => {
            vec![customs, declarant, platform, merchant, own, entry, inventory]
        }
        Subject::Arrival => vec![
            customs,
            ("ceb:operatorCode", keys.operator_code.as_deref()),
            own,
            entry,
            ("ceb:rkdNo", keys.arrival_no.as_deref()),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::receipts::read;
    use crate::receipt::{Answer, Info, ReturnTime, Status};

    fn receipt(subject: Subject) -> Receipt {
        let some = |text: &str| Some(text.to_owned());
        let (order, payment) = (subject == Subject::Order, subject == Subject::Payment);
        let carried = matches!(subject, Subject::Waybill | Subject::WaybillStatus);
        let inventory = matches!(subject, Subject::Inventory | Subject::Withdrawal | Subject::Return);
        let arrival = subject == Subject::Arrival;
        let when = |there: bool, text: &str| some(text).filter(|_| there);
        Receipt {
            subject,
            guid: some("5B7A1C20-0000-4000-8000-000000000001"),
            keys: Keys {
                order_no: when(order, "P&<1>"),
                platform_code: when(order || inventory, "3100966K00"),
                merchant_code: when(order || inventory, "3301966K00"),
                payer_code: when(payment, "31222699S7"),
                transaction_no: when(payment, "2026"),
                carrier_code: when(carried, "4403"),
                waybill_no: when(carried, "SF1"),
                waybill_status: when(subject == Subject::WaybillStatus, "S"),
                own_no: when(inventory || arrival, "C1"),
                entry_no: when(inventory || arrival, "B20261122000000001"),
                inventory_no: when(inventory, "29282026I000000001"),
                arrival_no: when(arrival, "R1"),
                customs_code: when(inventory || arrival, "2928"),
                declarant_code: when(inventory, "3301966K00"),
                operator_code: when(arrival, "3301"),
            },
            status: Status::new("120"),
            time: ReturnTime::new("20261122110001000"),
            info: Info::new("[Code:1800;Desc:逻辑校验通过]"),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for subject in Subject::ALL {
            let one = receipt(subject);
            let another = receipt(if subject == Subject::Order { Subject::Payment } else { Subject::Order });
            let bytes = write(subject, &[one.clone(), another, one.clone()], Guid::random());
            let read = read(&bytes).unwrap();
            assert_eq!(read.message_type, subject.receipt_type());
            assert_eq!(read.answers, [Answer::Receipt(one.clone()), Answer::Receipt(one)], "{subject:?}");
            assert_eq!(read.faults, []);
        }
    }

    #[test]
    fn a_refused_message_is_repeated() {
        let format = FormatReceipt {
            guid: None,
            status: Status::new("-1"),
            time: ReturnTime::new("20261122110001000"),
            info: Info::new("x".repeat(MAX_INFO + 1)),
            transfer_id: None,
            message_type: None,
            message_guid: None,
        };
        let original = "<a:CEB311Message guid=\"G1\">\u{8}]]></a:CEB311Message>";
        let read = read(&write_format(&format, original, Guid::random())).unwrap();
        let Answer::Format(format) = &read.answers[0] else { panic!("{read:?}") };
        assert_eq!(format.message_guid.as_deref(), Some("G1"));
        assert_eq!(format.info.reveal().len(), MAX_INFO);
    }
}
