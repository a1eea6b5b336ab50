//! Faults of sending filings to a platform.

ports::fault_kinds! {
    /// The platform's code for the port is not known.
    PORT_CODE = "FIL-SYNC-PORT", Error,
        "不知道平台对口岸“{port}”的备案代码，没有发送" / "the platform's filing code of the port {port} is not known; nothing was sent",
        "请向平台客服索取该口岸的 port_code(形如 hz_custom)，由技术人员加入口岸目录" / "ask the platform for the port's port_code (such as hz_custom) and have it added to the catalogue of ports";
    /// The older call needs a tax rate that the tariff does not give.
    RATE = "FIL-SYNC-RATE", Error,
        "税则中没有商品编码{hs}的单一综合税率，旧接口需要它，没有发送" / "the tariff has no single tax rate of {hs}, which the older call needs; nothing was sent",
        "请导入含有该编码的税则表，或改用新接口" / "load a tariff table that has the code, or use the newer call";
    /// Some but not all of the six fields are given.
    SPV_PARTIAL = "FIL-SYNC-SPV-PARTIAL", Error,
        "商品规格的六个备案字段要么全填要么全不填，缺少：{missing}" / "the six customs fields of a variant go together; missing: {missing}",
        "请补齐后重新导入备案" / "fill them in and import the filing again";
    /// All six fields are given and no variant to send them to.
    SPV_ID = "FIL-SYNC-SPV-ID", Warning,
        "六个备案字段已填，但没有SPV ID，这些字段没有发送" / "the six customs fields are given, but no SPV ID: they were not sent",
        "请填写SPV ID后重新导入备案" / "give the SPV ID and import the filing again";
    /// Two filings say different things about one variant.
    SPV_CONFLICT = "FIL-SYNC-SPV-CONFLICT", Error,
        "SPV ID {spv}的六个备案字段与{other}的不一致，没有发送" / "the six customs fields of SPV ID {spv} differ from those of {other}; they were not sent",
        "同一SPV在各口岸的六个字段必须相同；请改成一致后重新导入备案" / "they must be the same at every port; make them equal and import again";
    /// The platform refuses the filing of the article.
    ITEM_REFUSED = "FIL-SYNC-ITEM", Error,
        "平台拒绝了商品备案：{reason}（{code}）" / "the platform refused the article's filing: {reason} ({code})",
        "请按平台的说明改正这一行，重新导入后再同步" / "correct the row by what the platform says, import it and sync again";
    /// The platform refuses the six fields.
    SPV_REFUSED = "FIL-SYNC-SPV", Error,
        "平台拒绝了SPV {spv}的备案字段：{reason}（{code}）" / "the platform refused the customs fields of SPV {spv}: {reason} ({code})",
        "商品在预售期间不能修改，请在预售结束后再同步；其他原因请按平台的说明改正" / "they cannot be changed during presale: sync again after it; otherwise correct what the platform says";
    /// The platform cannot be reached or does not get to it.
    STOPPED = "FIL-SYNC-STOPPED", Error,
        "平台暂时无法处理：{reason}；已完成的部分都已记录" / "the platform cannot do it for the time being: {reason}; what was done is recorded",
        "请稍后再次运行，会从中断处继续" / "run it again later; it goes on where it stopped";
    /// Reading back, the platform has nothing.
    MISSING = "FIL-SYNC-MISSING", Error,
        "平台上没有这条备案" / "the platform does not have this filing",
        "请再次运行同步，会重新发送" / "sync again: it will be sent again";
    /// Reading back, the platform has something else.
    DIFFERS = "FIL-SYNC-DIFFERS", Error,
        "平台上的备案不同：{differences}" / "the platform's filing differs: {differences}",
        "请再次运行同步，会重新发送" / "sync again: it will be sent again";
    /// Reading back, the content is there under a port code that nobody knows.
    PORT_UNCLEAR = "FIL-SYNC-PORT-UNCLEAR", Warning,
        "平台上有相同内容的备案，但口岸写作“{found}”，无法确认是否为{port}" / "the platform has the same filing under the port {found}, which may or may not be {port}",
        "请在平台后台核对该商品的口岸" / "check the article's port on the platform";
    /// Reading back was refused.
    UNREADABLE = "FIL-SYNC-UNREADABLE", Error,
        "平台没有给出这条备案：{reason}（{code}）" / "the platform does not show this filing: {reason} ({code})",
        "请按平台的说明处理后再核对" / "do what the platform says, then verify again";
}
