//! Documents in memory: what was written and is not in sled yet.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use super::Key;
use super::layout::{Head, branch_of};

/// What an entry takes in memory beside its key and body, roughly: its places in two trees, its head and its counters.
const ENTRY_BYTES: usize = 200;

/// A document as it was written last, or that it was deleted.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// It is there. The head is the one it will have in sled.
    There(Head, Arc<[u8]>),
    /// It is not there any more, whatever sled holds.
    Gone,
}

impl Slot {
    pub(super) fn head(&self) -> Option<&Head> {
        match self {
            Self::There(head, _) => Some(head),
            Self::Gone => None,
        }
    }

    fn bytes(&self, key: &Key) -> usize {
        let body = match self {
            Self::There(_, body) => body.len(),
            Self::Gone => 0,
        };
        ENTRY_BYTES + 2 * key.as_str().len() + body
    }
}

/// Slots by key, and their due times.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    slots: BTreeMap<Key, Held>,
    /// By the first segment of the key, as in sled.
    dues: BTreeMap<String, BTreeSet<(i64, Key)>>,
    bytes: usize,
}

/// A slot in its overlay.
#[derive(Debug)]
pub(super) struct Held {
    slot: Slot,
    /// Whether nothing below this overlay knows the key: when its document is deleted, nothing has to be remembered of it.
    is_fresh: bool,
}

impl Overlay {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What it takes in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Slot> {
        self.slots.get(key).map(|held| &held.slot)
    }

    /// The slots, each with whether nothing below this overlay knows its key.
    pub(super) fn slots_to_fold(&self) -> impl Iterator<Item = (&Key, &Slot, bool)> {
        self.slots.iter().map(|(key, held)| (key, &held.slot, held.is_fresh))
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = (&Key, &Slot)> {
        self.slots.iter().map(|(key, held)| (key, &held.slot))
    }

    pub(super) fn range<'a>(&'a self, start: Bound<&'a Key>) -> impl Iterator<Item = (&'a Key, &'a Slot)> {
        self.slots.range::<Key, _>((start, Bound::Unbounded)).map(|(key, held)| (key, &held.slot))
    }

    /// Puts a slot in the place of the one before. `is_new`: nothing below this overlay knows the key.
    pub(super) fn set(&mut self, key: Key, slot: Slot, is_new: bool) {
        self.bytes += slot.bytes(&key);
        if let Some(due) = slot.head().and_then(|head| head.due) {
            let branch = branch_of(key.as_str());
            if !self.dues.contains_key(branch) {
                self.dues.insert(branch.to_owned(), BTreeSet::new());
            }
            if let Some(dues) = self.dues.get_mut(branch) {
                dues.insert((due, key.clone()));
            }
        }
        let new_due = slot.head().and_then(|head| head.due);
        let is_gone = slot.head().is_none();
        let Some(held) = self.slots.get_mut(&key) else {
            self.slots.insert(key, Held { slot, is_fresh: is_new });
            return;
        };
        let is_fresh = held.is_fresh;
        let old = std::mem::replace(&mut held.slot, slot);
        self.bytes = self.bytes.saturating_sub(old.bytes(&key));
        if is_gone && is_fresh {
            self.bytes = self.bytes.saturating_sub(Slot::Gone.bytes(&key));
            self.slots.remove(&key);
        }
        if let Some(was) = old.head().and_then(|head| head.due)
            && new_due != Some(was)
            && let Some(dues) = self.dues.get_mut(branch_of(key.as_str()))
        {
            dues.remove(&(was, key));
        }
    }

    /// What of a branch, or of all branches, is due at `now`, each branch in the order of due times.
    pub(super) fn due(&self, branch: Option<&str>, now: i64) -> impl Iterator<Item = &(i64, Key)> {
        let (one, all) = match branch {
            Some(branch) => (self.dues.get(branch), None),
            None => (None, Some(self.dues.values())),
        };
        let dues = one.into_iter().chain(all.into_iter().flatten());
        dues.flat_map(move |dues| dues.iter().take_while(move |(at, _)| *at <= now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(due: Option<i64>, body: &[u8]) -> Slot {
        Slot::There(Head { version: 1, due, pieces: 0, stamp: 0 }, body.into())
    }

    #[test]
    fn a_due_time_goes_with_its_document() {
        let mut overlay = Overlay::default();
        let (one, other) = (Key::of(["case", "1"]), Key::of(["ship", "1"]));
        overlay.set(one.clone(), slot(Some(5), b"a"), false);
        overlay.set(other.clone(), slot(Some(3), b"b"), false);
        let due = |overlay: &Overlay, branch, now| overlay.due(branch, now).cloned().collect::<Vec<_>>();
        assert_eq!(due(&overlay, Some("case"), 5), [(5, one.clone())]);
        assert_eq!(due(&overlay, Some("case"), 4), []);
        assert_eq!(due(&overlay, None, 9).len(), 2);
        let bytes = overlay.bytes();
        overlay.set(one.clone(), slot(Some(7), b"a"), false);
        assert_eq!(due(&overlay, Some("case"), 9), [(7, one.clone())]);
        overlay.set(one.clone(), slot(Some(7), b"a"), false);
        assert_eq!(due(&overlay, Some("case"), 9), [(7, one.clone())]);
        assert_eq!(overlay.bytes(), bytes, "what is replaced does not count");
        overlay.set(one.clone(), Slot::Gone, false);
        assert_eq!(due(&overlay, Some("case"), 9), []);
        assert!(matches!(overlay.get(&one), Some(Slot::Gone)));
        overlay.set(other.clone(), slot(None, b"b"), false);
        assert_eq!(due(&overlay, None, 9), []);
    }

    #[test]
    fn of_what_nobody_else_knows_nothing_is_left_when_it_is_deleted() {
        let mut overlay = Overlay::default();
        let (new, known) = (Key::of(["ship", "1"]), Key::of(["ship", "2"]));
        overlay.set(new.clone(), slot(Some(1), b"a"), true);
        overlay.set(new.clone(), slot(Some(2), b"b"), false);
        overlay.set(new.clone(), Slot::Gone, false);
        assert!(overlay.is_empty() && overlay.bytes() == 0 && overlay.due(None, 9).next().is_none());
        overlay.set(known.clone(), Slot::Gone, false);
        overlay.set(known.clone(), slot(None, b"c"), false);
        overlay.set(known.clone(), Slot::Gone, false);
        assert!(matches!(overlay.get(&known), Some(Slot::Gone)), "sled may have an older one");
    }
}
