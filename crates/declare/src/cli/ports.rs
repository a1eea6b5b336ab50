//! `customs ports`: the catalogue of customs ports, and what the platform is asked.

pub(super) mod items;
pub(super) mod refresh;
pub(super) mod repush;

use std::sync::Arc;

use ports::catalogue::{Found, Port, Source, Vocabulary};
use ports::fault::Text;
use ports::store::Store;
use serde::Serialize;

use super::args::{Global, PortsCommand};
use super::output::Output;
use super::{Exit, network, platform, workplace};

const UNKNOWN: Text = Text {
    zh: "口岸目录中没有 {port}；用 customs ports list 查看",
    en: "the catalogue has no port {port}; see customs ports list",
};
const SEVERAL: Text = Text {
    zh: "{port} 指几个口岸：{ports}；请用口岸名称",
    en: "{port} means several ports: {ports}; name one of them",
};
const UNSUPPORTED: Text = Text { zh: "平台不支持", en: "not supported by the platform" };
const DISTRICT: Text = Text { zh: "关区：{code} {name}", en: "customs district: {code} {name}" };
const OFFICES: Text = Text {
    zh: "见过的申报关区（以仓库所在区为准）：{offices}",
    en: "offices seen (the warehouse's zone decides): {offices}",
};
const CODES: Text = Text { zh: "代码：{codes}", en: "codes: {codes}" };
const MODES: Text = Text { zh: "监管方式：{modes}", en: "trade modes: {modes}" };
const ROUTE: Text = Text { zh: "支付单推送：{route}", en: "payment slips go by: {route}" };
const SUPPORT: Text = Text {
    zh: "平台支持：{answer}（{as_of}，{source}）",
    en: "supported: {answer} ({as_of}, {source})",
};
const SHOPS: Text = Text { zh: "本店开通：{answer}", en: "one of the shop's own: {answer}" };
const YES: Text = Text { zh: "是", en: "yes" };
const NO: Text = Text { zh: "否", en: "no" };
const BUILTIN: Text = Text { zh: "内置", en: "built in" };
const OF_PLATFORM: Text = Text { zh: "平台清单", en: "the platform's list" };
const TOKEN: Text = Text {
    zh: "已取得店铺 {seller} 的令牌，有效期至 {until}，到期前自动刷新",
    en: "tokens of shop {seller} are kept; they hold until {until} and are refreshed before",
};

#[derive(Serialize)]
struct List<'a> {
    ports: &'a [Port],
}

pub(super) fn run(command: &PortsCommand, global: &Global, out: &Output) -> Exit {
    let ended = match command {
        PortsCommand::List => list(global, out),
        PortsCommand::Show { port } => show(port, global, out),
        PortsCommand::Refresh => refresh::run(global, out),
        PortsCommand::Items(args) => items::run(args, global, out),
        PortsCommand::Repush(args) => repush::run(args, global, out),
        PortsCommand::Token { code } => token(code, global, out),
    };
    match ended {
        Ok(exit) | Err(exit) => exit,
    }
}

/// The catalogue's name of a port that was asked about.
pub(super) fn port_name(port: Option<&str>, store: &dyn Store, out: &Output) -> Result<Option<String>, Exit> {
    let Some(text) = port else { return Ok(None) };
    match workplace::catalogue(store, out)?.find(text) {
        Some(port) => Ok(Some(port.name().to_owned())),
        None => {
            out.problem(&out.text(&UNKNOWN, &[("port", text.to_owned())]));
            Err(Exit::Usage)
        }
    }
}

fn list(global: &Global, out: &Output) -> Result<Exit, Exit> {
    let catalogue = workplace::known_ports(global, out)?;
    if out.json {
        out.json(&List { ports: catalogue.ports() });
    } else {
        catalogue.ports().iter().for_each(|port| out.data(&line(port, out)));
    }
    Ok(Exit::Done)
}

fn line(port: &Port, out: &Output) -> String {
    let line = format!("{}\t{}\t{}", port.name(), port.pinyin(), port.district_code());
    if port.supported() { line } else { format!("{line}\t{}", UNSUPPORTED.get(out.lang)) }
}

fn show(text: &str, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let catalogue = workplace::known_ports(global, out)?;
    match catalogue.search(text) {
        Found::One(port) if out.json => out.json(port),
        Found::One(port) => tell(port, out),
        Found::Several(ports) => {
            let names: Vec<&str> = ports.into_iter().map(Port::name).collect();
            let told = [("port", text.to_owned()), ("ports", names.join(", "))];
            out.problem(&out.text(&SEVERAL, &told));
            return Err(Exit::Usage);
        }
        Found::None => {
            out.problem(&out.text(&UNKNOWN, &[("port", text.to_owned())]));
            return Err(Exit::Usage);
        }
    }
    Ok(Exit::Done)
}

fn tell(port: &Port, out: &Output) {
    out.data(&line(port, out));
    let say = |text: &Text, args: &[(&'static str, String)]| out.data(&format!("  {}", out.text(text, args)));
    let answer = |yes: bool| if yes { &YES } else { &NO }.get(out.lang).to_owned();
    if let Some(name) = port.district_name() {
        say(&DISTRICT, &[("code", port.district_code().to_owned()), ("name", name.to_owned())]);
    }
    if !port.offices().is_empty() {
        say(&OFFICES, &[("offices", port.offices().join(" "))]);
    }
    let codes = [
        ("xiaohongshu", Vocabulary::Xiaohongshu),
        ("xiaohongshu item", Vocabulary::XiaohongshuItem),
        ("wechat", Vocabulary::Wechat),
        ("alipay", Vocabulary::Alipay),
    ];
    let codes =
        codes.into_iter().filter_map(|(name, vocabulary)| Some(format!("{name} {}", port.code(vocabulary)?)));
    let codes: Vec<String> = codes.collect();
    if !codes.is_empty() {
        say(&CODES, &[("codes", codes.join(", "))]);
    }
    if !port.trade_modes().is_empty() {
        say(&MODES, &[("modes", port.trade_modes().join(" "))]);
    }
    say(&ROUTE, &[("route", port.payment_route().word().to_owned())]);
    let source = if port.source() == Source::Builtin { &BUILTIN } else { &OF_PLATFORM };
    say(
        &SUPPORT,
        &[
            ("answer", answer(port.supported())),
            ("as_of", port.as_of().to_string()),
            ("source", source.get(out.lang).to_owned()),
        ],
    );
    if let Some(is_shops) = port.is_shops() {
        say(&SHOPS, &[("answer", answer(is_shops))]);
    }
}

/// What `token` answers: never the tokens.
#[derive(Serialize)]
struct Authorised {
    seller_id: String,
    access_until: Option<String>,
    refresh_until: Option<String>,
}

fn token(code: &str, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store: Arc<dyn Store> = Arc::new(workplace::store(global, out)?);
    let client =
        platform::unauthorised(&configuration, store).map_err(|faults| workplace::usage(&faults, out))?;
    let granted = network::wait_for(client.authorize(code), out)?;
    let granted = granted.map_err(|error| network::failed(&error, out))?;
    let shown = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
    let (access_until, refresh_until) = (shown(granted.access_until()), shown(granted.refresh_until()));
    if out.json {
        out.json(&Authorised { seller_id: granted.seller_id, access_until, refresh_until });
    } else {
        let until = access_until.unwrap_or_else(|| "?".to_owned());
        out.data(&out.text(&TOKEN, &[("seller", granted.seller_id), ("until", until)]));
    }
    Ok(Exit::Done)
}
