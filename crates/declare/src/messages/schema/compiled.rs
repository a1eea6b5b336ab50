//! The fast way through the gate: a schema as a table, and one pass over the bytes of a message.
//!
//! The table is made at start from the very XSDs that the full gate is made from. The pass knows only the form in which this
//! program writes - prefix `ceb:`, no white space between elements, no attributes but the root's, no comments - and only the
//! parts of XSD that are listed in [`Text`]. It says yes or "not at sight", never no: whatever it does not know goes to the
//! full gate, which has the last word and tells the faults. So all it must not do is say yes where the full gate says no;
//! the tests hold both, and xmllint, against each other over every field broken in every way.

use std::collections::HashMap;

use uppsala::dom::{Document, NodeId};

use super::preparation::mask;
use super::{CEB, DSIG, SchemaGate};
use crate::messages::narrow;
use crate::messages::reading::{self, MAX_DEPTH};

/// The longest integer accepted: any of so many digits is in the range of `xs:int`.
const INTEGER_DIGITS: usize = 9;

/// A schema as a table.
pub(super) struct Table {
    /// The opening tag of the root up to its first attribute.
    root: Vec<u8>,
    /// The root's attributes, all required, in canonical order.
    attributes: Vec<(Vec<u8>, Text)>,
    /// The closing tag of the root.
    end: Vec<u8>,
    content: usize,
    types: Vec<Content>,
}

/// What may stand in an element.
enum Content {
    Text(Text),
    /// Elements in this order.
    Sequence(Vec<Particle>),
    /// Something this table cannot say; never accepted at sight.
    Beyond,
}

/// A place in a sequence.
struct Particle {
    place: Place,
    min: usize,
    max: usize,
}

enum Place {
    Element { open: Vec<u8>, close: Vec<u8>, content: usize, fixed: Option<Vec<u8>> },
    Signature,
}

/// Texts, by what is accepted at sight; each is a part of what its schema type allows.
#[derive(Clone, Copy)]
enum Text {
    /// So many characters.
    Characters { min: usize, max: usize },
    /// Digits, and a point with digits after it.
    Decimal { digits: usize, fraction: usize },
    /// Digits.
    Integer { digits: usize },
}

impl Table {
    /// Makes the table of a joined schema; nothing when its root cannot be put into one.
    pub(super) fn of(schema: &str) -> Option<Self> {
        let doc = uppsala::parse(schema).ok()?;
        Compiler::new(&doc).table()
    }

    /// Whether the message is valid at sight. `false` says nothing.
    pub(super) fn accepts(&self, gate: &SchemaGate, xml: &str) -> bool {
        self.pass(gate, xml).is_some()
    }

    fn pass(&self, gate: &SchemaGate, xml: &str) -> Option<()> {
        let mut scan = Scan { xml, at: 0, gate };
        scan.take(narrow::DECLARATION.as_bytes())?;
        scan.take(&self.root)?;
        for (name, text) in &self.attributes {
            scan.take(name)?;
            let length = memchr::memchr(b'"', scan.rest())?;
            let value = &scan.rest()[..length];
            // No white space, reference or character beyond ASCII: an attribute's value is then what is written.
            let plain = value.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'&'));
            if !plain || !text.allows(value, length) {
                return None;
            }
            scan.at += length + 1;
        }
        scan.take(b">")?;
        self.inside(self.content, &mut scan, 1)?;
        scan.take(&self.end)?;
        scan.rest().is_empty().then_some(())
    }

    /// Passes over the content of an element.
    fn inside(&self, content: usize, scan: &mut Scan<'_>, depth: u32) -> Option<()> {
        if depth >= MAX_DEPTH {
            return None;
        }
        match self.types.get(content)? {
            Content::Beyond => None,
            Content::Text(text) => {
                let (raw, characters) = scan.text()?;
                text.allows(raw, characters).then_some(())
            }
            // A schema's sequence is passed greedily: an element that fits stays where it fits first.
            Content::Sequence(particles) => {
                for particle in particles {
                    let mut count = 0;
                    while count < particle.max && self.place(&particle.place, scan, depth)? {
                        count += 1;
                    }
                    if count < particle.min {
                        return None;
                    }
                }
                Some(())
            }
        }
    }

    /// Passes over one element if it is the one of this place.
    fn place(&self, place: &Place, scan: &mut Scan<'_>, depth: u32) -> Option<bool> {
        match place {
            Place::Signature => scan.signature(),
            Place::Element { open, close, content, fixed } => {
                if scan.take(open).is_none() {
                    return Some(false);
                }
                let start = scan.at;
                self.inside(*content, scan, depth + 1)?;
                if fixed
                    .as_ref()
                    .is_some_and(|fixed| fixed.as_slice() != &scan.xml.as_bytes()[start..scan.at])
                {
                    return None;
                }
                scan.take(close)?;
                Some(true)
            }
        }
    }
}

impl Text {
    /// Whether a text is allowed; `characters` is its length with each reference counted as one.
    fn allows(self, raw: &[u8], characters: usize) -> bool {
        let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        match self {
            Self::Characters { min, max } => (min..=max).contains(&characters),
            Self::Integer { digits: most } => raw.len() <= most && digits(raw),
            Self::Decimal { digits: most, fraction } => match memchr::memchr(b'.', raw) {
                None => raw.len() <= most && digits(raw),
                Some(point) => {
                    let (whole, after) = (&raw[..point], &raw[point + 1..]);
                    let fits = whole.len() + after.len() <= most && after.len() <= fraction;
                    fits && digits(whole) && digits(after)
                }
            },
        }
    }
}

/// A place in the message.
struct Scan<'m> {
    xml: &'m str,
    at: usize,
    gate: &'m SchemaGate,
}

impl<'m> Scan<'m> {
    fn rest(&self) -> &'m [u8] {
        &self.xml.as_bytes()[self.at..]
    }

    fn take(&mut self, wanted: &[u8]) -> Option<()> {
        self.rest().starts_with(wanted).then(|| self.at += wanted.len())
    }

    /// Takes a text up to the next tag: its bytes, and its length in characters.
    fn text(&mut self) -> Option<(&'m [u8], usize)> {
        let rest = self.rest();
        let (length, characters) = narrow::text(rest)?;
        self.at += length;
        Some((&rest[..length], characters))
    }

    /// Takes a signature that is the last thing in the root and valid by its own schema; `false` when there is none.
    fn signature(&mut self) -> Option<bool> {
        let rest = self.rest();
        if rest.starts_with(b"</") {
            return Some(false);
        }
        let end = memchr::memmem::rfind(rest, b"</")?;
        let signature = self.xml.get(self.at..self.at + end)?;
        let masked = mask(signature);
        let doc = reading::document(&masked).ok()?;
        let root = doc.element(doc.document_element()?)?;
        let ours = root.name.namespace_uri.as_deref() == Some(DSIG);
        // Nothing beside it: a comment or an instruction is for the full gate.
        let alone = doc.children_iter(doc.root()).count() == 1 && !signature.starts_with("<?");
        if !ours || !alone || !self.gate.signature.validate(&doc).is_empty() {
            return None;
        }
        self.at += end;
        Some(true)
    }
}

/// Reads a joined schema into a table.
struct Compiler<'d> {
    doc: &'d Document<'d>,
    named: HashMap<&'d str, NodeId>,
    numbers: HashMap<&'d str, usize>,
    types: Vec<Content>,
}

impl<'d> Compiler<'d> {
    fn new(doc: &'d Document<'d>) -> Self {
        let mut named = HashMap::new();
        for node in doc.document_element().into_iter().flat_map(|root| doc.children_iter(root)) {
            if let Some(name) = attribute(doc, node, "name")
                && matches!(kind(doc, node), "simpleType" | "complexType" | "attributeGroup")
            {
                named.insert(name, node);
            }
        }
        Self { doc, named, numbers: HashMap::new(), types: Vec::new() }
    }

    fn table(mut self) -> Option<Table> {
        let doc = self.doc;
        let schema = doc.document_element()?;
        let root = doc.children_iter(schema).find(|node| kind(doc, *node) == "element")?;
        let name = attribute(doc, root, "name")?;
        let whole = self.child(root, "complexType")?;
        let group = self.child(whole, "attributeGroup").and_then(|node| attribute(doc, node, "ref"))?;
        let group = *self.named.get(group.strip_prefix("ceb:")?)?;
        let mut attributes = Vec::new();
        for node in doc.children_iter(group).filter(|node| kind(doc, *node) == "attribute") {
            let name = attribute(doc, node, "name")?;
            attribute(doc, node, "use").filter(|required| *required == "required")?;
            let content = self.reference(attribute(doc, node, "type")?);
            let Content::Text(text) = *self.types.get(content)? else { return None };
            attributes.push((format!(" {name}=\"").into_bytes(), text));
        }
        let content = self.complex(whole);
        self.types.push(content);
        Some(Table {
            root: format!("<ceb:{name} xmlns:ceb=\"{CEB}\"").into_bytes(),
            attributes,
            end: format!("</ceb:{name}>").into_bytes(),
            content: self.types.len() - 1,
            types: self.types,
        })
    }

    fn child(&self, node: NodeId, wanted: &str) -> Option<NodeId> {
        self.doc.children_iter(node).find(|child| kind(self.doc, *child) == wanted)
    }

    /// The number of a type by its name.
    fn reference(&mut self, name: &'d str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.types.len();
        self.types.push(Content::Beyond);
        self.numbers.insert(name, number);
        let node = name.strip_prefix("ceb:").and_then(|name| self.named.get(name)).copied();
        self.types[number] = match node {
            Some(node) if kind(self.doc, node) == "complexType" => self.complex(node),
            Some(node) => self.simple(node).map_or(Content::Beyond, Content::Text),
            None if name == "xs:int" => Content::Text(Text::Integer { digits: INTEGER_DIGITS }),
            None => Content::Beyond,
        };
        number
    }

    /// A complex type: a sequence of elements and nothing else but the root's attributes.
    fn complex(&mut self, node: NodeId) -> Content {
        let doc = self.doc;
        let mut sequence = None;
        for child in elements(doc, node) {
            match kind(doc, child) {
                "annotation" => {}
                "attributeGroup" if kind_of_parent(doc, node) == "element" => {}
                "sequence" if sequence.is_none() => sequence = Some(child),
                _ => return Content::Beyond,
            }
        }
        let particles =
            sequence.and_then(|sequence| elements(doc, sequence).map(|child| self.particle(child)).collect());
        particles.map_or(Content::Beyond, Content::Sequence)
    }

    fn particle(&mut self, node: NodeId) -> Option<Particle> {
        let doc = self.doc;
        let occurs = |name| match attribute(doc, node, name) {
            None => Some(1),
            Some("unbounded") => Some(usize::MAX),
            Some(number) => number.parse().ok(),
        };
        let (min, max) = (occurs("minOccurs")?, occurs("maxOccurs")?);
        let place = match kind(doc, node) {
            "element" => {
                let name = attribute(doc, node, "name")?;
                let content = self.reference(attribute(doc, node, "type")?);
                let fixed = attribute(doc, node, "fixed").map(|fixed| fixed.as_bytes().to_vec());
                let (open, close) = (format!("<ceb:{name}>"), format!("</ceb:{name}>"));
                Place::Element { open: open.into_bytes(), close: close.into_bytes(), content, fixed }
            }
            // The joined schema has this where the file says `ref="ds:Signature"`.
            "any" if attribute(doc, node, "namespace") == Some(DSIG) && max == 1 => Place::Signature,
            _ => return None,
        };
        Some(Particle { place, min, max })
    }

    /// A simple type; nothing when it has a facet that the table does not know.
    fn simple(&self, node: NodeId) -> Option<Text> {
        let restriction = self.child(node, "restriction")?;
        let mut text = match attribute(self.doc, restriction, "base")? {
            "xs:string" => Text::Characters { min: 0, max: usize::MAX },
            "xs:decimal" => Text::Decimal { digits: usize::MAX, fraction: usize::MAX },
            "xs:int" => Text::Integer { digits: INTEGER_DIGITS },
            _ => return None,
        };
        for facet in elements(self.doc, restriction) {
            let value: usize = attribute(self.doc, facet, "value")?.parse().ok()?;
            match (&mut text, kind(self.doc, facet)) {
                (Text::Characters { min, max }, "length") => (*min, *max) = (value, value),
                (Text::Characters { min, .. }, "minLength") => *min = value,
                (Text::Characters { max, .. }, "maxLength") => *max = value,
                (Text::Decimal { digits, .. }, "totalDigits") => *digits = value,
                (Text::Decimal { fraction, .. }, "fractionDigits") => *fraction = value,
                (Text::Integer { digits }, "totalDigits") => *digits = value.min(INTEGER_DIGITS),
                _ => return None,
            }
        }
        Some(text)
    }
}

fn kind<'d>(doc: &'d Document<'d>, node: NodeId) -> &'d str {
    doc.element(node).map_or("", |element| element.name.local_name.as_ref())
}

fn kind_of_parent<'d>(doc: &'d Document<'d>, node: NodeId) -> &'d str {
    doc.parent(node).map_or("", |parent| kind(doc, parent))
}

fn elements<'d>(doc: &'d Document<'d>, node: NodeId) -> impl Iterator<Item = NodeId> + 'd {
    doc.children_iter(node).filter(|child| doc.element(*child).is_some())
}

fn attribute<'d>(doc: &'d Document<'d>, node: NodeId, name: &str) -> Option<&'d str> {
    let element = doc.element(node)?;
    element
        .attributes
        .iter()
        .find(|attribute| attribute.name.local_name == name)
        .map(|found| found.value.as_ref())
}
