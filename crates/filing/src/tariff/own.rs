//! The user's own tariff lines.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Measure, Source};
use crate::codes::UnitCode;
use crate::hs::HsCode;

/// The number of a table that the user has loaded, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TableId(pub(super) u32);

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a code of the user's table counts the value below which no consumption tax is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnMeasure {
    /// The table does not say: as the built-in tables have it for this code.
    #[default]
    AsBuiltin,
    /// It has no threshold.
    None,
    /// By this measure.
    By(Measure),
}

/// One line of a user's table. Rates are shares of one: 0.13 is 13 %.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLine {
    /// The code.
    pub hs: HsCode,
    /// What the table calls it; may be empty.
    pub name: String,
    /// First legal unit.
    pub unit1: UnitCode,
    /// Second legal unit, when the code has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit2: Option<UnitCode>,
    /// Most-favoured-nation rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfn: Option<Decimal>,
    /// Provisional rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional: Option<Decimal>,
    /// Value-added tax.
    pub vat: Decimal,
    /// Consumption tax on the value; zero when none is due.
    pub consumption: Decimal,
    /// Consumption tax in yuan per first legal unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumption_specific: Option<Decimal>,
    /// How the threshold of the consumption tax is counted.
    #[serde(default)]
    pub measure: OwnMeasure,
    /// The first day on which it holds.
    pub since: Date,
    /// The last day; open when none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Where it is from.
    pub source: Source,
}

impl OwnLine {
    /// Import duty: the provisional rate when it is the lower one; nothing when the table gives neither, and then the
    /// eight-digit line of the built-in tables is asked.
    pub(super) fn tariff(&self) -> Option<Decimal> {
        match (self.mfn, self.provisional) {
            (Some(mfn), Some(provisional)) => Some(mfn.min(provisional)),
            (mfn, provisional) => mfn.or(provisional),
        }
    }

    /// Whether it holds on a day.
    pub fn holds(&self, on: Date) -> bool {
        self.since <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// All lines of the user. A line of a later table with the same code and first day has replaced the earlier one.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnLines {
    codes: HashMap<HsCode, BTreeMap<Date, (OwnLine, TableId)>>,
}

impl OwnLines {
    pub(super) fn add(&mut self, line: OwnLine, table: TableId) {
        self.codes.entry(line.hs).or_default().insert(line.since, (line, table));
    }

    /// The line that holds on a day: of several the one that began last.
    pub(super) fn on(&self, hs: HsCode, on: Date) -> Option<(&OwnLine, TableId)> {
        let begun = self.codes.get(&hs)?.range(..=on).rev();
        begun.map(|(_, (line, table))| (line, *table)).find(|(line, _)| line.holds(on))
    }

    /// The line of a code that begins on a day.
    pub(super) fn since(&self, hs: HsCode, since: Date) -> Option<&OwnLine> {
        self.codes.get(&hs)?.get(&since).map(|(line, _)| line)
    }

    pub(super) fn periods(&self, hs: HsCode) -> impl Iterator<Item = (Date, Option<Date>)> {
        let lines = self.codes.get(&hs).into_iter().flat_map(BTreeMap::values);
        lines.map(|(line, _)| (line.since, line.until))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (&OwnLine, TableId)> {
        self.codes.values().flat_map(BTreeMap::values).map(|(line, table)| (line, *table))
    }
}
