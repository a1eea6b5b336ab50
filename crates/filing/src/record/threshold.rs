//! Cosmetics whose legal quantity decides whether consumption tax is due.
//!
//! The tax is due from a value by gram, millilitre or piece on, and the value is divided by the legal quantity of the filing
//! (海关总署公告2016年第55号). A quantity that is wrong by a factor turns the tax without any other sign. The retail price
//! is not in a filing: the price of the last order that was declared decides, and beside it the import cost, which is the
//! nearest there is before anything was sold.

use rust_decimal::Decimal;

use super::LegalQuantity;
use super::given::Cells;
use crate::codes::UnitCode;
use crate::columns::Field;
use crate::faults;
use crate::tariff::{Measure, Threshold};

/// Grams of a kilogram; a litre counts as a kilogram.
const GRAMS: Decimal = Decimal::ONE_THOUSAND;

/// How near to the threshold is told, as a share of it: two of a hundred, about what exchange rates do within days.
const NEAR: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// What the rule looks at.
pub(super) struct Goods<'g> {
    pub(super) legal1: Option<LegalQuantity>,
    pub(super) legal2: Option<LegalQuantity>,
    /// What one sales unit is worth, in yuan.
    pub(super) yuan: Decimal,
    pub(super) net_grams: Option<Decimal>,
    pub(super) specification: Option<&'g str>,
}

/// Warns when the filed quantity and what else is known fall on two sides of the threshold, or the value is right beside it. Tells
/// whether it did; nothing where too little is known.
pub(super) fn threshold_agrees(cells: &mut Cells, threshold: &Threshold, goods: &Goods<'_>) -> Option<bool> {
    let yuan = goods.yuan;
    let least = threshold.least.decimal();
    let (kind, field, filed, other) = match threshold.measure {
        Measure::Content => {
            let legal = goods.legal1.filter(|legal| legal.unit == UnitCode::KILOGRAM)?;
            let filed = legal.quantity.decimal().checked_mul(GRAMS)?;
            (&faults::TAX_THRESHOLD, Field::Quantity1, filed, goods.net_grams)
        }
        Measure::Piece => {
            let filed = goods.legal2?.quantity.decimal();
            (&faults::TAX_PIECES, Field::Quantity2, filed, goods.specification.and_then(pieces))
        }
    };
    let price = yuan.checked_div(filed)?;
    let finding = |cells: &Cells, kind| {
        let finding = cells.finding(kind, field, None).with("yuan", yuan.normalize());
        let finding = finding.with("price", price.round_dp(2));
        finding.with("least", least.normalize())
    };
    let other = other.and_then(|other| yuan.checked_div(other));
    if let Some(other) = other.filter(|other| (*other >= least) != (price >= least)) {
        let finding = finding(cells, kind).with("other", other.round_dp(2));
        cells.findings.push(finding);
        return Some(true);
    }
    if price.checked_sub(least)?.abs() <= least.checked_mul(NEAR)? {
        let finding = finding(cells, &faults::TAX_NEAR);
        cells.findings.push(finding);
        return Some(true);
    }
    Some(false)
}

/// How many pieces a specification says: the number before 片, 张 or 枚, such as 10 in `25g/片*10片`.
fn pieces(specification: &str) -> Option<Decimal> {
    let mut digits = String::new();
    for letter in specification.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            '片' | '张' | '枚' if !digits.is_empty() => {
                return digits.parse().ok().filter(|number: &Decimal| !number.is_zero());
            }
            ' ' => {}
            _ => digits.clear(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_before_their_word() {
        assert_eq!(pieces("25g/片*10片"), Some(Decimal::TEN));
        assert_eq!(pieces("5 片装"), Some(Decimal::from(5)));
        for none in ["25g", "片", "0片", "约十片", ""] {
            assert_eq!(pieces(none), None, "{none}");
        }
    }
}
