//! A PostgreSQL server of a test's own: own folder, own port, not root, gone with the test.
//!
//! The server's programs come from the machine's packages; `tests/run` installs them when they are missing.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server.
pub struct PrivatePostgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    databases: std::sync::atomic::AtomicU32,
}

/// Who runs the server when the test is run by root, which PostgreSQL refuses to be.
const UNPRIVILEGED: &str = "postgres";

impl PrivatePostgres {
    /// Makes and starts a server.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server =
            Self { folder, programs: programs(), port, databases: std::sync::atomic::AtomicU32::new(0) };
        if let Some((user, group)) = unprivileged() {
            std::os::unix::fs::chown(server.folder.path(), Some(user), Some(group)).unwrap();
        }
        let data = server.data();
        server
            .run("initdb", &["-D", &data, "-U", "customs", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]);
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 60\n\
             shared_buffers = 128MB\nmax_wal_size = 1GB\ncheckpoint_timeout = 30min\n"
        );
        server.configure("postgresql.conf", |before| before + &settings);
        server.up();
        server
    }

    /// Starts the server's process and waits until it answers.
    pub fn up(&self) {
        let log = format!("{}/log", self.folder.path().display());
        self.run("pg_ctl", &["start", "-w", "-t", "120", "-D", &self.data(), "-l", &log]);
    }

    /// Stops it; `immediate` as a crash does, without finishing anything.
    pub fn down(&self, mode: &str) {
        self.run("pg_ctl", &["stop", "-w", "-t", "120", "-m", mode, "-D", &self.data()]);
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A new empty database.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let name = format!("customs_{number}");
        let port = self.port.to_string();
        self.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "customs", &name]);
        format!("postgres://customs@127.0.0.1:{port}/{name}?sslmode=disable")
    }

    /// What lies here is gone with the server; it may read it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Hands a file of its folder to whoever runs the server, who alone may read it then.
    pub fn own(&self, name: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = unprivileged() {
            std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
        }
    }

    /// Changes a file of the server's settings; it is read when the server starts.
    pub fn configure(&self, file: &str, change: impl FnOnce(String) -> String) {
        let file = Path::new(&self.data()).join(file);
        let before = fs::read_to_string(&file).unwrap();
        fs::write(&file, change(before)).unwrap();
    }

    /// Runs SQL as whoever an address names: the rows as lines, columns with a bar between, or what the server said against it.
    pub fn sql(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        psql.args(["--file", "-", url]).env("PGTZ", "UTC");
        let mut psql =
            psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        psql.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
        let output = psql.wait_with_output().unwrap();
        let [out, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        if output.status.success() { Ok(out) } else { Err(errors) }
    }

    fn data(&self) -> String {
        format!("{}/data", self.folder.path().display())
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        if let Some((user, group)) = unprivileged() {
            command.uid(user).gid(group);
        }
        // A started server keeps its standard error: it must not be a pipe that somebody waits for.
        let errors = self.folder.path().join(format!("{program}.err"));
        command.stderr(fs::File::create(&errors).unwrap());
        let status = command.status().unwrap();
        assert!(status.success(), "{program}: {}", fs::read_to_string(errors).unwrap());
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        let mut stop = Command::new(self.programs.join("pg_ctl"));
        stop.args(["stop", "-m", "immediate", "-D", &self.data()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some((user, group)) = unprivileged() {
            stop.uid(user).gid(group);
        }
        let _ = stop.current_dir(self.folder.path()).status();
    }
}

/// Where the newest server's programs are.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|entries| {
        entries
            .filter_map(|entry| entry.ok()?.path().join("bin").canonicalize().ok())
            .filter(|folder| folder.join("initdb").exists())
            .max()
    });
    versions.ok().flatten().expect("no PostgreSQL server is installed: run tests/run, or install postgresql")
}

/// The numbers of the user and group to become, when this is root.
fn unprivileged() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> u32 {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", UNPRIVILEGED]), id(&["-g", UNPRIVILEGED])))
}
