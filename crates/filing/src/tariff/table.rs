//! Reads the tariff's tables from CSV.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::Date;
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::dated::{Dated, Periods, Source};
use super::own::OwnLines;
use super::postal::PostalLimit;
use super::{Consumption, Import, Limit, Line, Measure, Tables, Tariff};
use crate::codes::UnitCode;
use crate::hs::HsCode;

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table {table}, line {line}: {reason}")]
pub struct TableFault {
    /// The table: `vat`, `consumption`, `thresholds`, `limits`, `postal`, `postal_limits`, `hs10` or `hs8`.
    pub table: &'static str,
    /// The line of the file, the header being 1; 0 when it is about several lines.
    pub line: u64,
    /// What was found.
    pub reason: String,
}

/// A table's rows by the thing they are about.
type Rows<K, T> = HashMap<K, Vec<Dated<T>>>;

pub(super) fn read(tables: &Tables<'_>) -> Result<Tariff, TableFault> {
    let vat = by_period("vat", rows("vat", tables.vat, |row| Ok((row.text("band")?, row.rate("rate")?)))?)?;
    let consumption = by_period("consumption", rows("consumption", tables.consumption, consumption)?)?;
    let thresholds = by_period("thresholds", rows("thresholds", tables.thresholds, threshold)?)?;
    let limits = only("limits", rows("limits", tables.limits, limit)?)?;
    let one = |row: &Row<'_>| Ok((row.text("class")?, row.rate("rate")?));
    let postal = by_period("postal", rows("postal", tables.postal, one)?)?;
    let postal_limits = only("postal_limits", rows("postal_limits", tables.postal_limits, postal_limit)?)?;
    let line = |row: &Row<'_>| {
        let (hs, line) = goods(row)?;
        if !vat.contains_key(&line.vat_band) {
            return Err(format!("unknown VAT band {}", line.vat_band));
        }
        if let Some(class) = line.consumption_class.as_ref().filter(|class| !consumption.contains_key(*class))
        {
            return Err(format!("unknown consumption class {class}"));
        }
        if let Some(measure) = line.measure.filter(|measure| !thresholds.contains_key(measure)) {
            return Err(format!("no threshold for {measure:?}"));
        }
        Ok((hs, line))
    };
    let lines = by_period("hs10", rows("hs10", tables.hs10, line)?)?;
    let imports = by_period("hs8", rows("hs8", tables.hs8, import)?)?;
    let own = OwnLines::default();
    Ok(Tariff { vat, consumption, thresholds, limits, postal, postal_limits, lines, imports, own })
}

fn consumption(row: &Row<'_>) -> Result<(String, Consumption), String> {
    let specific = match row.text("specific")?.as_str() {
        "" => None,
        text => Some((text.parse().map_err(|_| format!("not a number: {text}"))?, row.unit("unit")?)),
    };
    Ok((row.text("class")?, Consumption { ad_valorem: row.rate("ad_valorem")?, specific }))
}

fn threshold(row: &Row<'_>) -> Result<(Measure, Yuan), String> {
    let measure = row.measure("measure")?.ok_or("a threshold needs a measure")?;
    Ok((measure, row.yuan("least")?))
}

fn limit(row: &Row<'_>) -> Result<((), Limit), String> {
    let tax_levied = row.rate("tax_levied")?;
    if (tax_levied * Decimal::ONE_HUNDRED).fract() != Decimal::ZERO {
        return Err(format!("tax_levied: not whole percent: {tax_levied}"));
    }
    let tariff_levied = match row.text("tariff_levied")?.as_str() {
        "0" => false,
        "1" => true,
        other => return Err(format!("tariff_levied: neither 0 nor 1: {other}")),
    };
    let (single, annual) = (row.yuan("single")?, row.yuan("annual")?);
    Ok(((), Limit { single, annual, tariff_levied, tax_levied }))
}

fn postal_limit(row: &Row<'_>) -> Result<((), PostalLimit), String> {
    let (exempt, near, far) = (row.yuan("exempt")?, row.yuan("near")?, row.yuan("far")?);
    Ok(((), PostalLimit { exempt, near, far }))
}

fn goods(row: &Row<'_>) -> Result<(HsCode, Line), String> {
    let code = row.text("hs10")?;
    let hs = HsCode::parse(&code).ok_or_else(|| format!("not a ten-digit code: {code}"))?;
    let line = Line {
        name: row.text("name_zh")?.into(),
        unit1: row.unit("unit1")?,
        unit2: row.unit_if_any("unit2")?,
        vat_band: row.text("vat_band")?,
        consumption_class: Some(row.text("consumption_class")?).filter(|class| !class.is_empty()),
        measure: row.measure("threshold_measure")?,
    };
    Ok((hs, line))
}

fn import(row: &Row<'_>) -> Result<([u8; 8], Import), String> {
    let code = row.text("hs8")?;
    let digits =
        code.as_bytes().try_into().ok().filter(|digits: &[u8; 8]| digits.iter().all(u8::is_ascii_digit));
    let import = Import {
        mfn: row.rate_if_any("mfn")?,
        provisional: row.rate_if_any("provisional")?,
        unit1: row.unit_if_any("unit1")?,
        unit2: row.unit_if_any("unit2")?,
    };
    Ok((digits.ok_or_else(|| format!("not an eight-digit line: {code}"))?, import))
}

/// One row with the names of its columns.
struct Row<'a> {
    header: &'a csv::StringRecord,
    cells: &'a csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &str) -> Result<String, String> {
        let index = self
            .header
            .iter()
            .position(|name| name == column)
            .ok_or_else(|| format!("no column {column}"))?;
        Ok(self.cells.get(index).unwrap_or_default().trim().to_owned())
    }

    fn decimal(&self, column: &str) -> Result<Decimal, String> {
        let text = self.text(column)?;
        text.parse().map_err(|_| format!("{column}: not a number: {text:?}"))
    }

    /// A rate as a share of one: 0.13 is 13 %.
    fn rate(&self, column: &str) -> Result<Decimal, String> {
        let rate = self.decimal(column)?;
        if (Decimal::ZERO..=Decimal::ONE).contains(&rate) {
            Ok(rate)
        } else {
            Err(format!("{column}: not a rate between 0 and 1: {rate}"))
        }
    }

    fn rate_if_any(&self, column: &str) -> Result<Option<Decimal>, String> {
        if self.text(column)?.is_empty() { Ok(None) } else { self.rate(column).map(Some) }
    }

    fn yuan(&self, column: &str) -> Result<Yuan, String> {
        Yuan::bounded(self.decimal(column)?).ok_or_else(|| format!("{column}: too large"))
    }

    fn unit(&self, column: &str) -> Result<UnitCode, String> {
        let text = self.text(column)?;
        UnitCode::parse(&text).ok_or_else(|| format!("{column}: unknown unit {text:?}"))
    }

    fn unit_if_any(&self, column: &str) -> Result<Option<UnitCode>, String> {
        if self.text(column)?.is_empty() { Ok(None) } else { self.unit(column).map(Some) }
    }

    fn measure(&self, column: &str) -> Result<Option<Measure>, String> {
        match self.text(column)?.as_str() {
            "content" => Ok(Some(Measure::Content)),
            "piece" => Ok(Some(Measure::Piece)),
            "none" | "" => Ok(None),
            other => Err(format!("{column}: neither content, piece nor none: {other}")),
        }
    }

    fn date(&self, column: &str) -> Result<Option<Date>, String> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| format!("{column}: not a date: {text}"))
    }
}

/// Reads a table whose rows carry `since`, `until` and `source` beside what `one` reads.
fn rows<K: Eq + Hash, T>(
    table: &'static str,
    text: &str,
    one: impl Fn(&Row<'_>) -> Result<(K, T), String>,
) -> Result<Rows<K, T>, TableFault> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let broken = |error: csv::Error| TableFault {
        table,
        line: error.position().map_or(0, csv::Position::line),
        reason: error.to_string(),
    };
    let header = reader.headers().map_err(broken)?.clone();
    // A notice stands in many rows: its text is kept once.
    let mut sources: HashMap<String, Source> = HashMap::new();
    let mut found: Rows<K, T> = HashMap::new();
    for cells in reader.records() {
        let cells = cells.map_err(broken)?;
        let row = Row { header: &header, cells: &cells };
        let read = || {
            let (key, value) = one(&row)?;
            let since = row.date("since")?.ok_or("since is missing")?;
            Ok((key, value, since, row.date("until")?, row.text("source")?))
        };
        let (key, value, since, until, source) = read().map_err(|reason: String| TableFault {
            table,
            line: cells.position().map_or(0, csv::Position::line),
            reason,
        })?;
        let source = sources.entry(source).or_insert_with_key(|text| text.as_str().into()).clone();
        found.entry(key).or_default().push(Dated { value, since, until, source });
    }
    Ok(found)
}

fn by_period<K: Eq + Hash, T>(
    table: &'static str,
    rows: Rows<K, T>,
) -> Result<HashMap<K, Periods<T>>, TableFault> {
    rows.into_iter()
        .map(|(key, dated)| Ok((key, Periods::of(dated)?)))
        .collect::<Result<_, String>>()
        .map_err(|reason| TableFault { table, line: 0, reason })
}

/// The periods of a table that is about one thing.
fn only<T>(table: &'static str, rows: Rows<(), T>) -> Result<Periods<T>, TableFault> {
    by_period(table, rows)?.remove(&()).ok_or_else(|| TableFault {
        table,
        line: 0,
        reason: "it is empty".to_owned(),
    })
}
