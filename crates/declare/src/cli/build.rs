//! `customs declare build`.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use filing::book::Book;
use ports::clock::{Clock, SystemClock};
use ports::fault::Text;
use ports::store::Store;

use super::args::{BuildArgs, Global};
use super::filing::tariff as user_tariff;
use super::output::Output;
use super::teller::Teller;
use super::{Exit, signer, vault, workplace};
use crate::build::{self, BuildError, Observer, Plan, Summary};
use crate::messages::MessageKind;
use crate::setting::Setting;

/// Bytes of orders read at once.
const READ_AHEAD: usize = 1 << 20;

const NO_SUCH_DOCUMENT: Text = Text {
    zh: "没有单证 {word}；可选 order,payment,waybill,inventory",
    en: "there is no document {word}; choose from order,payment,waybill,inventory",
};
const UNREADABLE: Text = Text { zh: "{file} 无法读取：{reason}", en: "{file} cannot be read: {reason}" };
const UNFINISHED: Text = Text {
    zh: "没有完成：{reason}。没有丢失任何数据，可以安全地再次运行。",
    en: "not finished: {reason}. Nothing is lost; it is safe to run again.",
};
const PACE: Text = Text {
    zh: "签名服务最近一分钟签名 {count} 次",
    en: "the signing service made {count} signatures in the last minute",
};
const PROGRESS: Text = Text { zh: "已处理 {orders} 个订单", en: "{orders} orders" };

pub(super) fn run(args: &BuildArgs, global: &Global, out: &Output) -> Exit {
    match declare(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn declare(args: &BuildArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let declaring = configuration.declaring().map_err(|faults| workplace::usage(&faults, out))?;
    let kinds = kinds(&args.documents, out)?;
    let signer = match args.sign {
        true => {
            Some(signer::signer(&configuration.signing).map_err(|fault| workplace::usage(&[*fault], out))?)
        }
        false => None,
    };
    let input = open(&args.orders, out)?;
    let store = Arc::new(workplace::store(global, out)?);
    let keeping = vault::keeping(&configuration, global, &store, out)?;
    let store: Arc<dyn Store> = store;
    let tariff = user_tariff::load(store.as_ref(), out)?;
    let catalogue = workplace::catalogue(store.as_ref(), out)?;
    let setting = Setting::new(declaring, &catalogue, &tariff, SystemClock.now());
    let plan = Plan {
        setting,
        kinds,
        batch: args.batch as usize,
        signer,
        gate: args.gate.into(),
        keeping,
        out: args.out.clone(),
    };
    let mut teller = Teller::new(*out);
    teller.signed = args.sign;
    match build(input, &plan, &store, &mut teller, out) {
        Ok(summary) => {
            let exit = teller.finish(&summary, &args.out);
            if let Some(pace) = plan.signer.as_ref().and_then(|signer| signer.signatures_per_minute()) {
                out.say(&out.text(&PACE, &[("count", pace.to_string())]));
            }
            Ok(exit)
        }
        Err(exit) => {
            teller.break_off();
            Err(exit)
        }
    }
}

/// Runs the build against an open store.
pub(super) fn build(
    input: impl BufRead,
    plan: &Plan<'_>,
    store: &Arc<dyn Store>,
    observer: &mut dyn Observer,
    out: &Output,
) -> Result<Summary, Exit> {
    let book = Book::open(Arc::clone(store)).map_err(|error| workplace::store_failed(&error, out))?;
    build::build(input, plan, store.as_ref(), &book, observer).map_err(|error| {
        out.progress_done();
        match error {
            BuildError::Store(error) => workplace::store_failed(&error, out),
            other => {
                out.problem(&out.text(&UNFINISHED, &[("reason", other.to_string())]));
                Exit::Unfinished
            }
        }
    })
}

fn kinds(words: &[String], out: &Output) -> Result<Vec<MessageKind>, Exit> {
    let mut kinds = Vec::new();
    for word in words {
        let kind = MessageKind::of_word(word.trim());
        match kind.filter(|kind| MessageKind::PARCEL.contains(kind)) {
            Some(kind) if kinds.contains(&kind) => {}
            Some(kind) => kinds.push(kind),
            None => {
                out.problem(&out.text(&NO_SUCH_DOCUMENT, &[("word", word.clone())]));
                return Err(Exit::Usage);
            }
        }
    }
    kinds.sort_unstable();
    Ok(kinds)
}

fn open(path: &Path, out: &Output) -> Result<Box<dyn BufRead>, Exit> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(READ_AHEAD, io::stdin())));
    }
    let unreadable = |error: io::Error| {
        let args = [("file", path.display().to_string()), ("reason", error.to_string())];
        out.problem(&out.text(&UNREADABLE, &args));
        Exit::Unfinished
    };
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    Ok(Box::new(BufReader::with_capacity(READ_AHEAD, file)))
}

/// How far a run has come, in words.
pub(super) fn progress_line(out: &Output, lines: u64) -> String {
    out.text(&PROGRESS, &[("orders", lines.to_string())])
}
