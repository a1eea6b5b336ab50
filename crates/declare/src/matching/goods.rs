//! Rules about amounts, lines and weights.

use filing::codes::UnitCode;
use filing::tariff::Tariff;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Matching, faults};
use crate::documents::{Documents, InventoryLine, Number, OrderLine};

/// A hundredth: how far kilograms may lie from the net weight before it is worth a word.
const WEIGHT_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Sums numbers of documents; nothing when the sum leaves the range, which 99 numbers of 19 digits cannot.
fn sum(numbers: impl Iterator<Item = Number>) -> Option<Decimal> {
    numbers.map(Number::decimal).try_fold(Decimal::ZERO, Decimal::checked_add)
}

impl Matching<'_> {
    /// What was paid, and for what: X6, A1, A4, A5, A7.
    pub(super) fn amounts(&mut self) {
        let Documents { order, order_lines, payment, .. } = self.documents;
        if order.paid != payment.amount {
            let args = [("order", order.paid.to_string()), ("payment", payment.amount.to_string())];
            self.break_rule(&faults::X6, "amountPaid", &args);
        }
        let due = sum([order.goods_value, order.freight, order.tax].into_iter())
            .and_then(|sum| sum.checked_sub(order.discount.decimal()));
        if due != Some(order.paid.decimal()) {
            let args = [("sum", due.unwrap_or_default().to_string()), ("paid", order.paid.to_string())];
            self.break_rule(&faults::A1, "acturalPaid", &args);
        }
        for line in order_lines {
            if line.price.decimal().checked_mul(line.quantity.decimal()) != Some(line.total_price.decimal()) {
                let args = [
                    ("line", line.number.to_string()),
                    ("price", line.price.to_string()),
                    ("quantity", line.quantity.to_string()),
                    ("total", line.total_price.to_string()),
                ];
                self.break_rule(&faults::A4, "totalPrice", &args);
            }
            if line.total_price == Number::ZERO {
                self.break_rule(&faults::A7, "price", &[("line", line.number.to_string())]);
            }
        }
        let goods = sum(order_lines.iter().map(|line| line.total_price));
        if goods != Some(order.goods_value.decimal()) {
            let args =
                [("sum", goods.unwrap_or_default().to_string()), ("goods", order.goods_value.to_string())];
            self.break_rule(&faults::A5, "goodsValue", &args);
        }
    }

    /// Order lines against inventory lines, and their quantities: X17, X18, Q1 to Q5.
    pub(super) fn lines(&mut self, tariff: &Tariff, on: Date) {
        let Documents { order_lines, inventory_lines, .. } = self.documents;
        if order_lines.len() != inventory_lines.len() {
            let args =
                [("order", order_lines.len().to_string()), ("inventory", inventory_lines.len().to_string())];
            self.break_rule(&faults::X17, "gnum", &args);
        }
        let counted = |numbers: &mut dyn Iterator<Item = u32>| {
            numbers.zip(1..).all(|(number, wanted)| number == wanted)
        };
        if !counted(&mut order_lines.iter().map(|line| line.number))
            || !counted(&mut inventory_lines.iter().map(|line| line.number))
        {
            self.break_rule(&faults::Q1, "gnum", &[]);
        }
        for (ordered, declared) in order_lines.iter().zip(inventory_lines) {
            self.line(ordered, declared);
            self.quantities(declared);
            self.legal_units(declared, tariff, on);
        }
    }

    fn line(&mut self, ordered: &OrderLine<'_>, declared: &InventoryLine<'_>) {
        let differing = [
            ("gname", ordered.name != declared.name),
            ("gmodel", ordered.specification != declared.specification),
            ("country", ordered.country != declared.country),
            ("unit", ordered.unit != declared.unit),
            ("qty", ordered.quantity != declared.quantity),
            ("price", ordered.price != declared.price),
            ("totalPrice", ordered.total_price != declared.total_price),
        ];
        for (field, _) in differing.into_iter().filter(|(_, differs)| *differs) {
            let args = [("line", declared.number.to_string()), ("field", field.to_owned())];
            self.break_rule(&faults::X18, field, &args);
        }
    }

    fn quantities(&mut self, line: &InventoryLine<'_>) {
        let number = [("line", line.number.to_string())];
        if line.quantity == Number::ZERO || line.quantity1 == Number::ZERO {
            self.break_rule(&faults::Q2, "qty1", &number);
        }
        if line.second.as_ref().is_some_and(|(quantity, _)| *quantity == Number::ZERO) {
            self.break_rule(&faults::Q3, "qty2", &number);
        }
        let second = line
            .second
            .as_ref()
            .is_some_and(|(quantity, unit)| *unit == line.unit && *quantity != line.quantity);
        if second || (line.unit == line.unit1 && line.quantity != line.quantity1) {
            self.break_rule(&faults::Q5, "qty1", &number);
        }
    }

    fn legal_units(&mut self, line: &InventoryLine<'_>, tariff: &Tariff, on: Date) {
        let Some(known) = tariff.line(line.hs_code, on) else { return };
        let pair = |first: &str, second: Option<&str>| match second {
            Some(second) => format!("{first}/{second}"),
            None => first.to_owned(),
        };
        let found = pair(line.unit1.as_str(), line.second.as_ref().map(|(_, unit)| unit.as_str()));
        let wanted = pair(known.unit1.as_str(), known.unit2.as_ref().map(UnitCode::as_str));
        if found != wanted {
            let args = [
                ("line", line.number.to_string()),
                ("hs_code", line.hs_code.to_string()),
                ("found", found),
                ("wanted", wanted),
            ];
            self.break_rule(&faults::Q4, "unit1", &args);
        }
    }

    /// Weights: Q7, Q9.
    pub(super) fn weights(&mut self) {
        let Documents { inventory, inventory_lines, .. } = self.documents;
        let (net, gross) = (inventory.net_weight, inventory.gross_weight);
        if net == Number::ZERO || gross == Number::ZERO || net > gross {
            self.break_rule(
                &faults::Q7,
                "netWeight",
                &[("net", net.to_string()), ("gross", gross.to_string())],
            );
        }
        let kilogram = UnitCode::KILOGRAM;
        if !inventory_lines.iter().all(|line| line.unit1.as_str() == kilogram.as_str()) {
            return;
        }
        let Some(kilograms) = sum(inventory_lines.iter().map(|line| line.quantity1)) else { return };
        if (kilograms - net.decimal()).abs() > net.decimal() * WEIGHT_TOLERANCE {
            self.break_rule(&faults::Q9, "qty1", &[("sum", kilograms.to_string()), ("net", net.to_string())]);
        }
    }
}
