//! Where secrets are kept. The configuration names the place; the secret is read when it is needed.

use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
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

/// The longest secret: a private key with its certificates takes some kilobytes.
const MAX_SECRET_BYTES: u64 = 1 << 20;

impl Secret {
    /// Reads the secret.
    ///
    /// # Errors
    /// When the variable is not set or the file cannot be read; the secret is never part of the error.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Environment(name) => env::var_os(name)
                .map(|value| value.into_encoded_bytes())
                .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("${name} is not set"))),
            Self::File(path) => {
                let mut bytes = Vec::new();
                File::open(path)?.take(MAX_SECRET_BYTES).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            Self::Literal(text) => Ok(text.clone().into_bytes()),
        }
    }

    /// Reads a secret that is one line of text, such as a password; the line break is not part of it.
    ///
    /// # Errors
    /// As [`Secret::read`], and when it is not text.
    pub fn read_line(&self) -> io::Result<String> {
        let text =
            String::from_utf8(self.read()?).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }
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
