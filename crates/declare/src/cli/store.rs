//! `customs store`: what is done with a store as a whole.

use ports::archive::{self, ArchiveError};
use ports::fault::Text;
use ports::store::{Copied, CopyError, Location, OpenStore, PostgresStore, StoreError, copy};
use ports::vault::Vault;
use serde::Serialize;

use super::args::{Global, StoreCommand};
use super::output::Output;
use super::{Exit, vault, workplace};
use crate::keeping::Keeping;

const MIGRATED: Text = Text { zh: "{place} 已就绪", en: "{place} is ready" };
const COPIED: Text = Text {
    zh: "共 {documents} 份文档，本次写入 {put} 份；两边一致（SHA-256 {hash}）",
    en: "{documents} documents, {put} of them put by this run; both sides are equal (SHA-256 {hash})",
};
const UNFINISHED: Text = Text {
    zh: "没有完成：{reason}。没有丢失任何数据，可以安全地再次运行。",
    en: "not finished: {reason}. Nothing is lost; it is safe to run again.",
};
const COPYING: Text = Text { zh: "已核对 {documents} 份文档", en: "{documents} documents" };
const FOREIGN: Text = Text {
    zh: "目标存储里有来源没有的文档 {key}，不是它的副本；换一个空的存储再运行",
    en: "the target has {key}, which the source has not: it is no copy of it. Name an empty store and run again",
};
const NO_STORE: Text =
    Text { zh: "{place} 处没有存储；检查 --from", en: "there is no store at {place}; check --from" };
const UNEQUAL: Text = Text {
    zh: "复制后两边不一致：{from} 份与 {to} 份；可能有其他进程在写。停掉它们后再运行一次",
    en: "the two are not equal in the end: {from} documents here, {to} there; perhaps somebody wrote meanwhile. Stop who writes and run again",
};

/// Documents between two words of progress: a second of work or so.
const TOLD_EVERY: u64 = 10_000;

pub(super) fn run(command: &StoreCommand, global: &Global, out: &Output) -> Exit {
    let done = match command {
        StoreCommand::Migrate => migrate(global, out),
        StoreCommand::Roles => Ok(roles(out)),
        StoreCommand::Copy { from, to } => copied(from, to, global, out),
    };
    done.unwrap_or_else(|exit| exit)
}

fn migrate(global: &Global, out: &Output) -> Result<Exit, Exit> {
    let location = workplace::location(global, out)?;
    location.migrate().map_err(|error| workplace::store_failed(&error, out))?;
    let place = location.to_string();
    if out.json {
        out.json(&serde_json::json!({ "store": place }));
    } else {
        out.data(&out.text(&MIGRATED, &[("place", place)]));
    }
    Ok(Exit::Done)
}

fn roles(out: &Output) -> Exit {
    if out.json {
        out.json(&serde_json::json!({ "sql": PostgresStore::ROLES }));
    } else {
        out.data(PostgresStore::ROLES.trim_end());
    }
    Exit::Done
}

/// Where buyers are hashed by a secret of the data directory it is taken into the store: it goes along with the documents, so
/// that their years count on.
fn take_secret_in(from: &OpenStore, to: &OpenStore, global: &Global, out: &Output) -> Result<(), Exit> {
    if from.is_shared() || !to.is_shared() {
        return Ok(());
    }
    let found = Keeping::secret_is_in_folder(&global.data);
    let is_needed = found.map_err(|error| unfinished(&error, out))?
        && !Keeping::secret_is_in(from).map_err(|error| workplace::store_failed(&error, out))?;
    if is_needed {
        vault::in_store(&workplace::configuration(global, out)?, global, from, out)?;
    }
    Ok(())
}

fn unfinished(error: &dyn std::fmt::Display, out: &Output) -> Exit {
    out.problem(&out.text(&UNFINISHED, &[("reason", error.to_string())]));
    Exit::Unfinished
}

/// What is copied beside documents: messages, and the keys under which personal data is sealed. Between stores of this machine
/// they stay where they are, in the data directory.
fn kept_beside(from: &OpenStore, to: &OpenStore, global: &Global, out: &Output) -> Result<Beside, Exit> {
    if !from.is_shared() && !to.is_shared() {
        return Ok(Beside::default());
    }
    let data = &global.data;
    let messages = archive::copy(from.archive(data).as_ref(), to.archive(data).as_ref());
    let messages = messages.map_err(|error| match error {
        ArchiveError::Store(error) => workplace::store_failed(&error, out),
        error @ ArchiveError::Io { .. } => unfinished(&error, out),
    })?;
    let (from, to) = (from.key_shelf(), to.key_shelf());
    let keys = Vault::copy_keys(data, from.as_deref(), to.as_deref());
    Ok(Beside { messages, keys: keys.map_err(|error| vault::failed(error, out))? })
}

/// What was copied beside documents.
#[derive(Default, Serialize)]
struct Beside {
    messages: u64,
    keys: usize,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    documents: Copied,
    #[serde(flatten)]
    beside: Beside,
}

fn copied(from: &str, to: &str, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let (from, to) = (workplace::named(from, out)?, workplace::named(to, out)?);
    let failed = |error| workplace::store_failed(&error, out);
    // A store that is opened is made: a mistyped folder would be an empty one, of which everything is a copy.
    if let Location::Sled(folder) = &from
        && !folder.exists()
    {
        out.problem(&out.text(&NO_STORE, &[("place", from.to_string())]));
        return Err(Exit::Usage);
    }
    let from = from.open().map_err(failed)?;
    // Whoever may only read and write can copy into tables that are there.
    let to = match to.open() {
        Err(StoreError::NotPrepared { .. }) => to.migrate(),
        opened => opened,
    };
    let to = to.map_err(failed)?;
    take_secret_in(&from, &to, global, out)?;
    // First, so that whoever finds a document finds what it speaks of.
    let beside = kept_beside(&from, &to, global, out)?;
    let mut told = 0;
    let outcome = copy(&from, &to, |documents| {
        if documents - told >= TOLD_EVERY {
            told = documents;
            out.progress(&out.text(&COPYING, &[("documents", documents.to_string())]));
        }
    });
    out.progress_done();
    match outcome {
        Ok(copied) => {
            if out.json {
                out.json(&Answer { documents: copied, beside });
            } else {
                let args = [
                    ("documents", copied.documents.to_string()),
                    ("put", copied.put.to_string()),
                    ("hash", copied.hash),
                ];
                out.data(&out.text(&COPIED, &args));
            }
            Ok(Exit::Done)
        }
        Err(CopyError::Store(error)) => Err(workplace::store_failed(&error, out)),
        Err(CopyError::Foreign { key }) => {
            out.problem(&out.text(&FOREIGN, &[("key", key.to_string())]));
            Err(Exit::Usage)
        }
        Err(CopyError::Unequal { from, to, .. }) => {
            out.problem(&out.text(&UNEQUAL, &[("from", from.to_string()), ("to", to.to_string())]));
            Err(Exit::Unfinished)
        }
    }
}
