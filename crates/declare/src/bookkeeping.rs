//! The work on the book of filings that the command line and the page have in common, so that both give the same result for
//! the same file: what rows are judged by, how a sheet is read, and how filings are sent to the platform.

use std::sync::Arc;
use std::time::Duration;

use filing::book::{Book, SoldPrices};
use filing::import::ImportOptions;
use filing::record::{CheckOptions, Filing};
use filing::sync::{CALLS_PER_SECOND, ItemCall, SyncOptions};
use filing::tariff::{Tariff, shelf};
use jiff::Timestamp;
use jiff::civil::Date;
use ports::catalogue::Catalogue;
use ports::clock::{SystemClock, beijing};
use ports::store::{Store, StoreError};
use ports::xiaohongshu::v3;

/// What rows are judged by: the tariff, the ports, and what the goods were sold for.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// The built-in tables with the user's own over them.
    pub tariff: Arc<Tariff>,
    /// The ports, those included that the platform has named since.
    pub catalogue: Arc<Catalogue>,
    /// The prices at which goods were declared.
    pub sold: Arc<SoldPrices>,
}

/// How a sheet is wanted to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// The port of rows that name none, by any name or code of the catalogue.
    pub port: Option<String>,
    /// The sheet of the workbook; the one that looks most like filings when none is named.
    pub sheet: Option<String>,
    /// Take every row or none.
    pub whole_file: bool,
}

impl Grounds {
    /// Those of a program that has no book yet.
    pub fn builtin() -> Self {
        let catalogue = Arc::new(Catalogue::builtin().clone());
        Self { tariff: Arc::new(Tariff::builtin().clone()), catalogue, sold: Arc::default() }
    }

    /// Those of a book.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn of(store: &dyn Store, book: &Book) -> Result<Self, StoreError> {
        let catalogue = Arc::new(Catalogue::load(store, v3::NAME)?);
        Ok(Self { tariff: shelf::load(store)?, catalogue, sold: Arc::new(book.sold_prices()?) })
    }

    /// How a sheet is read and imported at a moment; `progress` is told how many rows were read.
    pub fn options<'g>(
        &'g self,
        wish: &Wish,
        now: Timestamp,
        progress: &'g (dyn Fn(u64) + Sync),
    ) -> ImportOptions<'g> {
        let Wish { port, sheet, whole_file } = wish.clone();
        let check = CheckOptions {
            default_port: port,
            today: day(now),
            tariff: &self.tariff,
            catalogue: &self.catalogue,
            sold: Arc::clone(&self.sold),
        };
        ImportOptions { check, sheet, whole_file, now, progress: Some(progress) }
    }
}

/// The day in Beijing.
pub fn day(now: Timestamp) -> Date {
    now.to_zoned(beijing()).date()
}

fn no_wait(_: Duration) {}

/// Whether the platform has a filing as it is, by what was recorded.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn is_synced(
    store: &dyn Store,
    filing: &Filing,
    catalogue: &Catalogue,
    tariff: &Tariff,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let options = sync_options(catalogue, tariff, ItemCall::Create, None, now, &no_wait, &|_, _| {});
    filing::sync::is_synced(store, filing, &options)
}

/// How filings are sent to the platform.
pub fn sync_options<'s>(
    catalogue: &'s Catalogue,
    tariff: &'s Tariff,
    item_call: ItemCall,
    limit: Option<u64>,
    now: Timestamp,
    sleep: &'s dyn Fn(Duration),
    progress: &'s dyn Fn(u64, u64),
) -> SyncOptions<'s> {
    SyncOptions {
        catalogue,
        tariff,
        today: day(now),
        item_call,
        limit,
        per_second: CALLS_PER_SECOND,
        clock: &SystemClock,
        sleep,
        progress,
    }
}
