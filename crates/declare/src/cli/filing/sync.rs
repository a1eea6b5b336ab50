//! `customs filing sync`.

use std::sync::Arc;
use std::thread;

use filing::book::Book;
use filing::record::Filing;
use filing::sync::{ItemCall, Summary, Sync};
use filing::tariff::Tariff;
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::fault::{Report, Text};
use ports::platform::FilingTarget;
use ports::store::{Store, StoreError};
use serde::Serialize;

use super::super::args::{Global, ItemCallArg, SyncArgs};
use super::super::output::Output;
use super::super::{Exit, platform, workplace};
use super::{FAULTS_SHOWN, Meter, open, tariff};
use crate::bookkeeping;

const PROGRESS: Text = Text { zh: "已同步 {done}/{total}", en: "{done} of {total} filings" };
const SUMMARY: Text = Text {
    zh: "待同步 {to_sync}，已同步 {synced}，拒绝 {refused}，无变化 {unchanged}",
    en: "{to_sync} to sync: {synced} synced, {refused} refused; {unchanged} unchanged",
};
const VERIFIED: Text = Text {
    zh: "已核对 {verified} 条，不一致 {different}",
    en: "{verified} read back, {different} differ",
};
const MORE: Text = Text {
    zh: "  还有 {more} 个问题；--json 列出全部",
    en: "  and {more} more; --json lists them all",
};

#[derive(Serialize)]
struct Answer {
    to_sync: u64,
    synced: u64,
    refused: u64,
    unchanged: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    different: Option<u64>,
    faults: Vec<Report>,
}

/// Whether the platform has a filing as it is, by what was recorded.
pub(super) fn is_synced(
    store: &dyn Store,
    filing: &Filing,
    catalogue: &Catalogue,
    tariff: &Tariff,
) -> Result<bool, StoreError> {
    bookkeeping::is_synced(store, filing, catalogue, tariff, SystemClock.now())
}

/// Sends the whole book to a platform that is there for it alone.
pub(in super::super) fn all(
    book: &Book,
    store: &dyn Store,
    target: &dyn FilingTarget,
) -> Result<Summary, StoreError> {
    let (item_call, now) = (ItemCall::Create, SystemClock.now());
    let (catalogue, tariff) = (Catalogue::builtin(), Tariff::builtin());
    let options =
        bookkeeping::sync_options(catalogue, tariff, item_call, None, now, &thread::sleep, &|_, _| {});
    Ok(Sync::new(book, store, options).send(Some(target))?.summary())
}

/// Sends; a dry run that reads nothing back needs no client.
pub(super) fn run(args: &SyncArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let failed = |error| {
        out.progress_done();
        workplace::store_failed(&error, out)
    };
    let configuration = workplace::configuration(global, out)?;
    let store = open(global, out)?;
    let client = if args.dry_run && !args.verify {
        None
    } else {
        let client = platform::filings(&configuration, Arc::clone(&store));
        Some(client.map_err(|faults| workplace::usage(&faults, out))?)
    };
    let client = client.as_ref().map(|client| client as &dyn FilingTarget);
    let tariff = tariff::load(store.as_ref(), out)?;
    let book = Book::open(Arc::clone(&store)).map_err(failed)?;
    let meter = Meter::new(*out);
    let progress = |done: u64, total: u64| {
        meter.tell(|| out.text(&PROGRESS, &[("done", done.to_string()), ("total", total.to_string())]));
    };
    let configured = || configuration.xiaohongshu.as_ref().map(|shop| shop.item_call).unwrap_or_default();
    let item_call = match args.item_call {
        Some(ItemCallArg::Create) => ItemCall::Create,
        Some(ItemCallArg::Sync) => ItemCall::Sync,
        None => configured(),
    };
    let now = SystemClock.now();
    let catalogue = workplace::catalogue(store.as_ref(), out)?;
    let limit = args.limit;
    let options =
        bookkeeping::sync_options(&catalogue, &tariff, item_call, limit, now, &thread::sleep, &progress);
    let target = client.filter(|_| !args.dry_run);
    let mut sync = Sync::new(&book, store.as_ref(), options).send(target).map_err(failed)?;
    if let Some(client) = client.filter(|_| args.verify) {
        sync = sync.verify(client, args.dry_run).map_err(failed)?;
    }
    out.progress_done();
    Ok(tell(&sync.summary(), args.verify, out))
}

fn tell(summary: &Summary, verify: bool, out: &Output) -> Exit {
    if out.json {
        out.json(&Answer {
            to_sync: summary.to_sync,
            synced: summary.synced,
            refused: summary.refused,
            unchanged: summary.unchanged,
            verified: verify.then_some(summary.verified),
            different: verify.then_some(summary.different),
            faults: summary.faults.iter().map(|fault| fault.report(out.lang)).collect(),
        });
    } else {
        summary.faults.iter().take(FAULTS_SHOWN).for_each(|fault| out.fault(fault));
        let more = summary.faults.len().saturating_sub(FAULTS_SHOWN);
        if more > 0 {
            out.say(&out.text(&MORE, &[("more", more.to_string())]));
        }
        let args = [
            ("to_sync", summary.to_sync.to_string()),
            ("synced", summary.synced.to_string()),
            ("refused", summary.refused.to_string()),
            ("unchanged", summary.unchanged.to_string()),
        ];
        out.data(&out.text(&SUMMARY, &args));
        if verify {
            let args =
                [("verified", summary.verified.to_string()), ("different", summary.different.to_string())];
            out.data(&out.text(&VERIFIED, &args));
        }
    }
    if summary.stopped {
        Exit::Unfinished
    } else if summary.refused > 0 || summary.different > 0 {
        Exit::Partly
    } else {
        Exit::Done
    }
}
