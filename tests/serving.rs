//! The page, served by the program, and a client that says exactly what it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::Workplace;

/// How long an answer may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running page. It is ended when this is dropped.
pub struct Serving {
    /// The program, unless the page is served by the test itself.
    child: Option<Child>,
    /// Where a client on this machine reaches it, such as `127.0.0.1:40123`.
    pub address: String,
    /// What it said when it began.
    pub said: Value,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, Vec<String>>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |values| values[0].as_str())
    }
}

/// Starts the page in a workplace.
pub fn serve(place: &Workplace, args: &[&str]) -> Serving {
    let mut all = vec!["serve", "--json"];
    all.extend_from_slice(args);
    let mut child = place.command(&all).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let url = said["url"].as_str().unwrap();
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap();
    Serving { child: Some(child), address: format!("127.0.0.1:{port}"), said }
}

impl Serving {
    /// Starts the page on a free port of this machine.
    pub fn here(place: &Workplace) -> Self {
        serve(place, &["--listen", "127.0.0.1:0"])
    }

    /// A page that the test itself serves.
    pub fn at(address: std::net::SocketAddr) -> Self {
        Self { child: None, address: address.to_string(), said: Value::Null }
    }

    /// Sends these bytes and reads the answer.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that has seen enough may close before everything is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let _ = stream.shutdown(Shutdown::Both);
        parse(&answer)
    }

    /// A request with these headers, and its own `Host` unless they name one.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut bytes = format!("{head}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        self.raw(&bytes)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    /// Tells it to end and waits; its exit code.
    pub fn end(mut self) -> Option<i32> {
        let child = self.child.as_mut()?;
        let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(told.success());
        child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.entry(name.to_lowercase()).or_default().push(value.to_owned());
    }
    let body = answer.get(end + 4..).unwrap_or_default().to_vec();
    Answer { status: status.unwrap_or(0), headers, body }
}

/// A browser's session with the page: its cookie, and the token of its forms.
pub struct Visitor<'s> {
    pub page: &'s Serving,
    pub cookie: String,
    pub token: String,
}

impl<'s> Visitor<'s> {
    /// Comes to the page for the first time.
    pub fn new(page: &'s Serving) -> Self {
        let answer = page.get("/ports");
        Self { page, cookie: cookie(&answer), token: String::new() }.with_token("/filings")
    }

    /// Reads the token from a page with a form.
    pub fn with_token(mut self, path: &str) -> Self {
        self.token = token(&self.get(path).text());
        self
    }

    pub fn get(&self, path: &str) -> Answer {
        self.page.request("GET", path, &[("Cookie", &self.cookie)], b"")
    }

    /// Sends a form as a page of the site does.
    pub fn post(&self, path: &str, form: &str) -> Answer {
        let origin = format!("http://{}", self.page.address);
        self.post_from(&origin, path, &format!("token={}&{form}", self.token))
    }

    pub fn post_from(&self, origin: &str, path: &str, form: &str) -> Answer {
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("Origin", origin),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        self.page.request("POST", path, &headers, form.as_bytes())
    }

    /// Hands a file in.
    pub fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        self.upload_with(&self.token, name, bytes)
    }

    pub fn upload_with(&self, token: &str, name: &str, bytes: &[u8]) -> Answer {
        let mut body = format!(
            "--border\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n\
             --border\r\nContent-Disposition: form-data; name=\"port\"\r\n\r\n\r\n\
             --border\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--border--\r\n");
        let origin = format!("http://{}", self.page.address);
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("Origin", origin.as_str()),
            ("Content-Type", "multipart/form-data; boundary=border"),
        ];
        self.page.request("POST", "/filings/uploads", &headers, &body)
    }

    /// Goes where an answer leads, until it leads nowhere else; work under way is waited for.
    pub fn follow(&self, answer: &Answer) -> (String, String) {
        let mut path = answer.header("location").to_owned();
        let begun = std::time::Instant::now();
        loop {
            let answer = self.get(&path);
            let text = answer.text();
            match (answer.status, answer.header("location")) {
                (303, next) => path = next.to_owned(),
                (200, _) if text.contains("data-events") && begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                (200, _) => return (path, text),
                (status, _) => panic!("{status} at {path}: {text}"),
            }
        }
    }
}

/// The cookie that an answer sets, as a browser sends it back.
pub fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// The token of the first form on a page.
pub fn token(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"token\" value=\"").unwrap_or_else(|| panic!("no form in {page}"));
    rest.split('"').next().unwrap().to_owned()
}
