//! Work that takes longer than a page should: checking and importing files, undoing imports, sending filings.
//!
//! Each piece of work runs on a thread of its own and tells how far it has come; its page shows it and, at the end, what
//! became of it. What changes the book or talks to the platform runs one after the other.

pub(super) mod pages;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use filing::book::Undone;
use filing::import::FileReport;
use filing::sync::Summary;
use ports::fault::Fault;
use ports::store::StoreError;
use tokio::sync::watch;

use super::guard::session;

/// Pieces of work whose outcome is kept to be looked at: some days of a busy office.
const MAX_KEPT: usize = 200;

/// How long a request waits for its work before it shows the page that tells how far it is: most sheets are done by then.
const QUICK: Duration = Duration::from_millis(1_500);

/// What kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Check,
    Import,
    /// Finds out what undoing an import would do.
    Rehearse,
    Undo,
    Sync {
        dry: bool,
    },
}

/// How far it has come.
#[derive(Debug, Clone)]
pub(super) enum Progress {
    /// Other work comes first.
    Waiting,
    /// So many of so many; the total is 0 when it is not known.
    Running {
        done: u64,
        total: u64,
    },
    Over(Arc<Outcome>),
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A file was checked; its preview is under this number.
    Checked {
        upload: String,
    },
    Imported(Box<FileReport>),
    /// What undoing would do.
    Rehearsed(Box<Undone>),
    Undone(Box<Undone>),
    Synced(Summary),
    /// It was refused before anything was done.
    Refused(Vec<Fault>),
    Failed(StoreError),
    /// The thread broke down.
    Broke,
}

/// A piece of work.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) kind: Kind,
    /// The file or the import that it is about.
    pub(super) about: String,
    progress: watch::Sender<Progress>,
}

/// Tells how far the work has come.
pub(super) type Tell<'t> = &'t (dyn Fn(u64, u64) + Sync);

/// All work.
#[derive(Default)]
pub(super) struct Jobs {
    kept: Mutex<VecDeque<Arc<Job>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Jobs {
    /// Begins a piece of work.
    pub(super) fn start(
        &self,
        kind: Kind,
        about: String,
        work: impl FnOnce(Tell<'_>) -> Outcome + Send + 'static,
    ) -> Arc<Job> {
        let (progress, _) = watch::channel(Progress::Waiting);
        let job = Arc::new(Job { id: session::random(), kind, about, progress });
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push_back(Arc::clone(&job));
            if kept.len() > MAX_KEPT {
                kept.pop_front();
            }
        }
        let (turn, own) = (Arc::clone(&self.turn), Arc::clone(&job));
        tokio::spawn(async move {
            // What changes nothing waits for nobody.
            let changes = !matches!(kind, Kind::Check | Kind::Rehearse);
            let _turn = if changes { Some(turn.lock_owned().await) } else { None };
            let telling = Arc::clone(&own);
            let run = move || {
                work(&|done, total| {
                    telling.progress.send_replace(Progress::Running { done, total });
                })
            };
            own.progress.send_replace(Progress::Running { done: 0, total: 0 });
            let outcome = tokio::task::spawn_blocking(run).await.unwrap_or(Outcome::Broke);
            own.progress.send_replace(Progress::Over(Arc::new(outcome)));
        });
        job
    }

    /// A piece of work by its number.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Job>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|job| job.id == id).cloned()
    }

    /// Waits until nothing is being changed.
    pub(super) async fn settle(&self) {
        let _turn = self.turn.lock().await;
    }
}

impl Job {
    pub(super) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// What became of it, if that is known within the time that a page may take after a form was sent.
    pub(super) async fn soon(&self) -> Option<Arc<Outcome>> {
        self.within(QUICK).await
    }

    /// What became of it, if that is known within a time.
    pub(super) async fn within(&self, time: Duration) -> Option<Arc<Outcome>> {
        let mut news = self.watch();
        let over = news.wait_for(|progress| matches!(progress, Progress::Over(_)));
        match tokio::time::timeout(time, over).await {
            Ok(Ok(progress)) => match &*progress {
                Progress::Over(outcome) => Some(Arc::clone(outcome)),
                _ => None,
            },
            _ => None,
        }
    }
}
