//! Which page of which window of the order list is read next, so that no order is missed.
//!
//! The platform lists orders by time: of 24 hours by their creation, of 30 minutes by their last change, at most 100 pages of
//! 100. A [`Sweep`] first goes through the past by creation, then follows the changes for ever. It is plain data: kept in the
//! store after every page, it goes on after a restart where it was.
//!
//! - **Seams.** A window begins a while before the last one ended, since an order may show up in the list later than its time
//!   says. What is read twice is known by its number and time of change.
//! - **Pages.** While pages are read, orders change and leave the window, and those behind them move to earlier pages. So the
//!   first page is read to learn how many there are, then all from the last back to the first: what moves, moves towards the
//!   reader.
//! - **Crowds.** A window of more than 100 pages is halved until it fits.

use serde::{Deserialize, Serialize};

use super::orders::{MAX_PAGE_SIZE, MAX_PAGES, OrderQuery, TimeType};

/// The longest window by creation, seconds.
pub const CREATED_SPAN: i64 = 24 * 3600;
/// The longest window by change, seconds.
pub const UPDATED_SPAN: i64 = 30 * 60;
/// How far a window reaches back into the one before it, seconds.
pub const OVERLAP: i64 = 5 * 60;
/// How long changes are let gather before they are read, seconds: the platform asks for five minutes between two looks.
pub const POLL: i64 = 5 * 60;
/// Windows are not halved below this, seconds: two windows that touch share a second.
const LEAST_SPAN: i64 = 2;

/// How far the list has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    time: TimeType,
    /// Where the next window begins, Unix seconds.
    from: i64,
    /// Where reading by creation ends and following changes begins.
    until: i64,
    /// The window that is being read.
    open: Option<Open>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    start: i64,
    end: i64,
    /// Whether it was halved, so that the next one follows without reaching back.
    halved: bool,
    /// The page to be read next; nothing while their number is not known.
    page: Option<u32>,
}

impl Sweep {
    /// Begins with the orders created since some moment.
    pub fn since(from: i64, now: i64) -> Self {
        Self { time: TimeType::Created, from: from.min(now), until: now, open: None }
    }

    /// What to ask for at some moment, or nothing until later.
    pub fn query(&self, now: i64, poll: i64) -> Option<OrderQuery> {
        let open = self.open(now, poll)?;
        Some(OrderQuery {
            start_time: open.start,
            end_time: open.end,
            time_type: self.time,
            page_no: open.page.unwrap_or(1),
            page_size: MAX_PAGE_SIZE,
        })
    }

    fn open(&self, now: i64, poll: i64) -> Option<Open> {
        if let Some(open) = &self.open {
            return Some(open.clone());
        }
        let (span, latest) = match self.time {
            TimeType::Created => (CREATED_SPAN, self.until),
            TimeType::Updated => {
                // A long past is read at once; the present when enough has gathered.
                let gathered = now.saturating_sub(self.from.saturating_add(OVERLAP));
                if gathered < poll.max(1) {
                    return None;
                }
                (UPDATED_SPAN, now)
            }
        };
        let end = self.from.saturating_add(span).min(latest).max(self.from);
        Some(Open { start: self.from, end, halved: false, page: None })
    }

    /// The sweep after an answer to what was asked for at the same moment: `max_page` is the number of the window's last page.
    #[must_use]
    pub fn after(&self, now: i64, poll: i64, max_page: u32) -> Self {
        let Some(open) = self.open(now, poll) else { return self.clone() };
        let next = |page: u32| Self { open: Some(Open { page: Some(page), ..open.clone() }), ..self.clone() };
        match open.page {
            None if max_page > MAX_PAGES && open.end - open.start > LEAST_SPAN => {
                let end = open.start + (open.end - open.start) / 2;
                Self { open: Some(Open { end, halved: true, ..open }), ..self.clone() }
            }
            None if max_page > 1 => next(max_page.min(MAX_PAGES)),
            Some(page) if page > 1 => next(page - 1),
            _ => self.closed(&open),
        }
    }

    fn closed(&self, open: &Open) -> Self {
        if open.halved {
            // Whether a window's end belongs to it is not published: the next one begins a second earlier.
            let from = (open.end - 1).max(open.start + 1);
            return Self { from, open: None, ..self.clone() };
        }
        match self.time {
            TimeType::Created if open.end >= self.until => {
                Self { time: TimeType::Updated, from: self.until - OVERLAP, until: self.until, open: None }
            }
            TimeType::Created | TimeType::Updated => {
                Self { from: (open.end - OVERLAP).max(open.start + 1), open: None, ..self.clone() }
            }
        }
    }

    /// Whether orders are still read by their creation.
    pub fn is_catching_up(&self) -> bool {
        self.time == TimeType::Created
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// A platform whose orders change while they are listed: (number, created, updated).
    struct Double {
        orders: Vec<(usize, i64, i64)>,
        /// Page size, smaller than the real one.
        size: usize,
    }

    impl Double {
        fn list(&self, query: &OrderQuery) -> (u32, Vec<(usize, i64)>) {
            let time = |order: &(usize, i64, i64)| match query.time_type {
                TimeType::Created => order.1,
                TimeType::Updated => order.2,
            };
            let mut hits: Vec<_> = self
                .orders
                .iter()
                .filter(|order| (query.start_time..=query.end_time).contains(&time(order)))
                .map(|order| (time(order), order.0, order.2))
                .collect();
            hits.sort_unstable();
            let pages = hits.len().div_ceil(self.size).max(1);
            let page = hits.chunks(self.size).nth(query.page_no as usize - 1).unwrap_or_default();
            (pages as u32, page.iter().map(|(_, number, updated)| (*number, *updated)).collect())
        }
    }

    proptest! {
        #[test]
        fn the_last_change_of_every_order_is_seen(
            spans in proptest::collection::vec((0_i64..200_000, 0_i64..90_000), 1..80),
            changes in proptest::collection::vec((0_usize..80, 1_usize..40), 0..60),
            size in 1_usize..7,
        ) {
            const SINCE: i64 = 1_000_000;
            let mut now = SINCE + 210_000;
            let mut orders: Vec<_> = spans
                .iter()
                .enumerate()
                .map(|(number, (created, later))| (number, SINCE + created, (SINCE + created + later).min(now)))
                .collect();
            orders.sort_by_key(|order| order.2);
            let mut double = Double { orders, size };
            let mut changes = changes.into_iter();
            let mut next_change = changes.next();
            let mut seen: BTreeMap<usize, i64> = BTreeMap::new();
            let mut sweep = Sweep::since(SINCE, now);
            let mut asked = 0;
            let mut settled = now + 5 * POLL;
            loop {
                // Restarted after every page.
                sweep = serde_json::from_str(&serde_json::to_string(&sweep).unwrap()).unwrap();
                let Some(query) = sweep.query(now, POLL) else {
                    if next_change.is_none() && now > settled {
                        break;
                    }
                    now += POLL;
                    continue;
                };
                let span = query.end_time - query.start_time;
                let allowed = match query.time_type {
                    TimeType::Created => CREATED_SPAN,
                    TimeType::Updated => UPDATED_SPAN,
                };
                prop_assert!(span <= allowed);
                prop_assert!(query.end_time <= now && (1..=MAX_PAGES).contains(&query.page_no));
                let (max_page, page) = double.list(&query);
                for (number, updated) in page {
                    let last = seen.entry(number).or_default();
                    *last = updated.max(*last);
                }
                sweep = sweep.after(now, POLL, max_page);
                now += 1;
                asked += 1;
                prop_assert!(asked < 20_000, "it goes on");
                if let Some((which, after)) = next_change
                    && asked % after == 0
                {
                    let index = which % double.orders.len();
                    double.orders[index].2 = now;
                    settled = now + 5 * POLL;
                    next_change = changes.next();
                }
            }
            for (number, _, updated) in &double.orders {
                prop_assert_eq!(seen.get(number), Some(updated), "order {}", number);
            }
        }

        #[test]
        fn a_crowd_is_read_whole_without_endless_halving(per_second in 1_usize..90, seconds in 1_i64..9) {
            // A hundred pages of one order each.
            let number = per_second * seconds as usize;
            let at = |number: usize| 1_000 + (number / per_second) as i64;
            let double = Double { orders: (0..number).map(|number| (number, at(number), at(number))).collect(), size: 1 };
            let now = 100_000;
            let mut sweep = Sweep::since(0, now);
            let (mut seen, mut asked) = (std::collections::BTreeSet::new(), 0);
            while sweep.is_catching_up() {
                let query = sweep.query(now, POLL).unwrap();
                let (max_page, page) = double.list(&query);
                seen.extend(page.iter().map(|order| order.0));
                sweep = sweep.after(now, POLL, max_page);
                asked += 1;
                prop_assert!(asked < 5_000, "it ends");
            }
            // More than a hundred in three seconds cannot be listed by anyone.
            if per_second <= 33 {
                prop_assert_eq!(seen.len(), number);
            }
        }
    }

    #[test]
    fn an_order_window_never_reaches_beyond_what_the_platform_allows() {
        let mut sweep = Sweep::since(0, 200_000);
        let mut windows = Vec::new();
        while let Some(query) = sweep.query(200_000, POLL) {
            windows.push((query.time_type, query.start_time, query.end_time));
            sweep = sweep.after(200_000, POLL, 1);
        }
        assert_eq!(
            windows,
            [
                (TimeType::Created, 0, 86_400),
                (TimeType::Created, 86_100, 172_500),
                (TimeType::Created, 172_200, 200_000),
            ]
        );
        assert_eq!(sweep.query(200_299, POLL), None);
        let query = sweep.query(200_300, POLL).unwrap();
        assert_eq!(
            (query.time_type, query.start_time, query.end_time),
            (TimeType::Updated, 199_700, 200_300)
        );
    }
}
