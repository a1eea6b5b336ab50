//! The numbers that customs and the exchange platform answer with: what they mean, who must act, what to do next.
//!
//! One table, `data/customs_codes.csv`: the statuses of receipts, the errors below zero, the exchange platform's codes, and
//! the `[Code:n;Desc:…]` of receipts as far as they are known. No public list of the last is complete, and new statuses turn
//! up: what is not in the table is [`Class::Unknown`], never an error.

use std::sync::LazyLock;

use ports::fault::Lang;
use ports::repush::says_missing;
use serde::{Deserialize, Serialize};

use crate::receipt::{FormatReceipt, Receipt};

const TABLE: &str = include_str!("../data/customs_codes.csv");

/// Customs refuses (`returnStatus` 100): the reason is in the receipt's words.
const REFUSED: i64 = 100;

/// Where a number stands in a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// `returnStatus` from zero up.
    Status,
    /// `returnStatus` below zero: China E-port could not process the document.
    Error,
    /// The exchange platform's answer to an envelope.
    Platform,
    /// `[Code:n;Desc:…]` in the words of a receipt.
    Reason,
}

/// What a number means for what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// All is well; more receipts follow, or this was the last.
    Underway,
    /// Customs, its officers or the supervised site are at it; there is nothing to send.
    Waiting,
    /// Released: the parcel may go.
    Released,
    /// It ends here: detained or to be sent back. A person is told.
    Stopped,
    /// Refused, and the number alone does not say why.
    Refused,
    /// A failure on the other side: the same bytes may be sent again later.
    Temporary,
    /// A person must mend data; it is declared again afterwards.
    Correct,
    /// A person must mend the configuration, the certificate or a registration.
    Setup,
    /// The document is there already: it confirms a sending whose outcome was unknown.
    Exists,
    /// A later version is there already; this one does not count.
    Old,
    /// Too many documents in a message.
    TooMany,
    /// The payment slip is missing: it is asked for again.
    PaymentMissing,
    /// Nobody has told what it means. It is kept where people see it.
    Unknown,
}

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Nobody; or this program alone.
    Nobody,
    /// Whoever runs this program.
    Operator,
    /// The merchant (电商企业).
    Merchant,
    /// The declarant (申报企业).
    Declarant,
    /// The e-commerce platform.
    Platform,
    /// The payment enterprise.
    Payment,
    /// The carrier (物流企业).
    Carrier,
    /// The supervised site (监管场所).
    Site,
    /// Customs.
    Customs,
}

/// Words in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    zh: String,
    en: String,
}

impl Words {
    /// The words in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// One number and all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub set: Set,
    /// The number as it is written; `4000-9999` is a range.
    pub code: String,
    /// What it means for what happens next.
    pub class: Class,
    /// Who must act.
    pub actor: Actor,
    /// What it means.
    pub meaning: Words,
    /// What to do next.
    pub next: Words,
}

impl Entry {
    fn is(&self, code: &str) -> bool {
        if self.code == code {
            return true;
        }
        let number = |text: &str| text.parse::<u32>().ok();
        match self.code.split_once('-').map(|(from, to)| (number(from), number(to))) {
            Some((Some(from), Some(to))) => {
                code.len() == 4 && number(code).is_some_and(|code| (from..=to).contains(&code))
            }
            _ => false,
        }
    }
}

/// A line of the table.
#[derive(Deserialize)]
struct Row {
    set: Set,
    code: String,
    class: Class,
    actor: Actor,
    meaning_zh: String,
    meaning_en: String,
    next_zh: String,
    next_en: String,
}

fn read(table: &str) -> Result<Vec<Entry>, csv::Error> {
    let rows = csv::Reader::from_reader(table.as_bytes()).into_deserialize::<Row>();
    rows.map(|row| {
        row.map(|row| Entry {
            set: row.set,
            code: row.code,
            class: row.class,
            actor: row.actor,
            meaning: Words { zh: row.meaning_zh, en: row.meaning_en },
            next: Words { zh: row.next_zh, en: row.next_en },
        })
    })
    .collect()
}

/// Every number, by sets.
pub fn all() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| read(TABLE).unwrap_or_default());
    &ENTRIES
}

/// What is known of a number, as a person types it: `800`, `-301010`, `0002`, `1332`.
pub fn find(code: &str) -> Option<&'static Entry> {
    let code = code.trim();
    all().iter().find(|entry| entry.code == code).or_else(|| all().iter().find(|entry| entry.is(code)))
}

/// What is known of a number where it stands.
pub fn find_in(set: Set, code: i64) -> Option<&'static Entry> {
    // The platform's numbers are written with four digits.
    let code = if set == Set::Platform { format!("{code:04}") } else { code.to_string() };
    all().iter().find(|entry| entry.set == set && entry.is(&code))
}

/// What is known of a receipt's status.
pub fn of_status(status: i64) -> Option<&'static Entry> {
    find_in(if status < 0 { Set::Error } else { Set::Status }, status)
}

/// What is known of a receipt: of its status, then of each number in its words.
pub fn of_receipt(receipt: &Receipt) -> Vec<&'static Entry> {
    let status = receipt.status.number().and_then(of_status);
    let reasons = receipt.codes().into_iter().filter_map(|reason| find_in(Set::Reason, reason.code));
    status.into_iter().chain(reasons).collect()
}

/// What a receipt means for what happens next. A refusal means what its reason means; of several the one that asks most of
/// people. Words count where numbers say too little: two numbers of the published table stand for two things each, and the
/// missing payment slip is told in words alone.
pub fn class_of(receipt: &Receipt) -> Class {
    let Some(status) = receipt.status.number() else { return Class::Unknown };
    let words = receipt.info.reveal();
    let class = of_status(status).map_or(Class::Unknown, |entry| entry.class);
    match class {
        Class::Exists if words.contains("状态不符") => Class::Correct,
        Class::Correct if words.contains("系统异常") => Class::Temporary,
        Class::Refused | Class::Correct | Class::Waiting | Class::Underway | Class::Unknown
            if says_missing(Some(status), words).is_some() =>
        {
            Class::PaymentMissing
        }
        Class::Refused if status == REFUSED => {
            let codes = receipt.codes();
            let reasons =
                codes.iter().map(|reason| find_in(Set::Reason, reason.code).map(|entry| entry.class));
            let worst =
                reasons.map(|class| class.unwrap_or(Class::Refused)).max_by_key(|class| weight(*class));
            worst.unwrap_or(Class::Refused)
        }
        other => other,
    }
}

/// What a format receipt means: below zero the message has to be built anew. The exchange platform's own answer to an envelope
/// bears one of its numbers instead, which have four digits.
pub fn class_of_format(receipt: &FormatReceipt) -> Class {
    let digits = receipt.status.as_str().trim();
    if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let known = all().iter().find(|entry| entry.set == Set::Platform && entry.is(digits));
        return known.map_or(Class::Unknown, |entry| entry.class);
    }
    match receipt.status.number() {
        Some(status) if status < 0 => Class::Correct,
        Some(_) => Class::Underway,
        None => Class::Unknown,
    }
}

/// How much a reason of a refusal asks of people. One that would let a document go on is no reason to refuse it.
fn weight(class: Class) -> u8 {
    match class {
        Class::Temporary => 1,
        Class::PaymentMissing => 2,
        Class::Setup => 3,
        Class::Correct => 4,
        Class::Refused | Class::Unknown => 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::{Info, Keys, ReturnTime, Status, Subject};
    use std::collections::BTreeSet;

    fn class(status: &str, words: &str) -> Class {
        class_of(&Receipt {
            subject: Subject::Order,
            guid: None,
            keys: Keys::default(),
            status: Status::new(status),
            time: ReturnTime::new(""),
            info: Info::new(words),
        })
    }

    #[test]
    fn the_table_is_whole() {
        let entries = read(TABLE).unwrap();
        let count = |set| entries.iter().filter(|entry| entry.set == set).count();
        // 159 numbers in 161 lines of the published table, and one that is not in it.
        assert_eq!(count(Set::Error), 160);
        assert_eq!((count(Set::Status), count(Set::Platform), count(Set::Reason)), (21, 16, 19));
        let codes: BTreeSet<_> = entries.iter().map(|entry| entry.code.as_str()).collect();
        assert_eq!(codes.len(), entries.len(), "a number means one thing wherever it stands");
        for entry in &entries {
            for words in [&entry.meaning, &entry.next] {
                assert!(
                    !words.zh.is_empty() && words.en.is_ascii() && !words.zh.is_ascii(),
                    "{}",
                    entry.code
                );
            }
            assert_eq!(entry.code.starts_with('-'), entry.set == Set::Error, "{}", entry.code);
        }
    }

    #[test]
    fn what_says_that_the_payment_slip_is_missing_is_said_once() {
        let missing = |entry: &&Entry| entry.class == Class::PaymentMissing;
        let here: BTreeSet<&str> = all().iter().filter(missing).map(|entry| entry.code.as_str()).collect();
        let signs = ports::repush::signs().iter();
        let there: BTreeSet<&str> = signs
            .filter(|sign| sign.kind == ports::repush::SignKind::Status)
            .map(|sign| sign.sign.as_str())
            .collect();
        assert_eq!(here, there);
    }

    #[test]
    fn a_number_is_found_as_it_is_typed() {
        for (code, set) in [
            ("800", Set::Status),
            (" -301010 ", Set::Error),
            ("0002", Set::Platform),
            ("5000", Set::Platform),
            ("1332", Set::Reason),
            ("13625009", Set::Reason),
        ] {
            assert_eq!(find(code).map(|entry| entry.set), Some(set), "{code}");
        }
        for code in ["", "15999", "-1", "4000-", "+5000"] {
            assert_eq!(find(code), None, "{code}");
        }
    }

    #[test]
    fn the_platforms_answers_mean_what_their_numbers_say() {
        let class = |status: &str| {
            class_of_format(&FormatReceipt {
                guid: None,
                status: Status::new(status),
                time: ReturnTime::new(""),
                info: Info::new(""),
                transfer_id: None,
                message_type: None,
                message_guid: None,
            })
        };
        for (status, expected) in [
            ("-1", Class::Correct),
            ("0", Class::Underway),
            ("0002", Class::Correct),
            ("1001", Class::Setup),
            ("3003", Class::Temporary),
            ("7000", Class::Unknown),
            ("0000", Class::Unknown),
        ] {
            assert_eq!(class(status), expected, "{status}");
        }
        assert_eq!(find_in(Set::Platform, 2).map(|entry| entry.code.as_str()), Some("0002"));
    }

    #[test]
    fn receipts_mean_what_has_to_be_done() {
        for status in ["-301010", "-401007", "-504012", "-504015", "-621004"] {
            assert_eq!(class(status, ""), Class::Exists, "{status}");
        }
        for status in ["-301014", "-401012", "-505016", "-800005"] {
            assert_eq!(class(status, ""), Class::Old, "{status}");
        }
        for status in ["-301015", "-401013", "-505017", "-621030", "-623008", "-800006"] {
            assert_eq!(class(status, ""), Class::TooMany, "{status}");
        }
        for (status, words, expected) in [
            ("2", "", Class::Underway),
            ("800", "[Code:2600;Desc:放行]", Class::Released),
            ("500", "", Class::Waiting),
            ("700", "", Class::Stopped),
            ("100", "[Code:1332;Desc:…]", Class::Correct),
            ("100", "[Code:1301;Desc:系统异常，请稍后重试]", Class::Temporary),
            ("100", "[Code:1301;Desc:…][Code:1320;Desc:…]", Class::Correct),
            ("100", "[Code:424242;Desc:…]", Class::Refused),
            ("100", "退单", Class::Refused),
            ("100", "对应电商平台为[x]订单号为[y]支付信息不存在", Class::PaymentMissing),
            ("300", "对应电商平台为[x]订单号为[y]支付信息不存在", Class::PaymentMissing),
            ("800", "对应电商平台为[x]订单号为[y]支付信息不存在", Class::Released),
            ("-621001", "清单[x]报文校验失败:系统异常:null", Class::Temporary),
            ("-621001", "清单[x]报文校验失败:日期", Class::Correct),
            ("-625022", "退货申请单[x]已经申报过，请勿重复申报", Class::Exists),
            ("-625022", "退货申请单[x]的申报状态不符合改单申报的条件", Class::Correct),
            ("-999999", "", Class::Unknown),
            ("18", "", Class::Unknown),
            ("生效", "", Class::Unknown),
        ] {
            assert_eq!(class(status, words), expected, "{status} {words}");
        }
    }
}
