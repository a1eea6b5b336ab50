//! How things stand at the end of a run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ports::fault::Fault;
use ports::store::{Document, Key, Store, StoreError};

use super::layout;
use crate::lifecycle::{Case, Dispatch, Glance, State};

/// Cases read at once.
const PAGE: usize = 1_000;

/// How things stand.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Orders by state.
    pub counts: BTreeMap<State, u64>,
    /// Orders of which the outcome of a sending is unknown.
    pub unknown: u64,
    /// What is in the way of some stage: it is tried again.
    pub troubles: Vec<Fault>,
}

impl Summary {
    /// How many orders are in a state.
    pub fn count(&self, state: State) -> u64 {
        self.counts.get(&state).copied().unwrap_or_default()
    }
}

/// Looks at all cases in the order of their numbers, until `look` has seen enough.
///
/// # Errors
/// When the store cannot be read.
pub fn cases(store: &dyn Store, mut look: impl FnMut(&Case) -> bool) -> Result<(), StoreError> {
    documents(store, |_, case| look(case))
}

/// As [`cases`], with only a glance at each; the whole case is in the document.
///
/// # Errors
/// When the store cannot be read, or whatever `look` gives.
pub fn glances(
    store: &dyn Store,
    mut look: impl FnMut(&Glance, &Document) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let prefix = layout::branch(layout::CASES);
    let mut after: Option<Key> = None;
    loop {
        let page = store.scan(&prefix, after.as_ref(), PAGE)?;
        for document in &page {
            if !look(&document.record()?, document)? {
                return Ok(());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
            _ => return Ok(()),
        }
    }
}

/// As [`cases`], with the time at which each wants to be looked at.
fn documents(
    store: &dyn Store,
    mut look: impl FnMut(Option<Timestamp>, &Case) -> bool,
) -> Result<(), StoreError> {
    let prefix = layout::branch(layout::CASES);
    let mut after: Option<Key> = None;
    loop {
        let page = store.scan(&prefix, after.as_ref(), PAGE)?;
        for document in &page {
            if !look(document.due, &document.record::<Case>()?) {
                return Ok(());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
            _ => return Ok(()),
        }
    }
}

/// Counts orders by state.
pub(super) fn of(store: &dyn Store, troubles: Vec<Fault>) -> Result<Summary, StoreError> {
    let mut summary = Summary { troubles, ..Summary::default() };
    cases(store, |case| {
        *summary.counts.entry(case.state).or_default() += 1;
        let unknown = |paper: &crate::lifecycle::Paper| {
            paper.latest().is_some_and(|version| version.dispatch == Dispatch::Unknown)
        };
        summary.unknown += u64::from(case.papers.values().any(unknown));
        true
    })?;
    Ok(summary)
}

/// Whether something may still come of its own by a time: work that waits for it, or an answer of customs.
pub(super) fn is_under_way(store: &dyn Store, until: Timestamp) -> Result<bool, StoreError> {
    for branch in [layout::FETCH, layout::PREPARE, layout::REPUSH, layout::SHIP] {
        if !store.scan(&layout::branch(branch), None, 1)?.is_empty() {
            return Ok(true);
        }
    }
    let mut found = false;
    documents(store, |wakes, case| {
        let waits = matches!(case.state, State::Ready | State::Sent | State::Unknown | State::Accepted);
        found = waits || wakes.is_some_and(|at| at <= until);
        !found
    })?;
    Ok(found)
}
