//! Which names the page answers to.
//!
//! A site elsewhere can make its own name point at this machine and so have a browser send requests here that look like its
//! own (DNS rebinding). Such requests carry that site's name as their host, so only names that are known to be ours are
//! answered: addresses written as numbers, `localhost`, and what the configuration names.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// The names.
#[derive(Debug, Clone)]
pub(in super::super) struct Hosts {
    loopback_only: bool,
    named: Vec<String>,
}

impl Hosts {
    /// The names of a page that listens on an address.
    pub(in super::super) fn new(listen: SocketAddr, named: &[String]) -> Self {
        let named = named.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        Self { loopback_only: listen.ip().is_loopback(), named }
    }

    /// The host that a request names, if it is one of ours.
    pub(super) fn of<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let mut hosts = headers.get_all(HOST).iter();
        let (host, none) = (hosts.next()?.to_str().ok()?, hosts.next());
        (none.is_none() && self.has(host)).then_some(host)
    }

    fn has(&self, host: &str) -> bool {
        let Some(name) = name(host) else { return false };
        let name = name.to_ascii_lowercase();
        match name.parse::<IpAddr>() {
            Ok(address) => !self.loopback_only || address.is_loopback(),
            Err(_) => name == "localhost" || self.named.contains(&name),
        }
    }
}

/// The host without its port; nothing when it is no host.
fn name(host: &str) -> Option<&str> {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        return (port.is_empty() || is_port(port.strip_prefix(':')?)).then_some(address);
    }
    match host.split_once(':') {
        Some((name, port)) => is_port(port).then_some(name),
        None => Some(host),
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// Whether a request that changes something comes from a page of this host. Browsers say where each such request comes from;
/// one that does not say it is not from a browser that can be trusted to keep sites apart.
pub(super) fn is_own(headers: &HeaderMap, host: &str) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next().and_then(|origin| origin.to_str().ok()), origins.next())
    else {
        return false;
    };
    // Behind a proxy that speaks TLS the page is https and does not know it.
    let from = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    from.is_some_and(|from| from.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let here = Hosts::new("127.0.0.1:8080".parse().unwrap(), &[]);
        let there = Hosts::new("0.0.0.0:8080".parse().unwrap(), &["Customs.Lan".to_owned()]);
        let answered = |hosts: &Hosts, host| hosts.of(&headers("host", host)).is_some();
        for host in ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080"] {
            assert!(answered(&here, host) && answered(&there, host), "{host}");
        }
        for host in ["192.168.1.7:8080", "customs.lan", "customs.lan:8080"] {
            assert!(!answered(&here, host) && answered(&there, host), "{host}");
        }
        for host in [
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.1:8080:1",
            "[::1",
            "",
        ] {
            assert!(!answered(&here, host) && !answered(&there, host), "{host}");
        }
        assert!(here.of(&HeaderMap::new()).is_none());
    }

    #[test]
    fn a_request_is_from_its_own_page_when_it_says_so() {
        let own = |origin| is_own(&headers("origin", origin), "localhost:8080");
        assert!(own("http://localhost:8080") && own("https://LOCALHOST:8080"));
        for origin in
            ["null", "http://localhost", "http://localhost:80801", "http://evil.example", "localhost:8080"]
        {
            assert!(!own(origin), "{origin}");
        }
        assert!(!is_own(&HeaderMap::new(), "localhost:8080"));
    }
}
