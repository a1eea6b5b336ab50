//! Files to take away: the template, the report about a file, the book.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use filing::book::Filter;
use filing::sheet::{export as book_export, report as sheet_report, template as sheet_template};
use ports::catalogue::Catalogue;
use ports::fault::{Lang, Text};
use ports::store::Store;
use ports::xiaohongshu::v3;
use serde::Deserialize;
use tempfile::TempDir;

use super::super::Site;
use super::super::layout::percent;
use super::super::trouble::Trouble;
use super::super::view::View;

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const TEMPLATE: Text = Text { zh: "备案模板.xlsx", en: "filing-template.xlsx" };
const BOOK: Text = Text { zh: "备案库.xlsx", en: "filings.xlsx" };
const REPORT: Text = Text { zh: "报告-", en: "report-" };

/// A workbook that the browser keeps as a file. Its name goes in two forms, as not every browser reads the second.
fn attachment(bytes: Vec<u8>, name: &str) -> Response {
    let told = format!("attachment; filename=\"customs.xlsx\"; filename*=UTF-8''{}", percent(name));
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(WORKBOOK));
    if let Ok(told) = HeaderValue::from_str(&told) {
        headers.insert(CONTENT_DISPOSITION, told);
    }
    response
}

/// Has a workbook written somewhere out of the way and hands it over.
async fn written(
    site: &Arc<Site>,
    view: &View,
    name: String,
    write: impl FnOnce(PathBuf) -> Result<(), String> + Send + 'static,
) -> Result<Response, Trouble> {
    let site = Arc::clone(site);
    let work = move || -> Result<Vec<u8>, String> {
        let folder: TempDir = site.uploads.folder().map_err(|error| error.to_string())?;
        let path = folder.path().join("workbook.xlsx");
        write(path.clone())?;
        std::fs::read(path).map_err(|error| error.to_string())
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(bytes)) => Ok(attachment(bytes, &name)),
        Ok(Err(reason)) => {
            tracing::error!(reason, "a workbook could not be written");
            Err(Trouble::broke(view))
        }
        Err(_) => Err(Trouble::broke(view)),
    }
}

/// The ports as they are known here.
fn catalogue(store: &dyn Store) -> Result<Catalogue, String> {
    Catalogue::load(store, v3::NAME).map_err(|error| error.to_string())
}

pub(super) async fn template(State(site): State<Arc<Site>>, view: View) -> Result<Response, Trouble> {
    let store = Arc::clone(&site.store);
    let write = move |path: PathBuf| {
        let catalogue = catalogue(store.as_ref())?;
        sheet_template::write_template(&path, &catalogue).map_err(|error| error.to_string())
    };
    written(&site, &view, view.t(&TEMPLATE).to_owned(), write).await
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    port: String,
}

pub(super) async fn export(
    State(site): State<Arc<Site>>,
    view: View,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    let (book, store) = (site.book.clone(), Arc::clone(&site.store));
    let write = move |path: PathBuf| {
        let port = catalogue(store.as_ref())?.find(&wanted.port).map(|port| port.name().to_owned());
        let filter = Filter { port, hs_prefix: None };
        book_export::export(&book, &filter, &path).map(|_| ()).map_err(|error| error.to_string())
    };
    written(&site, &view, view.t(&BOOK).to_owned(), write).await
}

pub(super) async fn report(
    State(site): State<Arc<Site>>,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let upload = site.uploads.find(&id).ok_or_else(|| super::preview::gone(&view))?;
    let lang: Lang = view.lang;
    let stem = upload.received.name.rsplit_once('.').map_or(upload.received.name.as_str(), |(stem, _)| stem);
    let name = format!("{}{stem}.xlsx", view.t(&REPORT));
    let store = Arc::clone(&site.store);
    let write = move |path: PathBuf| {
        let source = upload.received.path();
        let catalogue = catalogue(store.as_ref())?;
        sheet_report::write_report(&path, &source, upload.report.findings(), &catalogue, lang)
            .map_err(|error| error.to_string())
    };
    written(&site, &view, name, write).await
}
