//! `customs explain`: what a fault code means.

use ports::fault::{Kind, Severity, Text};

use super::Exit;
use super::args::ExplainArgs;
use super::output::Output;
use crate::customs_codes::{self, Actor, Class, Entry, Set};
use crate::{build, configuration, documents, lifecycle, lint, matching, messages, order, tax};

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

const WHERE: Text = Text { zh: "出处", en: "Where" };
const WHO: Text = Text { zh: "由谁处理", en: "Who must act" };
const KIND: Text = Text { zh: "类别", en: "Class" };

/// Every fault kind of the program.
fn all() -> impl Iterator<Item = &'static Kind> {
    let tables: [&[&'static Kind]; 16] = [
        ports::gateway::faults::ALL,
        ports::http::faults::ALL,
        ports::vault::faults::ALL,
        filing::faults::ALL,
        filing::book::faults::ALL,
        filing::tariff::faults::ALL,
        filing::sync::faults::ALL,
        order::faults::ALL,
        documents::faults::ALL,
        matching::faults::ALL,
        messages::faults::ALL,
        lint::faults::ALL,
        tax::faults::ALL,
        build::faults::ALL,
        lifecycle::faults::ALL,
        configuration::faults::ALL,
    ];
    tables.into_iter().flatten().copied()
}

/// The fault kind of a code.
pub(super) fn kind(code: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.code == code)
}

pub(super) fn run(args: &ExplainArgs, out: &Output) -> Exit {
    let Some(code) = args.code.as_deref().filter(|_| !args.all) else {
        let numbers = customs_codes::all();
        if out.json {
            let pages = all().map(|kind| Page::Fault(page(kind, out)));
            out.json(
                &pages
                    .chain(numbers.iter().map(|entry| Page::Number(number(entry, out))))
                    .collect::<Vec<_>>(),
            );
        } else {
            for kind in all() {
                out.data(&format!("{:<24} {}", kind.code, open(kind.message.get(out.lang))));
            }
            for entry in numbers {
                out.data(&format!("{:<24} {}", entry.code, entry.meaning.get(out.lang)));
            }
        }
        return Exit::Done;
    };
    if let Some(entry) = customs_codes::find(code) {
        tell_number(entry, out);
        return Exit::Done;
    }
    let Some(kind) = all().find(|kind| kind.code.eq_ignore_ascii_case(code)) else {
        let wanted = code.to_ascii_uppercase();
        let numbers = customs_codes::all().iter().map(|entry| entry.code.as_str());
        let nearest = all().map(|kind| kind.code).chain(numbers).max_by(|a, b| {
            let likeness = |code: &str| strsim::jaro_winkler(code, &wanted);
            likeness(a).total_cmp(&likeness(b))
        });
        let nearest = nearest.unwrap_or("-").to_owned();
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

/// A page as data.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Page {
    Fault(FaultPage),
    Number(NumberPage),
}

/// A fault code's page.
#[derive(serde::Serialize)]
struct FaultPage {
    code: &'static str,
    severity: Severity,
    message: String,
    remedy: String,
}

fn page(kind: &Kind, out: &Output) -> FaultPage {
    FaultPage {
        code: kind.code,
        severity: kind.severity,
        message: open(kind.message.get(out.lang)),
        remedy: open(kind.remedy.get(out.lang)),
    }
}

/// The page of a number that customs answers with.
#[derive(serde::Serialize)]
struct NumberPage {
    code: &'static str,
    set: Set,
    class: Class,
    actor: Actor,
    message: &'static str,
    remedy: &'static str,
}

fn number(entry: &'static Entry, out: &Output) -> NumberPage {
    NumberPage {
        code: &entry.code,
        set: entry.set,
        class: entry.class,
        actor: entry.actor,
        message: entry.meaning.get(out.lang),
        remedy: entry.next.get(out.lang),
    }
}

fn tell_number(entry: &'static Entry, out: &Output) {
    if out.json {
        return out.json(&number(entry, out));
    }
    out.data(&out.bold(&entry.code));
    for (title, text) in [
        (&WHERE, set_words(entry.set).get(out.lang)),
        (&MESSAGE, entry.meaning.get(out.lang)),
        (&REMEDY, entry.next.get(out.lang)),
        (&WHO, actor_words(entry.actor).get(out.lang)),
        (&KIND, class_words(entry.class).get(out.lang)),
    ] {
        out.data(&format!("  {}: {text}", title.get(out.lang)));
    }
}

const fn words(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}

const fn set_words(set: Set) -> Text {
    match set {
        Set::Status => words("海关回执的状态（returnStatus）", "status of a customs receipt (returnStatus)"),
        Set::Error => words(
            "电子口岸处理异常（returnStatus 小于0）",
            "China E-port could not process it (returnStatus below zero)",
        ),
        Set::Platform => words("数据交换平台的应答代码", "answer of the data exchange platform"),
        Set::Reason => words("回执信息中的 [Code:…]", "[Code:…] in the words of a receipt"),
    }
}

const fn actor_words(actor: Actor) -> Text {
    match actor {
        Actor::Nobody => words("无人", "nobody"),
        Actor::Operator => words("本程序的使用者", "whoever runs this program"),
        Actor::Merchant => words("电商企业", "the merchant"),
        Actor::Declarant => words("申报企业", "the declarant"),
        Actor::Platform => words("电商平台与买家", "the e-commerce platform and the buyer"),
        Actor::Payment => words("支付企业", "the payment enterprise"),
        Actor::Carrier => words("物流企业", "the carrier"),
        Actor::Site => words("监管场所经营企业", "the supervised site"),
        Actor::Customs => words("海关", "customs"),
    }
}

const fn class_words(class: Class) -> Text {
    match class {
        Class::Underway => words("正常", "all is well"),
        Class::Waiting => words("等待", "waiting"),
        Class::Released => words("放行", "released"),
        Class::Stopped => words("终止，须由人处理", "it ends here; a person is told"),
        Class::Refused => words("被退单", "refused"),
        Class::Temporary => words("暂时故障，可原样重发", "temporary; the same bytes may be sent again"),
        Class::Correct => words("须由人更正数据", "a person must mend data"),
        Class::Setup => words(
            "须由人更正配置、证书或备案",
            "a person must mend configuration, certificate or registration",
        ),
        Class::Exists => words(
            "已存在；可确认此前结果不明的发送",
            "there already; confirms an earlier sending of unknown outcome",
        ),
        Class::Old => words("比已有的旧，不作数", "older than the one there"),
        Class::TooMany => words("一个报文单证过多", "too many documents in a message"),
        Class::PaymentMissing => words("缺支付单", "the payment slip is missing"),
        Class::Unknown => words("含义未公开", "its meaning is not public"),
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
