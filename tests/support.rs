//! Running the program in a directory of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
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
}
