//! Faults of the book.

ports::fault_kinds! {
    /// No import has this number.
    UNDO_UNKNOWN = "FIL-UNDO-UNKNOWN", Error,
        "没有第{import}号导入" / "there is no import {import}",
        "用“customs filing imports”查看导入号" / "`customs filing imports` lists the imports with their numbers";
    /// The import broke off or was refused as a whole.
    UNDO_NEVER = "FIL-UNDO-NEVER", Error,
        "第{import}号导入没有完成，它的内容从未生效，无需撤销" / "import {import} was never completed: nothing of it ever counted",
        "无需处理" / "there is nothing to do";
    /// A later import has changed the filing again.
    UNDO_KEPT = "FIL-UNDO-KEPT", Warning,
        "这条备案后来又被第{later}号导入修改过，保持不变" / "this filing was changed again by import {later} and stays as it is",
        "如果也要恢复，请再撤销第{later}号导入" / "to take it back as well, undo import {later} too";
}
