//! Running the program in a directory of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A scratch directory with the program at hand; it is gone when the test ends.
pub struct Workplace {
    dir: TempDir,
}

/// What a run said and how it ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The one JSON document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// The codes that hold each order; orders without a number stand under the empty one.
    pub fn held(&self) -> BTreeMap<String, Vec<String>> {
        let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for order in self.json()["held_orders"].as_array().unwrap() {
            let codes = order["faults"].as_array().unwrap().iter().map(|fault| text(&fault["code"]));
            held.entry(text(&order["order_no"])).or_default().extend(codes);
        }
        held
    }

    /// How many orders there were, and how many of them were declared and held.
    pub fn counts(&self) -> [u64; 3] {
        let json = self.json();
        ["orders", "declared", "held"].map(|name| json[name].as_u64().unwrap())
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A JSON text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The names of a JSON object's members, in order.
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Every file of a folder with its bytes; nothing when the folder is not there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The order of the samples with a number, the first being 1.
pub fn order(number: usize) -> Value {
    let orders = fs::read_to_string(sample("orders.jsonl")).unwrap();
    serde_json::from_str(orders.lines().nth(number - 1).unwrap()).unwrap()
}

/// Orders as the text of an orders file.
pub fn lines<'v>(orders: impl IntoIterator<Item = &'v Value>) -> String {
    orders.into_iter().map(|order| format!("{order}\n")).collect()
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A file of the samples.
pub fn sample(name: &str) -> PathBuf {
    root().join("samples").join(name)
}

impl Workplace {
    pub fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program, to be run here, with a language that does not depend on the machine.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_customs"));
        command.current_dir(self.dir.path()).args(args).env("LANG", "en_US.UTF-8").env_remove("LC_ALL");
        command.env_remove("CUSTOMS_LOG").env_remove("CUSTOMS_VAULT_KEY");
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Runs the program here.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// Runs it in the configuration of the samples.
    pub fn run_configured(&self, args: &[&str]) -> Ran {
        let configuration = sample("customs.toml").display().to_string();
        let mut all = vec!["--config", configuration.as_str()];
        all.extend_from_slice(args);
        self.run(&all)
    }

    /// A workplace whose book holds the samples' filings.
    pub fn with_filings() -> Self {
        let place = Self::new();
        let ran = place.run(&["filing", "import", sample("filings.xlsx").to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        place
    }

    /// Writes a file here.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).unwrap();
    }

    /// Declares orders in the configuration of the samples, into the folder `out`.
    pub fn declare(&self, orders: impl AsRef<[u8]>, more: &[&str]) -> Ran {
        self.write("orders.jsonl", orders);
        let mut args = vec!["declare", "build", "orders.jsonl", "--out", "out", "--json"];
        args.extend_from_slice(more);
        self.run_configured(&args)
    }

    /// The messages in the folder `out`.
    pub fn messages(&self) -> BTreeMap<String, String> {
        let read = |(name, bytes)| (name, String::from_utf8(bytes).unwrap());
        files(&self.path("out")).into_iter().map(read).collect()
    }
}
