//! A fault is data: a stable code, a severity, a place, a message and a remedy.
//!
//! Each crate declares its own faults in one table with [`fault_kinds!`](crate::fault_kinds). A [`Kind`] holds the texts in
//! Chinese and English under one code; a [`Fault`] is one occurrence of a kind, with its place and the values that
//! fill the `{placeholders}` of the texts. Codes are never reused for another meaning.
//!
//! Texts of faults are shown to people and written to logs: whoever makes a fault about personal data passes masked
//! values only.

use std::fmt;

use serde::Serialize;

/// The language of messages to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    #[default]
    En,
}

/// One text in both languages. Placeholders are written `{name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in one language, placeholders unfilled.
    pub const fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// The text in one language with its placeholders filled from `args`; an unknown placeholder stays visible.
    pub fn fill<A: Argument>(&self, lang: Lang, args: &[(&'static str, A)]) -> String {
        let template = self.get(lang);
        let mut out = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let (before, from_open) = rest.split_at(open);
            out.push_str(before);
            let Some(close) = from_open.find('}') else {
                rest = from_open;
                break;
            };
            let name = &from_open[1..close];
            match args.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => out.push_str(value.in_lang(lang)),
                None => out.push_str(&from_open[..=close]),
            }
            rest = &from_open[close + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// What fills a placeholder.
pub trait Argument {
    /// Its words in a language.
    fn in_lang(&self, lang: Lang) -> &str;
}

impl Argument for String {
    fn in_lang(&self, _lang: Lang) -> &str {
        self
    }
}

/// What fills a placeholder of a fault: a value, or words that have a form in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A value.
    Value(String),
    /// Words.
    Words(Text),
}

impl Argument for Arg {
    fn in_lang(&self, lang: Lang) -> &str {
        match self {
            Self::Value(value) => value,
            Self::Words(words) => words.get(lang),
        }
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Value(value)
    }
}

impl From<Text> for Arg {
    fn from(words: Text) -> Self {
        Self::Words(words)
    }
}

/// Whether a fault stops what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; the row, order or file goes on.
    Warning,
    /// The row, order or file is refused or held.
    Error,
}

/// A kind of fault: what `customs explain CODE` prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The stable code, such as `FIL-HS-LENGTH`.
    pub code: &'static str,
    /// Whether it refuses.
    pub severity: Severity,
    /// What happened.
    pub message: Text,
    /// What to do about it.
    pub remedy: Text,
}

impl Kind {
    /// A fault of this kind, with no place yet.
    pub fn fault(&'static self) -> Fault {
        Fault { kind: self, at: Place::default(), args: Vec::new() }
    }

    /// A fault of this kind at a place.
    pub fn at(&'static self, at: Place) -> Fault {
        Fault { kind: self, at, args: Vec::new() }
    }
}

/// Where a fault is. Only what is known is set, and only that is written to JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file as the user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row as the spreadsheet shows it, the first row being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The column's letters, such as `C`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The column's header as it stands in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The value found there (masked when personal).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_no: Option<String>,
    /// The path inside an order, a configuration or an XML document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line of a text file, the first being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl Place {
    /// A file and nothing more.
    pub fn file(name: impl Into<String>) -> Self {
        Self { file: Some(name.into()), ..Self::default() }
    }

    /// An order and a path in it.
    pub fn order(order_no: impl Into<String>, path: impl Into<String>) -> Self {
        Self { order_no: Some(order_no.into()), path: Some(path.into()), ..Self::default() }
    }
}

impl fmt::Display for Place {
    /// `goods.xlsx [Sheet1] C7 海关HS编码 "3304 99"`: the parts that are known, in the order a person looks for them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        if let Some(file) = &self.file {
            match self.line {
                Some(line) => parts.push(format!("{file}:{line}")),
                None => parts.push(file.clone()),
            }
        } else if let Some(line) = self.line {
            parts.push(format!("line {line}"));
        }
        if let Some(sheet) = &self.sheet {
            parts.push(format!("[{sheet}]"));
        }
        match (&self.column, self.row) {
            (Some(column), Some(row)) => parts.push(format!("{column}{row}")),
            (None, Some(row)) => parts.push(format!("#{row}")),
            (Some(column), None) => parts.push(column.clone()),
            (None, None) => {}
        }
        parts.extend(self.header.clone());
        parts.extend(self.order_no.clone());
        parts.extend(self.path.clone());
        if let Some(value) = &self.value {
            parts.push(format!("\"{value}\""));
        }
        f.write_str(&parts.join(" "))
    }
}

/// One occurrence of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: &'static Kind,
    /// Where it is.
    pub at: Place,
    /// What fills the placeholders of its texts.
    pub args: Vec<(&'static str, Arg)>,
}

/// The longest value told, in characters: what is longer was never meant to be read, and nobody wants it in a log.
const MOST_TOLD: usize = 500;

impl Fault {
    /// Adds a value for a placeholder; a very long one is cut short.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let mut value = value.to_string();
        if let Some((end, _)) = value.char_indices().nth(MOST_TOLD) {
            value.truncate(end);
            value.push('…');
        }
        self.args.push((name, Arg::Value(value)));
        self
    }

    /// Adds words for a placeholder.
    #[must_use]
    pub fn with_words(mut self, name: &'static str, words: Text) -> Self {
        self.args.push((name, Arg::Words(words)));
        self
    }

    /// Sets the place.
    #[must_use]
    pub fn placed(mut self, at: Place) -> Self {
        self.at = at;
        self
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.kind.code
    }

    /// Whether it refuses.
    pub fn is_error(&self) -> bool {
        self.kind.severity == Severity::Error
    }

    /// What happened, in one language.
    pub fn message(&self, lang: Lang) -> String {
        self.kind.message.fill(lang, &self.args)
    }

    /// What to do, in one language.
    pub fn remedy(&self, lang: Lang) -> String {
        self.kind.remedy.fill(lang, &self.args)
    }

    /// The form that `--json` prints.
    pub fn report(&self, lang: Lang) -> Report {
        Report {
            code: self.code(),
            severity: self.kind.severity,
            message: self.message(lang),
            remedy: self.remedy(lang),
            at: self.at.clone(),
        }
    }
}

/// A fault rendered in one language; its JSON form is part of the command line's contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stable code.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: Severity,
    /// What happened.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Where.
    pub at: Place,
}

/// Declares fault kinds as statics and lists them all in `ALL`.
///
/// ```
/// ports::fault_kinds! {
///     /// A code that is not ten digits long.
///     LENGTH = "DEMO-LENGTH", Error,
///         "编码应为10位,实际{found}位" / "the code has {found} digits instead of 10",
///         "按税则补足10位" / "complete it to 10 digits";
/// }
/// assert_eq!(LENGTH.fault().with("found", 8).message(ports::fault::Lang::En), "the code has 8 digits instead of 10");
/// assert_eq!(ALL.len(), 1);
/// ```
#[macro_export]
macro_rules! fault_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $zh:literal / $en:literal, $rzh:literal / $ren:literal;)+) => {
        $(
            $(#[$doc])*
            pub static $name: $crate::fault::Kind = $crate::fault::Kind {
                code: $code,
                severity: $crate::fault::Severity::$severity,
                message: $crate::fault::Text { zh: $zh, en: $en },
                remedy: $crate::fault::Text { zh: $rzh, en: $ren },
            };
        )+
        /// Every kind of this table, in the order of its declaration.
        pub static ALL: &[&$crate::fault::Kind] = &[$(&$name),+];
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_unknown_ones_stay_visible() {
        let text = Text { zh: "第{row}行", en: "row {row} of {file}" };
        let args = [("row", "7".to_owned())];
        assert_eq!(text.fill(Lang::Zh, &args), "第7行");
        let words = [("file", Arg::Words(Text { zh: "备案表", en: "the sheet" }))];
        assert_eq!(text.fill(Lang::En, &words), "row {row} of the sheet");
        assert_eq!(text.fill(Lang::En, &args), "row 7 of {file}");
    }

    #[test]
    fn a_place_reads_as_a_person_looks_for_it() {
        let place = Place {
            file: Some("goods.xlsx".into()),
            sheet: Some("Sheet1".into()),
            row: Some(7),
            column: Some("C".into()),
            header: Some("海关HS编码".into()),
            value: Some("3304".into()),
            ..Place::default()
        };
        assert_eq!(place.to_string(), "goods.xlsx [Sheet1] C7 海关HS编码 \"3304\"");
    }
}
