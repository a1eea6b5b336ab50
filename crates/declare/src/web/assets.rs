//! The files of the page, embedded: style, script, icon, and htmx.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset { name: "page.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("assets/page.css") },
    Asset {
        name: "page.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/page.js"),
    },
    // htmx 2.0.11, Zero-Clause BSD, as published; see assets/README.md.
    Asset {
        name: "htmx.min.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/htmx.min.js"),
    },
    Asset { name: "icon.svg", kind: "image/svg+xml", bytes: include_bytes!("assets/icon.svg") },
];

/// Letters of a file's hash in its address.
const VERSION_LETTERS: usize = 12;

/// A file's address changes with its content, so that browsers may keep it for ever.
static VERSIONS: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    let version = |asset: &Asset| {
        let hash: String = Sha256::digest(asset.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        (asset.name, hash.chars().take(VERSION_LETTERS).collect())
    };
    ASSETS.iter().map(version).collect()
});

/// Where a file is.
pub(super) fn address(name: &str) -> String {
    let version = VERSIONS.iter().find(|(of, _)| *of == name).map_or("", |(_, version)| version.as_str());
    format!("/assets/{name}?v={version}")
}

pub(super) async fn serve(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers =
                [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
