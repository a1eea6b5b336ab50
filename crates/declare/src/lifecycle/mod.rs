//! The life of an order between the shop and customs, as a pure state machine.
//!
//! A [`Case`] is all that is known of one order: how it stands on the platform, what holds it, its documents ([`Paper`]) with
//! every version that was made of them, and the receipts about them as [`Note`]s. [`step()`] takes a case and an [`Input`] and
//! gives the case afterwards, what happened ([`Event`]) and what is wanted now ([`Effect`]). It knows no clock, no store and no
//! network: whoever calls it commits the case before the effects are carried out.
//!
//! # What it promises
//!
//! 1. **Nothing is lost.** What is wanted follows from the case alone ([`pending()`]): an effect stays wanted until an input says
//!    what became of it. After a crash the same effects come out of the stored case.
//! 2. **Nothing is declared twice.** A document gets a new version only when no earlier one can count: it was refused, or its
//!    message certainly never arrived. A message whose outcome is unknown is asked about or sent again, never replaced.
//! 3. **Receipts are a set.** They are folded by layer, customs' time and rank ([`fold`]): late, repeated and shuffled ones give
//!    the same end.
//! 4. **What is held says why, and what releases it** ([`Reason`]).
//! 5. **A withdrawn or returned order is never declared again by itself.**
//!
//! Nothing of a person is in a case: receipts are kept as their numbers, with the key of the sealed original.

pub mod audit;
mod case;
mod effect;
mod event;
pub mod faults;
pub mod fold;
mod input;
mod need;
mod note;
mod objection;
mod paper;
mod plan;
mod policy;
mod reason;
mod step;
pub mod story;
mod supply;
#[cfg(test)]
mod tests;
mod withdrawing;
mod words;

pub use case::{AfterSale, Case, Decided, Hold, Inquiries, Mended, Repush, Shipping, Shop, State};
pub use effect::{Effect, Pending, Step, Submit, Wanted};
pub use event::{Event, What};
pub use fold::{Heard, Phase, Standing};
pub use input::{Decision, Input, Made, Reading, RepushOutcome, Sending, ShipOutcome};
pub use note::{Note, TaxNote};
pub use objection::objection;
pub use paper::{Dispatch, Paper, Papers, Version};
pub use policy::{Policy, Returns};
pub use reason::{Reason, Release, Said, Value};
pub use step::{pending, step};
pub use supply::{Cancelling, SupplierNews, Supply};
pub use words::{meaning, name, state_name};
