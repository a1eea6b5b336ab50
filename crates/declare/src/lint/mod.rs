//! Anybody's messages, held against the specification: well-formed, of a known kind, right by the schema, by the rules of a
//! document, and by the rules that tie documents together when several are given.
//!
//! Everything found in every file is told. A file is valid when nothing of error severity was found in it. The rules are
//! listed in [`rules`], each under an id by which it can be let pass; the rules that `declare build` holds its own documents
//! to bear the same codes here.

mod across;
mod amounts;
mod codes;
pub mod faults;
mod fields;
pub mod rules;
mod texts;
mod view;

use std::collections::BTreeSet;

use filing::tariff::Tariff;
use jiff::civil::Date;
use ports::fault::Fault;
use serde::Serialize;

use self::view::{Document, Facts, Kind};
use crate::messages::reading::{Tree, decode, enveloped, parse};
use crate::messages::schema::SchemaGate;
use crate::messages::signature::{Verdict, verify};
use crate::messages::{faults as message_faults, receipts};

/// How files are checked.
#[derive(Debug)]
pub struct Options<'o> {
    /// The legal units.
    pub tariff: &'o Tariff,
    /// The day, for identity numbers and units.
    pub today: Date,
    /// Ids of rules whose findings do not count.
    pub allowed: BTreeSet<&'static str>,
}

/// What was found in a file.
#[derive(Debug)]
pub struct Checked {
    /// The file as it was named.
    pub file: String,
    /// The root element's name, when there is one.
    pub message_type: Option<String>,
    /// How many documents it holds.
    pub documents: usize,
    /// What is to be said of its signature.
    pub signature: Signature,
    /// Everything that was found, in the order of lines.
    pub faults: Vec<Fault>,
    /// Findings of rules that were allowed.
    pub allowed: Vec<Fault>,
}

/// What is to be said of a file's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signature {
    /// There is none.
    None,
    /// It is right.
    Valid,
    /// It is wrong.
    Invalid,
    /// The file could not be read so far.
    Unchecked,
}

impl Checked {
    /// Whether nothing of error severity was found.
    pub fn is_valid(&self) -> bool {
        !self.faults.iter().any(Fault::is_error)
    }
}

/// A run over files. Of each file only what the rules between documents need is kept.
#[derive(Debug)]
pub struct Lint<'o> {
    options: &'o Options<'o>,
    files: Vec<Checked>,
    facts: Vec<Facts>,
}

impl<'o> Lint<'o> {
    /// A run that has seen nothing yet.
    pub fn new(options: &'o Options<'o>) -> Self {
        Self { options, files: Vec::new(), facts: Vec::new() }
    }

    /// Adds a file that could not be read.
    pub fn add_unread(&mut self, file: &str, fault: Fault) {
        self.files.push(Checked {
            file: file.to_owned(),
            message_type: None,
            documents: 0,
            signature: Signature::Unchecked,
            faults: vec![fault],
            allowed: Vec::new(),
        });
    }

    /// Checks a file by itself.
    pub fn add(&mut self, file: &str, bytes: &[u8]) {
        let mut checked = Checked {
            file: file.to_owned(),
            message_type: None,
            documents: 0,
            signature: Signature::Unchecked,
            faults: Vec::new(),
            allowed: Vec::new(),
        };
        if let Err(fault) = self.bytes(bytes, &mut checked, None) {
            checked.faults.push(*fault);
        }
        self.files.push(checked);
    }

    /// Holds the documents of all files against each other, and ends the run.
    pub fn finish(mut self) -> Vec<Checked> {
        for (file, fault) in across::check(&self.facts) {
            if let Some(checked) = self.files.get_mut(file) {
                checked.faults.push(fault);
            }
        }
        for checked in &mut self.files {
            let found = std::mem::take(&mut checked.faults);
            let (allowed, mut counted): (Vec<Fault>, Vec<Fault>) = found
                .into_iter()
                .partition(|fault| rules::of(fault).is_some_and(|id| self.options.allowed.contains(id)));
            counted.sort_by_key(|fault| fault.at.line);
            for fault in &mut counted {
                fault.at.file = Some(checked.file.clone());
            }
            checked.faults = counted;
            checked.allowed = allowed;
        }
        self.files
    }

    fn bytes(&mut self, bytes: &[u8], checked: &mut Checked, sender: Option<&str>) -> Result<(), Box<Fault>> {
        let decoded = decode(bytes)?;
        checked.faults.extend(decoded.remark.clone());
        let tree = parse(&decoded.text)?;
        if sender.is_none()
            && let Some(inner) = enveloped(&tree)
        {
            let sender = view::sender(&tree).unwrap_or_default();
            return self.bytes(&inner?, checked, Some(&sender));
        }
        let root = tree.root();
        checked.message_type = Some(root.name().to_owned());
        if receipts::is_receipt(root.name()) {
            let read = receipts::of_tree(&tree)?;
            checked.documents = read.answers.len();
            checked.faults.extend(read.faults);
            checked.signature = Signature::None;
            return Ok(());
        }
        let Some(kind) = Kind::of(root.name()) else {
            return Err(Box::new(message_faults::KIND.at(view::place(root)).with("root", root.name())));
        };
        self.message(kind, &tree, &decoded.text, checked, sender);
        Ok(())
    }

    fn message(
        &mut self,
        kind: Kind,
        tree: &Tree<'_>,
        text: &str,
        checked: &mut Checked,
        sender: Option<&str>,
    ) {
        let documents: Vec<Document<'_>> = Document::all(kind, tree).collect();
        checked.documents = documents.len();
        let found = &mut checked.faults;
        if documents.is_empty() {
            let fault = message_faults::EMPTY.at(view::place(tree.root()));
            found.push(fault.with("document", kind.head()));
        }
        checked.signature = signature(text, found);
        let before = found.len();
        for document in &documents {
            fields::check(document, found);
        }
        let clean = found[before..].iter().all(|fault| !fault.is_error());
        schema(kind, &documents, text, clean, found);
        for document in &documents {
            amounts::check(document, self.options, found);
            codes::check(document, checked.signature, found);
            texts::check(document, self.options.today, found);
        }
        codes::sender(tree, sender, found);
        let file = self.files.len();
        self.facts.extend(documents.iter().map(|document| document.facts(file)));
    }
}

/// Verifies the signature, if there is one.
fn signature(text: &str, found: &mut Vec<Fault>) -> Signature {
    match verify(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        Verdict::Unsigned => Signature::None,
        Verdict::Valid => Signature::Valid,
        Verdict::NotXml => Signature::Unchecked,
        wrong => {
            found.push(faults::SIGNATURE.fault().with("reason", wrong));
            Signature::Invalid
        }
    }
}

/// What the schema says besides what the fields' own check has said in plainer words.
fn schema(kind: Kind, documents: &[Document<'_>], text: &str, clean: bool, found: &mut Vec<Fault>) {
    let saved = documents.iter().all(|document| document.head.field("appStatus") == Some("1"));
    let Some(kind) = kind.message() else { return };
    let Ok(gate) = SchemaGate::of(kind.schema(!saved)) else { return };
    let told: Vec<String> = found.iter().filter_map(|fault| fault.at.path.clone()).collect();
    for refusal in gate.check(text) {
        // The gate names the element; who has told of it or of something inside has said more.
        let path = refusal.path.clone().unwrap_or_default();
        if !clean && (path.is_empty() || told.iter().any(|other| other.starts_with(&path))) {
            continue;
        }
        let place = ports::fault::Place { line: refusal.line, path: refusal.path, ..Default::default() };
        found.push(faults::SCHEMA.at(place).with("reason", refusal.text));
    }
}
