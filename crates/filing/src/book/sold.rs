//! What goods were sold for, noted where the price decides a tax: see the rule of the consumption tax threshold.

use std::collections::HashMap;

use jiff::civil::Date;
use ports::store::{Batch, Expect, Key, Record, StoreError};
use serde::{Deserialize, Serialize};

use super::{Book, PAGE};
use crate::barcode::Barcode;
use crate::record::Cost;

/// The price of one sales unit in the last order that was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sold {
    /// The customs port's name in the catalogue.
    pub port: String,
    /// The barcode.
    pub barcode: Barcode,
    /// Yuan, without tax.
    pub price: Cost,
    /// The day it was declared.
    pub on: Date,
}

impl Record for Sold {
    const FORMAT: u32 = 1;
}

/// The last prices by port and barcode.
pub type SoldPrices = HashMap<(String, Barcode), Cost>;

impl Sold {
    fn key(&self) -> Key {
        Key::of(["sold", &self.port, self.barcode.as_str()])
    }
}

impl Book {
    /// Notes prices, the last one of each article. An older day never takes the place of a newer one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub fn note_sold(&self, sold: Vec<Sold>) -> Result<(), StoreError> {
        let mut last: HashMap<Key, Sold> = HashMap::new();
        for sold in sold {
            let key = sold.key();
            if last.get(&key).is_none_or(|known| known.on <= sold.on) {
                last.insert(key, sold);
            }
        }
        let mut batch = Batch::default();
        for (key, sold) in last {
            let known = self.store.get(&key)?.map(|document| document.record::<Sold>()).transpose()?;
            if known.is_none_or(|known| known.on <= sold.on && known != sold) {
                batch.put(key, Expect::Any, &sold)?;
            }
        }
        if batch.is_empty() { Ok(()) } else { self.store.commit(batch) }
    }

    /// Every price that was noted.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn sold_prices(&self) -> Result<SoldPrices, StoreError> {
        let mut prices = SoldPrices::new();
        let mut after = None;
        loop {
            let page = self.store.scan(&Key::below(["sold"]), after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(prices) };
            after = Some(last.key.clone());
            for document in page {
                let sold: Sold = document.record()?;
                prices.insert((sold.port, sold.barcode), sold.price);
            }
        }
    }
}
