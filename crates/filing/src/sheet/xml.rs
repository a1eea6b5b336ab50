//! XML in pieces of bounded size and depth, without document types and without entities of its own.

use std::borrow::Cow;
use std::io::BufRead;

use ports::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::bounds::{Bound, CELL_BYTES, DEPTH, fault_in};
use super::guard::Guard;
use crate::faults;

/// A stream of XML events.
pub(super) struct Xml<R> {
    reader: Reader<Guard<R>>,
    buffer: Vec<u8>,
    depth: u64,
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(source: Guard<R>) -> Self {
        Self { reader: Reader::from_reader(source), buffer: Vec::with_capacity(1024), depth: 0 }
    }

    /// The next event; [`Event::Eof`] only where the XML is complete.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Event<'_>, Box<Fault>> {
        self.buffer.clear();
        self.reader.get_mut().next_piece();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(&error))?;
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                DEPTH.check(self.depth)?;
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(faults::FILE_DOCTYPE.fault().into()),
            Event::Eof if self.depth > 0 => return Err(malformed("the XML breaks off")),
            _ => {}
        }
        Ok(event)
    }

    /// The bytes at hand, between two events; a reader that knows what it looks for may take some of them itself.
    #[inline]
    pub(super) fn at_hand(&mut self) -> Result<&[u8], Box<Fault>> {
        let source = self.reader.get_mut();
        source.next_piece();
        source.fill_buf().map_err(|error| broken_io(&error))
    }

    /// Takes bytes at hand, which hold as many starts as ends.
    #[inline]
    pub(super) fn take(&mut self, count: usize) {
        self.reader.get_mut().consume(count);
    }

    /// Skips to the end of the element whose start was just read.
    pub(super) fn skip(&mut self) -> Result<(), Box<Fault>> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// Appends the text of the element whose start was just read, up to its end. Elements inside are passed over.
    pub(super) fn text(&mut self, into: &mut String) -> Result<(), Box<Fault>> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            let event = self.next()?;
            push_text(&event, into)?;
        }
        Ok(())
    }
}

/// Appends what an event adds to the text of its element.
#[inline]
pub(super) fn push_text(event: &Event<'_>, into: &mut String) -> Result<(), Box<Fault>> {
    match event {
        Event::Text(text) => push_lines(text.as_ref(), into),
        Event::CData(text) => push_lines(text.as_ref(), into),
        Event::GeneralRef(entity) => {
            let letter = match entity.as_ref() {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                name => match entity.resolve_char_ref() {
                    Ok(Some(letter)) => letter,
                    _ => return Err(malformed(&format!("&{name};"))),
                },
            };
            into.push(letter);
        }
        _ => return Ok(()),
    }
    CELL_BYTES.check(u64::try_from(into.len()).unwrap_or(u64::MAX))
}

/// Line breaks become one line feed, as XML wants them read.
fn push_lines(text: &str, into: &mut String) {
    if text.as_bytes().contains(&b'\r') {
        into.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        into.push_str(text);
    }
}

/// An attribute's value as it stands there, by its name without prefix.
pub(super) fn attribute<'e>(
    element: &'e BytesStart<'_>,
    name: &str,
) -> Result<Option<Cow<'e, str>>, Box<Fault>> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed(&error.to_string()))?;
        if attribute.key.local_name().as_ref() == name {
            return match attribute.value {
                plain if !plain.contains('&') => Ok(Some(plain)),
                escaped => match quick_xml::escape::unescape(&escaped) {
                    Ok(text) => Ok(Some(Cow::Owned(text.into_owned()))),
                    Err(error) => Err(malformed(&error.to_string())),
                },
            };
        }
    }
    Ok(None)
}

/// Whether an attribute says yes, as XML Schema spells it.
pub(super) fn is_set(element: &BytesStart<'_>, name: &str) -> Result<bool, Box<Fault>> {
    Ok(attribute(element, name)?.is_some_and(|value| matches!(value.as_ref(), "1" | "true")))
}

/// What cannot be read of a workbook.
pub(super) fn malformed(reason: &str) -> Box<Fault> {
    Box::new(faults::FILE_WORKBOOK.fault().with("reason", reason))
}

fn broken(error: &quick_xml::Error) -> Box<Fault> {
    match error {
        quick_xml::Error::Io(error) => broken_io(error),
        other => malformed(&other.to_string()),
    }
}

/// What is behind an error of reading: a bound, or a file that breaks off.
pub(super) fn broken_io(error: &std::io::Error) -> Box<Fault> {
    fault_in(error).unwrap_or_else(|| malformed(&error.to_string()))
}

/// A guarded reader of one piece of XML; `most` bytes are all there may be.
pub(super) fn guarded<R: BufRead>(source: R, most: u64, bound: &'static Bound) -> Xml<R> {
    // One more than there may be is where the guard stops.
    Xml::new(Guard::new(source, &super::bounds::PIECE_BYTES, most.saturating_add(1), bound))
}
