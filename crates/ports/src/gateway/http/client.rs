//! The client.

use base64ct::{Base64, Encoding as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use tokio::time::sleep;

use super::wire::{Receipts, Refusal, State};
use super::{CALLS, HttpSettings, IDEMPOTENCY_KEY, LONGEST_WAIT, MAX_ANSWER_BYTES};
use crate::gateway::{
    Batch, Fate, Gateway, GatewayError, MAX_BATCH, MAX_RECEIPT_BYTES, Outcome, Pending, Raw, usable,
};
use crate::http::{Answered, CallError, Caller, CallerSettings, Failure, Repeat, told};

/// What the platform of the calls is called in errors and logs.
const NAME: &str = "gateway";
const SUBMIT: &str = "POST messages";
const QUERY: &str = "GET messages";
const RECEIVE: &str = "GET receipts";
/// The answer's shape, when it is not what the protocol says.
const SHAPE: &str = "a receipt is not in Base64 or too long";

/// A [`Gateway`] of a service. See the module for the protocol.
#[derive(Debug)]
pub struct HttpGateway {
    caller: Caller,
    settings: HttpSettings,
}

/// An answer to a submission that is certain.
enum Taken {
    Yes,
    No(String),
}

impl HttpGateway {
    /// A gateway of a service. Nothing is called yet.
    ///
    /// # Errors
    /// [`Failure::NotSetUp`] when the address is none, or leaves this machine without TLS.
    pub fn new(settings: HttpSettings) -> Result<Self, GatewayError> {
        let calls = CallerSettings {
            timeout: settings.timeout,
            max_answer: MAX_ANSWER_BYTES,
            longest_wait: LONGEST_WAIT,
            first_wait: settings.first_wait,
            // A submission counts its sendings itself, to remember whether one of them may have arrived.
            attempts: 1,
            ..CallerSettings::new(NAME, CALLS, CALLS)
        };
        let caller = Caller::new(&settings.url, calls).map_err(|failure| CallError {
            platform: NAME,
            method: "url",
            failure,
        })?;
        Ok(Self { caller, settings })
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.settings.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }

    async fn send(&self, guid: &str, bytes: &[u8]) -> Result<Taken, CallError> {
        let build = |client: &Client| {
            let request = client.post(self.caller.url("/messages"));
            let request = request.header(IDEMPOTENCY_KEY, guid).header(CONTENT_TYPE, "application/xml");
            Ok(self.authorised(request).body(bytes.to_vec()))
        };
        let judge = |answer: Answered| match answer.status {
            // A proxy that shows a page has not handed anything on.
            200..=202 if is_page(&answer.body) => Err(Failure::Html),
            200..=202 => Ok(Taken::Yes),
            // Another success says nothing that was agreed on.
            203..=399 => Err(Failure::Shape(format!("HTTP {}", answer.status))),
            401 | 403 | 404 | 405 | 407 => Err(not_set_up(&answer)),
            _ => Ok(Taken::No(words(&answer))),
        };
        self.caller.call(SUBMIT, Repeat::Once, build, judge).await
    }

    async fn submit_until_certain(&self, guid: &str, bytes: &[u8]) -> Outcome {
        if let Err(error) = usable(guid) {
            return Outcome::Refused { reason: error.to_string() };
        }
        let mut wait = self.settings.first_wait;
        let mut uncertain = None;
        let mut attempt = 1;
        loop {
            let error = match self.send(guid, bytes).await {
                Ok(Taken::Yes) => return Outcome::Accepted,
                Ok(Taken::No(reason)) => return Outcome::Refused { reason },
                Err(error) => error,
            };
            if error.outcome() == crate::http::Outcome::Unknown {
                uncertain = Some(error.failure.to_string());
            }
            let asked = error.retry_after();
            let again = error.is_temporary()
                && attempt < self.settings.attempts
                && asked.is_none_or(|asked| asked <= LONGEST_WAIT);
            if !again {
                return match uncertain {
                    // What came after does not undo it.
                    Some(reason) => Outcome::Unknown { reason },
                    None => Outcome::Deferred { retry_after: asked, error: error.into() },
                };
            }
            sleep(asked.unwrap_or(wait)).await;
            wait *= 2;
            attempt += 1;
        }
    }

    async fn ask(&self, guid: &str) -> Fate {
        if usable(guid).is_err() {
            return Fate::NeverArrived;
        }
        let path = format!("/messages/{guid}");
        let build = |client: &Client| Ok(self.authorised(client.get(self.caller.url(&path))));
        let judge = |answer: Answered| match answer.status {
            200 => Ok(Some(answer.json::<State>()?)),
            404 => Ok(None),
            _ => Err(not_set_up(&answer)),
        };
        match self.caller.call(QUERY, Repeat::Safe, build, judge).await {
            Ok(Some(State::Arrived)) => Fate::Arrived,
            Ok(Some(State::Refused { reason })) => Fate::Refused { reason: told(&reason) },
            Ok(None) => Fate::NeverArrived,
            Err(error) => Fate::Unknown { reason: error.failure.to_string() },
        }
    }

    async fn receipts(&self, after: Option<&str>, limit: usize) -> Result<Batch, GatewayError> {
        let build = |client: &Client| {
            let request = client.get(self.caller.url("/receipts")).query(&[("limit", limit)]);
            Ok(self.authorised(match after {
                Some(after) => request.query(&[("after", after)]),
                None => request,
            }))
        };
        let judge = |answer: Answered| match answer.status {
            200 => batch(answer.json()?, limit),
            _ => Err(not_set_up(&answer)),
        };
        Ok(self.caller.call(RECEIVE, Repeat::Safe, build, judge).await?)
    }
}

impl Gateway for HttpGateway {
    fn kind(&self) -> &'static str {
        "http"
    }

    fn submit<'a>(&'a self, guid: &'a str, bytes: &'a [u8]) -> Pending<'a, Outcome> {
        Box::pin(self.submit_until_certain(guid, bytes))
    }

    fn query<'a>(&'a self, guid: &'a str) -> Pending<'a, Fate> {
        Box::pin(self.ask(guid))
    }

    fn receive<'a>(&'a self, after: Option<&'a str>) -> Pending<'a, Result<Batch, GatewayError>> {
        Box::pin(self.receipts(after, MAX_BATCH))
    }

    /// Nothing is called: the service learns it from the place after which it is asked next.
    fn acknowledge<'a>(&'a self, _receipt: &'a Raw) -> Pending<'a, Result<(), GatewayError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn probe(&self) -> Pending<'_, Result<(), GatewayError>> {
        Box::pin(async { self.receipts(None, 0).await.map(|_| ()) })
    }
}

/// A receipt that cannot be read holds up those behind it: passing over it would lose it.
fn batch(answer: Receipts, limit: usize) -> Result<Batch, Failure> {
    let more = limit > 0 && answer.receipts.len() >= limit;
    let mut batch = Batch { next: answer.next, more, ..Batch::default() };
    for receipt in answer.receipts.into_iter().take(limit) {
        let bytes = Base64::decode_vec(&receipt.body).ok().filter(|bytes| bytes.len() <= MAX_RECEIPT_BYTES);
        let bytes = bytes.ok_or_else(|| Failure::Shape(SHAPE.to_owned()))?;
        batch.receipts.push(Raw { name: receipt.id, bytes, received_at: receipt.received_at });
    }
    Ok(batch)
}

/// The service's own words, or its status.
fn words(answer: &Answered) -> String {
    let said = answer.json::<Refusal>().map(|refusal| told(&refusal.error)).unwrap_or_default();
    if said.is_empty() {
        format!("HTTP {}", answer.status)
    } else {
        format!("{said} (HTTP {})", answer.status)
    }
}

/// Whether there is a page for people where the protocol has JSON or nothing.
fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// A refusal of whoever calls, not of what is sent.
fn not_set_up(answer: &Answered) -> Failure {
    let code = answer.status.to_string();
    match answer.status {
        401 | 403 => Failure::Token { code, message: words(answer) },
        _ => Failure::Refused { code, message: words(answer) },
    }
}
