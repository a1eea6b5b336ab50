//! Looking a commodity code up on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::own::{OwnLine, OwnMeasure};
use super::{Dated, Import, Line, Measure, Rates, Source, Sources, TableId, Tariff, TariffLine, Threshold};
use crate::codes::UnitCode;
use crate::hs::HsCode;

/// How many days before a code ends it is warned about: time to find the new code and file again.
pub const EXPIRY_NOTICE_DAYS: i32 = 30;

/// How long a ten-digit code is good, as far as the tables tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// No table has it, or only from a later day on.
    Unknown,
    /// It ended on this day, in the past.
    Ended(Date),
    /// It is good and this is its last day.
    Until(Date),
    /// It is good and no last day is known.
    Open,
}

impl Tariff {
    /// A commodity code on a day; nothing when the code, or its rate on that day, is not known.
    pub fn line(&self, hs: HsCode, on: Date) -> Option<TariffLine> {
        match self.own.on(hs, on) {
            Some((own, _)) => Some(self.own_line(own, on)),
            None => self.builtin_line(hs, on),
        }
    }

    /// The user's line that holds for a code on a day, and the table it is from.
    pub fn own(&self, hs: HsCode, on: Date) -> Option<(&OwnLine, TableId)> {
        self.own.on(hs, on)
    }

    fn own_line(&self, own: &OwnLine, on: Date) -> TariffLine {
        let source: Source = own.source.as_str().into();
        let given = own.tariff().map(|rate| (rate, source.clone()));
        let import = given.or_else(|| self.import_rate(own.hs, on));
        let bears = own.consumption > Decimal::ZERO || own.consumption_specific.is_some();
        TariffLine {
            hs: own.hs,
            name: own.name.as_str().into(),
            unit1: own.unit1,
            unit2: own.unit2,
            rates: Rates {
                tariff: import.as_ref().map(|(rate, _)| *rate),
                vat: own.vat,
                consumption: own.consumption,
                consumption_specific: own.consumption_specific,
            },
            threshold: self.measured(self.own_measure(own, on), on),
            sources: Sources {
                tariff: import.map(|(_, source)| source),
                vat: source.clone(),
                consumption: bears.then(|| source.clone()),
            },
            source,
        }
    }

    fn builtin_line(&self, hs: HsCode, on: Date) -> Option<TariffLine> {
        let line = self.lines.get(&hs)?.on(on)?;
        let vat = self.vat.get(&line.value.vat_band)?.on(on)?;
        let consumption = match &line.value.consumption_class {
            Some(class) => Some(self.consumption.get(class)?.on(on)?),
            None => None,
        };
        let import = self.import_rate(hs, on);
        let specific = consumption.and_then(|found| found.value.specific);
        // A rate by a unit other than the first legal one cannot be applied to its quantity.
        if specific.is_some_and(|(_, unit)| unit != line.value.unit1) {
            return None;
        }
        Some(TariffLine {
            hs,
            name: line.value.name.clone(),
            unit1: line.value.unit1,
            unit2: line.value.unit2,
            rates: Rates {
                tariff: import.as_ref().map(|(rate, _)| *rate),
                vat: vat.value,
                consumption: consumption.map_or(Decimal::ZERO, |found| found.value.ad_valorem),
                consumption_specific: specific.map(|(yuan, _)| yuan),
            },
            threshold: self.measured(line.value.measure, on),
            source: line.source.clone(),
            sources: Sources {
                tariff: import.map(|(_, source)| source),
                vat: vat.source.clone(),
                consumption: consumption.map(|found| found.source.clone()),
            },
        })
    }

    /// The legal units of a code on a day, also when only its eight-digit line is known.
    pub fn units(&self, hs: HsCode, on: Date) -> Option<(UnitCode, Option<UnitCode>)> {
        if let Some((own, _)) = self.own.on(hs, on) {
            return Some((own.unit1, own.unit2));
        }
        if let Some(line) = self.listed(hs, on) {
            return Some((line.unit1, line.unit2));
        }
        let import = &self.import(hs, on)?.value;
        Some((import.unit1?, import.unit2))
    }

    /// The consumption tax threshold of a code on a day, when it has one.
    pub fn threshold(&self, hs: HsCode, on: Date) -> Option<Threshold> {
        let measure = match self.own.on(hs, on) {
            Some((own, _)) => self.own_measure(own, on),
            None => self.listed(hs, on)?.measure,
        };
        self.measured(measure, on)
    }

    /// The commodity codes known on a day, in order.
    pub fn codes(&self, on: Date) -> Vec<HsCode> {
        let known = self.lines.iter().filter(|(_, periods)| periods.on(on).is_some());
        let mut codes: Vec<HsCode> = known.map(|(hs, _)| *hs).collect();
        codes.extend(
            self.own.lines().filter(|(own, _)| self.own.on(own.hs, on).is_some()).map(|(own, _)| own.hs),
        );
        codes.sort();
        codes.dedup();
        codes
    }

    /// How long a code is good, seen from a day. Once the user's own tables have a line that has begun, they decide: the
    /// built-in set knows no end of a code, and its silence is no promise.
    pub fn validity(&self, hs: HsCode, on: Date) -> Validity {
        let own: Vec<(Date, Option<Date>)> = self.own.periods(hs).collect();
        if own.iter().any(|(since, _)| *since <= on) {
            return validity(&own, on);
        }
        let builtin = self.lines.get(&hs).into_iter().flat_map(|periods| periods.iter());
        validity(&builtin.map(|period| (period.since, period.until)).collect::<Vec<_>>(), on)
    }

    fn own_measure(&self, own: &OwnLine, on: Date) -> Option<Measure> {
        match own.measure {
            OwnMeasure::AsBuiltin => self.listed(own.hs, on)?.measure,
            OwnMeasure::None => None,
            OwnMeasure::By(measure) => Some(measure),
        }
    }

    fn measured(&self, measure: Option<Measure>, on: Date) -> Option<Threshold> {
        let measure = measure?;
        let found = self.thresholds.get(&measure)?.on(on)?;
        Some(Threshold { measure, least: found.value, source: found.source.clone() })
    }

    fn listed(&self, hs: HsCode, on: Date) -> Option<&Line> {
        Some(&self.lines.get(&hs)?.on(on)?.value)
    }

    fn import_rate(&self, hs: HsCode, on: Date) -> Option<(Decimal, Source)> {
        let import = self.import(hs, on)?;
        Some((import.value.rate()?, import.source.clone()))
    }

    fn import(&self, hs: HsCode, on: Date) -> Option<&Dated<Import>> {
        let digits: [u8; 8] = hs.tariff_line().as_bytes().try_into().ok()?;
        self.imports.get(&digits)?.on(on)
    }
}

/// Follows periods that join or overlap to their end.
fn validity(periods: &[(Date, Option<Date>)], on: Date) -> Validity {
    let mut day = on;
    let mut last = None;
    loop {
        let holding =
            periods.iter().filter(|(since, until)| *since <= day && until.is_none_or(|until| day <= until));
        // Nothing holds is less than any end; no end is more than any.
        let Some(end) = holding.map(|(_, until)| until.unwrap_or(Date::MAX)).max() else {
            break;
        };
        let Ok(next) = end.tomorrow() else {
            return Validity::Open;
        };
        last = Some(end);
        day = next;
    }
    if let Some(last) = last {
        return Validity::Until(last);
    }
    let past = periods.iter().filter_map(|(_, until)| *until).filter(|until| *until < on);
    past.max().map_or(Validity::Unknown, Validity::Ended)
}
