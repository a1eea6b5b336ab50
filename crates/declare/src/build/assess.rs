//! The tax of an order: computed, held against the platform's, and put down so that it can be explained later.

use filing::hs::HsCode;
use jiff::civil::Date;
use ports::fault::{Fault, Place};
use ports::money::Yuan;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::configuration::MerchantDiscount;
use crate::documents::Documents;
use crate::order::Order;
use crate::setting::Setting;
use crate::tax::{self, Assessment, Basis, LineBasis, Mode, PlatformTax, Policy, Tolerance};

/// The tax of an order: what the documents say and what the tariff gives.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taxes {
    pub(crate) declared: Yuan,
    pub(crate) computed: Yuan,
    /// Goods, freight and insurance: what counts against the buyer's year.
    pub(crate) dutiable_value: Yuan,
}

/// What the tax of a declared order was computed from and what came out. It holds nothing about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTax {
    /// The day whose rates apply.
    pub date: Date,
    /// Freight and insurance.
    pub charges: Decimal,
    /// The rule of rounding.
    pub policy: Policy,
    /// The platform's tax.
    pub platform: Decimal,
    /// Ours, by the tariff of that day.
    pub computed: Decimal,
    /// The platform's less ours, ours being that of the goods or of goods and freight, whichever lies nearer.
    pub difference: Decimal,
    /// How far it may be off.
    pub tolerance: Decimal,
    /// The goods.
    pub lines: Vec<StoredLine>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLine {
    /// The commodity code.
    pub hs: String,
    /// Price without tax, after price cuts.
    pub value: Decimal,
    /// Pieces.
    pub pieces: Decimal,
    /// The line's first legal quantity.
    pub first: Decimal,
    /// The line's second legal quantity.
    pub second: Decimal,
    /// The platform's tax.
    pub platform: Decimal,
    /// The platform's less ours.
    pub difference: Decimal,
}

impl StoredTax {
    /// What the tax was computed from; nothing when a code in the record is none.
    pub fn basis(&self) -> Option<Basis> {
        let lines = (1..).zip(&self.lines).map(|(number, line)| {
            Some(LineBasis {
                number,
                hs_code: HsCode::parse(&line.hs)?,
                value: line.value,
                quantity: line.pieces,
                legal_quantity1: line.first,
                legal_quantity2: line.second,
                rates: None,
            })
        });
        Some(Basis {
            date: self.date,
            charges: self.charges,
            lines: lines.collect::<Option<_>>()?,
            policy: self.policy,
            used_this_year: None,
        })
    }
}

/// What a tax is computed from: the prices of the order, the legal quantities of the documents.
fn basis(order: &Order, set: &Documents<'_>, setting: &Setting<'_>) -> Basis {
    let settings = &setting.declaring.all.tax;
    let price_cut = settings.merchant_discount == MerchantDiscount::PriceCut;
    let lines = order.lines.iter().zip(&set.inventory_lines).map(|(goods, line)| {
        let pieces = Decimal::from(goods.quantity);
        let cut = if price_cut { goods.merchant_discount * pieces } else { Yuan::ZERO };
        LineBasis {
            number: line.number,
            hs_code: line.hs_code,
            value: (goods.total() - cut).decimal().max(Decimal::ZERO),
            quantity: pieces,
            legal_quantity1: line.quantity1.decimal(),
            legal_quantity2: line.second.as_ref().map_or(Decimal::ZERO, |(quantity, _)| quantity.decimal()),
            rates: None,
        }
    });
    Basis {
        date: set.inventory.declared_on.0,
        charges: order.amounts.freight.decimal(),
        lines: lines.collect(),
        policy: settings.policy,
        used_this_year: None,
    }
}

/// Computes the tax and holds the platform's against it, by order and by line. What differs beyond the tolerance is a fault
/// that holds the order; the documents stay as they are.
pub(crate) fn assess(
    order: &Order,
    set: &Documents<'_>,
    setting: &Setting<'_>,
    found: &mut Vec<Fault>,
) -> (Taxes, Option<StoredTax>) {
    let declared = order.amounts.tax;
    let basis = basis(order, set, setting);
    let goods: Decimal = basis.lines.iter().map(|line| line.value).sum();
    let dutiable_value = Yuan::bounded(goods + basis.charges).unwrap_or_default();
    let alone = (Taxes { declared, computed: Yuan::ZERO, dutiable_value }, None);
    let place = || Place::order(&order.order_no, "taxAmount");
    let unknown = basis.lines.iter().find(|line| setting.tariff.applied(line.hs_code, basis.date).is_none());
    if let Some(line) = unknown {
        let fault = tax::faults::NOT_COMPARED.at(place());
        found.push(fault.with("hs_code", line.hs_code).with("platform", declared));
        return alone;
    }
    let assessment = match tax::compute(&basis, setting.tariff, false) {
        Ok(assessment) => assessment,
        Err(faults) => {
            found.extend(faults.into_iter().map(|fault| fault.placed(place())));
            return alone;
        }
    };
    if assessment.mode == Mode::NotAllowed {
        found.extend(assessment.faults.into_iter().map(|fault| fault.placed(place())));
        return alone;
    }
    let without_freight =
        (!basis.charges.is_zero()).then(|| Basis { charges: Decimal::ZERO, ..basis.clone() });
    let of_goods = without_freight.and_then(|basis| tax::compute(&basis, setting.tariff, false).ok());
    let of_goods = of_goods.as_ref().filter(|of_goods| of_goods.mode == assessment.mode);
    let taxes = Taxes { declared, computed: assessment.total, dutiable_value };
    let stored = compare(order, &basis, (of_goods.unwrap_or(&assessment), &assessment), setting, found);
    (taxes, Some(stored))
}

/// Compares with the platform and puts down what came out.
fn compare(
    order: &Order,
    basis: &Basis,
    (of_goods, with_freight): (&Assessment, &Assessment),
    setting: &Setting<'_>,
    found: &mut Vec<Fault>,
) -> StoredTax {
    let settings = &setting.declaring.all.tax;
    let allowed =
        Tolerance { per_piece: settings.tolerance_per_piece, of_value: settings.tolerance_of_value };
    let lines: Vec<PlatformTax> = order
        .lines
        .iter()
        .map(|goods| PlatformTax {
            tax: goods.tax_per_piece * Decimal::from(goods.quantity),
            pieces: u64::from(goods.quantity),
        })
        .collect();
    let pieces = lines.iter().map(|line| line.pieces).sum();
    let declared = order.amounts.tax;
    let totals = (of_goods.total, with_freight.total);
    let whole = tax::compare(declared, totals, with_freight.dutiable_value, pieces, allowed);
    let by_line = tax::compare_lines(&lines, &of_goods.lines, &with_freight.lines, allowed);
    let at = |path: &str| Place::order(&order.order_no, path);
    found.extend(tax::order_fault(declared, &whole).map(|fault| fault.placed(at("taxAmount"))));
    found.extend(by_line.iter().filter_map(tax::line_fault).map(|fault| fault.placed(at("taxPerSku"))));
    let stored_line =
        |(line, (_, platform, compared)): (&LineBasis, &(u32, PlatformTax, tax::Comparison))| StoredLine {
            hs: line.hs_code.to_string(),
            value: line.value,
            pieces: line.quantity,
            first: line.legal_quantity1,
            second: line.legal_quantity2,
            platform: platform.tax.decimal(),
            difference: compared.difference.decimal(),
        };
    StoredTax {
        date: basis.date,
        charges: basis.charges,
        policy: basis.policy,
        platform: declared.decimal(),
        computed: with_freight.total.decimal(),
        difference: whole.difference.decimal(),
        tolerance: whole.tolerance.decimal(),
        lines: basis.lines.iter().zip(&by_line).map(stored_line).collect(),
    }
}
