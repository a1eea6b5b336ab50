//! Calls back: signed forms to one address, tried a few times, now and then twice or late.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url};
use serde_json::Value;
use tokio::time::sleep;

use super::Inner;
use super::ledger::Callback;
use crate::sandbox::faults::FaultKind;
use crate::yanxuan::{sign, time_text};

/// How often it is looked for something new.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long a callback may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends what there is to send, for ever.
pub(super) async fn run(inner: Arc<Inner>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(TIMEOUT).no_proxy().build();
    let url = inner.settings.callback.as_deref().and_then(|url| Url::parse(url).ok());
    let (Ok(client), Some(url)) = (client, url) else { return };
    let sender = Arc::new(Sender { inner, client, url });
    let mut number = 0;
    loop {
        let now = sender.inner.now_ms();
        let callbacks = sender.inner.ledger().callbacks(now);
        for callback in callbacks {
            number += 1;
            let settings = &sender.inner.settings;
            let draw = settings.faults.draw(settings.plan.seed, "callback", number);
            if draw.is(FaultKind::Slow) {
                sender.count("late");
                let (late, callback) = (Arc::clone(&sender), callback);
                tokio::spawn(async move {
                    sleep(late.inner.settings.late).await;
                    late.deliver(&callback).await;
                });
                continue;
            }
            if draw.is(FaultKind::Duplicate) {
                sender.count("twice");
                sender.deliver(&callback).await;
            }
            sender.deliver(&callback).await;
        }
        sleep(LOOK_EVERY).await;
    }
}

struct Sender {
    inner: Arc<Inner>,
    client: Client,
    url: Url,
}

impl Sender {
    fn count(&self, what: &'static str) {
        *self.inner.ledger().sent.entry(what).or_default() += 1;
    }

    /// Calls back, and again after a while as long as it is not taken.
    async fn deliver(self: &Arc<Self>, callback: &Callback) {
        if self.post(callback).await {
            return;
        }
        let (again, callback) = (Arc::clone(self), callback.clone());
        tokio::spawn(async move {
            for _ in 1..again.inner.settings.tries {
                sleep(again.inner.settings.again_after).await;
                if again.post(&callback).await {
                    return;
                }
            }
            again.count("given_up");
        });
    }

    async fn post(&self, callback: &Callback) -> bool {
        let credentials = &self.inner.settings.credentials;
        let timestamp = time_text(self.inner.clock.now());
        let mut form: Vec<(&str, &str)> = vec![
            ("method", callback.method),
            ("appKey", &credentials.app_key),
            ("timestamp", &timestamp),
            (callback.payload, &callback.news),
        ];
        let signature = sign(form.iter().copied(), &credentials.app_secret);
        form.push(("sign", &signature));
        let taken = match self.client.post(self.url.clone()).form(&form).send().await {
            // Received is what says so, whatever the HTTP status.
            Ok(answer) => {
                let body = answer.bytes().await.unwrap_or_default();
                let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
                answer.get("code").and_then(Value::as_i64) == Some(200)
            }
            Err(_) => false,
        };
        self.count(if taken { "acknowledged" } else { "not_acknowledged" });
        taken
    }
}
