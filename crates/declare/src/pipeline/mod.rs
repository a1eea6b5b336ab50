//! `declare run`: orders move from the shop to customs and their receipts back, by themselves.
//!
//! Ten stages, each on a thread of its own, each taking what is due out of the store in batches and putting what came of it
//! back in one commit: orders in ([`list`], [`fetch`]), documents into messages ([`declare`]), messages out ([`send`]), receipts in
//! ([`receive`]), receipts into their cases ([`fold`]), what the time brings ([`timers`]), what the platform is asked and told
//! ([`tell`]), what it and a supplier say by themselves ([`news`]), and what the supplier is asked ([`inquire`]). They know
//! nothing of each other; what one leaves in the store the next one finds. What is to be done with an order is not decided
//! here: [`crate::lifecycle`] does that, and `cases` is the one way in which a case changes.
//!
//! # At least once, and effectively once
//!
//! Numbers and bytes are kept before anything is sent, and what is sent is always what was kept: after a crash the same bytes
//! go out again under the same number, and the other side knows them. Receipts are kept before they are acknowledged. A
//! record of work is there from the commit that makes it necessary to the commit that holds its result. So the process may
//! end at any moment ([`crash`] lists those where it matters), and the next one goes on.
//!
//! # Many workers
//!
//! On a store that several processes share, each run is one [`Worker`] of many, on whatever machine, and does all [`Part`]s of
//! the work or some. Work is claimed, for a while; of two that decide about one order at the same moment one looks again
//! (`race`). Sending alone is done by one worker at a time ([`Lease`]). All go by the store's clock, tell each other of work
//! that is due, and look by themselves now and then. A store that is out of reach is waited for.
//!
//! The layout of the store stands in [`layout`].

mod ahead;
mod answered;
pub mod audit;
mod cases;
mod clock;
mod compressed;
pub mod crash;
mod dawn;
mod decide;
mod declare;
mod door;
pub mod faults;
mod fetch;
mod figures;
mod fold;
mod follow;
mod inquire;
mod keeper;
pub mod layout;
mod lease;
mod list;
mod load;
mod make;
mod morning;
mod news;
mod pack;
mod race;
mod reading;
mod receive;
mod send;
mod stage;
mod summary;
mod supply;
mod tell;
mod timers;
mod vault_door;
pub mod waybills;
mod work;
mod worker;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::archive::{Archive, ArchiveError};
use ports::catalogue::Catalogue;
use ports::clock::Clock;
use ports::fault::Fault;
use ports::gateway::Gateway;
use ports::metrics::Metrics;
use ports::platform::{Platform, Supplier};
use ports::repush::Routes;
use ports::store::{Store, StoreError};
use tokio::runtime::Runtime;

pub use decide::{filings_changed, move_on};
pub use door::{Door, DoorError, OpenDoor};
pub use lease::Lease;
pub use news::InboxSeal;
pub use stage::{Mode, Stop};
pub use summary::{Summary, cases, glances};
pub use worker::{Part, Present, Sends, Terms, WORK_LEASE, Worker, host, workers};

use crate::build::year::Secret;
use crate::build::{BuildError, Filings};
use crate::configuration::Declaring;
use crate::keeping::Keeping;
use crate::lifecycle::Policy;
use crate::messages::schema::Strictness;
use crate::messages::signature::Signer;
use cases::Busy;
use clock::StoreClock;
use dawn::Dawn;
use keeper::Keeper;
use lease::SenderLease;
use load::Load;
use stage::{Board, Ground, Stage};
use worker::Presence;

/// Letters of a certificate's fingerprint that tell a key from others.
const KEY_LETTERS: usize = 16;

/// What a run works with.
pub struct Parts<'c> {
    /// What orders are declared by.
    pub declaring: Declaring<'c>,
    /// Legal units and rates.
    pub tariff: &'c Tariff,
    /// The ports.
    pub catalogue: &'c Catalogue,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Whether no other process works on the store.
    pub exclusive: bool,
    /// Another text whenever filings, tariff or configuration are others: then held orders are looked at anew.
    pub fingerprint: String,
    /// The filings.
    pub filings: &'c dyn Filings,
    /// Where orders come from.
    pub platforms: Vec<Arc<dyn Platform>>,
    /// The supplier that ships orders, when it can be asked about them.
    pub supplier: Option<Arc<dyn Supplier>>,
    /// By which way the payment slips of a port go.
    pub routes: Routes,
    /// Orders created before are left alone.
    pub since: Timestamp,
    /// The way to customs.
    pub gateway: Arc<dyn Gateway>,
    /// Who signs.
    pub signer: Option<Arc<dyn Signer>>,
    /// What seals personal data.
    pub door: Arc<dyn Door>,
    /// Where figures go.
    pub metrics: Option<Metrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where messages are kept.
    pub keeping: Keeping,
    /// How this run shares the work with others.
    pub worker: Worker,
    /// What is decided how.
    pub policy: Policy,
    /// How messages are put together.
    pub packing: Packing,
}

impl std::fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("gateway", &self.gateway.kind()).finish_non_exhaustive()
    }
}

/// How messages are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packing {
    /// How many documents a message holds at the most.
    pub batch: usize,
    /// How long documents wait for others to go with them.
    pub gather: Duration,
    /// How messages are held against their schemas.
    pub gate: Strictness,
}

impl Default for Packing {
    fn default() -> Self {
        Self {
            batch: crate::messages::MAX_DOCUMENTS,
            // Nobody at a warehouse notices two seconds, and a signature by a slow device is shared by many.
            gather: Duration::from_secs(2),
            gate: Strictness::default(),
        }
    }
}

/// Is told what happens while it happens.
pub trait Observer: Sync {
    /// So many orders were read from the platform.
    fn fetched(&self, orders: u64);
    /// A message left.
    fn sent(&self, kind: crate::messages::MessageKind, documents: u64);
    /// Receipts came.
    fn received(&self, receipts: u64);
    /// Something is in the way; it is tried again.
    fn trouble(&self, fault: &Fault);
}

/// Why a run could not go on. Nothing is lost; it can be run again.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Documents or messages could not be made.
    #[error(transparent)]
    Build(BuildError),
    /// What was sealed cannot be opened.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// A message in the archive is not what was put there.
    #[error("the message {file} in the archive is not what was put there")]
    Altered {
        /// Its file.
        file: String,
    },
    /// The network cannot be used.
    #[error("the network cannot be used: {0}")]
    Network(#[source] std::io::Error),
    /// A stage stopped.
    #[error("a part of this run stopped unexpectedly")]
    Worker,
}

impl RunError {
    /// Whether the store is out of reach and may come back by itself.
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_passing(),
            Self::Door(DoorError::Away { .. }) => true,
            _ => false,
        }
    }
}

impl From<ArchiveError> for RunError {
    fn from(error: ArchiveError) -> Self {
        BuildError::from(error).into()
    }
}

impl From<BuildError> for RunError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Store(error) => Self::Store(error),
            other => Self::Build(other),
        }
    }
}

/// What the stages share.
struct Shared<'r, 'c> {
    parts: &'r Parts<'c>,
    runtime: &'r Runtime,
    busy: Busy,
    secret: Secret,
    clock: Arc<dyn Clock>,
    lease: SenderLease,
    observer: &'r dyn Observer,
    once: bool,
    /// Where more waits than one turn takes.
    load: Load,
    /// What is in the way, by stage.
    troubles: Mutex<BTreeMap<&'static str, Fault>>,
}

impl Shared<'_, '_> {
    fn store(&self) -> &dyn Store {
        self.parts.store.as_ref()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn archive(&self) -> &dyn Archive {
        self.parts.keeping.archive.as_ref()
    }

    /// How long documents wait for others to go with them. Who runs until nothing is due does not wait: they go together with
    /// what is there.
    fn gather(&self) -> SignedDuration {
        let gather = if self.once { Duration::ZERO } else { self.parts.packing.gather };
        SignedDuration::try_from(gather).unwrap_or_default()
    }

    fn dawn<T>(&self) -> Dawn<T> {
        Dawn::new(self.parts.exclusive, self.parts.worker.terms.work)
    }

    /// Notes what is in the way of a stage.
    fn trouble(&self, stage: &'static str, fault: Fault) {
        tracing::warn!(stage, code = fault.code(), "something is in the way");
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles.get(stage) != Some(&fault) {
            self.observer.trouble(&fault);
        }
        troubles.insert(stage, fault);
    }

    /// A stage got through.
    fn clear(&self, stage: &'static str) {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).remove(stage);
    }
}

/// Runs the stages.
///
/// # Errors
/// [`RunError`] when the run could not go on. What was done until then is kept; running again goes on.
pub fn run(parts: &Parts<'_>, mode: Mode, stop: &Stop, observer: &dyn Observer) -> Result<Summary, RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .thread_name("network")
        .build()
        .map_err(RunError::Network)?;
    let store = parts.store.as_ref();
    let (clock, ahead) = clock_of(parts)?;
    let presence = Presence::new(&parts.worker, clock.now());
    let shared = Shared {
        parts,
        runtime: &runtime,
        busy: Busy::default(),
        secret: parts.keeping.secret()?,
        lease: SenderLease::new(
            (parts.declaring.declarant.code.as_str(), &key_of(parts)),
            (&parts.worker.name, presence.instance()),
            parts.exclusive,
            (parts.worker.terms.sender, parts.worker.terms.work),
        ),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        observer,
        once: matches!(mode, Mode::Once { .. }),
        load: Load::default(),
        troubles: Mutex::default(),
    };
    if parts.worker.parts.contains(&Part::Declare) {
        morning::look(&parts.policy, store, &parts.fingerprint, shared.now())?;
    }
    let stages = stages(&shared)?;
    let wait = match mode {
        Mode::Once { wait } => SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX),
        Mode::Watch => SignedDuration::ZERO,
    };
    let under_way = || {
        let until = shared.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        summary::is_under_way(store, until).map_err(RunError::Store)
    };
    let reach = |error: Option<&RunError>| match error {
        Some(error) => shared.trouble("store", faults::STORE_AWAY.fault().with("reason", error)),
        None => shared.clear("store"),
    };
    let ground = Ground {
        under_way: &under_way,
        shared: !parts.exclusive,
        patience: parts.worker.terms.patience,
        reach: &reach,
    };
    let board = Board::new(&stages, mode, stop, ground);
    let result = Keeper::new(&shared, &clock, presence, ahead).beside(&board, stages);
    drop(board);
    let troubles = std::mem::take(&mut *shared.troubles.lock().unwrap_or_else(PoisonError::into_inner));
    drop(shared);
    // Calls that hang are nobody's any more.
    runtime.shutdown_background();
    result?;
    summary::of(parts.store.as_ref(), troubles.into_values().collect()).map_err(RunError::Store)
}

/// The clock that a run goes by, and by how much it is ahead of the machine's.
fn clock_of(parts: &Parts<'_>) -> Result<(Arc<StoreClock>, Option<SignedDuration>), RunError> {
    let clock = Arc::new(StoreClock::new(&parts.clock));
    let ahead = if parts.worker.follows_store { clock.measure(parts.store.as_ref())? } else { None };
    Ok((clock, ahead))
}

/// What tells the key that messages are signed under from others.
fn key_of(parts: &Parts<'_>) -> String {
    let fingerprint = |signer: &Arc<dyn Signer>| {
        declare::digest(signer.certificate().der()).chars().take(KEY_LETTERS).collect()
    };
    parts.signer.as_ref().map_or_else(|| "unsigned".to_owned(), fingerprint)
}

/// The stages that do a worker's parts of the work.
fn stages<'s>(shared: &'s Shared<'s, 's>) -> Result<Vec<Box<dyn Stage + 's>>, RunError> {
    let mut stages: Vec<Box<dyn Stage + 's>> = Vec::new();
    for part in &shared.parts.worker.parts {
        match part {
            Part::Fetch => {
                stages.push(Box::new(list::List::new(shared)));
                stages.push(Box::new(fetch::Fetch::new(shared)));
                let mut news = news::News::new(shared);
                news.catch_up()?;
                stages.push(Box::new(news));
                stages.push(Box::new(inquire::Inquire::new(shared)));
            }
            Part::Declare => stages.push(Box::new(declare::Declare::new(shared))),
            Part::Send => stages.push(Box::new(send::Send::new(shared))),
            Part::Receive => {
                stages.push(Box::new(receive::Receive::new(shared)));
                stages.push(Box::new(fold::Fold::new(shared)));
                stages.push(Box::new(timers::Timers::new(shared)));
            }
            Part::Ship => stages.push(Box::new(tell::Tell::new(shared))),
        }
    }
    Ok(stages)
}
