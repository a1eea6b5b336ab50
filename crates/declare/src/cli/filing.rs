//! `customs filing`.

mod history;
mod sync;
pub(super) use sync::all as sync_all;
pub(super) mod tariff;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use filing::barcode::Barcode;
use filing::book::{Book, Filter};
use filing::columns::COLUMNS;
use filing::import::{FileReport, ImportOptions, check_against, check_file, import_file};
use filing::record::Filing;
use filing::sheet::{export, report, template};
use filing::start::Started;
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::fault::{Fault, Lang, Severity, Text};
use ports::store::Store;
use serde::Serialize;

use super::args::{FilingCommand, Global, ImportArgs, ItemFilter, ListArgs, SheetArgs, TemplateArgs};
use super::output::Output;
use super::ports::{items, port_name};
use super::{Exit, workplace};
use crate::bookkeeping::{Grounds, Wish};

/// How often a terminal is told how far the work has come.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// Faults shown for a file; the rest is counted, and stands in the report and in `--json`.
const FAULTS_SHOWN: usize = 50;
/// Filings read from the book at once.
const PAGE: usize = 1_000;

const PROGRESS: Text = Text { zh: "{file}：已读 {rows} 行", en: "{file}: {rows} rows" };
const CHECKED: Text = Text {
    zh: "{file}：{rows} 行，可接受 {accepted}，拒绝 {refused}，警告 {warned}",
    en: "{file}: {rows} rows, {accepted} good, {refused} refused, {warned} with warnings",
};
const TAKEN: Text = Text {
    zh: "  新增 {new}，变更 {changed}，无变化 {unchanged}",
    en: "  {new} new, {changed} changed, {unchanged} unchanged",
};
const IMPORT: Text = Text {
    zh: "  导入号 {import}（撤销：customs filing undo {import}）",
    en: "  import {import} (to take it back: customs filing undo {import})",
};
const MORE: Text = Text {
    zh: "  还有 {more} 个问题；用 --report 报告.xlsx 写出全部",
    en: "  and {more} more; --report REPORT.xlsx writes them all",
};
const REPORT: Text = Text { zh: "  报告：{file}", en: "  report: {file}" };
const ONE_REPORT: Text = Text {
    zh: "--report 只能用于一个文件；请逐个导入",
    en: "--report goes with one file; import them one by one",
};
const UNKNOWN_PORT: Text = Text {
    zh: "口岸目录中没有 {port}；用 customs ports list 查看",
    en: "the catalogue has no port {port}; see customs ports list",
};
const NOT_WRITTEN: Text =
    Text { zh: "{file} 写不出来：{reason}", en: "{file} cannot be written: {reason}" };
const IN_THE_WAY: Text = Text {
    zh: "{file} 已经存在，不会覆盖；请换一个文件名，或加上 --force",
    en: "{file} exists and is not written over; give another name, or --force",
};
const WRITTEN: Text = Text { zh: "已写出 {file}", en: "wrote {file}" };
const STARTED: Text = Text {
    zh: "已写出 {file}：{count} 个待备案商品；补全HS编码、法定数量等列后导入",
    en: "wrote {file}: {count} goods to be filed; complete HS codes, legal quantities and the rest, then import it",
};
const EXPORTED: Text =
    Text { zh: "已写出 {file}：{count} 条备案", en: "wrote {file}: {count} filings" };
const NO_FILING: Text =
    Text { zh: "备案库中没有条码 {barcode}", en: "the book has no filing of {barcode}" };
const LIST_HEADER: Text =
    Text { zh: "口岸\t商品条码\tHS编码\t商品名称", en: "port\tbarcode\tHS code\tname" };
const COUNT: Text = Text { zh: "{count} 条备案", en: "{count} filings" };

pub(super) fn run(command: FilingCommand, global: &Global, out: &Output) -> Exit {
    let ended = match command {
        FilingCommand::Template(args) => write_template(&args, global, out),
        FilingCommand::Check(args) => check(&args, global, out),
        FilingCommand::Import(args) => import(&args, global, out),
        FilingCommand::List(args) => list(&args, global, out),
        FilingCommand::Show { barcode, port } => show(&barcode, port.as_deref(), global, out),
        FilingCommand::History { barcode, port } => history::show(&barcode, port.as_deref(), global, out),
        FilingCommand::Imports => history::imports(global, out),
        FilingCommand::Undo { import } => history::undo(&import, global, out),
        FilingCommand::Sync(args) => sync::run(&args, global, out),
        FilingCommand::Tariff(command) => tariff::run(&command, global, out),
        FilingCommand::Export { file, force } => export_book(&file, force, global, out),
    };
    match ended {
        Ok(exit) | Err(exit) => exit,
    }
}

/// What `check` and `import` answer.
#[derive(Serialize)]
struct Files<T> {
    files: Vec<T>,
}

/// What commands that write a file answer.
#[derive(Serialize)]
struct Written<'f> {
    file: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filings: Option<u64>,
}

/// Nobody's file is written over unasked: it may be the one that a clerk is mending.
fn is_free(file: &Path, force: bool, out: &Output) -> Result<(), Exit> {
    if force || !file.exists() {
        return Ok(());
    }
    out.problem(&out.text(&IN_THE_WAY, &[("file", file.display().to_string())]));
    Err(Exit::Usage)
}

fn write_template(args: &TemplateArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    is_free(&args.file, args.force, out)?;
    let name = args.file.display().to_string();
    let started = if args.from_items { Some(started(args, global, out)?) } else { None };
    let catalogue = workplace::known_ports(global, out)?;
    let written = match &started {
        Some(rows) => template::write_started(&args.file, rows, &catalogue),
        None => template::write_template(&args.file, &catalogue),
    };
    match written {
        Ok(()) => {
            let count = started.map(|rows| rows.len() as u64);
            if out.json {
                out.json(&Written { file: &name, filings: count });
            }
            match count {
                Some(count) => out.say(&out.text(&STARTED, &[("file", name), ("count", count.to_string())])),
                None => out.say(&out.text(&WRITTEN, &[("file", name.clone())])),
            }
            Ok(Exit::Done)
        }
        Err(error) => {
            out.problem(&out.text(&NOT_WRITTEN, &[("file", name), ("reason", error.to_string())]));
            Err(Exit::Unfinished)
        }
    }
}

/// Rows begun from the shop's items: of those that lack a filing, or of all; of each barcode one.
fn started(args: &TemplateArgs, global: &Global, out: &Output) -> Result<Vec<Started>, Exit> {
    let store = open(global, out)?;
    let port = port_name(args.port.as_deref(), store.as_ref(), out)?;
    let (listed, counts) = items::gather(&ItemFilter::default(), port.as_deref(), &store, global, out)?;
    items::tell_lost(&counts, out);
    let mut seen = HashSet::new();
    let wanted = listed.iter().filter(|listed| args.all || !listed.is_filed);
    let one_each = wanted.filter(|listed| seen.insert(listed.item.spv.barcode.as_str()));
    Ok(one_each.map(|listed| Started::of(&listed.item, port.as_deref())).collect())
}

/// The port of rows that name none, which has to be one of the catalogue's.
fn default_port(port: Option<&String>, global: &Global, out: &Output) -> Result<Option<String>, Exit> {
    let Some(port) = port else { return Ok(None) };
    let name = |catalogue: &Catalogue| catalogue.find(port).map(|found| found.name().to_owned());
    // Ports that the platform has named since this program was made are in the store.
    let found = match name(Catalogue::builtin()) {
        None => name(&workplace::known_ports(global, out)?),
        found => found,
    };
    match found {
        Some(name) => Ok(Some(name)),
        None => {
            out.problem(&out.text(&UNKNOWN_PORT, &[("port", port.clone())]));
            Err(Exit::Usage)
        }
    }
}

/// Runs `work` with the options of an import and a progress line for each file.
fn with_options<T>(
    wish: &Wish,
    file: &Path,
    grounds: &Grounds,
    out: &Output,
    work: impl FnOnce(&ImportOptions<'_>) -> T,
) -> T {
    let name = file.display().to_string();
    let meter = Meter::new(*out);
    let progress = |rows: u64| {
        meter.tell(|| out.text(&PROGRESS, &[("file", name.clone()), ("rows", rows.to_string())]));
    };
    let result = work(&grounds.options(wish, SystemClock.now(), &progress));
    out.progress_done();
    result
}

fn wish(args: &SheetArgs, whole_file: bool, global: &Global, out: &Output) -> Result<Wish, Exit> {
    let port = default_port(args.port.as_ref(), global, out)?;
    Ok(Wish { port, sheet: args.sheet.clone(), whole_file })
}

fn check(args: &SheetArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let wish = wish(args, false, global, out)?;
    // What is known about the goods already counts for a check too, but none of it is needed.
    let known = match workplace::store_if_any(global, out)? {
        Some(store) => {
            let store: Arc<dyn Store> = Arc::new(store);
            let book =
                Book::open(Arc::clone(&store)).map_err(|error| workplace::store_failed(&error, out))?;
            let grounds = grounds(store.as_ref(), &book, out)?;
            Some((book, grounds))
        }
        None => None,
    };
    let builtin = Grounds::builtin();
    let mut reports = Vec::new();
    for file in &args.files {
        let grounds = known.as_ref().map_or(&builtin, |(_, grounds)| grounds);
        let report = with_options(&wish, file, grounds, out, |options| match &known {
            Some((book, _)) => check_against(book, file, options),
            None => Ok(check_file(file, options)),
        });
        reports.push(report.map_err(|error| workplace::store_failed(&error, out))?);
    }
    Ok(tell(&reports, out))
}

fn grounds(store: &dyn Store, book: &Book, out: &Output) -> Result<Grounds, Exit> {
    Grounds::of(store, book).map_err(|error| workplace::store_failed(&error, out))
}

fn import(args: &ImportArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    if args.report.is_some() && args.sheets.files.len() > 1 {
        out.problem(&out.text(&ONE_REPORT, &[]));
        return Err(Exit::Usage);
    }
    if let Some(report) = &args.report {
        is_free(report, args.force, out)?;
    }
    let wish = wish(&args.sheets, args.whole_file, global, out)?;
    let store = open(global, out)?;
    let book = Book::open(Arc::clone(&store)).map_err(|error| workplace::store_failed(&error, out))?;
    let grounds = grounds(store.as_ref(), &book, out)?;
    let mut reports = Vec::new();
    for file in &args.sheets.files {
        let report = with_options(&wish, file, &grounds, out, |options| import_file(&book, file, options));
        reports.push(report.map_err(|error| workplace::store_failed(&error, out))?);
    }
    let exit = tell(&reports, out);
    if let (Some(path), [source], [report]) = (&args.report, args.sheets.files.as_slice(), reports.as_slice())
    {
        write_report(path, source, report, &grounds.catalogue, out)?;
    }
    Ok(exit)
}

fn write_report(
    path: &Path,
    source: &Path,
    report: &FileReport,
    catalogue: &Catalogue,
    out: &Output,
) -> Result<(), Exit> {
    let name = path.display().to_string();
    report::write_report(path, source, report.findings(), catalogue, out.lang).map_err(|error| {
        out.problem(&out.text(&NOT_WRITTEN, &[("file", name.clone()), ("reason", error.to_string())]));
        Exit::Unfinished
    })?;
    out.say(&out.text(&REPORT, &[("file", name)]));
    Ok(())
}

/// Tells what became of the files. A file that could not be read at all ends in 3, refused rows or files in 1.
fn tell(reports: &[FileReport], out: &Output) -> Exit {
    if out.json {
        out.json(&Files { files: reports.iter().map(|report| report.json(out.lang)).collect() });
    } else {
        reports.iter().for_each(|report| tell_one(report, out));
    }
    let unreadable = |report: &FileReport| {
        let unreadable = &filing::faults::FILE_UNREADABLE;
        report.findings().of_file.iter().any(|fault| fault.kind.code == unreadable.code)
    };
    if reports.iter().any(unreadable) {
        Exit::Unfinished
    } else if reports.iter().all(FileReport::is_clean) {
        Exit::Done
    } else {
        Exit::Partly
    }
}

fn tell_one(report: &FileReport, out: &Output) {
    // Errors first: they are what the clerk has to mend.
    let faults = |severity: Severity| {
        report.findings().faults(out.lang).filter(move |fault| fault.kind.severity == severity)
    };
    let shown = faults(Severity::Error).chain(faults(Severity::Warning)).take(FAULTS_SHOWN);
    shown.for_each(|fault: Fault| out.fault(&fault));
    let more = report.findings().len().saturating_sub(FAULTS_SHOWN);
    if more > 0 {
        out.say(&out.text(&MORE, &[("more", more.to_string())]));
    }
    let args = [
        ("file", report.file().to_owned()),
        ("rows", report.rows().to_string()),
        ("accepted", report.accepted().to_string()),
        ("refused", report.refused().to_string()),
        ("warned", report.warned_rows().len().to_string()),
    ];
    out.data(&out.text(&CHECKED, &args));
    if let Some(counts) = report.counts() {
        let args = [
            ("new", counts.new.to_string()),
            ("changed", counts.changed.to_string()),
            ("unchanged", counts.unchanged.to_string()),
        ];
        out.data(&out.text(&TAKEN, &args));
    }
    if let Some(import) = report.import_id() {
        out.data(&out.text(&IMPORT, &[("import", import.to_string())]));
    }
}

/// Tells a terminal now and then how far the work has come.
struct Meter {
    out: Output,
    told: Mutex<Instant>,
}

impl Meter {
    fn new(out: Output) -> Self {
        Self { out, told: Mutex::new(Instant::now()) }
    }

    /// Shows a line, unless the last one is still fresh.
    fn tell(&self, line: impl FnOnce() -> String) {
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if told.elapsed() >= PROGRESS_EVERY {
            *told = Instant::now();
            self.out.progress(&line());
        }
    }
}

fn book(global: &Global, out: &Output) -> Result<Book, Exit> {
    Book::open(open(global, out)?).map_err(|error| workplace::store_failed(&error, out))
}

fn open(global: &Global, out: &Output) -> Result<Arc<dyn Store>, Exit> {
    Ok(Arc::new(workplace::store(global, out)?))
}

/// Visits every filing that a filter lets through, page by page.
fn each(book: &Book, filter: &Filter, out: &Output, mut visit: impl FnMut(&Filing)) -> Result<u64, Exit> {
    let mut last: Option<(String, Barcode)> = None;
    let mut count = 0;
    loop {
        let after = last.as_ref().map(|(port, barcode)| (port.as_str(), barcode));
        let page = book.list(filter, after, PAGE).map_err(|error| workplace::store_failed(&error, out))?;
        let Some(end) = page.last() else { return Ok(count) };
        last = Some((end.port.clone(), end.barcode.clone()));
        count += page.len() as u64;
        page.iter().for_each(&mut visit);
    }
}

fn list(args: &ListArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let port = default_port(args.port.as_ref(), global, out)?;
    let filter = Filter { port, hs_prefix: args.hs.clone() };
    let store = open(global, out)?;
    let tariff = tariff::load(store.as_ref(), out)?;
    let catalogue = workplace::catalogue(store.as_ref(), out)?;
    let book = Book::open(Arc::clone(&store)).map_err(|error| workplace::store_failed(&error, out))?;
    let mut failed = None;
    // A filing whose state cannot be read is not left out in silence: the command ends in an error.
    let mut wanted = |filing: &Filing| {
        !args.unsynced
            || failed.is_some()
            || sync::is_synced(store.as_ref(), filing, &catalogue, &tariff).map_or_else(
                |error| {
                    failed = Some(error);
                    true
                },
                |synced| !synced,
            )
    };
    let mut all = Vec::new();
    let mut count = 0_u64;
    if !out.json {
        out.say(&out.bold(&out.text(&LIST_HEADER, &[])));
    }
    each(&book, &filter, out, |filing| {
        if !wanted(filing) {
            return;
        }
        count += 1;
        if out.json {
            all.push(filing.clone());
            return;
        }
        out.data(&format!(
            "{}\t{}\t{}\t{}",
            filing.port,
            filing.barcode.as_str(),
            filing.hs_code,
            filing.name.as_str()
        ));
    })?;
    if let Some(error) = failed {
        return Err(workplace::store_failed(&error, out));
    }
    if out.json {
        out.json(&List { filings: &all });
    } else {
        out.say(&out.text(&COUNT, &[("count", count.to_string())]));
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct List<'a> {
    filings: &'a [Filing],
}

fn unknown_barcode(barcode: &str, out: &Output) -> Exit {
    out.problem(&out.text(&NO_FILING, &[("barcode", barcode.to_owned())]));
    Exit::Partly
}

fn show(barcode: &str, port: Option<&str>, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let port = default_port(port.map(str::to_owned).as_ref(), global, out)?;
    let book = book(global, out)?;
    let mut found = match Barcode::parse(barcode) {
        Some(barcode) => {
            book.find_by_barcode(&barcode).map_err(|error| workplace::store_failed(&error, out))?
        }
        None => Vec::new(),
    };
    found.retain(|filing| port.as_ref().is_none_or(|port| filing.port == *port));
    if found.is_empty() {
        if out.json {
            out.json(&List { filings: &found });
        }
        return Err(unknown_barcode(barcode, out));
    }
    if out.json {
        out.json(&List { filings: &found });
        return Ok(Exit::Done);
    }
    for filing in &found {
        out.data(&out.bold(&format!("{} {}", filing.port, filing.barcode.as_str())));
        let fields = serde_json::to_value(filing).unwrap_or_default();
        for (name, value) in fields.as_object().into_iter().flatten() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            out.data(&match (out.lang, COLUMNS.iter().find(|column| column.key == name)) {
                (Lang::Zh, Some(column)) => format!("  {}：{text}", column.header()),
                (Lang::Zh, None) => format!("  {name}：{text}"),
                (Lang::En, _) => format!("  {name:<22} {text}"),
            });
        }
    }
    Ok(Exit::Done)
}

fn export_book(file: &Path, force: bool, global: &Global, out: &Output) -> Result<Exit, Exit> {
    is_free(file, force, out)?;
    let book = book(global, out)?;
    let name = file.display().to_string();
    match export::export(&book, &Filter::default(), file) {
        Ok(count) => {
            if out.json {
                out.json(&Written { file: &name, filings: Some(count) });
            }
            out.say(&out.text(&EXPORTED, &[("file", name.clone()), ("count", count.to_string())]));
            Ok(Exit::Done)
        }
        Err(error) => {
            out.problem(&out.text(&NOT_WRITTEN, &[("file", name), ("reason", error.to_string())]));
            Err(Exit::Unfinished)
        }
    }
}
