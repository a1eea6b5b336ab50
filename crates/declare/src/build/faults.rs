//! Faults of a build.

ports::fault_kinds! {
    /// Declared before, with other contents.
    CHANGED = "BLD-CHANGED", Error,
        "{document}已于{at}写入报文{message}，现在内容不同" / "{document} was written into message {message} at {at}; its contents differ now",
        "原报文不变；如需更正，先撤单再申报" / "that message stays as it is; to correct it, withdraw it first and declare again";
    /// A document that the schema refuses.
    SCHEMA = "BLD-SCHEMA", Error,
        "{document}不符合报文规范：{path}" / "{document} does not fit the schema at {path}",
        "核对该字段的来源数据" / "check the data that this field comes from";
    /// A message that the ledger knows but the archive has lost.
    LOST = "BLD-ARCHIVE", Error,
        "报文{message}的存档{file}不见了" / "message {message} is missing from the archive: {file}",
        "从备份恢复数据目录" / "restore the data directory from a backup";
}
