//! When an order's payment slip may be asked for again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The least time between two requests for one order.
pub const LEAST_GAP: SignedDuration = SignedDuration::from_hours(1);
/// Requests for one order in any [`DAY`] at most.
pub const A_DAY: usize = 6;
/// What counts as a day.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The gaps that this program keeps by itself, after the first, second, … request; the last goes on. Five requests fall into the
/// first nine hours: customs keeps an inventory waiting for hours, not for days.
pub const GAPS: [SignedDuration; 7] = [
    SignedDuration::from_mins(60),
    SignedDuration::from_mins(90),
    SignedDuration::from_mins(150),
    SignedDuration::from_mins(240),
    SignedDuration::from_mins(360),
    SignedDuration::from_mins(540),
    SignedDuration::from_mins(720),
];
/// Requests for one order that this program makes by itself, in all: what a dozen in five days have not brought, a person has
/// to look into.
pub const MOST: usize = 12;
/// The gap after an attempt that certainly did not reach the platform.
pub const NOT_ASKED_GAP: SignedDuration = SignedDuration::from_mins(5);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asker {
    /// This program: all bounds hold.
    Program,
    /// A person, who may know that it is worth it: the hour and the day hold.
    Person,
}

/// What stands in the way of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The last one is less than an hour ago.
    Hour,
    /// There were six within a day.
    Day,
    /// The gap has grown.
    Gap,
    /// The last attempt did not reach the platform, minutes ago.
    NotReached,
    /// A dozen have been of no use.
    Spent,
}

/// That it may not be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNow {
    /// What stands in the way.
    pub bound: Bound,
    /// Until when; for ever when nothing is given.
    pub until: Option<Timestamp>,
}

fn after(at: Timestamp, gap: SignedDuration) -> Timestamp {
    at.checked_add(gap).unwrap_or(Timestamp::MAX)
}

/// The earliest moment of the next request, with the bound that makes it so; nothing when it may be any time. `asked` are the
/// moments of requests that count, `not_reached` that of the last attempt that did not reach the platform.
pub fn earliest(asked: &[Timestamp], not_reached: Option<Timestamp>, asker: Asker) -> Option<NotNow> {
    let mut asked = asked.to_vec();
    // A clock that was set back leaves them in no order.
    asked.sort_unstable();
    if asker == Asker::Program && asked.len() >= MOST {
        return Some(NotNow { bound: Bound::Spent, until: None });
    }
    let last = asked.last().copied();
    let hour = last.map(|last| (after(last, LEAST_GAP), Bound::Hour));
    let day = asked.len().checked_sub(A_DAY).and_then(|first| asked.get(first));
    let day = day.map(|first| (after(*first, DAY), Bound::Day));
    let grown = GAPS.get(asked.len().saturating_sub(1)).or(GAPS.last()).copied().unwrap_or(LEAST_GAP);
    let gap = last.filter(|_| asker == Asker::Program && grown > LEAST_GAP);
    let gap = gap.map(|last| (after(last, grown), Bound::Gap));
    let not_reached = not_reached.map(|at| (after(at, NOT_ASKED_GAP), Bound::NotReached));
    let bounds = [hour, day, gap, not_reached];
    let (until, bound) = bounds.into_iter().flatten().max_by_key(|(until, _)| *until)?;
    Some(NotNow { bound, until: Some(until) })
}

/// Whether it may be asked at a moment.
///
/// # Errors
/// [`NotNow`]: what stands in the way, and until when.
pub fn may_ask(
    asked: &[Timestamp],
    not_reached: Option<Timestamp>,
    asker: Asker,
    now: Timestamp,
) -> Result<(), NotNow> {
    match earliest(asked, not_reached, asker) {
        Some(bound) if bound.until.is_none_or(|until| until > now) => Err(bound),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn the_gaps_grow_until_nothing_is_asked_any_more() {
        let mut asked = Vec::new();
        for minute in 0..20 * 24 * 60 {
            if may_ask(&asked, None, Asker::Program, at(minute)).is_ok() {
                asked.push(at(minute));
            }
        }
        let hours: Vec<i64> = asked.iter().map(|at| at.as_second() / 1_800).collect();
        // In half hours: at 0, 1, 2.5, 5, 9, 15, 24 h, then every half day.
        assert_eq!(hours, [0, 2, 5, 10, 18, 30, 48, 72, 96, 120, 144, 168]);
        let spent = NotNow { bound: Bound::Spent, until: None };
        assert_eq!(may_ask(&asked, None, Asker::Program, Timestamp::MAX), Err(spent));
        assert_eq!(may_ask(&asked, None, Asker::Person, Timestamp::MAX), Ok(()));
    }

    #[test]
    fn a_person_may_ask_every_hour_six_times_a_day() {
        let mut asked = Vec::new();
        for minute in 0..24 * 60 {
            if may_ask(&asked, None, Asker::Person, at(minute)).is_ok() {
                asked.push(at(minute));
            }
        }
        assert_eq!(asked, [0, 60, 120, 180, 240, 300].map(at));
        let full = NotNow { bound: Bound::Day, until: Some(at(24 * 60)) };
        assert_eq!(may_ask(&asked, None, Asker::Person, at(400)), Err(full));
        let hour = NotNow { bound: Bound::Hour, until: Some(at(60)) };
        assert_eq!(may_ask(&[at(0)], None, Asker::Person, at(59)), Err(hour));
        let soon = NotNow { bound: Bound::NotReached, until: Some(at(5)) };
        assert_eq!(may_ask(&[], Some(at(0)), Asker::Person, at(4)), Err(soon));
    }

    proptest! {
        #[test]
        fn the_hour_and_the_day_always_hold(steps in proptest::collection::vec((-30_i64..200, any::<bool>(), any::<bool>()), 1..300)) {
            let (mut now, mut asked, mut missed) = (10_000, Vec::new(), None);
            for (step, person, reached) in steps {
                now += step;
                let asker = if person { Asker::Person } else { Asker::Program };
                if may_ask(&asked, missed, asker, at(now)).is_ok() {
                    if reached { asked.push(at(now)) } else { missed = Some(at(now)) }
                }
            }
            let mut sorted = asked;
            sorted.sort_unstable();
            prop_assert!(sorted.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= LEAST_GAP));
            prop_assert!(sorted.windows(A_DAY + 1).all(|some| some[A_DAY].duration_since(some[0]) >= DAY));
        }
    }
}
