//! `customs filing history`, `imports` and `undo`: the book through time.

use filing::barcode::Barcode;
use filing::book::{FieldChange, ImportId, ImportRecord, ImportState, Past, UndoError, Undone, faults};
use jiff::Timestamp;
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Report, Text};
use serde::Serialize;

use super::super::args::Global;
use super::super::output::Output;
use super::super::{Exit, workplace};
use super::{FAULTS_SHOWN, Meter, book, default_port, unknown_barcode};

const VERSION: Text = Text {
    zh: "  {at}  导入{import}  {file}  第{row}行{mark}",
    en: "  {at}  import {import}  {file}  row {row}{mark}",
};
const CURRENT: Text = Text { zh: "  （现行）", en: "  (counts now)" };
const TAKEN_BACK: Text = Text { zh: "  （{at} 已撤销）", en: "  (undone {at})" };
const EMPTY: Text = Text { zh: "（空）", en: "(empty)" };
const UNDONE: Text = Text {
    zh: "第{import}号导入（{file}）已撤销：移出备案库 {removed}，恢复原内容 {restored}，因后来又有修改而保留 {kept}",
    en: "import {import} ({file}) is undone: {removed} filings left the book, {restored} went back to what they were, {kept} stay because they were changed later",
};
const ALREADY: Text = Text {
    zh: "第{import}号导入此前已撤销，没有改动",
    en: "import {import} had been undone before; nothing was changed",
};
const MORE: Text = Text { zh: "  还有 {more} 条", en: "  and {more} more" };
const PROGRESS: Text = Text { zh: "已查看 {count} 条备案", en: "{count} filings looked at" };
const COUNT: Text = Text { zh: "{count} 次导入", en: "{count} imports" };

fn state(state: ImportState) -> Text {
    match state {
        ImportState::Open => Text { zh: "进行中", en: "open" },
        ImportState::Committed => Text { zh: "已生效", en: "committed" },
        ImportState::Abandoned => Text { zh: "未完成", en: "abandoned" },
        ImportState::Undone => Text { zh: "已撤销", en: "undone" },
    }
}

/// A moment as a clerk reads it: Beijing time, to the second.
fn shown(at: Timestamp) -> String {
    at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[derive(Serialize)]
struct Histories<'a> {
    filings: Vec<History<'a>>,
}

#[derive(Serialize)]
struct History<'a> {
    port: &'a str,
    barcode: &'a str,
    versions: Vec<Version<'a>>,
}

#[derive(Serialize)]
struct Version<'a> {
    version: usize,
    import_id: ImportId,
    at: Timestamp,
    file: &'a str,
    sheet: Option<&'a str>,
    row: u32,
    current: bool,
    undone_at: Option<Timestamp>,
    changes: &'a [FieldChange],
}

impl<'a> Version<'a> {
    fn of(index: usize, past: &'a Past) -> Self {
        let ImportRecord { id, at, file, sheet, undone, .. } = &past.import;
        Self {
            version: index + 1,
            import_id: *id,
            at: *at,
            file,
            sheet: sheet.as_deref(),
            row: past.row,
            current: past.current,
            undone_at: undone.as_ref().map(|undone| undone.at),
            changes: &past.changes,
        }
    }
}

pub(super) fn show(barcode: &str, port: Option<&str>, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let port = default_port(port.map(str::to_owned).as_ref(), global, out)?;
    let book = book(global, out)?;
    let failed = |error| workplace::store_failed(&error, out);
    let mut found: Vec<(String, Vec<Past>)> = Vec::new();
    if let Some(barcode) = Barcode::parse(barcode) {
        let ports = match port {
            Some(port) => vec![port],
            None => book.ports().map_err(failed)?,
        };
        for port in ports {
            let history = book.history(&port, &barcode).map_err(failed)?;
            if !history.is_empty() {
                found.push((port, history));
            }
        }
    }
    if found.is_empty() {
        return Err(unknown_barcode(barcode, out));
    }
    if out.json {
        let filings = found.iter().map(|(port, history)| History {
            port,
            barcode,
            versions: history.iter().enumerate().map(|(index, past)| Version::of(index, past)).collect(),
        });
        out.json(&Histories { filings: filings.collect() });
        return Ok(Exit::Done);
    }
    for (port, history) in &found {
        out.data(&out.bold(&format!("{port} {barcode}")));
        history.iter().for_each(|past| tell(past, out));
    }
    Ok(Exit::Done)
}

fn tell(past: &Past, out: &Output) {
    let mark = match (&past.import.undone, past.current) {
        (Some(undone), _) => out.text(&TAKEN_BACK, &[("at", shown(undone.at))]),
        (None, true) => CURRENT.get(out.lang).to_owned(),
        (None, false) => String::new(),
    };
    let args = [
        ("at", shown(past.import.at)),
        ("import", past.import.id.to_string()),
        ("file", file(&past.import)),
        ("row", past.row.to_string()),
        ("mark", mark),
    ];
    out.data(&out.text(&VERSION, &args));
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| EMPTY.get(out.lang).to_owned());
    for change in &past.changes {
        out.data(&format!("    {}: {} → {}", change.header, value(&change.old), value(&change.new)));
    }
}

fn file(import: &ImportRecord) -> String {
    match &import.sheet {
        Some(sheet) => format!("{} [{sheet}]", import.file),
        None => import.file.clone(),
    }
}

#[derive(Serialize)]
struct Imports<'a> {
    imports: &'a [ImportRecord],
}

pub(super) fn imports(global: &Global, out: &Output) -> Result<Exit, Exit> {
    let book = book(global, out)?;
    let imports = book.imports().map_err(|error| workplace::store_failed(&error, out))?;
    if out.json {
        out.json(&Imports { imports: &imports });
        return Ok(Exit::Done);
    }
    for import in &imports {
        let columns = [
            import.id.to_string(),
            shown(import.at),
            state(import.state).get(out.lang).to_owned(),
            import.rows.to_string(),
            format!("+{}", import.new),
            format!("~{}", import.changed),
            file(import),
        ];
        out.data(&columns.join("\t"));
    }
    out.say(&out.text(&COUNT, &[("count", imports.len().to_string())]));
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct UndoAnswer {
    import_id: ImportId,
    state: ImportState,
    already: bool,
    undone_at: Timestamp,
    removed: u64,
    restored: u64,
    kept: u64,
    faults: Vec<Report>,
}

pub(super) fn undo(import: &str, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let unknown = || {
        out.fault(&faults::UNDO_UNKNOWN.fault().with("import", import));
        Exit::Usage
    };
    let id = ImportId::parse(import).ok_or_else(unknown)?;
    let book = book(global, out)?;
    let meter = Meter::new(*out);
    let undone = book.undo(id, SystemClock.now(), &mut |count| {
        meter.tell(|| out.text(&PROGRESS, &[("count", count.to_string())]));
    });
    out.progress_done();
    let undone = undone.map_err(|error| match error {
        UndoError::Unknown(_) => unknown(),
        UndoError::NeverCounted(id) => {
            out.fault(&faults::UNDO_NEVER.fault().with("import", id));
            Exit::Usage
        }
        UndoError::Store(error) => workplace::store_failed(&error, out),
    })?;
    tell_undone(&undone, out);
    Ok(Exit::Done)
}

fn tell_undone(undone: &Undone, out: &Output) {
    let Undone { import, doing, already, kept } = undone;
    if out.json {
        out.json(&UndoAnswer {
            import_id: import.id,
            state: import.state,
            already: *already,
            undone_at: doing.at,
            removed: doing.removed,
            restored: doing.restored,
            kept: doing.kept,
            faults: kept.iter().map(|kept| kept.fault().report(out.lang)).collect(),
        });
        return;
    }
    kept.iter().take(FAULTS_SHOWN).for_each(|kept| out.fault(&kept.fault()));
    if kept.len() > FAULTS_SHOWN {
        out.say(&out.text(&MORE, &[("more", (kept.len() - FAULTS_SHOWN).to_string())]));
    }
    if *already {
        out.say(&out.text(&ALREADY, &[("import", import.id.to_string())]));
    }
    let args = [
        ("import", import.id.to_string()),
        ("file", file(import)),
        ("removed", doing.removed.to_string()),
        ("restored", doing.restored.to_string()),
        ("kept", doing.kept.to_string()),
    ];
    out.data(&out.text(&UNDONE, &args));
}
