//! Why the store could not do it, in words for people.

use ports::fault::{Lang, Text};
use ports::store::StoreError;

const STORE_LOCKED: Text = Text {
    zh: "数据目录 {place} 正被另一个 customs 进程使用（{holder}）；等它结束后再运行。没有改动任何数据。",
    en: "the data directory {place} is in use by another customs process ({holder}); run again when it has finished. Nothing was changed.",
};
const STORE_DAMAGED: Text = Text {
    zh: "数据目录 {place} 已损坏：{reason}。从备份恢复后再运行。",
    en: "the data directory {place} is damaged: {reason}. Restore it from a backup and run again.",
};
const STORE_IO: Text = Text {
    zh: "数据目录 {place} 无法使用：{reason}。检查磁盘空间和权限后再运行。",
    en: "the data directory {place} cannot be used: {reason}. Check disk space and permissions, then run again.",
};
const STORE_UNPREPARED: Text = Text {
    zh: "数据库 {place} 尚未为本程序准备好（现有版本 {found}，需要 {known}）；先运行 customs store migrate",
    en: "the database {place} is not prepared for this program (version {found}, wanted {known}); run customs store migrate first",
};
const STORE_OTHER: Text = Text {
    zh: "存储出错：{reason}。可以安全地再次运行。",
    en: "the store failed: {reason}. It is safe to run again.",
};

/// Why the store could not do it, and what to do.
pub(crate) fn of(error: &StoreError, lang: Lang) -> String {
    match error {
        StoreError::Locked { place, holder } => {
            let holder = holder.clone().unwrap_or_else(|| "-".to_owned());
            STORE_LOCKED.fill(lang, &[("place", place.clone()), ("holder", holder)])
        }
        StoreError::Damaged { place, reason } => {
            STORE_DAMAGED.fill(lang, &[("place", place.clone()), ("reason", reason.clone())])
        }
        StoreError::Io { place, source } => {
            STORE_IO.fill(lang, &[("place", place.clone()), ("reason", source.to_string())])
        }
        StoreError::NotPrepared { place, found, known } => {
            let found = found.map_or_else(|| "-".to_owned(), |found| found.to_string());
            let args = [("place", place.clone()), ("found", found), ("known", known.to_string())];
            STORE_UNPREPARED.fill(lang, &args)
        }
        other => STORE_OTHER.fill(lang, &[("reason", other.to_string())]),
    }
}
