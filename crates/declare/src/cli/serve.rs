//! `customs serve`: the page for warehouse staff, until it is told to end.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use ::ports::clock::SystemClock;
use ::ports::fault::{Fault, Place, Text};
use ::ports::http::Hidden;
use ::ports::metrics::Metrics;
use ::ports::platform::FilingTarget;
use ::ports::store::{Location, OpenStore, Store, WatchedStore};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::args::{Global, ServeArgs};
use super::ends::Ends;
use super::output::Output;
use super::{Exit, callbacks, platform, ports, run, vault, workplace};
use crate::configuration::{Configuration, faults};
use crate::pipeline::Stop;
use crate::web::{self, Access, OrderSettings, Platform, RefreshPorts, Repush, Surroundings, Web};

/// Where it listens unless told otherwise: out of reach of other machines.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// The file with the token, in the data directory.
const TOKEN_FILE: &str = "web-token";
/// Files that were handed in, in the data directory.
const SCRATCH: &str = "uploads";
/// Letters of a token that a person may choose: fewer can be guessed.
const LEAST_TOKEN_LETTERS: usize = 16;

const NOT_LISTENING: Text = Text {
    zh: "无法在 {address} 上监听：{reason}；请用 --listen 指定别的地址",
    en: "cannot listen on {address}: {reason}; name another address with --listen",
};
const NOT_STARTED: Text = Text { zh: "无法启动：{reason}", en: "it cannot be started: {reason}" };
const SERVING: Text = Text {
    zh: "页面在 {url} ，用浏览器打开；按 Ctrl-C 结束",
    en: "the page is at {url}; open it in a browser; Ctrl-C ends it",
};
const LOGIN: Text =
    Text { zh: "需要登录：口令在 {file}", en: "people have to log in: the token is in {file}" };
const LOGIN_CONFIGURED: Text = Text {
    zh: "需要登录：口令由配置项 web.token 指定",
    en: "people have to log in, with the token that web.token names",
};
const NO_TOKEN: Text = Text {
    zh: "口令文件 {file} 无法使用：{reason}",
    en: "the token's file {file} cannot be used: {reason}",
};
const RUN_ENDED: Text = Text {
    zh: "订单的自动处理已停止；页面还在运行。请按上面的提示处理后重新启动",
    en: "orders are not worked on any more; the page goes on. See to what is said above and start again",
};
const ENDED: Text = Text { zh: "页面已结束", en: "the page has ended" };

/// What `--json` prints, as soon as it listens.
#[derive(Serialize)]
struct Serving<'s> {
    url: &'s str,
    login: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_file: Option<&'s str>,
}

pub(super) fn start(args: &ServeArgs, global: &Global, out: &Output) -> Exit {
    let prepared = match prepare(args, global, out) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let Prepared { access, token_file, web, configuration, opened, store, metrics, tools } = prepared;
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return not_started(&error, out),
    };
    let (stop, book) = (Stop::default(), web.book());
    thread::scope(|scope| {
        if let Some(tools) = tools {
            let (stop, configuration) = (&stop, &configuration);
            scope.spawn(move || {
                let metrics = Some(metrics);
                let worker = run::usual_worker(configuration);
                let bench = run::Bench {
                    configuration,
                    opened,
                    store,
                    book,
                    since: None,
                    worker,
                    metrics,
                    global,
                    out,
                };
                if bench.watch(tools, stop).is_err() {
                    out.problem(out.text(&RUN_ENDED, &[]).as_str());
                }
            });
        }
        let exit = runtime.block_on(serve(&access, token_file.as_deref(), web, out));
        stop.ask();
        // What is still under way has had its time.
        runtime.shutdown_background();
        exit
    })
}

fn not_started(error: &dyn std::fmt::Display, out: &Output) -> Exit {
    out.problem(&out.text(&NOT_STARTED, &[("reason", error.to_string())]));
    Exit::Unfinished
}

/// What is ready before anything begins.
struct Prepared {
    access: Access,
    token_file: Option<String>,
    web: Web,
    configuration: Arc<Configuration>,
    opened: Arc<OpenStore>,
    store: Arc<dyn Store>,
    metrics: Metrics,
    /// What orders are declared with, when that is wanted.
    tools: Option<run::Tools>,
}

fn prepare(args: &ServeArgs, global: &Global, out: &Output) -> Result<Prepared, Exit> {
    let configuration = Arc::new(workplace::configuration(global, out)?);
    let tools = args.run.then(|| run::Tools::of(&configuration, out)).transpose()?;
    let listen = args.listen.or(configuration.web.listen).unwrap_or(LISTEN);
    let opened = Arc::new(workplace::store(global, out)?);
    let store = Arc::clone(&opened) as Arc<dyn Store>;
    let (store, changes) = match workplace::location(global, out)? {
        // It is this process's alone: whatever changes, changes through it.
        Location::Sled(_) => {
            let (watched, changes) = WatchedStore::new(store, web::watched_cases());
            (Arc::new(watched) as Arc<dyn Store>, Some(changes))
        }
        Location::Postgres(_) => (store, None),
    };
    let (token, token_file) = token(&configuration, listen, &global.data, out)?;
    let access = Access { listen, hosts: configuration.web.hosts.clone(), token };
    let scratch = global.data.join(SCRATCH);
    // What another run has left; the store is ours alone, so nobody is using it.
    let _ = std::fs::remove_dir_all(&scratch);
    let configured_ports = configuration.ports.keys().cloned().collect();
    let orders = OrderSettings {
        policy: run::policy(&configuration),
        merchant: configuration.merchant.as_ref().map(|merchant| merchant.code.as_str().to_owned()),
        archive: opened.archive(&global.data),
        kind_of: super::fault_kind,
        repush: Some(repush_of(Arc::clone(&configuration), Arc::clone(&store))),
    };
    let vault = Arc::new(vault::open(&configuration, global, &opened, out)?);
    let callbacks = callbacks::routes(&configuration, Arc::clone(&store), vault, out);
    let metrics = Metrics::new().map_err(|error| not_started(&error, out))?;
    let surroundings = Surroundings {
        store: Arc::clone(&store),
        changes,
        scratch,
        clock: Arc::new(SystemClock),
        platform: platform_of(Arc::clone(&configuration), Arc::clone(&store)),
        item_call: configuration.xiaohongshu.as_ref().map(|shop| shop.item_call).unwrap_or_default(),
        configured_ports,
        refresh_ports: Some(refresh_of(Arc::clone(&configuration), Arc::clone(&store))),
        orders,
        metrics: Some(metrics.clone()),
        callbacks: Some(callbacks),
    };
    let web = Web::open(&access, surroundings).map_err(|error| workplace::store_failed(&error, out))?;
    Ok(Prepared { access, token_file, web, configuration, opened, store, metrics, tools })
}

fn platform_of(configuration: Arc<Configuration>, store: Arc<dyn Store>) -> Platform {
    Arc::new(move || {
        let client = platform::filings(&configuration, Arc::clone(&store))?;
        Ok(Box::new(client) as Box<dyn FilingTarget>)
    })
}

fn repush_of(configuration: Arc<Configuration>, store: Arc<dyn Store>) -> Repush {
    Arc::new(move |order_no, lang| ports::repush::by_hand(&configuration, &store, order_no, lang))
}

fn refresh_of(configuration: Arc<Configuration>, store: Arc<dyn Store>) -> RefreshPorts {
    Arc::new(move |lang| ports::refresh::by_hand(&configuration, &store, lang))
}

/// What people log in with: the configuration's token, or else, where other machines reach the page, the one in the data
/// directory, which is made at the first start.
fn token(
    configuration: &Configuration,
    listen: SocketAddr,
    data: &Path,
    out: &Output,
) -> Result<(Option<Hidden>, Option<String>), Exit> {
    if let Some(secret) = &configuration.web.token {
        let place = || Place { path: Some("web.token".to_owned()), ..Place::default() };
        let refuse = |fault: Fault| workplace::usage(&[fault], out);
        let token = secret.read_line().map_err(|error| {
            refuse(faults::SECRET.at(place()).with("key", "web.token").with("reason", error))
        })?;
        let token = token.trim().to_owned();
        if token.chars().count() < LEAST_TOKEN_LETTERS {
            let wanted = format!("at least {LEAST_TOKEN_LETTERS} characters");
            let found = format!("a token of {} characters", token.chars().count());
            let fault = faults::WRONG_VALUE.at(place()).with("key", "web.token");
            return Err(refuse(fault.with("found", found).with("wanted", wanted)));
        }
        return Ok((Some(Hidden::new(token)), None));
    }
    if listen.ip().is_loopback() {
        return Ok((None, None));
    }
    let path = data.join(TOKEN_FILE);
    let shown = path.display().to_string();
    match kept_token(&path) {
        Ok(token) => Ok((Some(Hidden::new(token)), Some(shown))),
        Err(error) => {
            out.problem(&out.text(&NO_TOKEN, &[("file", shown), ("reason", error.to_string())]));
            Err(Exit::Unfinished)
        }
    }
}

/// The token of a file; a new one, readable by this user only, when there is none.
fn kept_token(path: &Path) -> io::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(token) if token.trim().len() >= LEAST_TOKEN_LETTERS => return Ok(token.trim().to_owned()),
        Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no token; delete it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format!("{token}\n").as_bytes())?;
    file.sync_all()?;
    Ok(token)
}

async fn serve(access: &Access, token_file: Option<&str>, web: Web, out: &Output) -> Exit {
    // Before anybody can know that it runs, so that it always ends as it should.
    let mut ends = match Ends::new() {
        Ok(ends) => ends,
        Err(error) => return not_started(&error, out),
    };
    let bound = TcpListener::bind(access.listen).await;
    let listening = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, listener) = match listening {
        Ok(listening) => listening,
        Err(error) => {
            let told = [("address", access.listen.to_string()), ("reason", error.to_string())];
            out.problem(&out.text(&NOT_LISTENING, &told));
            return Exit::Unfinished;
        }
    };
    let url = format!("http://{address}/");
    if out.json {
        // One line, so that whoever started it knows when it is complete.
        let serving = Serving { url: &url, login: access.token.is_some(), token_file };
        out.data(&serde_json::to_string(&serving).unwrap_or_default());
    } else {
        out.data(&out.text(&SERVING, &[("url", url)]));
    }
    match (token_file, &access.token) {
        (Some(file), _) => out.say(&out.text(&LOGIN, &[("file", file.to_owned())])),
        (None, Some(_)) => out.say(out.text(&LOGIN_CONFIGURED, &[]).as_str()),
        (None, None) => {}
    }
    match web.serve(listener, async move { ends.wait().await }).await {
        Ok(()) => {
            out.say(&out.text(&ENDED, &[]));
            Exit::Done
        }
        Err(error) => not_started(&error, out),
    }
}
