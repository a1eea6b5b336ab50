//! Keys in files and behind signing services.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use base64ct::{Base64, Encoding as _};
use declare::messages::signature::{Algorithm, KeyFile, Signer as _, Verdict, verify};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Workplace, sample};

/// Makes an SM2 key and its certificate with another program: `key.pem` and `certificate.pem`.
pub fn make_key(place: &Workplace) {
    let openssl = |args: &[&str]| {
        let output = std::process::Command::new("openssl").args(args).current_dir(place.path("")).output();
        let output = output.expect("openssl is installed by tests/run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&["genpkey", "-algorithm", "SM2", "-out", "key.pem"]);
    let request = ["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=test", "-days", "1", "-sm3"];
    openssl(&[&request[..], &["-out", "certificate.pem"]].concat());
}

/// The samples' configuration with another `[signing]`, as `signing.toml`.
pub fn configured(place: &Workplace, signing: &str) -> std::path::PathBuf {
    let text = fs::read_to_string(sample("customs.toml")).unwrap();
    let text = text.replace("[signing]\nkind = \"none\"", &format!("[signing]\n{signing}"));
    fs::write(place.path("signing.toml"), text).unwrap();
    place.path("signing.toml")
}

/// A configuration that signs with a key whose certificate was issued by an authority made for this test.
pub fn with_issued_key(place: &Workplace) -> std::path::PathBuf {
    let openssl = |args: &[&str]| {
        let output = std::process::Command::new("openssl").args(args).current_dir(place.path("")).output();
        let output = output.expect("openssl is installed by tests/run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    make_key(place);
    fs::rename(place.path("key.pem"), place.path("authority.key")).unwrap();
    fs::rename(place.path("certificate.pem"), place.path("authority.pem")).unwrap();
    openssl(&["genpkey", "-algorithm", "SM2", "-out", "key.pem"]);
    openssl(&["req", "-new", "-key", "key.pem", "-subj", "/CN=issued", "-sm3", "-out", "request.pem"]);
    let authority = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"];
    let request = ["x509", "-req", "-in", "request.pem", "-days", "1", "-sm3", "-out", "certificate.pem"];
    openssl(&[&request[..], &authority[..]].concat());
    configured(place, "kind = \"sm2-sm3\"\nkey = { file = \"key.pem\" }\ncertificate = \"certificate.pem\"")
}

/// A configuration that signs with a key made for this test.
pub fn with_key_file(place: &Workplace) -> std::path::PathBuf {
    make_key(place);
    configured(place, "kind = \"sm2-sm3\"\nkey = { file = \"key.pem\" }\ncertificate = \"certificate.pem\"")
}

/// A signing service that holds a key, and is busy at every third call.
struct Device {
    key: KeyFile,
    calls: AtomicUsize,
}

async fn sign(State(device): State<Arc<Device>>, Json(wish): Json<Value>) -> (StatusCode, Json<Value>) {
    if device.calls.fetch_add(1, Ordering::SeqCst) % 3 == 1 {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": "busy"})));
    }
    if wish["certificate"] != device.key.certificate().serial() || wish["algorithm"] != "sm2-sm3" {
        return (StatusCode::FORBIDDEN, Json(json!({"error": "no such key"})));
    }
    let data = Base64::decode_vec(wish["data"].as_str().unwrap()).unwrap();
    let signature = Base64::encode_string(&device.key.sign(&data).unwrap());
    (StatusCode::OK, Json(json!({"signature": signature})))
}

/// A signing service on loopback with the key in a workplace.
fn service(place: &Workplace, runtime: &Runtime) -> (String, Arc<Device>) {
    let key = fs::read_to_string(place.path("key.pem")).unwrap();
    let certificate = fs::read(place.path("certificate.pem")).unwrap();
    let key = KeyFile::from_pem(Algorithm::Sm2Sm3, &key, &certificate).unwrap();
    let device = Arc::new(Device { key, calls: AtomicUsize::new(0) });
    let router =
        Router::new().route("/sign", get(|| async { "ready" }).post(sign)).with_state(Arc::clone(&device));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/sign", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    (url, device)
}

#[test]
fn messages_are_signed_by_a_service_that_holds_the_key() {
    let place = Workplace::with_filings();
    make_key(&place);
    let runtime = Runtime::new().unwrap();
    let (url, device) = service(&place, &runtime);
    let remote = format!("kind = \"remote\"\nurls = [\"{url}\"]\ncertificate = \"certificate.pem\"");
    let config = configured(&place, &remote);
    place.write("orders.jsonl", fs::read(sample("orders.jsonl")).unwrap());
    let build = ["--config", config.to_str().unwrap(), "declare", "build", "orders.jsonl", "--out", "out"];
    let ran = place.run(&[&build[..], &["--sign", "--json"]].concat());
    assert_eq!((ran.code, ran.counts()), (1, [24, 21, 3]), "{}", ran.stderr);
    let messages = place.messages();
    assert_eq!(messages.len(), 4);
    assert!(ran.stderr.contains("made 4 signatures in the last minute"), "{}", ran.stderr);
    for (name, xml) in &messages {
        assert_eq!(verify(xml), Verdict::Valid, "{name}");
    }
    // Four messages and the probes of nobody: one call in three was answered "busy" and made again.
    assert_eq!(device.calls.load(Ordering::SeqCst), 6);

    let doctor = place.run(&["--config", config.to_str().unwrap(), "doctor", "--json"]);
    let json = doctor.json();
    let signing = json["checks"].as_array().unwrap().iter().find(|check| check["name"] == "signing").unwrap();
    assert_eq!(signing["ok"], true, "{signing}");

    // Of two addresses one is nobody's: messages are signed, and the doctor says which.
    let nobody = "http://127.0.0.1:1/sign";
    let two =
        format!("kind = \"remote\"\nurls = [\"{url}\", \"{nobody}\"]\ncertificate = \"certificate.pem\"");
    let config = configured(&place, &two);
    let doctor = place.run(&["--config", config.to_str().unwrap(), "doctor"]);
    assert!(doctor.stdout.contains(&format!("✓ signing: {url} answers")), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("✗ signing") && doctor.stdout.contains(nobody), "{}", doctor.stdout);
    assert_eq!(doctor.code, 1);
}

#[test]
fn a_service_that_holds_another_key_signs_nothing() {
    let place = Workplace::with_filings();
    make_key(&place);
    let runtime = Runtime::new().unwrap();
    let (url, _) = service(&place, &runtime);
    // The configuration's certificate is another one now.
    make_key(&place);
    let config = configured(
        &place,
        &format!("kind = \"remote\"\nurls = [\"{url}\"]\ncertificate = \"certificate.pem\""),
    );
    place.write("orders.jsonl", fs::read(sample("orders.jsonl")).unwrap());
    let build = ["--config", config.to_str().unwrap(), "declare", "build", "orders.jsonl", "--out", "out"];
    let ran = place.run(&[&build[..], &["--sign"]].concat());
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("no such key"), "{}", ran.stderr);
    assert!(place.messages().is_empty());
    let doctor = place.run(&["--config", config.to_str().unwrap(), "doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("✗ signing"), "{}", doctor.stdout);
}
