//! A gateway whose messages travel in an envelope.

use std::sync::Arc;

use ports::fault::Lang;
use ports::gateway::{Batch, Fate, Gateway, GatewayError, Outcome, Pending, Raw};

use crate::messages::envelope::Envelope;

/// Puts every message that is submitted into an envelope. Receipts are handed out as they come, in their envelopes: whoever
/// keeps them keeps the very bytes, and [`crate::messages::receipts::read`] looks inside.
///
/// What a gateway promises of its bytes holds for the envelope too, as the same message always gives the same envelope.
pub struct EnvelopedGateway {
    inner: Arc<dyn Gateway>,
    envelope: &'static dyn Envelope,
}

impl EnvelopedGateway {
    /// A gateway in front of another.
    pub fn new(inner: Arc<dyn Gateway>, envelope: &'static dyn Envelope) -> Self {
        Self { inner, envelope }
    }
}

impl Gateway for EnvelopedGateway {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn submit<'a>(&'a self, guid: &'a str, bytes: &'a [u8]) -> Pending<'a, Outcome> {
        match self.envelope.wrap(bytes) {
            Ok(wrapped) => Box::pin(async move { self.inner.submit(guid, &wrapped).await }),
            // Trying again is no use: the same message would not fit the next time either.
            Err(fault) => {
                let reason = format!("{}: {}", fault.code(), fault.message(Lang::En));
                Box::pin(std::future::ready(Outcome::Refused { reason }))
            }
        }
    }

    fn query<'a>(&'a self, guid: &'a str) -> Pending<'a, Fate> {
        self.inner.query(guid)
    }

    fn receive<'a>(&'a self, after: Option<&'a str>) -> Pending<'a, Result<Batch, GatewayError>> {
        self.inner.receive(after)
    }

    fn acknowledge<'a>(&'a self, receipt: &'a Raw) -> Pending<'a, Result<(), GatewayError>> {
        self.inner.acknowledge(receipt)
    }

    fn probe(&self) -> Pending<'_, Result<(), GatewayError>> {
        self.inner.probe()
    }
}
