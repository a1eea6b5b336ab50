//! The goods of an order and its amounts.

use ports::money::Yuan;
use ports::xiaohongshu::OrderDetail;

use super::findings::Findings;
use crate::order::line::MAX_QUANTITY;
use crate::order::waybill::given;
use crate::order::{Amounts, OrderedGoods, faults};

/// The most lines a document holds.
pub(super) const MAX_LINES: usize = 99;

pub(super) fn read_lines(detail: &OrderDetail, findings: &mut Findings<'_>) -> Vec<OrderedGoods> {
    let mut lines = Vec::new();
    let rows = detail.sku_list.iter().enumerate();
    let rows = rows.flat_map(|(sku, entry)| {
        entry.sku_detail_list.iter().enumerate().map(move |(row, goods)| (sku, row, goods))
    });
    for (sku, row, goods) in rows {
        let path = |field: &str| format!("detail.skuList[{sku}].skuDetailList[{row}].{field}");
        let barcode = given(goods.barcode.clone());
        if barcode.is_none() {
            findings.say(&faults::NO_BARCODE, &path("barcode"), &[("line", (lines.len() + 1).to_string())]);
        }
        let quantity = goods.quantity.or_zero();
        if !(1..=MAX_QUANTITY).contains(&quantity) {
            findings.say(&faults::BAD_NUMBER, &path("quantity"), &[("value", quantity.to_string())]);
        }
        lines.push(OrderedGoods {
            barcode: barcode.unwrap_or_default(),
            item_no: given(goods.erp_code.clone()),
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

/// The amounts. They are taken as they are: a difference holds the order and is shown.
pub(super) fn read_amounts(
    detail: &OrderDetail,
    lines: &[OrderedGoods],
    findings: &mut Findings<'_>,
) -> Amounts {
    let block = &detail.bound_extend_info;
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
    amounts
}
