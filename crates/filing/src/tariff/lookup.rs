//! Looking a commodity code up on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::own::{OwnLine, OwnMeasure};
use super::{
    Applied, Dated, Import, Line, Measure, Rates, Source, Sources, TableId, Tariff, TariffLine, Threshold,
};
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
        let applied = self.applied(hs, on)?;
        let (name, units, source) = match self.own.on(hs, on) {
            Some((own, _)) => (own.name.as_str().into(), (own.unit1, own.unit2), own.source.clone()),
            None => {
                let line = self.lines.get(&hs)?.on(on)?;
                (line.value.name.clone(), (line.value.unit1, line.value.unit2), line.source.clone())
            }
        };
        Some(TariffLine {
            hs,
            name,
            unit1: units.0,
            unit2: units.1,
            source,
            sources: Sources {
                tariff: applied.tariff_source.cloned(),
                vat: applied.vat_source.clone(),
                consumption: applied.consumption_source.cloned(),
            },
            rates: applied.rates,
            threshold: applied.threshold,
        })
    }

    /// The rates of a code on a day, with their sources borrowed: what a tax computation needs of a line, and no more.
    pub fn applied(&self, hs: HsCode, on: Date) -> Option<Applied<'_>> {
        match self.own.on(hs, on) {
            Some((own, _)) => Some(self.applied_own(own, on)),
            None => self.applied_builtin(hs, on),
        }
    }

    /// The rate of import duty of a code on a day, also when only its eight-digit line is known.
    pub fn duty(&self, hs: HsCode, on: Date) -> Option<(Decimal, &Source)> {
        let own = self.own.on(hs, on).and_then(|(own, _)| Some((own.tariff()?, &own.source)));
        own.or_else(|| self.import_rate(hs, on))
    }

    /// The user's line that holds for a code on a day, and the table it is from.
    pub fn own(&self, hs: HsCode, on: Date) -> Option<(&OwnLine, TableId)> {
        self.own.on(hs, on)
    }

    fn applied_own<'t>(&'t self, own: &'t OwnLine, on: Date) -> Applied<'t> {
        let duty = self.duty(own.hs, on);
        let bears = own.consumption > Decimal::ZERO || own.consumption_specific.is_some();
        Applied {
            rates: Rates {
                tariff: duty.map(|(rate, _)| rate),
                vat: own.vat,
                consumption: own.consumption,
                consumption_specific: own.consumption_specific,
            },
            threshold: self.measured(self.own_measure(own, on), on),
            tariff_source: duty.map(|(_, source)| source),
            vat_source: &own.source,
            consumption_source: bears.then_some(&own.source),
        }
    }

    fn applied_builtin(&self, hs: HsCode, on: Date) -> Option<Applied<'_>> {
        let line = &self.lines.get(&hs)?.on(on)?.value;
        let vat = self.vat.get(&line.vat_band)?.on(on)?;
        let consumption = match &line.consumption_class {
            Some(class) => Some(self.consumption.get(class)?.on(on)?),
            None => None,
        };
        let specific = consumption.and_then(|found| found.value.specific);
        // A rate by a unit other than the first legal one cannot be applied to its quantity.
        if specific.is_some_and(|(_, unit)| unit != line.unit1) {
            return None;
        }
        let duty = self.import_rate(hs, on);
        Some(Applied {
            rates: Rates {
                tariff: duty.map(|(rate, _)| rate),
                vat: vat.value,
                consumption: consumption.map_or(Decimal::ZERO, |found| found.value.ad_valorem),
                consumption_specific: specific.map(|(yuan, _)| yuan),
            },
            threshold: self.measured(line.measure, on),
            tariff_source: duty.map(|(_, source)| source),
            vat_source: &vat.source,
            consumption_source: consumption.map(|found| &found.source),
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

    fn import_rate(&self, hs: HsCode, on: Date) -> Option<(Decimal, &Source)> {
        let import = self.import(hs, on)?;
        Some((import.value.rate()?, &import.source))
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
