//! The page for warehouse staff: `customs serve`.
//!
//! Pages are written on the server; htmx moves the parts that move, and every page also works as a plain one. What is done
//! to filings is done by [`crate::bookkeeping`] and the crate `filing`, as from the command line.
//!
//! Who can reach the page only from this machine needs no login. Bound to another address it wants the token (see
//! [`Access`]). Every request has to name a host of ours, and what changes anything has to come from a page of ours with the
//! token of its session: see `guard` and `forms`.

mod assets;
mod day;
mod filings;
mod forms;
mod guard;
mod health;
mod jobs;
mod lang;
mod layout;
mod login;
mod orders;
mod paging;
mod parts;
mod port_list;
mod trouble;
mod view;

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware;
use axum::response::Redirect;
use axum::routing::{get, post};
use filing::book::Book;
use filing::sync::ItemCall;
use jiff::Timestamp;
use ports::clock::Clock;
use ports::fault::{Fault, Lang};
use ports::metrics::Metrics;
use ports::platform::FilingTarget;
use ports::store::{Changes, Key, Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::filings::desk::Desk;
use self::filings::uploads::Uploads;
use self::guard::hosts::Hosts;
use self::guard::login::Login;
use self::guard::session::Sessions;
use self::jobs::Jobs;
use self::orders::Board;
pub use self::orders::{OrderSettings, Repush};
use self::trouble::Trouble;
use self::view::View;

/// How long open answers and work under way may take when the program is told to end. An import that is cut off then has
/// changed nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who may use the page, and by which names it goes.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Further names of this machine, such as the one that a proxy passes on.
    pub hosts: Vec<String>,
    /// What somebody has to know to log in; nothing when everybody on this machine may use the page.
    pub token: Option<ports::http::Hidden>,
}

/// Makes the client that filings are sent with, or says what the configuration lacks for it.
pub type Platform = Arc<dyn Fn() -> Result<Box<dyn FilingTarget>, Vec<Fault>> + Send + Sync>;

/// Asks the platform for its list of ports and keeps it; says in words what appeared and what vanished, or why the old list
/// stays.
pub type RefreshPorts = Arc<dyn Fn(Lang) -> Result<Vec<String>, String> + Send + Sync>;

/// What the page works with.
pub struct Surroundings {
    /// The store, with the book in it.
    pub store: Arc<dyn Store>,
    /// Which cases were written, when the store is this process's alone and remembers it (see [`watched_cases`]).
    pub changes: Option<Arc<Changes>>,
    /// A directory of the page's own; what is in it is worth nothing after the program's end.
    pub scratch: PathBuf,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where filings go.
    pub platform: Platform,
    /// By which call articles are filed there.
    pub item_call: ItemCall,
    /// Ports that the configuration has settings for, by their names in the catalogue.
    pub configured_ports: BTreeSet<String>,
    /// The way to the platform's list of ports, where there is one.
    pub refresh_ports: Option<RefreshPorts>,
    /// What the pages of orders work with.
    pub orders: OrderSettings,
    /// The metrics, where something is measured.
    pub metrics: Option<Metrics>,
    /// Routes where platforms call; they verify their callers themselves.
    pub callbacks: Option<Router>,
}

/// Everything that the pages share.
struct Site {
    store: Arc<dyn Store>,
    book: Book,
    desk: Arc<Desk>,
    board: Board,
    orders: OrderSettings,
    uploads: Uploads,
    jobs: Jobs,
    sessions: Sessions,
    hosts: Hosts,
    login: Option<Login>,
    clock: Arc<dyn Clock>,
    platform: Platform,
    item_call: ItemCall,
    configured_ports: BTreeSet<String>,
    refresh_ports: Option<RefreshPorts>,
    metrics: Option<Metrics>,
    /// Turns true when the program is told to end.
    closing: watch::Receiver<bool>,
}

impl Site {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A page that is ready to be served.
pub struct Web {
    site: Arc<Site>,
    callbacks: Option<Router>,
    close: watch::Sender<bool>,
}

impl Web {
    /// Opens the book and prepares the page.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be opened.
    pub fn open(access: &Access, surroundings: Surroundings) -> Result<Self, StoreError> {
        let Surroundings {
            store,
            changes,
            scratch,
            clock,
            platform,
            item_call,
            configured_ports,
            refresh_ports,
            orders,
            metrics,
            callbacks,
        } = surroundings;
        let (close, closing) = watch::channel(false);
        let site = Site {
            book: Book::open(Arc::clone(&store))?,
            store,
            desk: Arc::default(),
            board: Board::new(changes),
            orders,
            uploads: Uploads::new(scratch),
            jobs: Jobs::default(),
            sessions: Sessions::new(),
            hosts: Hosts::new(access.listen, &access.hosts),
            login: access.token.as_ref().map(|token| Login::new(token.reveal())),
            clock,
            platform,
            item_call,
            configured_ports,
            refresh_ports,
            metrics,
            closing,
        };
        Ok(Self { site: Arc::new(site), callbacks, close })
    }

    /// The book that the page works on. Whoever else works on it in this process takes this one: what is undone here is
    /// undone there at once.
    pub fn book(&self) -> Book {
        self.site.book.clone()
    }

    /// Serves until `end` is done, then lets open answers and work under way come to their end.
    ///
    /// # Errors
    /// When the listener breaks down.
    pub async fn serve(
        self,
        listener: TcpListener,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let Self { site, callbacks, close } = self;
        let jobs = Arc::clone(&site);
        let early = Arc::clone(&site);
        // So that the first page need not wait for it; should it fail, that page says so.
        tokio::task::spawn_blocking(move || early.desk.index(&early.book).map(|_| ()));
        Board::begin(&site);
        let kept_up = tokio::spawn(keep_up(Arc::clone(&site)));
        let mut closing = site.closing.clone();
        let router = router(site, callbacks);
        let ended = async move {
            end.await;
            // Pages that wait for news are told that there will be none.
            let _ = close.send(true);
        };
        let served = tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(ended).into_future());
        let abort = served.abort_handle();
        let late = async move {
            let _ = closing.wait_for(|closing| *closing).await;
            tokio::time::sleep(PATIENCE).await;
        };
        let result = tokio::select! {
            served = served => served.unwrap_or_else(|broken| Err(io::Error::other(broken))),
            () = late => { abort.abort(); Ok(()) }
        };
        let _ = tokio::time::timeout(PATIENCE, jobs.jobs.settle()).await;
        kept_up.abort();
        result
    }
}

/// Below which key the cases of orders are: what a store has to remember for [`Surroundings::changes`].
pub fn watched_cases() -> Key {
    crate::pipeline::layout::branch(crate::pipeline::layout::CASES)
}

/// Keeps the board up to date, whether somebody looks or not.
async fn keep_up(site: Arc<Site>) {
    loop {
        let asked = tokio::time::timeout(Board::IDLE, site.board.more()).await.is_ok();
        let own = Arc::clone(&site);
        // Should it break down, the next time it is tried again.
        let _ = tokio::task::spawn_blocking(move || Board::catch_up(&own, asked)).await;
    }
}

fn router(site: Arc<Site>, callbacks: Option<Router>) -> Router {
    let pages = Router::new()
        .route("/", get(home))
        .route("/day", get(day::page))
        .route("/language", get(lang::change))
        .route("/login", get(login::page).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/ports", get(port_list::page))
        .route("/ports/refresh", post(port_list::refresh))
        .route("/jobs/{id}", get(jobs::pages::page))
        .route("/jobs/{id}/events", get(jobs::pages::events))
        .merge(filings::routes())
        .merge(orders::routes())
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::guard));
    let open = Router::new()
        .route("/healthz", get(health::health))
        .route("/metrics", get(health::metrics))
        .route("/assets/{name}", get(assets::serve));
    let own = open
        .merge(pages)
        .layer(DefaultBodyLimit::max(forms::FORM_BYTES))
        .layer(middleware::from_fn(guard::headers))
        .with_state(site);
    match callbacks {
        Some(callbacks) => callbacks.merge(own),
        None => own,
    }
}

/// The orders, or as long as there are none the filings, with which everything begins.
async fn home(State(site): State<Arc<Site>>, view: View) -> Result<Redirect, Trouble> {
    let none = work(&view, move || Ok(site.store.scan(&watched_cases(), None, 1)?.is_empty())).await?;
    Ok(Redirect::to(if none { "/filings" } else { "/orders" }))
}

async fn nowhere(view: View) -> Trouble {
    Trouble::not_found(&view)
}

/// Does what reads or writes the store on a thread that may wait for the disk.
async fn work<T: Send + 'static>(
    view: &View,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Trouble> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(view.store_failed(&error)),
        Err(_) => Err(Trouble::broke(view)),
    }
}
