//! Searching the book: an index of what people look for, held in memory.
//!
//! A book of a hundred thousand filings takes some 20 MB here, and is searched in a few milliseconds; reading all of its
//! documents would take a hundred times as long. Every filing is in the order of the book, port and barcode. The index knows
//! the imports it was made of: after another one, or after one was undone, it is stale and made anew.

use std::ops::ControlFlow;

use ports::store::StoreError;

use super::{Book, Filter, ImportId, ImportState};
use crate::barcode::Barcode;
use crate::hs::HsCode;

/// What is looked for: every part that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The port, by its name in the catalogue.
    pub port: Option<String>,
    /// Words that each stand in the barcode, the commodity code, the name or the shop's own number, whatever their case.
    pub text: String,
}

/// Where a filing is that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its port.
    pub port: String,
    /// Its barcode.
    pub barcode: Barcode,
}

/// The index of a book as it stood at one moment.
#[derive(Debug, Default)]
pub struct Index {
    made_of: Vec<ImportId>,
    rows: Vec<Row>,
    /// The ports, each once; a row has its number.
    ports: Vec<String>,
}

#[derive(Debug)]
struct Row {
    port: u32,
    barcode: Barcode,
    hs_code: HsCode,
    /// Name, barcode and the shop's own number, in lower case.
    words: Box<str>,
}

impl Index {
    /// Reads the whole book.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be read.
    pub fn of(book: &Book) -> Result<Self, StoreError> {
        let mut index = Self { made_of: imports_of(book)?, ..Self::default() };
        book.each(&Filter::default(), &mut |filing| {
            // The book is in the order of its ports.
            if index.ports.last() != Some(&filing.port) {
                index.ports.push(filing.port.clone());
            }
            let mut words = filing.name.as_str().to_lowercase();
            let number = filing.item_no.as_ref().map_or("", |number| number.as_str());
            for number in [filing.barcode.as_str(), number] {
                words.push('\n');
                words.push_str(&number.to_lowercase());
            }
            index.rows.push(Row {
                port: u32::try_from(index.ports.len() - 1).unwrap_or(u32::MAX),
                barcode: filing.barcode.clone(),
                hs_code: filing.hs_code,
                words: words.into(),
            });
            ControlFlow::Continue(())
        })?;
        Ok(index)
    }

    /// Whether the book is as it was.
    ///
    /// # Errors
    /// [`StoreError`] when the list of imports cannot be read.
    pub fn is_fresh(&self, book: &Book) -> Result<bool, StoreError> {
        Ok(self.made_of == imports_of(book)?)
    }

    /// How many filings the book has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the book is empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The ports that have filings.
    pub fn ports(&self) -> &[String] {
        &self.ports
    }

    /// The filings that fit: how many there are, and those from the `from`th on, at most `limit`.
    pub fn search(&self, search: &Search, from: usize, limit: usize) -> (usize, Vec<Found>) {
        let words: Vec<String> = search.text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let wanted = |row: &Row| {
            let port = self.port(row);
            search.port.as_deref().is_none_or(|wanted| wanted == port)
                && words.iter().all(|word| {
                    row.words.contains(word.as_str())
                        || row.hs_code.as_str().starts_with(word.as_str())
                        || port == word
                })
        };
        let mut count = 0;
        let mut found = Vec::new();
        for row in self.rows.iter().filter(|row| wanted(row)) {
            if count >= from && found.len() < limit {
                found.push(Found { port: self.port(row).to_owned(), barcode: row.barcode.clone() });
            }
            count += 1;
        }
        (count, found)
    }

    fn port(&self, row: &Row) -> &str {
        usize::try_from(row.port).ok().and_then(|at| self.ports.get(at)).map_or("", String::as_str)
    }
}

/// The imports that count. One under way changes nothing yet.
fn imports_of(book: &Book) -> Result<Vec<ImportId>, StoreError> {
    let imports = book.imports()?.into_iter();
    Ok(imports.filter(|import| import.state == ImportState::Committed).map(|import| import.id).collect())
}
