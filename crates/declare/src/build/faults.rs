//! Faults of a build.

ports::fault_kinds! {
    /// Declared before, with other contents.
    CHANGED = "BLD-CHANGED", Error,
        "{document}已于{at}写入报文{message}，现在内容不同" / "{document} was written into message {message} at {at}; its contents differ now",
        "原报文不变，不会再次申报；如需更正，在申报客户端变更或撤销该单证" / "that message stays as it is and nothing is declared again; change or withdraw the document with the client that declares it";
    /// A document that the schema refuses.
    SCHEMA = "BLD-SCHEMA", Error,
        "{document}不符合报文规范：{path}" / "{document} does not fit the schema at {path}",
        "核对该字段的来源数据" / "check the data that this field comes from";
    /// A message that the ledger knows but the archive has lost.
    LOST = "BLD-ARCHIVE", Error,
        "报文{message}的存档{file}不见了" / "message {message} is missing from the archive: {file}",
        "从备份恢复数据目录" / "restore the data directory from a backup";
    /// A message that a purge has removed from the archive.
    PURGED = "BLD-PURGED", Warning,
        "报文{message}的存档已于{on}按保存期清除，不再写出" / "message {message} was purged from the archive on {on} and is not written again",
        "该订单此前已申报，无需处理；从输入中去掉已过保存期的订单" / "its orders were declared before and nothing is to be done; leave orders past their retention time out of the input";
}
