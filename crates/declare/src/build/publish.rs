//! Putting messages into the folder of the run: those of this run, those of earlier runs whose orders came again, and those
//! that an earlier run recorded and could not put there any more.

use std::borrow::Cow;
use std::time::Duration;

use ports::fault::Lang;
use ports::store::{Batch, Expect};

use super::outbox::Outbox;
use super::run::Run;
use super::seal::Finished;
use super::{BuildError, Plan, faults, ledger};
use crate::documents::Guid;

/// Marks taken off by one commit.
const MARKS_PER_COMMIT: usize = 256;
/// How long an unpublished message is claimed for: no longer than this run's own look, as a store has one process.
const CLAIM: Duration = Duration::from_millis(1);
/// The version of a message's record right after it was written.
const FIRST_VERSION: u64 = 1;

/// A message as it leaves: in the envelope that the gateway wants, or as it is.
fn outgoing<'m>(plan: &Plan<'_>, message: &'m [u8]) -> Result<Cow<'m, [u8]>, BuildError> {
    let Some(envelope) = plan.setting.declaring.all.gateway.wrapper() else {
        return Ok(Cow::Borrowed(message));
    };
    let wrapped = envelope.wrap(message);
    wrapped.map(Cow::Owned).map_err(|fault| BuildError::NotText(fault.message(Lang::En)))
}

/// Puts messages into the folder as they leave.
pub(super) fn publish(plan: &Plan<'_>, outbox: &Outbox, messages: &[Finished]) -> Result<(), BuildError> {
    let outgoing =
        messages.iter().map(|message| Ok((message.file.as_str(), outgoing(plan, &message.bytes)?)));
    outbox.put(outgoing.collect::<Result<Vec<_>, BuildError>>()?)
}

impl Run<'_> {
    /// Puts the messages of earlier runs into the folder again, as they were. One that is lost is told, and the others go on.
    pub(super) fn publish_again(&mut self) -> Result<(), BuildError> {
        for guid in std::mem::take(&mut self.again) {
            let Some(message) = ledger::message(self.store, guid)? else {
                self.lose(guid, "-");
                continue;
            };
            self.publish_kept(guid, &message)?;
        }
        Ok(())
    }

    /// Puts a message into the folder from the archive; says whether it was there.
    fn publish_kept(&mut self, guid: Guid, message: &ledger::Message) -> Result<bool, BuildError> {
        let Some(bytes) = self.archive.read(&message.file)? else {
            if let Some(on) = crate::purge::purged_message(self.store, guid)? {
                self.observer.lost(faults::PURGED.fault().with("message", guid).with("on", on));
                return Ok(false);
            }
            self.lose(guid, &message.file);
            return Ok(false);
        };
        self.outbox.put([(message.file.as_str(), outgoing(self.plan, &bytes)?)])?;
        self.tell_written(message.kind, guid, &message.file, message.documents);
        Ok(true)
    }

    fn lose(&mut self, guid: Guid, file: &str) {
        self.summary.lost += 1;
        self.observer.lost(faults::LOST.fault().with("message", guid).with("file", file));
    }

    /// Puts the messages into the folder that an earlier run recorded and could not put there any more.
    pub(super) fn publish_unpublished(&mut self) -> Result<(), BuildError> {
        loop {
            let found =
                self.store.claim_due(&ledger::messages(), self.plan.setting.now, CLAIM, MARKS_PER_COMMIT)?;
            if found.is_empty() {
                return Ok(());
            }
            for document in found {
                let message: ledger::Message = document.record()?;
                let Some(guid) = document.key.segments().nth(1).and_then(|guid| Guid::parse(&guid)) else {
                    continue;
                };
                if self.publish_kept(guid, &message)? {
                    self.published.push((guid, document.version, message));
                }
            }
            self.mark_published()?;
        }
    }

    pub(super) fn note_published(&mut self, messages: Vec<Finished>) -> Result<(), BuildError> {
        for message in messages {
            let kept =
                ledger::Message { kind: message.kind, documents: message.documents, file: message.file };
            self.published.push((message.guid, FIRST_VERSION, kept));
        }
        if self.published.len() >= MARKS_PER_COMMIT { self.mark_published() } else { Ok(()) }
    }

    /// Takes the marks off messages that lie in the folder.
    pub(super) fn mark_published(&mut self) -> Result<(), BuildError> {
        self.outbox.sync()?;
        let mut batch = Batch::default();
        for (guid, version, message) in self.published.drain(..) {
            batch.put(ledger::message_key(guid), Expect::Version(version), &message)?;
        }
        if !batch.is_empty() {
            self.store.commit(batch)?;
        }
        Ok(())
    }
}
