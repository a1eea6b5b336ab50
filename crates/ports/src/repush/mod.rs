//! Payment slips that customs misses: asking the platform to have them pushed again (重推支付单).
//!
//! The payment slip is the payment company's to send, triggered by the platform. When customs says that it has none, all that a
//! merchant can do is to ask the platform once more. Every such request makes the payment company push, so it is made sparingly:
//! at most once per order and hour and six times a day, by itself with growing gaps and no more than a dozen times in all, and
//! only while the order can still use the slip.
//!
//! | key | document |
//! |---|---|
//! | `repush/order/<platform>/<number>` | every attempt of an order, with its reason and answer |
//! | `repush/wanted/<platform>/<number>` | that an order's slip is missing, and why; due when it may be asked for next |
//!
//! Whoever reads receipts writes the second with [`want`] (what says so, [`says_missing`] knows) and takes it away with
//! [`unwant`]; [`Repusher::ask_due`] does the rest. An attempt is reserved in the store, by a version demand, before the platform
//! is called: of any number of processes that ask at the same moment one does. An attempt whose outcome is not known counts as
//! made.

mod ask;
mod history;
mod policy;
mod signs;
mod wanted;

#[cfg(test)]
mod tests;

pub use ask::{Ask, RepushError, Repusher, Routes, Told, Verdict};
pub use history::{Answer, Attempt, Claim, Claimed, History, claim, history, settle};
pub use policy::{A_DAY, Asker, Bound, DAY, GAPS, LEAST_GAP, MOST, NOT_ASKED_GAP, NotNow, earliest, may_ask};
pub use signs::{Sign, SignKind, says_missing, signs};
pub use wanted::{OrderRef, Wanted, WantedOrder, unwant, want, wanted};
