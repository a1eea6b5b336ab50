//! `customs ports refresh`: the platform's own list of ports, and what it changes.

use std::sync::Arc;

use ports::catalogue::{Catalogue, Changes, CodeChange, Port, PortList};
use ports::clock::{Clock, SystemClock, beijing};
use ports::fault::{Lang, Text};
use ports::http::CallError;
use ports::store::{Store, StoreError};
use ports::xiaohongshu::v3;
use serde::Serialize;
use tokio::runtime::Builder;

use super::super::args::Global;
use super::super::output::Output;
use super::super::{Exit, network, platform, workplace};
use crate::configuration::Configuration;

const EMPTY_LIST: Text = Text {
    zh: "平台给出的口岸清单是空的；保留原来的清单。稍后再试",
    en: "the platform's list of ports is empty; the old one stays. Try again later",
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

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    as_of: String,
    supported: usize,
    #[serde(flatten)]
    changes: &'a Changes,
    shop: Vec<&'a str>,
}

/// A list that came and was kept.
struct Refreshed {
    list: PortList,
    changes: Changes,
    after: Catalogue,
}

/// Why the old list stays.
enum Kept {
    Call(CallError),
    Empty,
    Store(StoreError),
}

impl From<StoreError> for Kept {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Asks the platform and keeps what it answers.
async fn ask(client: &v3::Client, store: &dyn Store) -> Result<Refreshed, Kept> {
    let answered = client.supported_ports().await.map_err(Kept::Call)?;
    let list = answered.list(SystemClock.now().to_zoned(beijing()).date());
    if list.platform.is_empty() {
        return Err(Kept::Empty);
    }
    let before = Catalogue::load(store, v3::NAME)?;
    list.keep(store, v3::NAME)?;
    let after = Catalogue::builtin().with_list(&list);
    Ok(Refreshed { changes: before.changes(&after), after, list })
}

impl Refreshed {
    fn supported(&self) -> usize {
        self.after.ports().iter().filter(|port| port.supported()).count()
    }

    /// What is told: how many there are, what appeared and what vanished.
    fn words(&self, lang: Lang) -> Vec<String> {
        let count = [("count", self.supported().to_string()), ("as_of", self.list.as_of.to_string())];
        let mut words = vec![REFRESHED.fill(lang, &count)];
        let Changes { appeared, vanished, .. } = &self.changes;
        for (text, ports) in [(&APPEARED, appeared), (&VANISHED, vanished)] {
            if !ports.is_empty() {
                words.push(text.fill(lang, &[("ports", ports.join(", "))]));
            }
        }
        if appeared.is_empty() && vanished.is_empty() {
            words.push(SAME.get(lang).to_owned());
        }
        words
    }
}

pub(super) fn run(global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let store: Arc<dyn Store> = Arc::new(workplace::store(global, out)?);
    let client = platform::xiaohongshu(&configuration, Arc::clone(&store))
        .map_err(|faults| workplace::usage(&faults, out))?;
    let asked = network::wait_for(ask(&client, store.as_ref()), out)?;
    network::tell_unknown(client.vocabulary(), out);
    match asked {
        Ok(refreshed) => {
            tell(&refreshed, out);
            Ok(Exit::Done)
        }
        Err(Kept::Call(error)) => Err(network::failed(&error, out)),
        Err(Kept::Store(error)) => Err(workplace::store_failed(&error, out)),
        Err(Kept::Empty) => {
            out.problem(EMPTY_LIST.get(out.lang));
            Err(Exit::Unfinished)
        }
    }
}

fn tell(refreshed: &Refreshed, out: &Output) {
    let Refreshed { list, changes, after } = refreshed;
    if out.json {
        let shops = after.ports().iter().filter(|port| port.is_shops() == Some(true));
        let (shop, supported) = (shops.map(Port::name).collect(), refreshed.supported());
        out.json(&Answer { as_of: list.as_of.to_string(), supported, changes, shop });
        return;
    }
    refreshed.words(out.lang).iter().for_each(|line| out.data(line));
    for CodeChange { name, code, before } in &changes.codes {
        let before = before.clone().unwrap_or_else(|| "-".to_owned());
        out.detail(&out.text(&CODE, &[("port", name.clone()), ("code", code.clone()), ("before", before)]));
    }
}

/// The same for a caller that shows what came of it in its own way.
///
/// # Errors
/// Why the old list stays, in words.
pub(in super::super) fn by_hand(
    configuration: &Configuration,
    store: &Arc<dyn Store>,
    lang: Lang,
) -> Result<Vec<String>, String> {
    let client = platform::xiaohongshu(configuration, Arc::clone(store))
        .map_err(|faults| platform::words(&faults, lang))?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    match runtime.block_on(ask(&client, store.as_ref())) {
        Ok(refreshed) => Ok(refreshed.words(lang)),
        Err(Kept::Call(error)) => Err(platform::words(&[error.fault()], lang)),
        Err(Kept::Store(error)) => Err(crate::store_words::of(&error, lang)),
        Err(Kept::Empty) => Err(EMPTY_LIST.get(lang).to_owned()),
    }
}
