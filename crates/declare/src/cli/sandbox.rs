//! `customs sandbox`: a platform on this machine, until it is told to end.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ports::clock::{Clock, SystemClock};
use ports::fault::Text;
use ports::sandbox::customs::{Customs, CustomsSettings};
use ports::sandbox::{Plan, Push, Rates, Sandbox, Scenario, Settings, Shop, Yanxuan, YanxuanSettings};
use tokio::runtime::Runtime;

use super::Exit;
use super::args::SandboxArgs;
use super::ends::Ends;
use super::output::Output;
use crate::desk::{Desk, DeskSettings};
use crate::shop::{OpenShop, Opening};

/// The orders are spread over this long before the start: what one look at the platform's list can hold.
const ORDERS_OF: SignedDuration = SignedDuration::from_hours(24);

/// Where customs' side of the sandbox is.
const CUSTOMS: &str = "/customs";

const NOT_LISTENING: Text = Text {
    zh: "无法在 {address} 上监听：{reason}；请用 --listen 指定别的地址",
    en: "cannot listen on {address}: {reason}; name another address with --listen",
};
const NOT_STARTED: Text = Text { zh: "无法启动：{reason}", en: "it cannot be started: {reason}" };
const NOT_WRITTEN: Text =
    Text { zh: "{file} 无法写入：{reason}", en: "{file} cannot be written: {reason}" };
const BAD_FAULTS: Text = Text { zh: "--fault：{reason}", en: "--fault: {reason}" };
const SERVING: Text = Text {
    zh: "沙箱运行中：{url}（{orders} 个订单）；所见所闻在 {url}/sandbox/state；按 Ctrl-C 结束",
    en: "the sandbox serves {orders} orders on {url}; what it sees is on {url}/sandbox/state; Ctrl-C ends it",
};
const ENDED: Text = Text { zh: "沙箱已结束", en: "the sandbox has ended" };

pub(super) fn run(args: &SandboxArgs, out: &Output) -> Exit {
    let faults = match Rates::of(args.faults.iter().copied()) {
        Ok(faults) => faults,
        Err(error) => {
            out.problem(&out.text(&BAD_FAULTS, &[("reason", error.to_string())]));
            return Exit::Usage;
        }
    };
    let plan = Plan { seed: args.seed, only: args.scenario.as_deref().and_then(Scenario::of_name) };
    let settings = Settings { faults, push: args.push.clone().map(Push::to), ..Settings::new(plan) };
    let now = SystemClock.now();
    let opening = Opening { from: now.checked_sub(ORDERS_OF).unwrap_or(Timestamp::MIN), until: now };
    let shop = OpenShop::new(args.seed, args.orders, opening);
    if let Some(path) = &args.waybills
        && let Err(error) = std::fs::write(path, waybills(&shop))
    {
        let told = [("file", path.display().to_string()), ("reason", error.to_string())];
        out.problem(&out.text(&NOT_WRITTEN, &told));
        return Exit::Unfinished;
    }
    let shop = Arc::new(shop);
    let sandbox = Sandbox::new(settings, Arc::clone(&shop) as Arc<dyn Shop>, Arc::new(SystemClock))
        .with_yanxuan(supplier(args, plan, faults, shop.as_ref()));
    let desk = DeskSettings { plan, payments: Some(sandbox.payments()), ..DeskSettings::default() };
    let settings =
        CustomsSettings { faults, seed: args.seed, forget_messages: true, ..CustomsSettings::default() };
    let customs = Customs::new(Arc::new(Desk::new(desk)), Arc::new(SystemClock), settings);
    let sandbox = sandbox.with_router(CUSTOMS, customs.router());
    match Runtime::new() {
        Ok(runtime) => {
            let exit = runtime.block_on(serve(sandbox, args, out));
            // Answers that are held back are nobody's any more.
            runtime.shutdown_background();
            exit
        }
        Err(error) => {
            out.problem(&out.text(&NOT_STARTED, &[("reason", error.to_string())]));
            Exit::Unfinished
        }
    }
}

/// The supplier of the shop. When it can call back, all orders of the shop are passed on to it.
fn supplier(args: &SandboxArgs, plan: Plan, faults: Rates, shop: &dyn Shop) -> Yanxuan {
    let settings = YanxuanSettings { faults, callback: args.callbacks.clone(), ..YanxuanSettings::new(plan) };
    let yanxuan = Yanxuan::new(settings, Arc::new(SystemClock));
    if args.callbacks.is_some() {
        for index in 0..shop.orders() {
            let order = shop.order(index).detail;
            if let Some(order_no) = order.get("orderId").and_then(serde_json::Value::as_str) {
                yanxuan.supply(order_no);
            }
        }
    }
    yanxuan
}

/// The waybills as lines for `declare waybills`.
pub(super) fn waybills(shop: &OpenShop) -> String {
    let mut text = String::new();
    for (order_no, mut waybill) in shop.waybills() {
        if let Some(object) = waybill.as_object_mut() {
            object.insert("order_no".to_owned(), order_no.into());
        }
        text.push_str(&waybill.to_string());
        text.push('\n');
    }
    text
}

async fn serve(sandbox: Sandbox, args: &SandboxArgs, out: &Output) -> Exit {
    // Before anybody can know that it runs, so that it always ends as it should.
    let mut ends = match Ends::new() {
        Ok(ends) => ends,
        Err(error) => {
            out.problem(&out.text(&NOT_STARTED, &[("reason", error.to_string())]));
            return Exit::Unfinished;
        }
    };
    let running = match sandbox.start(args.listen).await {
        Ok(running) => running,
        Err(error) => {
            let told = [("address", args.listen.to_string()), ("reason", error.to_string())];
            out.problem(&out.text(&NOT_LISTENING, &told));
            return Exit::Unfinished;
        }
    };
    // One line, so that whoever started it knows when it is complete.
    let mut access = running.access();
    let url = format!("{}{CUSTOMS}", running.base_url());
    access["gateway"] = serde_json::json!({"kind": "http", "url": url, "state": format!("{url}/state")});
    out.data(&access.to_string());
    let told = [("url", running.base_url()), ("orders", args.orders.to_string())];
    out.say(&out.text(&SERVING, &told));
    ends.wait().await;
    out.say(&out.text(&ENDED, &[]));
    Exit::Done
}
