//! What a new table means for the filings in the book.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::ToSpan;
use jiff::civil::Date;
use ports::fault::{Fault, Kind, Place};
use ports::store::StoreError;
use serde::Serialize;

use super::{EXPIRY_NOTICE_DAYS, Tariff, Validity, faults};
use crate::book::{Book, Filter};
use crate::codes::UnitCode;
use crate::hs::HsCode;
use crate::record::Filing;

/// What a new table changes for the filings in the book, on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// Filings in the book.
    pub filings: u64,
    /// Filings whose units differ now and did not before.
    pub units: u64,
    /// Filings whose code has ended now and had not before.
    pub expired: u64,
    /// Filings whose code ends soon now and did not before.
    pub expiring: u64,
    /// Filings whose code no table has, new or old.
    pub unknown: u64,
    /// One warning for each such filing; for unknown codes one for each code.
    #[serde(skip)]
    pub faults: Vec<Fault>,
}

/// The kind of warning about a code's end and its last day, when that is past or near.
pub fn ending(tariff: &Tariff, hs: HsCode, on: Date) -> Option<(&'static Kind, String)> {
    match tariff.validity(hs, on) {
        Validity::Ended(until) => Some((&faults::HS_EXPIRED, until.to_string())),
        Validity::Until(until) if on.saturating_add(EXPIRY_NOTICE_DAYS.days()) >= until => {
            Some((&faults::HS_EXPIRING, until.to_string()))
        }
        Validity::Until(_) | Validity::Open | Validity::Unknown => None,
    }
}

/// Holds every filing of the book against the tariff before and after a new table.
///
/// # Errors
/// [`StoreError`] when the book cannot be read.
pub fn effects(
    book: &Book,
    before: &Tariff,
    after: &Tariff,
    on: Date,
    progress: &mut dyn FnMut(u64),
) -> Result<Effects, StoreError> {
    let mut effects = Effects::default();
    let mut unknown: BTreeMap<HsCode, u64> = BTreeMap::new();
    book.each(&Filter::default(), &mut |filing| {
        effects.filings += 1;
        effects.add(&filing, before, after, on);
        if after.validity(filing.hs_code, on) == Validity::Unknown
            && after.units(filing.hs_code, on).is_none()
        {
            effects.unknown += 1;
            *unknown.entry(filing.hs_code).or_default() += 1;
        }
        progress(effects.filings);
        ControlFlow::Continue(())
    })?;
    effects.faults.extend(
        unknown
            .into_iter()
            .map(|(hs, count)| faults::BOOK_UNKNOWN.fault().with("hs", hs).with("filings", count)),
    );
    Ok(effects)
}

impl Effects {
    fn add(&mut self, filing: &Filing, before: &Tariff, after: &Tariff, on: Date) {
        let hs = filing.hs_code;
        let place =
            || Place { path: Some(format!("{}/{}", filing.port, filing.barcode)), ..Place::default() };
        let filed = (filing.unit1, filing.unit2);
        let now = after.units(hs, on);
        if let Some(units) = now.filter(|units| *units != filed)
            && before.units(hs, on) != now
        {
            self.units += 1;
            let fault = faults::BOOK_UNITS.at(place()).with("hs", hs);
            self.faults.push(fault.with("units", named(units)).with("filed", named(filed)));
        }
        if let Some((kind, until)) = ending(after, hs, on)
            && before.validity(hs, on) != after.validity(hs, on)
        {
            let count =
                if kind.code == faults::HS_EXPIRED.code { &mut self.expired } else { &mut self.expiring };
            *count += 1;
            self.faults.push(kind.at(place()).with("hs", hs).with("until", until));
        }
    }
}

fn named((unit1, unit2): (UnitCode, Option<UnitCode>)) -> String {
    match unit2 {
        Some(unit2) => format!("{}/{}", unit1.name_zh(), unit2.name_zh()),
        None => unit1.name_zh().to_owned(),
    }
}
