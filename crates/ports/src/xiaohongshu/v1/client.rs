//! The client.

use std::sync::Arc;

use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;

use super::sign::sign;
use crate::clock::Clock;
use crate::http::{Answered, CallError, Caller, CallerSettings, Failure, Hidden, Rate, Repeat, told};
use crate::xiaohongshu::Vocabulary;
use crate::xiaohongshu::lenient::given;
use crate::xiaohongshu::wire::{WireFlag, WireText};

/// What errors and logs call the old version.
pub const PLATFORM: &str = "xiaohongshu v1";
/// No limit is published for the old version: a tenth of what the new one allows harms nobody.
const PER_APP: Rate = Rate::per_second(10);

/// The usual patience, and a modest pace.
pub fn caller_settings() -> CallerSettings {
    CallerSettings::new(PLATFORM, PER_APP, PER_APP)
}

/// Whom the client is, and where the platform is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the platform is, without the path.
    pub base_url: String,
    /// The merchant's key.
    pub app_key: String,
    /// Its secret.
    pub app_secret: Hidden,
    /// How it is called.
    pub caller: CallerSettings,
}

/// A client of version 1.
#[derive(Debug)]
pub struct Client {
    caller: Caller,
    app_key: String,
    app_secret: Hidden,
    clock: Arc<dyn Clock>,
    vocabulary: Vocabulary,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Envelope {
    success: WireFlag,
    error_code: WireText,
    #[serde(deserialize_with = "given")]
    error_msg: Option<String>,
    data: Value,
}

/// A request without its signature.
pub(super) struct Request<'r> {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<&'r Value>,
}

impl Client {
    /// A client. Nothing is called yet.
    ///
    /// # Errors
    /// [`CallError`] when the address is none or the merchant has no key or secret.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, CallError> {
        let not_set_up = |failure| CallError { platform: PLATFORM, method: "settings", failure };
        if settings.app_key.is_empty() || settings.app_secret.reveal().is_empty() {
            return Err(not_set_up(Failure::NotSetUp("the key or secret of version 1 is empty")));
        }
        let caller = Caller::new(&settings.base_url, settings.caller.clone()).map_err(not_set_up)?;
        let Settings { app_key, app_secret, .. } = settings;
        Ok(Self { caller, app_key, app_secret, clock, vocabulary: Vocabulary::default() })
    }

    /// What the platform said that its documentation does not know.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// An error of a method.
    pub(super) fn error(&self, method: &'static str, failure: Failure) -> CallError {
        self.caller.error(method, failure)
    }

    /// Sends a request, signed anew at every attempt. Both methods do no harm when made twice.
    pub(super) async fn send(&self, request: Request<'_>) -> Result<Value, CallError> {
        let build = |client: &reqwest::Client| {
            let timestamp = self.clock.now().as_second().to_string();
            let signature =
                sign(&request.path, &request.query, &self.app_key, &timestamp, self.app_secret.reveal());
            let url = self.caller.url(&request.path);
            let builder = match request.body {
                Some(body) => {
                    client.put(url).header(CONTENT_TYPE, "application/json;charset=utf-8").json(body)
                }
                None => client.get(url).query(&request.query),
            };
            Ok(builder
                .header("app-key", &self.app_key)
                .header("timestamp", timestamp)
                .header("sign", signature))
        };
        self.caller.call(request.method, Repeat::Safe, build, |answer| open(&answer)).await
    }
}

/// What an answer holds, or why there is nothing.
fn open(answer: &Answered) -> Result<Value, Failure> {
    let envelope: Envelope = match answer.json() {
        Ok(envelope) => envelope,
        // A refusal without words.
        Err(_) if answer.status >= 400 => {
            return Err(Failure::Status { status: answer.status, retry_after: None });
        }
        Err(failure) => return Err(failure),
    };
    let code = envelope.error_code.given().unwrap_or_default();
    if answer.status < 300 && envelope.success.0 == Some(true) && (code.is_empty() || code == "0") {
        return Ok(envelope.data);
    }
    let code = if code.is_empty() || code == "0" { answer.status.to_string() } else { code };
    Err(Failure::Refused { code: told(&code), message: told(&envelope.error_msg.unwrap_or_default()) })
}
