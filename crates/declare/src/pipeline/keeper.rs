//! What a worker does beside its work: it renews its lease, shows that it is there, minds the clock, and hears of work that
//! others put into the store.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use ports::clock::Clock as _;
use ports::store::StoreError;

use super::clock::{MEASURE_EVERY, StoreClock, WORTH_A_WORD};
use super::stage::{Board, Stage};
use super::worker::Presence;
use super::{RunError, Shared, faults};

/// How often in its term a lease is renewed: twice in vain and it is held still.
const RENEWALS: u32 = 3;
/// Between two looks at whether there is something to do.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Keeper<'k> {
    shared: &'k Shared<'k, 'k>,
    clock: &'k StoreClock,
    presence: Presence,
    /// Whether a clock that is off was told.
    told: bool,
}

impl<'k> Keeper<'k> {
    /// `ahead`: by how much the store's clock is ahead of this machine's, as far as it has one.
    pub(super) fn new(
        shared: &'k Shared<'k, 'k>,
        clock: &'k StoreClock,
        presence: Presence,
        ahead: Option<SignedDuration>,
    ) -> Self {
        let mut keeper = Self { shared, clock, presence, told: false };
        keeper.mind(ahead);
        keeper
    }

    /// Runs the stages and keeps beside them, until they end.
    pub(super) fn beside(
        mut self,
        board: &Board<'_>,
        stages: Vec<Box<dyn Stage + '_>>,
    ) -> Result<(), RunError> {
        self.greet()?;
        let shared = self.shared;
        let (tell, heard) = channel();
        let listening = shared.store().listen(Box::new(move |branch| {
            // Nobody waits for it any more.
            let _ = tell.send(branch.to_owned());
        }));
        let result = thread::scope(|scope| {
            let keeping = scope.spawn(|| self.keep(board));
            let waking = scope.spawn(move || wake(board, &heard));
            let result = board.run(stages);
            let kept = keeping.join().and_then(|()| waking.join()).map_err(|_| RunError::Worker);
            result.and(kept)
        });
        drop(listening);
        // Whoever dies before leaves both to their end.
        let left = shared
            .lease
            .release(shared.store(), shared.now())
            .and_then(|()| if shared.parts.exclusive { Ok(()) } else { self.presence.leave(shared.store()) });
        if let Err(error) = left {
            tracing::warn!(%error, "the worker's leave is not noted");
        }
        result
    }

    /// Shows itself for the first time.
    fn greet(&mut self) -> Result<(), StoreError> {
        // Where nobody else can look there is nothing to show.
        if self.shared.parts.exclusive {
            return Ok(());
        }
        let (store, now) = (self.shared.store(), self.shared.now());
        for other in self.presence.namesakes(store, now)? {
            let fault = faults::NAMESAKE.fault().with("name", &self.shared.parts.worker.name);
            let fault = fault.with("host", other.host).with("pid", other.pid).with("beat", other.beat);
            self.shared.observer.trouble(&fault);
        }
        self.presence.beat(store, None, now)
    }

    fn keep(&mut self, board: &Board<'_>) {
        let every = self.shared.parts.worker.terms.sender / RENEWALS;
        let (mut beaten, mut measured) = (Instant::now(), Instant::now());
        while !board.is_over() {
            thread::sleep(LOOK.min(every));
            if beaten.elapsed() >= every {
                beaten = Instant::now();
                if let Err(error) = self.beat() {
                    tracing::warn!(%error, "the lease is not renewed");
                }
            }
            if self.shared.parts.worker.follows_store && measured.elapsed() >= MEASURE_EVERY {
                measured = Instant::now();
                match self.clock.measure(self.shared.store()) {
                    Ok(ahead) => self.mind(ahead),
                    Err(error) => tracing::warn!(%error, "the store's clock is not known"),
                }
            }
        }
    }

    fn beat(&mut self) -> Result<(), StoreError> {
        let (store, now) = (self.shared.store(), self.shared.now());
        match self.shared.lease.renew(store, now) {
            // Another one has it; the next sending notices.
            Ok(()) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        if self.shared.parts.exclusive {
            return Ok(());
        }
        self.presence.beat(store, self.shared.lease.held(), self.clock.now())
    }

    fn mind(&mut self, ahead: Option<SignedDuration>) {
        let Some(off) = ahead.map(|ahead| ahead.abs()).filter(|off| *off > WORTH_A_WORD) else { return };
        if !std::mem::replace(&mut self.told, true) {
            self.shared.observer.trouble(&faults::CLOCK.fault().with("seconds", off.as_secs()));
        }
    }
}

/// Wakes the stages that others have work for, until all ends.
fn wake(board: &Board<'_>, heard: &Receiver<String>) {
    while !board.is_over() {
        match heard.recv_timeout(LOOK) {
            Ok(branch) => board.wake(&branch),
            Err(RecvTimeoutError::Timeout) => {}
            // Nobody tells anything.
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
