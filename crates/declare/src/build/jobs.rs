//! What workers do: preparing lines, sealing batches, putting messages into the folder.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, PoisonError};

use ports::archive::Archive;

use super::BuildError;
use super::outbox::Outbox;
use super::prepare::{Outcome, Preparer, Ready};
use super::publish::publish;
use super::seal::{Finished, Sealed, seal};
use crate::order::Line;

/// Work for a worker. Each has its number; results are taken up in that order.
pub(super) enum Job {
    Prepare(u64, Vec<Line>),
    Seal(u64, Vec<Ready>),
    Publish(Vec<Finished>),
}

pub(super) enum Done {
    Prepared(u64, Result<Vec<Outcome>, BuildError>),
    Sealed(u64, Result<Sealed, BuildError>),
    Published(Result<Vec<Finished>, BuildError>),
    /// The worker broke down over its job.
    BrokenDown,
}

/// A worker: takes jobs until there are no more.
pub(super) fn work(
    waiting: &Mutex<Receiver<Job>>,
    results: &Sender<Done>,
    mut preparer: Preparer<'_>,
    archive: &dyn Archive,
    outbox: &Outbox,
) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever waits for the result has to be told, or would wait for ever.
        let done = catch_unwind(AssertUnwindSafe(|| job.run(&mut preparer, archive, outbox)));
        let broken_down = done.is_err();
        if results.send(done.unwrap_or(Done::BrokenDown)).is_err() || broken_down {
            return;
        }
    }
}

impl Job {
    fn run(self, preparer: &mut Preparer<'_>, archive: &dyn Archive, outbox: &Outbox) -> Done {
        match self {
            Self::Prepare(number, lines) => {
                let outcomes: Result<Vec<_>, _> = lines.iter().map(|line| preparer.prepare(line)).collect();
                Done::Prepared(number, outcomes.map_err(BuildError::Store))
            }
            Self::Seal(number, orders) => Done::Sealed(number, seal(orders, preparer.plan, archive)),
            Self::Publish(messages) => {
                Done::Published(publish(preparer.plan, outbox, &messages).map(|()| messages))
            }
        }
    }
}
