//! `customs declare audit`.

use ports::clock::{Clock, SystemClock};
use ports::fault::{Report, Text};
use serde::Serialize;

use super::args::Global;
use super::output::Output;
use super::run::{failed, policy};
use super::{Exit, vault, workplace};
use crate::pipeline::audit::{Audited, Evidence};

const PROGRESS: Text = Text { zh: "已检查 {records} 条记录", en: "{records} records looked at" };
const LOOKED: Text = Text {
    zh: "检查了 {orders} 个订单、{documents} 份单证、{messages} 份报文、{receipts} 份回执",
    en: "{orders} orders, {documents} documents, {messages} messages and {receipts} receipts were looked at",
};
const ERASED: Text = Text {
    zh: "其中 {erased} 份报文和回执已过保存期被清除，不再核对",
    en: "{erased} messages and receipts were erased after their retention time and cannot be compared any more",
};
const WAITING: Text = Text {
    zh: "{waiting} 份回执待下一次 declare run 处理",
    en: "{waiting} receipts wait for the next declare run",
};
const SOUND: Text = Text { zh: "全部相符", en: "everything holds together" };
const BROKEN: Text = Text {
    zh: "{broken} 处不符（列出 {told} 处）",
    en: "{broken} things do not hold ({told} of them are told)",
};

/// Records between two looks at the clock of the progress line.
const PROGRESS_EVERY: u64 = 1_000;

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    orders: u64,
    documents: u64,
    messages: u64,
    receipts: u64,
    erased: u64,
    waiting: u64,
    broken: u64,
    faults: Vec<Report>,
}

pub(super) fn run(global: &Global, out: &Output) -> Exit {
    match audit(global, out) {
        Ok(found) => {
            tell(&found, out);
            if found.broken > 0 { Exit::Partly } else { Exit::Done }
        }
        Err(exit) => exit,
    }
}

fn audit(global: &Global, out: &Output) -> Result<Audited, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store = workplace::store(global, out)?;
    let policy = policy(&configuration);
    let archive = store.archive(&global.data);
    let door = vault::open(&configuration, global, &store, out)?;
    let evidence = Evidence { store: &store, archive: archive.as_ref(), door: &door, policy: &policy };
    let progress = |records: u64| {
        if records.is_multiple_of(PROGRESS_EVERY) {
            out.progress(&out.text(&PROGRESS, &[("records", records.to_string())]));
        }
    };
    let found = evidence.audit(SystemClock.now(), &progress);
    out.progress_done();
    found.map_err(|error| failed(&error, out))
}

fn tell(found: &Audited, out: &Output) {
    if out.json {
        return out.json(&Answer {
            orders: found.orders,
            documents: found.documents,
            messages: found.messages,
            receipts: found.receipts,
            erased: found.erased,
            waiting: found.waiting,
            broken: found.broken,
            faults: found.faults.iter().map(|fault| fault.report(out.lang)).collect(),
        });
    }
    for fault in &found.faults {
        out.fault(fault);
    }
    let count = |number: u64| number.to_string();
    let looked = [
        ("orders", count(found.orders)),
        ("documents", count(found.documents)),
        ("messages", count(found.messages)),
        ("receipts", count(found.receipts)),
    ];
    out.data(&out.text(&LOOKED, &looked));
    if found.erased > 0 {
        out.data(&out.text(&ERASED, &[("erased", count(found.erased))]));
    }
    if found.waiting > 0 {
        out.data(&out.text(&WAITING, &[("waiting", count(found.waiting))]));
    }
    if found.broken == 0 {
        out.data(&out.text(&SOUND, &[]));
    } else {
        let told = found.faults.len().to_string();
        out.data(&out.text(&BROKEN, &[("broken", count(found.broken)), ("told", told)]));
    }
}
