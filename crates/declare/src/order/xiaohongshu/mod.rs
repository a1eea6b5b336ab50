//! Xiaohongshu's order, judged and made canonical.

mod findings;
mod goods;
mod mode;
mod people;

use jiff::Timestamp;
use ports::xiaohongshu::{DeclareInfos, OrderDetail, ReceiverInfos};

use self::findings::Findings;
use self::goods::{MAX_LINES, read_amounts, read_lines};
use self::mode::{Mode, read_mode};
use self::people::{read_buyer, read_consignee};
use super::line::{Reading, can_be_order_number};
use super::waybill::{Shipped, WireWaybill, given};
use super::{Order, Parts, faults};
use crate::setting::Setting;

/// The order's statuses and modes, by the platform's own numbers.
const WAITING_FOR_SHIPMENT: i64 = 4;
/// After-sale states that leave the order as it is: none, closed, cancelled.
const AFTER_SALE_AT_REST: [i64; 3] = [1, 5, 7];

/// The three answers about an order, and its waybill.
pub(super) struct Bundle {
    pub(super) detail: OrderDetail,
    pub(super) declare: DeclareInfos,
    pub(super) receiver: ReceiverInfos,
    pub(super) waybill: WireWaybill,
}

/// Judges the order; all faults are found, not the first.
pub(super) fn read(order_no: String, bundle: Bundle, setting: &Setting<'_>) -> Reading {
    let Bundle { detail, declare, receiver, waybill } = bundle;
    let mut findings = Findings { order_no: &order_no, faults: Vec::new() };
    if !can_be_order_number(&order_no) {
        findings.add(&faults::BAD_ORDER_NO, "detail.orderId");
    }
    let trade_mode = match read_mode(&detail, setting, &mut findings) {
        Mode::Declared(trade_mode) => trade_mode,
        Mode::Not => {
            let faults = findings.faults;
            return Reading { order_no, order: None, parts: None, faults };
        }
    };
    judge_state(&detail, &mut findings);
    let block = &detail.bound_extend_info;
    let mut lines = read_lines(&detail, &mut findings);
    let amounts = read_amounts(&detail, &lines, &mut findings);
    // What is too much is told; no document holds more, and nobody has to look at it.
    lines.truncate(MAX_LINES);
    let transaction_no = given(block.pay_no.clone());
    if transaction_no.is_none() {
        findings.missing("detail.boundExtendInfo.payNo", "支付流水号", "the transaction number");
    }
    let pay_channel = given(block.pay_channel.clone());
    if pay_channel.is_none() {
        findings.missing("detail.boundExtendInfo.payChannel", "支付渠道", "the payment channel");
    }
    let port = given(detail.customs_code.clone());
    if port.is_none() {
        findings.missing("detail.customsCode", "口岸", "the port");
    }
    let paid_at = match Timestamp::from_millisecond(detail.paid_time.or_zero()) {
        Ok(at) if detail.paid_time.or_zero() > 0 => Some(at),
        _ => {
            findings.missing("detail.paidTime", "支付时间", "the time of payment");
            None
        }
    };
    let buyer = read_buyer(&declare, setting, &mut findings);
    let consignee = read_consignee(receiver, block, &mut findings);
    let shipped = Shipped {
        number: given(detail.express_tracking_no.clone()),
        carrier: given(detail.express_company_code.clone()),
    };
    let waybill = waybill.read(shipped, &order_no, &mut findings.faults);
    let net_weight_g = Some(detail.total_net_weight_amount.or_zero()).filter(|grams| *grams > 0);
    let faults = findings.faults;
    let mut reading = Reading { order_no: order_no.clone(), order: None, parts: None, faults };
    match (trade_mode, transaction_no, pay_channel, port, paid_at, buyer, consignee) {
        (
            Some(trade_mode),
            Some(transaction_no),
            Some(pay_channel),
            Some(port),
            Some(paid_at),
            Some(buyer),
            Some(consignee),
        ) => {
            reading.order = Some(Order {
                order_no,
                trade_mode,
                port,
                paid_at,
                amounts,
                pay_channel,
                transaction_no,
                buyer,
                consignee,
                lines,
                net_weight_g,
                waybill,
            });
        }
        (trade_mode, _, pay_channel, port, ..) => {
            reading.parts = Some(Parts { order_no, trade_mode, port, pay_channel, lines, waybill });
        }
    }
    reading
}

/// Is this an order that may be declared now?
fn judge_state(detail: &OrderDetail, findings: &mut Findings<'_>) {
    let status = detail.order_status.or_zero();
    if status != WAITING_FOR_SHIPMENT {
        findings.say(&faults::STATUS, "detail.orderStatus", &[("status", status.to_string())]);
    }
    if detail.cancel_status.or_zero() != 0 {
        findings.add(&faults::CANCELLING, "detail.cancelStatus");
    }
    let after_sale = detail.order_after_sales_status.0.unwrap_or(1);
    if !AFTER_SALE_AT_REST.contains(&after_sale) {
        findings.say(
            &faults::AFTER_SALE,
            "detail.orderAfterSalesStatus",
            &[("status", after_sale.to_string())],
        );
    }
    match detail.order_type.or_zero() {
        2..=4 => {
            findings.add(&faults::PRESALE, "detail.orderType");
        }
        5 => {
            findings.add(&faults::RESHIP, "detail.orderType");
        }
        _ if given(detail.original_order_id.clone()).is_some() => {
            findings.add(&faults::RESHIP, "detail.originalOrderId");
        }
        _ => {}
    }
    if detail.unpack == Some(true) {
        findings.add(&faults::SPLIT, "detail.unpack");
    }
}
