//! `customs ports repush`: payment slips that customs misses.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Lang, Text};
use ports::platform::Route;
use ports::repush::{
    self, Ask, Asker, Bound, NotNow, OrderRef, RepushError, Repusher, Routes, Told, Verdict, WantedOrder,
};
use ports::store::Store;
use ports::xiaohongshu::v3;
use serde::Serialize;
use tokio::runtime::Builder;

use super::super::args::{Global, RepushArgs, RouteArg};
use super::super::output::Output;
use super::super::{Exit, network, platform, workplace};
use crate::configuration::Configuration;

/// Wanted orders taken at once.
const AT_ONCE: usize = 20;

/// What stands on record as the reason of a request that a person makes.
const BY_HAND: &str = "by hand";

const ASKED: Text = Text { zh: "已请平台重推（{way}）", en: "asked for ({way})" };
const WOULD_ASK: Text = Text { zh: "可以重推", en: "would be asked for" };
const REFUSED: Text = Text { zh: "平台拒绝：{message}（{code}）", en: "refused: {message} ({code})" };
const OUTCOME_UNKNOWN: Text = Text {
    zh: "结果不明，按已请求计：{reason}",
    en: "it is not known whether it was asked for, which counts as if it was: {reason}",
};
const NOT_ASKED: Text = Text { zh: "没有请求：{reason}", en: "not asked for: {reason}" };
const OVERTAKEN: Text = Text { zh: "另一个进程正在请求", en: "another process asks at this moment" };
const HOUR: Text = Text { zh: "一小时内已请求过", en: "it was asked for within the last hour" };
const DAY: Text = Text { zh: "24小时内已请求6次", en: "it was asked for six times within a day" };
const GAP: Text = Text {
    zh: "间隔逐次加长，还没到时间",
    en: "the gaps grow, and it is too early for the next",
};
const NOT_REACHED: Text =
    Text { zh: "几分钟前没能联系上平台", en: "the platform could not be reached minutes ago" };
const SPENT: Text = Text {
    zh: "已请求12次仍无结果；请联系平台和支付公司，或按订单号手工重推",
    en: "twelve requests were of no use; speak with the platform and the payment company, or ask by the order's number",
};
const LINE: Text =
    Text { zh: "{order}\t{words}\t第{attempt}次", en: "{order}\t{words}\trequest {attempt}" };
const NEXT: Text = Text { zh: "{line}\t下次最早 {next}", en: "{line}\tnext from {next}" };
const SAID_NEXT: Text = Text {
    zh: "{said}。下次最早 {next}（北京时间）",
    en: "{said}; the next request can be made from {next} (Beijing time)",
};
const SUMMARY: Text = Text {
    zh: "请求 {asked}，跳过 {skipped}，拒绝 {refused}，失败 {failed}",
    en: "{asked} asked for, {skipped} skipped, {refused} refused, {failed} failed",
};
const NONE: Text = Text { zh: "没有缺支付单的订单", en: "no order misses its payment slip" };

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    asked: usize,
    skipped: usize,
    refused: usize,
    failed: usize,
    dry_run: bool,
    orders: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    order_no: String,
    outcome: &'static str,
    reason: String,
    attempt: u32,
    next_allowed: Option<String>,
    customs: Option<Route>,
}

pub(super) fn run(args: &RepushArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store: Arc<dyn Store> = Arc::new(workplace::store(global, out)?);
    let mut work = Work { args, configuration: &configuration, store, out, told: Vec::new(), ended: None };
    if args.missing {
        work.missing()?
    } else {
        work.named()?
    }
    Ok(work.tell())
}

/// The requests of one run.
struct Work<'w> {
    args: &'w RepushArgs,
    configuration: &'w Configuration,
    store: Arc<dyn Store>,
    out: &'w Output,
    told: Vec<Told>,
    /// Why it could not be gone on.
    ended: Option<Exit>,
}

impl Work<'_> {
    fn ask(&self) -> Ask {
        let route = self.args.customs.map(|way| match way {
            RouteArg::Zongshu => Route::Zongshu,
            RouteArg::Local => Route::Local,
        });
        let (by, reason) = if self.args.missing {
            (Asker::Program, String::new())
        } else {
            (Asker::Person, BY_HAND.to_owned())
        };
        Ask { by, reason, route }
    }

    /// Orders that were named, each once.
    fn named(&mut self) -> Result<(), Exit> {
        let mut seen = HashSet::new();
        let orders = self.args.orders.iter().map(|order| order.trim());
        let orders: Vec<&str> = orders.filter(|order| !order.is_empty() && seen.insert(*order)).collect();
        let ask = self.ask();
        if self.args.dry_run {
            return orders.into_iter().try_for_each(|order_no| self.plan(order_no, &ask));
        }
        let client = self.client()?;
        let repusher = self.repusher(&client)?;
        let (told, ended) = network::wait_for(
            async {
                let mut told = Vec::new();
                for order_no in orders {
                    match repusher.ask(order_no, &ask).await {
                        Ok(one) => told.push(one),
                        Err(error) => return (told, Some(error)),
                    }
                }
                (told, None)
            },
            self.out,
        )?;
        self.told = told;
        self.ended = ended.map(|error| failed(&error, self.out));
        network::tell_unknown(client.vocabulary(), self.out);
        Ok(())
    }

    /// Orders whose receipts say that the slip is missing.
    fn missing(&mut self) -> Result<(), Exit> {
        let wanted = repush::wanted(self.store.as_ref(), v3::NAME)
            .map_err(|error| workplace::store_failed(&error, self.out))?;
        let ask = self.ask();
        if !self.args.dry_run && !wanted.is_empty() {
            let client = self.client()?;
            let repusher = self.repusher(&client)?;
            let (told, ended) = network::wait_for(all_due(&repusher), self.out)?;
            self.told = told;
            self.ended = ended.map(|error| failed(&error, self.out));
            network::tell_unknown(client.vocabulary(), self.out);
        }
        let done: HashSet<String> = self.told.iter().map(|told| told.order_no.clone()).collect();
        for WantedOrder { order_no, .. } in wanted.iter().filter(|wanted| !done.contains(&wanted.order_no)) {
            self.plan(order_no, &ask)?;
            // Due, and yet nobody here asked: another has it.
            if let (false, Some(Told { verdict, .. })) = (self.args.dry_run, self.told.last_mut())
                && *verdict == Verdict::WouldAsk
            {
                *verdict = Verdict::Overtaken;
            }
        }
        self.told.sort_by(|one, other| one.order_no.cmp(&other.order_no));
        Ok(())
    }

    fn plan(&mut self, order_no: &str, ask: &Ask) -> Result<(), Exit> {
        let order = OrderRef { platform: v3::NAME, order_no };
        let told = Repusher::plan(self.store.as_ref(), order, ask, SystemClock.now())
            .map_err(|error| workplace::store_failed(&error, self.out))?;
        self.told.push(told);
        Ok(())
    }

    fn client(&self) -> Result<Arc<v3::Client>, Exit> {
        platform::xiaohongshu(self.configuration, Arc::clone(&self.store))
            .map(Arc::new)
            .map_err(|faults| workplace::usage(&faults, self.out))
    }

    fn repusher(&self, client: &Arc<v3::Client>) -> Result<Repusher, Exit> {
        let catalogue = workplace::catalogue(self.store.as_ref(), self.out)?;
        let routes = routes(catalogue, self.configuration);
        Ok(Repusher::new(client.clone(), Arc::clone(&self.store), Arc::new(SystemClock), routes))
    }

    fn tell(self) -> Exit {
        let out = self.out;
        let count = |of: fn(&Verdict) -> bool| self.told.iter().filter(|told| of(&told.verdict)).count();
        let asked = count(|verdict| matches!(verdict, Verdict::Asked | Verdict::WouldAsk));
        let refused = count(|verdict| matches!(verdict, Verdict::Refused { .. }));
        let failed = count(|verdict| matches!(verdict, Verdict::Unknown { .. } | Verdict::NotAsked { .. }));
        let skipped = self.told.len() - asked - refused - failed;
        let lines: Vec<Line> = self.told.iter().map(|told| line(told, out.lang)).collect();
        if out.json {
            let dry_run = self.args.dry_run;
            out.json(&Answer { asked, skipped, refused, failed, dry_run, orders: lines });
        } else {
            lines.iter().for_each(|line| out.data(&shown(line, out)));
            let told = [("asked", asked), ("skipped", skipped), ("refused", refused), ("failed", failed)];
            let told = told.map(|(name, count)| (name, count.to_string()));
            let empty = self.told.is_empty() && self.ended.is_none();
            out.say(&if empty { NONE.get(out.lang).to_owned() } else { out.text(&SUMMARY, &told) });
        }
        let too_early = count(|verdict| matches!(verdict, Verdict::NotNow(_) | Verdict::Overtaken));
        // That it is too early is what an unattended run expects.
        let skipped = if self.args.missing { skipped - too_early } else { skipped };
        match self.ended {
            Some(exit) => exit,
            None if failed > 0 => Exit::Unfinished,
            None if refused + skipped > 0 => Exit::Partly,
            None => Exit::Done,
        }
    }
}

/// Asks for the slip of one order on a person's behalf, for a caller that shows what came of it in its own way.
///
/// # Errors
/// Why it could not be asked for, in words.
pub(in super::super) fn by_hand(
    configuration: &Configuration,
    store: &Arc<dyn Store>,
    order_no: &str,
    lang: Lang,
) -> Result<String, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let client = platform::xiaohongshu(configuration, Arc::clone(store))
        .map_err(|faults| platform::words(&faults, lang))?;
    let catalogue = Catalogue::load(store.as_ref(), v3::NAME).map_err(|error| told(&error))?;
    let routes = routes(catalogue, configuration);
    let repusher = Repusher::new(Arc::new(client), Arc::clone(store), Arc::new(SystemClock), routes);
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| told(&error))?;
    let ask = Ask { by: Asker::Person, reason: BY_HAND.to_owned(), route: None };
    match runtime.block_on(repusher.ask(order_no, &ask)) {
        Ok(one) => {
            let (said, next) = (line(&one, lang).reason, one.next.map(shown_minute));
            Ok(match next {
                Some(next) => SAID_NEXT.fill(lang, &[("said", said), ("next", next)]),
                None => said,
            })
        }
        Err(RepushError::Call(error)) => Err(platform::words(&[error.fault()], lang)),
        Err(RepushError::Store(error)) => Err(crate::store_words::of(&error, lang)),
        Err(RepushError::Interrupted) => Err(told(&RepushError::Interrupted)),
    }
}

async fn all_due(repusher: &Repusher) -> (Vec<Told>, Option<RepushError>) {
    let mut told = Vec::new();
    loop {
        match repusher.ask_due(AT_ONCE).await {
            Ok(more) if more.is_empty() => return (told, None),
            Ok(more) => told.extend(more),
            Err(error) => return (told, Some(error)),
        }
    }
}

/// The way of a port's slips: as configured, else as the catalogue has it.
pub(in super::super) fn routes(catalogue: Catalogue, configuration: &Configuration) -> Routes {
    let configured = configuration.ports.iter();
    let configured: Vec<(String, Route)> =
        configured.filter_map(|(name, port)| Some((name.clone(), port.payment_route?))).collect();
    Arc::new(move |code| {
        let port = code.and_then(|code| catalogue.find(code));
        let own = port.and_then(|port| configured.iter().find(|(name, _)| name == port.name()));
        match (own, port) {
            (Some((_, route)), _) => *route,
            (None, Some(port)) => port.payment_route(),
            (None, None) => Route::Zongshu,
        }
    })
}

fn failed(error: &RepushError, out: &Output) -> Exit {
    match error {
        RepushError::Call(error) => network::failed(error, out),
        RepushError::Store(error) => workplace::store_failed(error, out),
        RepushError::Interrupted => {
            out.problem(&error.to_string());
            Exit::Unfinished
        }
    }
}

fn line(told: &Told, lang: Lang) -> Line {
    let words = |text: &Text| text.get(lang).to_owned();
    let (outcome, reason) = match &told.verdict {
        Verdict::Asked => {
            let way = told.route.map_or("", Route::word).to_owned();
            ("asked", ASKED.fill(lang, &[("way", way)]))
        }
        Verdict::WouldAsk => ("would_ask", words(&WOULD_ASK)),
        Verdict::Refused { code, message } => {
            let told = [("message", message.clone()), ("code", code.clone())];
            ("refused", REFUSED.fill(lang, &told))
        }
        Verdict::Unknown { reason } => ("unknown", OUTCOME_UNKNOWN.fill(lang, &[("reason", reason.clone())])),
        Verdict::NotAsked { reason } => ("failed", NOT_ASKED.fill(lang, &[("reason", reason.clone())])),
        Verdict::Overtaken => ("skipped", words(&OVERTAKEN)),
        Verdict::NoUse(no_use) => ("skipped", words(&no_use.words())),
        Verdict::NotNow(NotNow { bound, .. }) => {
            let text = match bound {
                Bound::Hour => &HOUR,
                Bound::Day => &DAY,
                Bound::Gap => &GAP,
                Bound::NotReached => &NOT_REACHED,
                Bound::Spent => &SPENT,
            };
            ("skipped", words(text))
        }
    };
    Line {
        order_no: told.order_no.clone(),
        outcome,
        reason,
        attempt: told.requests,
        next_allowed: told.next.map(shown_time),
        customs: told.route,
    }
}

/// A moment as a clerk reads it and a program can: Beijing time with its offset.
fn shown_time(at: Timestamp) -> String {
    at.to_zoned(beijing()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The same for a page.
fn shown_minute(at: Timestamp) -> String {
    at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn shown(line: &Line, out: &Output) -> String {
    let args = [
        ("order", line.order_no.clone()),
        ("words", line.reason.clone()),
        ("attempt", line.attempt.to_string()),
    ];
    let text = out.text(&LINE, &args);
    match &line.next_allowed {
        Some(next) => out.text(&NEXT, &[("line", text), ("next", next.clone())]),
        None => text,
    }
}
