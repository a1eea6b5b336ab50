//! Orders in: what the platforms list.

use std::sync::Arc;
use std::time::Duration;

use ports::platform::{Intake, IntakeError, Platform};

use super::stage::{AFTER_A_LOST_PAGE, Stage, Turn};
use super::{RunError, Shared, crash, faults};

/// Lists orders.
pub(super) struct List<'s> {
    shared: &'s Shared<'s, 's>,
    intakes: Vec<(Arc<dyn Platform>, Intake)>,
}

impl<'s> List<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        let parts = shared.parts;
        let intake = |platform: &Arc<dyn Platform>| {
            let intake = Intake::new(
                Arc::clone(platform),
                Arc::clone(&parts.store),
                Arc::clone(&shared.clock),
                parts.since,
            );
            (Arc::clone(platform), intake)
        };
        Self { shared, intakes: parts.platforms.iter().map(intake).collect() }
    }
}

impl Stage for List<'_> {
    fn name(&self) -> &'static str {
        "list"
    }

    fn leads_to(&self) -> &'static [&'static str] {
        &["intake"]
    }

    fn after_a_race(&self) -> Duration {
        AFTER_A_LOST_PAGE
    }

    /// One page of each platform's list; it and the place after it are kept in one commit.
    fn turn(&mut self) -> Result<Turn, RunError> {
        let mut turn = Turn::Idle;
        if self.shared.load.listed.is_set() {
            return Ok(turn);
        }
        for (platform, intake) in &self.intakes {
            match self.shared.runtime.block_on(intake.next_page()) {
                Ok(None) => {}
                Ok(Some(_)) => {
                    crash::point("notices-kept");
                    self.shared.clear(platform.name());
                    turn = Turn::Worked;
                }
                Err(IntakeError::Store(error)) => return Err(error.into()),
                Err(IntakeError::Call(error)) => {
                    self.shared.trouble(platform.name(), faults::PLATFORM.fault().with("reason", &error));
                }
                Err(IntakeError::Interrupted) => {}
            }
        }
        Ok(turn)
    }
}
