//! Documents into messages: put together, signed, held against their schemas, and kept in the archive.

use std::collections::BTreeMap;

use ports::fault::{Fault, Place};

use super::make::{Parcel, kind_of};
use super::work::spread;
use super::{Packing, RunError, Shared, crash};
use crate::build::outbox::file_name;
use crate::build::seal::{self, Finished};
use crate::build::{Plan, faults};
use crate::documents::Guid;
use crate::messages::MessageKind;
use crate::messages::batching::Fill;
use crate::messages::schema::SchemaFault;

/// A message, and which documents of which parcels it holds.
pub(super) struct Packed {
    pub(super) message: Finished,
    /// Places of parcel and paper.
    pub(super) members: Vec<(usize, usize)>,
}

/// What came of packing.
pub(super) struct Packs {
    /// The messages, on disk.
    pub(super) packed: Vec<Packed>,
    /// Parcels of which a document does not fit its schema after all, with the reasons; no message holds anything of them.
    pub(super) unfit: BTreeMap<usize, Vec<Fault>>,
}

impl Packs {
    /// The message that holds a document.
    pub(super) fn message_of(&self, parcel: usize, paper: usize) -> Option<Guid> {
        let holds = |packed: &&Packed| packed.members.contains(&(parcel, paper));
        self.packed.iter().find(holds).map(|packed| packed.message.guid)
    }
}

/// Packs the documents of parcels.
pub(super) fn pack(shared: &Shared<'_, '_>, parcels: &[Parcel], plan: &Plan<'_>) -> Result<Packs, RunError> {
    let mut unfit: BTreeMap<usize, Vec<Fault>> = BTreeMap::new();
    loop {
        let sheaves = sheaves(parcels, &unfit, &shared.parts.packing);
        let sealed = spread(&sheaves, || (), |(), sheaf| sealed(parcels, sheaf, plan))?;
        let refused = sheaves.iter().zip(&sealed).filter(|(_, sealed)| sealed.is_none());
        let before = unfit.len();
        for (sheaf, _) in refused {
            for (parcel, paper) in &sheaf.members {
                let alone = Sheaf { kind: sheaf.kind, members: vec![(*parcel, *paper)] };
                if let Err(found) = seal_one(parcels, &alone, plan)? {
                    unfit.entry(*parcel).or_default().extend(told(&parcels[*parcel], sheaf.kind, found));
                }
            }
            if unfit.len() == before {
                // Each passes alone and all together do not: a defect of this program, which must not go round for ever.
                let reason = "documents pass the schema alone but not together".to_owned();
                return Err(crate::build::BuildError::NotText(reason).into());
            }
        }
        if unfit.len() > before {
            continue;
        }
        let mut packed: Vec<Packed> = Vec::with_capacity(sheaves.len());
        for (sheaf, message) in sheaves.into_iter().zip(sealed) {
            if let Some(message) = message {
                packed.push(Packed { message, members: sheaf.members });
            }
        }
        if let Some(metrics) = shared.parts.metrics.as_ref().filter(|_| plan.signer.is_some()) {
            packed.iter().for_each(|_| metrics.signature());
        }
        let files = spread(
            &packed,
            || (),
            |(), packed| {
                let Finished { kind, guid, bytes, .. } = &packed.message;
                let file = file_name(*kind, *guid);
                shared.archive().keep(&file, bytes)?;
                Ok(file)
            },
        )?;
        crash::point("archive-written");
        shared.archive().sync()?;
        crash::point("archive-synced");
        for (packed, file) in packed.iter_mut().zip(files) {
            packed.message.file = file;
        }
        return Ok(Packs { packed, unfit });
    }
}

/// Documents that go into one message.
struct Sheaf {
    kind: MessageKind,
    members: Vec<(usize, usize)>,
}

/// Which documents go together: those of one kind, as many as a message holds, in the order of their parcels.
fn sheaves(parcels: &[Parcel], unfit: &BTreeMap<usize, Vec<Fault>>, packing: &Packing) -> Vec<Sheaf> {
    let mut sheaves: Vec<Sheaf> = Vec::new();
    let mut open: BTreeMap<MessageKind, (usize, Fill)> = BTreeMap::new();
    for (place, parcel) in parcels.iter().enumerate().filter(|(place, _)| !unfit.contains_key(place)) {
        for (index, paper) in parcel.papers.iter().enumerate().filter(|(_, paper)| paper.adopted.is_none()) {
            let kind = kind_of(paper.subject);
            let length = paper.bytes.len();
            let member = (place, index);
            if let Some((sheaf, fill)) = open.get_mut(&kind)
                && !paper.alone
                && let Some(sheaf) = sheaves.get_mut(*sheaf)
                && fill.has_room(kind, length, packing.batch)
            {
                sheaf.members.push(member);
                fill.add(length);
                continue;
            }
            if !paper.alone {
                let mut fill = Fill::default();
                fill.add(length);
                open.insert(kind, (sheaves.len(), fill));
            }
            sheaves.push(Sheaf { kind, members: vec![member] });
        }
    }
    sheaves
}

/// The message of some documents; nothing when its schema refuses it.
fn sealed(parcels: &[Parcel], sheaf: &Sheaf, plan: &Plan<'_>) -> Result<Option<Finished>, RunError> {
    Ok(seal_one(parcels, sheaf, plan)?.ok())
}

fn seal_one(
    parcels: &[Parcel],
    sheaf: &Sheaf,
    plan: &Plan<'_>,
) -> Result<Result<Finished, Vec<SchemaFault>>, RunError> {
    let fragments = sheaf.members.iter().filter_map(|(parcel, paper)| {
        parcels.get(*parcel).and_then(|parcel| parcel.papers.get(*paper)).map(|paper| paper.bytes.as_slice())
    });
    let message = seal::message(sheaf.kind, fragments, plan)?;
    // A sheaf is never empty.
    Ok(message.unwrap_or_else(|| Err(Vec::new())))
}

fn told(parcel: &Parcel, kind: MessageKind, refusals: Vec<SchemaFault>) -> impl Iterator<Item = Fault> + '_ {
    refusals.into_iter().map(move |refusal| {
        // The gate's own words may repeat a value; the path does not.
        let path = refusal.path.unwrap_or_default();
        let place = Place::order(&parcel.order_no, &path);
        faults::SCHEMA.at(place).with("document", kind.type_name()).with("path", path)
    })
}
