//! The course of a run.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use ports::fault::{Fault, Place};
use ports::store::{Batch, Expect, Key, Store};

use super::archive::{Archive, Outbox};
use super::ledger::{self, Declaration, Declared, Owner, Used};
use super::prepare::{Filings, Outcome, Preparer, Ready, Taxes, fingerprint};
use super::seal::{Finished, Sealed, hashes, seal};
use super::{BuildError, HeldOrder, Observer, Plan, Summary, WrittenMessage, faults};
use crate::documents::{Guid, Standing};
use crate::matching;
use crate::messages::MessageKind;
use crate::order::{Line, Reader};

/// Lines prepared by one job: enough that handing them over costs nothing, few enough that all cores have work.
const LINES_PER_JOB: usize = 64;
/// Bytes of lines prepared by one job at the most: what bounds the memory when orders are long.
const BYTES_PER_JOB: usize = 1 << 20;
/// Bytes of documents of one kind in a message at the most: well inside of what the schema gate reads.
const BYTES_PER_MESSAGE: usize = 12 << 20;
/// Jobs under way for each worker: one in work, others waiting, so that no worker idles while the ledger is written.
const JOBS_PER_WORKER: usize = 4;
/// Batches recorded by one commit at the most; each commit waits for the disk once.
const BATCHES_PER_COMMIT: usize = 8;

/// Marks taken off by one commit.
const MARKS_PER_COMMIT: usize = 256;
/// How long an unpublished message is claimed for: no longer than this run's own look, as a store has one process.
const CLAIM: Duration = Duration::from_millis(1);
/// The version of a message's record right after it was written.
const FIRST_VERSION: u64 = 1;

/// Work for a worker. Each has its number; results are taken up in that order.
enum Job {
    Prepare(u64, Vec<Line>),
    Seal(u64, Vec<Ready>),
    Publish(Vec<Finished>),
}

enum Done {
    Prepared(u64, Result<Vec<Outcome>, BuildError>),
    Sealed(u64, Result<Sealed, BuildError>),
    Published(Result<Vec<Finished>, BuildError>),
    /// The worker broke down over its job.
    BrokenDown,
}

/// Declares the orders of an input.
///
/// # Errors
/// [`BuildError`] when the run could not go on. What was declared until then is in the ledger; running again goes on.
pub fn build(
    input: impl BufRead,
    plan: &Plan<'_>,
    store: &dyn Store,
    filings: &dyn Filings,
    observer: &mut dyn Observer,
) -> Result<Summary, BuildError> {
    let archive = Archive::open(&plan.data)?;
    let outbox = Outbox::open(&plan.out)?;
    // One more than the cores: a worker that waits for the disk leaves its core to another.
    let workers = thread::available_parallelism().map_or(1, usize::from) + 1;
    let (jobs, waiting) = channel::<Job>();
    let (results, done) = channel::<Done>();
    let waiting = Mutex::new(waiting);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (results, waiting) = (results.clone(), &waiting);
            let (archive, outbox) = (&archive, &outbox);
            scope
                .spawn(move || work(waiting, &results, Preparer::new(plan, store, filings), archive, outbox));
        }
        drop(results);
        let run = Run {
            plan,
            store,
            archive: &archive,
            outbox: &outbox,
            observer,
            jobs,
            done,
            most_jobs: workers * JOBS_PER_WORKER,
            in_flight: 0,
            gathered: Vec::new(),
            gathered_bytes: [0; 4],
            sealing: 0,
            sealed: BTreeMap::new(),
            next_to_commit: 0,
            seen: HashSet::new(),
            claims: HashMap::new(),
            again: BTreeSet::new(),
            published: Vec::new(),
            summary: Summary::default(),
        };
        run.all(Reader::new(input))
    })
}

/// A worker: takes jobs until there are no more.
fn work(
    waiting: &Mutex<Receiver<Job>>,
    results: &Sender<Done>,
    mut preparer: Preparer<'_>,
    archive: &Archive,
    outbox: &Outbox,
) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever waits for the result has to be told, or would wait for ever.
        let done = catch_unwind(AssertUnwindSafe(|| job.run(&mut preparer, archive, outbox)));
        let broken_down = done.is_err();
        if results.send(done.unwrap_or(Done::BrokenDown)).is_err() || broken_down {
            return;
        }
    }
}

impl Job {
    fn run(self, preparer: &mut Preparer<'_>, archive: &Archive, outbox: &Outbox) -> Done {
        match self {
            Self::Prepare(number, lines) => {
                let outcomes: Result<Vec<_>, _> = lines.iter().map(|line| preparer.prepare(line)).collect();
                Done::Prepared(number, outcomes.map_err(BuildError::Store))
            }
            Self::Seal(number, orders) => Done::Sealed(number, seal(orders, preparer.plan, archive)),
            Self::Publish(messages) => {
                let put = messages.iter().try_for_each(|message| outbox.put(&message.file, &message.bytes));
                Done::Published(put.map(|()| messages))
            }
        }
    }
}

/// The run's own thread: hands out work and takes results up in order.
struct Run<'r> {
    plan: &'r Plan<'r>,
    store: &'r dyn Store,
    archive: &'r Archive,
    outbox: &'r Outbox,
    observer: &'r mut dyn Observer,
    jobs: Sender<Job>,
    done: Receiver<Done>,
    most_jobs: usize,
    in_flight: usize,
    /// Orders waiting for a full batch.
    gathered: Vec<Ready>,
    /// Bytes of their documents, by kind.
    gathered_bytes: [usize; 4],
    /// How many batches were handed out for sealing.
    sealing: u64,
    /// Batches sealed and not yet recorded.
    sealed: BTreeMap<u64, Sealed>,
    next_to_commit: u64,
    /// Fingerprints of the orders of this input that are declared: one that comes again is repeated.
    seen: HashSet<u128>,
    /// Payments and waybills of orders that the ledger does not know yet.
    claims: HashMap<Key, String>,
    /// Messages of earlier runs to put into the folder again.
    again: BTreeSet<Guid>,
    /// Messages that lie in the folder and still bear the mark that they do not, with the version of that mark.
    published: Vec<(Guid, u64, ledger::Message)>,
    summary: Summary,
}

impl Run<'_> {
    fn all(mut self, mut lines: Reader<impl BufRead>) -> Result<Summary, BuildError> {
        self.publish_unpublished()?;
        let mut prepared: BTreeMap<u64, Vec<Outcome>> = BTreeMap::new();
        let (mut handed_out, mut taken_up) = (0, 0);
        let mut more = true;
        loop {
            while more && self.has_room(handed_out - taken_up) {
                let chunk = read_chunk(&mut lines)?;
                if chunk.is_empty() {
                    more = false;
                    break;
                }
                self.hand_out(Job::Prepare(handed_out, chunk))?;
                handed_out += 1;
            }
            if self.in_flight == 0 && !more {
                if self.gathered.is_empty() && self.sealed.is_empty() {
                    break;
                }
                self.seal_gathered()?;
            }
            if self.in_flight > 0 {
                match self.next_result()? {
                    Done::Prepared(number, outcomes) => {
                        prepared.insert(number, outcomes?);
                    }
                    Done::Sealed(number, sealed) => {
                        self.sealed.insert(number, sealed?);
                    }
                    Done::Published(messages) => self.note_published(messages?)?,
                    Done::BrokenDown => return Err(BuildError::Worker),
                }
            }
            while let Some(outcomes) = prepared.remove(&taken_up) {
                taken_up += 1;
                for outcome in outcomes {
                    self.take_up(outcome)?;
                }
                self.observer.progress(self.summary.orders);
            }
            self.commit_sealed()?;
        }
        self.publish_again()?;
        self.mark_published()?;
        Ok(self.summary)
    }

    /// Whether more lines may be read: the work under way, the results that wait behind a slow one, and the batches that
    /// wait to be recorded are all bounded.
    fn has_room(&self, unfinished: u64) -> bool {
        let most = self.most_jobs;
        let waiting = self.sealing - self.next_to_commit;
        self.in_flight < most && unfinished < most as u64 && waiting < most as u64
    }

    fn hand_out(&mut self, job: Job) -> Result<(), BuildError> {
        self.in_flight += 1;
        self.jobs.send(job).map_err(|_| BuildError::Worker)
    }

    fn next_result(&mut self) -> Result<Done, BuildError> {
        self.in_flight -= 1;
        self.done.recv().map_err(|_| BuildError::Worker)
    }

    fn count(&mut self, tax: Taxes) {
        self.summary.declared += 1;
        self.summary.tax_declared = self.summary.tax_declared + tax.declared;
        self.summary.tax_computed = self.summary.tax_computed + tax.computed;
        for kind in &self.plan.kinds {
            *self.summary.documents.entry(*kind).or_default() += 1;
        }
    }

    fn hold(&mut self, order_no: String, faults: Vec<Fault>) {
        self.summary.held += 1;
        self.observer.held(HeldOrder { order_no, faults });
    }

    /// Takes up what became of one line.
    fn take_up(&mut self, outcome: Outcome) -> Result<(), BuildError> {
        self.summary.orders += 1;
        match outcome {
            Outcome::Held { order_no, mut faults } => {
                if self.seen.contains(&fingerprint(&order_no)) {
                    // Whether the other one was recorded when this one was read is chance: it is told the same way.
                    let line = faults.iter().find_map(|fault| fault.at.line);
                    faults.retain(|fault| fault.kind != &faults::CHANGED);
                    faults.push(repeated(&order_no, line));
                }
                self.hold(order_no, faults);
            }
            Outcome::Declared { order_no, line, messages, tax } => {
                if !self.seen.insert(fingerprint(&order_no)) {
                    let fault = repeated(&order_no, Some(line));
                    self.hold(order_no, vec![fault]);
                    return Ok(());
                }
                self.again.extend(messages);
                self.summary.already_declared += 1;
                self.count(tax);
            }
            Outcome::Ready(mut order) => {
                let mut conflicts = self.conflicts(&mut order)?;
                if !conflicts.is_empty() {
                    conflicts.extend(order.warnings);
                    self.hold(order.order_no, conflicts);
                    return Ok(());
                }
                self.seen.insert(fingerprint(&order.order_no));
                for key in &order.used {
                    self.claims.insert(key.clone(), order.order_no.clone());
                }
                self.again.extend(order.messages.iter().copied());
                for (kind, fragment) in &order.fragments {
                    self.gathered_bytes[kind.index()] += fragment.len();
                }
                self.gathered.push(*order);
                let full = self.gathered_bytes.iter().any(|bytes| *bytes > BYTES_PER_MESSAGE);
                if full || self.gathered.len() >= self.plan.batch() {
                    self.seal_gathered()?;
                }
            }
        }
        Ok(())
    }

    /// Whether the order is repeated, or its payment or waybill is another order's, of this run or of an earlier one:
    /// K1, K2, K3. Numbers that are free are noted, to be taken with the order's declaration.
    fn conflicts(&self, order: &mut Ready) -> Result<Vec<Fault>, BuildError> {
        if self.seen.contains(&fingerprint(&order.order_no)) {
            return Ok(vec![repeated(&order.order_no, Some(order.line))]);
        }
        let kinds = [
            (&matching::faults::K2, "detail.boundExtendInfo.payNo"),
            (&matching::faults::K3, "waybill.logistics_no"),
        ];
        let mut found = Vec::new();
        for (key, (kind, path)) in order.used.iter().zip(kinds) {
            let owner = match self.claims.get(key) {
                Some(other) => Owner::Other(other.clone()),
                None => ledger::owner(self.store, key, &order.order_no, self.plan.setting.now)?,
            };
            match owner {
                Owner::Itself => {}
                Owner::Free(version) => order.taken.push((key.clone(), version)),
                Owner::Other(other) => {
                    let place = Place { line: Some(order.line), ..Place::order(&order.order_no, path) };
                    found.push(kind.at(place).with("other", other));
                }
            }
        }
        Ok(found)
    }

    fn seal_gathered(&mut self) -> Result<(), BuildError> {
        let orders = std::mem::take(&mut self.gathered);
        self.gathered_bytes = [0; 4];
        if orders.is_empty() {
            return Ok(());
        }
        let number = self.sealing;
        self.sealing += 1;
        self.hand_out(Job::Seal(number, orders))
    }

    /// Records sealed batches in their order, several in one commit, and then has their messages published.
    fn commit_sealed(&mut self) -> Result<(), BuildError> {
        loop {
            let mut ready = VecDeque::new();
            while ready.len() < BATCHES_PER_COMMIT {
                let Some(sealed) = self.sealed.remove(&self.next_to_commit) else { break };
                self.next_to_commit += 1;
                ready.push_back(sealed);
            }
            if ready.is_empty() {
                return Ok(());
            }
            self.archive.sync()?;
            let mut batch = Batch::default();
            for sealed in &ready {
                record(&mut batch, sealed, self.plan.setting.now)?;
            }
            self.store.commit(batch)?;
            for sealed in ready {
                self.account_for(sealed)?;
            }
        }
    }

    fn account_for(&mut self, sealed: Sealed) -> Result<(), BuildError> {
        for (order, mut faults) in sealed.held {
            for key in &order.used {
                self.claims.remove(key);
            }
            faults.extend(order.warnings);
            self.hold(order.order_no, faults);
        }
        for order in sealed.orders {
            for key in &order.used {
                self.claims.remove(key);
            }
            if !order.warnings.is_empty() {
                self.observer.warned(&order.order_no, &order.warnings);
            }
            self.count(order.tax);
        }
        for message in &sealed.messages {
            self.tell_written(message.kind, message.guid, &message.file, message.documents);
        }
        self.hand_out(Job::Publish(sealed.messages))
    }

    fn tell_written(&mut self, kind: MessageKind, guid: Guid, name: &str, documents: usize) {
        let file = self.plan.out.join(name);
        self.observer.written(WrittenMessage { kind, guid, file, documents });
    }

    /// Puts the messages of earlier runs into the folder again, as they were. One that is lost is told, and the others go on.
    fn publish_again(&mut self) -> Result<(), BuildError> {
        for guid in std::mem::take(&mut self.again) {
            let Some(message) = ledger::message(self.store, guid)? else {
                self.lose(guid, "-");
                continue;
            };
            self.publish_kept(guid, &message)?;
        }
        Ok(())
    }

    /// Puts a message into the folder from the archive; says whether it was there.
    fn publish_kept(&mut self, guid: Guid, message: &ledger::Message) -> Result<bool, BuildError> {
        let Some(bytes) = self.archive.read(&message.file)? else {
            self.lose(guid, &message.file);
            return Ok(false);
        };
        self.outbox.put(&message.file, &bytes)?;
        self.tell_written(message.kind, guid, &message.file, message.documents);
        Ok(true)
    }

    fn lose(&mut self, guid: Guid, file: &str) {
        self.summary.lost += 1;
        self.observer.lost(faults::LOST.fault().with("message", guid).with("file", file));
    }

    /// Puts the messages into the folder that an earlier run recorded and could not put there any more.
    fn publish_unpublished(&mut self) -> Result<(), BuildError> {
        loop {
            let found =
                self.store.claim_due(&ledger::messages(), self.plan.setting.now, CLAIM, MARKS_PER_COMMIT)?;
            if found.is_empty() {
                return Ok(());
            }
            for document in found {
                let message: ledger::Message = document.record()?;
                let Some(guid) = document.key.segments().nth(1).and_then(|guid| Guid::parse(&guid)) else {
                    continue;
                };
                if self.publish_kept(guid, &message)? {
                    self.published.push((guid, document.version, message));
                }
            }
            self.mark_published()?;
        }
    }

    fn note_published(&mut self, messages: Vec<Finished>) -> Result<(), BuildError> {
        for message in messages {
            let kept =
                ledger::Message { kind: message.kind, documents: message.documents, file: message.file };
            self.published.push((message.guid, FIRST_VERSION, kept));
        }
        if self.published.len() >= MARKS_PER_COMMIT { self.mark_published() } else { Ok(()) }
    }

    /// Takes the marks off messages that lie in the folder.
    fn mark_published(&mut self) -> Result<(), BuildError> {
        self.outbox.sync()?;
        let mut batch = Batch::default();
        for (guid, version, message) in self.published.drain(..) {
            batch.put(ledger::message_key(guid), Expect::Version(version), &message)?;
        }
        if !batch.is_empty() {
            self.store.commit(batch)?;
        }
        Ok(())
    }
}

fn repeated(order_no: &str, line: Option<u64>) -> Fault {
    let place = Place { line, ..Place::order(order_no, "detail.orderId") };
    crate::order::faults::REPEATED.at(place)
}

fn read_chunk(lines: &mut Reader<impl BufRead>) -> Result<Vec<Line>, BuildError> {
    let mut chunk = Vec::with_capacity(LINES_PER_JOB);
    let mut bytes = 0;
    while chunk.len() < LINES_PER_JOB && bytes < BYTES_PER_JOB {
        match lines.next_line().map_err(BuildError::Input)? {
            Some(line) => {
                bytes += line.text.as_ref().map_or(0, Vec::len);
                chunk.push(line);
            }
            None => break,
        }
    }
    Ok(chunk)
}

/// Writes a sealed batch into the ledger's commit.
fn record(batch: &mut Batch, sealed: &Sealed, now: Timestamp) -> Result<(), BuildError> {
    for message in &sealed.messages {
        let kept =
            ledger::Message { kind: message.kind, documents: message.documents, file: message.file.clone() };
        // Due until it lies in the folder: a run that is cut off before leaves the mark for the next one.
        batch.put_due(ledger::message_key(message.guid), Expect::Absent, &kept, Some(now))?;
    }
    for order in &sealed.orders {
        let mut declaration = match &order.known {
            Some((declaration, _)) => declaration.clone(),
            None => Declaration { guids: order.numbers.guids, documents: BTreeMap::new() },
        };
        for (kind, hash) in hashes(order) {
            if let Some(message) = sealed.message_of(kind) {
                let made_at = order.numbers.made_at[kind.index()];
                let declared =
                    kind != MessageKind::Inventory || order.numbers.inventory == Standing::Declared;
                declaration.documents.insert(kind, Declared { message, made_at, declared, hash });
            }
        }
        let seen = order.known.as_ref().map(|(_, version)| *version);
        let used = Used { order_no: order.order_no.clone(), since: now };
        ledger::record(batch, order.key.clone(), seen, &declaration, &order.taken, &used)?;
    }
    Ok(())
}
