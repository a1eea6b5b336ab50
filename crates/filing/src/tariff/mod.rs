//! The tariff: legal units, duty and tax rates and limits, each with the days on which it holds and its source.
//!
//! The rate that counts is that of the day on which customs accepts the inventory; every look-up therefore names a day,
//! and none means "today". What is not in the tables is not known, which is not the same as zero.
//!
//! Two layers lie over each other: the program's own tables ([`Tables::BUILTIN`]), a starter set, and the lines that the
//! user has loaded from tables of his own ([`shelf`]). On a day on which a line of the user holds, it replaces the built-in
//! one; of several lines that hold on a day the one that began last counts.

mod dated;
mod effect;
pub mod faults;
mod lookup;
mod own;
mod postal;
pub mod sheet;
pub mod shelf;
mod table;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use ports::money::Yuan;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::dated::{Dated, Periods, Source};
pub use self::effect::{Effects, effects, ending};
pub use self::lookup::{EXPIRY_NOTICE_DAYS, Validity};
use self::own::OwnLines;
pub use self::own::{OwnLine, OwnMeasure, TableId};
use self::postal::PostalLimit;
pub use self::postal::{PostalLimits, PostalRate};
pub use self::table::TableFault;
use crate::codes::UnitCode;
use crate::hs::HsCode;

/// The texts of the tariff's tables, CSV with a header line; all have the columns `since`, `until` and `source`.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// `band, rate`.
    pub vat: &'a str,
    /// `class, ad_valorem, specific, unit`.
    pub consumption: &'a str,
    /// `measure, least`.
    pub thresholds: &'a str,
    /// `single, annual, tariff_levied, tax_levied`.
    pub limits: &'a str,
    /// `class, rate`.
    pub postal: &'a str,
    /// `exempt, near, far`.
    pub postal_limits: &'a str,
    /// `hs10, name_zh, unit1, unit2, vat_band, consumption_class, threshold_measure`.
    pub hs10: &'a str,
    /// `hs8, mfn, provisional, unit1, unit2`.
    pub hs8: &'a str,
}

impl Tables<'static> {
    /// The tables in this program. The rates and limits are complete from 2016-04-08 on, when the tax on cross-border retail
    /// began. The commodity codes are a sample of what shops sell: no complete table of ten-digit codes is published.
    pub const BUILTIN: Self = Tables {
        vat: include_str!("../../data/vat.csv"),
        consumption: include_str!("../../data/consumption.csv"),
        thresholds: include_str!("../../data/thresholds.csv"),
        limits: include_str!("../../data/limits.csv"),
        postal: include_str!("../../data/postal.csv"),
        postal_limits: include_str!("../../data/postal_limits.csv"),
        hs10: include_str!("../../data/hs10.csv"),
        hs8: include_str!("../../data/hs8.csv"),
    };
}

/// All tables, read and checked.
#[derive(Debug, Clone)]
pub struct Tariff {
    vat: HashMap<String, Periods<Decimal>>,
    consumption: HashMap<String, Periods<Consumption>>,
    thresholds: HashMap<Measure, Periods<Yuan>>,
    limits: Periods<Limit>,
    postal: HashMap<String, Periods<Decimal>>,
    postal_limits: Periods<PostalLimit>,
    lines: HashMap<HsCode, Periods<Line>>,
    imports: HashMap<[u8; 8], Periods<Import>>,
    own: OwnLines,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Consumption {
    ad_valorem: Decimal,
    /// Yuan per unit.
    specific: Option<(Decimal, UnitCode)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit {
    single: Yuan,
    annual: Yuan,
    tariff_levied: bool,
    tax_levied: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: Arc<str>,
    unit1: UnitCode,
    unit2: Option<UnitCode>,
    vat_band: String,
    consumption_class: Option<String>,
    measure: Option<Measure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Import {
    mfn: Option<Decimal>,
    provisional: Option<Decimal>,
    unit1: Option<UnitCode>,
    unit2: Option<UnitCode>,
}

/// One commodity code on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffLine {
    /// The code.
    pub hs: HsCode,
    /// What the code book calls it.
    pub name: Arc<str>,
    /// The first legal unit.
    pub unit1: UnitCode,
    /// The second legal unit, when the code has one.
    pub unit2: Option<UnitCode>,
    /// The rates.
    pub rates: Rates,
    /// Below which unit value no consumption tax is due, when the code has such a threshold.
    pub threshold: Option<Threshold>,
    /// Where code, name and units are from, and how certain they are.
    pub source: Source,
    /// Where the rates are from.
    pub sources: Sources,
}

/// Rates as shares of one: 0.13 is 13 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Import duty: the provisional rate of the tariff line when it is lower than the most-favoured-nation rate, else that;
    /// nothing when the line or its year is not in the table. It counts above the single limit only.
    pub tariff: Option<Decimal>,
    /// Value-added tax.
    pub vat: Decimal,
    /// Consumption tax on the value; zero when none is due.
    ///
    /// Beer has two rates, 250 and 220 yuan a tonne, divided at an import value of 370 US dollars a tonne. The value per
    /// tonne is not in a filing, so that the higher one stands here: too much tax is refunded, too little is an offence,
    /// and at retail prices nearly all beer is above the line. An order may override it.
    pub consumption: Decimal,
    /// Consumption tax by quantity, in yuan per first legal unit.
    pub consumption_specific: Option<Decimal>,
}

/// Where the rates of a line are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The tariff of the year.
    pub tariff: Option<Source>,
    /// The notice on value-added tax.
    pub vat: Source,
    /// The notice on consumption tax, when the goods bear it.
    pub consumption: Option<Source>,
}

/// The rates of one commodity code on one day; the sources stay in the tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied<'t> {
    /// The rates.
    pub rates: Rates,
    /// The price threshold of the consumption tax, when the code has one.
    pub threshold: Option<Threshold>,
    /// The tariff of the year.
    pub tariff_source: Option<&'t Source>,
    /// The notice on value-added tax.
    pub vat_source: &'t Source,
    /// The notice on consumption tax, when the goods bear it.
    pub consumption_source: Option<&'t Source>,
}

/// What a threshold's unit value is counted by. The ten-digit code decides it (海关总署公告2016年第55号), nobody's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Dutiable value by gram or millilitre: the first legal quantity in kilograms times 1000, a litre counting as one
    /// kilogram.
    Content,
    /// Dutiable value by piece or sheet: the second legal quantity.
    Piece,
}

/// Consumption tax is due from this unit value on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// What the value is counted by.
    pub measure: Measure,
    /// The least unit value at which the tax is due, in yuan; equal is due.
    pub least: Yuan,
    /// The notice.
    pub source: Source,
}

/// What one person may buy under the reduced tax; equal is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most in one transaction, by dutiable value.
    pub single: Yuan,
    /// The most in a calendar year.
    pub annual: Yuan,
    /// Whether import duty is levied within the limits.
    pub tariff_levied: bool,
    /// The share of value-added and consumption tax that is levied within the limits, in whole percent: 0.7 is 70 %.
    pub tax_levied: Decimal,
    /// The notice.
    pub source: Source,
}

impl Tariff {
    /// The tariff of this program's own tables.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Tariff> =
            LazyLock::new(|| Tariff::read(&Tables::BUILTIN).unwrap_or_else(|_| Tariff::empty()));
        &BUILTIN
    }

    /// A tariff that knows nothing.
    fn empty() -> Self {
        Self {
            vat: HashMap::new(),
            consumption: HashMap::new(),
            thresholds: HashMap::new(),
            limits: Periods::none(),
            postal: HashMap::new(),
            postal_limits: Periods::none(),
            lines: HashMap::new(),
            imports: HashMap::new(),
            own: OwnLines::default(),
        }
    }

    /// Reads tables, the program's own or others.
    ///
    /// # Errors
    /// [`TableFault`] for the first row that cannot be read, names an unknown unit, band, class or measure, or whose period
    /// overlaps another or leaves a gap.
    pub fn read(tables: &Tables<'_>) -> Result<Self, TableFault> {
        table::read(tables)
    }

    /// The limits on a day; none before the tax began.
    pub fn limits(&self, on: Date) -> Option<Limits> {
        let found = self.limits.on(on)?;
        let Limit { single, annual, tariff_levied, tax_levied } = found.value;
        Some(Limits { single, annual, tariff_levied, tax_levied, source: found.source.clone() })
    }
}

impl Import {
    fn rate(&self) -> Option<Decimal> {
        let mfn = self.mfn?;
        Some(self.provisional.map_or(mfn, |provisional| provisional.min(mfn)))
    }
}

#[cfg(test)]
mod tests;
