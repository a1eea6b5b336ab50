//! Filings out to Xiaohongshu: only what changed since it was last accepted.
//!
//! Of each filing two things go: the article's commodity code and quantities at its port, and the six customs fields of its
//! variant, all of them or none. Each has its own entry in the ledger (see the table in `ledger`), the hash of what was last
//! accepted; what has that hash is not sent again. Successes are recorded before the next few calls are made. A run that is
//! killed therefore makes those few calls again, which does no harm, since every call replaces what was there. A refusal is
//! not recorded: the next run asks again, since what was in its way (a presale) may be over.

pub mod faults;
mod ledger;
mod pace;
mod plan;
mod verify;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::time::Duration;

use jiff::civil::Date;
use ports::catalogue::Catalogue;
use ports::clock::Clock;
use ports::fault::{Fault, Place};
use ports::platform::FilingTarget;
use ports::store::{Key, Store, StoreError};

use self::ledger::Sent;
use self::pace::{Called, Pace};
use self::plan::{Call, Part, Plan};
use crate::barcode::Barcode;
use crate::book::{Book, Filter};
use crate::record::Filing;
use crate::tariff::Tariff;

/// Calls a second unless told otherwise: a fifth of the 100 that the platform lets an application make, so that orders and
/// shipping keep theirs.
pub const CALLS_PER_SECOND: u32 = 20;

/// Successes that are recorded together. After a kill at most so many calls are made again.
const RECORD_TOGETHER: usize = 20;

/// By which call an article is filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ItemCall {
    /// `order.createItemCustomsInfo`.
    #[default]
    Create,
    /// `order.syncItemCustomsInfo`, which the platform's documentation no longer lists.
    Sync,
}

/// How filings are sent.
#[derive(Clone, Copy)]
pub struct SyncOptions<'s> {
    /// The ports and the platform's codes for them.
    pub catalogue: &'s Catalogue,
    /// The rates, which the older call wants.
    pub tariff: &'s Tariff,
    /// The day of the rates.
    pub today: Date,
    /// By which call articles are filed.
    pub item_call: ItemCall,
    /// At most so many filings; the rest stays for the next run.
    pub limit: Option<u64>,
    /// At most so many calls a second.
    pub per_second: u32,
    /// What time it is.
    pub clock: &'s dyn Clock,
    /// Waits.
    pub sleep: &'s dyn Fn(Duration),
    /// Told how many of how many filings are done.
    pub progress: &'s dyn Fn(u64, u64),
}

/// What a run did, counted in filings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Filings with something to send.
    pub to_sync: u64,
    /// Filings of which everything was accepted.
    pub synced: u64,
    /// Filings of which something was refused, here or by the platform.
    pub refused: u64,
    /// Filings that the platform has as they are.
    pub unchanged: u64,
    /// Filings that were read back, and those of which the platform has something else.
    pub verified: u64,
    /// Filings of which the platform has something else.
    pub different: u64,
    /// Each refusal, at the row its filing came from.
    pub faults: Vec<Fault>,
    /// The platform could not do it for the time being: the rest waits for the next run.
    pub stopped: bool,
}

/// A run over the book.
pub struct Sync<'s> {
    book: &'s Book,
    store: &'s dyn Store,
    options: SyncOptions<'s>,
    pace: Pace<'s>,
    variants: HashMap<String, Variant>,
    sent_variants: HashSet<String>,
    waiting: Vec<(Key, Sent)>,
    summary: Summary,
}

/// What the book says about one variant.
struct Variant {
    hash: String,
    filings: Vec<(String, Barcode)>,
    conflict: bool,
}

/// Whether the platform has everything of a filing that is to be sent.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn is_synced(store: &dyn Store, filing: &Filing, options: &SyncOptions<'_>) -> Result<bool, StoreError> {
    let mut plan = Plan::of(filing, options);
    plan.drop_known(store)?;
    Ok(plan.parts.is_empty() && !plan.is_refused())
}

impl<'s> Sync<'s> {
    /// A run over a book and the store it lies in.
    pub fn new(book: &'s Book, store: &'s dyn Store, options: SyncOptions<'s>) -> Self {
        Self {
            book,
            store,
            options,
            pace: Pace::new(options.clock, options.sleep, options.per_second),
            variants: HashMap::new(),
            sent_variants: HashSet::new(),
            waiting: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Sends what is to be sent; without a target only finds it out.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written. What was accepted before is recorded, except for the last
    /// few calls, which the next run makes again.
    pub fn send(mut self, target: Option<&dyn FilingTarget>) -> Result<Self, StoreError> {
        let open = self.survey()?;
        let bound = self.options.limit.unwrap_or(u64::MAX);
        let total = bound.min(self.summary.to_sync);
        for (done, (port, barcode)) in (0..bound).zip(&open) {
            (self.options.progress)(done, total);
            if let Some(filing) = self.book.get(port, barcode)?
                && self.filing(&filing, target)?.is_break()
            {
                self.summary.stopped = true;
                break;
            }
        }
        ledger::record(self.store, &mut self.waiting)?;
        Ok(self)
    }

    /// What was done.
    pub fn summary(self) -> Summary {
        self.summary
    }

    /// Finds the filings with something to send, in the order of the book.
    fn survey(&mut self) -> Result<Vec<(String, Barcode)>, StoreError> {
        let mut open = Vec::new();
        let mut broken = None;
        let (book, mut total) = (self.book, 0_u64);
        book.each(&Filter::default(), &mut |filing| {
            total += 1;
            let mut plan = Plan::of(&filing, &self.options);
            let key = || (filing.port.clone(), filing.barcode.clone());
            if let Some((id, hash)) = plan.variant() {
                let variant = self.variants.entry(id.to_owned()).or_insert_with(|| Variant {
                    hash: hash.to_owned(),
                    filings: Vec::new(),
                    conflict: false,
                });
                variant.conflict |= variant.hash != hash;
                variant.filings.push(key());
            }
            if let Err(error) = plan.drop_known(self.store) {
                broken = Some(error);
                return ControlFlow::Break(());
            }
            if !plan.parts.is_empty() || plan.is_refused() {
                open.push(key());
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = broken {
            return Err(error);
        }
        let conflicting = self.variants.values().filter(|variant| variant.conflict);
        open.extend(conflicting.flat_map(|variant| variant.filings.iter().cloned()));
        open.sort();
        open.dedup();
        self.summary.to_sync = u64::try_from(open.len()).unwrap_or(u64::MAX);
        self.summary.unchanged = total.saturating_sub(self.summary.to_sync);
        Ok(open)
    }

    /// Sends one filing; breaks off when the platform cannot do it now.
    fn filing(
        &mut self,
        filing: &Filing,
        target: Option<&dyn FilingTarget>,
    ) -> Result<ControlFlow<()>, StoreError> {
        let mut plan = Plan::of(filing, &self.options);
        let mut found = std::mem::take(&mut plan.faults);
        let conflict =
            plan.variant().and_then(|(id, _)| Some((id.to_owned(), self.contradiction(id, filing)?)));
        if let Some((id, other)) = conflict {
            found.push(faults::SPV_CONFLICT.fault().with("spv", id).with("other", other));
            plan.parts.retain(|part| !matches!(part.call, Call::Spv(..)));
        }
        plan.drop_known(self.store)?;
        let mut stopped = false;
        for part in plan.parts {
            let Some(target) = target else { break };
            match self.part(part, target)? {
                ControlFlow::Continue(refusal) => found.extend(refusal),
                ControlFlow::Break(fault) => {
                    found.push(fault);
                    stopped = true;
                    break;
                }
            }
        }
        let refused = found.iter().any(|fault| fault.is_error() && fault.code() != faults::STOPPED.code);
        if refused {
            self.summary.refused += 1;
        } else if target.is_some() && !stopped {
            self.summary.synced += 1;
        }
        if !found.is_empty() {
            let place = self.place(filing)?;
            self.summary.faults.extend(found.into_iter().map(|fault| fault.placed(place.clone())));
        }
        Ok(if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Another filing of the variant, when the filings of a variant contradict each other.
    fn contradiction(&self, id: &str, filing: &Filing) -> Option<String> {
        let variant = self.variants.get(id).filter(|variant| variant.conflict)?;
        let others = variant
            .filings
            .iter()
            .filter(|(port, barcode)| (port, barcode) != (&filing.port, &filing.barcode));
        let names: Vec<String> = others.map(|(port, barcode)| format!("{port}/{barcode}")).collect();
        Some(names.join("、"))
    }

    /// Makes one call: goes on, with the refusal if it was refused, or breaks off.
    fn part(
        &mut self,
        part: Part,
        target: &dyn FilingTarget,
    ) -> Result<ControlFlow<Fault, Option<Fault>>, StoreError> {
        let Part { key, hash, call } = part;
        if let Call::Spv(id, _) = &call
            && self.sent_variants.contains(id)
        {
            return Ok(ControlFlow::Continue(None));
        }
        let called = self.pace.call(|| match &call {
            Call::Item(item) => target.create_item_customs_info(item),
            Call::OldItem(item, rate) => target.sync_item_customs_info(item, *rate),
            Call::Spv(id, customs) => target.sync_spv_customs(id, customs),
        });
        Ok(match (called, call) {
            (Called::Accepted(()), call) => {
                if let Call::Spv(id, _) = call {
                    self.sent_variants.insert(id);
                }
                self.waiting.push((key, Sent { hash, at: self.options.clock.now() }));
                if self.waiting.len() >= RECORD_TOGETHER {
                    ledger::record(self.store, &mut self.waiting)?;
                }
                ControlFlow::Continue(None)
            }
            (Called::Refused { code, message }, Call::Spv(id, _)) => ControlFlow::Continue(Some(
                faults::SPV_REFUSED.fault().with("spv", id).with("reason", message).with("code", code),
            )),
            (Called::Refused { code, message }, _) => ControlFlow::Continue(Some(
                faults::ITEM_REFUSED.fault().with("reason", message).with("code", code),
            )),
            (Called::Stopped { reason }, _) => {
                ControlFlow::Break(faults::STOPPED.fault().with("reason", reason))
            }
        })
    }

    /// The row the filing came from.
    fn place(&self, filing: &Filing) -> Result<Place, StoreError> {
        let mut place =
            Place { path: Some(format!("{}/{}", filing.port, filing.barcode)), ..Place::default() };
        if let Some((row, import)) = self.book.origin(&filing.port, &filing.barcode)? {
            place.file = Some(import.file);
            place.sheet = import.sheet;
            place.row = Some(row);
        }
        Ok(place)
    }
}
