//! From text to a tree of elements.

use std::borrow::Cow;
use std::collections::HashMap;

use ports::fault::Fault;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::tree::{Namespace, Node, Tree};
use super::{
    ATTRIBUTES, DEPTH, ELEMENTS, LONG_TEXTS, MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_NAMESPACES,
    MAX_TEXT_BYTES, NAMESPACES, TEXT_BYTES, at, limit, line_of,
};
use crate::messages::{NAMESPACE, faults};

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// What an element of an ordinary message takes, with its tags and text; room for the elements is made by it.
const BYTES_PER_ELEMENT: usize = 32;
/// Names that are counted beside each other in a table that is used again: emptying takes as long as the table is large, and
/// no document has as many fields.
const MAX_NAMES_KEPT: usize = 512;

/// Reads a text.
///
/// # Errors
/// The first fault: nothing behind it can be read with certainty.
pub fn parse(text: &str) -> Result<Tree<'_>, Box<Fault>> {
    forbidden_character(text)?;
    let mut reading = Reading::new(text);
    loop {
        let before = reading.offset();
        let event = reading.reader.read_event();
        let line = reading.advance(before);
        match event.map_err(|error| malformed(&error, line))? {
            Event::Start(start) => reading.open(&start, before, line, false)?,
            Event::Empty(start) => reading.open(&start, before, line, true)?,
            Event::End(_) => reading.close(),
            Event::Text(text) => reading.text(text.xml10_content(), line)?,
            Event::CData(text) => reading.text(text.xml10_content(), line)?,
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref() {
                    Ok(Some(letter)) if is_forbidden(letter) => return Err(forbidden(letter, line)),
                    Ok(Some(letter)) => letter,
                    Ok(None) => predefined(&reference).ok_or_else(|| {
                        Box::new(faults::ENTITY.at(at(line)).with("entity", format!("&{};", &*reference)))
                    })?,
                    Err(error) => return Err(malformed(&error, line)),
                };
                reading.text(Cow::Owned(letter.to_string()), line)?;
            }
            Event::Decl(declaration) => {
                let standalone = declaration.standalone().transpose().ok().flatten();
                let version = declaration.version().ok();
                if before != 0
                    || version.as_deref() != Some("1.0")
                    || standalone.is_some_and(|word| word != "yes" && word != "no")
                {
                    return Err(broken("the XML declaration is wrong", line));
                }
            }
            Event::DocType(_) => return Err(faults::DOCTYPE.at(at(line)).into()),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return reading.finish(line),
        }
    }
}

fn predefined(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn broken(reason: impl std::fmt::Display, line: u64) -> Box<Fault> {
    faults::MALFORMED.at(at(line)).with("reason", reason).into()
}

/// The parser's word for it. Names of elements may be in it, texts are not.
fn malformed(error: &Error, line: u64) -> Box<Fault> {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            broken(format!("</{found}> where </{expected}> should be"), line)
        }
        other => broken(other, line),
    }
}

/// Whether XML 1.0 has no place for a character.
fn is_forbidden(letter: char) -> bool {
    letter < ' ' && !matches!(letter, '\t' | '\n' | '\r') || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

fn forbidden(letter: char, line: u64) -> Box<Fault> {
    faults::CHARACTER.at(at(line)).with("character", format!("U+{:04X}", u32::from(letter))).into()
}

/// Refuses characters that XML forbids; a parser would pass some of them through.
fn forbidden_character(text: &str) -> Result<(), Box<Fault>> {
    let control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let first = text.as_bytes().iter().position(control);
    let first = first.or_else(|| text.find(['\u{fffe}', '\u{ffff}']));
    match first.and_then(|offset| Some((offset, text.get(offset..)?.chars().next()?))) {
        Some((offset, letter)) => Err(forbidden(letter, line_of(text.as_bytes(), offset))),
        None => Ok(()),
    }
}

/// A namespace declaration in force.
struct Binding {
    prefix: String,
    namespace: Namespace,
    depth: usize,
}

struct Reading<'t> {
    source: &'t str,
    reader: Reader<&'t [u8]>,
    tree: Tree<'t>,
    /// The elements that are open, from the root.
    open: Vec<usize>,
    /// By depth, from the root's own, how many elements of each name there are beside each other. The deepest ones may be
    /// left over from elements that are closed: they are emptied when the next one opens.
    counts: Vec<HashMap<&'t str, u32>>,
    bindings: Vec<Binding>,
    /// Where the next line break is; nothing when there is none any more.
    line_break: Option<usize>,
    line: u64,
}

impl<'t> Reading<'t> {
    fn new(source: &'t str) -> Self {
        Self {
            source,
            reader: Reader::from_str(source),
            tree: Tree {
                nodes: Vec::with_capacity((source.len() / BYTES_PER_ELEMENT).min(MAX_ELEMENTS)),
                attributes: Vec::new(),
            },
            open: Vec::new(),
            counts: Vec::new(),
            bindings: Vec::new(),
            line_break: memchr::memchr(b'\n', source.as_bytes()),
            line: 1,
        }
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.source.len())
    }

    /// The line of an offset; offsets only grow.
    fn advance(&mut self, to: usize) -> u64 {
        while let Some(there) = self.line_break.filter(|there| *there < to) {
            self.line += 1;
            let rest = self.source.as_bytes().get(there + 1..).unwrap_or_default();
            self.line_break = memchr::memchr(b'\n', rest).map(|next| there + 1 + next);
        }
        self.line
    }

    /// The piece of the source that a borrowed piece of an event is: the name of a tag at `offset`.
    fn source_name(&self, start: &BytesStart<'_>, offset: usize) -> &'t str {
        let length = start.name().into_inner().len();
        self.source.get(offset + 1..offset + 1 + length).unwrap_or_default()
    }

    fn open(
        &mut self,
        start: &BytesStart<'_>,
        offset: usize,
        line: u64,
        empty: bool,
    ) -> Result<(), Box<Fault>> {
        if self.open.is_empty() && !self.tree.nodes.is_empty() {
            return Err(broken("there is something behind the root element", line));
        }
        if self.tree.nodes.len() >= MAX_ELEMENTS {
            return Err(limit(ELEMENTS, MAX_ELEMENTS, line));
        }
        if self.open.len() >= MAX_DEPTH as usize {
            return Err(limit(DEPTH, MAX_DEPTH, line));
        }
        self.attributes(start, line)?;
        let full = self.source_name(start, offset);
        let (prefix, name) = full.split_once(':').unwrap_or(("", full));
        let bound = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        let namespace = match bound {
            Some(binding) => binding.namespace,
            None if prefix.is_empty() => Namespace::None,
            None => Namespace::Other,
        };
        let index = self.tree.nodes.len();
        let position = self.position(name);
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        self.tree.nodes.push(Node {
            name,
            text: Cow::Borrowed(""),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            parent: number(self.open.last().copied().unwrap_or(0)),
            position,
            end: number(index + 1),
            namespace,
        });
        self.open.push(index);
        if let Some(inside) = self.counts.get_mut(self.open.len()) {
            if inside.capacity() > MAX_NAMES_KEPT {
                *inside = HashMap::new();
            } else {
                inside.clear();
            }
        }
        if empty {
            self.close();
        }
        Ok(())
    }

    /// Which of the elements of its name beside it an element is that opens now.
    fn position(&mut self, name: &'t str) -> u32 {
        let depth = self.open.len();
        if self.counts.len() <= depth {
            self.counts.resize_with(depth + 1, HashMap::new);
        }
        self.counts.get_mut(depth).map_or(1, |beside| {
            let count = beside.entry(name).or_default();
            *count += 1;
            *count
        })
    }

    fn attributes(&mut self, start: &BytesStart<'_>, line: u64) -> Result<(), Box<Fault>> {
        let depth = self.open.len();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(limit(ATTRIBUTES, MAX_ATTRIBUTES, line));
            }
            let attribute = attribute.map_err(|error| broken(error, line))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| malformed(&error, line))?;
            let key = attribute.key.into_inner();
            let prefix = match key.split_once(':') {
                Some(("xmlns", prefix)) => prefix,
                None if key == "xmlns" => "",
                _ => {
                    if depth == 0 {
                        self.tree.attributes.push((key.to_owned(), value.into_owned()));
                    }
                    continue;
                }
            };
            if self.bindings.len() >= MAX_NAMESPACES {
                return Err(limit(NAMESPACES, MAX_NAMESPACES, line));
            }
            let namespace = match value.as_ref() {
                NAMESPACE => Namespace::Ceb,
                DSIG => Namespace::Signature,
                "" => Namespace::None,
                _ => Namespace::Other,
            };
            self.bindings.push(Binding { prefix: prefix.to_owned(), namespace, depth });
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(index) = self.open.pop() else { return };
        let end = u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.tree.nodes.get_mut(index) {
            node.end = end;
        }
        let depth = self.open.len();
        while self.bindings.last().is_some_and(|binding| binding.depth >= depth) {
            self.bindings.pop();
        }
    }

    fn text(&mut self, more: Cow<'t, str>, line: u64) -> Result<(), Box<Fault>> {
        let Some(node) = self.open.last().and_then(|index| self.tree.nodes.get_mut(*index)) else {
            return if more.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                Ok(())
            } else {
                Err(broken("there is text outside the root element", line))
            };
        };
        if node.text.len() + more.len() > MAX_TEXT_BYTES && !LONG_TEXTS.contains(&node.name) {
            return Err(limit(TEXT_BYTES, MAX_TEXT_BYTES, line));
        }
        if node.text.is_empty() {
            node.text = more;
        } else {
            node.text.to_mut().push_str(&more);
        }
        Ok(())
    }

    fn finish(self, line: u64) -> Result<Tree<'t>, Box<Fault>> {
        if !self.open.is_empty() {
            return Err(broken("it breaks off", line));
        }
        if self.tree.nodes.is_empty() {
            return Err(broken("there is no element in it", line));
        }
        Ok(self.tree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> (&'static str, Option<u64>) {
        let fault = parse(text).unwrap_err();
        (fault.code(), fault.at.line)
    }

    #[test]
    fn elements_keep_their_text_line_and_path() {
        let text = "<?xml version=\"1.0\"?>\n<x:R xmlns:x=\"http://www.chinaport.gov.cn/ceb\" guid=\"&#65;&lt;\">\n\
                    <x:D><a> 1&amp;2<!-- 3 --><![CDATA[<4>]]> </a></x:D>\n<x:D><y:a/>\n<a/></x:D></x:R>\n";
        let tree = parse(text).unwrap();
        assert_eq!(tree.attribute("guid"), Some("A<"));
        let root = tree.root();
        assert_eq!((root.name(), root.namespace(), root.line()), ("R", Namespace::Ceb, 2));
        let documents: Vec<_> = root.children().collect();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].field("a"), Some("1&2<4>"));
        assert_eq!(documents[0].child("a").unwrap().namespace(), Namespace::None);
        let second: Vec<_> = documents[1].children().collect();
        assert_eq!(second[0].namespace(), Namespace::Other);
        assert_eq!((second[1].path().as_str(), second[1].line()), ("/R/D[2]/a[2]", 5));
        assert_eq!(documents[1].field("a"), None);
    }

    #[test]
    fn namespaces_hold_where_they_are_declared() {
        let text = "<r><a xmlns=\"http://www.chinaport.gov.cn/ceb\"><b/></a><a><ds:S xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></a></r>";
        let tree = parse(text).unwrap();
        let found: Vec<_> = tree.root().children().map(|child| child.namespace()).collect();
        assert_eq!(found, [Namespace::Ceb, Namespace::None]);
        let inner = tree.root().children().flat_map(|child| child.children().map(|inner| inner.namespace()));
        assert_eq!(inner.collect::<Vec<_>>(), [Namespace::Ceb, Namespace::Signature]);
    }

    #[test]
    fn what_no_message_has_is_refused_with_its_line() {
        for (text, expected) in [
            ("", ("CEB-XML", Some(1))),
            ("text", ("CEB-XML", Some(1))),
            ("<a>\n<b>\n</a>", ("CEB-XML", Some(3))),
            ("<a>\n<b/>", ("CEB-XML", Some(2))),
            ("<a/>\n<b/>", ("CEB-XML", Some(2))),
            ("<a/>\ntext", ("CEB-XML", Some(1))),
            ("<a>&nbsp;</a>", ("CEB-XML-ENTITY", Some(1))),
            ("<a>&#0;</a>", ("CEB-XML", Some(1))),
            ("<a>&#11;</a>", ("CEB-XML-CHARACTER", Some(1))),
            ("<a>\n\u{0}</a>", ("CEB-XML-CHARACTER", Some(2))),
            ("<a>\n\u{ffff}</a>", ("CEB-XML-CHARACTER", Some(2))),
            ("<!DOCTYPE a><a/>", ("CEB-XML-DOCTYPE", Some(1))),
            ("<?xml version=\"1.1\"?><a/>", ("CEB-XML", Some(1))),
            ("<a b='1' b='2'/>", ("CEB-XML", Some(1))),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let deep = "<a>".repeat(MAX_DEPTH as usize + 1);
        let wide = format!("<a {}/>", (0..=MAX_ATTRIBUTES).map(|n| format!("a{n}='' ")).collect::<String>());
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        let long = format!("<a>{}</a>", "x".repeat(MAX_TEXT_BYTES + 1));
        let spaces: String = (0..40).map(|n| format!("xmlns:a{n}='' ")).collect();
        let spaces = format!("<a {spaces}><b {spaces}/></a>");
        for text in [deep, wide, many, long, spaces] {
            assert_eq!(code(&text), ("CEB-XML-LIMIT", Some(1)), "{}", &text[..40]);
        }
        assert!(parse(&format!("<oriBizMessage>{}</oriBizMessage>", "x".repeat(MAX_TEXT_BYTES + 1))).is_ok());
    }
}
