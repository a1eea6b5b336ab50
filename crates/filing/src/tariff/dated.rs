//! Values that hold from one day to another.

use std::sync::Arc;

use jiff::civil::Date;

/// The notice or table a figure is from, in the issuer's own words.
pub type Source = Arc<str>;

/// A value with the days on which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// The value.
    pub value: T,
    /// The first day.
    pub since: Date,
    /// The last day; open when none is known.
    pub until: Option<Date>,
    /// Where it is from.
    pub source: Source,
}

/// The values of one thing through time: in order, without overlap and without gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods<T>(Vec<Dated<T>>);

impl<T> Periods<T> {
    /// Nothing on any day.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Takes periods in any order.
    ///
    /// # Errors
    /// Says which day is wrong when a period ends before it begins, two overlap, or a day between two has none.
    pub fn of(mut periods: Vec<Dated<T>>) -> Result<Self, String> {
        periods.sort_by_key(|period| period.since);
        for period in &periods {
            if period.until.is_some_and(|until| until < period.since) {
                return Err(format!("the period from {} ends before it begins", period.since));
            }
        }
        for pair in periods.windows(2) {
            let next = pair[0].until.and_then(|until| until.tomorrow().ok());
            match next {
                Some(next) if next == pair[1].since => {}
                Some(next) if next < pair[1].since => return Err(format!("nothing holds on {next}")),
                _ => return Err(format!("two periods hold on {}", pair[1].since)),
            }
        }
        Ok(Self(periods))
    }

    /// What holds on a day.
    pub fn on(&self, day: Date) -> Option<&Dated<T>> {
        let period = self.0.iter().rev().find(|period| period.since <= day)?;
        period.until.is_none_or(|until| day <= until).then_some(period)
    }

    /// The periods, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = &Dated<T>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn period(value: u8, since: Date, until: Option<Date>) -> Dated<u8> {
        Dated { value, since, until, source: "".into() }
    }

    #[test]
    fn the_last_day_belongs_to_the_period() {
        let periods = Periods::of(vec![
            period(2, date(2019, 4, 1), None),
            period(1, date(2018, 5, 1), Some(date(2019, 3, 31))),
        ])
        .unwrap();
        let on = |day| periods.on(day).map(|period| period.value);
        assert_eq!(on(date(2018, 4, 30)), None);
        assert_eq!(on(date(2018, 5, 1)), Some(1));
        assert_eq!(on(date(2019, 3, 31)), Some(1));
        assert_eq!(on(date(2019, 4, 1)), Some(2));
        assert_eq!(on(date(2099, 1, 1)), Some(2));
    }

    #[test]
    fn gaps_and_overlaps_are_refused() {
        let first = |until| period(1, date(2018, 1, 1), until);
        let second = period(2, date(2019, 1, 1), None);
        for until in [None, Some(date(2019, 1, 1)), Some(date(2018, 12, 30)), Some(date(2017, 1, 1))] {
            assert!(Periods::of(vec![first(until), second.clone()]).is_err(), "{until:?}");
        }
        assert!(Periods::of(vec![first(Some(date(2018, 12, 31))), second]).is_ok());
    }
}
