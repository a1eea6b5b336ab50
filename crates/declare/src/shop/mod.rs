//! An invented shop: its goods with their filings, its customers, its orders without end, and small samples of all of them.
//!
//! It is what a demonstration sells and what tests declare. Nothing in it is anybody's: barcodes are of the range that every
//! shop may use for itself, people were born more than a century ago, and enterprises have example names. Everything
//! else is as real orders are: each one is declarable under [`SAMPLE_CONFIGURATION`] with the filings of [`goods`].

pub mod goods;
mod json;
pub mod order;
pub mod orders;
pub mod people;
pub mod random;
mod served;
mod shelf;

#[cfg(test)]
mod tests;

use filing::record::Filing;
use ports::store::StoreError;

use crate::build::Filings;

pub use json::yuan;
pub use orders::Generator;
pub use served::{OpenShop, Opening};

/// The filings as a workbook.
pub const SAMPLE_FILINGS_XLSX: &[u8] = include_bytes!("../../../../samples/filings.xlsx");
/// The same filings as text in GB18030, the way spreadsheets of Chinese systems save it.
pub const SAMPLE_FILINGS_CSV: &[u8] = include_bytes!("../../../../samples/filings.csv");
/// 24 orders, each of which shows something else; three of them have to be held.
pub const SAMPLE_ORDERS: &str = include_str!("../../../../samples/orders.jsonl");
/// A configuration under which the shop's orders are declared.
pub const SAMPLE_CONFIGURATION: &str = include_str!("../../../../samples/customs.toml");

/// The filings of all goods, without a book.
#[derive(Debug, Clone, Copy)]
pub struct Shelf;

impl Filings for Shelf {
    fn filing(&self, port: &str, barcode: &str) -> Result<Option<Filing>, StoreError> {
        let port = goods::ShopPort::ALL.into_iter().find(|known| known.name() == port);
        Ok(port.and_then(|port| goods::product(barcode)?.filing(port)))
    }
}
