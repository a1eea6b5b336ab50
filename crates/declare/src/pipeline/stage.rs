//! Stages and how they run beside each other: each on a thread of its own, until there is nothing left to do or somebody
//! ends it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use ports::clock::Clock;
use ports::store::StoreError;

use super::RunError;

/// The longest a stage that has nothing to do rests before it looks again by itself: how late the outside world is noticed.
const LONGEST_REST: Duration = Duration::from_secs(2);
/// Between two looks at whether all has come to an end, while there is still something to wait for.
const LOOK: Duration = Duration::from_millis(200);

/// A part of the work.
pub(super) trait Stage: Send {
    /// Its name, for people.
    fn name(&self) -> &'static str;

    /// Does what is due, as much as goes into one commit.
    ///
    /// # Errors
    /// What ends the run.
    fn turn(&mut self) -> Result<Turn, RunError>;
}

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Something was done; there may be more.
    Worked,
    /// Nothing was due.
    Idle,
}

/// How long stages go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Until nothing is due; while orders are still under way, until nothing has happened for so long.
    Once {
        /// How long.
        wait: Duration,
    },
    /// Until somebody ends it.
    Watch,
}

/// Ends a run from outside.
#[derive(Debug, Default)]
pub struct Stop {
    asked: Mutex<bool>,
    heard: Condvar,
}

impl Stop {
    /// Asks the run to end: what is in work is finished, nothing new is begun.
    pub fn ask(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_all();
    }

    /// Whether it was asked to.
    pub fn is_asked(&self) -> bool {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct State {
    /// How much was done so far, and how often all were asked to look once more.
    done: u64,
    /// How much was done so far.
    worked: u64,
    /// For each stage how much had been done when it last found nothing to do.
    idle_at: Vec<Option<u64>>,
    ended: bool,
}

/// Where stages tell each other that something was done.
pub(super) struct Board<'b> {
    state: Mutex<State>,
    changed: Condvar,
    stop: &'b Stop,
    mode: Mode,
    /// Whether orders are still under way.
    under_way: &'b (dyn Fn() -> Result<bool, RunError> + Sync),
}

impl<'b> Board<'b> {
    pub(super) fn new(
        stages: usize,
        mode: Mode,
        stop: &'b Stop,
        under_way: &'b (dyn Fn() -> Result<bool, RunError> + Sync),
    ) -> Self {
        let state = State { done: 0, worked: 0, idle_at: vec![None; stages], ended: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), stop, mode, under_way }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Runs the stages; the first error ends them all.
    pub(super) fn run(&self, stages: Vec<Box<dyn Stage + '_>>) -> Result<(), RunError> {
        thread::scope(|scope| {
            let threads: Result<Vec<_>, _> = stages
                .into_iter()
                .enumerate()
                .map(|(index, stage)| {
                    // Tools that look at a process show a busy stage by its name.
                    let named = thread::Builder::new().name(stage.name().to_owned());
                    named.spawn_scoped(scope, move || self.one(index, stage))
                })
                .collect();
            if threads.is_err() {
                self.end();
            }
            let threads = threads.map_err(|_| RunError::Worker)?;
            let mut result = self.watch();
            for thread in threads {
                let ended = thread.join().unwrap_or(Err(RunError::Worker));
                result = result.and(ended);
            }
            result
        })
    }

    /// One stage's thread.
    fn one(&self, index: usize, mut stage: Box<dyn Stage + '_>) -> Result<(), RunError> {
        let _guard = EndsAll(self);
        loop {
            let seen = {
                let mut state = self.lock();
                if state.ended {
                    return Ok(());
                }
                state.idle_at[index] = None;
                state.done
            };
            match stage.turn() {
                Ok(Turn::Worked) => {
                    let mut state = self.lock();
                    state.done += 1;
                    state.worked += 1;
                    drop(state);
                    self.changed.notify_all();
                }
                Ok(Turn::Idle) => self.rest(index, seen),
                // Another process was faster. What was taken for this turn comes back by itself.
                Err(RunError::Store(StoreError::Conflict { key, .. })) => {
                    tracing::warn!(stage = stage.name(), %key, "another process was faster");
                }
                Err(error) => {
                    tracing::error!(stage = stage.name(), %error, "the stage cannot go on");
                    self.end();
                    return Err(error);
                }
            }
        }
    }

    /// Rests until something was done elsewhere, or for a while.
    fn rest(&self, index: usize, seen: u64) {
        let mut state = self.lock();
        state.idle_at[index] = Some(seen);
        self.changed.notify_all();
        let until = Instant::now() + LONGEST_REST;
        while state.done == seen && !state.ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() && self.mode == Mode::Watch {
                return;
            }
            let left = if left.is_zero() { LONGEST_REST } else { left };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Ends the stages when it is time.
    fn watch(&self) -> Result<(), RunError> {
        let (mut worked, mut since) = (0, Instant::now());
        loop {
            if self.stop.is_asked() {
                self.end();
                return Ok(());
            }
            let state = self.lock();
            if state.ended {
                return Ok(());
            }
            let idle = state.idle_at.iter().all(|at| *at == Some(state.done));
            let Mode::Once { wait } = self.mode else {
                let _ = self.changed.wait_timeout(state, LOOK);
                continue;
            };
            if !idle {
                let _ = self.changed.wait_timeout(state, LOOK);
                continue;
            }
            if state.worked != worked {
                (worked, since) = (state.worked, Instant::now());
            }
            drop(state);
            let more = since.elapsed() < wait && {
                let under_way = (self.under_way)();
                if under_way.is_err() {
                    self.end();
                }
                under_way?
            };
            let mut state = self.lock();
            if !state.idle_at.iter().all(|at| *at == Some(state.done)) {
                continue;
            }
            if !more {
                drop(state);
                self.end();
                return Ok(());
            }
            let (rested, _) = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
            state = rested;
            // All look once more: time has passed, and the outside world may have moved.
            state.done += 1;
            drop(state);
            self.changed.notify_all();
        }
    }
}

/// Ends all stages when one breaks down: the others would wait for it.
struct EndsAll<'a, 'b>(&'a Board<'b>);

impl Drop for EndsAll<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

/// The moment by which work counts as due: now, and in the first round after a start also what a process that died had
/// taken for itself. Nobody else has the store then.
#[derive(Debug)]
pub(super) struct Dawn {
    ahead: SignedDuration,
    lease: Duration,
}

impl Dawn {
    /// `exclusive`: no other process works on this store.
    pub(super) fn new(exclusive: bool, lease: Duration) -> Self {
        let ahead = if exclusive {
            SignedDuration::try_from(lease).unwrap_or_default()
        } else {
            SignedDuration::ZERO
        };
        Self { ahead, lease }
    }

    pub(super) fn now(&self, clock: &dyn Clock) -> Timestamp {
        let now = clock.now();
        now.checked_add(self.ahead).unwrap_or(now)
    }

    /// How long what is claimed now is left to this process. What is claimed at dawn is claimed for a moment that is ahead by
    /// this time already: a process that dies at dawn leaves nothing that the next dawn does not see.
    pub(super) fn lease(&self) -> Duration {
        if self.ahead.is_zero() { self.lease } else { Duration::ZERO }
    }

    /// Everything that was due is done.
    pub(super) fn is_over(&mut self) {
        self.ahead = SignedDuration::ZERO;
    }
}
