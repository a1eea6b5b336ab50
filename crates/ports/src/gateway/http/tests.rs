//! The HTTP gateway against the sandbox's customs and against servers that misbehave, on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::*;
use crate::clock::SystemClock;
use crate::gateway::conformance::{self, OtherSide};
use crate::gateway::{Fate, Gateway, Outcome, faults};
use crate::sandbox::customs::{Customs, CustomsDesk, CustomsSettings, Reception};

const GUID: &str = "5B7A1C20-0000-4000-8000-000000000001";

/// A desk that answers nothing by itself.
struct Mute;

impl CustomsDesk for Mute {
    fn receive(&self, _: &[u8], _: Timestamp) -> Reception {
        Reception::default()
    }
    fn state(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

struct Service {
    url: String,
    customs: Customs,
}

impl Service {
    async fn open() -> Self {
        let settings = CustomsSettings { token: Some(Hidden::new("secret")), ..CustomsSettings::default() };
        let customs = Customs::new(Arc::new(Mute), Arc::new(SystemClock), settings);
        Self { url: serve(Router::new().nest("/customs", customs.router())).await, customs }
    }
}

impl OtherSide for Service {
    fn gateway(&self) -> Box<dyn Gateway> {
        Box::new(HttpGateway::new(quick(&self.url)).unwrap())
    }
    fn arrived(&self) -> Vec<(String, Vec<u8>)> {
        self.customs.messages()
    }
    fn answer(&self, _: &str, bytes: &[u8]) {
        self.customs.answer(bytes.to_vec());
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/customs")
}

fn quick(url: &str) -> HttpSettings {
    HttpSettings {
        timeout: Duration::from_millis(500),
        first_wait: Duration::from_millis(1),
        ..HttpSettings::new(url, Some(Hidden::new("secret")))
    }
}

/// A gateway whose service answers the n-th call, counted from 1, as told; and the number of calls.
async fn against(
    answer: impl Fn(u32) -> Response + Clone + Send + Sync + 'static,
) -> (HttpGateway, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let router = Router::new().fallback(move || {
        let response = answer(counted.fetch_add(1, Ordering::SeqCst) + 1);
        async move { response }
    });
    (HttpGateway::new(quick(&serve(router).await)).unwrap(), calls)
}

#[tokio::test]
async fn it_keeps_the_promises_of_a_gateway() {
    conformance::run(Service::open).await;
}

#[tokio::test]
async fn a_message_travels_as_the_protocol_says() {
    let router = Router::new().route(
        "/customs/messages",
        axum::routing::post(|headers: HeaderMap, body: axum::body::Bytes| async move {
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-");
            let right = [header("idempotency-key"), header("content-type"), header("authorization")]
                == [GUID, "application/xml", "Bearer secret"];
            if right && body.as_ref() == b"<m/>" { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST }
        }),
    );
    let gateway = HttpGateway::new(quick(&serve(router).await)).unwrap();
    assert_eq!(gateway.submit(GUID, b"<m/>").await, Outcome::Accepted);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    for status in [200_u16, 201, 202] {
        let (gateway, calls) = against(move |_| StatusCode::from_u16(status).unwrap().into_response()).await;
        assert_eq!(gateway.submit(GUID, b"<m/>").await, Outcome::Accepted, "{status}");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
    let (gateway, _) = against(|_| axum::response::Html(" <html>log in</html>").into_response()).await;
    let outcome = gateway.submit(GUID, b"<m/>").await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "the page of a proxy: {outcome:?}");
    for status in [400_u16, 409, 410, 413, 415, 422] {
        let answer = move |_| {
            (StatusCode::from_u16(status).unwrap(), r#"{"error":"手机16900007771无效"}"#).into_response()
        };
        let (gateway, calls) = against(answer).await;
        let reason = format!("手机…无效 (HTTP {status})");
        assert_eq!(gateway.submit(GUID, b"<m/>").await, Outcome::Refused { reason }, "{status}");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
    for status in [401_u16, 403, 404, 405, 425, 429] {
        let (gateway, _) = against(move |_| StatusCode::from_u16(status).unwrap().into_response()).await;
        let outcome = gateway.submit(GUID, b"<m/>").await;
        let Outcome::Deferred { error, .. } = outcome else { panic!("{status}: {outcome:?}") };
        assert_eq!(error.fault().kind, &faults::SERVICE);
    }
    for status in [204_u16, 408, 500, 502, 503, 504] {
        let (gateway, _) = against(move |_| StatusCode::from_u16(status).unwrap().into_response()).await;
        let outcome = gateway.submit(GUID, b"<m/>").await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{status}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_same_bytes_are_sent_again_until_it_is_certain() {
    let (gateway, calls) = against(|number| match number {
        1 => StatusCode::GATEWAY_TIMEOUT.into_response(),
        2 => StatusCode::TOO_MANY_REQUESTS.into_response(),
        _ => StatusCode::ACCEPTED.into_response(),
    })
    .await;
    // The throttled call is waited for in full.
    assert_eq!(gateway.submit(GUID, b"<m/>").await, Outcome::Accepted);
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    // What was uncertain once stays uncertain, whatever comes after.
    let (gateway, _) = against(|number| match number {
        1 => StatusCode::GATEWAY_TIMEOUT.into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    })
    .await;
    assert!(matches!(gateway.submit(GUID, b"<m/>").await, Outcome::Unknown { .. }));
}

#[tokio::test]
async fn a_service_that_is_away_or_silent_loses_nothing() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let gateway = HttpGateway::new(quick(&url)).unwrap();
    let outcome = gateway.submit(GUID, b"<m/>").await;
    assert!(matches!(outcome, Outcome::Deferred { .. }), "{outcome:?}");
    assert!(matches!(gateway.query(GUID).await, Fate::Unknown { .. }));
    assert_eq!(gateway.receive(None).await.unwrap_err().fault().kind, &faults::SERVICE);
    assert!(gateway.probe().await.is_err());

    // A listener that never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = HttpSettings { attempts: 1, ..quick(&format!("http://{}", silent.local_addr().unwrap())) };
    let gateway = HttpGateway::new(settings).unwrap();
    let outcome = gateway.submit(GUID, b"<m/>").await;
    assert_eq!(outcome, Outcome::Unknown { reason: "no answer in time".to_owned() });
}

#[tokio::test]
async fn a_receipt_that_cannot_be_read_is_not_passed_over() {
    let body = r#"{"receipts":[{"id":"1","received_at":"2026-11-24T00:00:00Z","body":"?"}],"next":"1"}"#;
    let (gateway, _) = against(move |_| body.into_response()).await;
    let error = gateway.receive(None).await.unwrap_err();
    assert_eq!(error.fault().kind, &faults::SERVICE);
    let (gateway, _) = against(|_| r#"{"receipts":[],"next":null}"#.into_response()).await;
    assert_eq!(gateway.receive(Some("7 &?")).await.unwrap(), crate::gateway::Batch::default());
}

#[test]
fn an_address_without_tls_is_for_this_machine_only() {
    for url in ["http://gateway.example", "gateway", ""] {
        assert!(HttpGateway::new(HttpSettings::new(url, None)).is_err(), "{url}");
    }
}
