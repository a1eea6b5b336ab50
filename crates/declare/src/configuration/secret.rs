//! Where secrets are kept. The configuration names the place; the secret is read when it is needed.

use std::fmt;
use std::path::PathBuf;

/// The place of a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// An environment variable.
    Environment(String),
    /// A file.
    File(PathBuf),
    /// Written out: only towards a sandbox on this machine.
    Literal(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "Secret(env {name})"),
            Self::File(path) => write!(f, "Secret(file {})", path.display()),
            Self::Literal(_) => f.write_str("Secret(…)"),
        }
    }
}
