//! Filling fields and gathering what does not fit.

use ports::fault::{Arg, Fault, Kind, Place, Text as Words};
use rust_decimal::Decimal;

use crate::documents::field::TextFault;
use crate::documents::{Number, Personal, Text, faults};

/// Gathers faults while fields are filled. A field that cannot be filled gets a stand-in, which never leaves this module:
/// one fault and there are no documents.
pub(super) struct Filler<'a> {
    pub(super) order_no: &'a str,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Filler<'a> {
    pub(super) fn fault(&mut self, kind: &'static Kind, path: &str) -> Arguments<'_> {
        self.faults.push(kind.at(Place::order(self.order_no, path)));
        let last = self.faults.len() - 1;
        Arguments(&mut self.faults[last].args)
    }

    pub(super) fn text<const MAX: usize>(&mut self, path: &str, value: &'a str) -> Text<'a, MAX> {
        match Text::parse(value) {
            Ok(text) => text,
            Err(TextFault::Empty) => {
                self.fault(&faults::EMPTY, path).push(("field", path.to_owned()));
                Text::default()
            }
            Err(TextFault::TooLong(length)) => {
                let args =
                    [("field", path.to_owned()), ("length", length.to_string()), ("max", MAX.to_string())];
                self.fault(&faults::TOO_LONG, path).extend(args);
                Text::default()
            }
        }
    }

    pub(super) fn personal<const MAX: usize>(&mut self, path: &str, value: &'a str) -> Personal<'a, MAX> {
        Personal(self.text(path, value))
    }

    pub(super) fn number(&mut self, path: &str, value: Decimal) -> Number {
        Number::parse(value).unwrap_or_else(|| {
            self.fault(&faults::NUMBER, path)
                .extend([("field", path.to_owned()), ("value", value.to_string())]);
            Number::ZERO
        })
    }

    /// A product, checked: quantities of filings are only bounded by their digits.
    pub(super) fn product(&mut self, path: &str, a: Decimal, b: Decimal) -> Number {
        match a.checked_mul(b) {
            Some(product) => self.number(path, product),
            None => self.number(path, Decimal::MAX),
        }
    }
}

/// What fills the texts of a fault just found.
pub(super) struct Arguments<'f>(&'f mut Vec<(&'static str, Arg)>);

impl Arguments<'_> {
    pub(super) fn push(&mut self, (name, value): (&'static str, String)) {
        self.0.push((name, Arg::Value(value)));
    }

    pub(super) fn extend(&mut self, args: impl IntoIterator<Item = (&'static str, String)>) {
        args.into_iter().for_each(|arg| self.push(arg));
    }

    pub(super) fn words(&mut self, name: &'static str, words: Words) {
        self.0.push((name, Arg::Words(words)));
    }
}
