//! From a line of the orders file to the documents' bytes, or to the reasons why not.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use filing::barcode::Barcode;
use filing::book::{Book, Sold};
use filing::record::{Cost, Filing};
use jiff::civil::Date;
use ports::fault::{Fault, Place};
use ports::store::{Key, Store, StoreError};
use sha2::{Digest, Sha256};

use super::assess::{StoredTax, Taxes, assess};
use super::ledger::{self, Known, Taken};
use super::year::{Purchase, Secret};
use super::{Plan, faults};
use crate::documents::{self, Documents, Guid, Moment, Numbers};
use crate::matching;
use crate::messages::{MessageBuilder, MessageKind, parcel};
use crate::order::{self, Line, OrderedGoods};
use crate::setting::Setting;

/// The most filings a worker keeps at hand; beyond it the hand is emptied and filled again.
const MAX_FILINGS_AT_HAND: usize = 20_000;

/// Room for the documents of a parcel of some lines of goods.
const PARCEL_BYTES: usize = 12 << 10;

/// Where filings come from.
pub trait Filings: Sync {
    /// The filing of goods at a port.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn filing(&self, port: &str, barcode: &str) -> Result<Option<Filing>, StoreError>;

    /// Notes what goods were sold for, for the checks of their next filing.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn note_sold(&self, sold: Vec<Sold>) -> Result<(), StoreError>;
}

impl Filings for Book {
    fn filing(&self, port: &str, barcode: &str) -> Result<Option<Filing>, StoreError> {
        // What is no barcode was never filed.
        Barcode::parse(barcode).map_or(Ok(None), |barcode| self.get(port, &barcode))
    }

    fn note_sold(&self, sold: Vec<Sold>) -> Result<(), StoreError> {
        Self::note_sold(self, sold)
    }
}

/// What became of a line.
pub(super) enum Outcome {
    /// Not declared, with every reason.
    Held { order_no: String, faults: Vec<Fault> },
    /// Declared by an earlier run, with the same contents.
    Declared { order_no: String, line: u64, messages: Vec<Guid>, tax: Taxes },
    /// To be declared now.
    Ready(Box<Ready>),
}

/// An order whose documents can be written.
pub(crate) struct Examined<'e, 's> {
    pub(crate) order_no: String,
    pub(crate) numbers: Numbers,
    pub(crate) set: &'e Documents<'s>,
    /// Its tax, what it was computed from, and how it counts against its buyer's year.
    pub(crate) taxed: (Taxes, Option<StoredTax>, Purchase),
    /// Prices that decide a tax.
    pub(crate) sold: Vec<Sold>,
    /// What was found and does not stand in the way.
    pub(crate) warnings: Vec<Fault>,
}

/// An order whose documents cannot be written, and everything that was found.
pub(crate) struct Unfit {
    pub(crate) order_no: String,
    pub(crate) faults: Vec<Fault>,
}

/// An order whose documents are written.
pub(super) struct Ready {
    pub(super) order_no: String,
    pub(super) line: u64,
    pub(super) key: Key,
    pub(super) numbers: Numbers,
    /// The ledger's record, when some of its documents were declared before.
    pub(super) known: Option<Known>,
    /// The documents to declare, one after the other.
    pub(super) bytes: Vec<u8>,
    /// What they are, and where each of them lies.
    pub(super) documents: Vec<Written>,
    /// Numbers that no other order may use.
    pub(super) used: Vec<Key>,
    /// Of these, the ones that the ledger does not give to this order yet.
    pub(super) taken: Vec<Taken>,
    /// Messages of earlier runs that hold the order's other documents.
    pub(super) messages: Vec<Guid>,
    pub(super) tax: Taxes,
    /// What the tax was computed from, to be kept.
    pub(super) stored_tax: Option<StoredTax>,
    /// How it counts against its buyer's year.
    pub(super) purchase: Purchase,
    pub(super) warnings: Vec<Fault>,
    /// Prices that decide a tax.
    pub(super) sold: Vec<Sold>,
}

/// A document that is written.
pub(super) struct Written {
    pub(super) kind: MessageKind,
    /// Where its bytes lie among those of the order's documents.
    pub(super) range: Range<usize>,
    pub(super) hash: String,
}

impl Ready {
    /// The bytes of the document of a kind, if it is to be declared.
    pub(super) fn fragment(&self, kind: MessageKind) -> Option<&[u8]> {
        let document = self.documents.iter().find(|document| document.kind == kind)?;
        self.bytes.get(document.range.clone())
    }
}

/// The fingerprint of a document's bytes.
pub(crate) fn hash(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS[usize::from(half & 0xf)];
    let mut text = String::with_capacity(32);
    for byte in &Sha256::digest(bytes)[..16] {
        text.extend([digit(byte >> 4), digit(*byte)]);
    }
    text
}

/// An order number in sixteen bytes, which is all that a run keeps of it.
pub(super) fn fingerprint(order_no: &str) -> u128 {
    let digest = Sha256::digest(order_no.as_bytes());
    digest[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// One worker's hands: filings it has read, and the setting.
pub(crate) struct Preparer<'r> {
    pub(crate) plan: &'r Plan<'r>,
    pub(crate) store: &'r dyn Store,
    pub(super) filings: &'r dyn Filings,
    secret: &'r Secret,
    at_hand: HashMap<(String, String), Option<Arc<Filing>>>,
}

impl<'r> Preparer<'r> {
    pub(crate) fn new(
        plan: &'r Plan<'r>,
        store: &'r dyn Store,
        filings: &'r dyn Filings,
        secret: &'r Secret,
    ) -> Self {
        Self { plan, store, filings, secret, at_hand: HashMap::new() }
    }

    /// Prepares one line.
    pub(super) fn prepare(&mut self, line: &Line) -> Result<Outcome, StoreError> {
        let setting = &self.plan.setting;
        let (merchant, now) = (setting.declaring.merchant.code.as_str(), setting.now);
        let signed = self.plan.signer.is_some();
        let numbers = |preparer: &Self, order_no: &str| {
            let known = ledger::declaration(preparer.store, merchant, order_no)?;
            let numbers = match &known {
                Some((declaration, _)) => declaration.numbers(now, signed),
                None => ledger::new_numbers(now, signed),
            };
            Ok((numbers, known))
        };
        let examined = self.examine(line, &|_| false, numbers, |preparer, examined, known| {
            let Examined { order_no, numbers, set, taxed, sold, warnings } = examined;
            let key = ledger::declaration_key(merchant, &order_no);
            let mut outcome = preparer.settle(line, order_no, (key, numbers), known, set, taxed, warnings);
            if let Outcome::Ready(ready) = &mut outcome {
                ready.sold = sold;
            }
            outcome
        })?;
        Ok(examined.unwrap_or_else(|Unfit { order_no, faults }| Outcome::Held { order_no, faults }))
    }

    /// Reads a line, makes its documents and holds them against each other; what comes out is handed on, unless an error
    /// stands in the way that is not `waived`.
    pub(crate) fn examine<K, R>(
        &mut self,
        line: &Line,
        waived: &dyn Fn(&Fault) -> bool,
        numbers: impl FnOnce(&Self, &str) -> Result<(Numbers, K), StoreError>,
        then: impl FnOnce(&Self, Examined<'_, '_>, K) -> R,
    ) -> Result<Result<R, Unfit>, StoreError> {
        let setting = &self.plan.setting;
        let stands_in_the_way = |fault: &Fault| fault.is_error() && !waived(fault);
        let reading = order::line::read(line, setting);
        let mut found = reading.faults;
        let port = |code: &str| setting.catalogue.find(code).map(ports::catalogue::Port::name);
        let Some(order) = reading.order else {
            if let Some(parts) = &reading.parts {
                let port = parts.port.as_deref().and_then(port);
                let filings = self.filings_of(&parts.lines, port)?;
                found.extend(documents::shortcomings(parts, port, &filings, setting));
                place_line(&mut found, line.number);
            }
            return Ok(Err(Unfit { order_no: reading.order_no, faults: found }));
        };
        let refused = found.iter().any(stands_in_the_way);
        let port = port(&order.port);
        let (numbers, known) = numbers(self, &order.order_no)?;
        let filings = self.filings_of(&order.lines, port)?;
        let assembly = documents::assemble(&order, port, &filings, &numbers, setting);
        found.extend(assembly.faults);
        // What the order itself says wrongly would only be said again by the rules between its documents.
        let Some(set) = assembly.documents.filter(|_| !refused) else {
            place_line(&mut found, line.number);
            return Ok(Err(Unfit { order_no: reading.order_no, faults: found }));
        };
        let day = set.inventory.declared_on.0;
        found.extend(matching::check(&set, setting.tariff, day));
        let (tax, stored_tax) = assess(&order, &set, setting, &mut found);
        place_line(&mut found, line.number);
        if found.iter().any(stands_in_the_way) {
            return Ok(Err(Unfit { order_no: reading.order_no, faults: found }));
        }
        let buyer = &order.buyer.id_number;
        let purchase = self.secret.purchase(buyer, day, &order.order_no, tax.dutiable_value);
        let taxed = (tax, stored_tax, purchase);
        let sold = sold(&order, &filings, setting, day);
        let order_no = reading.order_no;
        Ok(Ok(then(self, Examined { order_no, numbers, set: &set, taxed, sold, warnings: found }, known)))
    }

    /// Compares the documents with what the ledger knows of them.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call site, and each value is another fact about the order"
    )]
    fn settle(
        &self,
        line: &Line,
        order_no: String,
        (key, numbers): (Key, Numbers),
        known: Option<Known>,
        set: &Documents<'_>,
        (tax, stored_tax, purchase): (Taxes, Option<StoredTax>, Purchase),
        mut warnings: Vec<Fault>,
    ) -> Outcome {
        let signed = self.plan.signer.is_some();
        let mut bytes = Vec::with_capacity(PARCEL_BYTES);
        let mut documents = Vec::with_capacity(MessageKind::PARCEL.len());
        let mut messages = Vec::new();
        let mut changed = false;
        // Every document that exists is compared, wanted or not: what is declared now has to agree with it.
        for document in parcel(set) {
            let kind = document.kind();
            let wanted = self.plan.kinds.contains(&kind);
            let settled = known.as_ref().and_then(|(declaration, _)| declaration.settled(kind, signed));
            if settled.is_none() && !wanted {
                continue;
            }
            let begin = bytes.len();
            bytes = MessageBuilder::fragment(document, bytes);
            let hash = hash(&bytes[begin..]);
            let Some(document) = settled else {
                documents.push(Written { kind, range: begin..bytes.len(), hash });
                continue;
            };
            bytes.truncate(begin);
            if document.hash != hash {
                changed = true;
                let place = Place { line: Some(line.number), ..Place::order(&order_no, kind.word()) };
                let fault = faults::CHANGED.at(place).with("document", kind.type_name());
                let at = Moment::of(document.made_at, &self.plan.setting.beijing);
                warnings.push(fault.with("at", at).with("message", document.message));
            } else if wanted {
                messages.push(document.message);
            }
        }
        if changed {
            return Outcome::Held { order_no, faults: warnings };
        }
        if documents.is_empty() {
            return Outcome::Declared { order_no, line: line.number, messages, tax };
        }
        let used = vec![
            ledger::payment_key(set.payment.payer_code.as_str(), set.payment.transaction_no.as_str()),
            ledger::waybill_key(set.waybill.carrier_code.as_str(), set.waybill.waybill_no.as_str()),
        ];
        let line = line.number;
        Outcome::Ready(Box::new(Ready {
            order_no,
            line,
            key,
            numbers,
            known,
            bytes,
            documents,
            used,
            taken: Vec::new(),
            messages,
            tax,
            stored_tax,
            purchase,
            warnings,
            sold: Vec::new(),
        }))
    }

    /// The filings of an order's goods; none when the port is not known.
    fn filings_of(
        &mut self,
        lines: &[OrderedGoods],
        port: Option<&str>,
    ) -> Result<Vec<Option<Arc<Filing>>>, StoreError> {
        let Some(port) = port else { return Ok(Vec::new()) };
        let mut all = Vec::with_capacity(lines.len());
        for goods in lines {
            let key = (port.to_owned(), goods.barcode.clone());
            if let Some(filing) = self.at_hand.get(&key) {
                all.push(filing.clone());
                continue;
            }
            if self.at_hand.len() >= MAX_FILINGS_AT_HAND {
                self.at_hand.clear();
            }
            let filing = self.filings.filing(port, &goods.barcode)?.map(Arc::new);
            all.push(filing.clone());
            self.at_hand.insert(key, filing);
        }
        Ok(all)
    }
}

/// The prices of the goods whose value by gram or piece decides on a consumption tax.
fn sold(order: &order::Order, filings: &[Option<Arc<Filing>>], setting: &Setting<'_>, on: Date) -> Vec<Sold> {
    let priced = order.lines.iter().zip(filings).filter_map(|(goods, filing)| {
        let filing = filing.as_ref()?;
        setting.tariff.threshold(filing.hs_code, on)?;
        let price = Cost::new(goods.price.decimal())?;
        Some(Sold { port: filing.port.clone(), barcode: filing.barcode.clone(), price, on })
    });
    priced.collect()
}

fn place_line(found: &mut [Fault], line: u64) {
    for fault in found {
        fault.at.line = Some(line);
    }
}
