//! All orders at a glance, held in memory: what the board counts and searches, and what the day's picture is drawn from.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use ports::clock::beijing;
use ports::fault::Lang;
use rust_decimal::Decimal;

use super::super::{Site, parts};
use crate::lifecycle::{Reason, State, Value};

/// What is known of an order.
#[derive(Debug, Clone)]
pub(in super::super) struct Row {
    pub(in super::super) order_no: Arc<str>,
    /// The version of its case.
    pub(super) version: u64,
    pub(in super::super) state: State,
    pub(in super::super) since: Timestamp,
    pub(in super::super) opened_at: Timestamp,
    /// The number of its waybill, where that came in by itself.
    pub(super) waybill: Option<Box<str>>,
    /// What holds it, or why it was refused.
    pub(in super::super) why: Box<[Arc<Why>]>,
    /// The tax that was declared.
    pub(in super::super) tax: Option<Decimal>,
    /// The days of `since` and `opened_at` in Beijing.
    pub(in super::super) since_on: Date,
    pub(in super::super) opened_on: Date,
}

/// The day in Beijing.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(beijing()).date()
}

/// Why an order does not go on: by what customs said where customs refused it, else by the fault's code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) struct Why {
    pub(in super::super) key: Box<str>,
    /// What customs said, in Chinese and English.
    said: Option<(Box<str>, Box<str>)>,
}

impl Why {
    pub(super) fn of(reason: &Reason) -> Self {
        let said = reason.args.iter().find(|(name, _)| name == "meaning").map(|(_, value)| match value {
            Value::Plain(words) => (words.as_str().into(), words.as_str().into()),
            Value::Words(zh, en) => (zh.as_str().into(), en.as_str().into()),
        });
        // Customs' own number, with which its words begin.
        let number = said.as_ref().and_then(|(zh, _): &(Box<str>, Box<str>)| {
            let number = zh.split(' ').next().filter(|number| number.parse::<i64>().is_ok())?;
            Some(number.into())
        });
        Self { key: number.unwrap_or_else(|| reason.code.as_str().into()), said }
    }

    /// The words: what customs said, or the fault's text.
    pub(in super::super) fn words(&self, site: &Site, lang: Lang) -> String {
        match (&self.said, lang) {
            (Some((words, _)), Lang::Zh) | (Some((_, words)), Lang::En) => words.to_string(),
            (None, _) => match (site.orders.kind_of)(&self.key) {
                Some(kind) => parts::open(kind.message.get(lang)),
                None => self.key.to_string(),
            },
        }
    }
}

/// All orders, the newest first.
#[derive(Debug, Default)]
pub(in super::super) struct Orders {
    rows: BTreeMap<Place, Row>,
    counts: BTreeMap<State, usize>,
    /// Each reason once, however many orders have it.
    reasons: HashSet<Arc<Why>>,
    pub(in super::super) at: Timestamp,
}

/// Where an order stands: it never changes.
type Place = (Reverse<Timestamp>, Reverse<Arc<str>>);

impl Orders {
    /// Puts an order in, or what is known of it now in place of what was.
    pub(super) fn put(&mut self, mut row: Row) {
        for why in &mut row.why {
            match self.reasons.get(why) {
                Some(known) => *why = Arc::clone(known),
                None => {
                    self.reasons.insert(Arc::clone(why));
                }
            }
        }
        *self.counts.entry(row.state).or_default() += 1;
        let place = (Reverse(row.opened_at), Reverse(Arc::clone(&row.order_no)));
        if let Some(before) = self.rows.insert(place, row)
            && let Some(count) = self.counts.get_mut(&before.state)
        {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&before.state);
            }
        }
    }

    pub(super) fn find(&self, opened_at: Timestamp, order_no: &Arc<str>) -> Option<&Row> {
        self.rows.get(&(Reverse(opened_at), Reverse(Arc::clone(order_no))))
    }

    pub(in super::super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    pub(in super::super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many are in each state; states without orders are left out.
    pub(in super::super) fn counts(&self) -> &BTreeMap<State, usize> {
        &self.counts
    }

    /// The orders that fit: how many, and those from the `from`th on.
    pub(super) fn search(&self, search: &Search, from: usize, limit: usize) -> (usize, Vec<&Row>) {
        let mut count = 0;
        let mut found = Vec::new();
        for row in self.rows().filter(|row| search.fits(row)) {
            if count >= from && found.len() < limit {
                found.push(row);
            }
            count += 1;
        }
        (count, found)
    }
}

/// What is looked for among the orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Search {
    pub(super) state: Option<State>,
    /// What holds it or by which it was refused, by its key.
    pub(super) why: String,
    /// A part of its number or of its waybill's.
    pub(super) text: String,
    /// The order that has a number which is written out in full.
    pub(super) owner: Option<String>,
}

impl Search {
    fn fits(&self, row: &Row) -> bool {
        let has = |number: &str| number.contains(self.text.as_str());
        self.state.is_none_or(|state| row.state == state)
            && (self.why.is_empty() || row.why.iter().any(|why| *why.key == *self.why))
            && (self.text.is_empty()
                || has(&row.order_no)
                || row.waybill.as_deref().is_some_and(has)
                || self.owner.as_deref() == Some(&*row.order_no))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: &str, second: i64, state: State) -> Row {
        let at = Timestamp::from_second(second).unwrap();
        let why = Why { key: "DOC-FILING".into(), said: None };
        Row {
            order_no: number.into(),
            version: 1,
            state,
            since: at,
            opened_at: at,
            waybill: Some(format!("SF{number}").into()),
            why: [Arc::new(why)].into(),
            tax: None,
            since_on: day(at),
            opened_on: day(at),
        }
    }

    #[test]
    fn counts_follow_what_is_put_in() {
        let mut orders = Orders::default();
        orders.put(row("P1", 10, State::Held));
        orders.put(row("P2", 20, State::Held));
        orders.put(row("P1", 10, State::Released));
        orders.put(row("P2", 20, State::Released));
        assert_eq!(orders.counts(), &BTreeMap::from([(State::Released, 2)]));
        assert_eq!((orders.len(), orders.reasons.len()), (2, 1));
        let newest_first: Vec<&str> = orders.rows().map(|row| &*row.order_no).collect();
        assert_eq!(newest_first, ["P2", "P1"]);
    }

    #[test]
    fn an_order_is_found_by_its_number_its_waybill_and_whose_another_number_is() {
        let mut orders = Orders::default();
        (1..=30).for_each(|number| orders.put(row(&format!("P{number:02}"), number, State::Held)));
        let of = |text: &str, owner: Option<&str>| {
            let search =
                Search { text: text.to_owned(), owner: owner.map(str::to_owned), ..Search::default() };
            let (count, found) = orders.search(&search, 1, 2);
            (count, found.iter().map(|row| row.order_no.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(of("", None), (30, vec!["P29".into(), "P28".into()]));
        assert_eq!(of("P1", None).0, 10);
        assert_eq!(of("SFP07", None).0, 1);
        assert_eq!(of("29282026I000000007", Some("P07")).0, 1);
        assert_eq!(of("29282026I000000007", None).0, 0);
    }
}
