//! Why an order is held, and what releases it.

use std::fmt;

use ports::fault::{Arg, Fault, Kind, Report};
use ports::fault::{Lang, Place};
use serde::{Deserialize, Serialize};

/// What ends a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// A filing that is imported or corrected.
    Filing,
    /// The waybill.
    Waybill,
    /// The order changes on the platform.
    Order,
    /// It is read again after a while by itself.
    Reading,
    /// The payment slip is pushed again.
    Payment,
    /// Another receipt.
    Receipt,
    /// The supplier decides.
    Supplier,
    /// The configuration is completed; it is read when the program starts.
    Settings,
    /// A person judges it: `declare release`, `declare withdraw`, `declare return`.
    Person,
}

/// A value in a reason's text: one for all, or its Chinese and English words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A value.
    Plain(String),
    /// Words, Chinese and English.
    Words(String, String),
}

/// Why an order is held: a fault without its texts, which its code tells in either language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The fault's code.
    pub code: String,
    /// Where in the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What fills the texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, Value)>,
    /// What ends it.
    pub release: Release,
}

impl Reason {
    /// The reason that a fault is. Values in faults are masked where they are personal.
    pub fn of(fault: &Fault) -> Self {
        let args = fault.args.iter().map(|(name, value)| {
            let value = match value {
                Arg::Value(value) => Value::Plain(value.clone()),
                Arg::Words(words) => Value::Words(words.zh.to_owned(), words.en.to_owned()),
            };
            ((*name).to_owned(), value)
        });
        Self {
            code: fault.code().to_owned(),
            path: fault.at.path.clone(),
            args: args.collect(),
            release: release_of(fault.code()),
        }
    }

    /// The reason in words; nothing when the code is unknown (a later program wrote it).
    pub fn report(&self, order_no: &str, kind: &'static Kind, lang: Lang) -> Report {
        let fill = |template: &str| {
            let mut text = template.to_owned();
            for (name, value) in &self.args {
                let value = match (value, lang) {
                    (Value::Plain(value), _)
                    | (Value::Words(value, _), Lang::Zh)
                    | (Value::Words(_, value), Lang::En) => value,
                };
                text = text.replace(&format!("{{{name}}}"), value);
            }
            text
        };
        Report {
            code: kind.code,
            severity: kind.severity,
            message: fill(kind.message.get(lang)),
            remedy: fill(kind.remedy.get(lang)),
            at: Place { order_no: Some(order_no.to_owned()), path: self.path.clone(), ..Place::default() },
        }
    }
}

/// What ends a hold by a fault of this code.
pub(super) fn release_of(code: &str) -> Release {
    match code {
        "DOC-WAYBILL" => Release::Waybill,
        // A carrier or weight may come with another waybill, a weight also with a filing: all of them are looked at anew.
        "DOC-CARRIER" | "MATCH-C3" | "DOC-WEIGHT" | "MATCH-K3" => Release::Waybill,
        "ORD-ADDRESS" | "ORD-ENCRYPTED" => Release::Reading,
        "ORD-STATUS" | "ORD-CANCEL" | "ORD-AFTER-SALE" | "ORD-MISSING" | "ORD-NO-BUYER" | "ORD-ID"
        | "ORD-TELEPHONE" | "ORD-MASKED" | "ORD-AMOUNTS" | "ORD-TOTAL-PAID" | "ORD-LINES" | "ORD-BARCODE"
        | "ORD-NUMBER" => Release::Order,
        "DOC-PORT-UNKNOWN" | "DOC-PORT" | "DOC-PAY-CHANNEL" | "DOC-WAREHOUSE" | "DOC-DIRECT-MODE" => {
            Release::Settings
        }
        _ if code.starts_with("DOC-FILING") || code.starts_with("DOC-COUNTRY") => Release::Filing,
        _ => Release::Person,
    }
}

/// What a person said. People may be named in it: `Debug` tells its length only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Said(String);

/// The longest reason kept, in characters: it goes into a field of 1000 together with nothing else.
const MOST_SAID: usize = 500;

impl Said {
    /// Keeps what was said; a very long text is cut short.
    pub fn new(text: &str) -> Self {
        Self(text.trim().chars().take(MOST_SAID).collect())
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Said({} characters)", self.0.chars().count())
    }
}
