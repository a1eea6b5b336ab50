//! Whether everything is in place.

use std::fs;

use crate::signing;
use crate::support::Workplace;

#[test]
fn everything_in_place() {
    let place = Workplace::with_filings();
    let config = signing::with_key_file(&place);
    fs::create_dir(place.path("outbox")).unwrap();
    fs::create_dir(place.path("inbox")).unwrap();
    let mut command = place.command(&["--config", config.to_str().unwrap(), "doctor", "--json"]);
    for name in ["APP_SECRET", "ACCESS_TOKEN", "REFRESH_TOKEN"] {
        command.env(format!("CUSTOMS_XHS_{name}"), "not-for-logs");
    }
    let ran = crate::support::Ran::from(command.output().unwrap());
    let json = ran.json();
    assert_eq!((ran.code, &json["ok"]), (0, &true.into()), "{json:#}");
    let names: Vec<_> =
        json["checks"].as_array().unwrap().iter().map(|check| check["name"].clone()).collect();
    assert_eq!(
        names,
        [
            "clock",
            "configuration",
            "secrets",
            "signing",
            "gateway",
            "gateway",
            "store",
            "vault",
            "archive",
            "disk"
        ]
    );
    assert!(!ran.stdout.contains("not-for-logs"));
    assert_eq!(fs::read_dir(place.path("outbox")).unwrap().count(), 0);
}

#[test]
fn a_gateway_over_http_is_asked() {
    use std::sync::Arc;

    use ports::clock::SystemClock;
    use ports::http::Hidden;
    use ports::sandbox::customs::{Customs, CustomsDesk, CustomsSettings, Reception};

    struct Mute;
    impl CustomsDesk for Mute {
        fn receive(&self, _: &[u8], _: jiff::Timestamp) -> Reception {
            Reception::default()
        }
        fn state(&self) -> serde_json::Value {
            serde_json::Value::Null
        }
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings = CustomsSettings { token: Some(Hidden::new("not-for-logs")), ..CustomsSettings::default() };
    let customs = Customs::new(Arc::new(Mute), Arc::new(SystemClock), settings);
    runtime.spawn(async move { axum::serve(listener, customs.router()).await });

    let place = Workplace::new();
    let doctor = |token: &str| {
        let gateway = format!("[gateway]\nkind = \"http\"\nurl = \"{url}\"\ntoken = \"{token}\"\n");
        place.write("http.toml", gateway);
        place.run(&["--config", "http.toml", "doctor"])
    };
    let right = doctor("not-for-logs");
    assert!(right.stdout.contains(&format!("✓ gateway: {url} answers")), "{}", right.stdout);
    let wrong = doctor("another");
    assert!(wrong.stdout.contains("✗ gateway: GW-SERVICE"), "{}", wrong.stdout);
    assert!(!format!("{}{}", right.stdout, right.stderr).contains("not-for-logs"));
    place.write("http.toml", "[gateway]\nkind = \"http\"\n");
    let lacking = place.run(&["--config", "http.toml", "doctor"]);
    assert!(lacking.stdout.contains("✗ gateway: CFG-NO-GATEWAY"), "{}", lacking.stdout);
}

#[test]
fn what_is_missing_is_named() {
    let place = Workplace::new();
    let nothing = place.run(&["doctor"]);
    assert_eq!(nothing.code, 1);
    assert!(nothing.stdout.contains("✗ configuration: there is none"), "{}", nothing.stdout);

    let configured = place.run_configured(&["doctor"]);
    assert_eq!(configured.code, 1);
    for said in [
        "✗ secrets: platforms.xiaohongshu.app_secret cannot be read: $CUSTOMS_XHS_APP_SECRET is not set",
        "✓ signing: none: inventories can be saved but not declared",
        "✗ gateway: outbox cannot be written: entity not found",
        "✓ store: customs-data/store holds no data yet",
        "✓ vault: no key yet",
        "✓ archive: no messages yet",
        "✓ disk:",
    ] {
        assert!(configured.stdout.contains(said), "{said}\n{}", configured.stdout);
    }

    place.write("wrong.toml", "[merchant]\ncode = 1\n");
    let wrong = place.run(&["--config", "wrong.toml", "doctor"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.stdout.contains("✗ configuration: CFG-TYPE"), "{}", wrong.stdout);
}
