//! Faults of a run.

ports::fault_kinds! {
    /// The platform's list of orders cannot be read.
    PLATFORM = "RUN-PLATFORM", Error,
        "读取平台订单失败：{reason}" / "the platform's orders cannot be read: {reason}",
        "检查网络和平台授权；下次会从中断处继续" / "check the network and the shop's authorisation; it goes on where it was";
    /// An order cannot be read.
    ORDER_UNREAD = "RUN-ORDER", Warning,
        "订单{order}读取失败：{reason}" / "order {order} cannot be read: {reason}",
        "会自动重试" / "it is tried again by itself";
    /// The platform could not be told of a shipment.
    SHIP = "RUN-SHIP", Warning,
        "订单{order}发货回传失败：{reason}" / "the platform could not be told that order {order} was shipped: {reason}",
        "会自动重试；被拒绝时请在平台上核对该订单" / "it is tried again by itself; when it is refused look at the order on the platform";
    /// The platform could not be asked for a payment slip.
    REPUSH = "RUN-REPUSH", Warning,
        "订单{order}的支付单重推失败：{reason}" / "the payment slip of order {order} could not be asked for: {reason}",
        "会自动重试" / "it is tried again by itself";
    /// The supplier could not be asked.
    INQUIRY = "RUN-SUPPLIER", Warning,
        "向供货方查询订单{order}失败：{reason}" / "the supplier could not be asked about order {order}: {reason}",
        "会自动重试；供货方的回调照常处理" / "it is tried again by itself; what the supplier says by itself is heard as ever";
    /// Nobody knows whether the gateway took a message.
    UNKNOWN = "RUN-UNKNOWN", Warning,
        "报文{message}是否送达未知：{reason}" / "nobody knows whether message {message} arrived: {reason}",
        "会自动查询或原样重发，不会重复申报" / "it is asked about or sent again as it is; nothing is declared twice";
    /// The gateway refused a message.
    REFUSED = "RUN-REFUSED", Error,
        "报关通道拒收报文{message}：{reason}" / "the gateway refused message {message}: {reason}",
        "按原因处理后，对其中的订单执行 declare release" / "mend the reason, then declare release the orders in it";
    /// A message is gone from the archive.
    LOST = "RUN-ARCHIVE", Error,
        "报文{message}的存档{file}不见了，无法发送" / "message {message} is missing from the archive and cannot be sent: {file}",
        "从备份恢复数据目录" / "restore the data directory from a backup";
    /// A receipt that cannot be read.
    RECEIPT = "RUN-RECEIPT", Warning,
        "回执{name}无法识别（{code}）" / "the receipt {name} cannot be read ({code})",
        "原文已保存；查看 customs explain {code}" / "it is kept as it came; see customs explain {code}";
    /// The store is out of reach.
    STORE_AWAY = "RUN-STORE", Error,
        "存储暂时不可用：{reason}" / "the store is out of reach: {reason}",
        "会自动重连，中断的工作会重做，不会重复申报" / "it is tried again by itself; work that was interrupted is done again and nothing is declared twice";
    /// This machine's clock is off.
    CLOCK = "RUN-CLOCK", Warning,
        "本机时钟与数据库服务器相差 {seconds} 秒；领取工作按服务器时间进行" / "this machine's clock is {seconds} s away from the database server's; work is claimed by the server's",
        "校准本机时钟（NTP）" / "set the clock of this machine right, by NTP";
    /// Another worker has the same name.
    NAMESAKE = "RUN-NAMESAKE", Warning,
        "另有同名工作进程 {name}：主机 {host}，进程 {pid}，最近一次报到 {beat}；不影响结果" / "there is another worker named {name}: on {host}, process {pid}, last seen {beat}; what they do stays right",
        "若它仍在运行，用 --name 另取名字；若刚刚异常退出，可以忽略" / "if it still runs give one of them another --name; if it has just died, never mind";
    /// A bundle whose waybill cannot be put in.
    BUNDLE = "RUN-BUNDLE", Error,
        "订单{order}的存档不完整" / "what is kept of order {order} is incomplete",
        "在平台上核对该订单；它变更后会重新读取" / "look at the order on the platform; it is read again when it changes";
}
