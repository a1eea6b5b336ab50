//! `customs declare purge`.

use std::path::PathBuf;

use jiff::{Timestamp, ToSpan as _};
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::Text;
use ports::gateway::folder::FolderSettings;
use ports::vault::Vault;
use serde::Serialize;

use super::args::{Global, PurgeArgs};
use super::output::Output;
use super::{Exit, vault, workplace};
use crate::configuration::Gateway;
use crate::purge::{Cases, Purge, PurgeError, Purged};

const HEAD: Text = Text {
    zh: "{day} 之前结束的订单：已过保存期 {orders} 个，保留 {kept} 个（办理中或未到期）",
    en: "orders that ended before {day}: {orders} past, {kept} stay (under way, or ended later)",
};
const ERASED: Text = Text {
    zh: "  清除：订单数据 {bundles} 份，回执 {receipts} 份，报文存档 {messages} 份，回执副本 {copies} 份，年度累计记录 {purchases} 条",
    en: "  erased: {bundles} orders' data, {receipts} receipts, {messages} archived messages, {copies} copies of receipts, {purchases} entries of buyers' past years",
};
const WOULD_ERASE: Text = Text {
    zh: "  将清除（未改动）：订单数据 {bundles} 份，回执 {receipts} 份，报文存档 {messages} 份，回执副本 {copies} 份，年度累计记录 {purchases} 条",
    en: "  would erase (nothing was changed): {bundles} orders' data, {receipts} receipts, {messages} archived messages, {copies} copies of receipts, {purchases} entries of buyers' past years",
};
const KEPT: Text = Text {
    zh: "  报文存档保留 {messages} 份：其中有仍需保留的订单",
    en: "  {messages} archived messages stay: they hold an order that does",
};
const KEYS: Text = Text {
    zh: "  销毁密钥 {destroyed} 把；{anew} 份应保留的数据已换用今天的密钥",
    en: "  {destroyed} keys destroyed; {anew} documents that stay were sealed anew under today's",
};
const WAITING: Text = Text {
    zh: "  {waiting} 把密钥可能仍在使用，后天起再运行一次即销毁",
    en: "  {waiting} keys may still be in use; a purge from the day after tomorrow on destroys them",
};
const UNFINISHED: Text = Text {
    zh: "没有完成：{reason}。已清除的不受影响，可以安全地再次运行。",
    en: "not finished: {reason}. What is erased is erased; it is safe to run again.",
};

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    before: String,
    dry_run: bool,
    #[serde(flatten)]
    purged: Purged,
}

pub(super) fn run(args: &PurgeArgs, global: &Global, out: &Output) -> Exit {
    match purge(args, global, out) {
        Ok(report) => {
            tell(&report, out);
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn purge(args: &PurgeArgs, global: &Global, out: &Output) -> Result<Report, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store = workplace::store(global, out)?;
    let used = Vault::is_used(&store).map_err(|error| workplace::store_failed(&error, out))?;
    let vault = used.then(|| vault::open(&configuration, global, &store, out)).transpose()?;
    let archive = store.archive(&global.data);
    let receipts = receipt_archive(&configuration.gateway);
    let now = SystemClock.now();
    let purge = Purge {
        store: &store,
        vault: vault.as_ref(),
        standings: &Cases,
        archive: archive.as_ref(),
        receipts: receipts.as_deref(),
        before: days_before(now, args.older_than),
        now,
        dry_run: args.dry_run,
    };
    let before = purge.before.to_zoned(beijing()).date().to_string();
    match purge.run() {
        Ok(purged) => Ok(Report { before, dry_run: args.dry_run, purged }),
        Err(PurgeError::Store(error)) => Err(workplace::store_failed(&error, out)),
        Err(PurgeError::Vault(error)) => Err(vault::failed(error, out)),
        Err(error @ PurgeError::Io { .. }) => {
            out.problem(&out.text(&UNFINISHED, &[("reason", error.to_string())]));
            Err(Exit::Unfinished)
        }
    }
}

/// The beginning of the day so many days ago, in Beijing.
fn days_before(now: Timestamp, days: u16) -> Timestamp {
    let day = now.to_zoned(beijing()).date().saturating_sub(i64::from(days).days());
    day.to_zoned(beijing()).map_or(Timestamp::MIN, |day| day.timestamp())
}

/// Where a folder gateway keeps the receipts that were taken.
fn receipt_archive(gateway: &Gateway) -> Option<PathBuf> {
    let inbox = gateway.inbox.as_ref().filter(|_| gateway.kind.as_deref() == Some("folder"))?;
    let usual = FolderSettings::new("", inbox).archive;
    Some(gateway.archive.as_ref().map_or(usual, PathBuf::from))
}

fn tell(report: &Report, out: &Output) {
    if out.json {
        return out.json(report);
    }
    let Report { before, dry_run, purged } = report;
    let count = |number: u64| number.to_string();
    let head =
        [("day", before.clone()), ("orders", count(purged.orders)), ("kept", count(purged.orders_kept))];
    out.data(&out.text(&HEAD, &head));
    let erased = [
        ("bundles", count(purged.bundles)),
        ("receipts", count(purged.receipts)),
        ("messages", count(purged.messages)),
        ("copies", count(purged.receipt_copies)),
        ("purchases", count(purged.purchases)),
    ];
    out.data(&out.text(if *dry_run { &WOULD_ERASE } else { &ERASED }, &erased));
    if purged.messages_kept > 0 {
        out.data(&out.text(&KEPT, &[("messages", count(purged.messages_kept))]));
    }
    let keys = &purged.keys;
    if keys.keys_destroyed > 0 {
        let args = [
            ("destroyed", keys.keys_destroyed.to_string()),
            ("anew", keys.documents_sealed_anew.to_string()),
        ];
        out.data(&out.text(&KEYS, &args));
    }
    if keys.keys_waiting > 0 {
        out.data(&out.text(&WAITING, &[("waiting", keys.keys_waiting.to_string())]));
    }
}
