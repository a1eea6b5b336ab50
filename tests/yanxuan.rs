//! The supplier: called within its limits, looked after by `customs doctor`, and served by `customs sandbox`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use declare::shop::{OpenShop, Opening};
use ports::clock::{Clock as _, SystemClock};
use ports::http::{CallerSettings, Hidden, Rate};
use ports::sandbox::{
    Plan, Running, Sandbox, Scenario, Settings as SandboxSettings, Yanxuan, YanxuanSettings,
};
use ports::yanxuan::{CALLBACKS, CALLS_A_MINUTE, Client, Settings, caller_settings};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::Workplace;

const PLAN: Plan = Plan { seed: 1, only: Some(Scenario::AllClear) };

fn sandbox(runtime: &Runtime, settings: YanxuanSettings) -> Running {
    let now = SystemClock.now();
    let shop = OpenShop::new(1, 0, Opening { from: now, until: now });
    let sandbox = Sandbox::new(SandboxSettings::new(PLAN), Arc::new(shop), Arc::new(SystemClock))
        .with_yanxuan(Yanxuan::new(settings, Arc::new(SystemClock)));
    runtime.block_on(sandbox.start(([127, 0, 0, 1], 0).into())).unwrap()
}

fn client(running: &Running, caller: CallerSettings) -> Client {
    let access = &running.access()["yanxuan"];
    let text = |name: &str| access[name].as_str().unwrap().to_owned();
    let app_secret = Hidden::new(text("app_secret"));
    let settings = Settings { base_url: text("base_url"), app_key: text("app_key"), app_secret, caller };
    Client::new(settings, Arc::new(SystemClock)).unwrap()
}

#[test]
fn no_span_holds_more_calls_of_a_method_than_are_allowed() {
    let runtime = Runtime::new().unwrap();
    // The same number in a second instead of a minute.
    let span = Duration::from_secs(1);
    let running = sandbox(&runtime, YanxuanSettings { span, ..YanxuanSettings::new(PLAN) });
    let per_method = Rate::new(CALLS_A_MINUTE, span);
    assert_eq!(caller_settings().per_method, Rate::per_minute(70));
    let client = client(
        &running,
        CallerSettings { per_method, per_app: Rate::per_second(10_000), ..caller_settings() },
    );
    runtime.block_on(async {
        for _ in 0..140 {
            client.item_ids().await.unwrap();
        }
    });
    let state = &running.state()["yanxuan"];
    assert_eq!((&state["breaches"], &state["calls"]["yanxuan.item.id.batch.get"]), (&json!({}), &json!(140)));
    runtime.shutdown_background();
}

#[test]
fn the_doctor_asks_whether_it_calls_back() {
    let runtime = Runtime::new().unwrap();
    let running = sandbox(&runtime, YanxuanSettings::new(PLAN));
    let access = running.access()["yanxuan"].clone();
    let text = |name: &str| access[name].as_str().unwrap().to_owned();
    let place = Workplace::new();
    let doctor = |secret: &str, lang: &str| {
        let section = format!(
            "[platforms.yanxuan]\napp_key = \"{}\"\napp_secret = \"{secret}\"\nbase_url = \"{}\"\n",
            text("app_key"),
            text("base_url")
        );
        place.write("customs.toml", section);
        place.run(&["--lang", lang, "doctor"])
    };
    let secret = text("app_secret");
    let right = doctor(&secret, "en");
    assert!(
        right.stdout.contains("✓ yanxuan: it answers, and calls back about 4 kinds of news"),
        "{}",
        right.stdout
    );
    let wrong = doctor("not-for-logs", "en");
    assert!(wrong.stdout.contains("✗ yanxuan: NET-ACCESS"), "{}", wrong.stdout);
    assert!(!format!("{}{}", wrong.stdout, wrong.stderr).contains("not-for-logs"));
    let client = client(&running, caller_settings());
    runtime.block_on(client.register_callbacks([CALLBACKS[0].method])).unwrap();
    let missing = doctor(&secret, "zh");
    assert!(
        missing.stdout.contains("✗ yanxuan: 有应答，但未注册回调 yanxuan.notification.order.delivered, "),
        "{}",
        missing.stdout
    );
    assert!(!format!("{}{}", missing.stdout, missing.stderr).contains(&secret));
    runtime.shutdown_background();
}

/// The program while it serves; it ends when this is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_sandbox_has_it_too() {
    let place = Workplace::new();
    let mut command =
        place.command(&["sandbox", "--orders", "3", "--callbacks", "http://127.0.0.1:9/callbacks"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut serving = Serving(child);
    let mut line = String::new();
    BufReader::new(serving.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let access: Value = serde_json::from_str(&line).unwrap();
    let text = |name: &str| access["yanxuan"][name].as_str().unwrap().to_owned();
    assert_eq!(text("callbacks"), "http://127.0.0.1:9/callbacks");
    let settings = Settings {
        base_url: text("base_url"),
        app_key: text("app_key"),
        app_secret: Hidden::new(text("app_secret")),
        caller: caller_settings(),
    };
    let client = Client::new(settings, Arc::new(SystemClock)).unwrap();
    let runtime = Runtime::new().unwrap();
    assert_eq!(runtime.block_on(client.item_ids()).unwrap().len(), 40);
}
