//! What the receipts about a document come to.
//!
//! Receipts are a set: they come late, twice, in any order. What they come to depends on the set alone:
//!
//! 1. **Layer.** What customs says (from 100 up) stands above what China E-port says (1 to 4, below zero): E-port hands a
//!    document on before customs answers, whatever the two clocks say. A document that customs has stored is not refused by
//!    E-port's complaint about a second sending of it.
//! 2. **Time, then rank.** Within a layer the latest counts; of equal times the one that comes later in the usual course.
//! 3. **Numbers are no order.** 500 comes before 800, 120 may follow 100: what a status means is its class in
//!    [`crate::customs_codes`], and what it leads to is told here.
//! 4. "There already" and "older than what is there" do not say how a document stands. After a doubtful sending they confirm
//!    it; without one a person is asked, unless other receipts tell that the document is there.
//! 5. A number nobody knows does not move a document. While it is the last word, the order is parked where people see it.

use super::case::Case;
use super::note::Note;
use super::paper::{Dispatch, Version};
use crate::customs_codes::Class;
use crate::receipt::Subject;

/// How a version of a document stands, by its receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Nothing that tells was heard of it.
    Silent,
    /// China E-port has it (1, 2, 3), or says that it was there already after a doubtful sending.
    Taken,
    /// Customs has stored it (120).
    Stored,
    /// Customs, its officers or the site are at it (300, 400, 500, 600).
    Examined,
    /// Customs has approved it (399): a withdrawal or return is granted.
    Approved,
    /// Released or cleared (800, 899).
    Released,
    /// Detained or to be sent back (501, 502, 503, 599, 700).
    Stopped,
    /// Refused: by customs (100), by E-port (below zero), or with its message (CEB900).
    Refused,
    /// The other side failed over it (4, and some below zero): the same bytes may be sent again.
    Failed,
    /// Its message had too many documents.
    TooMany,
    /// It is there already, and nothing tells that it is ours.
    Exists,
    /// What is there is newer, and nothing tells that it is ours.
    Old,
}

/// What the receipts about a version come to.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'c> {
    /// How it stands.
    pub standing: Standing,
    /// The receipt that decides it.
    pub by: Option<&'c Note>,
    /// A receipt with a number nobody knows, when it is the last word and no person has judged it.
    pub unknown: Option<&'c Note>,
}

impl Heard<'_> {
    const NOTHING: Self = Self { standing: Standing::Silent, by: None, unknown: None };

    /// Whether customs has it and nothing is wrong with it.
    pub fn is_at_customs(&self) -> bool {
        matches!(
            self.standing,
            Standing::Stored
                | Standing::Examined
                | Standing::Approved
                | Standing::Released
                | Standing::Stopped
        )
    }

    /// Whether a withdrawal or a return is granted.
    pub fn is_granted(&self) -> bool {
        matches!(self.standing, Standing::Approved | Standing::Released)
    }
}

impl Case {
    /// The receipts about a version of a document, in their order.
    pub fn notes_of(&self, subject: Subject, version: u8) -> &[Note] {
        let place = (subject, version);
        let from = self.notes.partition_point(|note| (note.subject, note.version) < place);
        let rest = self.notes.get(from..).unwrap_or_default();
        let length = rest.partition_point(|note| (note.subject, note.version) == place);
        rest.get(..length).unwrap_or_default()
    }

    /// What the receipts about the latest version of a document come to.
    pub fn heard(&self, subject: Subject) -> Heard<'_> {
        match self.papers.get(&subject).and_then(|paper| Some((paper.latest()?, paper.versions.len()))) {
            Some((version, count)) => {
                fold(self.notes_of(subject, u8::try_from(count - 1).unwrap_or(u8::MAX)), version)
            }
            None => Heard::NOTHING,
        }
    }

    /// What the receipts about a version come to.
    pub fn heard_of(&self, subject: Subject, index: u8) -> Heard<'_> {
        let version = self.papers.get(&subject).and_then(|paper| paper.versions.get(usize::from(index)));
        version.map_or(Heard::NOTHING, |version| fold(self.notes_of(subject, index), version))
    }

    /// The numbers by which customs and China E-port know the inventory (`invtNo`, `preNo`), from the last receipt that
    /// names them.
    pub fn inventory_numbers(&self) -> Option<(&str, Option<&str>)> {
        let count = self.papers.get(&Subject::Inventory)?.versions.len();
        let notes = self.notes_of(Subject::Inventory, u8::try_from(count.checked_sub(1)?).unwrap_or(u8::MAX));
        let number = notes.iter().rev().find_map(|note| note.inventory_no.as_deref())?;
        Some((number, notes.iter().rev().find_map(|note| note.entry_no.as_deref())))
    }
}

/// Folds the receipts about a version; they are in the order of [`Note::order`].
fn fold<'c>(notes: &'c [Note], version: &Version) -> Heard<'c> {
    // Both layers, one after the other in their own times.
    let customs = notes.iter().filter(|note| note.is_customs());
    let port = notes.iter().filter(|note| !note.is_customs());
    let last = |found: &mut dyn DoubleEndedIterator<Item = &'c Note>| {
        found.rev().find_map(|note| Some((standing_of(note)?, note)))
    };
    let above = last(&mut customs.clone());
    let below = last(&mut port.clone());
    let there = notes.iter().rev().find(|note| matches!(note.class, Class::Exists | Class::Old));
    let (standing, by) = match (above, below, there) {
        (Some((standing, note)), _, _) => (standing, Some(note)),
        (None, Some((Standing::Taken, note)), _) => (Standing::Taken, Some(note)),
        (None, told, Some(there)) if version.doubted || version.attempts > 1 || there.seen => {
            // It confirms the doubtful sending, unless a later word refuses it.
            match told {
                Some((standing, note)) if note.at > there.at => (standing, Some(note)),
                _ => (Standing::Taken, Some(there)),
            }
        }
        (None, Some((standing, note)), _) => (standing, Some(note)),
        (None, None, Some(there)) => {
            (if there.class == Class::Old { Standing::Old } else { Standing::Exists }, Some(there))
        }
        (None, None, None) => (Standing::Silent, None),
    };
    Heard { standing, by, unknown: parked(notes, above.or(below).map(|(_, note)| note)) }
}

/// The unknown number that is the last word of its layer: nothing that says how the document stands came after it.
fn parked<'c>(notes: &'c [Note], decisive: Option<&Note>) -> Option<&'c Note> {
    let unknown = notes.iter().rev().find(|note| note.class == Class::Unknown && !note.seen)?;
    let overtaken = decisive.is_some_and(|known| match (known.is_customs(), unknown.is_customs()) {
        (true, false) => true,
        (false, true) => false,
        _ => known.order(unknown).is_gt(),
    });
    (!overtaken).then_some(unknown)
}

/// How a document stands after a receipt, if the receipt tells.
fn standing_of(note: &Note) -> Option<Standing> {
    let number = note.status.number().unwrap_or_default();
    Some(match note.class {
        _ if number == 100 => Standing::Refused,
        Class::Underway => match number {
            399 => Standing::Approved,
            120.. => Standing::Stored,
            _ => Standing::Taken,
        },
        Class::Waiting => Standing::Examined,
        Class::Released => Standing::Released,
        Class::Stopped => Standing::Stopped,
        Class::Refused | Class::Correct | Class::Setup | Class::PaymentMissing => Standing::Refused,
        Class::Temporary => Standing::Failed,
        Class::TooMany => Standing::TooMany,
        Class::Exists | Class::Old | Class::Unknown => return None,
    })
}

/// Where the latest version of a document is between being made and being judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There is none.
    None,
    /// Its message is stored.
    Made,
    /// The outcome of sending it is unknown.
    Unknown,
    /// The gateway refused its message.
    NotTaken,
    /// It was sent; its receipts tell the rest.
    Sent(Standing),
    /// An inventory that was withdrawn.
    Withdrawn,
}

impl Phase {
    /// Whether the document may count at customs, now or when its receipts have come: no other may be declared beside it.
    pub const fn may_count(self) -> bool {
        match self {
            Self::None | Self::NotTaken | Self::Withdrawn => false,
            Self::Made | Self::Unknown => true,
            Self::Sent(standing) => !matches!(standing, Standing::Refused | Standing::TooMany),
        }
    }

    /// Whether customs has it and nothing is wrong with it.
    pub const fn is_stored(self) -> bool {
        matches!(
            self,
            Self::Sent(Standing::Stored | Standing::Examined | Standing::Approved | Standing::Released)
        )
    }

    /// Its word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Made => "made",
            Self::Unknown => "unknown",
            Self::NotTaken => "not_taken",
            Self::Withdrawn => "withdrawn",
            Self::Sent(standing) => match standing {
                Standing::Silent | Standing::Taken => "sent",
                Standing::Stored | Standing::Examined | Standing::Approved => "accepted",
                Standing::Released => "released",
                Standing::Stopped => "stopped",
                Standing::Refused | Standing::TooMany | Standing::Exists | Standing::Old => "refused",
                Standing::Failed => "failed",
            },
        }
    }
}

impl Case {
    /// Where a document is.
    pub fn phase(&self, subject: Subject) -> Phase {
        let Some(version) = self.papers.get(&subject).and_then(super::Paper::latest) else {
            return Phase::None;
        };
        if subject == Subject::Inventory && self.is_withdrawn() {
            return Phase::Withdrawn;
        }
        let heard = self.heard(subject);
        match version.dispatch {
            // A receipt tells more than the gateway: who is answered was sent.
            _ if heard.by.is_some() => Phase::Sent(heard.standing),
            Dispatch::Made => Phase::Made,
            Dispatch::Unknown => Phase::Unknown,
            Dispatch::Refused => Phase::NotTaken,
            Dispatch::Sent => Phase::Sent(Standing::Silent),
        }
    }

    /// Whether the latest inventory was withdrawn.
    fn is_withdrawn(&self) -> bool {
        let Some(withdrawal) = self.papers.get(&Subject::Withdrawal).and_then(super::Paper::latest) else {
            return false;
        };
        withdrawal.about == self.latest_index(Subject::Inventory)
            && self.heard(Subject::Withdrawal).is_granted()
    }

    /// The place of the latest version of a document.
    pub fn latest_index(&self, subject: Subject) -> Option<u8> {
        let count = self.papers.get(&subject)?.versions.len();
        u8::try_from(count.checked_sub(1)?).ok()
    }
}
