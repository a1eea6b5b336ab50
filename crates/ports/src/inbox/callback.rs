//! News as it is kept, and what tells it apart.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::platform::PlatformEvent;
use crate::store::Record;
use crate::xiaohongshu::push;
use crate::yanxuan as yanxuan_wire;

/// Characters of the id: 128 bits, as nobody can make two of the same without the platform's secret.
const ID_CHARACTERS: usize = 32;

/// News of a platform as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct Callback {
    /// The platform.
    pub platform: String,
    /// Its word for the kind of news: a callback's method, a message's tag.
    pub kind: String,
    /// When it was sent, by the platform's clock.
    pub sent_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
    /// The shop, when the platform says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// What it says, sealed.
    pub(super) body: String,
}

impl fmt::Debug for Callback {
    /// Says what it is about, not what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("platform", &self.platform)
            .field("kind", &self.kind)
            .field("received_at", &self.received_at)
            .field("done_at", &self.done_at)
            .finish_non_exhaustive()
    }
}

impl Record for Callback {
    const FORMAT: u32 = 1;
}

/// When a platform was last heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heard {
    pub(super) at: Timestamp,
}

impl Record for Heard {
    const FORMAT: u32 = 1;
}

/// What news of a platform says: its kind, and what came with it. A pure function of the two.
pub fn event(platform: &str, kind: &str, news: &str) -> PlatformEvent {
    match platform {
        yanxuan_wire::PLATFORM => yanxuan_wire::event(kind, news),
        push::PLATFORM => push::event(kind, news),
        _ => PlatformEvent::Unknown { why: "the platform is not known" },
    }
}

/// News on its way in: verified, not kept yet.
pub(crate) struct Incoming {
    pub(crate) platform: &'static str,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) sent_at: Timestamp,
    pub(crate) seller: Option<String>,
    pub(crate) news: String,
}

/// The id of news: the same for the same parts.
pub(crate) fn id_of(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // With the lengths, no two lists of parts run together into the same bytes.
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let mut id: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    id.truncate(ID_CHARACTERS);
    id
}
