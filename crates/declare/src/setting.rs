//! The setting of a run: what every order is judged and declared by.

use filing::tariff::Tariff;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ports::catalogue::Catalogue;

use crate::configuration::Declaring;

/// What every order of a run is judged by. Nothing here changes during a run.
#[derive(Debug, Clone)]
pub struct Setting<'c> {
    /// The configuration.
    pub declaring: Declaring<'c>,
    /// The ports.
    pub catalogue: &'c Catalogue,
    /// Legal units and rates.
    pub tariff: &'c Tariff,
    /// The moment of the run, which new documents bear.
    pub now: Timestamp,
    /// That moment's day in Beijing: rates are those of this day.
    pub today: Date,
    /// Beijing's time zone.
    pub beijing: TimeZone,
}

impl<'c> Setting<'c> {
    /// The setting of a run at a moment.
    pub fn new(
        declaring: Declaring<'c>,
        catalogue: &'c Catalogue,
        tariff: &'c Tariff,
        now: Timestamp,
    ) -> Self {
        let beijing = ports::clock::beijing();
        let today = now.to_zoned(beijing.clone()).date();
        Self { declaring, catalogue, tariff, now, today, beijing }
    }
}
