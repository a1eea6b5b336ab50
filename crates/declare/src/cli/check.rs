//! `customs declare check`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Fault, Place, Report, Severity, Text};
use serde::Serialize;

use super::args::{CheckArgs, Global};
use super::filing::tariff;
use super::output::Output;
use super::{Exit, workplace};
use crate::configuration::Configuration;
use crate::lint::{Checked, Lint, Options, Signature, faults, rules};
use crate::messages::reading::MAX_BYTES;
use crate::messages::signature::Certificate;

/// Faults shown for a file; the rest is counted, and stands in `--json`.
const FAULTS_SHOWN: usize = 50;

const VALID: Text = Text { zh: "通过", en: "valid" };
const INVALID: Text = Text { zh: "不通过", en: "not valid" };
const LINE: Text = Text {
    zh: "{file}：{type}，{documents} 份单证，{signature}，{verdict}",
    en: "{file}: {type}, {documents} documents, {signature}, {verdict}",
};
const UNKNOWN_TYPE: Text = Text { zh: "不是海关报文", en: "no message" };
const MORE: Text = Text {
    zh: "  还有 {more} 个问题；--json 列出全部",
    en: "  and {more} more; --json lists them all",
};
const ALLOWED: Text = Text {
    zh: "  {count} 个问题因 --allow {rules} 不计",
    en: "  {count} findings do not count (--allow {rules})",
};
const NO_RULE: Text = Text {
    zh: "没有规则 {rule}；用 customs declare check --rules 查看",
    en: "there is no rule {rule}; see customs declare check --rules",
};
const NOT_ALLOWED: Text = Text {
    zh: "规则 {rule} 不能不计：它是报文格式的要求，或从文件中看不出来",
    en: "the rule {rule} cannot be let pass: the format asks for it, or files alone do not show it",
};
const NOT_SHOWN: Text =
    Text { zh: "不检查或文件中看不出", en: "not checked, or not seen in files" };
const ERROR: Text = Text { zh: "错误", en: "error" };
const WARNING: Text = Text { zh: "警告", en: "warning" };
const NO_FILES: Text = Text { zh: "{folder} 中没有 .xml 文件", en: "there is no .xml file in {folder}" };

impl Signature {
    fn words(self) -> Text {
        match self {
            Self::None => Text { zh: "未签名", en: "unsigned" },
            Self::Valid => Text { zh: "签名有效", en: "signature valid" },
            Self::Invalid => Text { zh: "签名无效", en: "signature invalid" },
            Self::Unchecked => Text { zh: "签名未验证", en: "signature unchecked" },
        }
    }
}

#[derive(Serialize)]
struct Answer<'c> {
    files: Vec<FileAnswer<'c>>,
}

#[derive(Serialize)]
struct FileAnswer<'c> {
    file: &'c str,
    #[serde(rename = "type")]
    message_type: Option<&'c str>,
    valid: bool,
    documents: usize,
    signature: Signature,
    faults: Vec<Report>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<Report>,
}

#[derive(Serialize)]
struct RuleAnswer {
    rule: &'static str,
    code: Option<&'static str>,
    severity: Option<Severity>,
    text: &'static str,
}

pub(super) fn run(args: &CheckArgs, global: &Global, out: &Output) -> Exit {
    if args.rules {
        list(out);
        return Exit::Done;
    }
    match check(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn list(out: &Output) {
    if out.json {
        let all = rules::ALL.iter().map(|rule| RuleAnswer {
            rule: rule.id,
            code: rule.kind.map(|kind| kind.code),
            severity: rule.kind.map(|kind| kind.severity),
            text: rule.text.get(out.lang),
        });
        out.json(&all.collect::<Vec<_>>());
        return;
    }
    for rule in rules::ALL {
        let (code, weight) = match rule.kind {
            Some(kind) if kind.severity == Severity::Error => (kind.code, &ERROR),
            Some(kind) => (kind.code, &WARNING),
            None => ("-", &NOT_SHOWN),
        };
        out.data(&format!(
            "{:<4} {:<17} {}: {}",
            rule.id,
            code,
            weight.get(out.lang),
            rule.text.get(out.lang)
        ));
    }
}

fn check(args: &CheckArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let allowed = allowed(&args.allow, out)?;
    let files = files(&args.files, out)?;
    let tariff = tariff::if_any(global, out)?;
    let today = SystemClock.now().to_zoned(beijing()).date();
    let options = Options { tariff: &tariff, today, certificate: own_certificate(global), allowed };
    let mut lint = Lint::new(&options);
    for file in &files {
        let name = file.display().to_string();
        match read(file) {
            Ok(bytes) => lint.add(&name, &bytes),
            Err(error) => {
                let fault = faults::UNREADABLE.at(Place::file(name.clone())).with("reason", error);
                lint.add_unread(&name, fault);
            }
        }
    }
    let checked = lint.finish();
    tell(&checked, &options.allowed, out);
    let unread =
        |checked: &Checked| checked.faults.iter().any(|fault| fault.code() == faults::UNREADABLE.code);
    Ok(if checked.iter().any(unread) {
        Exit::Unfinished
    } else if checked.iter().all(Checked::is_valid) {
        Exit::Done
    } else {
        Exit::Partly
    })
}

/// The certificate of the configuration, if there is one and it can be read: checking asks for neither.
fn own_certificate(global: &Global) -> Option<Certificate> {
    let configuration = Configuration::read(&workplace::configuration_path(global)?).ok()?;
    Certificate::read(&std::fs::read(configuration.signing.certificate?).ok()?).ok()
}

fn allowed(ids: &[String], out: &Output) -> Result<BTreeSet<&'static str>, Exit> {
    let mut allowed = BTreeSet::new();
    for id in ids {
        let refused = match rules::find(id) {
            Some(rule) if rule.can_be_allowed() => {
                allowed.insert(rule.id);
                continue;
            }
            Some(_) => &NOT_ALLOWED,
            None => &NO_RULE,
        };
        out.problem(&out.text(refused, &[("rule", id.clone())]));
        return Err(Exit::Usage);
    }
    Ok(allowed)
}

/// The named files, and the messages in the named folders.
fn files(named: &[PathBuf], out: &Output) -> Result<Vec<PathBuf>, Exit> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|error| {
            out.problem(&format!("{}: {error}", path.display()));
            Exit::Unfinished
        })?;
        let is_message = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xml"));
        let mut found: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(is_message).collect();
        if found.is_empty() {
            out.problem(&out.text(&NO_FILES, &[("folder", path.display().to_string())]));
            return Err(Exit::Usage);
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

/// One byte more than is ever checked shows that there is too much.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn tell(checked: &[Checked], allowed: &BTreeSet<&'static str>, out: &Output) {
    if out.json {
        let reports = |faults: &[Fault]| faults.iter().map(|fault| fault.report(out.lang)).collect();
        let files = checked.iter().map(|checked| FileAnswer {
            file: &checked.file,
            message_type: checked.message_type.as_deref(),
            valid: checked.is_valid(),
            documents: checked.documents,
            signature: checked.signature,
            faults: reports(&checked.faults),
            allowed: reports(&checked.allowed),
        });
        out.json(&Answer { files: files.collect() });
        return;
    }
    for checked in checked {
        checked.faults.iter().take(FAULTS_SHOWN).for_each(|fault| out.fault(fault));
        let more = checked.faults.len().saturating_sub(FAULTS_SHOWN);
        if more > 0 {
            out.say(&out.text(&MORE, &[("more", more.to_string())]));
        }
        let verdict = if checked.is_valid() { &VALID } else { &INVALID };
        let message_type = checked.message_type.clone();
        let args = [
            ("file", checked.file.clone()),
            ("type", message_type.unwrap_or_else(|| UNKNOWN_TYPE.get(out.lang).to_owned())),
            ("documents", checked.documents.to_string()),
            ("signature", checked.signature.words().get(out.lang).to_owned()),
            ("verdict", verdict.get(out.lang).to_owned()),
        ];
        out.data(&out.text(&LINE, &args));
        if !checked.allowed.is_empty() {
            let ids = allowed.iter().copied().collect::<Vec<_>>().join(",");
            out.data(&out.text(&ALLOWED, &[("count", checked.allowed.len().to_string()), ("rules", ids)]));
        }
    }
}
