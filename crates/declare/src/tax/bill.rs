//! The electronic tax bill (电子税单, CEB816) against our figures.
//!
//! The bill is what is paid; a difference is told, never repaired. As no source settles how intermediate figures are
//! rounded, bills are also what tells which [`Policy`] customs follows: see [`policies_of`].

use filing::tariff::Tariff;
use ports::fault::{Fault, Text};
use ports::money::Yuan;
use serde::{Deserialize, Serialize};

use super::{Assessment, Basis, Policy, compute, faults};

/// The figures of a tax bill. It writes them without closing zeros (`410.0`): they are read as decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxBill {
    /// The bill's number (`taxNo`).
    pub number: String,
    /// Import duty of the head (`customsTax`).
    pub tariff: Yuan,
    /// Consumption tax of the head (`consumptionTax`).
    pub consumption_tax: Yuan,
    /// VAT of the head (`valueAddedTax`).
    pub vat: Yuan,
    /// Its lines.
    pub lines: Vec<BillLine>,
}

/// One line of a tax bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    /// The line's number (`gnum`).
    pub gnum: u32,
    /// Dutiable value (`taxPrice`).
    pub dutiable_value: Yuan,
    /// Import duty.
    pub tariff: Yuan,
    /// Consumption tax.
    pub consumption_tax: Yuan,
    /// VAT.
    pub vat: Yuan,
}

const VALUE: Text = Text { zh: "完税价格", en: "the dutiable value" };
const TARIFF: Text = Text { zh: "关税", en: "import duty" };
const CONSUMPTION: Text = Text { zh: "消费税", en: "consumption tax" };
const VAT: Text = Text { zh: "增值税", en: "VAT" };

/// Holds a tax bill against our figures: its head against its lines, each line against ours. Compared to the fen; any
/// difference is told.
pub fn compare_bill(bill: &TaxBill, ours: &Assessment) -> Vec<Fault> {
    let mut found = Vec::new();
    let sum = |of: fn(&BillLine) -> Yuan| bill.lines.iter().map(of).sum::<Yuan>();
    for (field, head, sum) in [
        (TARIFF, bill.tariff, sum(|line| line.tariff)),
        (CONSUMPTION, bill.consumption_tax, sum(|line| line.consumption_tax)),
        (VAT, bill.vat, sum(|line| line.vat)),
    ] {
        if head != sum {
            let fault = faults::BILL_SUM.fault().with("bill", &bill.number).with_words("field", field);
            found.push(fault.with("head", head).with("sum", sum));
        }
    }
    for line in &bill.lines {
        let Some(own) = ours.lines.iter().find(|own| own.gnum == line.gnum) else {
            found.push(faults::BILL_LINES.fault().with("bill", &bill.number).with("gnum", line.gnum));
            continue;
        };
        for (field, billed, computed) in [
            (VALUE, line.dutiable_value, own.dutiable_value),
            (TARIFF, line.tariff, own.tariff),
            (CONSUMPTION, line.consumption_tax, own.consumption_tax),
            (VAT, line.vat, own.vat),
        ] {
            if billed != computed {
                let fault =
                    faults::BILL_DIFFERS.fault().with("bill", &bill.number).with_words("field", field);
                let fault = fault.with("billed", billed).with("computed", computed);
                found.push(fault.with("difference", billed - computed).placed(ports::fault::Place {
                    path: Some(format!("lines[gnum={}]", line.gnum)),
                    ..Default::default()
                }));
            }
        }
    }
    let missing = ours.lines.iter().filter(|own| !bill.lines.iter().any(|line| line.gnum == own.gnum));
    found.extend(
        missing.map(|own| faults::BILL_LINES.fault().with("bill", &bill.number).with("gnum", own.gnum)),
    );
    found
}

/// The policies under which our figures are the bill's, to the fen.
pub fn policies_of(bill: &TaxBill, basis: &Basis, tariff: &Tariff) -> Vec<Policy> {
    let agrees = |policy: &Policy| {
        let basis = Basis { policy: *policy, ..basis.clone() };
        compute(&basis, tariff, false).is_ok_and(|ours| compare_bill(bill, &ours).is_empty())
    };
    Policy::ALL.into_iter().filter(agrees).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax::examples::{basis, goods};

    fn bill(value: i64, consumption: i64, vat: i64) -> TaxBill {
        let [dutiable_value, consumption_tax, vat] = [value, consumption, vat].map(Yuan::from_fen);
        let line = BillLine { gnum: 1, dutiable_value, tariff: Yuan::ZERO, consumption_tax, vat };
        let number = "29242020I000000001_1".to_owned();
        TaxBill { number, tariff: Yuan::ZERO, consumption_tax, vat, lines: vec![line] }
    }

    fn codes(faults: &[Fault]) -> Vec<&'static str> {
        faults.iter().map(Fault::code).collect()
    }

    #[test]
    fn the_sample_bill_is_ours_under_every_rule_without_consumption_tax() {
        // E03: taxPrice 410.0, valueAddedTax 37.31.
        let order = basis("2020-06-15", "0", vec![goods("3305100090", "410.00")]);
        let bill = bill(41_000, 0, 3_731);
        let ours = compute(&order, Tariff::builtin(), false).unwrap();
        assert_eq!(compare_bill(&bill, &ours), []);
        assert_eq!(policies_of(&bill, &order, Tariff::builtin()), Policy::ALL);
    }

    #[test]
    fn a_bill_tells_where_customs_rounds() {
        // 201.05: statutory consumption tax 35.479411…, 24.8355… at 70 %; 35.48 first gives 24.836.
        let order = basis("2024-01-01", "0", vec![goods("2204210000", "100.13")]);
        let statutory_first = Basis { policy: Policy::LineStatutoryFirst, ..order.clone() };
        let by_line = compute(&order, Tariff::builtin(), false).unwrap();
        let other = compute(&statutory_first, Tariff::builtin(), false).unwrap();
        let fen = |yuan: Yuan| yuan.whole_fen().unwrap();
        for (ours, policy) in [(by_line, Policy::Line), (other, Policy::LineStatutoryFirst)] {
            let bill = bill(10_013, fen(ours.consumption_tax), fen(ours.vat));
            assert!(policies_of(&bill, &order, Tariff::builtin()).contains(&policy));
        }
    }

    #[test]
    fn differences_and_false_sums_are_told() {
        let order = basis("2020-06-15", "0", vec![goods("3305100090", "410.00")]);
        let ours = compute(&order, Tariff::builtin(), false).unwrap();
        let mut wrong = bill(41_000, 0, 3_732);
        assert_eq!(codes(&compare_bill(&wrong, &ours)), ["TAX-BILL"]);
        wrong.vat = Yuan::from_fen(3_731);
        assert_eq!(codes(&compare_bill(&wrong, &ours)), ["TAX-BILL-SUM", "TAX-BILL"]);
        wrong = bill(41_000, 0, 3_731);
        wrong.lines[0].gnum = 2;
        assert_eq!(codes(&compare_bill(&wrong, &ours)), ["TAX-BILL-LINES", "TAX-BILL-LINES"]);
    }
}
