//! What a case wants, waits for, or is held by: one look at it that answers all three, so that no order stops without a word.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::case::{AfterSale, Case, Mended, Shipping, Shop, State};
use super::effect::{Effect, Pending, Submit, Wanted};
use super::fold::{Phase, Standing};
use super::input::Decision;
use super::need::{Need, Needs};
use super::paper::Dispatch;
use super::policy::{Policy, Returns};
use super::reason::{Reason, Release, Value};
use super::words::{about, names, reason};
use super::{faults, withdrawing};
use crate::documents::faults::NO_WAYBILL;
use crate::receipt::Subject;

/// The documents that a declaration begins with.
pub(super) const FIRST: [Subject; 3] = [Subject::Order, Subject::Payment, Subject::Waybill];

/// What a look at a case found.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) pending: Pending,
    /// What keeps it from going on.
    pub(super) reasons: Vec<Reason>,
    /// What a person should know though it goes on.
    pub(super) notices: Vec<Reason>,
    /// Whether a document was refused, by customs or on the way there.
    pub(super) refused: bool,
    /// The state it has come to, when that is its end unless a person decides otherwise.
    pub(super) end: Option<State>,
}

/// A moment later; the end of time when there is none.
pub(super) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// A wait doubled for every time but the first.
pub(super) fn doubled(wait: Duration, times: u32) -> Duration {
    wait.saturating_mul(2_u32.saturating_pow(times.saturating_sub(1).min(MOST_DOUBLINGS)))
}

/// Doublings of a wait: a minute doubled sixteen times is a month and a half.
const MOST_DOUBLINGS: u32 = 16;

impl Plan {
    /// Looks at a case.
    pub(super) fn of(case: &Case, now: Timestamp, policy: &Policy) -> Self {
        let mut plan = Self::default();
        plan.submissions(case);
        plan.course(case, now, policy);
        if let Some(end) = plan.end {
            debug_assert!(matches!(end, State::Withdrawn | State::Returned), "{end}");
        }
        plan
    }

    pub(super) fn want(&mut self, effect: Effect) {
        self.pending.effects.push(effect);
    }

    /// Wants a document, or tells what is in the way. Whether it is settled.
    pub(super) fn settle(&mut self, need: Need, wanted: &mut Vec<Wanted>) -> bool {
        match need {
            Need::Done => return true,
            Need::Wait => {}
            Need::At(at) => self.wake(at),
            Need::Make(document) => wanted.push(*document),
            Need::Hold { reason, refused } => {
                self.refused |= refused;
                self.reasons.push(reason);
            }
        }
        false
    }

    /// Wants to be looked at again.
    pub(super) fn wake(&mut self, at: Timestamp) {
        self.pending.wake = Some(self.pending.wake.map_or(at, |wake| wake.min(at)));
    }

    /// Messages that are stored are submitted, whatever has become of the order since: others' documents stand in them.
    fn submissions(&mut self, case: &Case) {
        for paper in case.papers.values() {
            for version in &paper.versions {
                let how = match version.dispatch {
                    Dispatch::Made => Submit::Bytes,
                    Dispatch::Unknown => Submit::Query,
                    Dispatch::Sent | Dispatch::Refused => continue,
                };
                let effect = Effect::Submit { message: version.message, how };
                if !self.pending.effects.contains(&effect) {
                    self.want(effect);
                }
            }
        }
    }

    fn course(&mut self, case: &Case, now: Timestamp, policy: &Policy) {
        let inventory = case.phase(Subject::Inventory);
        if case.phase(Subject::Return).is_stored()
            && case.heard(Subject::Return).is_granted()
            && case.wish().is_none()
        {
            self.end = Some(State::Returned);
            return;
        }
        if inventory == Phase::Withdrawn
            && (case.mended != Mended::Judged || withdrawing::stop(case).is_some())
        {
            self.end = Some(State::Withdrawn);
            return;
        }
        let reading = self.reading(case, now, policy);
        if let Phase::Sent(Standing::Released) = inventory {
            return self.released(case, now, policy, reading);
        }
        if let Some(stop) = withdrawing::stop(case) {
            return self.stopped(case, &stop, now, policy);
        }
        if self.unsupplied(case, now, policy) {
            return;
        }
        self.declaring(case, inventory, now, policy, reading);
    }

    /// What the supplier said and no person has judged holds the order: what was not sent is not sent, and what was sent is a
    /// person's affair. Whether there is anything.
    fn unsupplied(&mut self, case: &Case, now: Timestamp, policy: &Policy) -> bool {
        let open = case.unsupplied();
        if open.is_empty() {
            return false;
        }
        self.reasons.extend(open);
        if case.phase(Subject::Inventory).is_stored() {
            self.parked(&Needs { case, now, policy }, Subject::Inventory);
        } else if let Some(hold) = case.hold.as_ref().filter(|_| case.mended == Mended::No) {
            // A person who judges has to see everything.
            self.reasons.extend(hold.reasons.iter().cloned());
        }
        if case.supply.is_asked() {
            self.inquire(case, case.inquiries.decision_since.unwrap_or(case.opened_at), now, policy);
        }
        true
    }

    /// A supplier whose word is awaited is asked after a while: it may have been lost.
    fn inquire(&mut self, case: &Case, since: Timestamp, now: Timestamp, policy: &Policy) {
        let Some(wait) = policy.supplier_wait else { return };
        let wait = doubled(wait, case.inquiries.asked.saturating_add(1)).min(policy.supplier_longest);
        let at = later(case.inquiries.at.map_or(since, |at| at.max(since)), wait);
        if now < at {
            self.wake(at);
        } else {
            self.want(Effect::Inquire);
        }
    }

    /// Whether the order is to be read before anything new is made of it.
    fn reading(&mut self, case: &Case, now: Timestamp, policy: &Policy) -> bool {
        let behind = case.read_ms.is_none_or(|read| case.changed_ms > read);
        let moving = case.hold.as_ref().filter(|hold| {
            case.mended == Mended::No && hold.reasons.iter().any(|reason| reason.release == Release::Reading)
        });
        let due = moving.map(|hold| {
            later(hold.tried_at, doubled(policy.reread_wait, hold.tries).min(policy.reread_longest))
        });
        match due {
            Some(at) if now < at && !behind => {
                self.wake(at);
                false
            }
            due => {
                let wanted = behind || due.is_some();
                if wanted {
                    self.want(Effect::Fetch);
                }
                wanted
            }
        }
    }

    /// An order that may be declared.
    fn declaring(&mut self, case: &Case, inventory: Phase, now: Timestamp, policy: &Policy, reading: bool) {
        let needs = Needs { case, now, policy };
        let sends_inventory = policy.is_sent(Subject::Inventory);
        if sends_inventory && inventory.is_stored() {
            // It lies with customs: nothing is made anew, but what customs has may be outdated.
            self.parked(&needs, Subject::Inventory);
            self.compared(case, reading);
            return self.stale(case);
        }
        if case.read_ms.is_some() && case.papers.is_empty() && case.shop != Shop::Waiting {
            self.reasons.push(reason(&faults::NOT_YET, Release::Order));
            return;
        }
        let mut wanted = Vec::new();
        let mut settled = true;
        for subject in FIRST.into_iter().filter(|subject| policy.is_sent(*subject)) {
            let need = needs.of(subject);
            settled &= self.settle(need, &mut wanted);
        }
        let open = settled || (!policy.inventory_waits && self.reasons.is_empty());
        let begun = !matches!(inventory, Phase::None);
        if sends_inventory && (open || begun) {
            let need = self.inventory(&needs, open);
            self.settle(need, &mut wanted);
        }
        if let Some(hold) = &case.hold
            && case.mended == Mended::No
            && (!wanted.is_empty() || self.refused)
        {
            self.reasons.extend(hold.reasons.iter().cloned());
            if hold.reasons.iter().any(|reason| reason.code == NO_WAYBILL.code) {
                self.inquire(case, hold.since, now, policy);
            }
            return;
        }
        if wanted.is_empty() {
            self.compared(case, reading);
            if inventory.may_count() {
                self.stale(case);
            }
        } else if self.reasons.is_empty() && !reading {
            let kinds: Vec<Subject> = wanted.iter().map(|wanted| wanted.subject).collect();
            let standing = case.standing(&kinds);
            self.want(Effect::Prepare { wanted, standing, waived: case.waived.clone() });
        }
    }

    /// The inventory's turn; while documents before it are not settled it is only said what is wrong with it.
    fn inventory(&mut self, needs: &Needs<'_>, open: bool) -> Need {
        let need = match needs.payment_missing() {
            Some(version) => self.payment(needs, version),
            None => needs.of(Subject::Inventory),
        };
        match need {
            Need::Make(_) if !open => Need::Wait,
            need => need,
        }
    }

    /// An inventory refused for want of the payment slip: the slip is asked for, then the inventory is declared again.
    fn payment(&mut self, needs: &Needs<'_>, version: u8) -> Need {
        let Needs { case, now, policy } = *needs;
        self.refused = true;
        let repush = &case.repush;
        if case.mended == Mended::Judged {
            return needs.anew(Subject::Inventory);
        }
        let counted = |kind, release| {
            let mut reason = about(kind, release, Subject::Inventory);
            reason.args.push(("asked".to_owned(), Value::Plain(repush.asked.to_string())));
            Need::Hold { reason, refused: true }
        };
        if repush.refused {
            return counted(&faults::PAYMENT_REFUSED, Release::Person);
        }
        let settled = repush.at.filter(|_| repush.for_version == Some(version));
        let settled = settled.map(|at| later(at, policy.repush_settles));
        if settled.is_none() && repush.asked >= policy.repush_limit {
            return counted(&faults::PAYMENT_LIMIT, Release::Person);
        }
        // Not a hold: it goes on by itself. It is told all the same.
        if let Need::Hold { reason, .. } = counted(&faults::PAYMENT, Release::Payment) {
            self.notices.push(reason);
        }
        match settled.or(repush.not_before.filter(|at| now < *at)) {
            Some(at) if now < at => Need::At(at),
            Some(_) => needs.limited(Subject::Inventory),
            None => {
                self.want(Effect::Repush { attempt: repush.asked.saturating_add(1) });
                Need::Wait
            }
        }
    }

    /// A released order: back to the shop, unless it comes back itself.
    fn released(&mut self, case: &Case, now: Timestamp, policy: &Policy, reading: bool) {
        let needs = Needs { case, now, policy };
        if self.parked(&needs, Subject::Inventory) {
            return;
        }
        let shipped = case.shop == Shop::Shipped || matches!(case.shipping, Shipping::Done { .. });
        let stop = withdrawing::stop(case);
        let asked = matches!(case.wish(), Some(Decision::Return { .. }));
        let begun = case.phase(Subject::Return) != Phase::None;
        let firm = stop.as_ref().is_some_and(|stop| stop.firm);
        let alone = match policy.returns {
            Returns::ByPerson => false,
            Returns::Unshipped => !shipped,
            Returns::All => true,
        };
        if matches!(case.wish(), Some(Decision::Withdraw { .. })) {
            self.reasons.push(reason(&faults::RELEASED, Release::Person));
        } else if asked || begun || (firm && alone && !case.is_waived(&faults::RETURN)) {
            self.returning(&needs, stop.as_ref());
        } else if stop.is_some() && shipped {
            if !case.is_waived(&faults::AFTER_SALE) {
                self.notices.push(reason(&faults::AFTER_SALE, Release::Person));
            }
        } else if firm {
            if !case.is_waived(&faults::RETURN) {
                self.reasons.push(reason(&faults::RETURN, Release::Person));
            }
        } else if stop.is_some() {
            self.reasons.push(reason(&faults::CANCELLING, Release::Order));
        } else if shipped {
            self.notices.extend(case.unsupplied());
            self.delivered(&needs);
        } else if self.unsupplied(case, now, policy) {
            // Not told to be shipped.
        } else if !case.drifted.is_empty() {
            let mut late = reason(&faults::CHANGED_LATE, Release::Person);
            late.args.push(("documents".to_owned(), names(&case.drifted)));
            self.reasons.push(late);
        } else if case.compare || reading {
            self.compared(case, reading);
        } else if policy.ships {
            match case.shipping {
                Shipping::Open => self.want(Effect::Ship),
                Shipping::Later { at } if now < at => self.wake(at),
                Shipping::Later { .. } => self.want(Effect::Ship),
                Shipping::Refused { .. } => {
                    self.notices.push(reason(&faults::SHIP_REFUSED, Release::Person));
                }
                Shipping::Done { .. } => {}
            }
        }
    }

    /// The waybill's status after delivery.
    fn delivered(&mut self, needs: &Needs<'_>) {
        if !(needs.case.delivered && needs.policy.reports_delivery && needs.policy.is_sent(Subject::Waybill))
        {
            return;
        }
        let mut wanted = Vec::new();
        let mut plan = Self::default();
        plan.settle(needs.of(Subject::WaybillStatus), &mut wanted);
        // The order has come to its end: what is wrong with this last document does not hold it.
        self.notices.append(&mut plan.reasons);
        if let Some(at) = plan.pending.wake {
            self.wake(at);
        }
        self.prepare(needs.case, wanted);
    }

    /// Wants documents that follow a declaration, unless they could not be made and nothing has changed since.
    pub(super) fn prepare(&mut self, case: &Case, wanted: Vec<Wanted>) {
        if wanted.is_empty() {
            return;
        }
        if let Some(hold) = &case.hold
            && case.mended == Mended::No
        {
            self.reasons.extend(hold.reasons.iter().cloned());
        } else {
            self.want(Effect::Prepare { wanted, standing: Vec::new(), waived: case.waived.clone() });
        }
    }

    /// A document whose last word nobody understands. Whether there is one.
    fn parked(&mut self, needs: &Needs<'_>, subject: Subject) -> bool {
        let Some(Need::Hold { reason, refused }) = needs.parked(subject) else { return false };
        self.refused |= refused;
        self.reasons.push(reason);
        true
    }

    /// An order that changed is compared with what customs has.
    fn compared(&mut self, case: &Case, reading: bool) {
        if case.compare && !reading {
            let standing = case.standing(&[]);
            if !standing.is_empty() {
                self.want(Effect::Compare { standing });
            }
        }
    }

    /// Documents that customs has and that would say something else today, while the inventory is on its way: a changed waybill
    /// or address is withdrawn, other changes are told.
    fn stale(&mut self, case: &Case) {
        if !case.drifted.is_empty() {
            let mut stale = reason(&faults::STALE, Release::Person);
            stale.args.push(("documents".to_owned(), names(&case.drifted)));
            self.notices.push(stale);
        }
    }
}

impl Case {
    /// What a person wishes and what was not carried out yet.
    pub(super) fn wish(&self) -> Option<&Decision> {
        self.decisions.iter().rev().find(|decided| !decided.done).map(|decided| &decided.decision)
    }

    /// What the supplier said against the order and no person has judged.
    fn unsupplied(&self) -> Vec<Reason> {
        let open = self.supply.objections().into_iter();
        let open = open.filter(|objection| !self.supply_judged.contains(&objection.key));
        open.map(|objection| objection.reason).collect()
    }

    /// Whether a person has judged what a kind of fault tells.
    pub(super) fn is_waived(&self, kind: &ports::fault::Kind) -> bool {
        self.waived.iter().any(|code| code == kind.code)
    }

    /// Documents that count or may count, with their prints, but for some kinds.
    pub(super) fn standing(&self, but: &[Subject]) -> Vec<(Subject, String)> {
        let kinds = FIRST.into_iter().chain([Subject::Inventory]);
        let live = kinds.filter(|subject| !but.contains(subject) && self.phase(*subject).may_count());
        live.filter_map(|subject| Some((subject, self.papers.get(&subject)?.latest()?.print.clone())))
            .collect()
    }

    /// The state that a look at the case comes to.
    pub(super) fn state_of(&self, plan: &Plan, policy: &Policy) -> State {
        let inventory = self.phase(Subject::Inventory);
        if let Some(end) = plan.end {
            return end;
        }
        if !plan.reasons.is_empty() {
            return if plan.refused { State::Refused } else { State::Held };
        }
        if self.papers.keys().any(|subject| self.phase(*subject) == Phase::Unknown) {
            return State::Unknown;
        }
        if plan.refused {
            return State::Refused;
        }
        let stored = if policy.is_sent(Subject::Inventory) || inventory != Phase::None {
            inventory.is_stored()
        } else {
            let mut sent = FIRST.into_iter().filter(|subject| policy.is_sent(*subject)).peekable();
            sent.peek().is_some() && sent.all(|subject| self.phase(subject).is_stored())
        };
        match inventory {
            Phase::Sent(Standing::Released) => State::Released,
            _ if stored => State::Accepted,
            _ if self.papers.keys().any(|subject| matches!(self.phase(*subject), Phase::Sent(_))) => {
                State::Sent
            }
            _ => State::Ready,
        }
    }

    /// Whether the platform says that money or goods go back, or the buyer is about to.
    pub(super) fn is_leaving(&self) -> Option<bool> {
        match (self.shop, self.after_sale) {
            (Shop::Cancelled, _) | (_, AfterSale::Done) => Some(true),
            (Shop::Cancelling, _) | (_, AfterSale::Open) => Some(false),
            _ => None,
        }
    }
}
