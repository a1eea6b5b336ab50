//! The vault that the configuration describes, and `customs vault`.

use std::sync::Arc;

use ports::clock::SystemClock;
use ports::fault::{Fault, Text};
use ports::http::Hidden;
use ports::store::OpenStore;
use ports::vault::{Vault, VaultError, VaultSettings};

use super::args::Global;
use super::output::Output;
use super::{Exit, workplace};
use crate::configuration::{Configuration, Secret, faults};
use crate::keeping::Keeping;

/// Where the master key is when the configuration names no other place.
const VARIABLE: &str = "CUSTOMS_VAULT_KEY";

const ROTATED: Text = Text {
    zh: "新的个人信息由第 {number} 号主密钥保护；较旧的主密钥可以移走",
    en: "personal data is now under master key {number}; the older ones may be removed",
};

/// How personal data is sealed.
///
/// # Errors
/// When the key that the configuration names cannot be read.
pub(crate) fn settings(configuration: &Configuration) -> Result<VaultSettings, Box<Fault>> {
    let of_environment = || std::env::var_os(VARIABLE).map(|_| Secret::Environment(VARIABLE.to_owned()));
    let Some(place) = configuration.vault.key.clone().or_else(of_environment) else {
        return Ok(VaultSettings::default());
    };
    // The keys of a rotation may stand on several lines.
    let text = place.read().and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData))
    });
    let unreadable = |error: std::io::Error| {
        Box::new(faults::SECRET.fault().with("key", "vault.key").with("reason", error))
    };
    Ok(VaultSettings { master: Some(Hidden::new(text.map_err(unreadable)?)), shelf: None })
}

/// As [`settings`], with the place of the keys of days.
pub(crate) fn settings_for(
    configuration: &Configuration,
    store: &OpenStore,
) -> Result<VaultSettings, Box<Fault>> {
    Ok(VaultSettings { shelf: store.key_shelf(), ..settings(configuration)? })
}

/// Where messages and the buyers' secret are: with a store that is shared, there. The secret may have come along with a copy.
///
/// # Errors
/// The exit, after what is wrong was said.
pub(crate) fn keeping(
    configuration: &Configuration,
    global: &Global,
    store: &OpenStore,
    out: &Output,
) -> Result<Keeping, Exit> {
    let is_in_store = || Keeping::secret_is_in(store).map_err(|error| workplace::store_failed(&error, out));
    if !store.is_shared() && !is_in_store()? {
        return Ok(Keeping::folder(&global.data));
    }
    in_store(configuration, global, store, out)
}

/// The same with the buyers' secret in the store, into which that of the data directory is taken.
///
/// # Errors
/// The exit, after what is wrong was said.
pub(crate) fn in_store(
    configuration: &Configuration,
    global: &Global,
    store: &OpenStore,
    out: &Output,
) -> Result<Keeping, Exit> {
    let vault = open(configuration, global, store, out)?;
    let archive = store.archive(&global.data);
    Keeping::shared(archive, store, &vault, &global.data).map_err(|error| failed(error, out))
}

/// Opens the vault.
///
/// # Errors
/// The exit, after what is wrong was said.
pub(crate) fn open(
    configuration: &Configuration,
    global: &Global,
    store: &OpenStore,
    out: &Output,
) -> Result<Vault, Exit> {
    let settings = settings_for(configuration, store).map_err(|fault| workplace::usage(&[*fault], out))?;
    Vault::open(&global.data, &settings, store, Arc::new(SystemClock)).map_err(|error| failed(error, out))
}

/// Says why something could not be sealed or opened.
pub(crate) fn failed(error: VaultError, out: &Output) -> Exit {
    match error.fault() {
        Ok(fault) => out.fault(&fault),
        Err(error) => return workplace::store_failed(&error, out),
    }
    Exit::Unfinished
}

pub(super) fn rotate(global: &Global, out: &Output) -> Exit {
    match new_master(global, out) {
        Ok(number) => {
            if out.json {
                out.json(&serde_json::json!({ "master": number }));
            } else {
                out.data(&out.text(&ROTATED, &[("number", number.to_string())]));
            }
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn new_master(global: &Global, out: &Output) -> Result<u32, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store = workplace::store(global, out)?;
    let settings = settings_for(&configuration, &store).map_err(|fault| workplace::usage(&[*fault], out))?;
    if settings.master.is_none() {
        return Vault::rotate(&global.data, &settings, &store, Arc::new(SystemClock))
            .map_err(|error| failed(error, out));
    }
    let vault = open(&configuration, global, &store, out)?;
    vault.wrap_all().map_err(|error| failed(error, out))?;
    Ok(vault.newest_master())
}
