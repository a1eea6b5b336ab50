//! Claims of due documents.

use std::time::Duration;

use jiff::Timestamp;

use super::account::stamp;
use super::core::Core;
use super::layout::{DUE, HEAD_BYTES, clear, document_key, due_key, read_due_key};
use super::{Document, Key, StoreError};

impl Core {
    pub(super) fn claim_due(
        &self,
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
            let mut account = self.account.write().map_err(|_| self.broke_off())?;
            let mut next = *account;
            let mut changes = sled::Batch::default();
            for key in self.due(prefix, now.as_millisecond(), limit)? {
                let Some((mut head, value)) = self.head(&key)? else {
                    return Err(self.damaged(format!("{key} is due but does not exist")));
                };
                let mut document = self.document(key, &value)?;
                let key = &document.key;
                clear(&mut changes, key, &head, head.pieces, Some(until));
                next.leave(head.stamp);
                head.version += 1;
                head.due = Some(until);
                head.stamp = stamp(key.as_str(), &head, &document.body);
                next.enter(head.stamp);
                let mut renewed = head.write();
                renewed.extend_from_slice(&value[HEAD_BYTES..]);
                changes.insert(document_key(key), renewed);
                changes.insert(due_key(key.as_str(), until), &[]);
                document.version = head.version;
                document.due = self.time(key, head.due)?;
                claimed.push(document);
            }
            if claimed.is_empty() {
                return Ok(claimed);
            }
            self.apply(&mut account, next, changes)?
        };
        self.settle(number)?;
        Ok(claimed)
    }

    /// The due documents at `now`, the longest due first.
    fn due(&self, prefix: &Key, now: i64, limit: usize) -> Result<Vec<Key>, StoreError> {
        let whole_branch = prefix.as_str().split_once('/').map(|(branch, _)| branch);
        let mut start = vec![DUE];
        if let Some(branch) = whole_branch {
            start.extend_from_slice(branch.as_bytes());
            start.push(b'/');
        } else {
            start.extend_from_slice(prefix.as_str().as_bytes());
        }
        let mut due: Vec<(i64, Key)> = Vec::new();
        for entry in self.db.scan_prefix(&start).keys() {
            let entry = entry.map_err(|error| self.fault(error))?;
            let Some((at, key)) = read_due_key(&entry) else {
                return Err(self.damaged("an entry of the due times is not readable"));
            };
            if at > now {
                if whole_branch.is_some() {
                    break;
                }
                continue;
            }
            if key.as_str().starts_with(prefix.as_str()) {
                due.push((at, key));
                if whole_branch.is_some() && due.len() == limit {
                    break;
                }
            }
        }
        // Within one branch they come in this order already.
        due.sort();
        due.truncate(limit);
        Ok(due.into_iter().map(|(_, key)| key).collect())
    }
}
