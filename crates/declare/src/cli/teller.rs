//! Telling how a build goes on and how it ended.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use ports::fault::{Fault, Report, Text};
use serde::Serialize;
use tempfile::{SpooledTempFile, spooled_tempfile};

use super::Exit;
use super::build::progress_line;
use super::output::{Failure, Output, print};
use crate::build::{HeldOrder, Observer, Summary, WrittenMessage};
use crate::messages::MessageKind;

/// How often a terminal is told how far the work has come.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// Bytes of warnings kept in memory.
const WARNINGS_IN_MEMORY: usize = 1 << 20;

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
const WROTE: Text =
    Text { zh: "已写出 {file}：{documents} 份单证", en: "wrote {file}: {documents} documents" };

/// Tells what happens: as text while it happens, or as one JSON document whose held orders are written as they come.
pub(super) struct Teller {
    out: Output,
    told: Instant,
    held_written: bool,
    /// Warnings of declared orders as JSON, beyond a megabyte on disk; they have their place after the held orders.
    warnings: SpooledTempFile,
    warned: bool,
    pub(super) signed: bool,
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
    /// Whether the inventories are declared or, for want of a signer, only saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    inventory_status: Option<&'static str>,
}

impl Teller {
    pub(super) fn new(out: Output) -> Self {
        Self {
            out,
            told: Instant::now(),
            held_written: false,
            warnings: spooled_tempfile(WARNINGS_IN_MEMORY),
            warned: false,
            signed: false,
            lost: Vec::new(),
            held: 0,
            messages: Vec::new(),
        }
    }

    /// Ends the list of held orders and writes the warnings; what follows are other members of the document.
    fn end_lists(&mut self) {
        print(if self.held_written { "],\"warnings\":[" } else { "{\"held_orders\":[],\"warnings\":[" });
        let mut reader = BufReader::new(&mut self.warnings);
        // A temporary file that cannot be read back takes its warnings with it; orders and messages are not touched.
        let mut line = String::new();
        if reader.rewind().is_ok() {
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                print(line.trim_end());
                line.clear();
            }
        }
        print("],");
    }

    /// Ends the JSON document of a run that could not go on.
    pub(super) fn break_off(mut self) {
        if self.out.json {
            self.end_lists();
            let failure = serde_json::to_string(&Failure::so_far()).unwrap_or_else(|_| "{}".to_owned());
            print(&format!("\"unfinished\":true,{}\n", failure.trim_start_matches('{')));
        }
    }

    /// Says how it ended.
    pub(super) fn finish(mut self, summary: &Summary, folder: &Path) -> Exit {
        self.out.progress_done();
        let exit = match (summary.lost, summary.held) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Partly,
            _ => Exit::Unfinished,
        };
        if self.out.json {
            self.end_lists();
            let inventory = summary.documents.contains_key(&MessageKind::Inventory);
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
                inventory_status: inventory.then_some(if self.signed { "declared" } else { "saved" }),
            };
            let totals = serde_json::to_string(&totals).unwrap_or_else(|_| "{}".to_owned());
            // The totals' own braces become the rest of the document that the held orders began.
            print(&format!("{}\n", totals.trim_start_matches('{')));
            return exit;
        }
        let out = &self.out;
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
        print(&format!("{before}{text}"));
    }

    fn warned(&mut self, order_no: &str, warnings: &[Fault]) {
        if !self.out.json {
            self.out.progress_done();
            warnings.iter().for_each(|fault| self.out.fault(fault));
            return;
        }
        let faults = warnings.iter().map(|fault| fault.report(self.out.lang)).collect();
        let text = serde_json::to_string(&Held { order_no, faults }).unwrap_or_else(|_| "{}".to_owned());
        let before = if self.warned { "," } else { "" };
        self.warned = true;
        if let Err(error) = writeln!(self.warnings, "{before}{text}") {
            self.out.problem(&error.to_string());
        }
    }

    fn written(&mut self, message: WrittenMessage) {
        let args =
            [("file", message.file.display().to_string()), ("documents", message.documents.to_string())];
        self.out.detail(&self.out.text(&WROTE, &args));
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
