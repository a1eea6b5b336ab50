//! Orders that are in go on before new ones come in.
//!
//! Reading orders is quicker than declaring them. Let alone, it would fill the store with orders that wait, and all of them
//! would be on their way for as long as the last one. So whoever brings in new work rests while there is more than one turn's of
//! the old: what is under way stays as little as keeps everybody busy.

use std::sync::atomic::{AtomicBool, Ordering};

use super::stage::Turn;

/// Where more waits than one turn takes. A stage that sees to it sets its mark; when it takes the mark away, that counts as work,
/// so that those who rested look again.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// Orders that were listed and are to be read.
    pub(super) listed: Mark,
    /// Orders that were read and whose documents are to be made.
    pub(super) read: Mark,
}

/// Whether there is more than one turn's work.
#[derive(Debug, Default)]
pub(super) struct Mark(AtomicBool);

impl Mark {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Sets or takes away the mark; says what the turn comes to that found nothing else to do.
    pub(super) fn set(&self, more: bool) -> Turn {
        if self.0.swap(more, Ordering::AcqRel) && !more { Turn::Worked } else { Turn::Idle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_the_mark_away_is_work() {
        let mark = Mark::default();
        assert_eq!(mark.set(false), Turn::Idle);
        assert_eq!(mark.set(true), Turn::Idle);
        assert!(mark.is_set());
        assert_eq!(mark.set(false), Turn::Worked);
        assert!(!mark.is_set());
    }
}
