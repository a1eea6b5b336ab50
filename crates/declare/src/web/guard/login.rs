//! Who may use the page: where it can be reached from other machines, whoever knows its token.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Wrong tokens a minute before everybody has to wait: a person mistypes a few times, a program that guesses does not stop.
const TRIES_A_MINUTE: NonZeroU32 = match NonZeroU32::new(10) {
    Some(tries) => tries,
    None => NonZeroU32::MIN,
};

/// The token, by its hash.
pub(in super::super) struct Login {
    hash: [u8; 32],
    tries: DefaultDirectRateLimiter,
}

/// What became of a try to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Try {
    Right,
    Wrong,
    TooMany,
}

impl Login {
    pub(in super::super) fn new(token: &str) -> Self {
        Self { hash: hash(token), tries: RateLimiter::direct(Quota::per_minute(TRIES_A_MINUTE)) }
    }

    /// Whether this is the token; compared in constant time.
    pub(in super::super) fn is(&self, token: &str) -> bool {
        hash(token.trim()).ct_eq(&self.hash).into()
    }

    /// Tries a token.
    pub(in super::super) fn attempt(&self, token: &str) -> Try {
        if self.tries.check().is_err() {
            return Try::TooMany;
        }
        if self.is(token) { Try::Right } else { Try::Wrong }
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_down() {
        let login = Login::new("0123456789abcdef");
        assert_eq!(login.attempt(" 0123456789abcdef\n"), Try::Right);
        let tries: Vec<Try> = (0..20).map(|_| login.attempt("0123456789abcdeX")).collect();
        assert!(tries.contains(&Try::Wrong) && tries.contains(&Try::TooMany), "{tries:?}");
        assert!(!tries.contains(&Try::Right));
    }
}
