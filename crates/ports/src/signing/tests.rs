//! Against services on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{SigningError, SigningService, SigningSettings};

/// A service that answers in turn what it is told to.
struct Double {
    answers: Vec<fn(&Value) -> Response>,
    called: AtomicUsize,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

fn signed(wish: &Value) -> Response {
    let data = Base64::decode_vec(wish["data"].as_str().unwrap()).unwrap();
    let signature: Vec<u8> = data.iter().rev().copied().collect();
    Json(json!({"signature": Base64::encode_string(&signature)})).into_response()
}

fn busy(_: &Value) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "0")], "").into_response()
}

fn refused(_: &Value) -> Response {
    (StatusCode::FORBIDDEN, Json(json!({"error": "no such certificate"}))).into_response()
}

fn nonsense(_: &Value) -> Response {
    "<html>".into_response()
}

async fn answer(State(double): State<Arc<Double>>, headers: HeaderMap, Json(wish): Json<Value>) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|token| token != "Bearer let-me-in") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "who are you?"}))).into_response();
    }
    let now = double.under_way.fetch_add(1, Ordering::SeqCst) + 1;
    double.most_under_way.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(5)).await;
    double.under_way.fetch_sub(1, Ordering::SeqCst);
    let call = double.called.fetch_add(1, Ordering::SeqCst);
    double.answers[call.min(double.answers.len() - 1)](&wish)
}

fn service(runtime: &Runtime, answers: Vec<fn(&Value) -> Response>) -> (SocketAddr, Arc<Double>) {
    let double = Arc::new(Double {
        answers,
        called: AtomicUsize::new(0),
        under_way: AtomicUsize::new(0),
        most_under_way: AtomicUsize::new(0),
    });
    let router =
        Router::new().route("/sign", get(|| async { "ready" }).post(answer)).with_state(Arc::clone(&double));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    (address, double)
}

fn client(addresses: &[SocketAddr], token: &str) -> SigningService {
    let urls = addresses.iter().map(|address| format!("http://{address}/sign")).collect();
    let timeout = Duration::from_secs(5);
    SigningService::new(SigningSettings { urls, token: Some(token.to_owned()), places: 2, timeout }).unwrap()
}

/// An address where nobody listens.
fn nobody(runtime: &Runtime) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn a_busy_service_is_asked_again_and_a_refusal_is_final() {
    let runtime = Runtime::new().unwrap();
    let (address, double) = service(&runtime, vec![busy, busy, signed, refused, nonsense]);
    let client = client(&[address], "let-me-in");
    assert_eq!(client.sign("sm2-sm3", "01AB", b"abc").unwrap(), b"cba");
    assert_eq!(double.called.load(Ordering::SeqCst), 3);
    let refusal = client.sign("sm2-sm3", "01AB", b"abc").unwrap_err();
    assert!(
        matches!(&refusal, SigningError::Refused { status: 403, message, .. } if message == "no such certificate")
    );
    assert!(matches!(client.sign("sm2-sm3", "01AB", b"abc"), Err(SigningError::Answer { .. })));
    assert_eq!(client.meter().total(), 1);
    assert_eq!(client.meter().last_minute(Instant::now()), 1);
}

#[test]
fn a_broken_address_leaves_its_work_to_the_other() {
    let runtime = Runtime::new().unwrap();
    let (address, double) = service(&runtime, vec![signed]);
    let client = client(&[nobody(&runtime), address], "let-me-in");
    for _ in 0..10 {
        assert_eq!(client.sign("rsa-sha1", "01AB", b"xy").unwrap(), b"yx");
    }
    assert_eq!(double.called.load(Ordering::SeqCst), 10);
    let health = client.health();
    assert!(matches!(health[0].1, Err(SigningError::Unreachable { .. })), "{health:?}");
    assert_eq!(health[1].1, Ok(()));
}

#[test]
fn no_more_calls_are_under_way_than_there_are_places() {
    let runtime = Runtime::new().unwrap();
    let (address, double) = service(&runtime, vec![signed]);
    let client = client(&[address], "let-me-in");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.sign("sm2-sm3", "01AB", b"abc").unwrap());
        }
    });
    assert_eq!(double.called.load(Ordering::SeqCst), 8);
    assert!(double.most_under_way.load(Ordering::SeqCst) <= 2);
}

#[test]
fn a_wrong_token_is_told_and_never_shown() {
    let runtime = Runtime::new().unwrap();
    let (address, _) = service(&runtime, vec![signed]);
    let client = client(&[address], "open-sesame");
    let refusal = client.sign("sm2-sm3", "01AB", b"abc").unwrap_err();
    assert!(refusal.to_string().contains("who are you?"), "{refusal}");
    assert!(!format!("{client:?} {refusal:?}").contains("sesame"));
}

#[test]
fn it_may_be_used_and_dropped_on_another_runtime() {
    let runtime = Runtime::new().unwrap();
    let (address, _) = service(&runtime, vec![signed]);
    let signed = runtime.block_on(async move {
        tokio::task::spawn_blocking(move || client(&[address], "let-me-in").sign("sm2-sm3", "01AB", b"ab"))
            .await
    });
    assert_eq!(signed.unwrap().unwrap(), b"ba");
}

#[test]
fn an_address_has_to_be_one() {
    for url in ["", "signer", "ftp://127.0.0.1/sign"] {
        let settings = SigningSettings {
            urls: vec![url.to_owned()],
            token: None,
            places: 1,
            timeout: Duration::from_secs(1),
        };
        assert!(matches!(SigningService::new(settings), Err(SigningError::Address(_))), "{url}");
    }
}
