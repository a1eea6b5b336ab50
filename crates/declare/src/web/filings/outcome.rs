//! What became of work on filings.

use filing::book::Undone;
use filing::import::FileReport;
use filing::sync::Summary;
use maud::{Markup, html};
use ports::fault::{Fault, Text};

use super::super::jobs::{Job, Kind, Outcome};
use super::super::layout::{self, Place, figure};
use super::super::parts;
use super::super::trouble::Trouble;
use super::super::view::{View, count};
use super::{file_of, imports, preview};

/// Faults that a page shows; the rest is counted.
const FAULTS: usize = 50;

const IMPORTED: Text = Text { zh: "已导入 {about}", en: "{about} is imported" };
const NOT_IMPORTED: Text = Text { zh: "{about} 没有导入", en: "{about} is not imported" };
const NO_CHANGE: Text =
    Text { zh: "{about} 没有需要导入的内容", en: "{about} has nothing to import" };
const NUMBER: Text = Text {
    zh: "导入号 {import}。如需反悔，可以撤销这次导入。",
    en: "Import {import}. If this was a mistake, it can be undone.",
};
const UNDO: Text = Text { zh: "撤销这次导入", en: "Undo this import" };
const TO_BOOK: Text = Text { zh: "查看备案库", en: "Look at the book" };
const TO_IMPORTS: Text = Text { zh: "查看导入记录", en: "Look at the imports" };
const STILL_REFUSED: Text = Text {
    zh: "{refused} 行被拒绝，没有入库。改好后再导入一次即可，已入库的行不会重复。",
    en: "{refused} rows were refused and are not in the book. Mend them and import again; rows that are in the book do not count twice.",
};
const UNDONE: Text = Text { zh: "第 {about} 号导入已撤销", en: "Import {about} is undone" };
const ALREADY: Text = Text {
    zh: "这次导入此前已经撤销，没有改动。",
    en: "It had been undone before; nothing was changed.",
};
pub(super) const REMOVED: Text = Text { zh: "移出备案库", en: "out of the book" };
pub(super) const RESTORED: Text = Text { zh: "恢复原内容", en: "back to what was before" };
pub(super) const KEPT: Text = Text { zh: "因后来又改而保留", en: "kept: changed later" };
const SYNCED: Text = Text { zh: "同步完成", en: "The filings are sent" };
const STOPPED: Text =
    Text { zh: "同步中断，稍后可以继续", en: "Sending stopped; it can go on later" };
const COMPARED: Text = Text { zh: "需要同步的备案", en: "What is to be sent" };
const TO_SYNC: Text = Text { zh: "待同步", en: "to send" };
const ACCEPTED: Text = Text { zh: "已同步", en: "accepted" };
const UP_TO_DATE: Text = Text { zh: "平台已是最新", en: "up to date" };
const TO_SYNC_PAGE: Text = Text { zh: "回到同步页", en: "Back to platform sync" };
const MORE: Text = Text { zh: "还有 {more} 个问题", en: "and {more} more" };
const CANNOT_UNDO: Text = Text { zh: "这次导入不能撤销", en: "This import cannot be undone" };
const CANNOT: Text = Text { zh: "现在不能同步", en: "Filings cannot be sent now" };

/// The page of work that is over.
pub(in super::super) fn page(view: &View, job: &Job, outcome: &Outcome) -> Result<Markup, Trouble> {
    Ok(match outcome {
        Outcome::Imported(report) => imported(view, job, report),
        Outcome::Rehearsed(undone) => imports::question(view, undone),
        Outcome::Undone(undone) => undone_page(view, job, undone),
        Outcome::Synced(summary) => synced(view, job, summary),
        Outcome::Refused(faults) => refused(view, job, faults),
        Outcome::Failed(error) => return Err(view.store_failed(error)),
        Outcome::Checked { .. } | Outcome::Broke => return Err(Trouble::broke(view)),
    })
}

fn imported(view: &View, job: &Job, report: &FileReport) -> Markup {
    let counts = report.counts().unwrap_or_default();
    let title = if report.import_id().is_some() {
        &IMPORTED
    } else if report.is_clean() {
        &NO_CHANGE
    } else {
        &NOT_IMPORTED
    };
    let title = view.fill(title, &[("about", job.about.clone())]);
    let content = html! {
        section.card {
            h1.file { (title) }
            dl.figures {
                (figure(&count(counts.new), view.t(&preview::NEW), "good"))
                (figure(&count(counts.changed), view.t(&preview::CHANGED), "change"))
                (figure(&count(counts.unchanged), view.t(&preview::UNCHANGED), "plain"))
                (figure(&count(report.refused()), view.t(&preview::REFUSED), if report.refused() > 0 { "bad" } else { "none" }))
            }
            @if report.refused() > 0 {
                p.remark.warn { (view.fill(&STILL_REFUSED, &[("refused", count(report.refused()))])) }
            }
            @if let Some(import) = report.import_id() {
                p { (view.fill(&NUMBER, &[("import", import.to_string())])) }
            }
            div.actions {
                a.button.main href="/filings" { (view.t(&TO_BOOK)) }
                @if let Some(import) = report.import_id() {
                    a.button href={ "/filings/imports/" (import) "/undo" } { (view.t(&UNDO)) }
                }
            }
            @if !report.findings().of_file.is_empty() { (some_faults(view, &report.findings().of_file)) }
        }
    };
    layout::page(view, &title, Place::Filings, content)
}

fn undone_page(view: &View, job: &Job, undone: &Undone) -> Markup {
    let title = view.fill(&UNDONE, &[("about", job.about.clone())]);
    let kept: Vec<Fault> = undone.kept.iter().map(filing::book::Kept::fault).collect();
    let content = html! {
        section.card {
            h1 { (title) }
            p.hint { (file_of(&undone.import)) }
            @if undone.already { p.remark.plain { (view.t(&ALREADY)) } }
            dl.figures {
                (figure(&count(undone.doing.removed), view.t(&REMOVED), "change"))
                (figure(&count(undone.doing.restored), view.t(&RESTORED), "change"))
                (figure(&count(undone.doing.kept), view.t(&KEPT), "plain"))
            }
            (some_faults(view, &kept))
            div.actions { a.button.main href="/filings/imports" { (view.t(&TO_IMPORTS)) } }
        }
    };
    layout::page(view, &title, Place::Imports, content)
}

fn synced(view: &View, job: &Job, summary: &Summary) -> Markup {
    let dry = job.kind == Kind::Sync { dry: true };
    let title = view.t(if dry {
        &COMPARED
    } else if summary.stopped {
        &STOPPED
    } else {
        &SYNCED
    });
    let bad = if summary.refused > 0 { "bad" } else { "none" };
    let content = html! {
        section.card {
            h1 { (title) }
            dl.figures {
                (figure(&count(summary.to_sync), view.t(&TO_SYNC), "change"))
                @if !dry { (figure(&count(summary.synced), view.t(&ACCEPTED), "good")) }
                (figure(&count(summary.refused), view.t(&preview::REFUSED), bad))
                (figure(&count(summary.unchanged), view.t(&UP_TO_DATE), "plain"))
            }
            (some_faults(view, &summary.faults))
            div.actions { a.button.main href="/filings/sync" { (view.t(&TO_SYNC_PAGE)) } }
        }
    };
    layout::page(view, title, Place::Sync, content)
}

fn refused(view: &View, job: &Job, faults: &[Fault]) -> Markup {
    let (title, place) = match job.kind {
        Kind::Rehearse | Kind::Undo => (view.t(&CANNOT_UNDO), Place::Imports),
        _ => (view.t(&CANNOT), Place::Sync),
    };
    let content = html! {
        section.card { h1 { (title) } (some_faults(view, faults)) }
    };
    layout::page(view, title, place, content)
}

fn some_faults(view: &View, faults: &[Fault]) -> Markup {
    let more = faults.len().saturating_sub(FAULTS);
    html! {
        @if !faults.is_empty() { (parts::faults(view, faults.iter().take(FAULTS))) }
        @if more > 0 { p.hint { (view.fill(&MORE, &[("more", count(more))])) } }
    }
}
