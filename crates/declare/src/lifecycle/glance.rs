//! What a list of many orders needs of each.

use jiff::Timestamp;
use ports::store::Record;
use serde::{Deserialize, Serialize};

use super::case::{Case, State};

/// A glance at a [`Case`]: read from the same record, in a fifth of the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// The order's number.
    pub order_no: String,
    /// When it became known.
    pub opened_at: Timestamp,
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
}

impl Record for Glance {
    const FORMAT: u32 = Case::FORMAT;
}

impl Glance {
    /// Whether something may hold the order, which only the whole case tells.
    pub fn may_be_held(&self) -> bool {
        matches!(self.state, State::Held | State::Refused)
    }
}

#[cfg(test)]
mod tests {
    use ports::store::{Document, Key, encode};

    use super::*;

    #[test]
    fn a_glance_is_read_from_the_record_of_a_case() {
        let case = Case::open("xiaohongshu", "P1", Timestamp::UNIX_EPOCH);
        let key = Key::of(["case", "P1"]);
        let body = encode(&case, &key).unwrap();
        let glance: Glance = Document { key, version: 1, due: None, body }.record().unwrap();
        let Case { order_no, opened_at, state, since, .. } = case;
        assert_eq!(glance, Glance { order_no, opened_at, state, since });
    }
}
