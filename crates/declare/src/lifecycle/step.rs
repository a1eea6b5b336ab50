//! What an input changes.

use jiff::Timestamp;

use super::case::{Case, Decided, Hold, Mended, Shipping, Shop};
use super::effect::{Effect, Pending, Step, Wanted};
use super::event::{Event, What};
use super::fold::Standing;
use super::input::{Decision, Input, Made, Reading, RepushOutcome, Sending, ShipOutcome};
use super::note::{Note, TaxNote};
use super::paper::{Dispatch, Version};
use super::plan::{Plan, doubled, later};
use super::policy::Policy;
use super::reason::{Reason, Release, Value};
use super::supply::Supply;
use super::words::about;
use super::{faults, fold};
use crate::customs_codes::Class;
use crate::documents::Guid;
use crate::receipt::{FormatReceipt, Receipt, ReturnTime, Subject};

/// Events that a case keeps: an order whose life has more is looked at through its receipts and versions, which are all kept.
const MOST_EVENTS: usize = 40;
/// Tax bills that a case keeps: an order has one, which changes a few times.
const MOST_TAX_NOTES: usize = 20;

/// What a case wants now.
pub fn pending(case: &Case, now: Timestamp, policy: &Policy) -> Pending {
    Plan::of(case, now, policy).pending
}

/// What follows from an input: the case afterwards, what happened, and everything that is wanted then. It never fails: an input
/// that says nothing new, or comes too late, changes nothing.
pub fn step(case: &Case, input: Input, now: Timestamp, policy: &Policy) -> Step {
    let mut turn = Turn { case: case.clone(), now, policy, events: Vec::new() };
    turn.take(input);
    turn.finish()
}

/// An input on its way through a case.
struct Turn<'p> {
    case: Case,
    now: Timestamp,
    policy: &'p Policy,
    events: Vec<Event>,
}

impl Turn<'_> {
    fn tell(&mut self, what: What) {
        self.events.push(Event { at: self.now, what });
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Noticed { updated_ms, shop } => self.noticed(updated_ms, shop),
            Input::Read(reading) => self.read(reading),
            Input::Prepared(made) => self.prepared(made),
            Input::Held(reasons) => self.held(reasons),
            Input::Drifted(subjects) => self.drifted(subjects),
            Input::Unchanged => {
                self.case.mended = Mended::No;
                self.case.compare = false;
                self.case.drifted.clear();
            }
            Input::FilingChanged => self.mend(Mended::Perhaps),
            Input::WaybillArrived => {
                if !self.case.waybill {
                    self.case.waybill = true;
                    self.tell(What::Waybill);
                }
                self.mend(Mended::Perhaps);
                self.case.compare |= !self.case.papers.is_empty();
            }
            Input::Supplied(news) => self.supplied(news),
            Input::Inquired => {
                self.case.inquiries.asked = self.case.inquiries.asked.saturating_add(1);
                self.case.inquiries.at = Some(self.now);
            }
            Input::Message { message, sending } => self.message(message, sending),
            Input::Receipt { receipt, raw } => self.receipt(&receipt, raw),
            Input::Format { receipt, message, raw } => self.format(&receipt, message, &raw),
            Input::Tax(note) => self.tax(note),
            Input::Timer => {}
            Input::Decision(decision) => self.decision(decision),
            Input::Repush(outcome) => self.repush(outcome),
            Input::Ship(outcome) => self.ship(outcome),
        }
    }

    /// The state that the case has come to, and what it wants.
    fn finish(mut self) -> Step {
        let plan = Plan::of(&self.case, self.now, self.policy);
        let state = self.case.state_of(&plan, self.policy);
        if state != self.case.state {
            self.case.state = state;
            self.case.since = self.now;
            self.tell(What::State { state });
        }
        for event in &self.events {
            if event.what.is_kept() {
                self.case.log.push(event.clone());
            }
        }
        let over = self.case.log.len().saturating_sub(MOST_EVENTS);
        self.case.log.drain(..over);
        Step { case: self.case, events: self.events, pending: plan.pending }
    }

    /// Something may have removed what is in the way.
    fn mend(&mut self, mended: Mended) {
        self.case.mended = self.case.mended.max(mended);
    }

    fn shop(&mut self, shop: Shop) {
        if self.case.shop != shop {
            self.case.shop = shop;
            self.tell(What::Shop { shop });
        }
    }

    fn noticed(&mut self, updated_ms: i64, shop: Option<Shop>) {
        let told = matches!(self.case.shipping, Shipping::Done { .. }) && self.case.shop == Shop::Waiting;
        if updated_ms > self.case.changed_ms {
            self.case.changed_ms = updated_ms;
            // The first change after the platform was told of the shipment is that it knows.
            if told && shop == Some(Shop::Shipped) {
                self.case.read_ms = self.case.read_ms.max(Some(updated_ms));
            }
            // Anything else is certain only once all of it is read.
            if let Some(shop @ (Shop::Cancelled | Shop::Shipped)) = shop {
                self.shop(shop);
            }
        }
    }

    fn read(&mut self, reading: Reading) {
        let Reading { updated_ms, shop, after_sale, waybill } = reading;
        if self.case.detail_ms.is_some_and(|known| updated_ms < known) {
            return;
        }
        let newer = self.case.detail_ms.replace(updated_ms) != Some(updated_ms);
        // A change that came to be known while the order was read is read too. Where the detail stays behind what the list
        // says, it knows no more.
        let known = self.case.changed_ms;
        self.case.read_ms = Some(if newer { updated_ms } else { updated_ms.max(known) });
        self.case.changed_ms = known.max(updated_ms);
        self.shop(shop);
        if self.case.after_sale != after_sale {
            self.case.after_sale = after_sale;
            self.tell(What::AfterSale);
        }
        if waybill && !self.case.waybill {
            self.case.waybill = true;
            self.tell(What::Waybill);
        }
        if newer || self.case.hold.is_some() {
            self.mend(Mended::Perhaps);
        }
        self.case.compare |= newer && !self.case.papers.is_empty();
    }

    fn supplied(&mut self, news: Supply) {
        let before = self.case.supply.clone();
        self.case.supply.merge(news);
        if self.case.supply.is_asked() && !before.is_asked() {
            self.case.inquiries.decision_since = Some(self.now);
        }
        for news in self.case.supply.news_since(&before) {
            self.tell(What::Supplier(news));
        }
    }

    /// Takes documents that are wanted at this moment; the others are told to be unwanted.
    fn prepared(&mut self, made: Vec<Made>) {
        let wanted: Vec<Wanted> = Plan::of(&self.case, self.now, self.policy)
            .pending
            .effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Prepare { wanted, .. } => Some(wanted),
                _ => None,
            })
            .flatten()
            .collect();
        let mut taken = Vec::new();
        for document in made {
            let subject = document.subject;
            match wanted.iter().find(|wanted| is_answer(wanted, &document)) {
                Some(wanted) if !taken.contains(&subject) => {
                    let again = wanted.again.is_some();
                    self.made(document, again);
                    taken.push(subject);
                }
                _ => self.tell(What::Unwanted { subject }),
            }
        }
        if taken.is_empty() {
            return;
        }
        self.case.hold = None;
        self.case.compare = false;
        self.case.drifted.retain(|subject| !taken.contains(subject));
        // Documents before the inventory are declared anew first; then what is said of the inventory still holds.
        let inventory = self.case.phase(Subject::Inventory);
        let due = inventory != fold::Phase::None && !inventory.may_count();
        if !due {
            self.case.mended = Mended::No;
        }
    }

    fn made(&mut self, made: Made, again: bool) {
        let Made { subject, submission, guid, made_at, message, alone, print } = made;
        self.tell(What::Made { subject });
        let since = self.last_word(subject);
        let about = match subject {
            Subject::Withdrawal | Subject::Return | Subject::WaybillStatus => {
                self.case.latest_index(Subject::Inventory)
            }
            _ => None,
        };
        let paper = self.case.papers.entry(subject).or_default();
        match paper.versions.last_mut() {
            Some(version) if again => {
                let before = std::mem::replace(&mut version.message, message);
                version.earlier.push(before);
                version.dispatch = Dispatch::Made;
                version.doubted = true;
                version.failed_until = since;
                version.alone = alone;
            }
            _ => paper.versions.push(Version {
                guid,
                message,
                earlier: Vec::new(),
                submission,
                made_at,
                dispatch: Dispatch::Made,
                sent_at: None,
                attempts: 0,
                doubted: false,
                alone,
                since,
                failed_until: None,
                about,
                print,
            }),
        }
        if let Subject::Return = subject {
            self.carried_out();
        }
    }

    /// Customs' time of the last receipt about a kind of document.
    fn last_word(&self, subject: Subject) -> Option<ReturnTime> {
        let notes = self.case.notes.iter().filter(|note| note.subject == subject);
        notes.map(|note| &note.at).max().cloned()
    }

    fn carried_out(&mut self) {
        for decided in &mut self.case.decisions {
            decided.done = true;
        }
    }

    fn held(&mut self, reasons: Vec<Reason>) {
        let wanted = Plan::of(&self.case, self.now, self.policy).pending.effects;
        self.case.compare = false;
        if reasons.is_empty() || !wanted.iter().any(|effect| matches!(effect, Effect::Prepare { .. })) {
            return;
        }
        self.case.mended = Mended::No;
        let (since, tries) = match &self.case.hold {
            Some(hold) => (hold.since, hold.tries),
            None => (self.now, 0),
        };
        let same = self.case.hold.as_ref().is_some_and(|hold| hold.reasons == reasons);
        if !same {
            let codes = reasons.iter().map(|reason| reason.code.clone()).collect();
            self.tell(What::Held { codes });
        }
        self.case.hold = Some(Hold { since, tries: tries.saturating_add(1), tried_at: self.now, reasons });
    }

    fn drifted(&mut self, subjects: Vec<Subject>) {
        self.case.compare = false;
        for subject in subjects {
            if self.case.phase(subject).may_count() && !self.case.drifted.contains(&subject) {
                self.case.drifted.push(subject);
            }
        }
        self.case.drifted.sort_unstable();
    }

    fn message(&mut self, message: Guid, sending: Sending) {
        let now = self.now;
        let mut told = Vec::new();
        for (subject, paper) in &mut self.case.papers {
            for version in paper.versions.iter_mut().filter(|version| version.message == message) {
                let before = version.dispatch;
                match (sending, before) {
                    (Sending::Accepted { again }, Dispatch::Made | Dispatch::Unknown) => {
                        version.dispatch = Dispatch::Sent;
                        version.sent_at = Some(now);
                        version.attempts = version.attempts.saturating_add(1);
                        version.doubted |= again || before == Dispatch::Unknown;
                        told.push(What::Sent { subject: *subject });
                    }
                    (Sending::Refused, Dispatch::Made | Dispatch::Unknown) => {
                        version.dispatch = Dispatch::Refused;
                        told.push(What::NotTaken { subject: *subject });
                    }
                    (Sending::Unknown, Dispatch::Made | Dispatch::Unknown) => {
                        version.dispatch = Dispatch::Unknown;
                        version.sent_at = Some(now);
                        version.attempts = version.attempts.saturating_add(1);
                        version.doubted = true;
                        if before == Dispatch::Made {
                            told.push(What::Unknown { subject: *subject });
                        }
                    }
                    (Sending::NeverArrived, Dispatch::Unknown) => version.dispatch = Dispatch::Made,
                    // Certain outcomes stay; a message that waits goes on waiting.
                    _ => {}
                }
            }
        }
        for what in told {
            self.tell(what);
        }
    }

    fn receipt(&mut self, receipt: &Receipt, raw: String) {
        let note = self.case.place(Note::of(receipt, raw), receipt);
        self.note(note);
    }

    fn format(&mut self, receipt: &FormatReceipt, message: Guid, raw: &str) {
        for note in self.case.notes_of_format(receipt, message, raw) {
            self.note(note);
        }
    }

    /// Keeps a receipt, once.
    fn note(&mut self, note: Note) {
        let (subject, status) = (note.subject, note.status.as_str().chars().take(MOST_SHOWN).collect());
        if self.case.keep(note) {
            self.tell(What::Receipt { subject, status });
        }
    }

    fn tax(&mut self, note: TaxNote) {
        let known = |known: &TaxNote| {
            known.at == note.at && known.bill_no == note.bill_no && known.status == note.status
        };
        if self.case.tax.len() >= MOST_TAX_NOTES || self.case.tax.iter().any(known) {
            return;
        }
        let place = self.case.tax.partition_point(|known| {
            (&known.at, &known.bill_no, known.status as u8) < (&note.at, &note.bill_no, note.status as u8)
        });
        self.case.tax.insert(place, note);
        self.tell(What::Tax);
    }

    fn decision(&mut self, decision: Decision) {
        let release = matches!(decision, Decision::Release { .. });
        let wish = matches!(decision, Decision::Withdraw { .. } | Decision::Return { .. });
        if release {
            self.release();
        }
        if wish {
            self.carried_out();
            // What could not be made for the decision before may be made for this one.
            self.case.hold = None;
        }
        if decision == Decision::Delivered {
            self.case.delivered = true;
        }
        self.case.decisions.push(Decided { at: self.now, decision, done: !wish });
        self.tell(What::Decided);
    }

    /// A person has judged what holds the order: it goes on.
    fn release(&mut self) {
        let plan = Plan::of(&self.case, self.now, self.policy);
        let tells = |kind: &ports::fault::Kind| {
            plan.reasons.iter().chain(&plan.notices).any(|reason| reason.code == kind.code)
        };
        if plan.reasons.is_empty() && plan.notices.is_empty() && plan.end.is_none() {
            return;
        }
        if !tells(&faults::WITHDRAWAL_REFUSED) {
            self.carried_out();
        }
        if let Some(hold) = &mut self.case.hold {
            hold.tries = 0;
            for reason in &hold.reasons {
                if !self.case.waived.contains(&reason.code) {
                    self.case.waived.push(reason.code.clone());
                }
            }
        }
        for kind in [&faults::STOPPED, &faults::RETURN, &faults::AFTER_SALE] {
            if tells(kind) && !self.case.is_waived(kind) {
                self.case.waived.push(kind.code.to_owned());
            }
        }
        let supplied = self.case.supply.objections();
        let is_supplied = |code: &str| supplied.iter().any(|objection| objection.reason.code == code);
        if plan.reasons.iter().chain(&plan.notices).any(|reason| is_supplied(&reason.code)) {
            self.case.supply_judged = supplied.iter().map(|objection| objection.key.clone()).collect();
        }
        if tells(&faults::UNKNOWN) || tells(&faults::EXISTS) || tells(&faults::OLD) {
            for note in &mut self.case.notes {
                note.seen |= matches!(note.class, Class::Unknown | Class::Exists | Class::Old);
            }
        }
        if self.case.phase(Subject::Inventory).may_count() {
            // It stays as it was declared.
            self.case.drifted.clear();
        }
        if matches!(self.case.shipping, Shipping::Refused { .. }) {
            self.case.shipping = Shipping::Open;
        }
        self.case.repush.asked = 0;
        self.case.repush.refused = false;
        // Only what waits to be made anew is: the word is not kept for a refusal that is yet to come.
        let waits = |reason: &Reason| {
            let is_course = reason.release == Release::Order && reason.code.starts_with("LIF-");
            !is_course && !is_supplied(&reason.code)
        };
        if plan.refused || plan.end.is_some() || plan.reasons.iter().any(waits) {
            self.mend(Mended::Judged);
        }
    }

    fn repush(&mut self, outcome: RepushOutcome) {
        let version = self.case.latest_index(Subject::Inventory);
        let repush = &mut self.case.repush;
        match outcome {
            RepushOutcome::Asked => {
                repush.asked = repush.asked.saturating_add(1);
                repush.at = Some(self.now);
                repush.for_version = version;
                repush.not_before = Some(later(self.now, doubled(self.policy.repush_wait, repush.asked)));
                let attempt = repush.asked;
                self.tell(What::Repushed { attempt });
            }
            RepushOutcome::Refused => {
                repush.refused = true;
                self.tell(What::RepushRefused);
            }
            RepushOutcome::Later { at } => repush.not_before = repush.not_before.max(Some(at)),
        }
    }

    fn ship(&mut self, outcome: ShipOutcome) {
        if matches!(self.case.shipping, Shipping::Done { .. }) {
            return;
        }
        self.case.shipping = match outcome {
            ShipOutcome::Done => {
                self.tell(What::Shipped);
                Shipping::Done { at: self.now }
            }
            ShipOutcome::Refused => {
                self.tell(What::ShipRefused);
                Shipping::Refused { at: self.now }
            }
            ShipOutcome::Later { at } => Shipping::Later { at },
        };
    }
}

/// The longest status kept in an event, in characters: the field holds ten.
const MOST_SHOWN: usize = 10;

/// Whether a document is what was wanted.
fn is_answer(wanted: &Wanted, made: &Made) -> bool {
    let same = wanted.subject == made.subject && wanted.submission == made.submission;
    let numbered = wanted.again.is_none_or(|(guid, made_at)| guid == made.guid && made_at == made.made_at);
    let late = wanted.again.is_some() || wanted.not_before.is_none_or(|from| made.made_at >= from);
    let new = wanted.unless.as_ref().is_none_or(|print| *print != made.print);
    same && numbered && late && new
}

impl Case {
    /// Finds the version that a receipt is about: the one it names, or the one that customs' time falls to.
    pub(super) fn place(&self, note: Note, receipt: &Receipt) -> Note {
        let Some(paper) = self.papers.get(&note.subject) else { return note };
        let named = |version: &Version| {
            let guid = version.guid;
            let is = |text: &str| Guid::parse(text) == Some(guid);
            receipt.guid.as_deref().is_some_and(is)
                || receipt.keys.own_no.as_deref().is_some_and(|own| own.trim() == guid.own_no().as_str())
                || receipt.info.guids().any(is)
        };
        let by_name = paper.versions.iter().position(named);
        let by_time = || {
            let before = |version: &Version| version.since.as_ref().is_none_or(|since| note.at > *since);
            paper.versions.iter().rposition(before)
        };
        let index = by_name.or_else(by_time).unwrap_or_default();
        Note { version: u8::try_from(index).unwrap_or(u8::MAX), ..note }
    }

    /// The notes of a receipt about a message's form: one for each document in it.
    pub(super) fn notes_of_format(&self, receipt: &FormatReceipt, message: Guid, raw: &str) -> Vec<Note> {
        let mut notes = Vec::new();
        for (subject, paper) in &self.papers {
            for (version, index) in paper.versions.iter().zip(0_u8..) {
                if version.message == message || version.earlier.contains(&message) {
                    notes.push(Note { version: index, ..Note::of_format(receipt, *subject, raw) });
                }
            }
        }
        notes
    }

    /// Keeps a note in its place; whether it was not there yet. Of two that say the same the first by key is kept, so that
    /// the order in which they come makes no difference.
    pub(super) fn keep(&mut self, note: Note) -> bool {
        match self.notes.binary_search_by(|known| known.order(&note)) {
            Ok(place) => {
                if let Some(known) = self.notes.get_mut(place)
                    && note.raw < known.raw
                {
                    known.raw = note.raw;
                }
                false
            }
            Err(_) if self.notes.len() >= MOST_NOTES => false,
            Err(place) => {
                self.notes.insert(place, note);
                true
            }
        }
    }

    /// What keeps the order from going on.
    pub fn reasons(&self, now: Timestamp, policy: &Policy) -> Vec<Reason> {
        Plan::of(self, now, policy).reasons
    }

    /// What keeps the order from going on, then what a person should know though it goes on.
    pub fn remarks(&self, now: Timestamp, policy: &Policy) -> Vec<Reason> {
        let plan = Plan::of(self, now, policy);
        let silent = self.silent(now, policy);
        plan.reasons.into_iter().chain(plan.notices).chain(silent).collect()
    }

    /// Documents that were sent long ago and about which no receipt has told how they stand.
    fn silent(&self, now: Timestamp, policy: &Policy) -> Vec<Reason> {
        let mut silent = Vec::new();
        for (subject, paper) in &self.papers {
            let waits = matches!(self.phase(*subject), fold::Phase::Sent(Standing::Silent | Standing::Taken));
            let sent_at = paper.latest().and_then(|version| version.sent_at).filter(|_| waits);
            if let Some(at) = sent_at.filter(|at| later(*at, policy.patience) < now) {
                let mut reason = about(&faults::SILENT, Release::Receipt, *subject);
                let hours = now.duration_since(at).as_hours().to_string();
                reason.args.push(("hours".to_owned(), Value::Plain(hours)));
                silent.push(reason);
            }
        }
        silent
    }
}

/// Receipts of one order at the most: a whole course has a dozen, and a gateway gone wild must not fill the store. All originals
/// are kept besides.
const MOST_NOTES: usize = 400;
