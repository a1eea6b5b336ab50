//! Against servers on this machine that misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;

/// A server that answers the n-th call, counted from 1, as told.
async fn server(
    answer: impl Fn(u32) -> Response + Clone + Send + Sync + 'static,
) -> (String, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let router = Router::new().fallback(move || {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        let response = answer(number);
        async move { response }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), calls)
}

fn quick() -> CallerSettings {
    CallerSettings {
        attempts: 3,
        timeout: Duration::from_millis(300),
        first_wait: Duration::from_millis(1),
        throttled_wait: Duration::from_millis(1),
        ..CallerSettings::new("test", Rate::per_second(100_000), Rate::per_second(100_000))
    }
}

async fn ask(url: &str, repeat: Repeat, settings: CallerSettings) -> Result<u32, CallError> {
    let caller = Caller::new(url, settings).unwrap();
    let build = |client: &reqwest::Client| Ok(client.post(caller.url("/x")));
    caller.call("m", repeat, build, |answer| answer.json()).await
}

#[tokio::test]
async fn a_safe_call_is_made_again_until_it_succeeds() {
    let (url, calls) = server(|number| match number {
        1 => StatusCode::BAD_GATEWAY.into_response(),
        2 => "<html>busy</html>".into_response(),
        _ => "7".into_response(),
    })
    .await;
    assert_eq!(ask(&url, Repeat::Safe, quick()).await, Ok(7));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_call_that_may_have_been_done_is_not_made_twice() {
    let (url, calls) = server(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await;
    let error = ask(&url, Repeat::Once, quick()).await.unwrap_err();
    assert_eq!((error.outcome(), error.is_temporary()), (Outcome::Unknown, true));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let (url, calls) = server(|number| match number {
        1 => StatusCode::TOO_MANY_REQUESTS.into_response(),
        _ => "7".into_response(),
    })
    .await;
    assert_eq!(ask(&url, Repeat::Once, quick()).await, Ok(7), "a throttled call was certainly not done");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_platform_that_wants_to_be_left_alone_is() {
    let (url, calls) =
        server(|_| (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "3600")]).into_response()).await;
    let error = ask(&url, Repeat::Safe, quick()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(calls.load(Ordering::SeqCst), 1, "an hour is not sat out");
    let (url, _) = server(|_| (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "3600")]).into_response()).await;
    let caller = Caller::new(&url, quick()).unwrap();
    let call = || {
        let build = |client: &reqwest::Client| Ok(client.get(caller.url("/")));
        caller.call("m", Repeat::Safe, build, |answer| answer.json::<u32>())
    };
    call().await.unwrap_err();
    let Failure::Throttled { retry_after: Some(left), .. } = call().await.unwrap_err().failure else {
        panic!("the method rests, and nothing is sent")
    };
    assert!(left > Duration::from_secs(3000));
}

#[tokio::test]
async fn nothing_goes_where_it_was_not_addressed() {
    let (other, reached) = server(|_| "7".into_response()).await;
    let (url, _) =
        server(move |_| (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, other.clone())]).into_response()).await;
    let error = ask(&url, Repeat::Safe, quick()).await.unwrap_err();
    assert_eq!(error.failure, Failure::Redirected(307));
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    for bad in ["http://example.com", "ftp://127.0.0.1", "nowhere"] {
        assert!(matches!(Caller::new(bad, quick()), Err(Failure::NotSetUp(_))), "{bad}");
    }
}

#[tokio::test]
async fn every_way_to_fail_has_a_name() {
    let refused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", refused.local_addr().unwrap());
    drop(refused);
    assert_eq!(ask(&nobody, Repeat::Once, quick()).await.unwrap_err().failure, Failure::Unreachable);

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    assert_eq!(ask(&url, Repeat::Once, quick()).await.unwrap_err().failure, Failure::TimedOut);

    let cutting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", cutting.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = cutting.accept().await {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":";
            connection.write_all(head).await.unwrap();
            connection.shutdown().await.unwrap();
        }
    });
    assert_eq!(ask(&url, Repeat::Once, quick()).await.unwrap_err().failure, Failure::Cut);

    let (url, _) = server(|_| "7".repeat(100).into_response()).await;
    let settings = CallerSettings { max_answer: 99, ..quick() };
    assert_eq!(ask(&url, Repeat::Safe, settings).await.unwrap_err().failure, Failure::TooLong(99));
}

#[tokio::test]
async fn a_platform_that_is_down_is_left_alone_and_tried_again() {
    let (url, calls) = server(|number| match number {
        1..=4 => StatusCode::BAD_GATEWAY.into_response(),
        _ => "7".into_response(),
    })
    .await;
    let settings = CallerSettings {
        attempts: 4,
        failures_to_rest: 4,
        rest: Duration::from_millis(50),
        longest_wait: Duration::from_millis(20),
        ..quick()
    };
    let caller = Caller::new(&url, settings).unwrap();
    let call = || {
        let build = |client: &reqwest::Client| Ok(client.get(caller.url("/")));
        caller.call("m", Repeat::Safe, build, |answer| answer.json::<u32>())
    };
    assert_eq!(call().await.unwrap_err().failure, Failure::Status { status: 502, retry_after: None });
    let Failure::Resting { retry_after } = call().await.unwrap_err().failure else { panic!("it rests") };
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    tokio::time::sleep(retry_after).await;
    assert_eq!(call().await, Ok(7));
}
