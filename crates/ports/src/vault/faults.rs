//! What people are told about keys.

use super::VaultError;
use crate::fault::Fault;

crate::fault_kinds! {
    /// The master key is missing.
    MISSING = "VLT-MISSING", Error,
        "个人信息的主密钥（第{number}号）不见了；没有建立新密钥，数据没有改动" / "master key {number} of the personal data is missing; no new one was made and nothing was changed",
        "从备份恢复数据目录中的 keys，或在配置 [vault] key（环境变量 CUSTOMS_VAULT_KEY）中给出该密钥" / "restore the folder keys of the data directory from its backup, or give the key by [vault] key of the configuration (or CUSTOMS_VAULT_KEY)";
    /// The master key is another one.
    WRONG = "VLT-WRONG", Error,
        "个人信息的主密钥（第{number}号）不是封存这些数据的那一把；数据没有改动" / "master key {number} is not the one that this data is sealed with; nothing was changed",
        "检查数据目录与密钥是否属于同一套，换回原来的密钥" / "check that the key belongs to this data directory and put the right one back";
    /// Not a key.
    FORM = "VLT-FORM", Error,
        "{place}中的主密钥格式不对" / "what {place} holds is no master key",
        "应为 64 位十六进制数字；多把密钥写作 1:… 2:…" / "wanted: 64 hexadecimal digits, or several with their numbers, as 1:… 2:…";
    /// Others can read the key.
    OPEN = "VLT-MODE", Error,
        "密钥文件{file}能被其他用户读取" / "the key file {file} can be read by others",
        "运行 chmod 600 {file}；若曾被他人读过，再用 customs vault rotate 更换" / "run chmod 600 {file}; if somebody may have read it, change it with customs vault rotate";
    /// A key of the configuration cannot be changed here.
    GIVEN = "VLT-GIVEN", Error,
        "主密钥由配置给出，不能在这里更换" / "the master key comes from the configuration and cannot be changed here",
        "在原密钥旁写上新密钥（1:旧 2:新），再运行 customs vault rotate" / "write the new one beside the old one (1:OLD 2:NEW) and run customs vault rotate again";
    /// A day's key is missing.
    LOST = "VLT-DAY", Error,
        "{day}的密钥不见了，当天封存的个人信息打不开" / "the key of {day} is missing; what was sealed that day cannot be opened",
        "从备份恢复数据目录中的 keys/days" / "restore keys/days of the data directory from its backup";
    /// A day's key is damaged.
    DAMAGED = "VLT-DAY-DAMAGED", Error,
        "{day}的密钥文件已损坏" / "the key file of {day} is damaged",
        "从备份恢复数据目录中的 keys/days" / "restore keys/days of the data directory from its backup";
    /// A sealed text does not open.
    BROKEN = "VLT-BROKEN", Error,
        "{key} 封存的个人信息打不开：被改动过，或不属于该记录" / "the sealed data of {key} does not open: it was altered or belongs elsewhere",
        "从备份恢复数据目录" / "restore the data directory from its backup";
    /// Erased.
    ERASED = "VLT-ERASED", Error,
        "{key} 的个人信息已于{on}清除" / "the personal data of {key} was erased on {on}",
        "保存期已过，不能恢复；如仍需要，向平台重新取得" / "its retention time is over and it cannot come back; ask the platform for it again if it is still needed";
    /// The disk.
    DISK = "VLT-IO", Error,
        "密钥文件无法使用：{reason}" / "the key files cannot be used: {reason}",
        "检查磁盘空间和权限后再运行" / "check disk space and permissions, then run again";
}

impl VaultError {
    /// What a person is told. An error of the store has words of its own and comes back.
    ///
    /// # Errors
    /// The store's error.
    pub fn fault(self) -> Result<Fault, crate::store::StoreError> {
        Ok(match self {
            Self::Missing { number } => MISSING.fault().with("number", number),
            Self::Wrong { number } => WRONG.fault().with("number", number),
            Self::Form { place } => FORM.fault().with("place", place),
            Self::Open { path } => OPEN.fault().with("file", path.display()),
            Self::Given => GIVEN.fault(),
            Self::Lost { day } => LOST.fault().with("day", day),
            Self::Damaged { day } => DAMAGED.fault().with("day", day),
            Self::Broken { key } => BROKEN.fault().with("key", key),
            Self::Erased { key, on } => ERASED.fault().with("key", key).with("on", on),
            Self::TooLong => DISK.fault().with("reason", "a text is too long to be sealed"),
            Self::Io { path, source } => DISK.fault().with("reason", format!("{}: {source}", path.display())),
            Self::Store(error) => return Err(error),
        })
    }
}
