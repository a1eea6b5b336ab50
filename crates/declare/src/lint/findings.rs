//! What is found in a file, up to a bound.

use ports::fault::Fault;

use super::faults::MORE_WARNINGS;
use crate::messages::faults::MORE;

/// Findings of a file that are told. A message of a hundred documents that all lack the same ten fields has a thousand; a file of
/// hundreds of thousands of broken elements is no work list for anybody, and would take the memory of the machine.
pub(super) const MAX_FINDINGS: usize = 5_000;

/// What was found in a file so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    told: Vec<Fault>,
    /// How many more there were.
    more: usize,
    /// Whether one of those refuses the file.
    is_error: bool,
}

impl Findings {
    pub(super) fn push(&mut self, fault: Fault) {
        if self.told.len() < MAX_FINDINGS {
            self.told.push(fault);
        } else {
            self.more += 1;
            self.is_error |= fault.is_error();
        }
    }

    pub(super) fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        faults.into_iter().for_each(|fault| self.push(fault));
    }

    /// Whether looking on is no use.
    pub(super) fn is_full(&self) -> bool {
        self.more > 0
    }

    pub(super) fn told(&self) -> &[Fault] {
        &self.told
    }

    /// All of them, and that there was more. What was not told counts as well: where it refuses the file, so does this.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        if self.more > 0 {
            let kind = if self.is_error { &MORE } else { &MORE_WARNINGS };
            self.told.push(kind.fault().with("count", self.more));
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::faults::{C7, C10};

    #[test]
    fn what_is_not_told_counts_by_its_weight() {
        for (kind, last) in [(&C10, "CEB-MORE"), (&C7, "CEB-READ-MORE")] {
            let mut found = Findings::default();
            found.extend((0..MAX_FINDINGS).map(|_| C10.fault()));
            assert!(!found.is_full());
            found.push(kind.fault());
            assert!(found.is_full());
            let told = found.finish();
            assert_eq!(told.len(), MAX_FINDINGS + 1);
            assert_eq!(told.last().map(Fault::code), Some(last));
        }
    }
}
