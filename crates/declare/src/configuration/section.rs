//! Reading a table of the configuration key by key: every fault is told in one line, unknown keys with the nearest known one.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ports::fault::{Fault, Place};
use toml::{Table, Value};

use super::faults;
use super::secret::Secret;
use crate::documents::field::{Text, TextFault};

/// Names further apart than this are not offered as "did you mean".
const LEAST_SIMILARITY: f64 = 0.6;

/// One table of the configuration while it is read.
pub(super) struct Section<'t> {
    path: String,
    table: &'t Table,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl<'t> Section<'t> {
    pub(super) fn new(path: impl Into<String>, table: &'t Table) -> Self {
        Self { path: path.into(), table, known: Vec::new(), faults: Vec::new() }
    }

    fn key_path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn place(&self, key: &str) -> Place {
        Place { path: Some(self.key_path(key)), ..Place::default() }
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Value> {
        self.known.push(key);
        self.table.get(key)
    }

    fn wrong(&mut self, key: &str, found: &Value, wanted: &str) {
        let fault = faults::WRONG_TYPE
            .at(self.place(key))
            .with("key", self.key_path(key))
            .with("found", found.type_str())
            .with("wanted", wanted);
        self.faults.push(fault);
    }

    pub(super) fn refuse(&mut self, key: &str, found: &str, wanted: &str) {
        let fault = faults::WRONG_VALUE
            .at(self.place(key))
            .with("key", self.key_path(key))
            .with("found", found)
            .with("wanted", wanted);
        self.faults.push(fault);
    }

    /// A plain text that may be left out.
    pub(super) fn word(&mut self, key: &'static str, example: &str) -> Option<&'t str> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => {
                self.wrong(key, other, &format!("a text such as {key} = \"{example}\""));
                None
            }
        }
    }

    /// A text of 1 to `MAX` characters that may be left out or empty.
    pub(super) fn optional<const MAX: usize>(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<Text<'static, MAX>> {
        let text = self.word(key, example)?;
        match Text::parse(text.to_owned()) {
            Ok(text) => Some(text),
            Err(TextFault::Empty) => None,
            Err(TextFault::TooLong(length)) => {
                let wanted = format!("at most {MAX} characters, such as {key} = \"{example}\"");
                self.refuse(key, &format!("{length} characters"), &wanted);
                None
            }
        }
    }

    /// A text of 1 to `MAX` characters that must be there.
    pub(super) fn required<const MAX: usize>(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Text<'static, MAX> {
        let faults_before = self.faults.len();
        match self.optional(key, example) {
            Some(text) => text,
            None => {
                if self.faults.len() == faults_before {
                    let missing = faults::MISSING
                        .at(self.place(key))
                        .with("key", self.key_path(key))
                        .with("example", format!("{key} = \"{example}\""));
                    self.faults.push(missing);
                }
                Text::default()
            }
        }
    }

    /// A whole number within bounds, or nothing.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        bounds: RangeInclusive<u64>,
        example: &str,
    ) -> Option<u64> {
        let value = self.take(key)?;
        let wanted =
            format!("a number from {} to {}, such as {key} = {example}", bounds.start(), bounds.end());
        let Some(number) = value.as_integer() else {
            self.wrong(key, value, &wanted);
            return None;
        };
        let found = u64::try_from(number).ok().filter(|number| bounds.contains(number));
        if found.is_none() {
            self.refuse(key, &number.to_string(), &wanted);
        }
        found
    }

    /// Yes or no, or nothing.
    pub(super) fn flag(&mut self, key: &'static str, example: &str) -> Option<bool> {
        let value = self.take(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong(key, value, &format!("true or false, such as {key} = {example}"));
        }
        flag
    }

    /// A list of texts, or nothing.
    pub(super) fn list(&mut self, key: &'static str, example: &str) -> Option<Vec<&'t str>> {
        let value = self.take(key)?;
        let texts: Option<Vec<&str>> =
            value.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
        if texts.is_none() {
            self.wrong(key, value, &format!("a list of texts such as {key} = [{example}]"));
        }
        texts
    }

    /// A secret: where it is kept, or nothing.
    pub(super) fn secret(&mut self, key: &'static str, literal_allowed: bool) -> Option<Secret> {
        let value = self.take(key)?;
        let wanted = format!("{key} = {{ env = \"NAME\" }} or {key} = {{ file = \"PATH\" }}");
        match value {
            Value::String(text) if literal_allowed => return Some(Secret::Literal(text.clone())),
            Value::String(_) => {
                // The value itself is never repeated.
                self.refuse(key, "a secret written out", &wanted);
            }
            Value::Table(table) => match (table.get("env"), table.get("file"), table.len()) {
                (Some(Value::String(name)), None, 1) => return Some(Secret::Environment(name.clone())),
                (None, Some(Value::String(path)), 1) => return Some(Secret::File(path.into())),
                _ => self.refuse(key, "a table without exactly one of env, file", &wanted),
            },
            other => self.wrong(key, other, &wanted),
        }
        None
    }

    /// A table inside this one, or nothing.
    pub(super) fn inner(&mut self, key: &'static str) -> Option<Section<'t>> {
        match self.take(key)? {
            Value::Table(table) => Some(Section::new(self.key_path(key), table)),
            other => {
                self.wrong(key, other, &format!("a section [{}]", self.key_path(key)));
                None
            }
        }
    }

    /// Every table inside this one under a name of the user's choice, such as `[carriers.shunfeng]`.
    pub(super) fn each<T>(
        mut self,
        faults: &mut Vec<Fault>,
        mut read: impl FnMut(&str, Section<'t>, &mut Vec<Fault>) -> T,
    ) -> BTreeMap<String, T> {
        let mut all = BTreeMap::new();
        for (name, value) in self.table {
            match value {
                Value::Table(table) => {
                    let inner = Section::new(self.key_path(name), table);
                    all.insert(name.clone(), read(name, inner, faults));
                }
                other => self.wrong(name, other, &format!("a section [{}]", self.key_path(name))),
            }
        }
        faults.append(&mut self.faults);
        all
    }

    /// Ends the reading: what stands in the table and was not asked for is a fault.
    pub(super) fn finish(mut self, faults: &mut Vec<Fault>) {
        for key in self.table.keys() {
            if self.known.contains(&key.as_str()) {
                continue;
            }
            let nearest = self
                .known
                .iter()
                .map(|known| (strsim::jaro_winkler(known, key), known))
                .filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
                .max_by(|(a, _), (b, _)| a.total_cmp(b));
            let fault = match nearest {
                Some((_, nearest)) => faults::UNKNOWN_KEY_NEAR.at(self.place(key)).with("nearest", nearest),
                None => faults::UNKNOWN_KEY.at(self.place(key)).with("known", self.known.join(", ")),
            };
            self.faults.push(fault.with("key", self.key_path(key)));
        }
        faults.append(&mut self.faults);
    }
}
