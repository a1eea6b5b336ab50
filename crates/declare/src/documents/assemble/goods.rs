//! The lines of an order with their filings, and their weights.

use std::sync::Arc;

use filing::codes::{CountryCode, UnitCode};
use filing::record::Filing;
use ports::fault::Text as Words;
use rust_decimal::Decimal;

use super::filler::{At, Filler};
use super::surroundings::Pointers;
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
    order: Pointers<'a>,
    port: Option<&str>,
    filings: &'a [Option<Arc<Filing>>],
    fill: &mut Filler<'a>,
) -> Vec<Option<Filed<'a>>> {
    let bonded = order.trade_mode == Some(TradeMode::Bonded);
    let mut all = Vec::with_capacity(order.lines.len());
    for (index, goods) in order.lines.iter().enumerate() {
        let named = [("line", (index + 1).to_string()), ("barcode", goods.barcode.clone())];
        let Some(filing) = filings.get(index).and_then(Option::as_deref) else {
            // Without a barcode or a port there is nothing to look for; that is told already.
            if let Some(port) = port.filter(|_| !goods.barcode.is_empty()) {
                let mut args = fill.fault(&faults::NO_FILING, At::Line(index, "barcode"));
                args.extend(named);
                args.push(("port", port.to_owned()));
            }
            all.push(None);
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
                let mut args = fill.fault(&faults::FILING_LACKS, At::Line(index, "barcode"));
                args.extend(named.clone());
                args.words("field", Words { zh, en });
            }
        }
        // What is missing has its fault; an empty stand-in lets the rest of the line be looked at.
        all.push(Some(Filed {
            filing,
            unit: filing.unit.as_ref().map_or("", UnitCode::as_str),
            country: filing.country.as_ref().map_or("", CountryCode::as_str),
            specification: specification.unwrap_or_default(),
            item_record_no,
        }));
    }
    all
}

pub(super) fn lines<'a>(
    order: &'a Order,
    filed: &[Option<Filed<'a>>],
    fill: &mut Filler<'a>,
) -> (Vec<OrderLine<'a>>, Vec<InventoryLine<'a>>) {
    let mut order_lines = Vec::with_capacity(filed.len());
    let mut inventory_lines = Vec::with_capacity(filed.len());
    for (index, (goods, filed)) in order.lines.iter().zip(filed).enumerate() {
        let Some(filed) = filed else { continue };
        let filing = filed.filing;
        let pieces = Decimal::from(goods.quantity);
        // The merchant's own number; the platform's is longer than the inventory's field.
        let item_no = filing.item_no.as_ref().map(|text| text.as_str()).or(goods.item_no.as_deref());
        let barcode = if goods.barcode.starts_with(INTERNAL_BARCODE) { NO_BARCODE } else { &goods.barcode };
        let line = OrderLine {
            number: u32::try_from(index + 1).unwrap_or(u32::MAX),
            item_no: item_no.and_then(|text| Text::parse(text).ok()),
            name: fill.text(At::Line(index, "name"), filing.name.as_str()),
            specification: fill.known(At::Line(index, "customs_specification"), filed.specification),
            barcode: fill.text(At::Line(index, "barcode"), barcode),
            unit: fill.known(At::Line(index, "unit"), filed.unit),
            quantity: fill.number(At::Line(index, "quantity"), pieces),
            price: fill.number(At::Line(index, "price"), goods.price.decimal()),
            total_price: fill.number(At::Line(index, "price"), goods.total().decimal()),
            country: fill.known(At::Line(index, "country"), filed.country),
        };
        let second = filing.quantity2.zip(filing.unit2.as_ref()).map(|(quantity, unit)| {
            (
                fill.product(At::Line(index, "quantity2"), quantity.decimal(), pieces),
                fill.text(At::Line(index, "unit2"), unit.as_str()),
            )
        });
        inventory_lines.push(InventoryLine {
            number: line.number,
            item_record_no: filed
                .item_record_no
                .map(|text| fill.text(At::Line(index, "item_record_no"), text)),
            item_no: item_no.and_then(|text| Text::parse(text).ok()),
            hs_code: filing.hs_code,
            name: line.name.clone(),
            specification: line.specification.clone(),
            barcode: line.barcode.clone(),
            country: line.country.clone(),
            quantity: line.quantity,
            unit: line.unit.clone(),
            quantity1: fill.product(At::Line(index, "quantity1"), filing.quantity1.decimal(), pieces),
            unit1: fill.text(At::Line(index, "unit1"), filing.unit1.as_str()),
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
    filed: &[Option<Filed<'_>>],
    waybill: &Waybill,
    fill: &mut Filler<'_>,
) -> (Number, Number) {
    let sum = |grams: fn(&Filing) -> Option<Decimal>| {
        order.lines.iter().zip(filed).try_fold(Decimal::ZERO, |sum, (goods, filed)| {
            sum.checked_add(grams(filed.as_ref()?.filing)?.checked_mul(Decimal::from(goods.quantity))?)
        })
    };
    let kilograms = |grams: Decimal| grams / GRAMS_PER_KILOGRAM;
    let gross = waybill
        .gross_weight_kg
        .or_else(|| sum(|filing| Some(filing.gross_weight_g?.decimal())).map(kilograms));
    let net =
        order.net_weight_g.map(Decimal::from).or_else(|| sum(|filing| Some(filing.net_weight_g?.decimal())));
    let mut known = |what: Words, at: At, weight: Option<Decimal>| match weight {
        Some(weight) => fill.weight(at, weight),
        // Goods without a filing are told already.
        None if filed.iter().any(Option::is_none) => Number::ZERO,
        None => {
            fill.fault(&faults::NO_WEIGHT, at).words("what", what);
            Number::ZERO
        }
    };
    let gross = known(Words { zh: "毛重", en: "gross weight" }, At::Field("waybill.gross_weight_kg"), gross);
    (
        gross,
        known(
            Words { zh: "净重", en: "net weight" },
            At::Field("detail.totalNetWeightAmount"),
            net.map(kilograms),
        ),
    )
}
