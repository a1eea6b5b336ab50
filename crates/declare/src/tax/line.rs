//! The formulas of one line, and their rounding.
//!
//! In 10⁻¹¹ yuan stand the value with duty and the consumption tax by quantity; the statutory consumption tax and the VAT
//! are fractions over `1 - c`. Each numerator holds the levied share in percent.

use super::counted::Counted;
use super::exact::{ALL, FEN, ONE};
use super::rounding::{
    COMPOSITE, Policy, composite_rate_rounded, composite_rate_truncated, platform_tax,
    statutory_consumption_tax, tax_of_line, tax_of_piece,
};

/// What of the taxes is levied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levy {
    /// Whether import duty is.
    pub(super) tariff: bool,
    /// The share of consumption tax and VAT, in percent.
    pub(super) tax: i128,
}

/// Everything that is due above the single limit.
pub(super) const IN_FULL: Levy = Levy { tariff: true, tax: ALL };

/// What the formulas take of a line: rates as applied, that is none that a threshold or a limit sets aside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taxed {
    /// Dutiable value, 10⁻⁵ yuan.
    pub(super) value: i128,
    /// First legal quantity, 10⁻⁵ units.
    pub(super) quantity1: i128,
    /// Rates, 10⁻⁶.
    pub(super) tariff: i128,
    pub(super) vat: i128,
    pub(super) consumption: i128,
    pub(super) specific: i128,
    pub(super) levy: Levy,
}

/// A line's three taxes in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Taxes {
    pub(super) tariff: i128,
    pub(super) consumption: i128,
    pub(super) vat: i128,
}

impl Taxes {
    pub(super) fn total(self) -> i128 {
        self.tariff + self.consumption + self.vat
    }

    fn times(self, pieces: i128) -> Self {
        let Self { tariff, consumption, vat } = self;
        Self { tariff: tariff * pieces, consumption: consumption * pieces, vat: vat * pieces }
    }
}

/// The taxes of one piece in fen, each step cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// The statutory consumption tax.
    pub(super) statutory: i128,
    /// The statutory VAT.
    pub(super) statutory_vat: i128,
    /// What is levied of them.
    pub(super) due: Taxes,
}

/// A fraction of a fen.
pub(super) type Fraction = (i128, i128);

/// The taxes before any rounding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact {
    pub(super) tariff: Fraction,
    /// The statutory consumption tax, before its levied share is taken.
    pub(super) statutory: Fraction,
    pub(super) consumption: Fraction,
    pub(super) vat: Fraction,
}

/// 10⁻¹¹ yuan to a fen.
const FROM_BASE: i128 = 1_000_000_000;
/// 10⁻¹¹ yuan, with percent, to a fen.
const FROM_BASE_PERCENT: i128 = FROM_BASE * ALL;

impl Taxed {
    pub(super) fn of(counted: &Counted, value: i128, free: bool, levy: Levy) -> Self {
        Self {
            value,
            quantity1: counted.quantity1,
            tariff: if levy.tariff { counted.tariff } else { 0 },
            vat: counted.vat,
            consumption: if free { 0 } else { counted.consumption },
            specific: if free { 0 } else { counted.specific },
            levy,
        }
    }

    /// Value and duty, in 10⁻¹¹ yuan.
    fn with_duty(&self) -> i128 {
        self.value * (ONE + self.tariff)
    }

    /// `1 - c`, in 10⁻⁶.
    fn rest(&self) -> i128 {
        ONE - self.consumption
    }

    /// `CT = (d + T + S)·c/(1-c) + S`, times `1 - c`, in 10⁻¹⁷ yuan.
    fn statutory(&self) -> i128 {
        let specific = self.quantity1 * self.specific;
        (self.with_duty() + specific) * self.consumption + specific * self.rest()
    }

    /// The taxes before any rounding.
    pub(super) fn exact(&self) -> Exact {
        let (rest, statutory) = (self.rest(), self.statutory());
        let tariff = (self.value * self.tariff, FROM_BASE);
        if statutory == 0 {
            // Without consumption tax the VAT needs no division by `1 - c`, without duty no `1 + g`: shorter numbers, which
            // fit the machine's own division, and the same figure.
            let vat = if self.tariff == 0 {
                (self.value * self.vat * self.levy.tax, FROM_BASE_PERCENT)
            } else {
                (self.with_duty() * self.vat * self.levy.tax, FROM_BASE_PERCENT * ONE)
            };
            return Exact { tariff, statutory: (0, 1), consumption: (0, 1), vat };
        }
        let vat = (self.with_duty() * rest + statutory) * self.vat;
        Exact {
            tariff,
            statutory: (statutory, rest * FROM_BASE),
            consumption: (statutory * self.levy.tax, rest * FROM_BASE_PERCENT),
            vat: (vat * self.levy.tax, rest * FROM_BASE_PERCENT * ONE),
        }
    }

    /// The statutory VAT on a statutory consumption tax of whole fen.
    pub(super) fn statutory_vat_on(&self, statutory_fen: i128) -> Fraction {
        ((self.with_duty() + statutory_fen * FROM_BASE) * self.vat, FROM_BASE * ONE)
    }

    /// The levied VAT on a statutory consumption tax of whole fen.
    pub(super) fn vat_on(&self, statutory_fen: i128) -> Fraction {
        let (numerator, denominator) = self.statutory_vat_on(statutory_fen);
        (numerator * self.levy.tax, denominator * ALL)
    }

    /// All taxes over the dutiable value, in 10⁻⁴: the composite rate before its rounding.
    pub(super) fn composite(&self) -> Option<Fraction> {
        let (rest, statutory) = (self.rest(), self.statutory());
        let duty = self.value * self.tariff * ALL * ONE * rest;
        let tax = statutory * self.levy.tax * ONE
            + (self.with_duty() * rest + statutory) * self.vat * self.levy.tax;
        // The taxes stand in 10⁻¹⁹ yuan over `1 - c`, the value in 10⁻⁵ yuan: 10¹⁴ between them, 10¹⁰ to a rate in 10⁻⁴.
        let whole = rest * (ONE * ONE * ALL / COMPOSITE) * self.value;
        (whole > 0).then_some((duty + tax, whole))
    }

    /// The taxes by a policy. `pieces` is the number of pieces, in whole ones.
    pub(super) fn rounded(&self, policy: Policy, pieces: i128) -> Taxes {
        let exact = self.exact();
        let by_line = |(numerator, denominator): Fraction| tax_of_line(numerator, denominator);
        match policy {
            Policy::Line => Taxes {
                tariff: by_line(exact.tariff),
                consumption: by_line(exact.consumption),
                vat: by_line(exact.vat),
            },
            Policy::LineStatutoryFirst => {
                let statutory = statutory_consumption_tax(exact.statutory.0, exact.statutory.1);
                Taxes {
                    tariff: by_line(exact.tariff),
                    consumption: tax_of_line(statutory * self.levy.tax, ALL),
                    vat: by_line(self.vat_on(statutory)),
                }
            }
            Policy::Platform | Policy::PlatformTruncated => {
                let total = self.composite_rate(policy).map_or(0, |rate| platform_tax(self.value, rate));
                // The rule knows one figure only; what is not duty or consumption tax of it is shown as VAT.
                let tariff = by_line(exact.tariff).min(total);
                let consumption = by_line(exact.consumption).min(total - tariff);
                Taxes { tariff, consumption, vat: total - tariff - consumption }
            }
            Policy::Piece => self.piece(pieces).cut().due.times(pieces),
        }
    }

    /// The composite rate by one of the platform's policies, in 10⁻⁴.
    pub(super) fn composite_rate(&self, policy: Policy) -> Option<i128> {
        let (numerator, denominator) = self.composite()?;
        Some(match policy {
            Policy::PlatformTruncated => composite_rate_truncated(numerator, denominator),
            _ => composite_rate_rounded(numerator, denominator),
        })
    }

    /// The taxes of this piece, cut to the fen at every step.
    pub(super) fn cut(&self) -> Cut {
        let exact = self.exact();
        let statutory = tax_of_piece(exact.statutory.0, exact.statutory.1);
        let vat = self.statutory_vat_on(statutory);
        let statutory_vat = tax_of_piece(vat.0, vat.1);
        let due = Taxes {
            tariff: tax_of_piece(exact.tariff.0, exact.tariff.1),
            consumption: tax_of_piece(statutory * self.levy.tax, ALL),
            vat: tax_of_piece(statutory_vat * self.levy.tax, ALL),
        };
        Cut { statutory, statutory_vat, due }
    }

    /// One piece of the line: its value cut to whole fen, its legal quantity to five decimals.
    pub(super) fn piece(&self, pieces: i128) -> Self {
        let pieces = pieces.max(1);
        Self { value: self.value / pieces / FEN * FEN, quantity1: self.quantity1 / pieces, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 13 % VAT, 15 % consumption tax within the limits.
    fn cosmetics(fen: i128) -> Taxed {
        let levy = Levy { tariff: false, tax: 70 };
        let rates = (130_000, 150_000);
        Taxed {
            value: fen * FEN,
            quantity1: 0,
            tariff: 0,
            vat: rates.0,
            consumption: rates.1,
            specific: 0,
            levy,
        }
    }

    #[test]
    fn rounding_the_statutory_tax_first_changes_a_fifth_of_all_prices() {
        // 10.00 to 599.99: the count of the reference for consumption tax of 15 %.
        let changed = (1_000..60_000).filter(|fen| {
            let line = cosmetics(*fen);
            line.rounded(Policy::Line, 1) != line.rounded(Policy::LineStatutoryFirst, 1)
        });
        assert_eq!(changed.count(), 11_530);
    }

    #[test]
    fn the_composite_rate_is_that_of_the_published_tables() {
        assert_eq!(cosmetics(20_000).composite_rate(Policy::Platform), Some(2_306));
        assert_eq!(cosmetics(20_000).composite_rate(Policy::PlatformTruncated), Some(2_305));
        assert_eq!(cosmetics(0).composite_rate(Policy::Platform), None);
    }

    #[test]
    fn the_longest_numbers_stay_within_128_bits() {
        let line = Taxed {
            value: 200_000_000_000_000,
            quantity1: 100_000_000_000_000,
            tariff: 10_000_000,
            vat: 10_000_000,
            consumption: 990_000,
            specific: 100_000_000,
            levy: IN_FULL,
        };
        for policy in Policy::ALL {
            let taxes = line.rounded(policy, 1);
            assert!(taxes.total() > 0 && i64::try_from(taxes.total()).is_ok(), "{policy:?} {taxes:?}");
        }
    }
}
