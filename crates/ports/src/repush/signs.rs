//! What in a receipt says that the payment slip is missing.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Statuses and words with their sources.
const TABLE: &str = include_str!("../../data/payment_missing.csv");

/// Statuses after which nothing is missing any more, whatever the words repeat: released, closed.
const THROUGH: [i64; 2] = [800, 899];

/// Where a sign stands in a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignKind {
    /// The status as a number (`returnStatus`).
    Status,
    /// A part of the words (`returnInfo`).
    Words,
}

/// A sign that the payment slip is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// Where it stands.
    pub kind: SignKind,
    /// The number, or the words. They name nobody.
    pub sign: String,
    /// Where it is known from.
    pub source: String,
}

/// All of them.
pub fn signs() -> &'static [Sign] {
    static SIGNS: LazyLock<Vec<Sign>> = LazyLock::new(|| {
        let rows = csv::Reader::from_reader(TABLE.as_bytes()).into_deserialize().filter_map(Result::ok);
        rows.collect()
    });
    &SIGNS
}

/// The sign in a receipt's status and words, if there is one. The words alone tell as well, whatever the status: a refusal bears
/// them, and so may a state of waiting.
pub fn says_missing(status: Option<i64>, words: &str) -> Option<&'static Sign> {
    if status.is_some_and(|status| THROUGH.contains(&status)) {
        return None;
    }
    let number = status.map(|status| status.to_string());
    signs().iter().find(|sign| match sign.kind {
        SignKind::Status => number.as_deref() == Some(sign.sign.as_str()),
        SignKind::Words => words.contains(&sign.sign),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_slip_is_known_by_number_or_words() {
        let missing = "对应电商平台为[x]订单号为[y]支付信息不存在";
        for (status, words, wanted) in [
            (Some(-401_001), "", Some("-401001")),
            (Some(-401_004), "[1]对应支付凭证查询不存在", Some("-401004")),
            (Some(100), missing, Some("支付信息不存在")),
            (Some(300), missing, Some("支付信息不存在")),
            (None, missing, Some("支付信息不存在")),
            (Some(800), missing, None),
            (Some(100), "[Code:1332;Desc:支付单支付金额与订单支付金额不一致]", None),
            (Some(100), "支付单电商平台名称与订单中的电商平台名称不一致", None),
            (Some(-401_003), "[*]对应多条支付凭证", None),
            (Some(-401_007), "已存在相同编号的支付单", None),
            (Some(120), "", None),
        ] {
            assert_eq!(
                says_missing(status, words).map(|sign| sign.sign.as_str()),
                wanted,
                "{status:?} {words}"
            );
        }
        assert_eq!(signs().len(), TABLE.lines().count() - 1, "every line is read");
        assert!(signs().iter().all(|sign| !sign.source.is_empty()));
    }
}
