//! Order, filings and configuration become the four documents.
//!
//! Nothing is invented: each field comes from where the mapping of platform fields to customs fields says it comes from, and
//! what is missing holds the order. All that is missing is told at once.

mod filler;
mod goods;
mod inventory;
mod surroundings;

use std::sync::Arc;

use filing::record::Filing;
use jiff::Timestamp;
use ports::fault::Fault;

use self::filler::{At, Filler};
use self::goods::{filed, lines, weights};
use self::inventory::inventory_head;
use self::surroundings::{Surroundings, surroundings};
use super::{
    Documents, Guid, Moment, Number, OrderHead, OrderLine, PaymentHead, Standing, Submission, Text,
    TradeMode, WaybillHead,
};
use crate::messages::MessageKind;
use crate::order::{Order, Parts, Waybill};
use crate::setting::Setting;

/// What identifies an order's documents; made once and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// One for each document, in the order of [`MessageKind::PARCEL`].
    pub guids: [Guid; 4],
    /// When each of them was made.
    pub made_at: [Timestamp; 4],
    /// Whether each of them is new, or changes one that is there.
    pub submissions: [Submission; 4],
    /// Whether the inventory is declared or only saved.
    pub inventory: Standing,
}

impl Numbers {
    /// The number of a document.
    pub fn guid(&self, kind: MessageKind) -> Guid {
        self.guids[kind.index()]
    }

    /// Whether a document is new or a change.
    pub fn submission(&self, kind: MessageKind) -> Submission {
        self.submissions[kind.index()]
    }
}

/// The outcome.
#[derive(Debug)]
pub struct Assembly<'a> {
    /// The documents, unless an error stands in their way.
    pub documents: Option<Documents<'a>>,
    /// Everything that is missing or does not fit.
    pub faults: Vec<Fault>,
}

/// What holds an order that lacks parts: of its goods, its port, its carrier, its payment enterprise. `port` and `filings` are
/// as in [`assemble`].
pub fn shortcomings(
    parts: &Parts,
    port: Option<&str>,
    filings: &[Option<Arc<Filing>>],
    setting: &Setting<'_>,
) -> Vec<Fault> {
    let mut fill = Filler { order_no: &parts.order_no, faults: Vec::new() };
    surroundings(parts.into(), port, setting, &mut fill);
    filed(parts.into(), port, filings, &mut fill);
    fill.faults
}

/// Makes the documents. `port` is the catalogue's name of the order's port, nothing when the catalogue does not know it;
/// `filings` holds one entry for each line.
pub fn assemble<'a>(
    order: &'a Order,
    port: Option<&str>,
    filings: &'a [Option<Arc<Filing>>],
    numbers: &Numbers,
    setting: &'a Setting<'_>,
) -> Assembly<'a> {
    let mut fill = Filler { order_no: &order.order_no, faults: Vec::new() };
    let surroundings = surroundings(order.into(), port, setting, &mut fill);
    let filed = filed(order.into(), port, filings, &mut fill);
    let made_at = numbers.made_at.map(|at| Moment::of(at, &setting.beijing));
    let numbered = |kind: MessageKind| (numbers, &made_at[kind.index()]);
    let (order_lines, inventory_lines) = lines(order, &filed, &mut fill);
    let head = order_head(order, &surroundings, numbered(MessageKind::Order), setting, &mut fill);
    let payment = payment_head(order, &head, numbered(MessageKind::Payment), setting, &mut fill);
    let carried = surroundings.waybill.map(|carried| {
        let weights = weights(order, &filed, carried, &mut fill);
        let number = numbered(MessageKind::Waybill);
        let transport = (order.trade_mode, carried);
        let waybill =
            waybill_head(&head, transport, &surroundings, weights.0, &order_lines, number, &mut fill);
        let inventory = inventory_head(
            order,
            &head,
            (carried, &waybill),
            weights,
            &surroundings,
            numbered(MessageKind::Inventory),
            setting,
            &mut fill,
        );
        (waybill, inventory)
    });
    let documents =
        carried.filter(|_| !fill.faults.iter().any(Fault::is_error)).map(|(waybill, inventory)| Documents {
            order: head,
            order_lines,
            payment,
            waybill,
            inventory,
            inventory_lines,
        });
    Assembly { documents, faults: fill.faults }
}

fn order_head<'a>(
    order: &'a Order,
    surroundings: &Surroundings<'a>,
    (numbers, made_at): (&Numbers, &Moment),
    setting: &'a Setting<'_>,
    fill: &mut Filler<'a>,
) -> OrderHead<'a> {
    let declaring = &setting.declaring;
    let (buyer, consignee) = (&order.buyer, &order.consignee);
    OrderHead {
        guid: numbers.guid(MessageKind::Order),
        submission: numbers.submission(MessageKind::Order),
        made_at: made_at.clone(),
        standing: Standing::Declared,
        order_no: fill.text(At::Field("detail.orderId"), &order.order_no),
        platform_code: declaring.platform.code.share(),
        platform_name: declaring.platform.name.share(),
        merchant_code: declaring.merchant.code.share(),
        merchant_name: declaring.merchant.name.share(),
        goods_value: fill.number(At::Field("productValue"), order.amounts.goods.decimal()),
        freight: fill.number(At::Field("shippingFee"), order.amounts.freight.decimal()),
        discount: fill.number(At::Field("discountAmount"), order.amounts.discount.decimal()),
        tax: fill.number(At::Field("taxAmount"), order.amounts.tax.decimal()),
        paid: fill.number(At::Field("payAmount"), order.amounts.paid.decimal()),
        // The buyer's number on the platform is the mobile number (the platform's own answer to merchants).
        buyer_reg_no: fill.personal(At::Field("buyer.telephone"), buyer.telephone.reveal()),
        buyer_name: fill.personal(At::Field("buyer.name"), &buyer.name.0),
        buyer_telephone: fill.personal(At::Field("buyer.telephone"), buyer.telephone.reveal()),
        buyer_id_number: fill.personal(At::Field("buyer.id_number"), buyer.id_number.reveal()),
        payer_code: surroundings.payer.code.share(),
        payer_name: surroundings.payer.name.share(),
        transaction_no: fill.text(At::Field("payNo"), &order.transaction_no),
        consignee: fill.personal(At::Field("receiverName"), &consignee.name.0),
        consignee_telephone: fill.personal(At::Field("receiverPhone"), &consignee.telephone.0),
        consignee_address: fill.personal(At::Field("receiverAddress"), &consignee.address.0),
        consignee_district: consignee.district.as_deref().and_then(|code| Text::parse(code).ok()),
    }
}

fn payment_head<'a>(
    order: &'a Order,
    head: &OrderHead<'a>,
    (numbers, made_at): (&Numbers, &Moment),
    setting: &Setting<'_>,
    fill: &mut Filler<'a>,
) -> PaymentHead<'a> {
    PaymentHead {
        guid: numbers.guid(MessageKind::Payment),
        submission: numbers.submission(MessageKind::Payment),
        made_at: made_at.clone(),
        standing: Standing::Declared,
        payer_code: head.payer_code.clone(),
        payer_name: head.payer_name.clone(),
        transaction_no: head.transaction_no.clone(),
        order_no: head.order_no.clone(),
        platform_code: head.platform_code.clone(),
        platform_name: head.platform_name.clone(),
        paid_by_id_number: head.buyer_id_number.clone(),
        paid_by_name: head.buyer_name.clone(),
        telephone: Some(fill.personal(At::Field("buyer.telephone"), order.buyer.telephone.reveal())),
        amount: head.paid,
        paid_at: Moment::of(order.paid_at, &setting.beijing),
    }
}

fn waybill_head<'a>(
    head: &OrderHead<'a>,
    (trade_mode, waybill): (TradeMode, &'a Waybill),
    surroundings: &Surroundings<'a>,
    gross_weight: Number,
    lines: &[OrderLine<'a>],
    (numbers, made_at): (&Numbers, &Moment),
    fill: &mut Filler<'a>,
) -> WaybillHead<'a> {
    let goods: Vec<String> =
        lines.iter().map(|line| format!("{}x{}", line.name.as_str(), line.quantity)).collect();
    // A bill of lading belongs to the transport across the border, which bonded goods have long behind them.
    let bill_no = waybill.bill_no.as_deref().filter(|_| trade_mode == TradeMode::Direct);
    WaybillHead {
        guid: numbers.guid(MessageKind::Waybill),
        submission: numbers.submission(MessageKind::Waybill),
        made_at: made_at.clone(),
        standing: Standing::Declared,
        carrier_code: surroundings.carrier.code.share(),
        carrier_name: surroundings.carrier.name.share(),
        waybill_no: fill.text(At::Field("waybill.logistics_no"), &waybill.number),
        bill_no: bill_no.map(|text| fill.text(At::Field("waybill.bill_no"), text)),
        order_no: head.order_no.clone(),
        freight: fill.number(At::Field("waybill.freight"), waybill.freight),
        insurance: fill.number(At::Field("waybill.insured_fee"), waybill.insurance),
        gross_weight,
        goods: Text::cut(goods.join(" ")),
        consignee: head.consignee.clone(),
        consignee_address: head.consignee_address.clone(),
        consignee_telephone: head.consignee_telephone.clone(),
    }
}
