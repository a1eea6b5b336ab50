//! `customs filing tariff`, and the tariff of every other command.

use std::path::Path;
use std::sync::Arc;

use filing::book::Book;
use filing::hs::HsCode;
use filing::tariff::sheet::{self, TableFile};
use filing::tariff::shelf::{self, Fresh, TableHead};
use filing::tariff::{Effects, Measure, OwnLine, TableId, Tariff, TariffLine, Validity, effects, faults};
use jiff::civil::Date;
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Fault, Report, Text};
use ports::store::Store;
use serde::Serialize;

use super::super::args::{Global, TariffCommand};
use super::super::output::Output;
use super::super::{Exit, workplace};
use super::{FAULTS_SHOWN, Meter, open};

const READ: Text =
    Text { zh: "{file}：{rows} 行，拒绝 {refused}", en: "{file}: {rows} rows, {refused} refused" };
const TAKEN: Text = Text {
    zh: "  第{table}号税则表：新增 {new}，变更 {changed}，无变化 {unchanged}",
    en: "  table {table}: {new} new, {changed} changed, {unchanged} unchanged",
};
const WOULD: Text = Text {
    zh: "  试运行，没有写入：新增 {new}，变更 {changed}，无变化 {unchanged}",
    en: "  dry run, nothing written: {new} new, {changed} changed, {unchanged} unchanged",
};
const NOTHING: Text = Text {
    zh: "  没有变化：{unchanged} 行都已有",
    en: "  nothing to change: all {unchanged} lines are known",
};
const EFFECTS: Text = Text {
    zh: "  备案 {filings} 条：法定单位不同 {units}，编码已失效 {expired}，即将失效 {expiring}，税则中没有 {unknown}",
    en: "  {filings} filings: {units} with other units, {expired} with an ended code, {expiring} with one that ends soon, {unknown} with an unknown code",
};
const MORE: Text = Text {
    zh: "  还有 {more} 个问题；--json 列出全部",
    en: "  and {more} more; --json lists them all",
};
const PROGRESS: Text = Text { zh: "已核对 {count} 条备案", en: "{count} filings compared" };
const NOT_A_CODE: Text =
    Text { zh: "“{code}”不是10位商品编码", en: "{code} is no commodity code of ten digits" };
const NO_CODE: Text = Text {
    zh: "税则中没有 {code} 在 {date} 的税率；可用“customs filing tariff import”导入",
    en: "the tariff has no rates of {code} on {date}; `customs filing tariff import` loads them",
};
const UNITS_ONLY: Text =
    Text { zh: "只知道法定单位：{units}", en: "only the legal units are known: {units}" };
const COUNT: Text = Text { zh: "{count} 个编码", en: "{count} codes" };
const NONE: Text = Text { zh: "无", en: "none" };

/// The tariff of the built-in tables and the user's.
pub(in super::super) fn load(store: &dyn Store, out: &Output) -> Result<Arc<Tariff>, Exit> {
    shelf::load(store).map_err(|error| workplace::store_failed(&error, out))
}

/// The tariff for a command that needs no store: the user's tables count when there is a store, and none is made.
pub(in super::super) fn if_any(global: &Global, out: &Output) -> Result<Arc<Tariff>, Exit> {
    match workplace::store_if_any(global, out)? {
        Some(store) => load(&store, out),
        None => Ok(Arc::new(Tariff::builtin().clone())),
    }
}

pub(super) fn run(command: &TariffCommand, global: &Global, out: &Output) -> Result<Exit, Exit> {
    match command {
        TariffCommand::Import { file, dry_run } => import(file, *dry_run, global, out),
        TariffCommand::Show { hs_code, date } => show(hs_code, *date, global, out),
        TariffCommand::List { user } => list(*user, global, out),
    }
}

fn today() -> Date {
    SystemClock.now().to_zoned(beijing()).date()
}

#[derive(Serialize)]
struct ImportAnswer<'a> {
    file: &'a str,
    sheet: Option<&'a str>,
    rows: u64,
    accepted: usize,
    refused: usize,
    refused_rows: &'a [u32],
    new: u64,
    changed: u64,
    unchanged: u64,
    table: Option<TableId>,
    dry_run: bool,
    faults: Vec<Report>,
    filings: &'a Effects,
    effects: Vec<Report>,
}

fn import(file: &Path, dry_run: bool, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let table = sheet::read(file);
    if !table.is_sound() {
        tell_import(&table, &Fresh::default(), None, dry_run, &Effects::default(), out);
        let unreadable = |fault: &Fault| fault.code() == filing::faults::FILE_UNREADABLE.code;
        return Ok(if table.faults.iter().any(unreadable) { Exit::Unfinished } else { Exit::Partly });
    }
    let store = open(global, out)?;
    let before = load(store.as_ref(), out)?;
    let lines: Vec<OwnLine> = table.lines.iter().map(|(_, line)| line.clone()).collect();
    let fresh = before.fresh(&lines);
    let book = Book::open(Arc::clone(&store)).map_err(|error| workplace::store_failed(&error, out))?;
    let meter = Meter::new(*out);
    let effects = effects(&book, &before, &before.with(&fresh.lines), today(), &mut |count| {
        meter.tell(|| out.text(&PROGRESS, &[("count", count.to_string())]));
    });
    out.progress_done();
    let effects = effects.map_err(|error| workplace::store_failed(&error, out))?;
    let id = if dry_run || fresh.lines.is_empty() {
        None
    } else {
        let (sheet, lines) = (table.sheet.as_deref(), fresh.lines.clone());
        let kept = shelf::keep(store.as_ref(), &table.file, sheet, lines, SystemClock.now());
        Some(kept.map_err(|error| workplace::store_failed(&error, out))?)
    };
    tell_import(&table, &fresh, id, dry_run, &effects, out);
    Ok(Exit::Done)
}

fn tell_import(
    table: &TableFile,
    fresh: &Fresh,
    id: Option<TableId>,
    dry_run: bool,
    effects: &Effects,
    out: &Output,
) {
    if out.json {
        let reports = |faults: &[Fault]| faults.iter().map(|fault| fault.report(out.lang)).collect();
        out.json(&ImportAnswer {
            file: &table.file,
            sheet: table.sheet.as_deref(),
            rows: table.rows,
            accepted: if table.is_sound() { table.lines.len() } else { 0 },
            refused: table.refused.len(),
            refused_rows: &table.refused,
            new: fresh.new,
            changed: fresh.changed,
            unchanged: fresh.unchanged,
            table: id,
            dry_run,
            faults: reports(&table.faults),
            filings: effects,
            effects: reports(&effects.faults),
        });
        return;
    }
    let all = || table.faults.iter().chain(&effects.faults);
    all().take(FAULTS_SHOWN).for_each(|fault| out.fault(fault));
    let more = all().count().saturating_sub(FAULTS_SHOWN);
    if more > 0 {
        out.say(&out.text(&MORE, &[("more", more.to_string())]));
    }
    let args = [
        ("file", table.file.clone()),
        ("rows", table.rows.to_string()),
        ("refused", table.refused.len().to_string()),
    ];
    out.data(&out.text(&READ, &args));
    if !table.is_sound() {
        return;
    }
    let args = [
        ("table", id.map(|id| id.to_string()).unwrap_or_default()),
        ("new", fresh.new.to_string()),
        ("changed", fresh.changed.to_string()),
        ("unchanged", fresh.unchanged.to_string()),
    ];
    let text = match (id, dry_run) {
        (Some(_), _) => &TAKEN,
        (None, true) => &WOULD,
        (None, false) => &NOTHING,
    };
    out.data(&out.text(text, &args));
    let args = [
        ("filings", effects.filings.to_string()),
        ("units", effects.units.to_string()),
        ("expired", effects.expired.to_string()),
        ("expiring", effects.expiring.to_string()),
        ("unknown", effects.unknown.to_string()),
    ];
    out.data(&out.text(&EFFECTS, &args));
}

/// A code on a day as data. Rates are shares of one.
#[derive(Serialize)]
struct Line {
    hs_code: HsCode,
    date: Date,
    name: String,
    unit1: String,
    unit1_name: &'static str,
    unit2: Option<String>,
    unit2_name: Option<&'static str>,
    rates: Rates,
    threshold: Option<Threshold>,
    valid_until: Option<Date>,
    layer: &'static str,
    table: Option<TableId>,
    source: String,
}

#[derive(Serialize)]
struct Rates {
    tariff: Option<String>,
    vat: String,
    consumption: String,
    consumption_specific: Option<String>,
}

#[derive(Serialize)]
struct Threshold {
    measure: Measure,
    least: String,
    source: String,
}

impl Line {
    fn of(tariff: &Tariff, line: &TariffLine, date: Date) -> Self {
        let own = tariff.own(line.hs, date);
        let shown = |rate: &rust_decimal::Decimal| rate.normalize().to_string();
        Self {
            hs_code: line.hs,
            date,
            name: line.name.to_string(),
            unit1: line.unit1.to_string(),
            unit1_name: line.unit1.name_zh(),
            unit2: line.unit2.map(|unit| unit.to_string()),
            unit2_name: line.unit2.map(filing::codes::UnitCode::name_zh),
            rates: Rates {
                tariff: line.rates.tariff.as_ref().map(shown),
                vat: shown(&line.rates.vat),
                consumption: shown(&line.rates.consumption),
                consumption_specific: line.rates.consumption_specific.as_ref().map(shown),
            },
            threshold: line.threshold.as_ref().map(|threshold| Threshold {
                measure: threshold.measure,
                least: threshold.least.to_string(),
                source: threshold.source.to_string(),
            }),
            valid_until: match tariff.validity(line.hs, date) {
                Validity::Until(until) | Validity::Ended(until) => Some(until),
                Validity::Open | Validity::Unknown => None,
            },
            layer: if own.is_some() { "user" } else { "builtin" },
            table: own.map(|(_, table)| table),
            source: line.source.to_string(),
        }
    }

    fn units(&self) -> String {
        match self.unit2_name {
            Some(unit2) => format!("{}/{unit2}", self.unit1_name),
            None => self.unit1_name.to_owned(),
        }
    }
}

fn show(hs_code: &str, date: Option<Date>, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let cell = filing::cell::Cell::Text(hs_code.to_owned());
    let Ok((hs, _)) = filing::cell::hs_code(&cell) else {
        out.problem(&out.text(&NOT_A_CODE, &[("code", hs_code.to_owned())]));
        return Err(Exit::Usage);
    };
    let date = date.unwrap_or_else(today);
    let tariff = if_any(global, out)?;
    if let Validity::Ended(until) = tariff.validity(hs, date) {
        out.fault(&faults::HS_EXPIRED.fault().with("hs", hs).with("until", until));
    }
    let Some(line) = tariff.line(hs, date) else {
        out.problem(&out.text(&NO_CODE, &[("code", hs.to_string()), ("date", date.to_string())]));
        if let Some((unit1, unit2)) = tariff.units(hs, date) {
            let names: Vec<&str> =
                [Some(unit1), unit2].into_iter().flatten().map(|unit| unit.name_zh()).collect();
            out.say(&out.text(&UNITS_ONLY, &[("units", names.join("/"))]));
        }
        return Err(Exit::Partly);
    };
    let line = Line::of(&tariff, &line, date);
    if out.json {
        out.json(&line);
        return Ok(Exit::Done);
    }
    let none = || NONE.get(out.lang).to_owned();
    out.data(&out.bold(&format!("{} {}", line.hs_code, line.name)));
    let threshold = line.threshold.as_ref().map(|threshold| {
        let measure = match threshold.measure {
            Measure::Content => "content",
            Measure::Piece => "piece",
        };
        format!("{measure} {}", threshold.least)
    });
    for (name, value) in [
        ("date", line.date.to_string()),
        ("units", line.units()),
        ("tariff", line.rates.tariff.clone().unwrap_or_else(none)),
        ("vat", line.rates.vat.clone()),
        ("consumption", line.rates.consumption.clone()),
        ("consumption_specific", line.rates.consumption_specific.clone().unwrap_or_else(none)),
        ("threshold", threshold.unwrap_or_else(none)),
        ("valid_until", line.valid_until.map_or_else(none, |until| until.to_string())),
        (
            "layer",
            line.table.map_or_else(|| line.layer.to_owned(), |table| format!("{} {table}", line.layer)),
        ),
        ("source", line.source.clone()),
    ] {
        out.data(&format!("  {name:<22} {value}"));
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct All {
    codes: Vec<Line>,
    tables: Vec<TableHead>,
}

#[derive(Serialize)]
struct Own<'a> {
    lines: Vec<OwnEntry<'a>>,
    tables: Vec<TableHead>,
}

#[derive(Serialize)]
struct OwnEntry<'a> {
    table: TableId,
    #[serde(flatten)]
    line: &'a OwnLine,
}

fn list(user: bool, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let store = open(global, out)?;
    let tariff = load(store.as_ref(), out)?;
    let tables = shelf::tables(store.as_ref()).map_err(|error| workplace::store_failed(&error, out))?;
    let count = if user {
        let lines: Vec<_> =
            tariff.own_lines().into_iter().map(|(line, table)| OwnEntry { table, line }).collect();
        if out.json {
            out.json(&Own { lines, tables });
            return Ok(Exit::Done);
        }
        for OwnEntry { table, line } in &lines {
            let until = line.until.map(|until| until.to_string()).unwrap_or_default();
            out.data(&format!("{}\t{}\t{until}\t{table}\t{}", line.hs, line.since, line.name));
        }
        lines.len()
    } else {
        let today = today();
        let known = tariff.codes(today).into_iter().filter_map(|hs| tariff.line(hs, today));
        let codes: Vec<Line> = known.map(|line| Line::of(&tariff, &line, today)).collect();
        if out.json {
            out.json(&All { codes, tables });
            return Ok(Exit::Done);
        }
        for line in &codes {
            let columns = [
                line.hs_code.to_string(),
                line.units(),
                line.rates.vat.clone(),
                line.rates.consumption.clone(),
                line.layer.to_owned(),
                line.name.clone(),
            ];
            out.data(&columns.join("\t"));
        }
        codes.len()
    };
    out.say(&out.text(&COUNT, &[("count", count.to_string())]));
    Ok(Exit::Done)
}
