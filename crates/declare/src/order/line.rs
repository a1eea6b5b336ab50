//! One line of an orders file: `{"platform", "detail", "declare_info", "receiver", "waybill"}`.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead};

use ports::fault::{Fault, Place, Text};
use ports::xiaohongshu::lenient::or_default;
use ports::xiaohongshu::{DeclareInfos, OrderDetail, ReceiverInfos};
use serde::Deserialize;
use serde_json::error::Category;

use super::waybill::WireWaybill;
use super::{Order, Parts, faults, xiaohongshu};
use crate::documents::field::clean;
use crate::setting::Setting;

/// The longest line read: an order of 99 lines with long names stays under 200 kB; four megabytes leave room for platforms
/// that add fields, and keep a file without line breaks from filling the memory.
pub const MAX_LINE_BYTES: usize = 4 << 20;
/// The most pieces of a line: beyond anything a parcel holds, and small enough that no product overflows.
pub const MAX_QUANTITY: i64 = 1_000_000;
/// The largest amount of an order in fen: a hundred million yuan.
pub const MAX_FEN: i64 = 10_000_000_000;
/// The longest order number, in characters.
const MAX_ORDER_NO: usize = 60;
/// The platform that a line without `platform` comes from.
const DEFAULT_PLATFORM: &str = "xiaohongshu";

/// A line of the file. It holds personal data: its `Debug` shows how long it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, the first being 1.
    pub number: u64,
    /// Its bytes, without the line break; nothing when it was longer than [`MAX_LINE_BYTES`].
    pub text: Option<Vec<u8>>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({}, {:?} bytes)", self.number, self.text.as_ref().map(Vec::len))
    }
}

/// Reads lines one by one; blank ones are passed over.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Reader<R> {
    /// Reads from an input.
    pub fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line, or nothing at the end.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut text = Vec::new();
            let (read, fits) = self.read_bounded(&mut text)?;
            if !read {
                return Ok(None);
            }
            self.number += 1;
            if !fits {
                return Ok(Some(Line { number: self.number, text: None }));
            }
            if text.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return Ok(Some(Line { number: self.number, text: Some(text) }));
            }
        }
    }

    /// Reads up to a line break; says whether anything was read and whether it fitted.
    fn read_bounded(&mut self, text: &mut Vec<u8>) -> io::Result<(bool, bool)> {
        let (mut read, mut fits) = (false, true);
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok((read, fits));
            }
            read = true;
            let end = memchr::memchr(b'\n', buffer);
            let part = &buffer[..end.unwrap_or(buffer.len())];
            if text.len() + part.len() > MAX_LINE_BYTES {
                fits = false;
                text.clear();
            } else if fits {
                text.extend_from_slice(part);
            }
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok((read, fits));
            }
        }
    }
}

/// The JSON of a line.
#[derive(Default, Deserialize)]
#[serde(default)]
struct WireLine {
    #[serde(deserialize_with = "or_default")]
    platform: String,
    #[serde(deserialize_with = "or_default")]
    detail: OrderDetail,
    #[serde(deserialize_with = "or_default")]
    declare_info: DeclareInfos,
    #[serde(deserialize_with = "or_default")]
    receiver: ReceiverInfos,
    #[serde(deserialize_with = "or_default")]
    waybill: WireWaybill,
}

/// What a line turned out to be.
#[derive(Debug)]
pub struct Reading {
    /// The order's number, as far as it could be read.
    pub order_no: String,
    /// The order, when all its parts could be read; whether it may be declared is for the faults to say.
    pub order: Option<Order>,
    /// What could be read of an order that lacks parts.
    pub parts: Option<Parts>,
    /// Everything found, errors and warnings.
    pub faults: Vec<Fault>,
}

impl Reading {
    fn refused(order_no: &str, fault: Fault) -> Self {
        Self { order_no: order_no.to_owned(), order: None, parts: None, faults: vec![fault] }
    }
}

/// Reads the order of a line.
pub fn read(line: &Line, setting: &Setting<'_>) -> Reading {
    let at = || Place { line: Some(line.number), ..Place::default() };
    let Some(text) = &line.text else {
        let fault = faults::LINE_TOO_LONG.at(at()).with("line", line.number).with("limit", MAX_LINE_BYTES);
        return Reading::refused("", fault);
    };
    // A mark at the head of the file is not part of its first order.
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    // One look at all of a text costs less than one at each of its parts.
    let parsed: Result<WireLine, _> = match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(text),
    };
    let wire = match parsed {
        Ok(wire) => wire,
        Err(error) if error.is_data() => return wrong_type(line.number, text, &error),
        Err(error) => {
            // The position is told, the content is not: the line holds personal data.
            let reason = match error.classify() {
                Category::Eof => Text { zh: "中断，可能被截断", en: "it breaks off" },
                Category::Syntax | Category::Data | Category::Io => {
                    Text { zh: "不是JSON", en: "it is not JSON" }
                }
            };
            let fault = faults::BAD_LINE.at(at()).with("line", line.number).with("column", error.column());
            return Reading::refused("", fault.with_words("reason", reason));
        }
    };
    let platform = wire.platform.trim();
    if !platform.is_empty() && platform != DEFAULT_PLATFORM {
        return Reading::refused("", faults::UNKNOWN_PLATFORM.at(at()).with("platform", platform));
    }
    let bundle = xiaohongshu::Bundle {
        detail: wire.detail,
        declare: wire.declare_info,
        receiver: wire.receiver,
        waybill: wire.waybill,
    };
    let order_no = order_number(&bundle.detail.order_id);
    if order_no.is_empty() {
        return Reading::refused("", faults::NO_ORDER_NO.at(at()).with("line", line.number));
    }
    let mut reading = xiaohongshu::read(order_no, bundle, setting);
    for fault in &mut reading.faults {
        fault.at.line = Some(line.number);
    }
    reading
}

/// An order number as documents and the ledger bear it: one text for both.
fn order_number(text: &str) -> String {
    clean(Cow::Borrowed(text)).into_owned()
}

/// Whether a number can be an order's: the document's field holds sixty characters, and platforms number in ASCII.
pub(super) fn can_be_order_number(number: &str) -> bool {
    number.len() <= MAX_ORDER_NO && number.is_ascii()
}

/// A line with a value of another type: the second look finds the field, and the order's number when that can be read. Values
/// are not told, as they may be personal.
fn wrong_type(line: u64, text: &[u8], error: &serde_json::Error) -> Reading {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let path = match serde_path_to_error::deserialize::<_, WireLine>(&mut reader) {
        Err(error) => error.path().to_string(),
        Ok(_) => String::new(),
    };
    let whole: serde_json::Value = serde_json::from_slice(text).unwrap_or_default();
    let order_no = whole.pointer("/detail/orderId").and_then(serde_json::Value::as_str).map(order_number);
    let order_no = order_no.filter(|number| can_be_order_number(number)).unwrap_or_default();
    let place = Place {
        line: Some(line),
        order_no: Some(order_no.clone()).filter(|number| !number.is_empty()),
        path: Some(path.clone()).filter(|path| path.starts_with(|first: char| first.is_ascii_lowercase())),
        ..Place::default()
    };
    let fault = match path.as_str() {
        _ if !path.starts_with(|first: char| first.is_ascii_lowercase()) => faults::NOT_AN_ORDER.at(place),
        field => faults::WRONG_TYPE.at(place).with("field", field),
    };
    Reading::refused(&order_no, fault.with("line", line).with("column", error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<(u64, Option<usize>)> {
        let mut reader = Reader::new(io::BufReader::with_capacity(7, input));
        std::iter::from_fn(|| reader.next_line().unwrap())
            .map(|line| (line.number, line.text.map(|text| text.len())))
            .collect()
    }

    #[test]
    fn lines_keep_their_numbers_across_blank_ones() {
        assert_eq!(lines(b"{}\n\n  \r\n{\"a\":1}"), [(1, Some(2)), (4, Some(7))]);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn a_line_without_end_is_passed_over_and_the_next_one_read() {
        let mut input = vec![b'x'; MAX_LINE_BYTES + 1];
        input.extend_from_slice(b"\n{}\n");
        assert_eq!(lines(&input), [(1, None), (2, Some(2))]);
    }
}
