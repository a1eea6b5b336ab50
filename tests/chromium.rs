//! A real browser, and what a person does with it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::root;

/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often is looked whether it is there.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One browser at a time: several would only wait for each other.
static TURN: Mutex<()> = Mutex::new(());

/// The widths in which pages are looked at, and their names: a desk and a telephone.
pub const WIDTHS: [(u32, &str); 2] = [(1280, "desk"), (390, "phone")];

pub struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    /// Where the mouse is held.
    held: RefCell<Value>,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    pub fn open() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing; tests/run installs it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next().expect("chromedriver has ended").unwrap();
            if let Some((_, port)) = line.rsplit_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        // What it says later is read and dropped, so that it never has to wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = TempDir::new().unwrap();
        let options = json!({"goog:chromeOptions": {"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            format!("--user-data-dir={}", profile.path().display()),
        ]}});
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(options.as_object().unwrap().clone());
        let client = runtime.block_on(builder.connect(&format!("http://127.0.0.1:{port}"))).unwrap();
        let browser = Self {
            runtime,
            client: Some(client),
            driver,
            held: RefCell::default(),
            _profile: profile,
            _turn: turn,
        };
        browser.width(WIDTHS[0].0);
        browser
    }

    fn client(&self) -> &Client {
        self.client.as_ref().unwrap()
    }

    pub fn goto(&self, url: &str) {
        self.runtime.block_on(self.client().goto(url)).unwrap();
    }

    /// Where it is, without the host.
    pub fn path(&self) -> String {
        let url = self.runtime.block_on(self.client().current_url()).unwrap();
        url.path().to_owned()
    }

    /// What a script answers.
    pub fn script(&self, script: &str) -> Value {
        self.runtime.block_on(self.client().execute(script, Vec::new())).unwrap()
    }

    /// The text that a person sees.
    pub fn text(&self) -> String {
        self.try_text().unwrap_or_default()
    }

    fn try_text(&self) -> Option<String> {
        let asked = self.client().execute("return document.body ? document.body.innerText : ''", Vec::new());
        Some(self.runtime.block_on(asked).ok()?.as_str()?.to_owned())
    }

    /// Waits until a person sees a text.
    pub fn see(&self, text: &str) {
        self.until(text, || self.try_text().is_some_and(|seen| seen.contains(text)));
    }

    /// Waits until a text is gone.
    pub fn see_no(&self, text: &str) {
        self.until(text, || self.try_text().is_some_and(|seen| !seen.contains(text)));
    }

    pub fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}; there is: {}", self.text());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Clicks what bears a text: a link, a button, or an option of one of these.
    pub fn click(&self, text: &str) {
        let path =
            format!("//*[self::a or self::button or self::summary][contains(normalize-space(.), '{text}')]");
        self.until(text, || {
            let click = async {
                let element = self.client().find(Locator::XPath(&path)).await?;
                element.click().await
            };
            // A part of the page may be exchanged in this very moment: then the new one is clicked.
            self.runtime.block_on(click).is_ok()
        });
    }

    /// Presses the mouse on what a selector finds first, and holds it.
    pub fn press(&self, css: &str) {
        let middle = format!(
            "const r = document.querySelector({}).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]",
            Value::from(css)
        );
        let at = self.script(&middle);
        self.mouse("mousePressed", &at);
        self.held.replace(at);
    }

    /// Lets it go where it was pressed.
    pub fn let_go(&self) {
        self.mouse("mouseReleased", &self.held.take());
    }

    fn mouse(&self, what: &str, at: &Value) {
        let event = json!({"type": what, "x": at[0], "y": at[1], "button": "left", "clickCount": 1});
        self.cdp("Input.dispatchMouseEvent", event);
    }

    /// Types into a field.
    pub fn fill(&self, css: &str, text: &str) {
        let typing = async {
            let field = self.client().find(Locator::Css(css)).await?;
            field.clear().await?;
            field.send_keys(text).await
        };
        self.runtime.block_on(typing).unwrap();
    }

    /// Chooses a file.
    pub fn choose(&self, css: &str, file: &Path) {
        let file = file.canonicalize().unwrap();
        let choosing = async {
            let field = self.client().find(Locator::Css(css)).await?;
            field.send_keys(&file.display().to_string()).await
        };
        self.runtime.block_on(choosing).unwrap();
    }

    /// How many there are.
    pub fn count(&self, css: &str) -> usize {
        self.runtime.block_on(self.client().find_all(Locator::Css(css))).unwrap().len()
    }

    /// Makes the window so wide.
    pub fn width(&self, width: u32) {
        let height = if width < 600 { 844 } else { 900 };
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
    }

    /// A picture of the whole page in both widths, in `target/screenshots`. In neither may anything stick out at the side.
    pub fn picture(&self, name: &str) {
        let folder = root().join("target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        for (width, kind) in WIDTHS {
            self.width(width);
            let widest = self.script("return document.documentElement.scrollWidth").as_u64().unwrap();
            let wanted = json!({"format": "png", "captureBeyondViewport": true});
            let taken = self.cdp("Page.captureScreenshot", self.whole(wanted));
            let bytes = Base64::decode_vec(taken["data"].as_str().unwrap()).unwrap();
            fs::write(folder.join(format!("{name}-{kind}.png")), bytes).unwrap();
            assert!(widest <= u64::from(width), "{name} is {widest} wide at {width}");
        }
        self.width(WIDTHS[0].0);
    }

    fn whole(&self, mut wanted: Value) -> Value {
        let size = self.script(
            "const e = document.documentElement; return [e.clientWidth, Math.max(e.scrollHeight, e.clientHeight)]",
        );
        wanted["clip"] = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        wanted
    }

    /// What axe-core finds wrong that keeps people out: serious and critical.
    pub fn barriers(&self) -> Vec<String> {
        let axe = fs::read_to_string(root().join("tests/axe/axe.min.js")).unwrap();
        self.script(&axe);
        let run = "const done = arguments[arguments.length - 1]; \
             axe.run(document, {resultTypes: ['violations']}).then((found) => done(found.violations), (error) => done([{id: String(error), impact: 'critical', nodes: []}]));";
        let found = self.runtime.block_on(self.client().execute_async(run, Vec::new())).unwrap();
        let serious = found.as_array().unwrap().iter().filter(|violation| {
            ["serious", "critical"].contains(&violation["impact"].as_str().unwrap_or_default())
        });
        serious.map(|violation| format!("{}: {}", violation["id"], violation["nodes"][0]["html"])).collect()
    }

    fn cdp(&self, command: &'static str, params: Value) -> Value {
        self.runtime.block_on(self.client().issue_cmd(DevTools { command, params })).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A command to the browser itself, beyond what WebDriver knows.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"cmd": self.command, "params": self.params}).to_string()))
    }
}
