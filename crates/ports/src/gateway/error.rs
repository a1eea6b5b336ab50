//! Why a gateway cannot be used.

use std::io;
use std::path::Path;

use super::faults;
use crate::fault::{Fault, Text};
use crate::http::CallError;

/// Why a gateway cannot be used. No variant holds anything of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// A number that no message has.
    #[error("\"{guid}\" is no number of a message")]
    Number {
        /// The number, cut short.
        guid: String,
    },
    /// A folder cannot be used.
    #[error("{place} cannot be used: {reason}")]
    Folder {
        /// The folder or the file in it.
        place: String,
        /// What the system says.
        reason: String,
    },
    /// There is no room left.
    #[error("{place}: no room left on the disk")]
    Full {
        /// The folder.
        place: String,
    },
    /// The service cannot be reached or does not answer as it should.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The program is ending.
    #[error("the program is ending")]
    Ending,
}

const ENDING: Text = Text { zh: "程序正在退出", en: "the program is ending" };

impl GatewayError {
    /// An error of the system about a folder or a file.
    pub(super) fn of_io(place: &Path, error: &io::Error) -> Self {
        let place = place.display().to_string();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { place },
            _ => Self::Folder { place, reason: error.to_string() },
        }
    }

    /// What a person is told.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Number { guid } => faults::NUMBER.fault().with("guid", guid),
            Self::Folder { place, reason } => {
                faults::FOLDER.fault().with("place", place).with("reason", reason)
            }
            Self::Full { place } => faults::FULL.fault().with("place", place),
            Self::Call(error) => faults::SERVICE.fault().with("reason", &error.failure),
            Self::Ending => faults::SERVICE.fault().with_words("reason", ENDING),
        }
    }
}
