//! From orders whose documents are written to messages that have passed their schema.

use ports::archive::Archive;
use ports::fault::{Fault, Place};
use ports::store::{Batch, Key};

use super::assess::Taxes;
use super::commit::record;
use super::outbox::file_name;
use super::prepare::Ready;
use super::year::Purchase;
use super::{BuildError, Plan, faults};
use crate::documents::Guid;
use crate::messages::schema::{SchemaFault, SchemaGate};
use crate::messages::{MessageBuilder, MessageKind, signature};

/// A finished message.
pub(crate) struct Finished {
    pub(crate) kind: MessageKind,
    pub(crate) guid: Guid,
    pub(crate) documents: usize,
    pub(crate) bytes: Vec<u8>,
    pub(crate) file: String,
}

/// Messages that are on disk in the archive, and what the ledger is to hold of them and of the orders they are made of.
pub(super) struct Sealed {
    pub(super) batch: Batch,
    pub(super) orders: Vec<Claimant>,
    pub(super) messages: Vec<Finished>,
    /// Orders that the schema refused after all, with the reasons.
    pub(super) held: Vec<(Claimant, Vec<Fault>)>,
}

/// What is left of an order when its documents stand in messages.
pub(super) struct Claimant {
    pub(super) order_no: String,
    /// Numbers that no other order may use.
    pub(super) used: Vec<Key>,
    pub(super) purchase: Purchase,
    pub(super) tax: Taxes,
    pub(super) warnings: Vec<Fault>,
}

impl From<Ready> for Claimant {
    fn from(order: Ready) -> Self {
        let Ready { order_no, used, purchase, tax, warnings, .. } = order;
        Self { order_no, used, purchase, tax, warnings }
    }
}

/// Seals a batch of orders: at most one message of each kind.
pub(super) fn seal(
    mut orders: Vec<Ready>,
    plan: &Plan<'_>,
    archive: &dyn Archive,
) -> Result<Sealed, BuildError> {
    let mut held = Vec::new();
    let mut messages = loop {
        match messages(&orders, plan)? {
            Ok(messages) => break messages,
            Err(_) => orders = set_aside(orders, &mut held, plan)?,
        }
    };
    for message in &mut messages {
        message.file = file_name(message.kind, message.guid);
    }
    let kept: Vec<_> =
        messages.iter().map(|message| (message.file.as_str(), message.bytes.as_slice())).collect();
    archive.keep_all(&kept)?;
    for message in &messages {
        let _span = crate::spans::message(message.kind, message.guid).entered();
        tracing::info!(documents = message.documents, bytes = message.bytes.len(), "it is in the archive");
    }
    // Here and not where it is committed: this is done on all cores, and that on one.
    let mut batch = Batch::default();
    record(&mut batch, &orders, &messages, plan.setting.now)?;
    let orders = orders.into_iter().map(Claimant::from).collect();
    Ok(Sealed { batch, orders, messages, held })
}

type Refusal = (MessageKind, Vec<SchemaFault>);

/// Builds and checks the messages of some orders.
fn messages(orders: &[Ready], plan: &Plan<'_>) -> Result<Result<Vec<Finished>, Refusal>, BuildError> {
    let mut finished = Vec::new();
    for kind in &plan.kinds {
        let fragments = orders.iter().filter_map(|order| order.fragment(*kind));
        let Some(built) = message(*kind, fragments, plan)? else {
            continue;
        };
        match built {
            Ok(message) => finished.push(message),
            Err(faults) => return Ok(Err((*kind, faults))),
        }
    }
    Ok(Ok(finished))
}

/// Builds, signs and checks a message of documents of one kind; nothing when there are none.
pub(crate) fn message<'f>(
    kind: MessageKind,
    fragments: impl Iterator<Item = &'f [u8]> + Clone,
    plan: &Plan<'_>,
) -> Result<Option<Result<Finished, Vec<SchemaFault>>>, BuildError> {
    let guid = Guid::random();
    let mut builder = MessageBuilder::with_room(kind, guid, fragments.clone().map(<[u8]>::len).sum());
    for fragment in fragments {
        builder.add(fragment);
    }
    let documents = builder.count();
    if documents == 0 {
        return Ok(None);
    }
    let mut bytes = builder.finish(&plan.transmitter());
    if let Some(signer) = &plan.signer {
        bytes = signature::sign(&bytes, signer.as_ref()).map_err(BuildError::Sign)?;
    }
    let faults = check(kind, plan, &bytes)?;
    let finished = Finished { kind, guid, documents, bytes, file: String::new() };
    Ok(Some(if faults.is_empty() { Ok(finished) } else { Err(faults) }))
}

fn check(kind: MessageKind, plan: &Plan<'_>, bytes: &[u8]) -> Result<Vec<SchemaFault>, BuildError> {
    let gate = SchemaGate::of(kind.schema(plan.signer.is_some())).map_err(BuildError::Schema)?;
    let text = std::str::from_utf8(bytes).map_err(|error| BuildError::NotText(error.to_string()))?;
    Ok(gate.check_as(text, plan.gate))
}

/// Takes out the orders that the schema refuses on their own, so that the others go on.
fn set_aside(
    orders: Vec<Ready>,
    held: &mut Vec<(Claimant, Vec<Fault>)>,
    plan: &Plan<'_>,
) -> Result<Vec<Ready>, BuildError> {
    let before = orders.len();
    let mut kept = Vec::with_capacity(before);
    for order in orders {
        let alone = [order];
        let verdict = messages(&alone, plan)?;
        let [order] = alone;
        match verdict {
            Ok(_) => kept.push(order),
            Err((kind, refusals)) => {
                let told = refusals.into_iter().map(|refusal| {
                    // The gate's own words may repeat a value; the path does not.
                    let path = refusal.path.unwrap_or_default();
                    let place = Place { line: Some(order.line), ..Place::order(&order.order_no, &path) };
                    faults::SCHEMA.at(place).with("document", kind.type_name()).with("path", path)
                });
                let told = told.collect();
                held.push((order.into(), told));
            }
        }
    }
    if kept.len() == before {
        // Each passes alone and all together do not: a defect of this program, which must not go round for ever.
        return Err(BuildError::NotText("documents pass the schema alone but not together".to_owned()));
    }
    Ok(kept)
}
