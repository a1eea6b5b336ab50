//! The client of signing services.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, Url};
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::{Meter, SigningError, SigningSettings};

/// Calls made for one signature before it is given up.
const MOST_CALLS: usize = 5;
/// How long an address that failed is left alone, while others can sign.
const REST: Duration = Duration::from_secs(5);
/// The wait before a second call, when nobody says how long; it doubles with every further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait that a service may ask for: a longer one is no better than a failure, which people see.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Bytes of an answer: a signature takes some hundred.
const MAX_ANSWER: usize = 64 << 10;
/// Characters of a refusal that are shown.
const MAX_WORDS: usize = 200;

/// Signs through HTTP. Calls may come from any thread; each waits for its signature.
#[derive(Debug)]
pub struct SigningService {
    inner: Arc<Inner>,
    /// One thread for the network, whatever the caller's own threads do. Taken out when the service ends.
    runtime: Option<Runtime>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    token: Option<Token>,
    places: Places,
    timeout: Duration,
    meter: Meter,
}

/// What the services know the caller by; never shown.
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

#[derive(Debug)]
struct Places {
    free: Semaphore,
    addresses: Vec<Address>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Address {
    url: Url,
    rests_until: Mutex<Option<Instant>>,
}

#[derive(Debug, Clone, Serialize)]
struct Wish {
    algorithm: String,
    certificate: String,
    data: String,
}

#[derive(Deserialize)]
struct Signature {
    signature: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl SigningService {
    /// A client for some services. Nothing is called yet.
    ///
    /// # Errors
    /// [`SigningError::Address`] when there is no address or one that is none.
    pub fn new(settings: SigningSettings) -> Result<Self, SigningError> {
        // Whoever came first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut addresses = Vec::new();
        for url in &settings.urls {
            let parsed = Url::parse(url).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https"));
            let url = parsed.ok_or_else(|| SigningError::Address(url.clone()))?;
            addresses.push(Address { url, rests_until: Mutex::new(None) });
        }
        if addresses.is_empty() {
            return Err(SigningError::Address("-".to_owned()));
        }
        let unusable = |_| SigningError::Address("the network cannot be used".to_owned());
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(settings.timeout)
            .build()
            .map_err(unusable)?;
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(1).enable_all().thread_name("signing");
        let runtime =
            runtime.build().map_err(|_| SigningError::Address("no thread can be had".to_owned()))?;
        let free = Semaphore::new(settings.places.max(1) * addresses.len());
        let places = Places { free, addresses, next: AtomicUsize::new(0) };
        let token = settings.token.map(Token);
        let inner = Inner { client, token, places, timeout: settings.timeout, meter: Meter::default() };
        Ok(Self { inner: Arc::new(inner), runtime: Some(runtime) })
    }

    /// Signs some bytes with the key of a certificate; waits for a free device and for the signature.
    ///
    /// # Errors
    /// [`SigningError`] when all calls failed; none of them did any harm.
    pub fn sign(&self, algorithm: &str, certificate: &str, data: &[u8]) -> Result<Vec<u8>, SigningError> {
        let wish = Wish {
            algorithm: algorithm.to_owned(),
            certificate: certificate.to_owned(),
            data: Base64::encode_string(data),
        };
        self.wait_for(move |inner| async move { inner.sign(&wish).await })
    }

    /// Asks every address whether its key can be used.
    pub fn health(&self) -> Vec<(String, Result<(), SigningError>)> {
        let asked = self.wait_for(|inner| async move {
            let mut all = Vec::new();
            for address in &inner.places.addresses {
                let answer = inner.ask(address, inner.client.get(address.url.clone())).await;
                all.push((address.url.to_string(), answer.map(|_| ())));
            }
            Ok(all)
        });
        asked.unwrap_or_else(|error| vec![(String::new(), Err(error))])
    }

    /// The signatures made.
    pub fn meter(&self) -> &Meter {
        &self.inner.meter
    }

    /// Runs a call on the service's own thread: the caller may be on any thread, also one of another runtime.
    fn wait_for<T, F>(&self, call: impl FnOnce(Arc<Inner>) -> F) -> Result<T, SigningError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SigningError>> + Send + 'static,
    {
        let ended = || SigningError::Unreachable { url: "-".to_owned(), reason: "the program is ending" };
        let runtime = self.runtime.as_ref().ok_or_else(ended)?;
        let (answer, wait) = mpsc::sync_channel(1);
        let call = call(Arc::clone(&self.inner));
        runtime.spawn(async move {
            // Nobody waits any more: then nobody misses it.
            let _ = answer.send(call.await);
        });
        wait.recv().map_err(|_| ended())?
    }
}

impl Drop for SigningService {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    async fn sign(&self, wish: &Wish) -> Result<Vec<u8>, SigningError> {
        // Whoever waits in the queue waits for those before it, each of which ends in its own time.
        let longest = self.timeout * MOST_CALLS as u32;
        let place = timeout(longest, self.places.free.acquire()).await;
        let _place = place.ok().and_then(Result::ok).ok_or(SigningError::Full(longest))?;
        let mut wait = FIRST_WAIT;
        let mut call = 1;
        loop {
            let address = self.places.choose(Instant::now());
            let request = self.client.post(address.url.clone()).json(wish);
            let error = match self.ask(address, request).await {
                Ok(answer) => match signature(&answer) {
                    Some(signature) => {
                        self.meter.tick(Instant::now());
                        return Ok(signature);
                    }
                    None => SigningError::Answer { url: address.url.to_string() },
                },
                Err(error) => error,
            };
            if !error.is_temporary() || call == MOST_CALLS {
                return Err(error);
            }
            let asked = match &error {
                SigningError::Busy { retry_after, .. } => *retry_after,
                _ => None,
            };
            address.rest(Instant::now() + asked.unwrap_or(REST));
            tracing::warn!(%error, call, "signing is tried again");
            // Another address may be free at once.
            if self.places.all_rest(Instant::now()) {
                sleep(asked.unwrap_or(wait).min(LONGEST_WAIT)).await;
                wait *= 2;
            }
            call += 1;
        }
    }

    async fn ask(&self, address: &Address, request: RequestBuilder) -> Result<Vec<u8>, SigningError> {
        let url = || address.url.to_string();
        let unreachable =
            |error: reqwest::Error| SigningError::Unreachable { url: url(), reason: reason(&error) };
        let request = match &self.token {
            Some(token) => request.bearer_auth(&token.0),
            None => request,
        };
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let retry_after = seconds(&response);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(SigningError::Answer { url: url() });
            }
        }
        match status.as_u16() {
            200 => Ok(body),
            status @ (429 | 502..=504) => Err(SigningError::Busy { url: url(), status, retry_after }),
            status => {
                let words = serde_json::from_slice(&body).map(|refusal: Refusal| refusal.error);
                let message = words.unwrap_or_default().chars().take(MAX_WORDS).collect();
                Err(SigningError::Refused { url: url(), status, message })
            }
        }
    }
}

impl Places {
    /// The next address in turn, but rather one that does not rest.
    fn choose(&self, now: Instant) -> &Address {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let turn = (0..self.addresses.len())
            .map(|step| &self.addresses[(first.wrapping_add(step)) % self.addresses.len()]);
        let mut turn = turn.peekable();
        let otherwise = turn.peek().copied().unwrap_or(&self.addresses[0]);
        turn.find(|address| !address.rests(now)).unwrap_or(otherwise)
    }

    fn all_rest(&self, now: Instant) -> bool {
        self.addresses.iter().all(|address| address.rests(now))
    }
}

impl Address {
    fn rests(&self, now: Instant) -> bool {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| until > now)
    }

    fn rest(&self, until: Instant) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

fn signature(answer: &[u8]) -> Option<Vec<u8>> {
    let answer: Signature = serde_json::from_slice(answer).ok()?;
    Base64::decode_vec(answer.signature.trim()).ok().filter(|bytes| !bytes.is_empty())
}

fn seconds(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// What went wrong, without addresses or values.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else {
        "the connection broke"
    }
}
