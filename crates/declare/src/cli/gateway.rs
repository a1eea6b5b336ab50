//! The gateway that the configuration names.

use std::sync::Arc;

use ports::fault::Fault;
use ports::gateway::Gateway;
use ports::gateway::folder::{FolderGateway, FolderSettings};
use ports::gateway::http::{HttpGateway, HttpSettings};
use ports::http::Hidden;

use crate::configuration::{Gateway as Settings, Secret, faults};
use crate::enveloped_gateway::EnvelopedGateway;

/// The way to customs and back. Nothing is touched or called yet.
///
/// # Errors
/// What is missing in the configuration, or cannot be.
pub(crate) fn gateway(settings: &Settings) -> Result<Arc<dyn Gateway>, Box<Fault>> {
    let gateway = plain(settings)?;
    Ok(match settings.wrapper() {
        Some(envelope) => Arc::new(EnvelopedGateway::new(gateway, envelope)),
        None => gateway,
    })
}

/// The way without an envelope.
fn plain(settings: &Settings) -> Result<Arc<dyn Gateway>, Box<Fault>> {
    let needed = |key: &'static str, value: &Option<String>| {
        value
            .clone()
            .ok_or_else(|| Box::new(faults::NO_GATEWAY.fault().with("key", format!("gateway.{key}"))))
    };
    match settings.kind.as_deref() {
        Some("folder") => {
            let [outbox, inbox] = [needed("outbox", &settings.outbox)?, needed("inbox", &settings.inbox)?];
            let mut folders = FolderSettings::new(outbox, inbox);
            if let Some(archive) = &settings.archive {
                folders.archive = archive.into();
            }
            Ok(Arc::new(FolderGateway::new(folders)))
        }
        Some("http") => {
            let url = needed("url", &settings.url)?;
            let token = settings.token.as_ref().map(Secret::read_line).transpose();
            let token = token.map_err(|error| {
                Box::new(
                    ports::gateway::faults::SERVICE.fault().with("reason", format!("gateway.token: {error}")),
                )
            })?;
            let service = HttpGateway::new(HttpSettings::new(url, token.map(Hidden::new)));
            Ok(Arc::new(service.map_err(|error| Box::new(error.fault()))?))
        }
        _ => Err(Box::new(faults::NO_GATEWAY.fault().with("key", "gateway.kind"))),
    }
}
