//! Xiaohongshu's order, judged and made canonical.

use jiff::Timestamp;
use ports::fault::{Arg, Fault, Kind, Place, Text};
use ports::money::Yuan;
use ports::xiaohongshu::{
    BoundExtendInfo, DeclareInfos, OrderDetail, ReceiverInfo, ReceiverInfos, WireInteger,
};

use super::line::{MAX_FEN, MAX_QUANTITY, Reading};
use super::waybill::{Waybill, WireWaybill};
use super::{Amounts, Buyer, Consignee, Order, OrderedGoods, PersonalText, faults};
use crate::documents::TradeMode;
use crate::identity::{IdNumber, IdNumberFault, Mobile, mask_id, mask_telephone};
use crate::setting::Setting;

/// The order's statuses and modes, by the platform's own numbers.
const WAITING_FOR_SHIPMENT: i64 = 4;
const BUYER_ROLE: &str = "订购人";
/// After-sale states that leave the order as it is: none, closed, cancelled.
const AFTER_SALE_AT_REST: [i64; 3] = [1, 5, 7];
/// The most lines a document holds.
const MAX_LINES: usize = 99;

/// The three answers about an order, and its waybill.
pub(super) struct Bundle {
    pub(super) detail: OrderDetail,
    pub(super) declare: DeclareInfos,
    pub(super) receiver: ReceiverInfos,
    pub(super) waybill: Option<WireWaybill>,
}

/// The faults of one order.
struct Findings<'a> {
    order_no: &'a str,
    faults: Vec<Fault>,
}

impl Findings<'_> {
    fn add(&mut self, kind: &'static Kind, path: &str) -> &mut Fault {
        self.faults.push(kind.at(Place::order(self.order_no, path)));
        let last = self.faults.len() - 1;
        &mut self.faults[last]
    }

    fn say(&mut self, kind: &'static Kind, path: &str, args: &[(&'static str, String)]) {
        let args = args.iter().map(|(name, value)| (*name, Arg::from(value.clone())));
        self.add(kind, path).args.extend(args);
    }

    fn missing(&mut self, path: &str, zh: &'static str, en: &'static str) {
        self.add(&faults::MISSING, path).args.push(("what", Text { zh, en }.into()));
    }

    fn fen(&mut self, path: &str, amount: WireInteger) -> Yuan {
        let fen = amount.or_zero();
        if !(0..=MAX_FEN).contains(&fen) {
            self.say(&faults::BAD_NUMBER, path, &[("value", fen.to_string())]);
            return Yuan::ZERO;
        }
        Yuan::from_fen(fen)
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    // The platform's documentation writes the word null where nothing is meant.
    text.map(|text| text.trim()).filter(|text| !text.is_empty() && *text != "null")
}

/// Judges the order; all faults are found, not the first.
pub(super) fn read(bundle: Bundle, setting: &Setting<'_>) -> Reading {
    let Bundle { detail, declare, receiver, waybill } = bundle;
    let order_no = detail.order_id.trim().to_owned();
    let mut findings = Findings { order_no: &order_no, faults: Vec::new() };
    judge_state(&detail, &mut findings);
    let trade_mode = match detail.logistics_mode.or_zero() {
        2 => Some(TradeMode::Bonded),
        3 => Some(TradeMode::Direct),
        mode => {
            findings.say(&faults::NOT_DECLARED, "detail.logisticsMode", &[("mode", mode.to_string())]);
            None
        }
    };
    let block = &detail.bound_extend_info;
    let lines = read_lines(&detail, &mut findings);
    let amounts = read_amounts(&detail, &lines, &mut findings);
    let transaction_no = given(block.pay_no.as_ref());
    if transaction_no.is_none() {
        findings.missing("detail.boundExtendInfo.payNo", "支付流水号", "the transaction number");
    }
    let pay_channel = given(block.pay_channel.as_ref());
    if pay_channel.is_none() {
        findings.missing("detail.boundExtendInfo.payChannel", "支付渠道", "the payment channel");
    }
    let port = given(detail.customs_code.as_ref());
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
    let waybill = waybill
        .unwrap_or_default()
        .read(&order_no, &mut findings.faults)
        .or_else(|| shipped_waybill(&detail));
    let net_weight = detail.total_net_weight_amount.or_zero();
    let found = findings.faults;
    let refused = found.iter().any(Fault::is_error);
    let order = match (trade_mode, transaction_no, pay_channel, port, paid_at, buyer, consignee, amounts) {
        (
            Some(trade_mode),
            Some(transaction_no),
            Some(pay_channel),
            Some(port),
            Some(paid_at),
            Some(buyer),
            Some(consignee),
            Some(amounts),
        ) if !refused => Some(Order {
            order_no: order_no.clone(),
            trade_mode,
            port: port.to_owned(),
            paid_at,
            amounts,
            pay_channel: pay_channel.to_owned(),
            transaction_no: transaction_no.to_owned(),
            buyer,
            consignee,
            lines,
            net_weight_g: (net_weight > 0).then_some(net_weight),
            waybill,
        }),
        _ => None,
    };
    Reading { order_no, order, faults: found }
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
        _ if given(detail.original_order_id.as_ref()).is_some() => {
            findings.add(&faults::RESHIP, "detail.originalOrderId");
        }
        _ => {}
    }
    if detail.unpack == Some(true) {
        findings.add(&faults::SPLIT, "detail.unpack");
    }
}

fn read_lines(detail: &OrderDetail, findings: &mut Findings<'_>) -> Vec<OrderedGoods> {
    let mut lines = Vec::new();
    let rows = detail.sku_list.iter().enumerate();
    let rows = rows.flat_map(|(sku, entry)| {
        entry.sku_detail_list.iter().enumerate().map(move |(row, goods)| (sku, row, goods))
    });
    for (sku, row, goods) in rows {
        let path = |field: &str| format!("detail.skuList[{sku}].skuDetailList[{row}].{field}");
        let barcode = given(goods.barcode.as_ref());
        if barcode.is_none() {
            findings.say(&faults::NO_BARCODE, &path("barcode"), &[("line", (lines.len() + 1).to_string())]);
        }
        let quantity = goods.quantity.or_zero();
        if !(1..=MAX_QUANTITY).contains(&quantity) {
            findings.say(&faults::BAD_NUMBER, &path("quantity"), &[("value", quantity.to_string())]);
        }
        lines.push(OrderedGoods {
            barcode: barcode.unwrap_or_default().to_owned(),
            item_no: given(goods.erp_code.as_ref()).map(str::to_owned),
            quantity: u32::try_from(quantity).unwrap_or(0),
            price: findings.fen(&path("pricePerSku"), goods.price_per_sku),
            tax_per_piece: findings.fen(&path("taxPerSku"), goods.tax_per_sku),
            merchant_discount: findings.fen(&path("merchantDiscountPerSku"), goods.merchant_discount_per_sku),
        });
    }
    if lines.is_empty() || lines.len() > MAX_LINES {
        findings.say(&faults::LINE_COUNT, "detail.skuList", &[("count", lines.len().to_string())]);
    }
    lines
}

/// The amounts, when they agree with each other. They are taken as they are: a difference holds the order and is shown.
fn read_amounts(
    detail: &OrderDetail,
    lines: &[OrderedGoods],
    findings: &mut Findings<'_>,
) -> Option<Amounts> {
    let block = &detail.bound_extend_info;
    let before = findings.faults.len();
    let at = |field: &str| format!("detail.boundExtendInfo.{field}");
    let amounts = Amounts {
        goods: findings.fen(&at("productValue"), block.product_value),
        freight: findings.fen(&at("shippingFee"), block.shipping_fee),
        discount: findings.fen(&at("discountAmount"), block.discount_amount),
        tax: findings.fen(&at("taxAmount"), block.tax_amount),
        paid: findings.fen(&at("payAmount"), block.pay_amount),
    };
    let sum = amounts.goods + amounts.freight + amounts.tax - amounts.discount;
    if sum != amounts.paid {
        let args = [
            ("goods", amounts.goods.to_string()),
            ("freight", amounts.freight.to_string()),
            ("tax", amounts.tax.to_string()),
            ("discount", amounts.discount.to_string()),
            ("sum", sum.to_string()),
            ("paid", amounts.paid.to_string()),
        ];
        findings.say(&faults::AMOUNTS, &at("payAmount"), &args);
    }
    if let Some(total) = detail.total_pay_amount.0.filter(|total| *total != 0) {
        let total = Yuan::from_fen(total);
        if total != amounts.paid {
            let args = [("paid", amounts.paid.to_string()), ("total", total.to_string())];
            findings.say(&faults::TOTAL_PAID, "detail.totalPayAmount", &args);
        }
    }
    let goods: Yuan = lines.iter().map(OrderedGoods::total).sum();
    if goods != amounts.goods {
        let args = [("sum", goods.to_string()), ("goods", amounts.goods.to_string())];
        findings.say(&faults::LINES_SUM, &at("productValue"), &args);
    }
    let tax: Yuan = lines.iter().map(|line| line.tax_per_piece * line.quantity.into()).sum();
    if tax != amounts.tax {
        let args = [("sum", tax.to_string()), ("tax", amounts.tax.to_string())];
        findings.say(&faults::TAX_SUM, &at("taxAmount"), &args);
    }
    findings.faults[before..].iter().all(|fault| !fault.is_error()).then_some(amounts)
}

fn read_buyer(declare: &DeclareInfos, setting: &Setting<'_>, findings: &mut Findings<'_>) -> Option<Buyer> {
    let entries = &declare.order_declare_infos;
    let Some(index) = entries.iter().position(|entry| entry.role.trim() == BUYER_ROLE) else {
        findings.add(&faults::NO_BUYER, "declare_info.orderDeclareInfos");
        return None;
    };
    let entry = &entries[index];
    let path = |field: &str| format!("declare_info.orderDeclareInfos[{index}].{field}");
    let name = entry.id_name.trim();
    if name.is_empty() {
        findings.missing(&path("idName"), "订购人姓名", "the buyer's name");
    }
    let id_number = match IdNumber::parse(&entry.id_number, setting.today) {
        Ok(number) => Some(number),
        Err(fault) => {
            let (zh, en) = match fault {
                IdNumberFault::Length => ("不是18位", "it does not have 18 characters"),
                IdNumberFault::Characters => ("含有不允许的字符", "it has a character that cannot be"),
                IdNumberFault::Province => ("地区码不存在", "there is no such province"),
                IdNumberFault::BirthDate => ("出生日期不存在", "there is no such birth date"),
                IdNumberFault::CheckDigit => ("校验码不符", "the check digit does not fit"),
            };
            let masked = Arg::Value(mask_id(entry.id_number.trim()));
            let args = [("masked", masked), ("reason", Text { zh, en }.into())];
            findings.add(&faults::ID_NUMBER, &path("idNumber")).args.extend(args);
            None
        }
    };
    let telephone = Mobile::parse(&entry.link_phone).filter(|_| entry.virtual_number_flag != Some(true));
    if telephone.is_none() {
        let args = [("masked", mask_telephone(entry.link_phone.trim()))];
        findings.say(&faults::TELEPHONE, &path("linkPhone"), &args);
    }
    Some(Buyer { name: PersonalText(name.to_owned()), id_number: id_number?, telephone: telephone? })
}

fn read_consignee(
    receiver: ReceiverInfos,
    block: &BoundExtendInfo,
    findings: &mut Findings<'_>,
) -> Option<Consignee> {
    let Some(info) = receiver.receiver_infos.into_iter().next() else {
        findings.missing("receiver.receiverInfos", "收件人", "the receiver");
        return None;
    };
    if info.matched == Some(false) {
        findings.add(&faults::ADDRESS_CHANGED, "receiver.receiverInfos[0].matched");
        return None;
    }
    let before = findings.faults.len();
    for (field, value, zh, en) in [
        ("receiverName", &info.receiver_name, "收货人姓名", "the consignee's name"),
        ("receiverPhone", &info.receiver_phone, "收货人电话", "the consignee's telephone"),
        ("receiverAddress", &info.receiver_address, "收货地址", "the address"),
    ] {
        if value.trim().is_empty() {
            findings.missing(&format!("receiver.receiverInfos[0].{field}"), zh, en);
        }
    }
    let district = block.zone_codes.last().map(|code| code.trim().to_owned());
    let consignee = Consignee {
        address: PersonalText(join_address(&info)),
        name: PersonalText(info.receiver_name),
        telephone: PersonalText(info.receiver_phone),
        district: district.filter(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())),
    };
    (findings.faults.len() == before).then_some(consignee)
}

/// Province, city, district, town, street. A direct municipality is its own province and stands once.
fn join_address(info: &ReceiverInfo) -> String {
    let mut address = String::new();
    let mut last = "";
    let parts = [
        info.receiver_province_name.as_deref(),
        info.receiver_city_name.as_deref(),
        info.receiver_district_name.as_deref(),
        info.receiver_town_name.as_deref(),
        Some(info.receiver_address.as_str()),
    ];
    for part in parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()) {
        if part != last {
            address.push_str(part);
        }
        last = part;
    }
    address
}

/// The waybill that the platform knows after shipping. It has no weight and no price.
fn shipped_waybill(detail: &OrderDetail) -> Option<Waybill> {
    Some(Waybill {
        number: given(detail.express_tracking_no.as_ref())?.to_owned(),
        carrier: given(detail.express_company_code.as_ref())?.to_owned(),
        gross_weight_kg: None,
        freight: rust_decimal::Decimal::ZERO,
        insurance: rust_decimal::Decimal::ZERO,
        bill_no: None,
        transport_no: None,
        voyage_no: None,
        departure_country: None,
    })
}
