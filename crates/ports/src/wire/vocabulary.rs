//! What a platform says that its documentation does not: fields nobody knows, values no list has.
//!
//! None of it stops reading. It is counted by method and path, so that a person can see that the platform has moved on; the
//! values stay where they came, in the order's own JSON. Only numbers and words of the platform's lists are named in a count,
//! never a free text.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// The most things counted: more is no new vocabulary but another answer altogether.
const MAX_COUNTED: usize = 1_000;
/// The longest name counted, in bytes.
const MAX_NAME: usize = 200;

/// What may stand at a place of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// One of some numbers; also their texts, and nothing.
    Numbers(&'static [i64]),
    /// One of some words, or nothing.
    Words(&'static [&'static str]),
    /// An object with these members. The members named in a text, parted by blanks, may be anything.
    Object(&'static str, &'static [(&'static str, Shape)]),
    /// A list of such.
    List(&'static Shape),
}

/// Counts what was not known.
#[derive(Debug, Default)]
pub struct Vocabulary {
    counts: Mutex<BTreeMap<String, u64>>,
}

impl Vocabulary {
    /// What was not known so far, by method and path, with how often it came. A value stands behind `=`.
    pub fn unknown(&self) -> BTreeMap<String, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks through an answer.
    pub(crate) fn look(&self, method: &str, shape: &Shape, value: &Value) {
        self.walk(method, shape, value);
    }

    fn count(&self, name: String) {
        if name.len() > MAX_NAME {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let full = counts.len() >= MAX_COUNTED;
        match counts.get_mut(&name) {
            Some(count) => *count += 1,
            None if full => {}
            None => {
                tracing::info!(%name, "the platform says something that its documentation does not know");
                counts.insert(name, 1);
            }
        }
    }

    fn walk(&self, path: &str, shape: &Shape, value: &Value) {
        match (shape, value) {
            (Shape::Any, _) | (_, Value::Null) => {}
            (Shape::Numbers(known), value) => {
                let number = match value {
                    Value::Number(number) => number.as_i64(),
                    Value::String(text) if text.is_empty() => return,
                    Value::String(text) => text.parse().ok(),
                    _ => None,
                };
                match number {
                    Some(number) if known.contains(&number) => {}
                    Some(number) => self.count(format!("{path}={number}")),
                    None => self.count(format!("{path}:type")),
                }
            }
            (Shape::Words(known), Value::String(word)) => {
                // A word of a list is a name in capitals or small letters; anything else may be a text about somebody.
                let is_name = word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
                if !word.is_empty() && !known.contains(&word.as_str()) {
                    self.count(if is_name { format!("{path}={word}") } else { format!("{path}=?") });
                }
            }
            (Shape::Object(plain, members), Value::Object(object)) => {
                for (name, value) in object {
                    match members.iter().find(|(member, _)| member == name) {
                        Some((_, shape)) => self.walk(&format!("{path}.{name}"), shape, value),
                        None if plain.split_ascii_whitespace().any(|known| known == name) => {}
                        None => self.count(format!("{path}.{name}")),
                    }
                }
            }
            (Shape::List(shape), Value::Array(items)) => {
                let path = format!("{path}[]");
                items.iter().for_each(|item| self.walk(&path, shape, item));
            }
            (Shape::Object(..) | Shape::List(_), Value::String(text)) if text.is_empty() => {}
            (Shape::Words(_) | Shape::Object(..) | Shape::List(_), _) => self.count(format!("{path}:type")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ENTRY: Shape =
        Shape::Object("name", &[("state", Shape::Numbers(&[1, 2])), ("tag", Shape::Words(&["QIC"]))]);
    const ANSWER: Shape = Shape::Object("total", &[("list", Shape::List(&ENTRY))]);

    #[test]
    fn what_is_not_known_is_counted_by_its_place() {
        let vocabulary = Vocabulary::default();
        let answer = json!({"total": 3, "list": [
            {"name": "x", "state": 1, "tag": "QIC"},
            {"name": "x", "state": "2", "tag": "NEW_TAG", "extra": 5},
            {"state": 9, "tag": "13800138000", "extra": {}},
            {"state": null, "tag": ""}
        ]});
        vocabulary.look("m", &ANSWER, &answer);
        vocabulary.look("m", &ANSWER, &json!({"list": {}}));
        let unknown = vocabulary.unknown();
        let unknown: Vec<(&str, u64)> = unknown.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let wanted = [
            ("m.list:type", 1),
            ("m.list[].extra", 2),
            ("m.list[].state=9", 1),
            ("m.list[].tag=?", 1),
            ("m.list[].tag=NEW_TAG", 1),
        ];
        assert_eq!(unknown, wanted);
    }
}
