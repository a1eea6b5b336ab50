//! `customs demo`: the whole way with the built-in sample shop, without any configuration.

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use filing::book::Book;
use filing::import::{FileReport, ImportOptions, import_file};
use filing::record::CheckOptions;
use filing::tariff::Tariff;
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Fault, Report, Text};
use ports::store::Store;
use serde::Serialize;

use super::args::{DemoArgs, Global};
use super::output::Output;
use super::{Exit, build, workplace};
use crate::build::{HeldOrder, Observer, Plan, Summary, WrittenMessage};
use crate::configuration::Configuration;
use crate::messages::MessageKind;
use crate::messages::schema::Strictness;
use crate::setting::Setting;
use crate::shop::{self, Generator};

/// Where the demo works when no directory is named.
const DEFAULT_FOLDER: &str = "customs-demo";
/// Marks a directory as the demo's own: only such a one is emptied.
const MARK: &str = ".customs-demo";
/// Generated orders are the same in every demo.
const SEED: u64 = 20_261_122;

const NOT_OURS: Text = Text {
    zh: "{dir} 里有别的文件，演示不会覆盖；请用 --dir 指定一个新目录",
    en: "{dir} holds other files, which the demo does not touch; name a new directory with --dir",
};
const NOT_WRITTEN: Text =
    Text { zh: "{file} 无法写入：{reason}", en: "{file} cannot be written: {reason}" };
const TITLE: Text = Text {
    zh: "示例店铺：备案表和订单 → 海关报文",
    en: "A sample shop: filings and orders become customs messages",
};
const FILINGS: Text = Text {
    zh: "备案    {rows} 行，接受 {accepted}，拒绝 {refused}，警告 {warned}",
    en: "filings   {rows} rows: {accepted} taken, {refused} refused, {warned} with warnings",
};
const ORDERS: Text = Text {
    zh: "订单    {orders} 个，申报 {declared}，暂缓 {held}",
    en: "orders    {orders}: {declared} declared, {held} held",
};
const MESSAGE: Text = Text {
    zh: "报文    {type} {name}：{messages} 个报文，{documents} 份单证",
    en: "messages  {type} {name}: {documents} documents in {messages}",
};
const TAX: Text = Text {
    zh: "税款    单证 {declared} 元，按税则计算 {computed} 元",
    en: "tax       {declared} yuan on the documents, {computed} by the tariff",
};
const HELD: Text = Text { zh: "暂缓的订单及原因：", en: "Held, and why:" };
const LOOK: Text = Text { zh: "可以看看：", en: "Where to look:" };
const TOOK: Text = Text { zh: "用时 {seconds} 秒", en: "took {seconds} s" };
const LOOK_INPUT: Text =
    Text { zh: "输入：备案表、订单、配置", en: "what went in: sheet, orders, configuration" };
const LOOK_OUTPUT: Text = Text { zh: "输出：海关报文", en: "what came out: the messages" };
const LOOK_AGAIN: Text = Text {
    zh: "自己再运行一次（不会重复申报）：",
    en: "run it again yourself (nothing is declared twice):",
};

fn name(kind: MessageKind) -> Text {
    match kind {
        MessageKind::Order => Text { zh: "电子订单", en: "orders" },
        MessageKind::Payment => Text { zh: "支付凭证", en: "payment slips" },
        MessageKind::Waybill => Text { zh: "物流运单", en: "waybills" },
        MessageKind::Inventory => Text { zh: "进口清单", en: "inventories" },
        MessageKind::WaybillStatus => Text { zh: "运单状态", en: "waybill statuses" },
        MessageKind::Withdrawal => Text { zh: "撤销申请单", en: "withdrawals" },
        MessageKind::Return => Text { zh: "退货申请单", en: "returns" },
        MessageKind::Arrival => Text { zh: "入库明细单", en: "arrivals" },
    }
}

/// Gathers what a summary shows.
struct Gathered {
    out: Output,
    held: Vec<HeldOrder>,
    messages: Vec<WrittenMessage>,
}

impl Observer for Gathered {
    fn held(&mut self, order: HeldOrder) {
        self.held.push(order);
    }
    fn warned(&mut self, _order_no: &str, _warnings: &[Fault]) {}
    fn written(&mut self, message: WrittenMessage) {
        self.messages.push(message);
    }
    fn lost(&mut self, _fault: Fault) {}
    fn progress(&mut self, lines: u64) {
        self.out.progress(&build::progress_line(&self.out, lines));
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    filings: FilingCounts,
    orders: u64,
    declared: u64,
    held: u64,
    messages: &'a std::collections::BTreeMap<MessageKind, u64>,
    tax: String,
    held_orders: Vec<HeldAnswer<'a>>,
    dir: &'a Path,
}

#[derive(Serialize)]
struct FilingCounts {
    rows: u64,
    accepted: u64,
    refused: u64,
    warned: usize,
}

#[derive(Serialize)]
struct HeldAnswer<'a> {
    order_no: &'a str,
    faults: Vec<Report>,
}

pub(super) fn run(args: &DemoArgs, global: &Global, out: &Output) -> Exit {
    match demo(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn demo(args: &DemoArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let started = Instant::now();
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FOLDER));
    lay_out(&folder, out)?;
    // The demo brings its own configuration and keeps its own data.
    let configuration = Configuration::parse(shop::SAMPLE_CONFIGURATION, "samples/customs.toml")
        .map_err(|faults| workplace::usage(&faults, out))?;
    let declaring = configuration.declaring().map_err(|faults| workplace::usage(&faults, out))?;
    let data = folder.join("data");
    let global = Global { data: data.clone(), store: None, ..global.clone() };
    let store: Arc<dyn Store> = Arc::new(workplace::store(&global, out)?);
    let now = SystemClock.now();
    let filings = import(&folder.join("filings.xlsx"), &store, now, out)?;
    let setting = Setting::new(declaring, Catalogue::builtin(), Tariff::builtin(), now);
    let outbox = folder.join("outbox");
    let plan = Plan {
        setting,
        kinds: MessageKind::PARCEL.to_vec(),
        batch: crate::messages::MAX_DOCUMENTS,
        signer: None,
        gate: Strictness::default(),
        data,
        out: outbox,
    };
    let orders = BufReader::new(shop::SAMPLE_ORDERS.as_bytes().chain(Lines::new(args.orders)));
    let mut gathered = Gathered { out: *out, held: Vec::new(), messages: Vec::new() };
    let summary = build::build(orders, &plan, &store, &mut gathered, out)?;
    out.progress_done();
    if out.json {
        out.json(&answer(&filings, &summary, &gathered, &folder, out));
    } else {
        tell(&filings, &summary, &gathered, &folder, out);
        let seconds = format!("{:.1}", started.elapsed().as_secs_f32());
        out.say(&out.text(&TOOK, &[("seconds", seconds)]));
    }
    Ok(Exit::Done)
}

/// Empties the demo's directory, if it is the demo's, and puts the samples there.
fn lay_out(folder: &Path, out: &Output) -> Result<(), Exit> {
    let failed = |path: &Path, error: io::Error| {
        let args = [("file", path.display().to_string()), ("reason", error.to_string())];
        out.problem(&out.text(&NOT_WRITTEN, &args));
        Exit::Unfinished
    };
    let ours = folder.join(MARK).exists();
    let empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !ours && !empty {
        out.problem(&out.text(&NOT_OURS, &[("dir", folder.display().to_string())]));
        return Err(Exit::Usage);
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for name in ["data", "outbox"] {
        let path = folder.join(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&path, error)),
            _ => {}
        }
    }
    for (name, bytes) in [
        (MARK, b"".as_slice()),
        ("filings.xlsx", shop::SAMPLE_FILINGS_XLSX),
        ("orders.jsonl", shop::SAMPLE_ORDERS.as_bytes()),
        ("customs.toml", shop::SAMPLE_CONFIGURATION.as_bytes()),
    ] {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

fn import(
    file: &Path,
    store: &Arc<dyn Store>,
    now: jiff::Timestamp,
    out: &Output,
) -> Result<FileReport, Exit> {
    let failed = |error| workplace::store_failed(&error, out);
    let book = Book::open(Arc::clone(store)).map_err(failed)?;
    let check = CheckOptions::builtin(None, now.to_zoned(beijing()).date());
    let options = ImportOptions { check, sheet: None, whole_file: false, now, progress: None };
    import_file(&book, file, &options).map_err(failed)
}

fn answer<'a>(
    filings: &FileReport,
    summary: &'a Summary,
    gathered: &'a Gathered,
    folder: &'a Path,
    out: &Output,
) -> Answer<'a> {
    let held_orders = gathered.held.iter().map(|held| HeldAnswer {
        order_no: &held.order_no,
        faults: held.faults.iter().map(|fault| fault.report(out.lang)).collect(),
    });
    Answer {
        filings: FilingCounts {
            rows: filings.rows(),
            accepted: filings.accepted(),
            refused: filings.refused(),
            warned: filings.warned_rows().len(),
        },
        orders: summary.orders,
        declared: summary.declared,
        held: summary.held,
        messages: &summary.documents,
        tax: summary.tax_declared.to_string(),
        held_orders: held_orders.collect(),
        dir: folder,
    }
}

fn tell(filings: &FileReport, summary: &Summary, gathered: &Gathered, folder: &Path, out: &Output) {
    let line =
        |text: &Text, args: &[(&'static str, String)]| out.data(&format!("  {}", out.text(text, args)));
    out.data(&out.bold(TITLE.get(out.lang)));
    let counts = [
        ("rows", filings.rows().to_string()),
        ("accepted", filings.accepted().to_string()),
        ("refused", filings.refused().to_string()),
        ("warned", filings.warned_rows().len().to_string()),
    ];
    line(&FILINGS, &counts);
    let counts = [
        ("orders", summary.orders.to_string()),
        ("declared", summary.declared.to_string()),
        ("held", summary.held.to_string()),
    ];
    line(&ORDERS, &counts);
    for (kind, documents) in &summary.documents {
        let messages = gathered.messages.iter().filter(|message| message.kind == *kind).count();
        let args = [
            ("type", kind.to_string()),
            ("name", name(*kind).get(out.lang).to_owned()),
            ("messages", messages.to_string()),
            ("documents", documents.to_string()),
        ];
        line(&MESSAGE, &args);
    }
    let taxes =
        [("declared", summary.tax_declared.to_string()), ("computed", summary.tax_computed.to_string())];
    line(&TAX, &taxes);
    if !gathered.held.is_empty() {
        out.data(HELD.get(out.lang));
        for held in &gathered.held {
            out.data(&format!("  {}", held.order_no));
            for fault in held.faults.iter().filter(|fault| fault.is_error()) {
                out.data(&format!("    {}: {}", fault.code(), fault.message(out.lang)));
                out.data(&format!("    → {}", fault.remedy(out.lang)));
            }
        }
    }
    let place = folder.display();
    out.data(LOOK.get(out.lang));
    out.data(&format!("  {place}/{{filings.xlsx,orders.jsonl,customs.toml}}  {}", LOOK_INPUT.get(out.lang)));
    out.data(&format!("  {place}/outbox/  {}", LOOK_OUTPUT.get(out.lang)));
    out.data(LOOK_AGAIN.get(out.lang));
    let program = std::env::args().next().unwrap_or_else(|| "customs".to_owned());
    out.data(&format!(
        "  {program} --config {place}/customs.toml --data {place}/data declare build {place}/orders.jsonl --out {place}/outbox"
    ));
}

/// Generated orders as a reader of lines; only one order is in memory.
struct Lines {
    orders: std::iter::Take<Generator>,
    line: Vec<u8>,
    read: usize,
}

impl Lines {
    fn new(count: u64) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Self { orders: Generator::new(SEED).take(count), line: Vec::new(), read: 0 }
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            let Some(order) = self.orders.next() else { return Ok(0) };
            self.line = order.into_bytes();
            self.line.push(b'\n');
            self.read = 0;
        }
        let part = &self.line[self.read..];
        let length = part.len().min(buffer.len());
        buffer[..length].copy_from_slice(&part[..length]);
        self.read += length;
        Ok(length)
    }
}
