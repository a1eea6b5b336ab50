//! Documents by prefix, and claims of those that are due: what memory holds comes before what sled holds.

use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::core::{Core, State};
use super::journal::Written;
use super::layout::{DUE, Head, document_key, read_due_key};
use super::overlay::{Overlay, Slot};
use super::{Document, Key, StoreError};

impl Core {
    pub(super) fn scan(
        &self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        if prefix.as_str().ends_with('/') && !self.may_hold(prefix.as_str()) {
            return Ok(Vec::new());
        }
        let state = self.state.read().map_err(|_| self.broke_off())?;
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut memory = Memory::new(&state, start);
        let family = document_key(prefix);
        let mut in_sled = self
            .db
            .range::<Vec<u8>, _>((start.map(document_key), Bound::Unbounded))
            .take_while(|entry| !entry.as_ref().is_ok_and(|(name, _)| !name.starts_with(&family)))
            .peekable();
        let mut found = Vec::new();
        while found.len() < limit {
            let slot = memory.peek().filter(|(key, _)| key.as_str().starts_with(prefix.as_str()));
            // A copy of the name costs next to nothing: sled shares it.
            let name = match in_sled.peek() {
                Some(Ok((name, _))) => Some(name.clone()),
                Some(Err(_)) => match in_sled.next() {
                    Some(Err(error)) => return Err(self.fault(error)),
                    _ => None,
                },
                None => None,
            };
            let Some((key, slot)) = slot
                .filter(|(key, _)| name.as_ref().is_none_or(|name| key.as_str().as_bytes() <= &name[1..]))
            else {
                let Some(Ok((name, value))) = in_sled.next() else { break };
                let Ok(key) = String::from_utf8(name[1..].to_vec()) else {
                    return Err(self.damaged("a key is not text"));
                };
                found.push(self.in_sled(Key::from_stored(key), &value)?);
                continue;
            };
            found.extend(self.in_memory(key, slot)?);
            if name.is_some_and(|name| name[1..] == *key.as_str().as_bytes()) {
                in_sled.next();
            }
            memory.next();
        }
        Ok(found)
    }

    pub(super) fn claim_due(
        self: &Arc<Self>,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX).as_millisecond();
        let mut claimed = Vec::new();
        let number = {
            let mut state = self.writable(false)?;
            let mut changes = Vec::new();
            for key in self.due(&state, prefix, now.as_millisecond(), limit)? {
                let (Some(old), Some(mut document)) =
                    (self.head(&state, &key)?, self.document(&state, &key)?)
                else {
                    return Err(self.damaged(format!("{key} is due but does not exist")));
                };
                let head = Head::of(&key, old.version + 1, Some(until), &document.body);
                let body = match state.slot(&key) {
                    Some(Slot::There(_, body)) => Arc::clone(body),
                    _ => document.body.as_slice().into(),
                };
                document.version = head.version;
                document.due = self.time(&key, head.due)?;
                claimed.push(document);
                let slot = Slot::There(head, body);
                changes.push(Written { key, slot, same_body: true, old: Some(old) });
            }
            if claimed.is_empty() {
                return Ok(claimed);
            }
            self.apply(&mut state, changes, false)?
        };
        self.settle(number)?;
        Ok(claimed)
    }

    /// The due documents at `now`, the longest due first.
    fn due(&self, state: &State, prefix: &Key, now: i64, limit: usize) -> Result<Vec<Key>, StoreError> {
        let branch = prefix.as_str().split_once('/').map(|(branch, _)| branch);
        // Of one branch the first ones are enough; over several they are not in order.
        let enough = if branch.is_some() { limit } else { usize::MAX };
        let wanted = |key: &Key| key.as_str().starts_with(prefix.as_str());
        let mut due: Vec<(i64, Key)> = Vec::new();
        let active = state.active.due(branch, now).filter(|(_, key)| wanted(key));
        due.extend(active.take(enough).cloned());
        if let Some(frozen) = &state.frozen {
            let frozen = frozen.overlay.due(branch, now);
            let still = frozen.filter(|(_, key)| wanted(key) && state.active.get(key).is_none());
            due.extend(still.take(enough).cloned());
        }
        let mut start = vec![DUE];
        match branch {
            Some(branch) => start.extend([branch.as_bytes(), b"/"].concat()),
            None => start.extend_from_slice(prefix.as_str().as_bytes()),
        }
        let mut more = 0;
        for entry in self.db.scan_prefix(&start).keys() {
            let entry = entry.map_err(|error| self.fault(error))?;
            let Some((at, key)) = read_due_key(&entry) else {
                return Err(self.damaged("an entry of the due times is not readable"));
            };
            if at > now {
                if branch.is_some() {
                    break;
                }
                continue;
            }
            if wanted(&key) && state.slot(&key).is_none() {
                due.push((at, key));
                more += 1;
                if more == enough {
                    break;
                }
            }
        }
        due.sort_unstable();
        due.truncate(limit);
        Ok(due.into_iter().map(|(_, key)| key).collect())
    }
}

/// The slots of an overlay in the order of their keys.
type Slots<'s> = Peekable<Box<dyn Iterator<Item = (&'s Key, &'s Slot)> + 's>>;

/// The slots of both overlays in the order of their keys, the newer one first where both hold a key.
struct Memory<'s> {
    active: Slots<'s>,
    frozen: Option<Slots<'s>>,
}

impl<'s> Memory<'s> {
    fn new(state: &'s State, start: Bound<&'s Key>) -> Self {
        let range = |overlay: &'s Overlay| -> Slots<'s> {
            let slots: Box<dyn Iterator<Item = _>> = Box::new(overlay.range(start));
            slots.peekable()
        };
        Self {
            active: range(&state.active),
            frozen: state.frozen.as_ref().map(|frozen| range(&frozen.overlay)),
        }
    }

    fn peek(&mut self) -> Option<(&'s Key, &'s Slot)> {
        let active = self.active.peek().copied();
        let frozen = self.frozen.as_mut().and_then(|frozen| frozen.peek().copied());
        match (active, frozen) {
            (Some(active), Some(frozen)) => Some(if active.0 <= frozen.0 { active } else { frozen }),
            (active, frozen) => active.or(frozen),
        }
    }

    fn next(&mut self) {
        let Some((key, _)) = self.peek() else { return };
        self.active.next_if(|(next, _)| *next == key);
        if let Some(frozen) = &mut self.frozen {
            frozen.next_if(|(next, _)| *next == key);
        }
    }
}
