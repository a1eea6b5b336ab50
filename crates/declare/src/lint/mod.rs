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
mod findings;
mod frame;
pub mod rules;
mod texts;
mod view;

use std::collections::BTreeSet;

use filing::tariff::Tariff;
use jiff::civil::Date;
use ports::fault::{Arg, Fault, Place};
use ports::money::Yuan;
use serde::Serialize;

use self::findings::Findings;
use self::view::{Document, Facts, Kind};
use crate::messages::envelope::{CUSTOMS, Letter, enveloped};
use crate::messages::faults as message_faults;
use crate::messages::reading::{Tree, decode, parse};
use crate::messages::receipts::{self, Receipts};
use crate::messages::schema::{Schema, SchemaFault, SchemaGate};
use crate::messages::signature::{Certificate, Verdict, verify_knowing};
use crate::receipt::{Answer, TaxBillReceipt};
use crate::tax::BillLine;

/// How files are checked.
#[derive(Debug)]
pub struct Options<'o> {
    /// The legal units.
    pub tariff: &'o Tariff,
    /// The day, for identity numbers and units.
    pub today: Date,
    /// The certificate that the user's own messages bear, when it is at hand.
    pub certificate: Option<Certificate>,
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
        let mut found = Findings::default();
        if let Err(fault) = self.bytes(bytes, &mut checked, &mut found, None) {
            found.push(*fault);
        }
        checked.faults = found.finish();
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
                call_by_name(fault);
            }
            checked.faults = counted;
            checked.allowed = allowed;
        }
        self.files
    }

    fn bytes(
        &mut self,
        bytes: &[u8],
        checked: &mut Checked,
        found: &mut Findings,
        letter: Option<&Letter>,
    ) -> Result<(), Box<Fault>> {
        let decoded = decode(bytes)?;
        found.extend(decoded.remark.clone());
        let tree = parse(&decoded.text)?;
        if letter.is_none()
            && let Some(inner) = enveloped(&tree)
        {
            let (letter, outside) = envelope(&tree, &decoded.text, found);
            self.bytes(&inner?, checked, found, Some(&letter))?;
            if outside == Signature::Invalid {
                checked.signature = outside;
            }
            return Ok(());
        }
        let root = tree.root();
        checked.message_type = Some(root.name().to_owned());
        if let Some(letter) = letter.filter(|letter| letter.message_type != root.name()) {
            let fault = faults::LABEL.fault().with("found", &letter.message_type);
            found.push(fault.with("inside", root.name()));
        }
        if receipts::is_receipt(root.name()) {
            let read = receipts::of_tree(&tree)?;
            checked.documents = read.answers.len();
            receipt(&read, &decoded.text, found);
            found.extend(read.faults);
            checked.signature = Signature::None;
            return Ok(());
        }
        let Some(kind) = Kind::of(root.name()) else {
            return Err(Box::new(message_faults::KIND.at(view::place(root)).with("root", root.name())));
        };
        if let Some(letter) = letter.filter(|letter| !letter.receivers.iter().any(|id| id == CUSTOMS)) {
            let first = letter.receivers.first().map_or("", String::as_str);
            found.push(faults::RECEIVER.fault().with("found", first).with("wanted", CUSTOMS));
        }
        let sender = letter.map(|letter| letter.sender.as_str());
        self.message(kind, &tree, &decoded.text, checked, found, sender);
        Ok(())
    }

    fn message(
        &mut self,
        kind: Kind,
        tree: &Tree<'_>,
        text: &str,
        checked: &mut Checked,
        found: &mut Findings,
        sender: Option<&str>,
    ) {
        let documents: Vec<Document<'_>> = Document::all(kind, tree).collect();
        checked.documents = documents.len();
        if documents.is_empty() {
            let fault = message_faults::EMPTY.at(view::place(tree.root()));
            found.push(fault.with("document", kind.head()));
        }
        checked.signature = signature(tree, text, self.options.certificate.as_ref(), found);
        let before = found.told().len();
        frame::check(kind, tree, &documents, found);
        for document in &documents {
            if found.is_full() {
                break;
            }
            fields::check(document, found);
        }
        let clean = found.told()[before..].iter().all(|fault| !fault.is_error());
        schema(kind, &documents, text, clean, found);
        for document in &documents {
            if found.is_full() {
                break;
            }
            amounts::check(document, self.options, found);
            codes::check(document, checked.signature, found);
            texts::check(document, self.options.today, found);
        }
        codes::sender(tree, sender, found);
        let file = self.files.len();
        self.facts.extend(documents.iter().map(|document| document.facts(file)));
    }
}

/// Rules that `declare build` knows too name a field as the standard spells it; a clerk is told what it is called.
fn call_by_name(fault: &mut Fault) {
    if fault.kind.message.zh.contains("{title}") {
        return;
    }
    for (name, value) in &mut fault.args {
        if *name == "field"
            && let Arg::Value(field) = value
            && let Some(names) = fields::names(field)
        {
            *value = Arg::Words(names);
        }
    }
}

/// What is to be said of an envelope: its own schema, and its own signature if it has one.
fn envelope(tree: &Tree<'_>, text: &str, found: &mut Findings) -> (Letter, Signature) {
    // The transmission node's envelope round this one is somebody else's.
    if tree.root().name() == "DxpMsg"
        && let Ok(gate) = SchemaGate::of(Schema::Envelope)
    {
        found.extend(gate.check(text).into_iter().map(|refusal| schema_fault(&faults::SCHEMA, refusal)));
    }
    // The validator passes over the fixed value of an attribute.
    if tree.root().name() == "DxpMsg" && tree.attribute("ver").is_some_and(|version| version != "1.0") {
        let mut at = view::place(tree.root());
        at.path = at.path.map(|path| path + "/@ver");
        let fault = faults::FIXED.at(at).with("field", "ver").with("title", "信封版本号");
        found.push(fault.with("wanted", "1.0"));
    }
    let letter = Letter::of(tree).unwrap_or_default();
    // Its signature, where it has one, is the transmission client's.
    (letter, signature(tree, text, None, found))
}

/// What is to be said of a receipt that was read.
fn receipt(read: &Receipts, text: &str, found: &mut Findings) {
    if let Some(gate) = Schema::of_receipt(&read.message_type).and_then(|schema| SchemaGate::of(schema).ok())
    {
        let refusals = gate.check(text).into_iter();
        found.extend(refusals.map(|refusal| schema_fault(&faults::RECEIPT_FORM, refusal)));
    }
    for answer in &read.answers {
        let Answer::TaxBill(TaxBillReceipt { bill, .. }) = answer else { continue };
        let sum = |of: fn(&BillLine) -> Yuan| bill.lines.iter().fold(Yuan::ZERO, |sum, line| sum + of(line));
        let sums = [sum(|line| line.tariff), sum(|line| line.consumption_tax), sum(|line| line.vat)];
        if !bill.lines.is_empty() && sums != [bill.tariff, bill.consumption_tax, bill.vat] {
            found.push(faults::A11.fault().with("bill", &bill.number));
        }
    }
}

/// Verifies the signature, if there is one.
fn signature(tree: &Tree<'_>, text: &str, known: Option<&Certificate>, found: &mut Findings) -> Signature {
    // Looking for one takes the whole message apart once more.
    if tree.root().child("Signature").is_none() {
        return Signature::None;
    }
    match verify_knowing(text.strip_prefix('\u{feff}').unwrap_or(text), known) {
        Verdict::Unsigned => Signature::None,
        Verdict::Valid => Signature::Valid,
        Verdict::NotXml => Signature::Unchecked,
        wrong => {
            let at = view::place(tree.root().child("Signature").unwrap_or(tree.root()));
            found.push(faults::SIGNATURE.at(at).with_words("reason", wrong.words()));
            Signature::Invalid
        }
    }
}

/// What the schema says besides what the checks of frame and fields have said in plainer words.
fn schema(kind: Kind, documents: &[Document<'_>], text: &str, clean: bool, found: &mut Findings) {
    let saved = documents.iter().all(|document| document.head.field("appStatus") == Some("1"));
    // A message without documents is told as such; the schema would go on about every element of what stands there instead.
    let Some(kind) = kind.message().filter(|_| !documents.is_empty()) else { return };
    let Ok(gate) = SchemaGate::of(kind.schema(!saved)) else { return };
    let told: Vec<String> = found.told().iter().filter_map(|fault| fault.at.path.clone()).collect();
    let mut attributes = BTreeSet::new();
    for refusal in gate.check(text) {
        // The gate names the element; who has told of it or of something inside has said more.
        let path = refusal.path.clone().unwrap_or_default();
        if !clean && (path.is_empty() || told.iter().any(|other| other.starts_with(&path))) {
            continue;
        }
        // Nor does the element that stands where a missing one should.
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if !clean
            && refusal.text.starts_with("Unexpected element")
            && told.iter().any(|other| other.starts_with(parent))
        {
            continue;
        }
        // What follows from another fault.
        if refusal.text.starts_with("Sequence must occur") {
            continue;
        }
        // The only wildcard of the schemas stands for the signature. Of one that is missing where something is declared a rule
        // of its own tells; withdrawals, returns and arrivals need one even when they are only saved.
        if refusal.text.contains("matching wildcard") {
            if documents.iter().all(|document| document.head.field("appStatus") != Some("2")) {
                found.push(schema_fault(&faults::UNSIGNED, refusal));
            }
            continue;
        }
        if let Some(count) = refusal.text.strip_suffix(" more faults") {
            found.push(message_faults::MORE.fault().with("count", count));
            continue;
        }
        if refusal.text.contains("ttribute") {
            if attributes.insert(path) {
                found.push(schema_fault(&faults::ATTRIBUTE, refusal));
            }
            continue;
        }
        found.push(schema_fault(&faults::SCHEMA, refusal));
    }
}

fn schema_fault(kind: &'static ports::fault::Kind, refusal: SchemaFault) -> Fault {
    let place = Place { line: refusal.line, path: refusal.path, ..Place::default() };
    kind.at(place).with("reason", refusal.text)
}
