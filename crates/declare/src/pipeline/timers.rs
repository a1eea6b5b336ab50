//! What the time brings: cases that wanted to be looked at now.

use std::time::{Duration, Instant};

use ports::store::Batch;

use super::cases::Hand;
use super::dawn::Dawn;
use super::layout;
use super::race::claimed;
use super::stage::{Stage, Turn};
use super::{RunError, Shared, figures};
use crate::lifecycle::Input;

/// Cases of one turn.
const CASES: usize = 256;
/// Between two looks at what waits, for the figures.
const MEASURE: Duration = Duration::from_secs(10);

pub(super) struct Timers<'s> {
    shared: &'s Shared<'s, 's>,
    dawn: Dawn,
    /// When the queues were last looked at.
    measured: Option<Instant>,
}

impl<'s> Timers<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared, dawn: shared.dawn(), measured: None }
    }
}

impl Stage for Timers<'_> {
    fn name(&self) -> &'static str {
        "timers"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::CASES]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let branch = layout::branch(layout::CASES);
        let work = self.dawn.claim_due(store, &branch, self.shared.clock.as_ref(), CASES)?;
        if work.is_empty() {
            if let Some(metrics) = &parts.metrics
                && self.measured.is_none_or(|at| at.elapsed() > MEASURE)
            {
                self.measured = Some(Instant::now());
                figures::queues(metrics, store, self.shared.now())?;
            }
            return Ok(Turn::Idle);
        }
        let orders: Vec<String> =
            work.iter().filter_map(|document| layout::order_of(&document.key)).collect();
        claimed(self.shared, &work, || {
            let now = self.shared.now();
            let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders.iter().cloned(), now)?;
            for order_no in &orders {
                hand.apply(order_no, Input::Timer, now);
            }
            let mut batch = Batch::default();
            hand.write(store, &mut batch, now, self.shared.gather())?;
            Ok(store.commit(batch)?)
        })?;
        Ok(Turn::Worked)
    }
}
