//! From the text of `customs.toml` to the configuration.

use std::path::Path;
use std::str::FromStr;

use crate::messages::envelope;
use crate::tax::Policy;
use filing::sync::ItemCall;
use ports::catalogue::Catalogue;
use ports::fault::{Fault, Place};
use ports::platform::Route;
use rust_decimal::Decimal;

use super::section::Section;
use super::{
    Configuration, Enterprise, Gateway, Logging, MerchantDiscount, PortSettings, Sending, Signing,
    TaxSettings, Transfer, Vault, Warehouse, Web, Xiaohongshu, Yanxuan, faults,
};
use crate::documents::TradeMode;

/// The documents that `sends` may name.
const DOCUMENT_NAMES: [&str; 4] = ["order", "payment", "waybill", "inventory"];

impl Configuration {
    /// Reads a file.
    ///
    /// # Errors
    /// Every fault of the file, one line each.
    pub fn read(path: &Path) -> Result<Self, Vec<Fault>> {
        Self::read_with(path, Catalogue::builtin())
    }

    /// Reads a file whose ports are those of a catalogue.
    ///
    /// # Errors
    /// Every fault of the file, one line each.
    pub fn read_with(path: &Path, catalogue: &Catalogue) -> Result<Self, Vec<Fault>> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![faults::UNREADABLE.at(Place::file(&name)).with("file", &name).with("reason", error)]
        })?;
        Self::parse_with(&text, &name, catalogue)
    }

    /// Reads a text; `name` is what its faults call it.
    ///
    /// # Errors
    /// Every fault of the text, one line each.
    pub fn parse(text: &str, name: &str) -> Result<Self, Vec<Fault>> {
        Self::parse_with(text, name, Catalogue::builtin())
    }

    fn parse_with(text: &str, name: &str, catalogue: &Catalogue) -> Result<Self, Vec<Fault>> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line =
                error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let place = Place { file: Some(name.to_owned()), line: Some(line as u64), ..Place::default() };
            vec![
                faults::SYNTAX
                    .at(place)
                    .with("file", name)
                    .with("line", line)
                    .with("reason", first_line(error.message())),
            ]
        })?;
        let mut faults = Vec::new();
        let configuration = read_all(&table, catalogue, &mut faults);
        if faults.is_empty() {
            return Ok(configuration);
        }
        for fault in &mut faults {
            fault.at.file = Some(name.to_owned());
        }
        Err(faults)
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn read_all(table: &toml::Table, catalogue: &Catalogue, faults: &mut Vec<Fault>) -> Configuration {
    let mut root = Section::new("", table);
    let mut all = Configuration::default();
    if let Some(mut section) = root.inner("merchant") {
        all.direct_guarantor_code = section.optional("direct_assure_code", "3301966K00");
        all.merchant = Some(enterprise(section, faults));
    }
    all.declarant = root.inner("declarant").map(|section| enterprise(section, faults));
    if let Some(mut section) = root.inner("transfer") {
        all.transfer = Some(Transfer {
            code: section.required("cop_code", "3301966K00"),
            name: section.required("cop_name", "某某供应链有限公司"),
            dxp_id: section.required("dxp_id", "DXPENT0000000001"),
        });
        section.finish(faults);
    }
    if let Some(mut section) = root.inner("warehouse") {
        all.warehouse = Some(Warehouse {
            code: section.required("area_code", "3301966K01"),
            name: section.required("area_name", "某某保税仓储有限公司"),
            account_book: section.required("ems_no", "T2921W000001"),
            guarantor_code: section.required("assure_code", "3301966K00"),
        });
        section.finish(faults);
    }
    if let Some(section) = root.inner("ports") {
        all.ports = ports(section, catalogue, faults);
    }
    if let Some(mut section) = root.inner("platforms") {
        all.xiaohongshu = section.inner("xiaohongshu").map(|inner| xiaohongshu(inner, faults));
        all.yanxuan = section.inner("yanxuan").map(|inner| yanxuan(inner, faults));
        section.finish(faults);
    }
    if let Some(section) = root.inner("payment") {
        all.payment = section.each(faults, |_, inner, faults| enterprise(inner, faults));
    }
    if let Some(section) = root.inner("carriers") {
        all.carriers = section.each(faults, |_, inner, faults| enterprise(inner, faults));
    }
    if let Some(section) = root.inner("gateway") {
        all.gateway = gateway(section, faults);
    }
    if let Some(section) = root.inner("sending") {
        all.sending = sending(section, faults);
    }
    if let Some(section) = root.inner("signing") {
        all.signing = signing(section, faults);
    }
    if let Some(section) = root.inner("tax") {
        all.tax = tax(section, faults);
    }
    if let Some(section) = root.inner("web") {
        all.web = web(section, faults);
    }
    sender_fits(&all, faults);
    if let Some(mut section) = root.inner("vault") {
        all.vault = Vault { key: section.secret("key", false) };
        section.finish(faults);
    }
    if let Some(mut section) = root.inner("logging") {
        all.logging = Logging {
            format: choice(&mut section, "format", &["text", "json"]),
            level: choice(&mut section, "level", &["error", "warn", "info", "debug", "trace"]),
        };
        section.finish(faults);
    }
    root.finish(faults);
    all
}

/// A message takes a longer number of its sender than an envelope does.
fn sender_fits(all: &Configuration, faults: &mut Vec<Fault>) {
    let Some(transfer) = all.transfer.as_ref().filter(|_| all.gateway.wrapper().is_some()) else { return };
    let id = transfer.dxp_id.as_str();
    if id.len() > envelope::MAX_SENDER || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let key = "transfer.dxp_id";
        let fault = faults::WRONG_VALUE.at(Place { path: Some(key.to_owned()), ..Place::default() });
        let wanted = format!(
            "at most {} letters and digits when gateway.envelope = \"dxp\", such as dxp_id = \"DXPENT0000000001\"",
            envelope::MAX_SENDER
        );
        faults.push(fault.with("key", key).with("found", format!("\"{id}\"")).with("wanted", wanted));
    }
}

fn enterprise(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Enterprise {
    let enterprise = Enterprise {
        code: section.required("code", "3301966K00"),
        name: section.required("name", "某某电子商务有限公司"),
    };
    section.finish(faults);
    enterprise
}

fn ports(
    section: Section<'_>,
    catalogue: &Catalogue,
    faults: &mut Vec<Fault>,
) -> std::collections::BTreeMap<String, PortSettings> {
    let found = section.each(faults, |name, mut inner, faults| {
        let key = match catalogue.find(name) {
            Some(port) => port.name().to_owned(),
            None => {
                let place = Place { path: Some(format!("ports.{name}")), ..Place::default() };
                faults.push(faults::UNKNOWN_PORT.at(place).with("key", name));
                name.to_owned()
            }
        };
        let settings = PortSettings {
            customs_code: office(&mut inner, "customs_code"),
            port_code: office(&mut inner, "port_code"),
            transport_mode: inner.required("traf_mode", "Y"),
            direct_transport_mode: inner.optional("direct_traf_mode", "5"),
            site_no: inner.optional("loct_no", "292801"),
            wrap_type: inner.optional("wrap_type", "2"),
            payment_route: choice(&mut inner, "payment_route", &["zongshu", "local"])
                .and_then(|word| Route::of_word(&word)),
            trade_modes: trade_modes(&mut inner),
        };
        inner.finish(faults);
        (key, settings)
    });
    found.into_values().collect()
}

/// A customs office: exactly four digits.
fn office(section: &mut Section<'_>, key: &'static str) -> crate::documents::Text<'static, 4> {
    let code: crate::documents::Text<'static, 4> = section.required(key, "2928");
    let text = code.as_str();
    if !text.is_empty() && (text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit())) {
        let found = format!("\"{text}\"");
        section.refuse(key, &found, &format!("four digits, such as {key} = \"2928\""));
    }
    code
}

/// The trade modes that a port serves.
fn trade_modes(section: &mut Section<'_>) -> Vec<TradeMode> {
    let codes = section.list("trade_modes", "\"1210\", \"9610\"").unwrap_or_default();
    let mut modes = Vec::new();
    for code in codes {
        match TradeMode::of_code(code) {
            Some(mode) => modes.push(mode),
            None => {
                section.refuse("trade_modes", &format!("\"{code}\""), "1210 (bonded), 9610 (direct purchase)")
            }
        }
    }
    modes
}

/// Whether a platform's address is this machine: a sandbox, towards which secrets may be written out.
fn on_this_machine(base_url: Option<&str>) -> bool {
    let host = base_url.and_then(|url| url.split("://").nth(1)).unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|local| {
        host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

fn xiaohongshu(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Xiaohongshu {
    let base_url = section.word("base_url", "https://ark.xiaohongshu.com").map(str::to_owned);
    let literal = on_this_machine(base_url.as_deref());
    let sends = section.list("sends", "\"order\", \"waybill\", \"inventory\"");
    for name in sends.iter().flatten().filter(|name| !DOCUMENT_NAMES.contains(name)) {
        section.refuse("sends", &format!("\"{name}\""), &format!("some of {}", DOCUMENT_NAMES.join(", ")));
    }
    let callback_path = section.word("callback_path", "/callbacks/xiaohongshu").map(str::to_owned);
    if let Some(path) = callback_path.as_deref().filter(|path| !path.starts_with('/')) {
        section.refuse(
            "callback_path",
            &format!("\"{path}\""),
            "a path that begins with /, without parameters",
        );
    }
    let settings = Xiaohongshu {
        platform: Enterprise {
            code: section.required("ebp_code", "3100966K00"),
            name: section.required("ebp_name", "行吟信息科技(上海)有限公司"),
        },
        sends: sends.map_or_else(|| vec!["order".into(), "waybill".into(), "inventory".into()], owned),
        app_id: section.word("app_id", "a1b2c3d4e5f60718293a").map(str::to_owned),
        app_secret: section.secret("app_secret", literal),
        access_token: section.secret("access_token", literal),
        refresh_token: section.secret("refresh_token", literal),
        v1_app_key: section.word("v1_app_key", "a1b2c3d4e5").map(str::to_owned),
        v1_app_secret: section.secret("v1_app_secret", literal),
        item_call: item_call(&mut section),
        base_url,
        callback_path,
    };
    section.finish(faults);
    settings
}

fn item_call(section: &mut Section<'_>) -> ItemCall {
    match section.word("item_call", "create") {
        None | Some("create") => ItemCall::Create,
        Some("sync") => ItemCall::Sync,
        Some(other) => {
            section.refuse("item_call", &format!("\"{other}\""), "create, or sync for the older call");
            ItemCall::Create
        }
    }
}

fn yanxuan(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Yanxuan {
    let base_url = section.word("base_url", "https://openapi.you.163.com").map(str::to_owned);
    let literal = on_this_machine(base_url.as_deref());
    let settings = Yanxuan {
        app_key: section.word("app_key", "…").map(str::to_owned),
        app_secret: section.secret("app_secret", literal),
        base_url,
    };
    section.finish(faults);
    settings
}

/// One of a few words.
fn choice(section: &mut Section<'_>, key: &'static str, choices: &[&str]) -> Option<String> {
    let word = section.word(key, choices.first().copied().unwrap_or_default())?;
    if choices.contains(&word) {
        return Some(word.to_owned());
    }
    section.refuse(key, &format!("\"{word}\""), &format!("one of {}", choices.join(", ")));
    None
}

fn gateway(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Gateway {
    let url = section.word("url", "https://gateway.example/ceb").map(str::to_owned);
    let settings = Gateway {
        kind: choice(&mut section, "kind", &["folder", "http"]),
        outbox: section.word("outbox", "outbox").map(str::to_owned),
        inbox: section.word("inbox", "inbox").map(str::to_owned),
        archive: section.word("archive", "inbox-taken").map(str::to_owned),
        token: section.secret("token", on_this_machine(url.as_deref())),
        url,
        envelope: choice(&mut section, "envelope", &["none", "dxp"]),
    };
    section.finish(faults);
    settings
}

/// Documents that wait longer than ten minutes for company have been forgotten.
const GATHER_SECONDS: std::ops::RangeInclusive<u64> = 0..=600;
/// Work that is left to a worker: longer than a call to the other side takes, and less than a day, which nobody waits.
const LEASE_SECONDS: std::ops::RangeInclusive<u64> = 2..=3600;
/// Documents of a message.
const BATCH: std::ops::RangeInclusive<u64> = 1..=100;

fn sending(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Sending {
    let mut settings = Sending::default();
    if let Some(word) = choice(&mut section, "inventory", &["after_acceptance", "together"]) {
        settings.inventory_waits = word == "after_acceptance";
    }
    if let Some(batch) = section.number("batch", BATCH, "100") {
        settings.batch = batch;
    }
    if let Some(seconds) = section.number("gather_seconds", GATHER_SECONDS, "2") {
        settings.gather_seconds = seconds;
    }
    if let Some(seconds) = section.number("lease_seconds", LEASE_SECONDS, "120") {
        settings.lease_seconds = seconds;
    }
    if let Some(ships) = section.flag("ships", "true") {
        settings.ships = ships;
    }
    if let Some(reports) = section.flag("reports_delivery", "false") {
        settings.reports_delivery = reports;
    }
    section.finish(faults);
    settings
}

/// Signatures under way at one address: more than a crypto machine takes at once would only wait there.
const SIGNING_PLACES: std::ops::RangeInclusive<u64> = 1..=64;
/// A signature that takes longer than five minutes comes from a device that hangs.
const SIGNING_SECONDS: std::ops::RangeInclusive<u64> = 1..=300;

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

fn signing(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Signing {
    let settings = Signing {
        kind: choice(&mut section, "kind", &["none", "rsa-sha1", "sm2-sm3", "remote"]),
        key: section.secret("key", false),
        password: section.secret("password", false),
        certificate: section.word("certificate", "customs.pem").map(str::to_owned),
        urls: section.list("urls", "\"http://127.0.0.1:9443/sign\"").map_or_else(Vec::new, owned),
        token: section.secret("token", false),
        places: section.number("places", SIGNING_PLACES, "2"),
        timeout_seconds: section.number("timeout_seconds", SIGNING_SECONDS, "10"),
    };
    section.finish(faults);
    settings
}

fn web(mut section: Section<'_>, faults: &mut Vec<Fault>) -> Web {
    const LISTEN: &str = "127.0.0.1:8080";
    let word = section.word("listen", LISTEN);
    let listen = word.and_then(|word| word.parse().ok());
    if let (Some(word), None) = (word, listen) {
        section.refuse(
            "listen",
            &format!("\"{word}\""),
            &format!("an address and a port, such as \"{LISTEN}\""),
        );
    }
    let hosts = section.list("hosts", "\"customs.example.lan\"").map_or_else(Vec::new, owned);
    let settings = Web { listen, hosts, token: section.secret("token", false) };
    section.finish(faults);
    settings
}

/// Tolerances beyond these bounds would accept anything.
const TOLERANCES: std::ops::RangeInclusive<Decimal> = Decimal::ZERO..=Decimal::ONE_THOUSAND;

fn tax(mut section: Section<'_>, faults: &mut Vec<Fault>) -> TaxSettings {
    let mut settings = TaxSettings::default();
    if choice(&mut section, "merchant_discount", &["non_cash", "price_cut"]).as_deref() == Some("price_cut") {
        settings.merchant_discount = MerchantDiscount::PriceCut;
    }
    for (key, example, setting) in [
        ("tolerance_per_piece", "0.01", &mut settings.tolerance_per_piece),
        ("tolerance_of_value", "0.0001", &mut settings.tolerance_of_value),
    ] {
        let Some(word) = section.word(key, example) else { continue };
        match Decimal::from_str(word).ok().filter(|tolerance| TOLERANCES.contains(tolerance)) {
            Some(tolerance) => *setting = tolerance,
            None => section.refuse(key, &format!("\"{word}\""), &format!("yuan, such as \"{example}\"")),
        }
    }
    let words = Policy::ALL.map(Policy::word);
    if let Some(policy) = choice(&mut section, "rounding", &words).as_deref().and_then(Policy::of_word) {
        settings.policy = policy;
    }
    section.finish(faults);
    settings
}
