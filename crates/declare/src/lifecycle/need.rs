//! What one document needs.

use std::time::Duration;

use jiff::Timestamp;

use super::case::{Case, Mended};
use super::effect::Wanted;
use super::faults;
use super::fold::{Heard, Phase, Standing};
use super::paper::{Dispatch, Version};
use super::plan::{doubled, later};
use super::policy::Policy;
use super::reason::{Reason, Release, Value};
use super::words::{about, because};
use crate::customs_codes::Class;
use crate::documents::Submission;
use crate::receipt::Subject;

/// What a document needs.
#[derive(Debug)]
pub(super) enum Need {
    /// Nothing more: customs has it.
    Done,
    /// A receipt or the gateway.
    Wait,
    /// A look at that time.
    At(Timestamp),
    /// To be made.
    Make(Box<Wanted>),
    /// A person, or a change of what it says.
    Hold {
        /// Why.
        reason: Reason,
        /// Whether it was refused.
        refused: bool,
    },
}

/// The times of two versions must differ as customs writes them, to the second.
const APART: Duration = Duration::from_secs(1);

/// The needs of a case's documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs<'c> {
    pub(super) case: &'c Case,
    pub(super) now: Timestamp,
    pub(super) policy: &'c Policy,
}

impl Needs<'_> {
    fn latest(&self, subject: Subject) -> Option<&Version> {
        self.case.papers.get(&subject)?.latest()
    }

    fn hold(
        kind: &'static ports::fault::Kind,
        release: Release,
        subject: Subject,
        heard: &Heard<'_>,
    ) -> Need {
        Need::Hold { reason: because(kind, release, subject, heard.by), refused: false }
    }

    /// A document whose last word nobody understands.
    pub(super) fn parked(&self, subject: Subject) -> Option<Need> {
        let note = self.case.heard(subject).unknown?;
        let reason = because(&faults::UNKNOWN, Release::Receipt, subject, Some(note));
        Some(Need::Hold { reason, refused: false })
    }

    /// What a document needs now.
    pub(super) fn of(&self, subject: Subject) -> Need {
        if let Some(parked) = self.parked(subject) {
            return parked;
        }
        let heard = self.case.heard(subject);
        match self.case.phase(subject) {
            Phase::None => Need::Make(Box::new(self.wanted(subject, Submission::New))),
            Phase::Withdrawn => self.anew(subject),
            Phase::Made | Phase::Unknown => Need::Wait,
            Phase::NotTaken => self.not_taken(subject),
            Phase::Sent(standing) => match standing {
                Standing::Silent | Standing::Taken => Need::Wait,
                Standing::Stored | Standing::Examined | Standing::Approved | Standing::Released => {
                    self.stored(subject)
                }
                Standing::Stopped if self.case.is_waived(&faults::STOPPED) => Need::Wait,
                Standing::Stopped => Self::hold(&faults::STOPPED, Release::Receipt, subject, &heard),
                Standing::Exists => Self::hold(&faults::EXISTS, Release::Person, subject, &heard),
                Standing::Old => Self::hold(&faults::OLD, Release::Person, subject, &heard),
                Standing::Failed => self.failed(subject, &heard),
                Standing::TooMany | Standing::Refused => self.refused(subject, standing, &heard),
            },
        }
    }

    fn not_taken(&self, subject: Subject) -> Need {
        if self.case.mended == Mended::Judged {
            return self.anew(subject);
        }
        Need::Hold { reason: about(&faults::GATEWAY, Release::Person, subject), refused: false }
    }

    /// A stored document is done with, unless it would say something else today.
    fn stored(&self, subject: Subject) -> Need {
        let changed = self.case.drifted.contains(&subject)
            && matches!(subject, Subject::Order | Subject::Payment | Subject::Waybill)
            && !self.case.phase(Subject::Inventory).may_count();
        if !changed {
            return Need::Done;
        }
        if self.policy.changes_stored || self.case.mended == Mended::Judged {
            return Need::Make(Box::new(self.wanted(subject, Submission::Change)));
        }
        let mut reason = about(&faults::STALE, Release::Person, subject);
        reason.args.push(("documents".to_owned(), super::words::names(&self.case.drifted)));
        Need::Hold { reason, refused: false }
    }

    /// The inventory's version that was refused because the payment slip is missing.
    pub(super) fn payment_missing(&self) -> Option<u8> {
        let heard = self.case.heard(Subject::Inventory);
        let refused = self.case.phase(Subject::Inventory) == Phase::Sent(Standing::Refused);
        let missing = heard.by.is_some_and(|note| note.class == Class::PaymentMissing);
        (refused && missing && heard.unknown.is_none())
            .then(|| self.case.latest_index(Subject::Inventory))
            .flatten()
    }

    /// The other side failed: the same bytes go again, in a new message, after a while.
    fn failed(&self, subject: Subject, heard: &Heard<'_>) -> Need {
        let (Some(version), Some(note)) = (self.latest(subject), heard.by) else { return Need::Wait };
        let again = Some((version.guid, version.made_at));
        let judged = self.case.mended == Mended::Judged;
        if version.dispatch == Dispatch::Refused {
            // China E-port may have it from the first time: nothing takes its place but itself.
            return if judged {
                Need::Make(Box::new(Wanted { again, ..self.wanted(subject, version.submission) }))
            } else {
                self.not_taken(subject)
            };
        }
        if version.failed_until.as_ref().is_some_and(|until| note.at <= *until) {
            return Need::Wait;
        }
        let count = u32::try_from(version.earlier.len()).unwrap_or(u32::MAX).saturating_add(1);
        if count > self.policy.failed_limit && !judged {
            let mut reason = because(&faults::FAILED, Release::Person, subject, Some(note));
            reason.args.push(("count".to_owned(), Value::Plain(count.to_string())));
            return Need::Hold { reason, refused: false };
        }
        let at = later(version.sent_at.unwrap_or(version.made_at), doubled(self.policy.failed_wait, count));
        if self.now < at && !judged {
            return Need::At(at);
        }
        Need::Make(Box::new(Wanted { again, ..self.wanted(subject, version.submission) }))
    }

    /// Refused: declared anew once the reason is mended.
    fn refused(&self, subject: Subject, standing: Standing, heard: &Heard<'_>) -> Need {
        let Some(version) = self.latest(subject) else { return Need::Wait };
        let class = heard.by.map_or(Class::Unknown, |note| note.class);
        // Of a message with many documents one may be at fault: each goes by itself.
        let whole = standing == Standing::TooMany || heard.by.is_some_and(|note| note.form);
        if whole && !version.alone {
            return match self.limited(subject) {
                Need::Make(wanted) => Need::Make(Box::new(Wanted { alone: true, ..*wanted })),
                other => other,
            };
        }
        if class == Class::Temporary {
            return self.failed_there(subject, version, heard);
        }
        match self.case.mended {
            Mended::Judged => self.anew(subject),
            Mended::Perhaps => match self.limited(subject) {
                Need::Make(wanted) => {
                    Need::Make(Box::new(Wanted { unless: Some(version.print.clone()), ..*wanted }))
                }
                other => other,
            },
            Mended::No => {
                let kind = match subject {
                    Subject::Withdrawal => &faults::WITHDRAWAL_REFUSED,
                    Subject::Return => &faults::RETURN_REFUSED,
                    _ => &faults::REFUSED,
                };
                let refused =
                    !matches!(subject, Subject::Withdrawal | Subject::Return | Subject::WaybillStatus);
                Need::Hold { reason: because(kind, Release::Person, subject, heard.by), refused }
            }
        }
    }

    /// Customs refused it for a failure of its own: it is declared anew after a while, with a later time.
    fn failed_there(&self, subject: Subject, version: &Version, heard: &Heard<'_>) -> Need {
        let count = self.count(subject);
        if self.case.mended == Mended::Judged {
            return self.anew(subject);
        }
        if count > self.policy.failed_limit {
            let mut reason = because(&faults::FAILED, Release::Person, subject, heard.by);
            reason.args.push(("count".to_owned(), Value::Plain(count.to_string())));
            return Need::Hold { reason, refused: true };
        }
        let at = later(version.sent_at.unwrap_or(version.made_at), doubled(self.policy.failed_wait, count));
        if self.now < at { Need::At(at) } else { self.limited(subject) }
    }

    fn count(&self, subject: Subject) -> u32 {
        let count = self.case.papers.get(&subject).map_or(0, |paper| paper.versions.len());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// A new version, unless there were too many.
    pub(super) fn limited(&self, subject: Subject) -> Need {
        let count = self.count(subject);
        if count >= self.policy.versions_limit && self.case.mended != Mended::Judged {
            let heard = self.case.heard(subject);
            let mut reason = because(&faults::VERSIONS, Release::Person, subject, heard.by);
            reason.args.push(("count".to_owned(), Value::Plain(count.to_string())));
            return Need::Hold { reason, refused: true };
        }
        self.anew(subject)
    }

    /// A new version.
    pub(super) fn anew(&self, subject: Subject) -> Need {
        if self.count(subject) >= MOST_VERSIONS {
            let heard = self.case.heard(subject);
            let mut reason = because(&faults::VERSIONS, Release::Person, subject, heard.by);
            reason.args.push(("count".to_owned(), Value::Plain(self.count(subject).to_string())));
            return Need::Hold { reason, refused: true };
        }
        Need::Make(Box::new(self.wanted(subject, self.submission(subject))))
    }

    /// Whether a new version is new or a change. A change needs something at customs that it changes (K6).
    fn submission(&self, subject: Subject) -> Submission {
        if matches!(subject, Subject::Withdrawal | Subject::Return | Subject::WaybillStatus) {
            return Submission::New;
        }
        let index = self.case.latest_index(subject).unwrap_or_default();
        let stored = subject != Subject::Inventory
            && (0..=index).any(|version| self.case.heard_of(subject, version).is_at_customs());
        if stored {
            return Submission::Change;
        }
        let by_customs = self.case.phase(subject) == Phase::Sent(Standing::Refused)
            && self.case.heard(subject).by.is_some_and(super::Note::is_customs);
        if by_customs { self.policy.after_refusal } else { Submission::New }
    }

    /// A document to be made, later than its last version.
    pub(super) fn wanted(&self, subject: Subject, submission: Submission) -> Wanted {
        Wanted {
            subject,
            submission,
            again: None,
            not_before: self.latest(subject).map(|version| later(version.made_at, APART)),
            alone: false,
            unless: None,
            reason: None,
            goods: Vec::new(),
        }
    }
}

/// Versions of one document at the most, whatever persons say: their numbers are kept in a byte.
const MOST_VERSIONS: u32 = 200;
