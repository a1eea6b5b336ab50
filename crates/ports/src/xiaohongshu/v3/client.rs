//! The client: from a typed request to the data of an answer.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::envelope;
use super::methods::{self, Method};
use super::sign::{VERSION, sign};
use super::tokens::{Granted, TokenKeeper};
use crate::clock::Clock;
use crate::http::{CallError, Caller, CallerSettings, Failure, Hidden, Rate};
use crate::store::Store;
use crate::xiaohongshu::Vocabulary;

/// The route of every method.
pub const PATH: &str = "/ark/open_api/v3/common_controller";
/// Calls of an application by default.
const PER_APP: Rate = Rate::per_second(100);
/// Calls of a method by default.
const PER_METHOD: Rate = Rate::per_second(200);
/// A difference of clocks that is none: answers take their time.
const CLOCK_TOLERANCE_SECONDS: i64 = 5;

/// The platform's documented limits and the usual patience.
pub fn caller_settings() -> CallerSettings {
    CallerSettings::new("xiaohongshu", PER_APP, PER_METHOD)
}

/// Whom the client is, and where the platform is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the platform is, without the route.
    pub base_url: String,
    /// The application.
    pub app_id: String,
    /// Its secret.
    pub app_secret: Hidden,
    /// Tokens to begin with; later ones are in the store.
    pub access_token: Option<Hidden>,
    /// As above.
    pub refresh_token: Option<Hidden>,
    /// How it is called.
    pub caller: CallerSettings,
}

/// A client of version 3.
#[derive(Debug)]
pub struct Client {
    caller: Caller,
    app_id: String,
    app_secret: Hidden,
    tokens: TokenKeeper,
    clock: Arc<dyn Clock>,
    vocabulary: Vocabulary,
    /// Seconds that the platform's clock is ahead of ours, as far as it has mattered.
    ahead: AtomicI64,
    /// The same as the last answer had it, when that found the time wrong.
    suspected: Mutex<Option<i64>>,
}

impl Client {
    /// A client. Nothing is called yet.
    ///
    /// # Errors
    /// [`CallError`] when the address is none or the application has no id or secret.
    pub fn new(settings: Settings, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, CallError> {
        let platform = settings.caller.platform;
        let not_set_up = |failure| CallError { platform, method: "settings", failure };
        if settings.app_id.is_empty() || settings.app_secret.reveal().is_empty() {
            return Err(not_set_up(Failure::NotSetUp("app_id or app_secret is empty")));
        }
        let caller = Caller::new(&settings.base_url, settings.caller).map_err(not_set_up)?;
        let seed = (settings.access_token, settings.refresh_token);
        let tokens = TokenKeeper::new(store, Arc::clone(&clock), platform, &settings.app_id, seed);
        Ok(Self {
            caller,
            app_id: settings.app_id,
            app_secret: settings.app_secret,
            tokens,
            clock,
            vocabulary: Vocabulary::default(),
            ahead: AtomicI64::new(0),
            suspected: Mutex::new(None),
        })
    }

    /// What the platform said that its documentation does not know.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The clock that this client goes by.
    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// `oauth.getAccessToken`: the first tokens of a shop, against the code that its owner got; they are kept.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn authorize(&self, code: &str) -> Result<Granted, CallError> {
        #[derive(Serialize)]
        struct Code<'a> {
            code: &'a str,
        }
        let method = &methods::GET_ACCESS_TOKEN;
        let data = self.send(method, &flat(&Code { code }), None).await?;
        let granted = Granted::read(data).map_err(|failure| self.error(method, failure))?;
        self.tokens.keep(&granted).await.map_err(|failure| self.error(method, failure))?;
        Ok(granted)
    }

    /// `oauth.refreshToken`.
    pub(super) async fn refresh(&self, refresh_token: &Hidden) -> Result<Granted, CallError> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Refresh<'a> {
            refresh_token: &'a Hidden,
        }
        let method = &methods::REFRESH_TOKEN;
        let data = self.send(method, &flat(&Refresh { refresh_token }), None).await?;
        Granted::read(data).map_err(|failure| self.error(method, failure))
    }

    /// An error of a method.
    pub(super) fn error(&self, method: &'static Method, failure: Failure) -> CallError {
        self.caller.error(method.name, failure)
    }

    /// Calls a method whose answer holds nothing.
    pub(super) async fn tell(
        &self,
        method: &'static Method,
        request: &(impl Serialize + Sync),
    ) -> Result<(), CallError> {
        self.value(method, request).await.map(|_| ())
    }

    /// Calls a method and reads its answer.
    pub(super) async fn ask<A: DeserializeOwned>(
        &self,
        method: &'static Method,
        request: &(impl Serialize + Sync),
    ) -> Result<A, CallError> {
        let data = self.value(method, request).await?;
        self.vocabulary.look(method.name, &method.shape, &data);
        let data = if data.is_null() { Value::Object(Map::new()) } else { data };
        // What serde says of a value names it; nobody is told.
        serde_json::from_value(data)
            .map_err(|_| self.error(method, Failure::Shape("its data cannot be read".to_owned())))
    }

    async fn value(
        &self,
        method: &'static Method,
        request: &(impl Serialize + Sync),
    ) -> Result<Value, CallError> {
        let request = flat(request);
        if !method.for_shop {
            return self.send(method, &request, None).await;
        }
        let token = self.tokens.current(self, None).await?;
        match self.send(method, &request, Some(&token)).await {
            // It ran out before its time or was taken back: one with a new token.
            Err(CallError { failure: Failure::Token { .. }, .. }) => {
                let token = self.tokens.current(self, Some(&token)).await?;
                self.send(method, &request, Some(&token)).await
            }
            other => other,
        }
    }

    /// Sends a request, signed anew at every attempt.
    async fn send(
        &self,
        method: &'static Method,
        request: &Map<String, Value>,
        token: Option<&Hidden>,
    ) -> Result<Value, CallError> {
        let build = |client: &reqwest::Client| {
            let ahead = self.ahead.load(Ordering::Relaxed);
            let timestamp = self.clock.now().as_second().saturating_add(ahead).to_string();
            let signature = sign(method.name, &self.app_id, &timestamp, self.app_secret.reveal());
            let mut body = request.clone();
            let mut add = |name: &str, value: &str| body.insert(name.to_owned(), value.into());
            add("method", method.name);
            add("appId", &self.app_id);
            add("timestamp", &timestamp);
            add("version", VERSION);
            add("sign", &signature);
            if let Some(token) = token {
                add("accessToken", token.reveal());
            }
            let request = client.post(self.caller.url(PATH));
            Ok(request.header(CONTENT_TYPE, "application/json;charset=utf-8").json(&body))
        };
        // What of a request nobody may see, should the platform repeat it: its tokens and codes.
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let token_text = token.map(Hidden::reveal).unwrap_or_default();
        let secrets = [self.app_secret.reveal(), token_text, text("refreshToken"), text("code")];
        let judge = |answer: crate::http::Answered| {
            let opened = envelope::open(&answer, &secrets);
            match &opened {
                Err(Failure::WrongTime { .. }) => self.doubt_clock(answer.date),
                Ok(_) => *self.suspected() = None,
                Err(_) => {}
            }
            opened
        };
        self.caller.call(method.name, method.repeat, build, judge).await
    }

    fn suspected(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        self.suspected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns how far the platform's clock is ahead, from two answers in a row that agree: one alone may come from the one
    /// server of many whose clock is wrong, and would spoil all calls that are on their way.
    fn doubt_clock(&self, date: Option<jiff::Timestamp>) {
        let Some(date) = date else { return };
        let seen = date.as_second().saturating_sub(self.clock.now().as_second());
        let before = self.suspected().replace(seen);
        if before.is_none_or(|before| before.abs_diff(seen) > CLOCK_TOLERANCE_SECONDS.unsigned_abs()) {
            return;
        }
        let ahead = if seen.abs() > CLOCK_TOLERANCE_SECONDS { seen } else { 0 };
        if self.ahead.swap(ahead, Ordering::Relaxed) != ahead {
            tracing::warn!(seconds = ahead, "the platform's clock differs from this machine's");
        }
    }
}

/// A request's own parameters. What is empty is not sent, as the platform's own clients do it.
fn flat(request: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(mut object)) = serde_json::to_value(request) else { return Map::new() };
    object.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    object
}
