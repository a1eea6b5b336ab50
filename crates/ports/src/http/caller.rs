//! The caller.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use reqwest::{Client, RequestBuilder, Url};
use tokio::time::sleep;

use super::answer::failure;
use super::breaker::Breaker;
use super::rate::Limiter;
use super::{Answered, CallError, CallerSettings, Failure, Outcome, Repeat};
use crate::metrics::CallOutcome;

/// What a turn takes that is free; a call that took longer has waited for one.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// One platform as one application sees it.
#[derive(Debug)]
pub struct Caller {
    client: Client,
    base: Url,
    settings: CallerSettings,
    app: Limiter,
    methods: Mutex<HashMap<&'static str, Arc<Method>>>,
    breaker: Mutex<Breaker>,
}

/// A method's turns, and how long it is to be left alone.
#[derive(Debug)]
struct Method {
    turns: Limiter,
    rests_until: Mutex<Option<Instant>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What the locks guard is changed in single steps: a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether an address is this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Caller {
    /// A caller of the platform at an address. Nothing is called yet.
    ///
    /// # Errors
    /// [`Failure::NotSetUp`] when the address is none, or is not this machine and without TLS.
    pub fn new(base_url: &str, settings: CallerSettings) -> Result<Self, Failure> {
        // Whoever came first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = Url::parse(base_url).map_err(|_| Failure::NotSetUp("base_url is no address"))?;
        let local = is_loopback(&base);
        if base.scheme() != "https" && !(base.scheme() == "http" && local) {
            return Err(Failure::NotSetUp(
                "base_url must begin with https:// (http:// only on this machine)",
            ));
        }
        let mut client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout);
        if local {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|_| Failure::NotSetUp("the network cannot be used"))?;
        Ok(Self {
            client,
            base,
            app: settings.per_app.limiter(),
            methods: Mutex::default(),
            breaker: Mutex::new(Breaker::new(settings.failures_to_rest, settings.rest)),
            settings,
        })
    }

    /// The address of a path on the platform.
    pub fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url
    }

    /// Makes a call. `build` is asked for a request at every attempt, so that each is signed anew; `judge` reads the answer,
    /// whose status is a success or a refusal for good.
    ///
    /// # Errors
    /// [`CallError`] of the last attempt.
    pub async fn call<T>(
        &self,
        method: &'static str,
        repeat: Repeat,
        build: impl Fn(&Client) -> Result<RequestBuilder, Failure> + Sync,
        judge: impl Fn(Answered) -> Result<T, Failure> + Sync,
    ) -> Result<T, CallError> {
        let settings = &self.settings;
        let waits = ExponentialBuilder::new()
            .with_min_delay(settings.first_wait)
            .with_max_delay(settings.longest_wait)
            .with_max_times(settings.attempts.max(1) - 1)
            .with_jitter();
        let may_repeat = |failure: &Failure| {
            failure.is_temporary() && (repeat == Repeat::Safe || failure.outcome() == Outcome::NotDone)
        };
        (|| self.attempt(method, &build, &judge))
            .retry(waits)
            .when(may_repeat)
            .adjust(|failure, wait| match (failure.retry_after(), wait) {
                (Some(asked), Some(_)) if asked > settings.longest_wait => None,
                (Some(asked), Some(wait)) => Some(asked.max(wait)),
                (_, wait) => wait,
            })
            .notify(|failure, wait| {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(platform = settings.platform, method, %failure, wait_ms, "the call is made again");
            })
            .await
            .map_err(|failure| {
                tracing::warn!(platform = settings.platform, method, %failure, "a call failed");
                self.error(method, failure)
            })
    }

    /// An error of a method.
    pub fn error(&self, method: &'static str, failure: Failure) -> CallError {
        CallError { platform: self.settings.platform, method, failure }
    }

    async fn attempt<T>(
        &self,
        name: &'static str,
        build: &(impl Fn(&Client) -> Result<RequestBuilder, Failure> + Sync),
        judge: &(impl Fn(Answered) -> Result<T, Failure> + Sync),
    ) -> Result<T, Failure> {
        let method = self.method(name);
        method.rest(self.settings.longest_wait, name).await?;
        self.turn(&method, name).await;
        let admitted = lock(&self.breaker).admit(Instant::now());
        admitted.map_err(|retry_after| Failure::Resting { retry_after })?;
        let began = Instant::now();
        let answer = match build(&self.client)?.send().await {
            Ok(response) => Answered::read(response, self.settings.max_answer).await,
            Err(error) => Err(failure(&error)),
        };
        let answer = answer.and_then(judge);
        if let Some(metrics) = &self.settings.metrics {
            let outcome = answer.as_ref().map_or_else(Failure::call_outcome, |_| CallOutcome::Answered);
            metrics.call(self.settings.platform, name, outcome, began.elapsed());
        }
        match &answer {
            Err(failure) if failure.is_down() => {
                if lock(&self.breaker).failed(Instant::now()) {
                    tracing::warn!(platform = self.settings.platform, "it is left alone for a while");
                }
            }
            _ => lock(&self.breaker).answered(),
        }
        if let Err(failure) = &answer
            && failure.is_throttled()
        {
            let wait = failure.retry_after().unwrap_or(self.settings.throttled_wait);
            *lock(&method.rests_until) = Some(Instant::now() + wait);
        }
        answer
    }

    /// Waits for a turn of the method's limit and one of the application's.
    async fn turn(&self, method: &Method, name: &'static str) {
        let began = Instant::now();
        method.turns.until_ready().await;
        self.app.until_ready().await;
        let waited = began.elapsed();
        if let Some(metrics) = self.settings.metrics.as_ref().filter(|_| waited >= LEAST_WAIT) {
            metrics.limit_wait(self.settings.platform, name, waited);
        }
    }

    fn method(&self, name: &'static str) -> Arc<Method> {
        let mut methods = lock(&self.methods);
        let method = methods.entry(name).or_insert_with(|| {
            let rate = self.settings.methods.get(name).copied().unwrap_or(self.settings.per_method);
            Arc::new(Method { turns: rate.limiter(), rests_until: Mutex::new(None) })
        });
        Arc::clone(method)
    }
}

impl Method {
    /// Waits until the method may be called again, unless that is too long.
    async fn rest(&self, longest: Duration, name: &'static str) -> Result<(), Failure> {
        loop {
            let now = Instant::now();
            let until = lock(&self.rests_until).filter(|until| *until > now);
            let Some(left) = until.map(|until| until - now) else { return Ok(()) };
            if left > longest {
                return Err(Failure::Throttled { code: name.to_owned(), retry_after: Some(left) });
            }
            sleep(left).await;
        }
    }
}
