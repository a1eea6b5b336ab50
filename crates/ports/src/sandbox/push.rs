//! Push messages to the application's callback.
//!
//! As on the platform: signed over the address and two headers, the data as text inside the JSON, one more attempt after a
//! failure and then none, and now and then twice or late.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::{Client, Url};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::faults::FaultKind;
use super::orders::Message;
use super::settings::Push;
use super::world::World;
use crate::xiaohongshu::v1::sign;

/// How often it is looked for something new.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long a callback may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends what there is to send, for ever.
pub(super) async fn run(world: Arc<World>, push: Push) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(TIMEOUT).no_proxy().build();
    let (Ok(client), Ok(url)) = (client, Url::parse(&push.url)) else { return };
    let sender = Arc::new(Sender { world, push, client, url });
    sender.post(&json!({"test": true})).await;
    let mut number = 0;
    loop {
        let messages = {
            let mut orders = sender.world.orders();
            orders.advance(sender.world.now().as_millisecond());
            orders.messages()
        };
        for message in messages {
            number += 1;
            let settings = &sender.world.settings;
            let draw = settings.faults.draw(settings.plan.seed, "push", number);
            let body = sender.body(&message);
            if draw.is(FaultKind::Slow) {
                let late = Arc::clone(&sender);
                tokio::spawn(async move {
                    sleep(late.push.late).await;
                    late.deliver(&body).await;
                });
                continue;
            }
            if draw.is(FaultKind::Duplicate) {
                sender.deliver(&body).await;
            }
            sender.deliver(&body).await;
        }
        sleep(LOOK_EVERY).await;
    }
}

struct Sender {
    world: Arc<World>,
    push: Push,
    client: Client,
    url: Url,
}

impl Sender {
    fn body(&self, message: &Message) -> Value {
        let seller_id = &self.world.settings.credentials.seller_id;
        json!([{"msgTag": message.tag, "sellerId": seller_id, "data": message.data.to_string()}])
    }

    /// Sends a message, and once more after a while when it was not taken.
    async fn deliver(self: &Arc<Self>, body: &Value) {
        if self.post(body).await {
            return;
        }
        let (again, body) = (Arc::clone(self), body.clone());
        tokio::spawn(async move {
            sleep(again.push.again_after).await;
            again.post(&body).await;
        });
    }

    async fn post(&self, body: &Value) -> bool {
        let credentials = &self.world.settings.credentials;
        let timestamp = self.world.now().as_second().to_string();
        let query: Vec<(String, String)> = self.url.query_pairs().into_owned().collect();
        let query: Vec<(&str, String)> =
            query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let signature =
            sign(self.url.path(), &query, &credentials.app_id, &timestamp, &credentials.app_secret);
        let request = self.client.post(self.url.clone()).json(body);
        let request = request.header("app-key", &credentials.app_id).header("timestamp", timestamp);
        let taken = match request.header("sign", signature).send().await {
            // The test of the connection wants no more than a status; a message is taken by whoever says so.
            Ok(answer) if body.get("test").is_some() => answer.status().is_success(),
            Ok(answer) if answer.status().is_success() => {
                let answer: Value =
                    serde_json::from_slice(&answer.bytes().await.unwrap_or_default()).unwrap_or_default();
                answer.get("success").and_then(Value::as_bool) == Some(true)
            }
            Ok(_) | Err(_) => false,
        };
        let counter = if taken { &self.world.pushed } else { &self.world.not_pushed };
        counter.fetch_add(1, Ordering::Relaxed);
        taken
    }
}
