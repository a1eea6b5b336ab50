//! What an order wants done.

use jiff::Timestamp;

use super::case::Case;
use super::event::Event;
use crate::documents::{Goods, Guid, Submission};
use crate::receipt::Subject;

/// How a message is to be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Submit {
    /// Its stored bytes are to be submitted.
    Bytes,
    /// Its outcome is unknown: it is to be asked about, and submitted again with the same bytes when it never arrived.
    Query,
}

/// A document to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its kind.
    pub subject: Subject,
    /// New, change or deletion.
    pub submission: Submission,
    /// When given: the same document once more, with this number, this time and the same bytes, in a new message.
    pub again: Option<(Guid, Timestamp)>,
    /// Its time (`appTime`, to the second) may not be earlier: customs throws older ones away.
    pub not_before: Option<Timestamp>,
    /// Whether it is to stand alone in its message.
    pub alone: bool,
    /// When given: it is made only if it says something else than the version with this print; otherwise the answer is
    /// [`super::Input::Unchanged`].
    pub unless: Option<String>,
    /// Why, for a withdrawal or a return.
    pub reason: Option<String>,
    /// The goods that come back, for a return; none means all that is left.
    pub goods: Vec<Goods>,
}

/// What an order wants done. It stays wanted until an input says what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Read all of it from the platform. Answered by [`super::Input::Read`].
    Fetch,
    /// Make documents, from what is stored of the order. All are made or none. Answered by [`super::Input::Prepared`], [`super::Input::Held`],
    /// [`super::Input::Drifted`] or [`super::Input::Unchanged`].
    Prepare {
        /// The documents.
        wanted: Vec<Wanted>,
        /// Documents that stand at customs, with their prints: when one would say something else today, the answer is
        /// `Drifted`.
        standing: Vec<(Subject, String)>,
        /// Fault codes that a person has judged: they do not hold the order where documents can be made all the same.
        waived: Vec<String>,
    },
    /// Hold documents that stand at customs, with their prints, against what they would say today. Answered by
    /// [`super::Input::Drifted`] or [`super::Input::Unchanged`].
    Compare {
        /// The documents.
        standing: Vec<(Subject, String)>,
    },
    /// Handle a stored message. Several orders may want it: it is done once. Answered by [`super::Input::Message`] to each order in it.
    Submit {
        /// The message.
        message: Guid,
        /// How.
        how: Submit,
    },
    /// Ask the platform to push the payment slip. Answered by [`super::Input::Repush`].
    Repush {
        /// Which time this is, from 1.
        attempt: u32,
    },
    /// Ask the supplier how the order stands. Answered by [`super::Input::Inquired`].
    Inquire,
    /// Tell the platform that the order was shipped. Answered by [`super::Input::Ship`].
    Ship,
}

/// What a case wants now and when it wants to be looked at again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// What it wants.
    pub effects: Vec<Effect>,
    /// When [`super::Input::Timer`] is due, if ever.
    pub wake: Option<Timestamp>,
}

/// What follows from an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The case afterwards.
    pub case: Case,
    /// What happened.
    pub events: Vec<Event>,
    /// Everything it wants now, also what it wanted before.
    pub pending: Pending,
}
