//! A file comes in.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Redirect, Response};
use filing::import::rehearse_file;
use ports::fault::Text;
use tokio::io::AsyncWriteExt;

use super::super::Site;
use super::super::forms::STALE;
use super::super::guard::session::Session;
use super::super::jobs::{Kind, Outcome, Tell};
use super::super::trouble::Trouble;
use super::super::view::View;
use super::uploads::{MAX_UPLOAD_BYTES, Received, Upload, plain_name};
use super::{marked, preview_address};
use crate::bookkeeping::{Grounds, Wish};

/// Bytes of a field that is no file.
const FIELD_BYTES: usize = 1 << 10;
/// Bytes of a request beyond those of the file: names and borders of its parts.
const SURROUNDING_BYTES: u64 = 64 << 10;

const TOO_LARGE: Text = Text {
    zh: "文件超过 64 MB。请拆成几个文件，或用命令行导入：customs filing import 文件",
    en: "The file has more than 64 MB. Split it, or import it from the command line: customs filing import FILE",
};
const NO_FILE: Text = Text {
    zh: "没有选择文件。请选择要导入的备案表",
    en: "No file was chosen. Choose the sheet to import",
};
const BROKEN: Text = Text {
    zh: "文件没有传完整，请重新选择",
    en: "The file did not arrive as a whole; choose it again",
};
const NOT_KEPT: Text = Text {
    zh: "服务器存不下这个文件：{reason}。请检查数据目录的空间和权限",
    en: "The server cannot keep the file: {reason}. Check space and permissions of the data directory",
};

/// Takes the file, checks it, and leads to its preview.
pub(super) async fn receive(State(site): State<Arc<Site>>, request: Request) -> Result<Response, Trouble> {
    let (mut parts, body) = request.into_parts();
    let view = View::from_request_parts(&mut parts, &site).await.map_err(Trouble::bare)?;
    let session = parts.extensions.get::<Session>().cloned();
    let length =
        parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_UPLOAD_BYTES + SURROUNDING_BYTES) {
        return Err(too_large(&view));
    }
    let places = Arc::clone(&site.uploads.places);
    let place = places.acquire_owned().await.map_err(|_| Trouble::broke(&view))?;
    let request = Request::from_parts(parts, body);
    let form = Multipart::from_request(request, &site).await.map_err(|_| broken(&view))?;
    let trusted =
        |token: &str| session.as_ref().is_some_and(|session| site.sessions.is_form_token(session, token));
    let received = read(&site, &view, form, trusted).await?;
    let (own, name) = (Arc::clone(&site), received.name.clone());
    let job = site.jobs.start(Kind::Check, name, move |tell| {
        let _place = place;
        check(&own, received, tell)
    });
    Ok(match job.soon().await.as_deref() {
        Some(Outcome::Checked { upload }) => Redirect::to(&preview_address(upload)).into_response(),
        _ => Redirect::to(&format!("/jobs/{}", job.id)).into_response(),
    })
}

fn too_large(view: &View) -> Trouble {
    Trouble::new(view, StatusCode::PAYLOAD_TOO_LARGE, &TOO_LARGE)
}

fn broken(view: &View) -> Trouble {
    Trouble::new(view, StatusCode::BAD_REQUEST, &BROKEN)
}

fn not_kept(view: &View, error: &io::Error) -> Trouble {
    let words = view.fill(&NOT_KEPT, &[("reason", error.to_string())]);
    Trouble::saying(view, StatusCode::INSUFFICIENT_STORAGE, &words)
}

/// Reads the form. Its token comes first: not a byte of the file is read before it was right.
async fn read(
    site: &Site,
    view: &View,
    mut form: Multipart,
    trusted: impl Fn(&str) -> bool,
) -> Result<Received, Trouble> {
    let mut is_trusted = false;
    let mut port = None;
    while let Some(field) = form.next_field().await.map_err(|_| broken(view))? {
        match field.name() {
            Some("token") => is_trusted = trusted(&short(view, field).await?),
            _ if !is_trusted => break,
            Some("port") => {
                let word = short(view, field).await?;
                port = Some(word).filter(|word| !word.is_empty());
            }
            Some("file") => {
                let given = field.file_name().unwrap_or_default().to_owned();
                if given.is_empty() {
                    return Err(Trouble::new(view, StatusCode::BAD_REQUEST, &NO_FILE));
                }
                let received = site.uploads.receive(plain_name(&given), port);
                let received = received.map_err(|error| not_kept(view, &error))?;
                keep(view, field, &received.path()).await?;
                return Ok(received);
            }
            _ => {}
        }
    }
    Err(if is_trusted {
        Trouble::new(view, StatusCode::BAD_REQUEST, &NO_FILE)
    } else {
        Trouble::new(view, StatusCode::FORBIDDEN, &STALE)
    })
}

/// A field of few letters.
async fn short(view: &View, mut field: Field<'_>) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broken(view))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD_BYTES {
            return Err(broken(view));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes the file down as it comes.
async fn keep(view: &View, mut field: Field<'_>, path: &Path) -> Result<(), Trouble> {
    let mut file = tokio::fs::File::create(path).await.map_err(|error| not_kept(view, &error))?;
    let mut size = 0_u64;
    while let Some(chunk) = field.chunk().await.map_err(|_| broken(view))? {
        size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if size > MAX_UPLOAD_BYTES {
            return Err(too_large(view));
        }
        file.write_all(&chunk).await.map_err(|error| not_kept(view, &error))?;
    }
    file.flush().await.map_err(|error| not_kept(view, &error))
}

/// Checks the file and keeps it with what was found.
fn check(site: &Site, received: Received, tell: Tell<'_>) -> Outcome {
    let path = received.path();
    let grounds = match Grounds::of(site.store.as_ref(), &site.book) {
        Ok(grounds) => grounds,
        Err(error) => return Outcome::Failed(error),
    };
    let wish = Wish { port: received.port.clone(), ..Wish::default() };
    let (at, progress) = (site.now(), |rows| tell(rows, 0));
    let options = grounds.options(&wish, at, &progress);
    let report = match rehearse_file(&site.book, received.file(&path), &options) {
        Ok(report) => report,
        Err(error) => return Outcome::Failed(error),
    };
    let (rows, marked) = marked::rows(&path, report.findings());
    let remarks = marked::remarks(report.findings());
    let upload = received.id.clone();
    site.uploads.keep(Upload { received, at, report, rows, marked, remarks });
    Outcome::Checked { upload }
}
