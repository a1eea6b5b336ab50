//! Orders that are not to go on: cancelled, changed on the way, or taken back.

use jiff::Timestamp;

use super::case::{Case, Mended, State};
use super::effect::Wanted;
use super::faults;
use super::fold::{Phase, Standing};
use super::input::Decision;
use super::need::{Need, Needs};
use super::plan::Plan;
use super::policy::Policy;
use super::reason::Release;
use super::words::{because, reason};
use crate::documents::Submission;
use crate::receipt::Subject;

/// What customs is told, in its own language.
const CANCELLED: &str = "买家取消订单";
const CHANGED: &str = "订单收货信息变更";

/// Why an order is not to go on.
#[derive(Debug)]
pub(super) struct Stop {
    /// Whether it is decided; otherwise the platform or the buyer still may go back on it.
    pub(super) firm: bool,
    /// What customs is told.
    pub(super) reason: String,
}

/// Why an order is not to go on, if so.
pub(super) fn stop(case: &Case) -> Option<Stop> {
    if let Some(Decision::Withdraw { reason }) = case.wish() {
        return Some(Stop { firm: true, reason: reason.as_str().to_owned() });
    }
    if let Some(firm) = case.is_leaving() {
        return Some(Stop { firm, reason: CANCELLED.to_owned() });
    }
    let moved = case.drifted.contains(&Subject::Waybill) && case.phase(Subject::Inventory).may_count();
    let released = case.phase(Subject::Inventory) == Phase::Sent(Standing::Released);
    (moved && !released).then(|| Stop { firm: true, reason: CHANGED.to_owned() })
}

impl Plan {
    /// An order that is not to go on and is not released: what was not sent is not sent any more, what is at customs is
    /// withdrawn.
    pub(super) fn stopped(&mut self, case: &Case, stop: &Stop, now: Timestamp, policy: &Policy) {
        let needs = Needs { case, now, policy };
        let inventory = case.phase(Subject::Inventory);
        if !stop.firm {
            self.reasons.push(reason(&faults::CANCELLING, Release::Order));
            return;
        }
        if !inventory.may_count() {
            self.end = Some(State::Withdrawn);
            return;
        }
        if let Some(Need::Hold { reason, .. }) = needs.parked(Subject::Inventory) {
            self.reasons.push(reason);
            return;
        }
        let heard = case.heard(Subject::Inventory);
        let hold = |kind, release| because(kind, release, Subject::Inventory, heard.by);
        match inventory {
            Phase::Sent(Standing::Failed) if case.mended == Mended::Judged => {
                self.end = Some(State::Withdrawn)
            }
            Phase::Sent(Standing::Failed) => {
                let mut failed = hold(&faults::FAILED, Release::Person);
                failed.args.push(("count".to_owned(), super::reason::Value::Plain("1".to_owned())));
                self.reasons.push(failed);
            }
            Phase::Sent(Standing::Exists) => self.reasons.push(hold(&faults::EXISTS, Release::Person)),
            Phase::Sent(Standing::Old) => self.reasons.push(hold(&faults::OLD, Release::Person)),
            Phase::Sent(Standing::Stopped) => self.reasons.push(hold(&faults::STOPPED, Release::Receipt)),
            _ if case.inventory_numbers().is_some() => {
                let mut wanted = Vec::new();
                let need = follow(&needs, Subject::Withdrawal);
                self.settle(need, &mut wanted);
                // What is refused is the withdrawal, not the order.
                let wanted =
                    wanted.into_iter().map(|wanted| Wanted { reason: Some(stop.reason.clone()), ..wanted });
                self.prepare(case, wanted.collect());
            }
            // Customs has given it no number yet, and nothing can be asked for without one: its receipts are awaited.
            _ => {}
        }
    }

    /// Goods of a released order come back.
    pub(super) fn returning(&mut self, needs: &Needs<'_>, stop: Option<&Stop>) {
        let case = needs.case;
        let asked = match case.wish() {
            Some(Decision::Return { reason, goods }) => Some((reason.as_str().to_owned(), goods.clone())),
            _ => None,
        };
        let phase = case.phase(Subject::Return);
        // Another return may follow one that was granted or refused; each has a number of its own.
        let over = !phase.may_count() || case.heard(Subject::Return).is_granted();
        let need = match &asked {
            Some(_) if over && phase != Phase::None => needs.anew(Subject::Return),
            _ => follow(needs, Subject::Return),
        };
        let mut wanted = Vec::new();
        if self.settle(need, &mut wanted) && asked.is_none() {
            self.end = Some(State::Returned);
        }
        let (reason, goods) = asked.unwrap_or_else(|| {
            (stop.map_or_else(|| CANCELLED.to_owned(), |stop| stop.reason.clone()), Vec::new())
        });
        let wanted = wanted.into_iter().map(|wanted| Wanted {
            reason: Some(reason.clone()),
            goods: goods.clone(),
            ..wanted
        });
        self.prepare(case, wanted.collect());
    }
}

/// What a document that follows the inventory needs: made for this inventory, or what its version needs.
fn follow(needs: &Needs<'_>, subject: Subject) -> Need {
    let case = needs.case;
    let about = case.papers.get(&subject).and_then(|paper| paper.latest()).and_then(|version| version.about);
    if about.is_none() || about != case.latest_index(Subject::Inventory) {
        return Need::Make(Box::new(needs.wanted(subject, Submission::New)));
    }
    match needs.of(subject) {
        // Stored is not granted yet.
        Need::Done if !case.heard(subject).is_granted() => Need::Wait,
        need => need,
    }
}
