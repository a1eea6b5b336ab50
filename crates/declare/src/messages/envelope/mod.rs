//! What is put round a message on its way, and taken off again.
//!
//! Customs' own client takes messages as they are. The data exchange platform of China E-port wants each in an envelope
//! ([`Dxp`]), and some ports have wrappers of their own. Each is an [`Envelope`]; which one is used is one word of the
//! configuration (`[gateway] envelope`).
//!
//! A message is signed before it goes into its envelope and kept without it: the envelope is made when the message leaves,
//! always the same for the same message, so that what is sent again is byte for byte what was sent before.

mod answer;
mod dxp;

use std::fmt;

use ports::fault::Fault;

use super::reading::Tree;

pub use answer::answers;
pub(crate) use dxp::MAX_SENDER;
pub use dxp::{CUSTOMS, DXP, Dxp, Letter};

/// A form of envelope.
pub trait Envelope: fmt::Debug + Send + Sync {
    /// Its word in the configuration.
    fn word(&self) -> &'static str;

    /// Puts a message of this program into an envelope. The same message gives the same bytes, whenever it is asked for.
    ///
    /// # Errors
    /// [`super::faults::NOT_TO_WRAP`] when it is no message of this program or its sender has no place in the envelope.
    fn wrap(&self, message: &[u8]) -> Result<Vec<u8>, Box<Fault>>;

    /// The message inside an envelope of this form; nothing when it is none.
    ///
    /// # Errors
    /// [`super::faults::ENVELOPE`] when there is nothing in it that could be a message.
    fn open(&self, tree: &Tree<'_>) -> Option<Result<Vec<u8>, Box<Fault>>>;
}

/// Every form.
pub const ALL: [&dyn Envelope; 1] = [&DXP];

/// The form of a word of the configuration; `none` and unknown words have none.
pub fn of_word(word: &str) -> Option<&'static dyn Envelope> {
    ALL.into_iter().find(|envelope| envelope.word() == word)
}

/// The message inside an envelope of any form; nothing when the tree is no envelope.
///
/// # Errors
/// [`super::faults::ENVELOPE`] when it holds nothing that could be a message.
pub fn enveloped(tree: &Tree<'_>) -> Option<Result<Vec<u8>, Box<Fault>>> {
    ALL.into_iter().find_map(|envelope| envelope.open(tree))
}
