//! Amounts, quantities and weights inside one document: A1, A4 to A7, A9, Q1 to Q10.

use filing::codes::UnitCode;
use filing::hs::HsCode;
use rust_decimal::Decimal;

use super::findings::Findings;
use super::view::{Document, Kind, fault_at, number};
use super::{Options, faults, fields};
use crate::matching::faults as rules;
use crate::messages::reading::Element;

/// The limit of one order in yuan: 财关税〔2018〕49号. Customs' own count decides; here it is only pointed out.
const ORDER_LIMIT: Decimal = Decimal::from_parts(5000, 0, 0, false, 0);
/// A hundredth: how far kilograms may lie from the net weight before it is worth a word.
const WEIGHT_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

pub(super) fn check(document: &Document<'_>, options: &Options<'_>, found: &mut Findings) {
    match document.kind {
        Kind::Order => order(document, found),
        Kind::Inventory => inventory(document, options, found),
        Kind::Waybill => one_piece(document, found),
        _ => {}
    }
    if matches!(document.kind, Kind::Order | Kind::Inventory | Kind::Arrival) {
        let numbers = document.lines.iter().map(|line| line.field("gnum").and_then(|n| n.parse().ok()));
        if !numbers.eq((1..=document.lines.len()).map(Some)) {
            found.push(document.fault(&rules::Q1, "gnum"));
        }
    }
}

fn sum(document: &Document<'_>, field: &str) -> Option<Decimal> {
    let values = document.lines.iter().map(|line| number(*line, field));
    values.into_iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value?))
}

/// The lines' price times quantity; tells those that do not come out.
fn products(document: &Document<'_>, kind: &'static ports::fault::Kind, found: &mut Findings) {
    for line in &document.lines {
        let values = (number(*line, "price"), number(*line, "qty"), number(*line, "totalPrice"));
        let (Some(price), Some(quantity), Some(total)) = values else { continue };
        if price.checked_mul(quantity) != Some(total) {
            let fault = fault_at(kind, *line, "totalPrice").with("line", gnum(*line));
            let fault = fault.with("price", price).with("quantity", quantity);
            found.push(fault.with("total", total));
        }
        if total.is_zero() {
            found.push(fault_at(&rules::A7, *line, "totalPrice").with("line", gnum(*line)));
        }
    }
}

pub(super) fn gnum(line: Element<'_>) -> String {
    line.field("gnum").unwrap_or("?").to_owned()
}

fn order(document: &Document<'_>, found: &mut Findings) {
    let value = |field| number(document.head, field);
    if let (Some(goods), Some(freight), Some(tax), Some(discount), Some(paid)) =
        (value("goodsValue"), value("freight"), value("taxTotal"), value("discount"), value("acturalPaid"))
    {
        let due = goods
            .checked_add(freight)
            .and_then(|sum| sum.checked_add(tax))
            .and_then(|sum| sum.checked_sub(discount));
        if due != Some(paid) {
            let fault = document.fault(&rules::A1, "acturalPaid").with("sum", due.unwrap_or_default());
            found.push(fault.with("paid", paid));
        }
        if let Some(value) = goods.checked_add(freight).filter(|value| *value > ORDER_LIMIT) {
            let fault = document.fault(&faults::A9, "goodsValue").with("value", value);
            found.push(fault.with("limit", ORDER_LIMIT));
        }
    }
    if let (Some(goods), Some(sum)) = (value("goodsValue"), sum(document, "totalPrice"))
        && goods != sum
    {
        found.push(document.fault(&rules::A5, "goodsValue").with("sum", sum).with("goods", goods));
    }
    products(document, &rules::A4, found);
}

fn one_piece(document: &Document<'_>, found: &mut Findings) {
    if document.head.field("packNo").is_some_and(|pieces| pieces != "1") {
        let fault = document.fault(&faults::Q10, "packNo").with("field", "packNo");
        found.push(fault.with("title", fields::title("packNo")));
    }
}

fn inventory(document: &Document<'_>, options: &Options<'_>, found: &mut Findings) {
    one_piece(document, found);
    products(document, &faults::A6, found);
    for line in &document.lines {
        quantities(*line, found);
        legal_units(*line, options, found);
    }
    weights(document, found);
}

fn quantities(line: Element<'_>, found: &mut Findings) {
    let told = |kind, field| fault_at(kind, line, field).with("line", gnum(line));
    for field in ["qty", "qty1"] {
        if number(line, field).is_some_and(|quantity| quantity <= Decimal::ZERO) {
            found.push(told(&rules::Q2, field));
        }
    }
    let second = number(line, "qty2");
    match (line.field("unit2"), second) {
        (Some(_), Some(quantity)) if quantity > Decimal::ZERO => {}
        (None, None) => {}
        (None, Some(quantity)) if quantity.is_zero() => {}
        _ => found.push(told(&rules::Q3, "qty2")),
    }
    let unit = line.field("unit");
    let pairs = [(line.field("unit1"), number(line, "qty1")), (line.field("unit2"), second)];
    let differs = |(legal, quantity): (Option<&str>, Option<Decimal>)| {
        unit.is_some() && unit == legal && quantity.is_some() && quantity != number(line, "qty")
    };
    if pairs.into_iter().any(differs) {
        found.push(told(&rules::Q5, "qty1"));
    }
}

fn legal_units(line: Element<'_>, options: &Options<'_>, found: &mut Findings) {
    let Some(hs) = line.field("gcode").and_then(HsCode::parse) else { return };
    let Some((unit1, unit2)) = options.tariff.units(hs, options.today) else { return };
    let pair = |first: &str, second: Option<&str>| match second {
        Some(second) => format!("{first}/{second}"),
        None => first.to_owned(),
    };
    let given = pair(line.field("unit1").unwrap_or_default(), line.field("unit2"));
    let wanted = pair(unit1.as_str(), unit2.as_ref().map(UnitCode::as_str));
    if given != wanted {
        let fault = fault_at(&rules::Q4, line, "unit1").with("line", gnum(line)).with("hs_code", hs);
        found.push(fault.with("found", given).with("wanted", wanted));
    }
}

fn weights(document: &Document<'_>, found: &mut Findings) {
    let (net, gross) = (number(document.head, "netWeight"), number(document.head, "grossWeight"));
    let (Some(net), Some(gross)) = (net, gross) else { return };
    if net <= Decimal::ZERO || gross <= Decimal::ZERO || net > gross {
        found.push(document.fault(&rules::Q7, "netWeight").with("net", net).with("gross", gross));
    }
    let kilograms = |line: &Element<'_>| {
        let legal = [("unit1", "qty1"), ("unit2", "qty2")];
        let (_, quantity) =
            legal.into_iter().find(|(unit, _)| line.field(unit) == Some(UnitCode::KILOGRAM.as_str()))?;
        number(*line, quantity)
    };
    let Some(sum) = document.lines.iter().map(kilograms).sum::<Option<Decimal>>() else { return };
    let off = sum.checked_sub(net).map(|off| off.abs());
    if off.zip(net.checked_mul(WEIGHT_TOLERANCE)).is_some_and(|(off, allowed)| off > allowed) {
        found.push(document.fault(&rules::Q9, "netWeight").with("sum", sum).with("net", net));
    }
}
