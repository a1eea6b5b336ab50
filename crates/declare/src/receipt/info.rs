//! What a receipt says in words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The words of a receipt (`returnInfo`). People may be named in them: `Debug` tells their length only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Info(String);

/// A number in the words of a receipt: `[Code:1332;Desc:…]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfoCode {
    /// The number.
    pub code: i64,
    /// What is said of it.
    pub description: Info,
}

impl Info {
    /// Keeps what a receipt says.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The words, for those who may see them.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The numbers in the words, in their order. A description goes on to the bracket that ends it: there may be brackets
    /// in it.
    pub fn codes(&self) -> Vec<InfoCode> {
        let starts: Vec<usize> = starts(&self.0).collect();
        let ends = starts.iter().skip(1).copied().chain([self.0.len()]);
        starts.iter().zip(ends).filter_map(|(start, end)| code(self.0.get(*start..end)?)).collect()
    }

    /// The document numbers (36 characters in brackets) in the words, as in `新增申报成功[4CDE1CFD-…]`.
    pub fn guids(&self) -> impl Iterator<Item = &str> {
        let parts = self.0.split(['[', ']', '【', '】']);
        parts.filter(|part| crate::documents::Guid::parse(part).is_some() && part.len() == 36)
    }
}

/// Where `[Code:` begins, in whatever case and with either colon.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices(['[', '【']).filter_map(|(at, bracket)| {
        let rest = text.get(at + bracket.len()..)?.trim_start();
        let word = rest.get(..4)?;
        let colon = rest.get(4..)?.trim_start().chars().next()?;
        (word.eq_ignore_ascii_case("code") && matches!(colon, ':' | '：')).then_some(at)
    })
}

/// Reads one piece from its bracket on.
fn code(piece: &str) -> Option<InfoCode> {
    let (_, rest) = piece.split_once([':', '：'])?;
    let rest = rest.trim_start();
    let length = rest.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(length);
    let description = rest.split_once([':', '：']).map_or("", |(_, description)| description);
    let description = match description.rfind([']', '】']) {
        Some(end) => description.get(..end).unwrap_or_default(),
        None => description,
    };
    Some(InfoCode { code: number.parse().ok()?, description: Info::new(description.trim()) })
}

impl fmt::Debug for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Info({} characters)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(i64, String)> {
        let codes = Info::new(text).codes();
        codes.into_iter().map(|code| (code.code, code.description.reveal().to_owned())).collect()
    }

    #[test]
    fn numbers_are_found_in_the_words() {
        let one = |code, text: &str| vec![(code, text.to_owned())];
        assert_eq!(found("[Code:2600;Desc:放行]"), one(2600, "放行"));
        assert_eq!(found(" [Code：1332；Desc：金额[1.00]不一致] "), one(1332, "金额[1.00]不一致"));
        assert_eq!(found("[code: 1313 ; desc: 超过 ]。"), one(1313, "超过"));
        assert_eq!(found("[Code:1320]"), one(1320, ""));
        assert_eq!(found("[Code:1320;Desc:断"), one(1320, "断"));
        assert_eq!(
            found("[Code:1320;Desc:甲][Code:1322;Desc:乙]"),
            [(1320, "甲".to_owned()), (1322, "乙".to_owned())]
        );
        for nothing in ["", "放行", "[Code]", "[Code:;Desc:无]", "[Co", "【", "[清单]"] {
            assert_eq!(found(nothing), [], "{nothing}");
        }
    }

    #[test]
    fn numbers_of_documents_are_found_in_the_words() {
        let info = Info::new("新增申报成功[4CDE1CFD-EDED-46B1-946C-B8022E42FC94][x]");
        assert_eq!(info.guids().collect::<Vec<_>>(), ["4CDE1CFD-EDED-46B1-946C-B8022E42FC94"]);
    }

    #[test]
    fn words_are_not_shown_by_chance() {
        let info = Info::new("清单中购买人[欧阳某某]");
        assert_eq!(format!("{info:?}"), "Info(12 characters)");
        let code = &Info::new("[Code:1313;Desc:欧阳某某]").codes()[0];
        assert!(!format!("{code:?}").contains('欧'));
    }

    proptest! {
        #[test]
        fn no_words_panic(text in "[\\[\\]【】Code:：;Desc0-9 \\PC]{0,60}") {
            let _ = (Info::new(text.clone()).codes(), Info::new(text).guids().count());
        }
    }
}
