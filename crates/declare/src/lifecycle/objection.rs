//! Whether a decision can be carried out as things stand.

use jiff::Timestamp;
use ports::fault::{Fault, Place};

use super::case::{Case, State};
use super::faults;
use super::fold::{Phase, Standing};
use super::input::Decision;
use super::policy::Policy;
use crate::receipt::Subject;

/// Why a decision of a person makes no sense for an order as it stands; nothing when it does. A decision that is put to the
/// machine all the same does no harm.
pub fn objection(case: &Case, decision: &Decision, now: Timestamp, policy: &Policy) -> Option<Fault> {
    let released = case.phase(Subject::Inventory) == Phase::Sent(Standing::Released);
    let kind = match decision {
        Decision::Release { .. } => {
            let ended = case.state == State::Withdrawn;
            // That no receipt has come is not for a person to judge.
            let silent = |code: &str| code == faults::SILENT.code;
            let held = case.remarks(now, policy).iter().any(|reason| !silent(&reason.code));
            (!ended && !held).then_some(&faults::NOTHING_HELD)
        }
        Decision::Withdraw { .. } if case.state == State::Withdrawn => Some(&faults::ALREADY_WITHDRAWN),
        Decision::Withdraw { .. } => released.then_some(&faults::RELEASED),
        Decision::Return { .. } | Decision::Delivered => (!released).then_some(&faults::NOT_RELEASED),
    };
    kind.map(|kind| kind.at(Place::order(&case.order_no, "")).with("state", case.state)).map(|mut fault| {
        fault.at.path = None;
        fault
    })
}
