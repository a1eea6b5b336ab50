//! Filings: a sheet in, its preview, its import; the book, one filing, undoing, the platform.

mod book;
pub(super) mod desk;
mod files;
mod imports;
mod marked;
pub(super) mod outcome;
mod preview;
mod receive;
mod show;
mod sync;
pub(super) mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use filing::book::ImportRecord;
use ports::store::StoreError;

use super::{Site, orders, work};

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/filings", get(book::page))
        .route("/filings/show", get(show::page))
        .route("/filings/template", get(files::template))
        .route("/filings/export", get(files::export))
        .route("/filings/imports", get(imports::page))
        .route("/filings/imports/{id}/undo", get(imports::confirm).post(imports::undo))
        .route("/filings/sync", get(sync::page).post(sync::start))
        // The file is counted while it is read: see `receive`.
        .route("/filings/uploads", post(receive::receive).layer(DefaultBodyLimit::disable()))
        .route("/filings/uploads/{id}", get(preview::page))
        .route("/filings/uploads/{id}/import", post(preview::import))
        .route("/filings/uploads/{id}/report", get(files::report))
}

/// After filings were imported or taken back: the index is made anew, and the orders that wait for a filing are looked at.
fn filings_changed(site: &Arc<Site>) -> Result<(), StoreError> {
    site.desk.renewed(&site.book)?;
    orders::filings_changed(site)
}

/// Where the preview of a file is.
pub(super) fn preview_address(upload: &str) -> String {
    format!("/filings/uploads/{upload}")
}

/// An import's file, without its folders, and its sheet.
fn file_of(import: &ImportRecord) -> String {
    let name = import.file.rsplit(['/', '\\']).next().unwrap_or_default();
    match &import.sheet {
        Some(sheet) => format!("{name} [{sheet}]"),
        None => name.to_owned(),
    }
}
