//! The tax on personal postal articles (行邮税): rates by tax item, the exemption, and what a parcel may be worth.

use jiff::civil::Date;
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::Tariff;
use super::dated::Source;

/// The rate of a class of articles on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalRate {
    /// The comprehensive rate: 0.13 is 13 %.
    pub rate: Decimal,
    /// The notice.
    pub source: Source,
}

/// The exemption and the limits of a parcel on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalLimits {
    /// A parcel whose tax is at most this is free; above it, all of its tax is due.
    pub exempt: Yuan,
    /// The most a parcel from Hong Kong, Macao or Taiwan may be worth.
    pub near: Yuan,
    /// The most a parcel from elsewhere may be worth.
    pub far: Yuan,
    /// The notice.
    pub source: Source,
}

/// The limits as the table has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostalLimit {
    pub(super) exempt: Yuan,
    pub(super) near: Yuan,
    pub(super) far: Yuan,
}

impl Tariff {
    /// The rate of postal articles of a class (`item1` to `item4`, `listed_medicine`) on a day.
    pub fn postal_rate(&self, class: &str, on: Date) -> Option<PostalRate> {
        let found = self.postal.get(class)?.on(on)?;
        Some(PostalRate { rate: found.value, source: found.source.clone() })
    }

    /// The classes of postal articles on a day, in order.
    pub fn postal_classes(&self, on: Date) -> Vec<&str> {
        let known = self.postal.iter().filter(|(_, periods)| periods.on(on).is_some());
        let mut classes: Vec<&str> = known.map(|(class, _)| class.as_str()).collect();
        classes.sort_unstable();
        classes
    }

    /// The exemption and the limits of a parcel on a day.
    pub fn postal_limits(&self, on: Date) -> Option<PostalLimits> {
        let found = self.postal_limits.on(on)?;
        let PostalLimit { exempt, near, far } = found.value;
        Some(PostalLimits { exempt, near, far, source: found.source.clone() })
    }
}
