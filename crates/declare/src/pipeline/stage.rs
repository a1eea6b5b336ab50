//! Stages and how they run beside each other: each on a thread of its own, until there is nothing left to do or somebody
//! ends it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ports::store::StoreError;

use super::RunError;

/// The longest a stage that has nothing to do rests before it looks again by itself: how late the outside world is noticed.
const LONGEST_REST: Duration = Duration::from_secs(2);
/// The wait before a store that was out of reach is tried again.
const AWAY: Duration = Duration::from_millis(500);
/// The rest after a race with another process was lost.
const AFTER_A_RACE: Duration = Duration::from_millis(50);
/// The same where the other one goes on with just this: a list that is read page by page is read by one at a time.
pub(super) const AFTER_A_LOST_PAGE: Duration = Duration::from_millis(500);
/// How long a stage rests at the least beside others that work, unless something was done that leads to work for it: each look
/// costs a server that many share a call or two.
const BREATH: Duration = Duration::from_millis(500);
/// The same for a stage that looks at the outside world and not at the store.
const SHORT_BREATH: Duration = Duration::from_millis(50);
/// Between two looks at whether all has come to an end, while there is still something to wait for.
const LOOK: Duration = Duration::from_millis(200);

/// A part of the work.
pub(super) trait Stage: Send {
    /// Its name, for people.
    fn name(&self) -> &'static str;

    /// The branches of the store in which work for it comes to be due.
    fn branches(&self) -> &'static [&'static str] {
        &[]
    }

    /// The branches into which its work mostly leads.
    fn leads_to(&self) -> &'static [&'static str] {
        &[]
    }

    /// How long it rests after another process was faster.
    fn after_a_race(&self) -> Duration {
        AFTER_A_RACE
    }

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
    /// The stages that something was done for here.
    woken: Vec<bool>,
    /// The stages that another process has work for.
    called: Vec<bool>,
    ended: bool,
}

/// What a board asks, and tells, of the store that its stages work on.
pub(super) struct Ground<'b> {
    /// Whether orders are still under way.
    pub(super) under_way: &'b (dyn Fn() -> Result<bool, RunError> + Sync),
    /// Whether others work on the store, which may be out of reach for a while.
    pub(super) shared: bool,
    /// How long a run that is to end waits for a store that is out of reach.
    pub(super) patience: Duration,
    /// Is told that the store is out of reach, or nothing when it is there again.
    pub(super) reach: &'b (dyn Fn(Option<&RunError>) + Sync),
}

/// Where stages tell each other that something was done.
pub(super) struct Board<'b> {
    state: Mutex<State>,
    changed: Condvar,
    stop: &'b Stop,
    mode: Mode,
    ground: Ground<'b>,
    /// For each stage the branches of its work.
    branches: Vec<&'static [&'static str]>,
}

impl<'b> Board<'b> {
    pub(super) fn new(
        stages: &[Box<dyn Stage + '_>],
        mode: Mode,
        stop: &'b Stop,
        ground: Ground<'b>,
    ) -> Self {
        let count = stages.len();
        let state = State {
            done: 0,
            worked: 0,
            idle_at: vec![None; count],
            woken: vec![false; count],
            called: vec![false; count],
            ended: false,
        };
        let branches = stages.iter().map(|stage| stage.branches()).collect();
        Self { state: Mutex::new(state), changed: Condvar::new(), stop, mode, ground, branches }
    }

    /// Another process has put work into a branch: the stages that do it look once they have rested enough. That process's own
    /// stages mostly are faster, and whoever looks at once takes from them a part of what one turn could do.
    pub(super) fn wake(&self, branch: &str) {
        let mut state = self.lock();
        if mark(&mut state.called, &self.branches, branch) {
            self.changed.notify_all();
        }
    }

    /// Whether it has come to its end.
    pub(super) fn is_over(&self) -> bool {
        self.lock().ended
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
        // Since when the store has been out of reach.
        let mut away: Option<Instant> = None;
        loop {
            let seen = {
                let mut state = self.lock();
                if state.ended {
                    return Ok(());
                }
                state.idle_at[index] = None;
                state.woken[index] = false;
                state.called[index] = false;
                state.done
            };
            let turn = stage.turn();
            if turn.is_ok() && away.take().is_some() {
                (self.ground.reach)(None);
            }
            match turn {
                Ok(Turn::Worked) => {
                    let mut state = self.lock();
                    state.done += 1;
                    state.worked += 1;
                    for branch in stage.leads_to() {
                        mark(&mut state.woken, &self.branches, branch);
                    }
                    drop(state);
                    self.changed.notify_all();
                }
                Ok(Turn::Idle) => self.rest(index, seen),
                // Another process was faster. What was taken for this turn comes back by itself.
                Err(RunError::Store(StoreError::Conflict { key, .. })) => {
                    tracing::warn!(stage = stage.name(), %key, "another process was faster");
                    // Not at once: two that are equally fast would meet again.
                    if self.ground.shared {
                        self.pause(stage.after_a_race());
                    }
                }
                // What was taken for this turn comes back by itself, and what became of a commit that broke off shows then.
                Err(error) if self.bears(&error, &mut away) => {
                    (self.ground.reach)(Some(&error));
                    self.pause(AWAY);
                }
                Err(error) => {
                    tracing::error!(stage = stage.name(), %error, "the stage cannot go on");
                    self.end();
                    return Err(error);
                }
            }
        }
    }

    /// Whether it goes on after an error, because the store may be there again soon.
    fn bears(&self, error: &RunError, away: &mut Option<Instant>) -> bool {
        let since = *away.get_or_insert_with(Instant::now);
        self.ground.shared
            && error.is_passing()
            && (self.mode == Mode::Watch || since.elapsed() < self.ground.patience)
    }

    /// Waits for so long, unless all ends before.
    fn pause(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut state = self.lock();
        while !state.ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Rests until something was done elsewhere, or for a while.
    fn rest(&self, index: usize, seen: u64) {
        let mut state = self.lock();
        state.idle_at[index] = Some(seen);
        self.changed.notify_all();
        let began = Instant::now();
        let until = began + LONGEST_REST;
        let breath = match (self.mode == Mode::Watch && self.ground.shared, self.branches[index].is_empty()) {
            (false, _) => Duration::ZERO,
            (true, true) => SHORT_BREATH,
            (true, false) => BREATH,
        };
        while !state.ended && !state.woken[index] {
            let mut left = until.saturating_duration_since(Instant::now());
            if state.done != seen || state.called[index] {
                let breath = breath.saturating_sub(began.elapsed());
                if breath.is_zero() {
                    return;
                }
                left = left.min(breath);
            }
            if left.is_zero() && (self.mode == Mode::Watch || self.ground.shared) {
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
                match (self.ground.under_way)() {
                    Ok(under_way) => under_way,
                    // The stages will notice as well, and bear it or not.
                    Err(error) if self.ground.shared && error.is_passing() => true,
                    Err(error) => {
                        self.end();
                        return Err(error);
                    }
                }
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

/// Marks the stages that do the work of a branch; says whether there are any.
fn mark(stages: &mut [bool], branches: &[&[&str]], branch: &str) -> bool {
    let mut any = false;
    for (marked, branches) in stages.iter_mut().zip(branches) {
        let concerns = branches.contains(&branch);
        *marked |= concerns;
        any |= concerns;
    }
    any
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
