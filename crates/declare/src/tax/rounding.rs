//! Rounding, one named function a rule, each with its source.
//!
//! No notice settles how intermediate figures of this tax are rounded, and platforms have rules of their own. A [`Policy`]
//! says which rule is in force; whichever it is, figures are exact until the place where it rounds.

use ports::fault::Text;
use serde::Serialize;

#[cfg(test)]
use super::exact::{ALL, ONE};
use super::exact::{FEN, half_up};

/// How the taxes of a line are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Each tax of each line once, half-up to the fen: the rule for duties (征税管理办法), applied by line because the
    /// electronic tax bill (CEB816) has each tax by line. Where exactly it rounds is a choice made here.
    #[default]
    Line,
    /// As [`Policy::Line`], but the statutory consumption tax is rounded to the fen first, before its levied share is taken
    /// and before it enters the base of the VAT. No source settles it; tax bills that come back can.
    LineStatutoryFirst,
    /// What platforms show: dutiable value × composite rate (综合税率) rounded to four decimals, then half-up to the fen.
    Platform,
    /// As [`Policy::Platform`] with the composite rate cut to four decimals; published tables mix both.
    PlatformTruncated,
    /// Value, statutory tax and levied tax of one piece, each cut to whole fen, times pieces; seen in a shop system.
    Piece,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 5] =
        [Self::Line, Self::LineStatutoryFirst, Self::Platform, Self::PlatformTruncated, Self::Piece];

    /// Its word on the command line and in the configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::LineStatutoryFirst => "line-statutory-first",
            Self::Platform => "platform",
            Self::PlatformTruncated => "platform-truncated",
            Self::Piece => "piece",
        }
    }

    /// The policy of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.word() == word)
    }
}

/// A rounding that was applied to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// [`tax_of_line`].
    HalfUp,
    /// [`statutory_consumption_tax`].
    StatutoryFirst,
    /// [`composite_rate_rounded`] and [`platform_tax`].
    CompositeRounded,
    /// [`composite_rate_truncated`] and [`platform_tax`].
    CompositeTruncated,
    /// [`tax_of_piece`].
    PieceTruncated,
    /// Shares of a whole number of fen.
    LargestRemainder,
    /// [`price_before_tax`].
    SplitHalfUp,
}

impl Rounding {
    /// What it does.
    pub const fn words(self) -> Text {
        match self {
            Self::HalfUp => Text { zh: "四舍五入到分", en: "half-up to the fen" },
            Self::StatutoryFirst => Text {
                zh: "法定消费税先四舍五入到分",
                en: "statutory consumption tax half-up first",
            },
            Self::CompositeRounded => Text {
                zh: "综合税率四舍五入到4位小数",
                en: "composite rate half-up to 4 decimals",
            },
            Self::CompositeTruncated => {
                Text { zh: "综合税率截到4位小数", en: "composite rate cut to 4 decimals" }
            }
            Self::PieceTruncated => Text {
                zh: "每件每步截到分，再乘件数",
                en: "a piece cut to the fen, times pieces",
            },
            Self::LargestRemainder => {
                Text { zh: "最大余数法分摊到分", en: "largest remainder in fen" }
            }
            Self::SplitHalfUp => {
                Text { zh: "不含税价四舍五入到分", en: "price before tax half-up to the fen" }
            }
        }
    }

    /// Where it is from, and how certain that is.
    pub const fn source(self) -> &'static str {
        match self {
            Self::HalfUp => "征税管理办法；按行按税种取整为本程序的选择",
            Self::StatutoryFirst => "无明文；以电子税单核对",
            Self::CompositeRounded | Self::CompositeTruncated => "平台展示规则",
            Self::PieceTruncated => "店铺系统做法",
            Self::LargestRemainder | Self::SplitHalfUp => "无明文；本程序的选择",
        }
    }
}

/// The tax of a line in fen: half-up. General rule for duties (征税管理办法).
pub(super) fn tax_of_line(numerator: i128, denominator: i128) -> i128 {
    half_up(numerator, denominator)
}

/// The statutory consumption tax in fen, half-up, before any share of it is taken. No source; a switch.
pub(super) fn statutory_consumption_tax(numerator: i128, denominator: i128) -> i128 {
    half_up(numerator, denominator)
}

/// Decimals of the composite rate that platforms show: 10⁴.
pub(super) const COMPOSITE: i128 = 10_000;

/// The composite rate in 10⁻⁴, half-up: 98/425 is 0.2306. Platforms' display rule.
pub(super) fn composite_rate_rounded(numerator: i128, denominator: i128) -> i128 {
    half_up(numerator, denominator)
}

/// The composite rate in 10⁻⁴, cut: 98/425 is 0.2305. Platforms' display rule.
pub(super) fn composite_rate_truncated(numerator: i128, denominator: i128) -> i128 {
    numerator / denominator
}

/// What a platform shows for a value in 10⁻⁵ yuan and a composite rate in 10⁻⁴: half-up to the fen.
pub(super) fn platform_tax(value: i128, composite: i128) -> i128 {
    half_up(value * composite, FEN * COMPOSITE)
}

/// One tax of one piece in fen: cut. Seen in a shop system.
pub(super) fn tax_of_piece(numerator: i128, denominator: i128) -> i128 {
    numerator / denominator
}

/// A price before tax in fen, half-up, split back from one that includes it. A choice made here.
pub(super) fn price_before_tax(numerator: i128, denominator: i128) -> i128 {
    half_up(numerator, denominator)
}

/// The composite rate as a fraction of rates in 10⁻⁶ and a levied share in percent: `(v + c) / (1 - c) × k`.
#[cfg(test)]
pub(super) fn composite(vat: i128, consumption: i128, levied: i128) -> (i128, i128) {
    ((vat + consumption) * levied * COMPOSITE, (ONE - consumption) * ALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composite_rates_are_computed_not_listed() {
        for (vat, consumption, rounded, truncated) in [
            (17, 0, 1190, 1190),
            (16, 0, 1120, 1120),
            (13, 0, 910, 910),
            (11, 0, 770, 770),
            (10, 0, 700, 700),
            (9, 0, 630, 630),
            (3, 0, 210, 210),
            (17, 30, 4700, 4700),
            (17, 15, 2635, 2635),
            (16, 15, 2553, 2552),
            (13, 15, 2306, 2305),
            (17, 10, 2100, 2100),
            (16, 10, 2022, 2022),
            (13, 10, 1789, 1788),
            (13, 4, 1240, 1239),
            (13, 20, 2888, 2887),
        ] {
            let (numerator, denominator) = composite(vat * 10_000, consumption * 10_000, 70);
            assert_eq!(composite_rate_rounded(numerator, denominator), rounded, "{vat}/{consumption}");
            assert_eq!(composite_rate_truncated(numerator, denominator), truncated, "{vat}/{consumption}");
        }
    }

    #[test]
    fn each_rule_rounds_where_it_says() {
        // A statutory 35.294117… fen-wise, half a fen, and the platform's 200.00 × 0.2635.
        assert_eq!(tax_of_line(5, 10), 1);
        assert_eq!(tax_of_piece(9, 10), 0);
        assert_eq!(statutory_consumption_tax(3_529_411, 1_000), 3_529);
        assert_eq!(platform_tax(20_000_000, 2_635), 5_270);
        assert_eq!(price_before_tax(10_005, 10), 1_001);
    }

    #[test]
    fn words_lead_back_to_their_policies() {
        for policy in Policy::ALL {
            assert_eq!(Policy::of_word(policy.word()), Some(policy));
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.word());
        }
        assert_eq!(Policy::of_word("nearest"), None);
    }
}
