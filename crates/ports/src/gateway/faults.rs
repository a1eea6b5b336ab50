//! Faults of gateways.

crate::fault_kinds! {
    /// A message without a number that can be sent.
    NUMBER = "GW-NUMBER", Error,
        "报文编号「{guid}」不可用" / "\"{guid}\" is no number of a message",
        "报文编号由本程序生成，只含字母、数字和连字符；请联系技术人员" / "numbers are made by this program, of letters, digits and hyphens; ask for technical help";
    /// A folder of the gateway cannot be used.
    FOLDER = "GW-FOLDER", Error,
        "报关通道目录 {place} 无法使用：{reason}" / "the gateway's folder {place} cannot be used: {reason}",
        "建立该目录或检查权限，再运行一次；未发出的报文会原样重发" / "make the folder or check its permissions, then run again; what was not sent is sent as it is";
    /// No room left.
    FULL = "GW-FULL", Error,
        "{place} 所在磁盘已满" / "the disk of {place} is full",
        "清理磁盘后再运行一次；未发出的报文会原样重发" / "make room and run again; what was not sent is sent as it is";
    /// The service of the gateway.
    SERVICE = "GW-SERVICE", Error,
        "报关通道没有正常应答：{reason}" / "the gateway gives no proper answer: {reason}",
        "检查网络和 [gateway] 的 url、token；恢复后再运行一次，不会丢失也不会重复" / "check the network, url and token of [gateway], and run again; nothing is lost and nothing sent twice";
    /// A receipt too long to be one.
    TOO_LONG = "GW-RECEIPT-LENGTH", Warning,
        "收件目录中的 {name} 有 {bytes} 字节，不是回执，未读取" / "{name} has {bytes} bytes, which no receipt has; it was not read",
        "查看该文件的来历，将其移出收件目录" / "find out where it comes from and move it out of the inbox";
    /// Something in the inbox that cannot be read.
    UNREADABLE = "GW-RECEIPT-UNREADABLE", Warning,
        "收件目录中的 {name} 无法读取：{reason}" / "{name} in the inbox cannot be read: {reason}",
        "检查文件权限；可读后会自动收取" / "check its permissions; it is taken as soon as it can be read";
    /// A receipt that cannot be moved away.
    STUCK = "GW-RECEIPT-STUCK", Warning,
        "回执 {name} 已入库，但无法移入归档目录：{reason}" / "the receipt {name} is kept, but cannot be moved to the archive: {reason}",
        "检查收件目录和归档目录的权限；重复收到的回执不会重复处理" / "check the permissions of the inbox and its archive; a receipt that comes again changes nothing";
}
