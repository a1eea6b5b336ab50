//! `customs declare status`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Lang, Report, Text};
use ports::store::{OpenStore, Store, StoreError};
use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use super::args::Global;
use super::output::Output;
use super::run::policy;
use super::{Exit, decide, explain, workplace};
use crate::customs_codes::Class;
use crate::documents::Guid;
use crate::lifecycle::story::{Line, Teller, story};
use crate::lifecycle::{Case, Policy, State, meaning, pending, state_name};
use crate::pipeline::{glances, layout};
use crate::receipt::{ReturnTime, Status, Subject};

/// Orders to look at.
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Orders whose whole story is told
    #[arg(value_name = "ORDER_NO")]
    orders: Vec<String>,
    /// Only orders in this state
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(State::ALL.map(State::word)))]
    state: Option<String>,
    /// List at most so many orders [default: 20; with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// Orders listed as text when no limit is given: what fits a screen.
const LISTED: usize = 20;

const COUNTED: Text = Text { zh: "{name}（{state}）：{count} 个订单", en: "{name}: {count}" };
const NOTHING: Text = Text { zh: "没有订单", en: "no orders" };
const MORE: Text = Text {
    zh: "还有 {count} 个；用 --limit 多看，或给出订单号看全部经过",
    en: "{count} more: see them with --limit, or name an order to read its whole story",
};
const HEAD: Text = Text {
    zh: "{order}（{platform}）：{state}，自 {since}",
    en: "{order} ({platform}): {state} since {since}",
};
const NEXT: Text = Text {
    zh: "下一步：由下一次 declare run 继续",
    en: "next: the next declare run goes on with it",
};
const WAKE: Text = Text { zh: "下一步：{at} 之后继续", en: "next: it goes on after {at}" };
const BY_CUSTOMS: Text = Text { zh: "海关", en: "customs" };
const BY_PERSON: Text = Text { zh: "人工", en: "person" };
const BY_US: Text = Text { zh: "本系统", en: "here" };

pub(super) fn run(args: &StatusArgs, global: &Global, out: &Output) -> Exit {
    match status(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// What a look at orders needs.
struct Look<'l> {
    store: OpenStore,
    policy: Policy,
    now: Timestamp,
    args: &'l StatusArgs,
    out: &'l Output,
}

fn status(args: &StatusArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let policy = policy(&configuration);
    let store = workplace::store(global, out)?;
    let look = Look { store, policy, now: SystemClock.now(), args, out };
    let failed = |error: StoreError| workplace::store_failed(&error, out);
    if args.orders.is_empty() { look.all().map_err(failed) } else { look.named().map_err(failed) }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<O, C> {
    /// They come first: the counts are known when the last of them was read.
    orders: O,
    counts: C,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<Report>,
}

/// One order.
#[derive(Serialize)]
struct Order {
    order_no: String,
    platform: String,
    state: State,
    since: Timestamp,
    documents: BTreeMap<Subject, Document>,
    faults: Vec<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    story: Option<Vec<Line>>,
}

/// One document, its latest version.
#[derive(Serialize)]
struct Document {
    guid: Guid,
    state: &'static str,
    message: Guid,
    made_at: Timestamp,
    sent_at: Option<Timestamp>,
    attempts: u32,
    /// How often it was made.
    versions: usize,
    receipts: Vec<Said>,
}

/// One receipt.
#[derive(Serialize)]
struct Said {
    at: ReturnTime,
    status: Status,
    codes: Vec<i64>,
    class: Class,
    meaning: String,
    /// Of which version, from 1.
    version: u32,
}

impl Look<'_> {
    fn text(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        self.out.text(text, args)
    }

    fn state(&self) -> Option<State> {
        self.args.state.as_deref().and_then(State::of_word)
    }

    /// Counts, and a list.
    fn all(&self) -> Result<Exit, StoreError> {
        if self.out.json {
            let (failed, counts) = (RefCell::new(None), RefCell::default());
            let orders = Listed { look: self, failed: &failed, counts: &counts };
            self.out.json(&Answer { orders, counts: &counts, faults: Vec::new() });
            return failed.into_inner().map_or(Ok(Exit::Done), Err);
        }
        let wanted = |state: State| match self.state() {
            Some(wanted) => state == wanted,
            // What asks for somebody is listed unasked.
            None => matches!(state, State::Held | State::Refused),
        };
        let limit = self.args.limit.unwrap_or(LISTED);
        let mut counts: BTreeMap<State, u64> = BTreeMap::new();
        let (mut found, mut lines) = (0_usize, Vec::new());
        glances(&self.store, |glance, document| {
            *counts.entry(glance.state).or_default() += 1;
            if wanted(glance.state) {
                found += 1;
                if found <= limit {
                    lines.extend(self.lines(&document.record()?));
                }
            }
            Ok(true)
        })?;
        if counts.is_empty() {
            self.out.data(&self.text(&NOTHING, &[]));
        }
        for (state, count) in &counts {
            let name = state_name(*state).get(self.out.lang).to_owned();
            let args = [("name", name), ("state", state.word().to_owned()), ("count", count.to_string())];
            self.out.data(&self.text(&COUNTED, &args));
        }
        lines.iter().for_each(|line| self.out.data(line));
        if found > limit {
            self.out.data(&self.text(&MORE, &[("count", (found - limit).to_string())]));
        }
        Ok(Exit::Done)
    }

    /// An order in the list: where it stands and what holds it.
    fn lines(&self, case: &Case) -> Vec<String> {
        let head = [String::new(), self.out.bold(&self.head(case))];
        head.into_iter().chain(self.remarks(case)).collect()
    }

    fn head(&self, case: &Case) -> String {
        let state = state_name(case.state).get(self.out.lang).to_owned();
        let args = [
            ("order", case.order_no.clone()),
            ("platform", case.platform.clone()),
            ("state", state),
            ("since", moment(case.since)),
        ];
        self.text(&HEAD, &args)
    }

    fn remarks(&self, case: &Case) -> Vec<String> {
        let told = |report: Report| format!("  {}: {} → {}", report.code, report.message, report.remedy);
        self.reports(case).into_iter().map(told).collect()
    }

    fn reports(&self, case: &Case) -> Vec<Report> {
        let remarks = case.remarks(self.now, &self.policy);
        let told = remarks.iter().filter_map(|reason| {
            Some(reason.report(&case.order_no, explain::kind(&reason.code)?, self.out.lang))
        });
        told.collect()
    }

    /// The orders that were named, each with its story.
    fn named(&self) -> Result<Exit, StoreError> {
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        let (mut orders, mut faults) = (Vec::new(), Vec::new());
        for order_no in &self.args.orders {
            let Some(document) = self.store.get(&layout::case(order_no))? else {
                let fault = decide::unknown(order_no);
                if !self.out.json {
                    self.out.fault(&fault);
                }
                faults.push(fault.report(self.out.lang));
                continue;
            };
            let case: Case = document.record()?;
            if self.state().is_some_and(|state| state != case.state) {
                continue;
            }
            *counts.entry(case.state.word()).or_default() += 1;
            if self.out.json {
                orders.push(self.order(&case, true));
            } else {
                self.tell(&case);
            }
        }
        let exit = if faults.is_empty() { Exit::Done } else { Exit::Partly };
        if self.out.json {
            self.out.json(&Answer { orders, counts, faults });
        }
        Ok(exit)
    }

    /// One order's story.
    fn tell(&self, case: &Case) {
        self.out.data(&self.out.bold(&self.head(case)));
        for line in story(case, self.out.lang) {
            let by = match line.by {
                Teller::Here => &BY_US,
                Teller::Customs => &BY_CUSTOMS,
                Teller::Person => &BY_PERSON,
            };
            let at = line.at.map_or_else(|| "?".repeat(19), moment);
            self.out.data(&format!(
                "  {at}  {}  {}",
                padded(by.get(self.out.lang), self.out.lang),
                line.text
            ));
        }
        self.remarks(case).iter().for_each(|line| self.out.data(line));
        let next = pending(case, self.now, &self.policy);
        if !next.effects.is_empty() {
            self.out.data(&format!("  {}", self.text(&NEXT, &[])));
        } else if let Some(at) = next.wake {
            self.out.data(&format!("  {}", self.text(&WAKE, &[("at", moment(at))])));
        }
    }

    fn order(&self, case: &Case, whole: bool) -> Order {
        let documents = case.papers.iter().filter_map(|(subject, paper)| {
            let version = paper.latest()?;
            let receipts = case.notes.iter().filter(|note| note.subject == *subject).map(|note| Said {
                at: note.at.clone(),
                status: note.status.clone(),
                codes: note.codes.clone(),
                class: note.class,
                meaning: meaning(note, self.out.lang),
                version: u32::from(note.version) + 1,
            });
            let document = Document {
                guid: version.guid,
                state: case.phase(*subject).word(),
                message: version.message,
                made_at: version.made_at,
                sent_at: version.sent_at,
                attempts: version.attempts,
                versions: paper.versions.len(),
                receipts: receipts.collect(),
            };
            Some((*subject, document))
        });
        Order {
            order_no: case.order_no.clone(),
            platform: case.platform.clone(),
            state: case.state,
            since: case.since,
            documents: documents.collect(),
            faults: self.reports(case),
            story: whole.then(|| story(case, self.out.lang)),
        }
    }
}

/// The list under `--json`: written while it is read, so that a hundred thousand orders need not be held at once.
struct Listed<'l> {
    look: &'l Look<'l>,
    failed: &'l RefCell<Option<StoreError>>,
    counts: &'l RefCell<BTreeMap<&'static str, u64>>,
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let (state, limit) = (self.look.state(), self.look.args.limit.unwrap_or(usize::MAX));
        let (mut found, mut broken) = (0_usize, None);
        let read = glances(&self.look.store, |glance, document| {
            *self.counts.borrow_mut().entry(glance.state.word()).or_default() += 1;
            if found < limit && state.is_none_or(|state| state == glance.state) {
                found += 1;
                broken = list.serialize_element(&self.look.order(&document.record()?, false)).err();
            }
            Ok(broken.is_none())
        });
        if let Err(error) = read {
            *self.failed.borrow_mut() = Some(error);
        }
        broken.map_or(Ok(()), Err)?;
        list.end()
    }
}

/// A moment as people here read it: Beijing's time, to the second.
fn moment(at: Timestamp) -> String {
    at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Who tells, so that what is told stands in one column.
fn padded(by: &str, lang: Lang) -> String {
    // A Chinese character is two columns wide.
    let (width, wide) = if lang == Lang::Zh { (6, 2) } else { (7, 1) };
    let missing = usize::saturating_sub(width, by.chars().count() * wide);
    format!("{by}{}", " ".repeat(missing))
}
