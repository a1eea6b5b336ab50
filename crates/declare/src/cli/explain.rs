//! `customs explain`: what a fault code means.

use ports::fault::{Kind, Severity, Text};

use super::Exit;
use super::args::ExplainArgs;
use super::output::Output;
use crate::{build, configuration, documents, matching, messages, order, tax};

const UNKNOWN: Text = Text {
    zh: "没有代码 {code}；最接近的是 {nearest}。customs explain --all 列出全部代码",
    en: "there is no code {code}; the nearest is {nearest}. customs explain --all lists them all",
};
const MESSAGE: Text = Text { zh: "发生了什么", en: "What happened" };
const REMEDY: Text = Text { zh: "如何处理", en: "What to do" };
const EFFECT: Text = Text { zh: "后果", en: "Effect" };
const ERROR: Text = Text {
    zh: "错误：该行、订单或文件不被接受",
    en: "error: the row, order or file is not taken",
};
const WARNING: Text =
    Text { zh: "警告：仍被接受，请核对", en: "warning: it is taken all the same; have a look" };

/// Every fault kind of the program.
fn all() -> impl Iterator<Item = &'static Kind> {
    let tables: [&[&'static Kind]; 11] = [
        filing::faults::ALL,
        filing::book::faults::ALL,
        filing::tariff::faults::ALL,
        filing::sync::faults::ALL,
        order::faults::ALL,
        documents::faults::ALL,
        matching::faults::ALL,
        messages::faults::ALL,
        tax::faults::ALL,
        build::faults::ALL,
        configuration::faults::ALL,
    ];
    tables.into_iter().flatten().copied()
}

pub(super) fn run(args: &ExplainArgs, out: &Output) -> Exit {
    let Some(code) = args.code.as_deref().filter(|_| !args.all) else {
        if out.json {
            out.json(&all().map(|kind| page(kind, out)).collect::<Vec<_>>());
        } else {
            for kind in all() {
                out.data(&format!("{:<24} {}", kind.code, open(kind.message.get(out.lang))));
            }
        }
        return Exit::Done;
    };
    let Some(kind) = all().find(|kind| kind.code.eq_ignore_ascii_case(code)) else {
        let wanted = code.to_ascii_uppercase();
        let nearest = all().max_by(|a, b| {
            let likeness = |kind: &Kind| strsim::jaro_winkler(kind.code, &wanted);
            likeness(a).total_cmp(&likeness(b))
        });
        let nearest = nearest.map_or("-", |kind| kind.code).to_owned();
        out.problem(&out.text(&UNKNOWN, &[("code", code.to_owned()), ("nearest", nearest)]));
        return Exit::Usage;
    };
    if out.json {
        out.json(&page(kind, out));
        return Exit::Done;
    }
    let effect = if kind.severity == Severity::Error { &ERROR } else { &WARNING };
    out.data(&out.bold(kind.code));
    for (title, text) in [(&MESSAGE, &kind.message), (&REMEDY, &kind.remedy), (&EFFECT, effect)] {
        out.data(&format!("  {}: {}", title.get(out.lang), open(text.get(out.lang))));
    }
    Exit::Done
}

/// A text whose placeholders, which only an occurrence fills, read as dots.
fn open(text: &str) -> String {
    let mut parts = text.split('{');
    let mut open = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        open.push('…');
        open.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    open
}

/// A code's page as data.
#[derive(serde::Serialize)]
struct Page {
    code: &'static str,
    severity: Severity,
    message: String,
    remedy: String,
}

fn page(kind: &Kind, out: &Output) -> Page {
    Page {
        code: kind.code,
        severity: kind.severity,
        message: open(kind.message.get(out.lang)),
        remedy: open(kind.remedy.get(out.lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn no_code_means_two_things() {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for kind in all() {
            kinds.entry(kind.code).or_default().insert(kind.message.en);
        }
        let doubled: Vec<_> = kinds.iter().filter(|(_, texts)| texts.len() > 1).collect();
        assert!(doubled.is_empty(), "{doubled:?}");
    }

    #[test]
    fn both_languages_fill_the_same_placeholders() {
        fn names(text: &str) -> BTreeSet<&str> {
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
        }
        for kind in all() {
            assert_eq!(names(kind.message.zh), names(kind.message.en), "{}", kind.code);
            assert_eq!(names(kind.remedy.zh), names(kind.remedy.en), "{}", kind.code);
        }
    }
}
