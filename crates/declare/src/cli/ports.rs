//! `customs ports`: the catalogue of customs ports, and what the platform is asked.

pub(super) mod items;
pub(super) mod repush;

use std::sync::Arc;

use ports::catalogue::{Catalogue, Changes, CodeChange, Found, Port, PortList, Source, Vocabulary};
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::Text;
use ports::store::Store;
use ports::xiaohongshu::v3;
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
const EMPTY_LIST: Text = Text {
    zh: "平台给出的口岸清单是空的；保留原来的清单。稍后再运行",
    en: "the platform's list of ports is empty; the old one stays. Run again later",
};
const REFRESHED: Text = Text {
    zh: "平台支持 {count} 个口岸（{as_of}）",
    en: "the platform supports {count} ports ({as_of})",
};
const APPEARED: Text = Text { zh: "新增：{ports}", en: "appeared: {ports}" };
const VANISHED: Text = Text {
    zh: "取消：{ports}；这些口岸的订单将暂缓申报",
    en: "vanished: {ports}; orders at these ports will be held",
};
const SAME: Text = Text { zh: "没有增减", en: "none appeared, none vanished" };
const CODE: Text = Text {
    zh: "{port} 的平台代码：{code}（原 {before}）",
    en: "{port} is {code} on the platform (was {before})",
};
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
        PortsCommand::Refresh => refresh(global, out),
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

/// What `refresh` answers.
#[derive(Serialize)]
struct Refreshed<'a> {
    as_of: String,
    supported: usize,
    #[serde(flatten)]
    changes: &'a Changes,
    shop: Vec<&'a str>,
}

fn refresh(global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store: Arc<dyn Store> = Arc::new(workplace::store(global, out)?);
    let client = platform::xiaohongshu(&configuration, Arc::clone(&store))
        .map_err(|faults| workplace::usage(&faults, out))?;
    let answered = network::wait_for(client.supported_ports(), out)?;
    network::tell_unknown(client.vocabulary(), out);
    let answered = answered.map_err(|error| network::failed(&error, out))?;
    let list = answered.list(SystemClock.now().to_zoned(beijing()).date());
    if list.platform.is_empty() {
        out.problem(EMPTY_LIST.get(out.lang));
        return Err(Exit::Unfinished);
    }
    let before = workplace::catalogue(store.as_ref(), out)?;
    list.keep(store.as_ref(), v3::NAME).map_err(|error| workplace::store_failed(&error, out))?;
    let after = Catalogue::builtin().with_list(&list);
    tell_refreshed(&list, &before.changes(&after), &after, out);
    Ok(Exit::Done)
}

fn tell_refreshed(list: &PortList, changes: &Changes, after: &Catalogue, out: &Output) {
    let supported = after.ports().iter().filter(|port| port.supported()).count();
    if out.json {
        let shops = after.ports().iter().filter(|port| port.is_shops() == Some(true));
        let shop = shops.map(Port::name).collect();
        out.json(&Refreshed { as_of: list.as_of.to_string(), supported, changes, shop });
        return;
    }
    let count = [("count", supported.to_string()), ("as_of", list.as_of.to_string())];
    out.data(&out.text(&REFRESHED, &count));
    for (text, ports) in [(&APPEARED, &changes.appeared), (&VANISHED, &changes.vanished)] {
        if !ports.is_empty() {
            out.data(&out.text(text, &[("ports", ports.join(", "))]));
        }
    }
    if changes.appeared.is_empty() && changes.vanished.is_empty() {
        out.data(SAME.get(out.lang));
    }
    for CodeChange { name, code, before } in &changes.codes {
        let before = before.clone().unwrap_or_else(|| "-".to_owned());
        out.detail(&out.text(&CODE, &[("port", name.clone()), ("code", code.clone()), ("before", before)]));
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
