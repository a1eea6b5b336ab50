//! `customs declare run`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use filing::book::Book;
use jiff::{SignedDuration, Timestamp};
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Fault, Report, Text};
use ports::gateway::Gateway;
use ports::metrics::Metrics;
use ports::platform::{Platform, Supplier};
use ports::store::{Key, OpenStore, Store, StoreError};
use ports::yanxuan;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::args::{Global, RunArgs};
use super::filing::tariff as user_tariff;
use super::output::Output;
use super::{Exit, gateway, platform, signer, vault, workplace};
use crate::configuration::{Configuration, faults};
use crate::lifecycle::{Policy, State};
use crate::messages::MessageKind;
use crate::messages::signature::Signer;
use crate::pipeline::{
    Mode, Observer, Packing, Parts, RunError, Stop, Summary, Terms, Worker, run as run_pipeline,
};
use crate::receipt::Subject;

/// How far back orders are read at the very first start.
const FIRST_LOOK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a supplier's callback is awaited before the supplier is asked: it tries again for some minutes by itself.
const SUPPLIER_WAIT: Duration = Duration::from_secs(15 * 60);

/// Tables of tariffs that are looked at; nobody has imported a thousand.
const MAX_TABLES: usize = 1_000;

/// How old figures in a file are at the most: what collectors ask for.
const FIGURES: Duration = Duration::from_secs(15);
/// Between two looks at whether the run is over.
const LOOK: Duration = Duration::from_millis(100);

const UNFINISHED: Text = Text {
    zh: "没有完成：{reason}。没有丢失任何数据，可以安全地再次运行。",
    en: "not finished: {reason}. Nothing is lost; it is safe to run again.",
};
const PROGRESS: Text = Text {
    zh: "读取 {fetched} 个订单，发出 {sent} 份单证，收到 {received} 份回执",
    en: "{fetched} orders read, {sent} documents sent, {received} receipts",
};
const COUNTED: Text = Text { zh: "{count} 个订单：{state}", en: "{state}: {count}" };
const NOTHING: Text = Text { zh: "没有订单", en: "no orders" };
const ENDED: Text = Text { zh: "已结束", en: "ended" };

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    counts: std::collections::BTreeMap<&'static str, u64>,
    fetched: u64,
    sent: u64,
    received: u64,
    unknown: u64,
    faults: Vec<Report>,
}

pub(super) fn run(args: &RunArgs, global: &Global, out: &Output) -> Exit {
    match declare(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// Tells what happens while it happens.
struct Teller {
    out: Output,
    fetched: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Teller {
    fn new(out: &Output) -> Self {
        let zero = || AtomicU64::new(0);
        Self { out: *out, fetched: zero(), sent: zero(), received: zero() }
    }

    fn progress(&self) {
        let args = [("fetched", &self.fetched), ("sent", &self.sent), ("received", &self.received)];
        let args = args.map(|(name, count)| (name, count.load(Ordering::Relaxed).to_string()));
        self.out.progress(&self.out.text(&PROGRESS, &args));
    }
}

impl Observer for Teller {
    fn fetched(&self, orders: u64) {
        self.fetched.fetch_add(orders, Ordering::Relaxed);
        self.progress();
    }
    fn sent(&self, _: MessageKind, documents: u64) {
        self.sent.fetch_add(documents, Ordering::Relaxed);
        self.progress();
    }
    fn received(&self, receipts: u64) {
        self.received.fetch_add(receipts, Ordering::Relaxed);
        self.progress();
    }
    fn trouble(&self, fault: &Fault) {
        self.out.fault(fault);
    }
}

/// The policy that the configuration asks for.
pub(super) fn policy(configuration: &Configuration) -> Policy {
    let subjects = [
        ("order", Subject::Order),
        ("payment", Subject::Payment),
        ("waybill", Subject::Waybill),
        ("inventory", Subject::Inventory),
    ];
    let usual = Policy::default();
    let sends = configuration.xiaohongshu.as_ref().map_or(usual.sends.clone(), |shop| {
        let named = |(word, _): &(&str, Subject)| shop.sends.iter().any(|named| named == word);
        subjects.into_iter().filter(named).map(|(_, subject)| subject).collect()
    });
    Policy {
        sends,
        inventory_waits: configuration.sending.inventory_waits,
        ships: configuration.sending.ships,
        reports_delivery: configuration.sending.reports_delivery,
        supplier_wait: configuration.yanxuan.as_ref().map(|_| SUPPLIER_WAIT),
        ..usual
    }
}

/// How a run shares the work with others.
fn worker(args: &RunArgs, configuration: &Configuration) -> Worker {
    let mut worker = usual_worker(configuration);
    if let Some(name) = &args.name {
        worker.name.clone_from(name);
    }
    if !args.stages.is_empty() {
        worker.parts = args.stages.iter().filter_map(|word| word.parse().ok()).collect();
    }
    worker
}

/// A worker that does everything.
pub(super) fn usual_worker(configuration: &Configuration) -> Worker {
    let terms = Terms::of(Duration::from_secs(configuration.sending.lease_seconds));
    Worker { terms, ..Worker::default() }
}

fn declare(args: &RunArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let tools = Tools::of(&configuration, out)?;
    let opened = Arc::new(workplace::store(global, out)?);
    let store = Arc::clone(&opened) as Arc<dyn Store>;
    let book = Book::open(Arc::clone(&store)).map_err(|error| workplace::store_failed(&error, out))?;
    let mode = if args.watch { Mode::Watch } else { Mode::Once { wait: Duration::from_secs(args.wait) } };
    let stop = Arc::new(Stop::default());
    listen(Arc::clone(&stop));
    let teller = Teller::new(out);
    // Without figures a run is as good.
    let metrics = args.metrics.as_ref().and_then(|_| Metrics::new().ok());
    let figures = metrics.as_ref().zip(args.metrics.as_deref());
    let metrics = metrics.clone();
    let worker = worker(args, &configuration);
    let since = args.since;
    let bench =
        Bench { configuration: &configuration, opened, store, book, since, worker, metrics, global, out };
    let over = AtomicBool::new(false);
    let summary = thread::scope(|scope| {
        if let Some((metrics, file)) = figures {
            let over = &over;
            scope.spawn(move || keep_figures(metrics, file, over));
        }
        let summary = bench.run(tools, mode, &stop, &teller);
        over.store(true, Ordering::Release);
        summary
    })?;
    if let Some((metrics, file)) = figures {
        for state in State::ALL {
            metrics.orders(state.word(), summary.count(state));
        }
        write_figures(metrics, file);
    }
    if stop.is_asked() {
        out.say(&out.text(&ENDED, &[]));
    }
    tell(&summary, &teller, out);
    Ok(exit_of(&summary, args.watch))
}

/// Leaves figures in a file while the run goes on.
fn keep_figures(metrics: &Metrics, file: &Path, over: &AtomicBool) {
    let mut written = Instant::now();
    while !over.load(Ordering::Acquire) {
        thread::sleep(LOOK);
        if written.elapsed() > FIGURES {
            written = Instant::now();
            write_figures(metrics, file);
        }
    }
}

fn write_figures(metrics: &Metrics, file: &Path) {
    if let Err(error) = metrics.write_textfile(file) {
        tracing::warn!(%error, "the figures cannot be written");
    }
}

/// What does the work, made ready before anything is begun.
pub(super) struct Tools {
    policy: Policy,
    gateway: Arc<dyn Gateway>,
    signer: Option<Arc<dyn Signer>>,
}

impl Tools {
    /// The tools that the configuration names.
    ///
    /// # Errors
    /// The exit, after everything that is missing was said.
    pub(super) fn of(configuration: &Configuration, out: &Output) -> Result<Self, Exit> {
        let usage = |faults: Vec<Fault>| workplace::usage(&faults, out);
        configuration.declaring().map_err(usage)?;
        let policy = policy(configuration);
        let gateway = gateway::gateway(&configuration.gateway).map_err(|fault| usage(vec![*fault]))?;
        let signs = configuration.signing.kind.as_deref().is_some_and(|kind| kind != "none");
        let signer = match signs {
            // A key that cannot be used is mended where the key lies, not in the configuration.
            true => Some(signer::signer(&configuration.signing).map_err(|fault| {
                out.fault(&fault);
                Exit::Unfinished
            })?),
            // Customs takes no inventory without a signature, and one that is only saved would never be declared.
            false if policy.is_sent(Subject::Inventory) => {
                return Err(usage(vec![faults::NO_SIGNER.fault()]));
            }
            false => None,
        };
        Ok(Self { policy, gateway, signer })
    }
}

/// Where the work is done.
pub(super) struct Bench<'b> {
    pub(super) configuration: &'b Configuration,
    pub(super) opened: Arc<OpenStore>,
    /// The same, as all of this process see it.
    pub(super) store: Arc<dyn Store>,
    pub(super) book: Book,
    /// At the very first start, orders since this day.
    pub(super) since: Option<jiff::civil::Date>,
    /// How it shares the work with others.
    pub(super) worker: Worker,
    /// Where the stages record their figures, if anywhere.
    pub(super) metrics: Option<Metrics>,
    pub(super) global: &'b Global,
    pub(super) out: &'b Output,
}

impl Bench<'_> {
    /// Runs until nothing is due any more, or for ever, until it is told to stop.
    ///
    /// # Errors
    /// The exit, after what went wrong was said.
    pub(super) fn watch(&self, tools: Tools, stop: &Stop) -> Result<(), Exit> {
        self.run(tools, Mode::Watch, stop, &Teller::new(self.out)).map(|_| ())
    }

    fn run(&self, tools: Tools, mode: Mode, stop: &Stop, teller: &Teller) -> Result<Summary, Exit> {
        let Self { configuration, opened, store, book, since, worker, metrics, global, out } = self;
        let usage = |faults: Vec<Fault>| workplace::usage(&faults, out);
        let declaring = configuration.declaring().map_err(usage)?;
        let shop = platform::xiaohongshu(configuration, Arc::clone(store)).map_err(usage)?;
        let tariff = user_tariff::load(store.as_ref(), out)?;
        let now = SystemClock.now();
        let since = match since {
            Some(date) => date.to_zoned(beijing()).map_or(now, |day| day.timestamp()),
            None => now.checked_sub(FIRST_LOOK).unwrap_or(Timestamp::UNIX_EPOCH),
        };
        let sending = configuration.sending;
        let packing = Packing {
            batch: usize::try_from(sending.batch).unwrap_or(crate::messages::MAX_DOCUMENTS),
            gather: Duration::from_secs(sending.gather_seconds),
            ..Packing::default()
        };
        let platforms: Vec<Arc<dyn Platform>> = vec![Arc::new(shop)];
        let supplier = configuration
            .yanxuan
            .as_ref()
            .map(|channel| platform::yanxuan(channel, yanxuan::caller_settings()))
            .transpose()
            .map_err(usage)?
            .map(|client| Arc::new(client) as Arc<dyn Supplier>);
        let catalogue = workplace::catalogue(store.as_ref(), out)?;
        let parts = Parts {
            declaring,
            tariff: &tariff,
            catalogue: &catalogue,
            store: Arc::clone(store),
            exclusive: !opened.is_shared(),
            fingerprint: fingerprint(configuration, book, store.as_ref())
                .map_err(|error| workplace::store_failed(&error, out))?,
            filings: book,
            platforms,
            supplier,
            routes: super::ports::repush::routes(catalogue.clone(), configuration),
            since,
            gateway: tools.gateway,
            signer: tools.signer,
            door: Arc::new(vault::open(configuration, global, opened, out)?),
            metrics: metrics.clone(),
            clock: Arc::new(SystemClock),
            keeping: vault::keeping(configuration, global, opened, out)?,
            worker: worker.clone(),
            policy: tools.policy,
            packing,
        };
        let summary = run_pipeline(&parts, mode, stop, teller);
        out.progress_done();
        summary.map_err(|error| failed(&error, out))
    }
}

/// Another text whenever what orders are judged by is something else.
fn fingerprint(configuration: &Configuration, book: &Book, store: &dyn Store) -> Result<String, StoreError> {
    let imports = book.imports()?;
    let last = imports.last().map(|import| format!("{import:?}"));
    let tables = store.scan(&Key::below(["tariff"]), None, MAX_TABLES)?;
    let tables: Vec<_> = tables.into_iter().map(|table| (table.key, table.version)).collect();
    let judged_by = format!("{} {configuration:?} {last:?} {tables:?}", env!("CARGO_PKG_VERSION"));
    Ok(Sha256::digest(judged_by).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Says why it could not go on.
pub(super) fn failed(error: &RunError, out: &Output) -> Exit {
    match error {
        RunError::Store(
            error @ (StoreError::Locked { .. } | StoreError::Damaged { .. } | StoreError::Io { .. }),
        ) => workplace::store_failed(error, out),
        other => {
            out.problem(&out.text(&UNFINISHED, &[("reason", other.to_string())]));
            Exit::Unfinished
        }
    }
}

/// Ends the run when a signal asks for it.
fn listen(stop: Arc<Stop>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    // The thread ends with the process.
    thread::spawn(move || {
        runtime.block_on(async {
            if super::ends::ended().await.is_ok() {
                stop.ask();
            }
        });
    });
}

fn tell(summary: &Summary, teller: &Teller, out: &Output) {
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    if out.json {
        out.json(&Answer {
            counts: summary.counts.iter().map(|(state, count)| (state.word(), *count)).collect(),
            fetched: count(&teller.fetched),
            sent: count(&teller.sent),
            received: count(&teller.received),
            unknown: summary.unknown,
            faults: summary.troubles.iter().map(|fault| fault.report(out.lang)).collect(),
        });
        return;
    }
    if summary.counts.is_empty() {
        out.data(&out.text(&NOTHING, &[]));
    }
    for (state, count) in &summary.counts {
        out.data(&out.text(&COUNTED, &[("state", state.word().to_owned()), ("count", count.to_string())]));
    }
}

fn exit_of(summary: &Summary, watched: bool) -> Exit {
    if !watched && !summary.troubles.is_empty() {
        return Exit::Unfinished;
    }
    if !watched && summary.unknown > 0 {
        return Exit::Unknown;
    }
    let held = summary.count(State::Held) + summary.count(State::Refused);
    if held > 0 { Exit::Partly } else { Exit::Done }
}
