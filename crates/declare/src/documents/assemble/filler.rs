//! Filling fields and gathering what does not fit.

use std::fmt;

use ports::fault::{Arg, Fault, Kind, Place, Text as Words};
use rust_decimal::Decimal;

use crate::documents::field::TextFault;
use crate::documents::{Number, Personal, Text, faults};

/// Where in an order a field comes from; written out only when there is something to say about it.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// A field of the order.
    Field(&'static str),
    /// A field of the line with this index.
    Line(usize, &'static str),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => f.write_str(name),
            Self::Line(index, name) => write!(f, "lines[{index}].{name}"),
        }
    }
}

/// Gathers faults while fields are filled. A field that cannot be filled gets a stand-in, which never leaves the assembly:
/// one fault and there are no documents.
pub(super) struct Filler<'a> {
    pub(super) order_no: &'a str,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Filler<'a> {
    pub(super) fn fault(&mut self, kind: &'static Kind, at: At) -> Arguments<'_> {
        self.faults.push(kind.at(Place::order(self.order_no, at.to_string())));
        let last = self.faults.len() - 1;
        Arguments(&mut self.faults[last].args)
    }

    pub(super) fn text<const MAX: usize>(&mut self, at: At, value: &'a str) -> Text<'a, MAX> {
        match Text::parse(value) {
            Ok(text) => text,
            Err(TextFault::Empty) => {
                self.fault(&faults::EMPTY, at).push(("field", at.to_string()));
                Text::NOTHING
            }
            Err(TextFault::TooLong(length)) => {
                let args =
                    [("field", at.to_string()), ("length", length.to_string()), ("max", MAX.to_string())];
                self.fault(&faults::TOO_LONG, at).extend(args);
                Text::NOTHING
            }
        }
    }

    /// A text that may be missing here because its absence was told already.
    pub(super) fn known<const MAX: usize>(&mut self, at: At, value: &'a str) -> Text<'a, MAX> {
        if value.is_empty() { Text::NOTHING } else { self.text(at, value) }
    }

    pub(super) fn personal<const MAX: usize>(&mut self, at: At, value: &'a str) -> Personal<'a, MAX> {
        Personal(self.text(at, value))
    }

    pub(super) fn number(&mut self, at: At, value: Decimal) -> Number {
        self.fitting(at, value, Number::parse(value))
    }

    /// A weight in kilograms.
    pub(super) fn weight(&mut self, at: At, value: Decimal) -> Number {
        self.fitting(at, value, Number::kilograms(value))
    }

    fn fitting(&mut self, at: At, value: Decimal, number: Option<Number>) -> Number {
        number.unwrap_or_else(|| {
            self.fault(&faults::NUMBER, at).extend([("field", at.to_string()), ("value", value.to_string())]);
            Number::ZERO
        })
    }

    /// A product, checked: quantities of filings are only bounded by their digits.
    pub(super) fn product(&mut self, at: At, a: Decimal, b: Decimal) -> Number {
        match a.checked_mul(b) {
            Some(product) => self.number(at, product),
            None => self.number(at, Decimal::MAX),
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
