//! Orders out of the store, as far as the board wants them: all of them once, then those that changed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use ports::store::{Document, Key, Record, Store, StoreError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::super::Site;
use super::index::{Orders, Row, Why, day};
use crate::build;
use crate::lifecycle::{Case, Glance};
use crate::pipeline::layout::{self, KeptWaybill};

/// Documents read from the store at a time.
const PAGE: usize = 1_000;
/// Pages of cases that are read ahead of those that are looked at.
const AHEAD: usize = 2;

/// What the board reads of a waybill that came in by itself.
#[derive(Serialize, Deserialize)]
struct Parcel {
    waybill: Numbers,
}

#[derive(Serialize, Deserialize)]
struct Numbers {
    #[serde(default)]
    logistics_no: Option<Box<str>>,
}

impl Record for Parcel {
    const FORMAT: u32 = KeptWaybill::FORMAT;
}

impl Parcel {
    fn number(document: &Document) -> Option<Box<str>> {
        // What is no waybill is found by whoever declares it.
        document.record::<Self>().ok()?.waybill.logistics_no
    }
}

/// Reads all orders; `progress` is told how many there are so far. What was known before is not looked at again as long as its
/// version is the same.
pub(super) fn all(
    site: &Site,
    before: &Orders,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Orders, StoreError> {
    let store = site.store.as_ref();
    let known: HashMap<&str, &Row> = before.rows().map(|row| (&*row.order_no, row)).collect();
    let mut orders = Orders::default();
    orders.at = site.now();
    thread::scope(|scope| {
        let (send, pages) = sync_channel::<Vec<Document>>(AHEAD);
        let cases = scope.spawn(move || {
            each_page(store, &layout::branch(layout::CASES), &mut |page| send.send(page).is_ok())
        });
        // Of a board that was read before, what is new is read order by order.
        let beside = known.is_empty().then(|| scope.spawn(|| Beside::read(site)));
        let mut rows = Vec::new();
        let mut done = 0_u64;
        for page in pages {
            done += u64::try_from(page.len()).unwrap_or_default();
            for document in page {
                let order_no = document.key.segments().nth(1).unwrap_or_default();
                match known.get(order_no.as_str()).filter(|row| row.version == document.version) {
                    Some(row) => orders.put((*row).clone()),
                    None => rows.push(row(site, &document)?),
                }
            }
            progress(done);
        }
        let broke = || StoreError::Io {
            place: "board".to_owned(),
            source: std::io::Error::other("a thread that read orders broke down"),
        };
        cases.join().map_err(|_| broke())??;
        let mut beside = match beside {
            Some(beside) => Some(beside.join().map_err(|_| broke())??),
            None => None,
        };
        for mut row in rows {
            match &mut beside {
                Some(beside) => beside.complete(&mut row),
                None => complete(site, None, &mut row)?,
            }
            orders.put(row);
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(orders)
}

/// Reads the order of a case anew; nothing when there is none.
pub(super) fn one(
    site: &Site,
    case: &Key,
    orders: &dyn Fn(&Row) -> Option<Row>,
) -> Result<Option<Row>, StoreError> {
    let Some(document) = site.store.get(case)? else { return Ok(None) };
    let mut row = row(site, &document)?;
    let before = orders(&row);
    complete(site, before.as_ref(), &mut row)?;
    Ok(Some(row))
}

/// What stands in the case.
fn row(site: &Site, document: &Document) -> Result<Row, StoreError> {
    let glance: Glance = document.record()?;
    let why = if glance.may_be_held() {
        let case: Case = document.record()?;
        let reasons = case.reasons(site.now(), &site.orders.policy);
        let mut why: Vec<Arc<Why>> = reasons.iter().map(|reason| Arc::new(Why::of(reason))).collect();
        why.dedup();
        why.into()
    } else {
        Box::default()
    };
    let Glance { order_no, opened_at, state, since } = glance;
    Ok(Row {
        order_no: order_no.into(),
        version: document.version,
        state,
        since,
        opened_at,
        waybill: None,
        why,
        tax: None,
        since_on: day(since),
        opened_on: day(opened_at),
    })
}

/// What stands elsewhere. A tax that was put down stays as it is.
fn complete(site: &Site, before: Option<&Row>, row: &mut Row) -> Result<(), StoreError> {
    let store = site.store.as_ref();
    row.tax = match before.and_then(|before| before.tax) {
        Some(tax) => Some(tax),
        None => build::stored_tax(store, site.orders.merchant.as_deref(), &row.order_no)?
            .flatten()
            .map(|stored| stored.platform),
    };
    row.waybill = store.get(&layout::waybill(&row.order_no))?.as_ref().and_then(Parcel::number);
    Ok(())
}

/// What stands beside the cases, by the order's number.
struct Beside {
    taxes: HashMap<String, Decimal>,
    waybills: HashMap<String, Box<str>>,
}

impl Beside {
    fn read(site: &Site) -> Result<Self, StoreError> {
        let store = site.store.as_ref();
        let (mut taxes, mut waybills) = (HashMap::new(), HashMap::new());
        build::declared_taxes(store, site.orders.merchant.as_deref(), &mut |order_no, tax| {
            taxes.insert(order_no, tax);
        })?;
        each_page(store, &layout::branch(layout::WAYBILLS), &mut |page| {
            for document in page {
                if let (Some(order_no), Some(number)) =
                    (document.key.segments().nth(1), Parcel::number(&document))
                {
                    waybills.insert(order_no, number);
                }
            }
            true
        })?;
        Ok(Self { taxes, waybills })
    }

    fn complete(&mut self, row: &mut Row) {
        row.tax = self.taxes.remove(&*row.order_no);
        row.waybill = self.waybills.remove(&*row.order_no);
    }
}

/// Shows the documents below a prefix, page by page, as long as they are wanted.
fn each_page(
    store: &dyn Store,
    prefix: &Key,
    visit: &mut dyn FnMut(Vec<Document>) -> bool,
) -> Result<(), StoreError> {
    let mut after: Option<Key> = None;
    loop {
        let page = store.scan(prefix, after.as_ref(), PAGE)?;
        let last = page.len() < PAGE;
        after = page.last().map(|document| document.key.clone());
        if !visit(page) || last {
            return Ok(());
        }
    }
}
