//! Removing files: messages of the archive, and copies of receipts.
//!
//! A message is marked in the store first and its file removed then: nobody takes a marked one for lost, and one that is
//! marked but still there is removed by the next purge.

use std::fs;
use std::io;
use std::path::Path;

use jiff::civil::Date;
use ports::archive::ArchiveError;
use ports::clock::beijing;
use ports::store::{Batch, Expect, Key, Store, StoreError};

use super::records::{Message, Outgoing, Removed};
use super::standing::Verdicts;
use super::{PAGE, Purge, PurgeError, Purged};
use crate::documents::Guid;

/// What stands around an order's number in the messages that this program writes.
const ORDER_NO: (&[u8], u8) = (b":orderNo>", b'<');

fn mark_key(guid: &str) -> Key {
    Key::of(["purged", "message", guid])
}

/// The day a message was removed from the archive by a purge, if it was.
///
/// # Errors
/// When the store cannot be read.
pub fn purged_message(store: &dyn Store, guid: Guid) -> Result<Option<Date>, StoreError> {
    store.get(&mark_key(&guid.to_string()))?.map(|found| Ok(found.record::<Removed>()?.on)).transpose()
}

/// Removes the messages of which all orders are past.
pub(super) fn messages(
    purge: &Purge<'_>,
    verdicts: &Verdicts,
    purged: &mut Purged,
) -> Result<(), PurgeError> {
    let mut round = Round { purge, batch: Batch::default(), files: Vec::new() };
    let on = purge.now.to_zoned(beijing()).date();
    purge.each(&Key::below(["message"]), |document| {
        let Some(guid) = document.key.segments().nth(1) else { return Ok(()) };
        let file = document.record::<Message>()?.file;
        if !is_plain(&file) {
            return Ok(());
        }
        let marked = purge.store.get(&mark_key(&guid))?.is_some();
        // One that is due does not lie in its folder yet: it is under way, whatever its orders are.
        if !marked && (document.due.is_some() || !is_past(purge, verdicts, &guid, &file)?) {
            purged.messages_kept += 1;
            return Ok(());
        }
        if !marked {
            purged.messages += 1;
            round.batch.put(mark_key(&guid), Expect::Any, &Removed { on })?;
        }
        round.files.push(file);
        round.go_on(PAGE)
    })?;
    round.go_on(0)?;
    strays(purge, purged)?;
    if !purge.dry_run {
        purge.archive.tidy()?;
    }
    Ok(())
}

/// Whether all orders of a message are past. A message that the ledger names no order of is asked itself.
fn is_past(purge: &Purge<'_>, verdicts: &Verdicts, guid: &str, file: &str) -> Result<bool, PurgeError> {
    if let Some(past) = Guid::parse(guid).and_then(|guid| verdicts.messages.get(&guid)) {
        return Ok(*past);
    }
    let outgoing = purge.store.get(&Key::of(["outbox", guid]))?;
    let mut orders = match outgoing {
        Some(outgoing) if outgoing.due.is_some() => return Ok(false),
        Some(outgoing) => outgoing.record::<Outgoing>()?.orders,
        None => Vec::new(),
    };
    // Neither a file nor an order: it is lost, not purged.
    let Some(written_at) = purge.archive.kept_at(file)? else { return Ok(false) };
    if orders.is_empty() {
        orders = order_numbers(&purge.archive.read(file)?.unwrap_or_default());
    }
    let mut past = !orders.is_empty();
    for order_no in &orders {
        past = past && verdicts.is_past(purge, order_no, written_at)?;
    }
    Ok(past)
}

/// The order numbers in a message.
fn order_numbers(message: &[u8]) -> Vec<String> {
    let (begin, end) = ORDER_NO;
    let mut found: Vec<String> = memchr::memmem::find_iter(message, begin)
        .filter_map(|at| {
            let rest = message.get(at + begin.len()..)?;
            let number = rest.get(..memchr::memchr(end, rest)?)?;
            std::str::from_utf8(number).ok().filter(|number| !number.trim().is_empty()).map(str::to_owned)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Files that the ledger never named: a run was cut off between keeping and recording them.
fn strays(purge: &Purge<'_>, purged: &mut Purged) -> Result<(), PurgeError> {
    let mut found = Vec::new();
    purge.archive.kept_before(purge.before, &mut |file| {
        let name = Path::new(file).file_stem().and_then(|name| name.to_str());
        let guid = name.and_then(|name| name.rsplit_once('_')).and_then(|(_, guid)| Guid::parse(guid));
        let Some(guid) = guid else { return Ok(()) };
        let known = purge.store.get(&Key::of(["message", &guid.to_string()]));
        if known.map_err(ArchiveError::Store)?.is_none() {
            found.push(file.to_owned());
        }
        Ok(())
    })?;
    purged.messages += found.len() as u64;
    if !purge.dry_run {
        purge.archive.remove(&found)?;
    }
    Ok(())
}

/// Removes the folders of days before the limit from the gateway's archive of receipts.
pub(super) fn receipt_copies(purge: &Purge<'_>, purged: &mut Purged) -> Result<(), PurgeError> {
    let Some(archive) = purge.receipts.filter(|archive| archive.is_dir()) else { return Ok(()) };
    let limit = purge.before.to_zoned(beijing()).date();
    for entry in fs::read_dir(archive).map_err(at(archive))? {
        let folder = entry.map_err(at(archive))?.path();
        let day =
            folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<Date>().ok());
        if day.is_none_or(|day| day >= limit) || !folder.is_dir() {
            continue;
        }
        for copy in fs::read_dir(&folder).map_err(at(&folder))? {
            let copy = copy.map_err(at(&folder))?.path();
            purged.receipt_copies += 1;
            if !purge.dry_run {
                remove(&copy)?;
            }
        }
        if !purge.dry_run {
            fs::remove_dir(&folder).map_err(at(&folder))?;
        }
    }
    Ok(())
}

/// Marks and files that go together.
struct Round<'r> {
    purge: &'r Purge<'r>,
    batch: Batch,
    files: Vec<String>,
}

impl Round<'_> {
    /// Commits the marks and removes the files, once there are more than so many.
    fn go_on(&mut self, most: usize) -> Result<(), PurgeError> {
        if self.files.len() <= most {
            return Ok(());
        }
        let (batch, files) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.files));
        if self.purge.dry_run {
            return Ok(());
        }
        self.purge.store.commit(batch)?;
        Ok(self.purge.archive.remove(&files)?)
    }
}

/// Whether a name stays in its folder.
fn is_plain(name: &str) -> bool {
    Path::new(name).components().count() == 1 && !name.starts_with('.')
}

fn remove(path: &Path) -> Result<(), PurgeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PurgeError + '_ {
    move |source| PurgeError::Io { path: path.to_owned(), source }
}
