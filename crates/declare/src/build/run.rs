//! The course of a run.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::BufRead;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use filing::book::Sold;
use ports::archive::Archive;
use ports::fault::{Fault, Place};
use ports::store::{Key, Store};

use super::assess::Taxes;
use super::jobs::{Done, Job, work};
use super::ledger::{self, Owner};
use super::outbox::Outbox;
use super::prepare::{Filings, Outcome, Preparer, Ready, fingerprint};
use super::seal::Sealed;
use super::year::Pending;
use super::{BuildError, HeldOrder, Observer, Plan, Summary, WrittenMessage, faults};
use crate::documents::Guid;
use crate::matching;
use crate::messages::MessageKind;
use crate::messages::batching::Fill;
use crate::order::{Line, Reader};

/// Lines prepared by one job: enough that handing them over costs nothing, few enough that all cores have work.
const LINES_PER_JOB: usize = 64;
/// Bytes of lines prepared by one job at the most: what bounds the memory when orders are long.
const BYTES_PER_JOB: usize = 1 << 20;
/// Jobs under way for each worker: one in work, others waiting, so that no worker idles while the ledger is written.
const JOBS_PER_WORKER: usize = 4;

/// Prices that are kept until a run ends; of more, the earlier ones are let go: they only serve a warning.
const MAX_SOLD: usize = 20_000;

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
    let archive = plan.keeping.archive.as_ref();
    let outbox = Outbox::open(&plan.out)?;
    let secret = plan.keeping.secret()?;
    // One more than the cores: a worker that waits for the disk leaves its core to another.
    let workers = thread::available_parallelism().map_or(1, usize::from) + 1;
    let (jobs, waiting) = channel::<Job>();
    let (results, done) = channel::<Done>();
    let waiting = Mutex::new(waiting);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (results, waiting) = (results.clone(), &waiting);
            let outbox = &outbox;
            let preparer = Preparer::new(plan, store, filings, &secret);
            scope.spawn(move || work(waiting, &results, preparer, archive, outbox));
        }
        drop(results);
        let run = Run {
            plan,
            store,
            archive,
            outbox: &outbox,
            observer,
            jobs,
            done,
            most_jobs: workers * JOBS_PER_WORKER,
            in_flight: 0,
            gathered: Vec::new(),
            fill: [Fill::default(); 4],
            sealing: 0,
            sealed: BTreeMap::new(),
            next_to_commit: 0,
            seen: HashSet::new(),
            claims: HashMap::new(),
            years: Pending::default(),
            again: BTreeSet::new(),
            published: Vec::new(),
            sold: Vec::new(),
            summary: Summary::default(),
        };
        let (summary, sold) = run.all(Reader::new(input))?;
        filings.note_sold(sold)?;
        Ok(summary)
    })
}

/// The run's own thread: hands out work and takes results up in order.
pub(super) struct Run<'r> {
    pub(super) plan: &'r Plan<'r>,
    pub(super) store: &'r dyn Store,
    pub(super) archive: &'r dyn Archive,
    pub(super) outbox: &'r Outbox,
    pub(super) observer: &'r mut dyn Observer,
    jobs: Sender<Job>,
    done: Receiver<Done>,
    most_jobs: usize,
    in_flight: usize,
    /// Orders waiting for a full batch.
    gathered: Vec<Ready>,
    /// How full their messages are, by kind.
    fill: [Fill; 4],
    /// How many batches were handed out for sealing.
    sealing: u64,
    /// Batches sealed and not yet recorded.
    pub(super) sealed: BTreeMap<u64, Sealed>,
    pub(super) next_to_commit: u64,
    /// Fingerprints of the orders of this input that are declared: one that comes again is repeated.
    seen: HashSet<u128>,
    /// Payments and waybills of orders that the ledger does not know yet.
    pub(super) claims: HashMap<Key, String>,
    /// Purchases of buyers that the ledger does not know yet.
    pub(super) years: Pending,
    /// Messages of earlier runs to put into the folder again.
    pub(super) again: BTreeSet<Guid>,
    /// Messages that lie in the folder and still bear the mark that they do not, with the version of that mark.
    pub(super) published: Vec<(Guid, u64, ledger::Message)>,
    /// Prices that decide a tax, noted when the run ends.
    sold: Vec<Sold>,
    pub(super) summary: Summary,
}

impl Run<'_> {
    fn all(mut self, mut lines: Reader<impl BufRead>) -> Result<(Summary, Vec<Sold>), BuildError> {
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
        Ok((self.summary, self.sold))
    }

    /// Whether more lines may be read: the work under way, the results that wait behind a slow one, and the batches that
    /// wait to be recorded are all bounded.
    fn has_room(&self, unfinished: u64) -> bool {
        let most = self.most_jobs;
        let waiting = self.sealing - self.next_to_commit;
        self.in_flight < most && unfinished < most as u64 && waiting < most as u64
    }

    pub(super) fn hand_out(&mut self, job: Job) -> Result<(), BuildError> {
        self.in_flight += 1;
        self.jobs.send(job).map_err(|_| BuildError::Worker)
    }

    fn next_result(&mut self) -> Result<Done, BuildError> {
        self.in_flight -= 1;
        self.done.recv().map_err(|_| BuildError::Worker)
    }

    pub(super) fn count(&mut self, tax: Taxes) {
        self.summary.declared += 1;
        self.summary.tax_declared = self.summary.tax_declared + tax.declared;
        self.summary.tax_computed = self.summary.tax_computed + tax.computed;
        for kind in &self.plan.kinds {
            *self.summary.documents.entry(*kind).or_default() += 1;
        }
    }

    pub(super) fn hold(&mut self, order_no: String, faults: Vec<Fault>) {
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
                self.forecast(&mut order)?;
                self.sold.append(&mut order.sold);
                if self.sold.len() >= MAX_SOLD {
                    self.sold.drain(..MAX_SOLD / 2);
                }
                self.again.extend(order.messages.iter().copied());
                let batch = self.plan.batch();
                let fits = order.documents.iter().all(|document| {
                    self.fill[document.kind.index()].has_room(document.kind, document.range.len(), batch)
                });
                if !fits {
                    self.seal_gathered()?;
                }
                for document in &order.documents {
                    self.fill[document.kind.index()].add(document.range.len());
                }
                self.gathered.push(*order);
                if self.gathered.len() >= batch {
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

    /// Warns when the buyer's orders of the year, as far as they were declared here, come to more than the limit.
    fn forecast(&mut self, order: &mut Ready) -> Result<(), BuildError> {
        let sum = self.years.add(&order.purchase, self.store)?;
        let limits = self.plan.setting.tariff.limits(order.purchase.on);
        if let Some(limits) = limits.filter(|limits| sum > limits.annual) {
            let place = Place {
                line: Some(order.line),
                ..Place::order(&order.order_no, "declare_info.orderDeclareInfos")
            };
            let fault = crate::tax::faults::YEAR_FORECAST.at(place);
            order.warnings.push(fault.with("sum", sum).with("limit", limits.annual));
        }
        Ok(())
    }

    fn seal_gathered(&mut self) -> Result<(), BuildError> {
        let orders = std::mem::take(&mut self.gathered);
        self.fill = [Fill::default(); 4];
        if orders.is_empty() {
            return Ok(());
        }
        let number = self.sealing;
        self.sealing += 1;
        self.hand_out(Job::Seal(number, orders))
    }

    pub(super) fn tell_written(&mut self, kind: MessageKind, guid: Guid, name: &str, documents: usize) {
        let file = self.plan.out.join(name);
        self.observer.written(WrittenMessage { kind, guid, file, documents });
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
