//! The lines of an order with their filings, and their weights.

use std::sync::Arc;

use filing::record::Filing;
use ports::fault::Text as Words;
use rust_decimal::Decimal;

use super::filler::Filler;
use crate::documents::{InventoryLine, Number, OrderLine, Text, TradeMode, faults};
use crate::order::{Order, Waybill};

/// What stands for a barcode where there is none (official text of `barCode`).
const NO_BARCODE: &str = "无";
/// The platform's own article numbers, which are no barcodes.
const INTERNAL_BARCODE: &str = "XHS-";
const GRAMS_PER_KILOGRAM: Decimal = Decimal::ONE_THOUSAND;

/// One line's filing with everything a declaration needs of it.
pub(super) struct Filed<'a> {
    filing: &'a Filing,
    unit: &'a str,
    country: &'a str,
    specification: &'a str,
    item_record_no: Option<&'a str>,
}

pub(super) fn filed<'a>(
    order: &'a Order,
    port: &str,
    filings: &'a [Option<Arc<Filing>>],
    fill: &mut Filler<'a>,
) -> Option<Vec<Filed<'a>>> {
    let bonded = order.trade_mode == TradeMode::Bonded;
    let mut all = Vec::with_capacity(order.lines.len());
    for (index, goods) in order.lines.iter().enumerate() {
        let named = [("line", (index + 1).to_string()), ("barcode", goods.barcode.clone())];
        let path = format!("lines[{index}].barcode");
        let Some(filing) = filings.get(index).and_then(Option::as_deref) else {
            let mut args = fill.fault(&faults::NO_FILING, &path);
            args.extend(named);
            args.push(("port", port.to_owned()));
            continue;
        };
        let specification = filing.customs_specification.as_ref().map(|text| text.as_str());
        let item_record_no = filing.item_record_no.as_ref().map(|text| text.as_str()).filter(|_| bonded);
        for (zh, en, there) in [
            ("申报计量单位", "the unit (申报计量单位)", filing.unit.is_some()),
            ("原产国", "the country of origin (原产国)", filing.country.is_some()),
            ("规格型号", "the specification (规格型号)", specification.is_some()),
            ("账册备案料号", "the account book's number (账册备案料号)", !bonded || item_record_no.is_some()),
        ] {
            if !there {
                let mut args = fill.fault(&faults::FILING_LACKS, &path);
                args.extend(named.clone());
                args.words("field", Words { zh, en });
            }
        }
        if let (Some(unit), Some(country), Some(specification)) =
            (&filing.unit, &filing.country, specification)
        {
            all.push(Filed {
                filing,
                unit: unit.as_str(),
                country: country.as_str(),
                specification,
                item_record_no,
            });
        }
    }
    (all.len() == order.lines.len()).then_some(all)
}

pub(super) fn lines<'a>(
    order: &'a Order,
    filed: &[Filed<'a>],
    fill: &mut Filler<'a>,
) -> (Vec<OrderLine<'a>>, Vec<InventoryLine<'a>>) {
    let mut order_lines = Vec::with_capacity(filed.len());
    let mut inventory_lines = Vec::with_capacity(filed.len());
    for (index, (goods, filed)) in order.lines.iter().zip(filed).enumerate() {
        let path = |field: &str| format!("lines[{index}].{field}");
        let filing = filed.filing;
        let pieces = Decimal::from(goods.quantity);
        // The merchant's own number; the platform's is longer than the inventory's field.
        let item_no = filing.item_no.as_ref().map(|text| text.as_str()).or(goods.item_no.as_deref());
        let barcode = if goods.barcode.starts_with(INTERNAL_BARCODE) { NO_BARCODE } else { &goods.barcode };
        let line = OrderLine {
            number: u32::try_from(index + 1).unwrap_or(u32::MAX),
            item_no: item_no.and_then(|text| Text::parse(text).ok()),
            name: fill.text(&path("name"), filing.name.as_str()),
            specification: fill.text(&path("customs_specification"), filed.specification),
            barcode: fill.text(&path("barcode"), barcode),
            unit: fill.text(&path("unit"), filed.unit),
            quantity: fill.number(&path("quantity"), pieces),
            price: fill.number(&path("price"), goods.price.decimal()),
            total_price: fill.number(&path("price"), goods.total().decimal()),
            country: fill.text(&path("country"), filed.country),
        };
        let second = filing.quantity2.zip(filing.unit2.as_ref()).map(|(quantity, unit)| {
            (
                fill.product(&path("quantity2"), quantity.decimal(), pieces),
                fill.text(&path("unit2"), unit.as_str()),
            )
        });
        inventory_lines.push(InventoryLine {
            number: line.number,
            item_record_no: filed.item_record_no.map(|text| fill.text(&path("item_record_no"), text)),
            item_no: item_no.and_then(|text| Text::parse(text).ok()),
            hs_code: filing.hs_code,
            name: line.name.clone(),
            specification: line.specification.clone(),
            barcode: line.barcode.clone(),
            country: line.country.clone(),
            quantity: line.quantity,
            unit: line.unit.clone(),
            quantity1: fill.product(&path("quantity1"), filing.quantity1.decimal(), pieces),
            unit1: fill.text(&path("unit1"), filing.unit1.as_str()),
            second,
            price: line.price,
            total_price: line.total_price,
        });
        order_lines.push(line);
    }
    (order_lines, inventory_lines)
}

/// Gross and net weight in kilograms. The gross weight is the weighed one, else the filings' sum; the net weight the
/// platform's, else the filings' sum.
pub(super) fn weights(
    order: &Order,
    filed: &[Filed<'_>],
    waybill: &Waybill,
    fill: &mut Filler<'_>,
) -> (Number, Number) {
    let sum = |grams: fn(&Filing) -> Option<Decimal>| {
        order.lines.iter().zip(filed).try_fold(Decimal::ZERO, |sum, (goods, filed)| {
            sum.checked_add(grams(filed.filing)?.checked_mul(Decimal::from(goods.quantity))?)
        })
    };
    let kilograms = |grams: Decimal| grams / GRAMS_PER_KILOGRAM;
    let gross = waybill
        .gross_weight_kg
        .or_else(|| sum(|filing| Some(filing.gross_weight_g?.decimal())).map(kilograms));
    let net =
        order.net_weight_g.map(Decimal::from).or_else(|| sum(|filing| Some(filing.net_weight_g?.decimal())));
    let mut known = |what: Words, path: &str, weight: Option<Decimal>| match weight {
        Some(weight) => fill.number(path, weight),
        None => {
            fill.fault(&faults::NO_WEIGHT, path).words("what", what);
            Number::ZERO
        }
    };
    let gross = known(Words { zh: "毛重", en: "gross weight" }, "waybill.gross_weight_kg", gross);
    (gross, known(Words { zh: "净重", en: "net weight" }, "detail.totalNetWeightAmount", net.map(kilograms)))
}
