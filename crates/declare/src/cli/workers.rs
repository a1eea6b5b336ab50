//! `customs declare workers`: who does what.

use jiff::{SignedDuration, Timestamp};
use ports::clock::{Clock as _, SystemClock, beijing};
use ports::fault::Text;
use ports::store::Store as _;
use serde::Serialize;

use super::args::Global;
use super::output::Output;
use super::{Exit, workplace};
use crate::pipeline::{Present, workers};

const NOBODY: Text = Text { zh: "没有工作进程", en: "no workers" };
const WORKER: Text = Text {
    zh: "{name}：{host} 进程 {pid}，负责 {stages}，自 {since}，{seen} 秒前报到",
    en: "{name}: {host}, process {pid}, does {stages} since {since}, seen {seen} s ago",
};
const GONE: Text = Text {
    zh: "{name}：{host} 进程 {pid}，已失联（{seen} 秒没有报到）；它领取的工作已归还或即将归还",
    en: "{name}: {host}, process {pid}, gone (not seen for {seen} s); its work goes back to the others",
};
const SENDS: Text = Text {
    zh: "  负责发送（{lease}，令牌 {token}，至 {until}）",
    en: "  sends ({lease}, token {token}, until {until})",
};

/// A worker as `--json` shows it.
#[derive(Serialize)]
struct Shown<'w> {
    name: &'w str,
    #[serde(flatten)]
    present: &'w Present,
    gone: bool,
}

#[derive(Serialize)]
struct Answer<'w> {
    workers: Vec<Shown<'w>>,
}

pub(super) fn run(global: &Global, out: &Output) -> Exit {
    list(global, out).unwrap_or_else(|exit| exit)
}

fn list(global: &Global, out: &Output) -> Result<Exit, Exit> {
    let failed = |error| workplace::store_failed(&error, out);
    let store = workplace::store_if_any(global, out)?;
    let (found, now) = match &store {
        Some(store) => {
            let now = store.time().map_err(failed)?.unwrap_or_else(|| SystemClock.now());
            (workers(store).map_err(failed)?, now)
        }
        None => (Vec::new(), SystemClock.now()),
    };
    if out.json {
        let shown = |(name, present)| Shown { name, present, gone: Present::is_gone(present, now) };
        let workers = found.iter().map(|(name, present)| (name.as_str(), present)).map(shown).collect();
        out.json(&Answer { workers });
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        out.data(NOBODY.get(out.lang));
    }
    for (name, present) in &found {
        tell(name, present, now, out);
    }
    Ok(Exit::Done)
}

fn tell(name: &str, present: &Present, now: Timestamp, out: &Output) {
    let time = |at: Timestamp| at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let seen = now.duration_since(present.beat).max(SignedDuration::ZERO).as_secs();
    let args = [
        ("name", name.to_owned()),
        ("host", present.host.clone()),
        ("pid", present.pid.to_string()),
        ("stages", present.stages.join(",")),
        ("since", time(present.since)),
        ("seen", seen.to_string()),
    ];
    let gone = present.is_gone(now);
    out.data(&out.text(if gone { &GONE } else { &WORKER }, &args));
    if let Some(sends) = present.sends.as_ref().filter(|_| !gone) {
        let args = [
            ("lease", sends.lease.clone()),
            ("token", sends.token.to_string()),
            ("until", time(sends.until)),
        ];
        out.data(&out.text(&SENDS, &args));
    }
}
