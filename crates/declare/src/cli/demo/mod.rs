//! `customs demo`: the whole way with the built-in sample shop, without any configuration. Platform and customs are the
//! sandbox's, in this process, reached over loopback.

mod sample_shop;
mod tell;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use filing::book::Book;
use filing::import::{FileReport, ImportOptions, import_file};
use filing::record::CheckOptions;
use filing::sync::Summary as Synced;
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock, beijing};
use ports::durable::{Begun, begin_private};
use ports::fault::{Fault, Text};
use ports::platform::Platform;
use ports::sandbox::customs::{Customs, CustomsSettings};
use ports::sandbox::{Plan, Running, Sandbox, Settings};
use ports::store::Store;
use tokio::runtime::Runtime;

use super::args::{DemoArgs, Global};
use super::output::Output;
use super::{Exit, gateway, platform, run as run_command, signer, vault, workplace};
use crate::configuration::Configuration;
use crate::desk::{Desk, DeskSettings};
use crate::lifecycle::Policy;
use crate::messages::MessageKind;
use crate::messages::signature::ThrowAway;
use crate::pipeline::{self, Mode, Observer, Packing, Parts, Stop, Worker, waybills};
use crate::shop;
use sample_shop::SampleShop;

/// Where the demo works when no directory is named.
const DEFAULT_FOLDER: &str = "customs-demo";
/// Marks a directory as the demo's own: only such a one is emptied.
const MARK: &str = ".customs-demo";
/// Generated orders are the same in every demo. Under this seed one payment slip of the samples is missing and pushed
/// again, one order is refused, and nothing else befalls them.
const SEED: u64 = 3_340;
/// Where customs' side of the sandbox is.
const CUSTOMS: &str = "/customs";
/// How long the demo waits for the next thing to happen, while orders are still under way.
const WAIT: Duration = Duration::from_secs(10);
/// In the demo a pushed payment slip is there after a second.
const SETTLES: Duration = Duration::from_secs(1);

const NOT_OURS: Text = Text {
    zh: "{dir} 里有别的文件，演示不会覆盖；请用 --dir 指定一个新目录",
    en: "{dir} holds other files, which the demo does not touch; name a new directory with --dir",
};
const NOT_WRITTEN: Text =
    Text { zh: "{file} 无法写入：{reason}", en: "{file} cannot be written: {reason}" };
const NOT_STARTED: Text =
    Text { zh: "沙箱无法启动：{reason}", en: "the sandbox cannot be started: {reason}" };
const PROGRESS: Text = Text { zh: "{what}…", en: "{what}…" };

pub(super) fn run(args: &DemoArgs, global: &Global, out: &Output) -> Exit {
    match demo(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// Says what it is at, on a terminal.
struct Steps(Output);

impl Observer for Steps {
    fn fetched(&self, orders: u64) {
        self.0.progress(&self.0.text(&PROGRESS, &[("what", format!("+{orders}"))]));
    }
    fn sent(&self, kind: MessageKind, documents: u64) {
        self.0.progress(&self.0.text(&PROGRESS, &[("what", format!("{kind} {documents}"))]));
    }
    fn received(&self, _: u64) {}
    // What is in the way for a moment is part of the demonstration, and ends by itself.
    fn trouble(&self, _: &Fault) {}
}

fn demo(args: &DemoArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let started = Instant::now();
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FOLDER));
    lay_out(&folder, out)?;
    let now = SystemClock.now();
    let shop = SampleShop::new(SEED, args.orders, sample_shop::opening(now));
    let not_started = |error: io::Error| {
        out.problem(&out.text(&NOT_STARTED, &[("reason", error.to_string())]));
        Exit::Unfinished
    };
    let runtime = Runtime::new().map_err(not_started)?;
    let (sandbox, customs) = open(&runtime, &shop).map_err(not_started)?;
    let configuration = configure(&folder, &sandbox, now, out)?;
    let told = way(&folder, &configuration, &shop, (now, started), global, out);
    out.progress_done();
    // Nobody is served any more: the port is free when this returns.
    drop((sandbox, customs));
    runtime.shutdown_timeout(Duration::from_secs(1));
    told
}

/// The whole way of the sample shop's orders.
fn way(
    folder: &Path,
    configuration: &Configuration,
    shop: &SampleShop,
    (now, started): (Timestamp, Instant),
    global: &Global,
    out: &Output,
) -> Result<Exit, Exit> {
    let usage = |faults: Vec<Fault>| workplace::usage(&faults, out);
    let failed = |error| workplace::store_failed(&error, out);
    let declaring = configuration.declaring().map_err(usage)?;
    let data = folder.join("data");
    let global = Global { data, store: None, ..global.clone() };
    let opened = Arc::new(workplace::store(&global, out)?);
    let store: Arc<dyn Store> = Arc::clone(&opened) as Arc<dyn Store>;
    let filings = import(&folder.join("filings.xlsx"), &store, now, out)?;
    let book = Book::open(Arc::clone(&store)).map_err(failed)?;
    let synced = sync(configuration, &book, &store, out)?;
    let policy = Policy {
        repush_settles: SETTLES,
        failed_wait: SETTLES,
        reread_wait: SETTLES,
        ..run_command::policy(configuration)
    };
    waybills::take(store.as_ref(), &policy, shop.waybills(), now).map_err(failed)?;
    let platform = platform::xiaohongshu(configuration, Arc::clone(&store)).map_err(usage)?;
    let platforms: Vec<Arc<dyn Platform>> = vec![Arc::new(platform)];
    let parts = Parts {
        declaring,
        tariff: Tariff::builtin(),
        catalogue: Catalogue::builtin(),
        store: Arc::clone(&store),
        exclusive: true,
        fingerprint: String::new(),
        filings: &book,
        platforms,
        supplier: None,
        routes: super::ports::repush::routes(Catalogue::builtin().clone(), configuration),
        since: now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now),
        gateway: gateway::gateway(&configuration.gateway).map_err(|fault| usage(vec![*fault]))?,
        signer: Some(signer::signer(&configuration.signing).map_err(|fault| usage(vec![*fault]))?),
        door: Arc::new(vault::open(configuration, &global, &opened, out)?),
        metrics: None,
        clock: Arc::new(SystemClock),
        keeping: vault::keeping(configuration, &global, &opened, out)?,
        worker: Worker::default(),
        policy: policy.clone(),
        packing: Packing::default(),
    };
    let mode = Mode::Once { wait: WAIT };
    let summary = pipeline::run(&parts, mode, &Stop::default(), &Steps(*out));
    out.progress_done();
    let summary = summary.map_err(|error| run_command::failed(&error, out))?;
    let told = tell::Told::gather(store.as_ref(), declaring, &policy, &filings, &synced, folder);
    told.map_err(failed)?.tell(out, started.elapsed());
    Ok(if summary.troubles.is_empty() { Exit::Done } else { Exit::Unfinished })
}

/// Starts the sandbox: the platform, and customs behind it.
fn open(runtime: &Runtime, shop: &SampleShop) -> io::Result<(Running, Customs)> {
    let plan = Plan { seed: SEED, only: None };
    let settings = Settings { list_lag: SignedDuration::ZERO, ..Settings::new(plan) };
    let sandbox = Sandbox::new(settings, Arc::new(shop.clone()), Arc::new(SystemClock));
    let desk = DeskSettings { plan, payments: Some(sandbox.payments()), ..DeskSettings::default() };
    let settings = CustomsSettings { forget_messages: true, ..CustomsSettings::default() };
    let customs = Customs::new(Arc::new(Desk::new(desk)), Arc::new(SystemClock), settings);
    let sandbox = sandbox.with_router(CUSTOMS, customs.router());
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    Ok((runtime.block_on(sandbox.start(anywhere))?, customs))
}

/// The samples' configuration towards the sandbox, with a key made for this demo.
fn configure(folder: &Path, sandbox: &Running, now: Timestamp, out: &Output) -> Result<Configuration, Exit> {
    let failed = |path: &Path, error: io::Error| not_written(path, &error, out);
    let [key, certificate] = ["key.pem", "certificate.der"].map(|name| folder.join(name));
    let made = ThrowAway::sm2("customs demo", now)
        .ok_or_else(|| failed(&key, io::Error::other("no key could be made")))?;
    begin_private(&key, made.key.as_bytes()).and_then(Begun::sync).map_err(|error| failed(&key, error))?;
    fs::write(&certificate, &made.certificate).map_err(|error| failed(&certificate, error))?;
    let credentials = sandbox.credentials();
    let (access, refresh) = sandbox.tokens();
    let url = sandbox.base_url();
    let mut text = shop::SAMPLE_CONFIGURATION.to_owned();
    for (from, to) in [
        ("app_id = \"sample\"", format!("app_id = \"{}\"", credentials.app_id)),
        ("{ env = \"CUSTOMS_XHS_APP_SECRET\" }", format!("\"{}\"", credentials.app_secret)),
        ("{ env = \"CUSTOMS_XHS_ACCESS_TOKEN\" }", format!("\"{access}\"")),
        ("{ env = \"CUSTOMS_XHS_REFRESH_TOKEN\" }", format!("\"{refresh}\"")),
        (
            "base_url = \"https://ark.xiaohongshu.com\"",
            format!(
                "v1_app_key = \"{}\"\nv1_app_secret = \"{}\"\nbase_url = \"{url}\"",
                credentials.app_key, credentials.v1_secret
            ),
        ),
        (
            "kind = \"folder\"\noutbox = \"outbox\"\ninbox = \"inbox\"",
            format!("kind = \"http\"\nurl = \"{url}{CUSTOMS}\""),
        ),
        (
            "[signing]\nkind = \"none\"",
            format!(
                "[signing]\nkind = \"sm2-sm3\"\nkey = {{ file = {:?} }}\ncertificate = {:?}",
                key.display().to_string(),
                certificate.display().to_string()
            ),
        ),
    ] {
        text = text.replace(from, &to);
    }
    let path = folder.join("customs.toml");
    begin_private(&path, text.as_bytes()).and_then(Begun::sync).map_err(|error| failed(&path, error))?;
    Configuration::parse(&text, &path.display().to_string()).map_err(|faults| workplace::usage(&faults, out))
}

fn not_written(path: &Path, error: &io::Error, out: &Output) -> Exit {
    let args = [("file", path.display().to_string()), ("reason", error.to_string())];
    out.problem(&out.text(&NOT_WRITTEN, &args));
    Exit::Unfinished
}

/// Empties the demo's directory, if it is the demo's, and puts the samples there.
fn lay_out(folder: &Path, out: &Output) -> Result<(), Exit> {
    let ours = folder.join(MARK).exists();
    let empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !ours && !empty {
        out.problem(&out.text(&NOT_OURS, &[("dir", folder.display().to_string())]));
        return Err(Exit::Usage);
    }
    fs::create_dir_all(folder).map_err(|error| not_written(folder, &error, out))?;
    for name in ["data", "outbox"] {
        let path = folder.join(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(not_written(&path, &error, out));
            }
            _ => {}
        }
    }
    for (name, bytes) in [
        (MARK, b"".as_slice()),
        ("filings.xlsx", shop::SAMPLE_FILINGS_XLSX),
        ("orders.jsonl", shop::SAMPLE_ORDERS.as_bytes()),
    ] {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| not_written(&path, &error, out))?;
    }
    Ok(())
}

fn import(file: &Path, store: &Arc<dyn Store>, now: Timestamp, out: &Output) -> Result<FileReport, Exit> {
    let failed = |error| workplace::store_failed(&error, out);
    let book = Book::open(Arc::clone(store)).map_err(failed)?;
    let check = CheckOptions::builtin(None, now.to_zoned(beijing()).date());
    let options = ImportOptions { check, sheet: None, whole_file: false, now, progress: None };
    import_file(&book, file, &options).map_err(failed)
}

fn sync(
    configuration: &Configuration,
    book: &Book,
    store: &Arc<dyn Store>,
    out: &Output,
) -> Result<Synced, Exit> {
    let client = platform::filings(configuration, Arc::clone(store));
    let client = client.map_err(|faults| workplace::usage(&faults, out))?;
    let synced = super::filing::sync_all(book, store.as_ref(), &client);
    synced.map_err(|error| workplace::store_failed(&error, out))
}

#[cfg(test)]
mod tests {
    use ports::sandbox::Scenario;

    use super::SEED;

    #[test]
    fn the_seed_shows_a_repush_and_a_refusal_and_nothing_else() {
        let order_no = |number: u64| format!("P{:018}", 600_000_000_000_000_000 + number);
        let fates: Vec<Scenario> =
            (1..=21).map(|number| Scenario::for_order(SEED, &order_no(number))).collect();
        let count = |of: &[Scenario]| fates.iter().filter(|fate| of.contains(fate)).count();
        let quiet = [Scenario::AllClear, Scenario::Inspected, Scenario::Shuffled];
        let refused = [Scenario::AmountMismatch, Scenario::BuyerDiffers];
        assert_eq!([count(&[Scenario::PaymentMissing]), count(&refused), count(&quiet)], [1, 1, 19]);
    }
}
