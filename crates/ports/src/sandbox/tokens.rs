//! The tokens of the shop, with the platform's rules of their lives.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::settings::{Lifetimes, digits};

/// Refreshing a token with more than this left changes nothing.
const REFRESHED_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// So long the old token holds beside a new one.
const OLD_HOLDS: SignedDuration = SignedDuration::from_mins(5);
/// So long the owner's code can be used.
const CODE_HOLDS: SignedDuration = SignedDuration::from_mins(10);

struct Pair {
    access: String,
    access_until: Timestamp,
    refresh: String,
    refresh_until: Timestamp,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Unknown,
    Expired,
}

pub(super) struct Tokens {
    seed: u64,
    lifetimes: Lifetimes,
    current: Pair,
    /// The one before, and until when it holds.
    old: Option<(String, Timestamp)>,
    issued: u64,
    refreshed: u64,
    unchanged: u64,
    expired: u64,
    code_first_used: Option<Timestamp>,
}

impl Tokens {
    pub(super) fn new(seed: u64, lifetimes: Lifetimes, now: Timestamp) -> Self {
        let current = pair(seed, 1, lifetimes, now);
        Self {
            seed,
            lifetimes,
            current,
            old: None,
            issued: 1,
            refreshed: 0,
            unchanged: 0,
            expired: 0,
            code_first_used: None,
        }
    }

    /// The tokens as they stand: access and refresh.
    pub(super) fn current(&self) -> (&str, &str) {
        (&self.current.access, &self.current.refresh)
    }

    /// Looks at an access token.
    pub(super) fn check(&mut self, access: &str, now: Timestamp) -> Result<(), Trouble> {
        let until = if access == self.current.access {
            self.current.access_until
        } else {
            match &self.old {
                Some((old, until)) if old == access => *until,
                _ => return Err(Trouble::Unknown),
            }
        };
        if now < until {
            return Ok(());
        }
        self.expired += 1;
        Err(Trouble::Expired)
    }

    /// The tokens against the owner's code, which for a while gives the same ones.
    pub(super) fn authorize(&mut self, now: Timestamp, seller_id: &str) -> Option<Value> {
        let first = *self.code_first_used.get_or_insert(now);
        (now.duration_since(first) <= CODE_HOLDS).then(|| self.granted(seller_id))
    }

    /// New tokens against the refresh token.
    pub(super) fn refresh(
        &mut self,
        refresh: &str,
        now: Timestamp,
        seller_id: &str,
    ) -> Result<Value, Trouble> {
        if refresh != self.current.refresh {
            return Err(Trouble::Unknown);
        }
        if now >= self.current.refresh_until {
            return Err(Trouble::Expired);
        }
        if self.current.access_until.duration_since(now) > REFRESHED_WITHIN {
            self.unchanged += 1;
            return Ok(self.granted(seller_id));
        }
        self.issued += 1;
        self.refreshed += 1;
        let old_until = now.checked_add(OLD_HOLDS).unwrap_or(now).min(self.current.access_until);
        let new = pair(self.seed, self.issued, self.lifetimes, now);
        let old = std::mem::replace(&mut self.current, new);
        self.old = Some((old.access, old_until));
        Ok(self.granted(seller_id))
    }

    fn granted(&self, seller_id: &str) -> Value {
        json!({
            "accessToken": self.current.access,
            "accessTokenExpiresAt": self.current.access_until.as_millisecond(),
            "refreshToken": self.current.refresh,
            "refreshTokenExpiresAt": self.current.refresh_until.as_millisecond(),
            "sellerId": seller_id,
            "sellerName": "示例海外旗舰店",
        })
    }

    /// Counts only: no token.
    pub(super) fn state(&self) -> Value {
        json!({
            "issued": self.issued, "refreshed": self.refreshed, "refreshed_too_early": self.unchanged,
            "expired_ones_seen": self.expired,
        })
    }
}

fn pair(seed: u64, number: u64, lifetimes: Lifetimes, now: Timestamp) -> Pair {
    let until = |span: SignedDuration| now.checked_add(span).unwrap_or(Timestamp::MAX);
    Pair {
        access: format!("token-{}", digits(seed, &format!("access {number}"), 32)),
        access_until: until(lifetimes.access),
        refresh: format!("refresh-{}", digits(seed, &format!("refresh {number}"), 32)),
        refresh_until: until(lifetimes.refresh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_live_as_the_platform_says() {
        let start = Timestamp::UNIX_EPOCH;
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let week = 7 * 24 * 60;
        let mut tokens = Tokens::new(1, Lifetimes::default(), start);
        let (access, refresh) = (tokens.current().0.to_owned(), tokens.current().1.to_owned());
        tokens.refresh(&refresh, at(week - 31), "s").unwrap();
        assert_eq!(tokens.current().0, access, "too early: nothing changes");
        let granted = tokens.refresh(&refresh, at(week - 29), "s").unwrap();
        assert_ne!(granted["accessToken"], access.as_str());
        assert_eq!(tokens.check(&access, at(week - 25)), Ok(()), "five minutes more");
        assert_eq!(tokens.check(&access, at(week - 23)), Err(Trouble::Expired));
        assert_eq!(tokens.refresh(&refresh, at(week), "s"), Err(Trouble::Unknown), "one refresh each");
        let refresh = tokens.current().1.to_owned();
        tokens.refresh(&refresh, at(2 * week), "s").unwrap();
        let refresh = tokens.current().1.to_owned();
        assert_eq!(tokens.refresh(&refresh, at(5 * week), "s"), Err(Trouble::Expired));
        assert!(tokens.authorize(at(0), "s").is_some() && tokens.authorize(at(11), "s").is_none());
    }
}
