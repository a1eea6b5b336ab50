//! `customs declare build`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use filing::book::Book;
use filing::tariff::Tariff;
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::fault::{Fault, Report, Text};
use ports::store::Store;
use serde::Serialize;

use super::args::{BuildArgs, Global};
use super::output::Output;
use super::{Exit, signer, workplace};
use crate::build::{self, BuildError, HeldOrder, Observer, Plan, Summary, WrittenMessage};
use crate::messages::MessageKind;
use crate::setting::Setting;

/// How often a terminal is told how far the work has come.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// Bytes of orders read at once.
const READ_AHEAD: usize = 1 << 20;

const NO_SUCH_DOCUMENT: Text = Text {
    zh: "没有单证 {word}；可选 order,payment,waybill,inventory",
    en: "there is no document {word}; choose from order,payment,waybill,inventory",
};
const UNREADABLE: Text = Text { zh: "{file} 无法读取：{reason}", en: "{file} cannot be read: {reason}" };
const UNFINISHED: Text = Text {
    zh: "没有完成：{reason}。没有丢失任何数据，可以安全地再次运行。",
    en: "not finished: {reason}. Nothing is lost; it is safe to run again.",
};
const PROGRESS: Text = Text { zh: "已处理 {orders} 个订单", en: "{orders} orders" };
const SUMMARY: Text = Text {
    zh: "{orders} 个订单：申报 {declared}（其中 {already} 个此前已申报），暂缓 {held}",
    en: "{orders} orders: {declared} declared ({already} of them before), {held} held",
};
const MESSAGES: Text = Text { zh: "{type}：{documents} 份单证", en: "{type}: {documents} documents" };
const TAX: Text = Text {
    zh: "税款合计 {declared} 元（按税则计算 {computed} 元）",
    en: "tax {declared} yuan (by the tariff {computed})",
};
const UNSIGNED: Text = Text {
    zh: "没有签名：清单以 appStatus 1（暂存）写出，尚未申报",
    en: "no signer: the inventories are written with appStatus 1 (saved), not declared",
};
const WHERE: Text = Text { zh: "报文在 {dir}", en: "the messages are in {dir}" };

pub(super) fn run(args: &BuildArgs, global: &Global, out: &Output) -> Exit {
    match declare(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn declare(args: &BuildArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let declaring = configuration.declaring().map_err(|faults| workplace::usage(&faults, out))?;
    let kinds = kinds(&args.documents, out)?;
    let signer = match args.sign {
        true => {
            Some(signer::signer(&configuration.signing).map_err(|fault| workplace::usage(&[*fault], out))?)
        }
        false => None,
    };
    let input = open(&args.orders, out)?;
    let store: Arc<dyn Store> = Arc::new(workplace::store(global, out)?);
    let setting = Setting::new(declaring, Catalogue::builtin(), Tariff::builtin(), SystemClock.now());
    let data = global.data.clone();
    let plan = Plan { setting, kinds, batch: args.batch as usize, signer, data, out: args.out.clone() };
    let mut teller = Teller::new(*out);
    teller.signed = args.sign;
    match build(input, &plan, &store, &mut teller, out) {
        Ok(summary) => Ok(teller.finish(&summary, &args.out)),
        Err(exit) => {
            teller.break_off();
            Err(exit)
        }
    }
}

/// Runs the build against an open store.
pub(super) fn build(
    input: impl BufRead,
    plan: &Plan<'_>,
    store: &Arc<dyn Store>,
    observer: &mut dyn Observer,
    out: &Output,
) -> Result<Summary, Exit> {
    let book = Book::open(Arc::clone(store)).map_err(|error| workplace::store_failed(&error, out))?;
    build::build(input, plan, store.as_ref(), &book, observer).map_err(|error| {
        out.progress_done();
        match error {
            BuildError::Store(error) => workplace::store_failed(&error, out),
            other => {
                out.problem(&out.text(&UNFINISHED, &[("reason", other.to_string())]));
                Exit::Unfinished
            }
        }
    })
}

fn kinds(words: &[String], out: &Output) -> Result<Vec<MessageKind>, Exit> {
    let mut kinds = Vec::new();
    for word in words {
        match MessageKind::of_word(word.trim()) {
            Some(kind) if kinds.contains(&kind) => {}
            Some(kind) => kinds.push(kind),
            None => {
                out.problem(&out.text(&NO_SUCH_DOCUMENT, &[("word", word.clone())]));
                return Err(Exit::Usage);
            }
        }
    }
    kinds.sort_unstable();
    Ok(kinds)
}

fn open(path: &Path, out: &Output) -> Result<Box<dyn BufRead>, Exit> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(READ_AHEAD, io::stdin())));
    }
    let unreadable = |error: io::Error| {
        let args = [("file", path.display().to_string()), ("reason", error.to_string())];
        out.problem(&out.text(&UNREADABLE, &args));
        Exit::Unfinished
    };
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    Ok(Box::new(BufReader::with_capacity(READ_AHEAD, file)))
}

/// How far a run has come, in words.
pub(super) fn progress_line(out: &Output, lines: u64) -> String {
    out.text(&PROGRESS, &[("orders", lines.to_string())])
}

/// Tells what happens: as text while it happens, or as one JSON document whose held orders are written as they come.
pub(super) struct Teller {
    out: Output,
    told: Instant,
    held_written: bool,
    signed: bool,
    lost: Vec<Report>,
    pub(super) held: u64,
    pub(super) messages: Vec<WrittenMessage>,
}

#[derive(Serialize)]
struct Held<'a> {
    order_no: &'a str,
    faults: Vec<Report>,
}

#[derive(Serialize)]
struct Totals<'a> {
    orders: u64,
    declared: u64,
    already_declared: u64,
    held: u64,
    documents: &'a BTreeMap<MessageKind, u64>,
    tax_declared: String,
    tax_computed: String,
    messages: &'a [WrittenMessage],
    #[serde(skip_serializing_if = "<[Report]>::is_empty")]
    lost: &'a [Report],
}

impl Teller {
    pub(super) fn new(out: Output) -> Self {
        Self {
            out,
            told: Instant::now(),
            held_written: false,
            signed: false,
            lost: Vec::new(),
            held: 0,
            messages: Vec::new(),
        }
    }

    fn raw(&self, text: &str) {
        // A reader that has gone away is its own affair; the messages are written all the same.
        let _ = io::stdout().lock().write_all(text.as_bytes());
    }

    /// Ends the JSON document of a run that could not go on.
    fn break_off(&self) {
        if self.out.json {
            let opening = if self.held_written { "" } else { "{\"held_orders\":[" };
            self.raw(&format!("{opening}],\"unfinished\":true}}\n"));
        }
    }

    /// Says how it ended.
    fn finish(self, summary: &Summary, folder: &Path) -> Exit {
        self.out.progress_done();
        let exit = match (summary.lost, summary.held) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Partly,
            _ => Exit::Unfinished,
        };
        let out = &self.out;
        if out.json {
            let totals = Totals {
                orders: summary.orders,
                declared: summary.declared,
                already_declared: summary.already_declared,
                held: summary.held,
                documents: &summary.documents,
                tax_declared: summary.tax_declared.to_string(),
                tax_computed: summary.tax_computed.to_string(),
                messages: &self.messages,
                lost: &self.lost,
            };
            let totals = serde_json::to_string(&totals).unwrap_or_else(|_| "{}".to_owned());
            // The totals' own braces become the rest of the document that the held orders began.
            let opening = if self.held_written { "" } else { "{\"held_orders\":[" };
            self.raw(&format!("{opening}],{}\n", totals.trim_start_matches('{')));
            return exit;
        }
        let count = |number: u64| number.to_string();
        let args = [
            ("orders", count(summary.orders)),
            ("declared", count(summary.declared)),
            ("already", count(summary.already_declared)),
            ("held", count(summary.held)),
        ];
        out.data(&out.text(&SUMMARY, &args));
        for (kind, documents) in &summary.documents {
            out.data(&format!(
                "  {}",
                out.text(&MESSAGES, &[("type", kind.to_string()), ("documents", count(*documents))])
            ));
        }
        let taxes =
            [("declared", summary.tax_declared.to_string()), ("computed", summary.tax_computed.to_string())];
        out.data(&out.text(&TAX, &taxes));
        if !self.signed && summary.documents.contains_key(&MessageKind::Inventory) {
            out.say(&out.text(&UNSIGNED, &[]));
        }
        out.say(&out.text(&WHERE, &[("dir", folder.display().to_string())]));
        exit
    }
}

impl Observer for Teller {
    fn held(&mut self, order: HeldOrder) {
        self.held += 1;
        if !self.out.json {
            self.out.progress_done();
            order.faults.iter().for_each(|fault| self.out.fault(fault));
            return;
        }
        let faults = order.faults.iter().map(|fault| fault.report(self.out.lang)).collect();
        let held = Held { order_no: &order.order_no, faults };
        let text = serde_json::to_string(&held).unwrap_or_else(|_| "{}".to_owned());
        let before = if self.held_written { "," } else { "{\"held_orders\":[" };
        self.held_written = true;
        self.raw(&format!("{before}{text}"));
    }

    fn warned(&mut self, _order_no: &str, warnings: &[Fault]) {
        if !self.out.json {
            self.out.progress_done();
            warnings.iter().for_each(|fault| self.out.fault(fault));
        }
    }

    fn written(&mut self, message: WrittenMessage) {
        self.messages.push(message);
    }

    fn lost(&mut self, fault: Fault) {
        self.out.progress_done();
        self.out.fault(&fault);
        self.lost.push(fault.report(self.out.lang));
    }

    fn progress(&mut self, lines: u64) {
        if self.told.elapsed() >= PROGRESS_EVERY {
            self.told = Instant::now();
            self.out.progress(&progress_line(&self.out, lines));
        }
    }
}
