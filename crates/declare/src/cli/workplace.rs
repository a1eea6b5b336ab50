//! What commands work with: configuration and store.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use ports::catalogue::Catalogue;
use ports::fault::{Fault, Text};
use ports::store::{Location, OpenStore, SledStore, Store, StoreError};
use ports::xiaohongshu::v3;

use super::Exit;
use super::args::Global;
use super::output::Output;
use crate::configuration::{Configuration, faults};

/// The configuration that is read when none is named.
const DEFAULT_CONFIGURATION: &str = "customs.toml";

/// How long a command that only looks something up waits for another process to close the store.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it tries.
const TRY_EVERY: Duration = Duration::from_millis(50);

pub(super) const UNKNOWN_STORE: Text = Text {
    zh: "不认识的存储地址；应为 sled:目录 或 postgres://用户@主机:端口/数据库",
    en: "unknown kind of store; wanted sled:DIRECTORY or postgres://USER@HOST:PORT/DATABASE",
};
/// Reads the configuration: the named file, or `customs.toml` here, or nothing.
pub(super) fn configuration(global: &Global, out: &Output) -> Result<Configuration, Exit> {
    match configuration_path(global) {
        Some(path) => match Configuration::read(&path) {
            // Ports that the platform has named since this program was made are in the store.
            Err(faults) if faults.iter().any(|fault| fault.kind == &faults::UNKNOWN_PORT) => {
                let known = known_ports(global, out)?;
                Configuration::read_with(&path, &known).map_err(|faults| usage(&faults, out))
            }
            read => read.map_err(|faults| usage(&faults, out)),
        },
        None => Ok(Configuration::default()),
    }
}

/// The catalogue as an existing store has it.
pub(super) fn known_ports(global: &Global, out: &Output) -> Result<Catalogue, Exit> {
    match store_if_any(global, out)? {
        Some(store) => catalogue(&store, out),
        None => Ok(Catalogue::builtin().clone()),
    }
}

/// The ports, brought up to the platform's list that was kept last.
pub(super) fn catalogue(store: &dyn Store, out: &Output) -> Result<Catalogue, Exit> {
    Catalogue::load(store, v3::NAME).map_err(|error| store_failed(&error, out))
}

/// The configuration's file, when there is one.
pub(super) fn configuration_path(global: &Global) -> Option<PathBuf> {
    let default = || Some(PathBuf::from(DEFAULT_CONFIGURATION)).filter(|path| path.exists());
    global.config.clone().or_else(default)
}

/// Tells faults of use or configuration.
pub(super) fn usage(faults: &[Fault], out: &Output) -> Exit {
    for fault in faults {
        out.fault(fault);
    }
    Exit::Usage
}

/// Opens the store.
pub(super) fn store(global: &Global, out: &Output) -> Result<OpenStore, Exit> {
    location(global, out)?.open().map_err(|error| store_failed(&error, out))
}

/// The store, when there is one; none is made.
pub(super) fn store_if_any(global: &Global, out: &Output) -> Result<Option<OpenStore>, Exit> {
    let location = location(global, out)?;
    if let Location::Sled(folder) = &location {
        if !folder.exists() {
            return Ok(None);
        }
        // Look-ups of several processes at once take turns.
        let begun = Instant::now();
        while matches!(SledStore::open(folder), Err(StoreError::Locked { .. })) && begun.elapsed() < PATIENCE
        {
            thread::sleep(TRY_EVERY);
        }
    }
    location.open().map(Some).map_err(|error| store_failed(&error, out))
}

/// Where the store is.
pub(super) fn location(global: &Global, out: &Output) -> Result<Location, Exit> {
    match &global.store {
        None => Ok(Location::Sled(global.data.join("store"))),
        Some(url) => named(url, out),
    }
}

/// The store that an address names.
pub(super) fn named(url: &str, out: &Output) -> Result<Location, Exit> {
    url.parse().map_err(|()| {
        // What cannot be read may hold a password.
        out.problem(UNKNOWN_STORE.get(out.lang));
        Exit::Usage
    })
}

/// Says why the store could not do it.
pub(super) fn store_failed(error: &StoreError, out: &Output) -> Exit {
    out.problem(&store_words(error, out));
    Exit::Unfinished
}

/// Why the store could not do it, and what to do.
pub(super) fn store_words(error: &StoreError, out: &Output) -> String {
    crate::store_words::of(error, out.lang)
}
