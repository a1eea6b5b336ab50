//! `customs doctor`: whether everything is in place, one line for each thing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use ports::clock::{Clock, SystemClock};
use ports::fault::{Fault, Text};
use ports::http::CallerSettings;
use ports::store::{Location, OpenStore};
use ports::vault::{Vault, VaultError, is_open_to_others, keys_folder};
use ports::yanxuan;
use serde::Serialize;

use super::args::Global;
use super::output::Output;
use super::{Exit, platform, signer, vault, workplace};
use crate::configuration::{Configuration, Secret, Yanxuan};
use crate::messages::signature;

/// Below this the next day's messages and the store's log may not fit: 100,000 orders take 1.3 GB.
const LEAST_FREE_BYTES: u64 = 2 << 30;
/// This program was not written before: a clock that shows an earlier day is wrong, and so would be every message.
const EARLIEST_NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// One thing that was looked at.
#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    message: String,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    ok: bool,
    checks: Vec<Check>,
}

const NO_CONFIGURATION: Text = Text {
    zh: "没有配置文件；在此目录放 customs.toml 或用 --config 指定",
    en: "there is none; put customs.toml here or name one with --config",
};
const SOUND: Text = Text { zh: "正常", en: "sound" };
const MISSING_SECRET: Text = Text { zh: "{key} 读不到：{reason}", en: "{key} cannot be read: {reason}" };
const NOT_CONFIGURED: Text = Text {
    zh: "未配置签名：清单只能暂存，不能申报",
    en: "none: inventories can be saved but not declared",
};
const SIGNS: Text = Text {
    zh: "证书 {serial} 的密钥可以签名（{algorithm}）",
    en: "the key of certificate {serial} signs ({algorithm})",
};
const CLOCK: Text = Text { zh: "北京时间 {time}", en: "{time} in Beijing" };
const CLOCK_WRONG: Text = Text {
    zh: "时钟显示 {time}，早于本程序的日期；请校准系统时间",
    en: "it shows {time}, before this program was made; set the system's clock",
};
const NO_STORE: Text = Text {
    zh: "{place} 还没有数据；第一次导入时会建立",
    en: "{place} holds no data yet; the first import makes it",
};
const FOLDER: Text = Text { zh: "{place} 可以写入", en: "{place} can be written" };
const FOLDER_WRONG: Text = Text {
    zh: "{place} 不能写入：{reason}；建立该目录或检查权限",
    en: "{place} cannot be written: {reason}; make the folder or check its permissions",
};
const REACHED: Text = Text { zh: "{place} 有应答", en: "{place} answers" };
const CALLS_BACK: Text = Text {
    zh: "有应答；回调已注册 {registered} 个",
    en: "it answers, and calls back about {registered} kinds of news",
};
const DOES_NOT_CALL_BACK: Text = Text {
    zh: "有应答，但未注册回调 {missing}：运单、取消和异常不会送达；请在严选注册这些回调（注册会覆盖原有的全部回调）",
    en: "it answers, but does not call back about {missing}: waybills, cancellations and exceptions will not arrive; register these callbacks (registering replaces all that were registered)",
};
const NO_KEYS: Text = Text {
    zh: "还没有密钥；第一次封存个人信息时会建立",
    en: "no key yet; the first sealing of personal data makes it",
};
const KEYS: Text = Text {
    zh: "第 {number} 号主密钥与数据相符；{days} 天有各自的密钥",
    en: "master key {number} fits the data; {days} days have keys of their own",
};
const NO_ARCHIVE: Text = Text {
    zh: "还没有报文存档；第一次申报时会建立",
    en: "no messages yet; the first build makes the archive",
};
const SHARED_ARCHIVE: Text = Text {
    zh: "报文存档在数据库里，由数据库的权限保护",
    en: "messages lie in the database, whose permissions protect them",
};
const PRIVATE: Text = Text { zh: "{place} 只有所有者能读", en: "only its owner reads {place}" };
const EXPOSED: Text = Text {
    zh: "其他用户能读取 {count} 个文件，如 {place}；运行 chmod -R go= {folder}",
    en: "others can read {count} of the files, such as {place}; run chmod -R go= {folder}",
};
const FREE: Text = Text { zh: "可用 {mib} MiB", en: "{mib} MiB free" };
const FULL: Text = Text {
    zh: "只剩 {mib} MiB；至少需要 {wanted} MiB，请清理磁盘",
    en: "only {mib} MiB free; make room for at least {wanted} MiB",
};

pub(super) fn run(global: &Global, out: &Output) -> Exit {
    let mut doctor = Doctor { out, checks: Vec::new() };
    doctor.clock();
    let configured = configuration(global);
    match &configured {
        Ok(Some(configuration)) => {
            doctor.tell("configuration", Ok(SOUND.get(out.lang).to_owned()));
            doctor.secrets(configuration);
            doctor.signing(configuration);
            doctor.gateway(configuration);
            doctor.yanxuan(configuration);
        }
        Ok(None) => doctor.tell("configuration", Err(NO_CONFIGURATION.get(out.lang).to_owned())),
        Err(faults) => {
            for fault in faults {
                doctor.tell("configuration", Err(doctor.words(fault)));
            }
        }
    }
    let store = doctor.store(global);
    // With a configuration that is not readable nobody knows where the key is.
    if let Ok(configuration) = configured {
        doctor.vault(global, &configuration.unwrap_or_default(), store.as_ref());
    }
    doctor.archive(&global.data, store.as_ref());
    drop(store);
    doctor.disk(&global.data);
    doctor.finish()
}

/// The configuration, when there is one.
fn configuration(global: &Global) -> Result<Option<Configuration>, Vec<Fault>> {
    workplace::configuration_path(global).map(|path| Configuration::read(&path)).transpose()
}

struct Doctor<'o> {
    out: &'o Output,
    checks: Vec<Check>,
}

impl Doctor<'_> {
    fn tell(&mut self, name: &'static str, found: Result<String, String>) {
        let ok = found.is_ok();
        let message = found.unwrap_or_else(|wrong| wrong);
        if !self.out.json {
            let mark = if ok { "✓" } else { "✗" };
            self.out.data(&format!("{mark} {name}: {message}"));
        }
        self.checks.push(Check { name, ok, message });
    }

    fn fill(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        self.out.text(text, args)
    }

    fn words(&self, fault: &Fault) -> String {
        format!("{}: {}; {}", fault.kind.code, fault.message(self.out.lang), fault.remedy(self.out.lang))
    }

    fn clock(&mut self) {
        let now = SystemClock.now();
        let time = now.to_zoned(ports::clock::beijing()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let text = if now < EARLIEST_NOW { Err(&CLOCK_WRONG) } else { Ok(&CLOCK) };
        let args = [("time", time)];
        let found = text.map(|text| self.fill(text, &args)).map_err(|text| self.fill(text, &args));
        self.tell("clock", found);
    }

    fn secrets(&mut self, configuration: &Configuration) {
        let mut named: Vec<(&str, Option<&Secret>)> = Vec::new();
        if let Some(shop) = &configuration.xiaohongshu {
            named.push(("platforms.xiaohongshu.app_secret", shop.app_secret.as_ref()));
            named.push(("platforms.xiaohongshu.access_token", shop.access_token.as_ref()));
            named.push(("platforms.xiaohongshu.refresh_token", shop.refresh_token.as_ref()));
        }
        if let Some(channel) = &configuration.yanxuan {
            named.push(("platforms.yanxuan.app_secret", channel.app_secret.as_ref()));
        }
        named.push(("signing.token", configuration.signing.token.as_ref()));
        named.push(("gateway.token", configuration.gateway.token.as_ref()));
        let wrong: Vec<String> = named
            .into_iter()
            .filter_map(|(key, secret)| secret.map(|secret| (key, secret.read_line())))
            .filter_map(|(key, read)| {
                let reason = read.err()?.to_string();
                Some(self.fill(&MISSING_SECRET, &[("key", key.to_owned()), ("reason", reason)]))
            })
            .collect();
        let found =
            if wrong.is_empty() { Ok(SOUND.get(self.out.lang).to_owned()) } else { Err(wrong.join("; ")) };
        self.tell("secrets", found);
    }

    fn signing(&mut self, configuration: &Configuration) {
        if configuration.signing.kind.as_deref().is_none_or(|kind| kind == "none") {
            return self.tell("signing", Ok(NOT_CONFIGURED.get(self.out.lang).to_owned()));
        }
        let signer = match signer::signer(&configuration.signing) {
            Ok(signer) => signer,
            Err(fault) => return self.tell("signing", Err(self.words(&fault))),
        };
        let found = signature::probe(signer.as_ref()).map_err(|fault| fault.to_string()).map(|()| {
            let serial = signer.certificate().serial().to_owned();
            let algorithm = signer.algorithm().to_string();
            self.fill(&SIGNS, &[("serial", serial), ("algorithm", algorithm)])
        });
        self.tell("signing", found);
        // One address that is up hides the others: the trial signature went to it.
        for (place, found) in signer.health() {
            let found = found.map_err(|fault| fault.to_string());
            self.tell("signing", found.map(|()| self.fill(&REACHED, &[("place", place)])));
        }
    }

    fn gateway(&mut self, configuration: &Configuration) {
        let gateway = &configuration.gateway;
        if gateway.kind.as_deref() == Some("http") {
            let found = self.service(gateway);
            return self.tell("gateway", found);
        }
        for folder in [&gateway.outbox, &gateway.inbox].into_iter().flatten() {
            let place = Path::new(folder);
            // A file that nobody sees and that is gone at once: permissions alone do not tell.
            let tried = tempfile::Builder::new().prefix(".customs-doctor-").tempfile_in(place);
            let args = |reason: String| [("place", folder.clone()), ("reason", reason)];
            let found = match tried {
                Ok(_) => Ok(self.fill(&FOLDER, &args(String::new()))),
                Err(error) => Err(self.fill(&FOLDER_WRONG, &args(plain(&error)))),
            };
            self.tell("gateway", found);
        }
    }

    /// Whether the gateway's service is there and takes the token.
    fn service(&self, settings: &crate::configuration::Gateway) -> Result<String, String> {
        let gateway = super::gateway::gateway(settings).map_err(|fault| self.words(&fault))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let place = settings.url.clone().unwrap_or_default();
        match runtime.block_on(gateway.probe()) {
            Ok(()) => Ok(self.fill(&REACHED, &[("place", place)])),
            Err(error) => Err(self.words(&error.fault())),
        }
    }

    /// Whether Yanxuan is there, lets this program in, and will call back about what a declaration waits for.
    fn yanxuan(&mut self, configuration: &Configuration) {
        if let Some(channel) = &configuration.yanxuan {
            let found = self.supplier(channel);
            self.tell("yanxuan", found);
        }
    }

    fn supplier(&self, channel: &Yanxuan) -> Result<String, String> {
        // Whoever asks a doctor does not wait for a second opinion.
        let caller = CallerSettings { attempts: 1, ..yanxuan::caller_settings() };
        let client = platform::yanxuan(channel, caller)
            .map_err(|faults| faults.iter().map(|fault| self.words(fault)).collect::<Vec<_>>().join("; "))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let registered = runtime.block_on(client.callbacks()).map_err(|error| self.words(&error.fault()))?;
        let missing: Vec<&str> = yanxuan::CALLBACKS
            .iter()
            .filter(|kind| kind.is_about_orders())
            .map(|kind| kind.method)
            .filter(|method| !registered.iter().any(|name| name == method))
            .collect();
        let args = [("missing", missing.join(", ")), ("registered", registered.len().to_string())];
        if missing.is_empty() {
            Ok(self.fill(&CALLS_BACK, &args))
        } else {
            Err(self.fill(&DOES_NOT_CALL_BACK, &args))
        }
    }

    fn store(&mut self, global: &Global) -> Option<OpenStore> {
        let Ok(location) = workplace::location(global, self.out) else {
            self.tell("store", Err(workplace::UNKNOWN_STORE.get(self.out.lang).to_owned()));
            return None;
        };
        if let Location::Sled(folder) = &location
            && !folder.exists()
        {
            self.tell("store", Ok(self.fill(&NO_STORE, &[("place", folder.display().to_string())])));
            return None;
        }
        let sound = location.open().and_then(|store| store.verify().map(|()| store));
        let (found, store) = match sound {
            Ok(store) => (Ok(SOUND.get(self.out.lang).to_owned()), Some(store)),
            Err(error) => (Err(workplace::store_words(&error, self.out)), None),
        };
        self.tell("store", found);
        store
    }

    /// Whether the keys are those that the data is sealed with, and their owner's alone.
    fn vault(&mut self, global: &Global, configuration: &Configuration, store: Option<&OpenStore>) {
        let folder = keys_folder(&global.data);
        if let Some(exposed) = self.exposed(&folder) {
            return self.tell("vault", Err(exposed));
        }
        let used = store.map(|store| Vault::is_used(store)).transpose();
        let found = match (used, store) {
            (Ok(Some(true)), Some(store)) => self.keys(global, configuration, store),
            (Err(error), _) => Err(workplace::store_words(&error, self.out)),
            _ => Ok(NO_KEYS.get(self.out.lang).to_owned()),
        };
        self.tell("vault", found);
    }

    fn keys(
        &self,
        global: &Global,
        configuration: &Configuration,
        store: &OpenStore,
    ) -> Result<String, String> {
        let settings = vault::settings_for(configuration, store).map_err(|fault| self.words(&fault))?;
        let words = |error: VaultError| match error.fault() {
            Ok(fault) => self.words(&fault),
            Err(error) => workplace::store_words(&error, self.out),
        };
        let vault = Vault::open(&global.data, &settings, store, Arc::new(SystemClock)).map_err(words)?;
        let days = vault.day_keys().map_err(words)?.to_string();
        Ok(self.fill(&KEYS, &[("number", vault.newest_master().to_string()), ("days", days)]))
    }

    /// Whether the archive of messages is its owner's alone.
    fn archive(&mut self, data: &Path, store: Option<&OpenStore>) {
        if store.is_some_and(OpenStore::is_shared) {
            return self.tell("archive", Ok(SHARED_ARCHIVE.get(self.out.lang).to_owned()));
        }
        let folder = data.join("messages");
        let found = match self.exposed(&folder) {
            Some(exposed) => Err(exposed),
            None if !folder.is_dir() => Ok(NO_ARCHIVE.get(self.out.lang).to_owned()),
            None => Ok(self.fill(&PRIVATE, &[("place", folder.display().to_string())])),
        };
        self.tell("archive", found);
    }

    /// What others can read of a folder, in words.
    fn exposed(&self, folder: &Path) -> Option<String> {
        let mut open = Vec::new();
        find_exposed(folder, &mut open);
        let place = open.first()?.display().to_string();
        let args =
            [("count", open.len().to_string()), ("place", place), ("folder", folder.display().to_string())];
        Some(self.fill(&EXPOSED, &args))
    }

    fn disk(&mut self, data: &Path) {
        // The data directory may not be there yet: then what counts is where it will be.
        let here = PathBuf::from(".");
        let place = data.ancestors().find(|place| place.exists()).unwrap_or(&here);
        let place = if place.as_os_str().is_empty() { &here } else { place };
        let found = match rustix::fs::statvfs(place) {
            Ok(space) => {
                let free = space.f_bavail.saturating_mul(space.f_frsize);
                let mib = |bytes: u64| (bytes >> 20).to_string();
                let args = [("mib", mib(free)), ("wanted", mib(LEAST_FREE_BYTES))];
                if free < LEAST_FREE_BYTES {
                    Err(self.fill(&FULL, &args))
                } else {
                    Ok(self.fill(&FREE, &args))
                }
            }
            Err(error) => Err(error.to_string()),
        };
        self.tell("disk", found);
    }

    fn finish(self) -> Exit {
        let ok = self.checks.iter().all(|check| check.ok);
        if self.out.json {
            self.out.json(&Report { ok, checks: self.checks });
        }
        if ok { Exit::Done } else { Exit::Partly }
    }
}

/// Collects what others can read of a folder. What cannot be looked at is not theirs to read either.
fn find_exposed(place: &Path, open: &mut Vec<PathBuf>) {
    if is_open_to_others(place).unwrap_or(false) {
        open.push(place.to_owned());
    }
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find_exposed(&path, open);
        } else if is_open_to_others(&path).unwrap_or(false) {
            open.push(path);
        }
    }
}

/// An error of the system without the path it was about, which is said already.
fn plain(error: &std::io::Error) -> String {
    error.kind().to_string()
}
