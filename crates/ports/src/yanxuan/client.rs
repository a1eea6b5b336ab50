//! The client: from a typed request to the result of an answer.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::envelope;
use super::errors::CODES;
use super::methods::{self, Method};
use super::sign::{SIGN, sign};
use super::{PLATFORM, time_text};
use crate::clock::Clock;
use crate::http::{Answered, CallError, Caller, CallerSettings, Failure, Hidden, Rate, Repeat};
use crate::wire::Vocabulary;
use crate::wire::vocabulary::Shape;

/// The route of every method.
pub const PATH: &str = "/channel/api.json";
/// Calls of one method that the platform takes in any minute.
pub const CALLS_A_MINUTE: u32 = 70;
/// The platform has no limit for all methods together: what they make up together is none that is ever reached.
const PER_APP: Rate = Rate::per_minute(CALLS_A_MINUTE * 9);
/// How long a throttled method is left alone when the platform does not say: the span of its limit.
const THROTTLED_WAIT: Duration = Duration::from_secs(60);
/// The longest wait between two attempts: a wait that the platform asks for is a minute at most, and is sat out.
const LONGEST_WAIT: Duration = Duration::from_secs(65);
/// The codes of errors, to count those that the documentation does not know.
const KNOWN_CODES: Shape = Shape::Object("", &[("code", Shape::Numbers(&CODES))]);

/// The platform's documented limit and the usual patience.
pub fn caller_settings() -> CallerSettings {
    CallerSettings {
        throttled_wait: THROTTLED_WAIT,
        longest_wait: LONGEST_WAIT,
        ..CallerSettings::new(PLATFORM, PER_APP, Rate::per_minute(CALLS_A_MINUTE))
    }
}

/// Whom the client is, and where the platform is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the platform is, without the route.
    pub base_url: String,
    /// The channel's key.
    pub app_key: String,
    /// Its secret.
    pub app_secret: Hidden,
    /// How it is called.
    pub caller: CallerSettings,
}

/// A client of the channel interface.
#[derive(Debug)]
pub struct Client {
    caller: Caller,
    app_key: String,
    app_secret: Hidden,
    clock: Arc<dyn Clock>,
    vocabulary: Vocabulary,
}

/// Parameters of a call's own.
type Parameters = [(&'static str, String)];

impl Client {
    /// A client. Nothing is called yet.
    ///
    /// # Errors
    /// [`CallError`] when the address is none, or is not this machine and without TLS, or the channel has no key or secret.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, CallError> {
        let platform = settings.caller.platform;
        let not_set_up = |failure| CallError { platform, method: "settings", failure };
        if settings.app_key.is_empty() || settings.app_secret.reveal().is_empty() {
            return Err(not_set_up(Failure::NotSetUp("app_key or app_secret is empty")));
        }
        let caller = Caller::new(&settings.base_url, settings.caller).map_err(not_set_up)?;
        let Settings { app_key, app_secret, .. } = settings;
        Ok(Self { caller, app_key, app_secret, clock, vocabulary: Vocabulary::default() })
    }

    /// What the platform said that its documentation does not know.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// `yanxuan.callback.method.register`: from now on these callbacks are made and no others, the default ones included.
    /// [`CALLBACKS`](super::CALLBACKS) has them all.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn register_callbacks<'m>(
        &self,
        methods: impl IntoIterator<Item = &'m str> + Send,
    ) -> Result<(), CallError> {
        let names: Vec<&str> = methods.into_iter().collect();
        self.tell(&methods::REGISTER_CALLBACKS, &[("methods", names.join(","))]).await
    }

    /// `yanxuan.callback.method.list`: the callbacks that are made.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn callbacks(&self) -> Result<Vec<String>, CallError> {
        self.ask(&methods::LIST_CALLBACKS, &[]).await
    }

    /// An error of a method.
    pub(super) fn error(&self, method: &'static Method, failure: Failure) -> CallError {
        self.caller.error(method.name, failure)
    }

    /// Calls a method whose result says nothing.
    pub(super) async fn tell(
        &self,
        method: &'static Method,
        parameters: &Parameters,
    ) -> Result<(), CallError> {
        self.send(method, parameters).await.map(|_| ())
    }

    /// Calls a method and reads its result; no result is an empty one.
    pub(super) async fn ask<R: DeserializeOwned + Default>(
        &self,
        method: &'static Method,
        parameters: &Parameters,
    ) -> Result<R, CallError> {
        let result = self.send(method, parameters).await?;
        self.vocabulary.look(method.name, &method.shape, &result);
        // What serde says of a value names it; nobody is told.
        let read = serde_json::from_value::<Option<R>>(result)
            .map_err(|_| self.error(method, Failure::Shape("its result cannot be read".to_owned())))?;
        Ok(read.unwrap_or_default())
    }

    /// Sends a request, signed anew at every attempt.
    async fn send(&self, method: &'static Method, parameters: &Parameters) -> Result<Value, CallError> {
        let build = |client: &reqwest::Client| {
            let timestamp = time_text(self.clock.now());
            let mut form: Vec<(&str, &str)> =
                vec![("method", method.name), ("appKey", &self.app_key), ("timestamp", &timestamp)];
            form.extend(parameters.iter().map(|(name, value)| (*name, value.as_str())));
            let signature = sign(form.iter().copied(), self.app_secret.reveal());
            form.push((SIGN, &signature));
            Ok(client.post(self.caller.url(PATH)).form(&form))
        };
        let judge = |answer: Answered| {
            let (result, code) = envelope::open(&answer);
            if let Some(code) = code {
                self.vocabulary.look("error", &KNOWN_CODES, &json!({"code": code}));
            }
            result
        };
        self.caller.call(method.name, Repeat::Safe, build, judge).await
    }
}
