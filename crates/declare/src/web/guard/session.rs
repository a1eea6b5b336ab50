//! Sessions: who is who between two requests.
//!
//! Every browser has a random number in a cookie that no script and no other site can use. The token that each form sends
//! back is a keyed hash of it, so that nothing needs to be kept of a browser until somebody logs in. Numbers that have logged
//! in are held in memory: when the program ends, everybody is logged out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use uuid::Uuid;

use super::cookie;

const COOKIE: &str = "customs_session";

/// Letters of a session's number: two random UUIDs without their dashes, 244 random bits.
const ID_LETTERS: usize = 64;

/// How long somebody stays logged in: a long shift.
const LOGIN_HOURS: i64 = 12;

/// Logins held at a time: more than a warehouse has people. Beyond it the oldest have to log in again.
const MAX_LOGINS: usize = 1_000;

/// One browser's session.
#[derive(Clone)]
pub(in super::super) struct Session {
    id: String,
    /// Whether the browser has its number already.
    pub(super) known: bool,
    pub(in super::super) logged_in: bool,
}

/// All sessions.
pub(in super::super) struct Sessions {
    key: [u8; ID_LETTERS],
    logins: Mutex<HashMap<String, Timestamp>>,
}

/// A number that nobody guesses.
pub(in super::super) fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

impl Sessions {
    pub(in super::super) fn new() -> Self {
        let mut key = [0; ID_LETTERS];
        key.copy_from_slice(random().as_bytes());
        Self { key, logins: Mutex::default() }
    }

    /// The session of a request; a new one when it brings none.
    pub(super) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Session {
        let brought = cookie::read(headers, COOKIE)
            .filter(|id| id.len() == ID_LETTERS && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match brought {
            Some(id) => {
                let logged_in = self.logins().get(id).is_some_and(|until| now < *until);
                Session { id: id.to_owned(), known: true, logged_in }
            }
            None => Session { id: random(), known: false, logged_in: false },
        }
    }

    /// What a form of this session sends back.
    pub(in super::super) fn form_token(&self, session: &Session) -> String {
        hex(&self.keyed(session).finalize().into_bytes())
    }

    /// Whether a form was made for this session; compared in constant time.
    pub(in super::super) fn is_form_token(&self, session: &Session, token: &str) -> bool {
        unhex(token).is_some_and(|bytes| self.keyed(session).verify_slice(&bytes).is_ok())
    }

    /// A new session that is logged in. Its number is new, so that one that was known before the login is worth nothing.
    pub(in super::super) fn log_in(&self, now: Timestamp) -> Session {
        let session = Session { id: random(), known: false, logged_in: true };
        let until = now.checked_add(SignedDuration::from_hours(LOGIN_HOURS)).unwrap_or(Timestamp::MAX);
        let mut logins = self.logins();
        logins.retain(|_, until| now < *until);
        if logins.len() >= MAX_LOGINS
            && let Some(oldest) = logins.iter().min_by_key(|(_, until)| **until).map(|(id, _)| id.clone())
        {
            logins.remove(&oldest);
        }
        logins.insert(session.id.clone(), until);
        session
    }

    pub(in super::super) fn log_out(&self, session: &Session) {
        self.logins().remove(&session.id);
    }

    fn keyed(&self, session: &Session) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&self.key.into());
        mac.update(session.id.as_bytes());
        mac
    }

    fn logins(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// The cookie that makes the browser keep its number: for this site's own pages, out of reach of scripts.
    pub(in super::super) fn cookie(&self) -> String {
        format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", self.id)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("logged_in", &self.logged_in).finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_is_good_for_its_own_session_only() {
        let sessions = Sessions::new();
        let now = Timestamp::UNIX_EPOCH;
        let [one, other] = [(); 2].map(|()| sessions.of(&HeaderMap::new(), now));
        let token = sessions.form_token(&one);
        assert!(sessions.is_form_token(&one, &token));
        assert!(!sessions.is_form_token(&other, &token));
        assert!(!Sessions::new().is_form_token(&one, &token));
        for wrong in ["", "0", "zz", &token[2..], &token.replace(&token[..1], "x")] {
            assert!(!sessions.is_form_token(&one, wrong), "{wrong}");
        }
    }

    #[test]
    fn a_login_ends_by_itself_and_by_logging_out() {
        let sessions = Sessions::new();
        let now = Timestamp::UNIX_EPOCH;
        let session = sessions.log_in(now);
        let mut headers = HeaderMap::new();
        headers.insert("cookie", session.cookie().split(';').next().unwrap().parse().unwrap());
        let at = |hours| sessions.of(&headers, now + SignedDuration::from_hours(hours)).logged_in;
        assert_eq!([at(0), at(LOGIN_HOURS - 1), at(LOGIN_HOURS)], [true, true, false]);
        sessions.log_out(&session);
        assert!(!at(0));
    }
}
