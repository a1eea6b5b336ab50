//! Why the store could not do it, in words for people.

use ports::fault::{Lang, Text};
use ports::store::{Distrust, StoreError};

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
const STORE_UNTRUSTED: Text = Text {
    zh: "与数据库 {place} 的加密连接不可信：{why}。没有发送任何数据。",
    en: "the encrypted connection to the database {place} cannot be trusted: {why}. Nothing was sent.",
};
const DISTRUST_ISSUER: Text = Text {
    zh: "服务器证书的签发机构不在信任之列；用 sslrootcert=文件 指明其根证书",
    en: "no authority that is known here has issued the server's certificate; name its root certificate with sslrootcert=FILE",
};
const DISTRUST_NAME: Text = Text {
    zh: "服务器证书属于另一台主机；地址中的主机名须与证书一致",
    en: "the server's certificate is for another host; the address has to name the host as the certificate does",
};
const DISTRUST_TIME: Text = Text {
    zh: "服务器证书尚未生效或已过期；核对两边的时钟或更新证书",
    en: "the server's certificate is not valid yet or no more; check the clocks of both sides, or renew it",
};
const DISTRUST_CERTIFICATE: Text = Text {
    zh: "证书无法使用；检查服务器的证书和地址里写明的证书文件",
    en: "a certificate cannot be used; check the server's, and the files that the address names",
};
const DISTRUST_PLAIN: Text = Text {
    zh: "服务器不支持加密，而地址要求加密（sslmode）；在服务器上设置 ssl = on",
    en: "the server offers no encryption, but the address asks for it (sslmode); set ssl = on at the server",
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
        StoreError::Untrusted { place, why } => {
            let why = match why {
                Distrust::Issuer => DISTRUST_ISSUER,
                Distrust::Name => DISTRUST_NAME,
                Distrust::Time => DISTRUST_TIME,
                Distrust::Certificate => DISTRUST_CERTIFICATE,
                Distrust::Plain => DISTRUST_PLAIN,
            };
            STORE_UNTRUSTED.fill(lang, &[("place", place.clone()), ("why", why.get(lang).to_owned())])
        }
        other => STORE_OTHER.fill(lang, &[("reason", other.to_string())]),
    }
}
