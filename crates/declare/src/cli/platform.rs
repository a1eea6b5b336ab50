//! The clients of the platforms that the configuration names.

use std::sync::Arc;

use ports::clock::SystemClock;
use ports::fault::{Fault, Lang, Place};
use ports::http::{CallError, CallerSettings, Hidden};
use ports::platform::BlockingFilings;
use ports::store::Store;
use ports::xiaohongshu::{ShopFilings, v1, v3};
use ports::yanxuan;

use crate::configuration::{self, Configuration, Secret, Xiaohongshu, faults};

/// Where the platform is unless told otherwise.
const XIAOHONGSHU: &str = "https://ark.xiaohongshu.com";
/// The same of Yanxuan.
const YANXUAN: &str = "https://openapi.you.163.com";

/// Faults in words, for a caller that shows them in its own way.
pub(super) fn words(faults: &[Fault], lang: Lang) -> String {
    let words = faults.iter().map(|fault| format!("{} → {}", fault.message(lang), fault.remedy(lang)));
    words.collect::<Vec<_>>().join("\n")
}

/// The client of a shop's orders.
///
/// # Errors
/// Everything that the configuration lacks.
pub(super) fn xiaohongshu(
    configuration: &Configuration,
    store: Arc<dyn Store>,
) -> Result<v3::Client, Vec<Fault>> {
    let app_id = configuration.xiaohongshu.as_ref().and_then(|shop| shop.app_id.as_deref());
    // Tokens that were granted are in the store; the configuration need not have any.
    let kept = v3::tokens::are_kept(store.as_ref(), v3::NAME, app_id.unwrap_or_default())
        .map_err(|error| vec![faults::PLATFORM.fault().with("reason", error)])?;
    client(Account::read(configuration, !kept)?, store)
}

/// The client of a shop whose tokens are yet to come.
///
/// # Errors
/// Everything that the configuration lacks.
pub(super) fn unauthorised(
    configuration: &Configuration,
    store: Arc<dyn Store>,
) -> Result<v3::Client, Vec<Fault>> {
    client(Account::read(configuration, false)?, store)
}

fn client(account: Account, store: Arc<dyn Store>) -> Result<v3::Client, Vec<Fault>> {
    let settings = v3::Settings {
        base_url: account.base_url,
        app_id: account.app_id,
        app_secret: account.app_secret,
        access_token: account.access_token,
        refresh_token: account.refresh_token,
        caller: v3::caller_settings(),
    };
    v3::Client::new(settings, store, Arc::new(SystemClock)).map_err(|error| vec![unusable(&error)])
}

/// The client of a shop's filings, for a caller that waits.
///
/// # Errors
/// Everything that the configuration lacks.
pub(super) fn filings(
    configuration: &Configuration,
    store: Arc<dyn Store>,
) -> Result<BlockingFilings<ShopFilings>, Vec<Fault>> {
    let articles = Arc::new(xiaohongshu(configuration, store)?);
    let variants = Some(Arc::new(items(configuration)?));
    BlockingFilings::new(Arc::new(ShopFilings { articles, variants }))
        .map_err(|error| vec![faults::PLATFORM.fault().with("reason", error)])
}

/// The client of a shop's goods. It goes by the application's id and secret unless the configuration names others.
///
/// # Errors
/// Everything that the configuration lacks.
pub(super) fn items(configuration: &Configuration) -> Result<v1::Client, Vec<Fault>> {
    let account = Account::read(configuration, false)?;
    let (app_key, app_secret) = account.v1.unwrap_or((account.app_id, account.app_secret));
    let settings =
        v1::Settings { base_url: account.base_url, app_key, app_secret, caller: v1::caller_settings() };
    v1::Client::new(settings, Arc::new(SystemClock)).map_err(|error| vec![unusable(&error)])
}

/// The client of the supplier that ships orders, called with some patience.
///
/// # Errors
/// Everything that the configuration lacks.
pub(super) fn yanxuan(
    channel: &configuration::Yanxuan,
    caller: CallerSettings,
) -> Result<yanxuan::Client, Vec<Fault>> {
    let mut found = Vec::new();
    let place = |key: &str| Place { path: Some(format!("platforms.yanxuan.{key}")), ..Place::default() };
    let missing = |key: &str, example: &str| {
        let example = format!("[platforms.yanxuan] {example}");
        faults::MISSING
            .at(place(key))
            .with("key", format!("platforms.yanxuan.{key}"))
            .with("example", example)
    };
    if channel.app_key.is_none() {
        found.push(missing("app_key", "app_key = \"…\""));
    }
    let app_secret = match channel.app_secret.as_ref().map(Secret::read_line) {
        Some(Ok(line)) => Some(Hidden::new(line)),
        Some(Err(error)) => {
            let fault = faults::SECRET.at(place("app_secret")).with("key", "platforms.yanxuan.app_secret");
            found.push(fault.with("reason", error));
            None
        }
        None => {
            found.push(missing("app_secret", "app_secret = { env = \"CUSTOMS_YX_APP_SECRET\" }"));
            None
        }
    };
    let Some((app_key, app_secret)) = channel.app_key.clone().zip(app_secret) else { return Err(found) };
    let base_url = channel.base_url.clone().unwrap_or_else(|| YANXUAN.to_owned());
    let settings = yanxuan::Settings { base_url, app_key, app_secret, caller };
    yanxuan::Client::new(settings, Arc::new(SystemClock)).map_err(|error| vec![error.fault()])
}

/// The shop's account, its secrets read.
struct Account {
    base_url: String,
    app_id: String,
    app_secret: Hidden,
    access_token: Option<Hidden>,
    refresh_token: Option<Hidden>,
    v1: Option<(String, Hidden)>,
}

impl Account {
    fn read(configuration: &Configuration, wants_token: bool) -> Result<Self, Vec<Fault>> {
        let none = Xiaohongshu::default();
        let shop = configuration.xiaohongshu.as_ref().unwrap_or(&none);
        let mut found = Vec::new();
        let app_id = shop.app_id.clone().unwrap_or_default();
        if app_id.is_empty() {
            found.push(missing("app_id", "app_id = \"…\""));
        }
        let mut read = |key: &str, secret: Option<&Secret>| {
            let line = secret.map(Secret::read_line).transpose();
            line.unwrap_or_else(|error| {
                let place = Place { path: Some(format!("platforms.xiaohongshu.{key}")), ..Place::default() };
                found.push(faults::SECRET.at(place).with("key", key).with("reason", error));
                None
            })
            .map(Hidden::new)
        };
        let app_secret = read("app_secret", shop.app_secret.as_ref());
        let access_token = read("access_token", shop.access_token.as_ref());
        let refresh_token = read("refresh_token", shop.refresh_token.as_ref());
        let v1_secret = read("v1_app_secret", shop.v1_app_secret.as_ref());
        if shop.app_secret.is_none() {
            found.push(missing("app_secret", "app_secret = { env = \"CUSTOMS_XHS_APP_SECRET\" }"));
        }
        if wants_token && shop.access_token.is_none() && shop.refresh_token.is_none() {
            found.push(missing("access_token", "access_token = { env = \"CUSTOMS_XHS_ACCESS_TOKEN\" }"));
        }
        match app_secret.filter(|_| found.is_empty()) {
            Some(app_secret) => Ok(Self {
                base_url: shop.base_url.clone().unwrap_or_else(|| XIAOHONGSHU.to_owned()),
                app_id,
                app_secret,
                access_token,
                refresh_token,
                v1: shop.v1_app_key.clone().zip(v1_secret),
            }),
            None => Err(found),
        }
    }
}

fn missing(key: &str, example: &str) -> Fault {
    let key = format!("platforms.xiaohongshu.{key}");
    let place = Place { path: Some(key.clone()), ..Place::default() };
    faults::MISSING.at(place).with("key", key).with("example", format!("[platforms.xiaohongshu] {example}"))
}

fn unusable(error: &CallError) -> Fault {
    faults::PLATFORM.fault().with("reason", error)
}
