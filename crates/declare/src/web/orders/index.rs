//! All orders at a glance, held in memory: what the board counts and searches.
//!
//! Cases change all the time, so the index is made anew when it is looked at and no longer fresh. Only cases whose version has
//! changed are read again. While that takes longer than a page may, the board shows the index before and its time; the next
//! look has the new one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ports::fault::Lang;
use ports::store::{Key, StoreError};
use rust_decimal::Decimal;

use super::super::{Site, parts};
use crate::build;
use crate::lifecycle::{Case, Reason, State, Value};
use crate::pipeline::layout;

/// Cases read from the store at a time.
const PAGE: usize = 1_000;

/// An index that was made this quickly is always made anew: nobody notices.
const QUICK: Duration = Duration::from_millis(60);

/// How old an index may be that takes longer.
const FRESH: Duration = Duration::from_secs(5);

/// What the board knows of an order.
#[derive(Debug, Clone)]
pub(in super::super) struct Row {
    pub(in super::super) order_no: Box<str>,
    version: u64,
    pub(in super::super) state: State,
    pub(in super::super) since: Timestamp,
    pub(in super::super) opened_at: Timestamp,
    /// What holds it, or why it was refused.
    pub(in super::super) why: Vec<Why>,
    /// The tax that was declared.
    pub(in super::super) tax: Option<Decimal>,
}

/// Why an order does not go on: by what customs said where customs refused it, else by the fault's code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Why {
    pub(in super::super) key: Box<str>,
    /// What customs said, in Chinese and English.
    said: Option<(Box<str>, Box<str>)>,
}

impl Why {
    fn of(reason: &Reason) -> Self {
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
    pub(in super::super) rows: Vec<Row>,
    pub(in super::super) counts: BTreeMap<State, usize>,
    pub(in super::super) at: Timestamp,
}

#[derive(Debug, Default)]
pub(in super::super) struct Board {
    kept: Mutex<Option<Kept>>,
    /// Held while it is made anew: one at a time.
    making: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Kept {
    orders: Arc<Orders>,
    made: Instant,
    took: Duration,
}

impl Board {
    /// The orders as they are, or were a moment ago.
    pub(in super::super) fn look(site: &Arc<Site>) -> Result<Arc<Orders>, StoreError> {
        let kept = site.board.kept();
        match kept {
            Some(kept) if kept.took > QUICK => {
                if kept.made.elapsed() > FRESH {
                    let site = Arc::clone(site);
                    std::thread::spawn(move || {
                        if let Ok(_alone) = site.board.making.try_lock()
                            && let Err(error) = site.board.make(&site)
                        {
                            tracing::error!(%error, "the orders could not be looked through");
                        }
                    });
                }
                Ok(kept.orders)
            }
            _ => {
                let _alone = site.board.making.lock().unwrap_or_else(PoisonError::into_inner);
                site.board.make(site)
            }
        }
    }

    fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn make(&self, site: &Site) -> Result<Arc<Orders>, StoreError> {
        let begun = Instant::now();
        let before = self.kept().map(|kept| kept.orders).unwrap_or_default();
        let orders = Arc::new(read(site, &before)?);
        let kept = Kept { orders: Arc::clone(&orders), made: Instant::now(), took: begun.elapsed() };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(orders)
    }
}

fn read(site: &Site, before: &Orders) -> Result<Orders, StoreError> {
    let known: HashMap<&str, &Row> = before.rows.iter().map(|row| (&*row.order_no, row)).collect();
    let mut orders = Orders { at: site.now(), ..Orders::default() };
    let prefix = layout::branch(layout::CASES);
    let mut after: Option<Key> = None;
    loop {
        let page = site.store.scan(&prefix, after.as_ref(), PAGE)?;
        for document in &page {
            let order_no = document.key.segments().nth(1).unwrap_or_default();
            let row = match known.get(order_no.as_str()).filter(|row| row.version == document.version) {
                Some(row) => (*row).clone(),
                None => row(site, &document.record()?, document.version)?,
            };
            *orders.counts.entry(row.state).or_default() += 1;
            orders.rows.push(row);
        }
        match page.last() {
            Some(last) => after = Some(last.key.clone()),
            None => break,
        }
    }
    orders.rows.sort_by(|one, other| {
        other.opened_at.cmp(&one.opened_at).then_with(|| other.order_no.cmp(&one.order_no))
    });
    Ok(orders)
}

fn row(site: &Site, case: &Case, version: u64) -> Result<Row, StoreError> {
    let reasons = case.reasons(site.now(), &site.orders.policy);
    let mut why: Vec<Why> = reasons.iter().map(Why::of).collect();
    why.dedup();
    // The ledger is asked only for orders that have documents.
    let tax = if case.papers.is_empty() {
        None
    } else {
        build::stored_tax(site.store.as_ref(), site.orders.merchant.as_deref(), &case.order_no)?
            .flatten()
            .map(|stored| stored.platform)
    };
    Ok(Row {
        order_no: case.order_no.as_str().into(),
        version,
        state: case.state,
        since: case.since,
        opened_at: case.opened_at,
        why,
        tax,
    })
}

/// What is looked for among the orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Search {
    pub(super) state: Option<State>,
    /// What holds it or by which it was refused, by its key.
    pub(super) why: String,
    /// A part of its number.
    pub(super) text: String,
}

impl Orders {
    /// The orders that fit: how many, and those from the `from`th on.
    pub(super) fn search(&self, search: &Search, from: usize, limit: usize) -> (usize, Vec<&Row>) {
        let text = search.text.trim();
        let fits = |row: &&Row| {
            search.state.is_none_or(|state| row.state == state)
                && (search.why.is_empty() || row.why.iter().any(|why| *why.key == *search.why))
                && (text.is_empty() || row.order_no.contains(text))
        };
        let mut count = 0;
        let mut found = Vec::new();
        for row in self.rows.iter().filter(fits) {
            if count >= from && found.len() < limit {
                found.push(row);
            }
            count += 1;
        }
        (count, found)
    }
}
