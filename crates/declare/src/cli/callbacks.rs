//! Where platforms call: whose callbacks are heard, and how what they say is kept.

use std::sync::Arc;

use axum::Router;
use ports::clock::SystemClock;
use ports::fault::Text;
use ports::inbox::{Doors, Inbox, Seal, SealError, router};
use ports::store::{Key, Store};
use ports::vault::{Field, Sealed, Vault};

use super::output::Output;
use crate::configuration::Configuration;

const UNHEARD: Text = Text {
    zh: "平台的回调暂不接收；页面照常使用",
    en: "platforms are not heard when they call back; the page works all the same",
};

/// Seals news with the vault.
struct InVault(Arc<Vault>);

impl Seal for InVault {
    fn seal(&self, key: &Key, plain: &str) -> Result<String, SealError> {
        let sealed = self.0.seal(key, Field::PUSH, plain.as_bytes());
        sealed.map(|sealed| sealed.to_string()).map_err(|error| refused(key, &error))
    }

    fn open(&self, key: &Key, sealed: &str) -> Result<String, SealError> {
        let sealed: Sealed = sealed.parse().map_err(|error| refused(key, &error))?;
        let clear = self.0.unseal(key, Field::PUSH, &sealed).map_err(|error| refused(key, &error))?;
        String::from_utf8(clear.to_vec()).map_err(|_| refused(key, &"it is no text"))
    }
}

fn refused(key: &Key, reason: &dyn std::fmt::Display) -> SealError {
    SealError { key: key.clone(), reason: reason.to_string() }
}

/// The routes of the platforms whose secrets are at hand; each verifies who calls. Secrets that cannot be read are told, and
/// keep nobody from the page.
pub(super) fn routes(
    configuration: &Configuration,
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    out: &Output,
) -> Router {
    let doors = configuration.doors().unwrap_or_else(|faults| {
        faults.iter().for_each(|fault| out.fault(fault));
        out.say(out.text(&UNHEARD, &[]).as_str());
        Doors::default()
    });
    let inbox = Inbox::new(store, Arc::new(SystemClock), Arc::new(InVault(vault)));
    router(Arc::new(inbox), doors)
}
