//! Why an order is held on its way to customs: faults of its course, not of its data.

ports::fault_kinds! {
    /// Not paid, or shipped already without a declaration.
    NOT_YET = "LIF-NOT-YET", Error,
        "订单不在待发货状态" / "the order is not waiting for shipment",
        "平台上变为待发货后自动继续" / "it goes on by itself once it waits for shipment on the platform";
    /// The buyer is cancelling, or an after-sale case is open.
    CANCELLING = "LIF-CANCELLING", Error,
        "买家正在取消订单，或售后尚未结束：不再发送新的单证" / "the buyer is cancelling, or an after-sale case is open: nothing new is sent",
        "平台上有结果后自动继续：取消则撤单或退货，不取消则继续申报" / "it goes on by itself once the platform has decided: withdrawn or returned if cancelled, declared if not";
    /// A refused document.
    REFUSED = "LIF-REFUSED", Error,
        "{document}被退回：状态{status}，{meaning}" / "the {document} was refused: status {status}, {meaning}",
        "更正订单、备案或设置：单证内容变化后自动重新申报；内容无需变化时用 declare release 说明理由后重新申报" / "mend the order, the filing or the settings: it is declared anew by itself once the document says something else; if nothing has to change, declare release with a reason declares it anew";
    /// The payment slip has not come; it is asked for.
    PAYMENT = "LIF-PAYMENT", Error,
        "海关没有收到支付单；已请平台重推{asked}次" / "customs has no payment slip; the platform was asked {asked} times to push it again",
        "无需处理：重推后自动重新申报" / "nothing to do: it is declared anew by itself after the push";
    /// The payment slip was asked for in vain.
    PAYMENT_LIMIT = "LIF-PAYMENT-LIMIT", Error,
        "已重推支付单{asked}次，海关仍没有收到" / "the payment slip was pushed {asked} times and customs still has none",
        "与平台和支付企业核对支付单；核实后用 declare release 重新申报" / "settle it with the platform and the payment enterprise, then declare release declares it anew";
    /// The platform will not push the payment slip.
    PAYMENT_REFUSED = "LIF-PAYMENT-REFUSED", Error,
        "平台拒绝重推支付单" / "the platform will not push the payment slip again",
        "与平台核对；支付单到达海关后用 declare release 重新申报" / "settle it with the platform; once the slip is at customs, declare release declares it anew";
    /// A receipt nobody understands.
    UNKNOWN = "LIF-UNKNOWN", Error,
        "{document}收到含义不明的回执：状态{status}，{meaning}" / "the {document} has a receipt whose meaning is not known: status {status}, {meaning}",
        "向申报地海关或电子口岸（95198）询问；后续回执到达后自动继续，或用 declare release 说明理由后继续" / "ask customs or China E-port (95198); it goes on by itself with the next receipt, or with declare release and a reason";
    /// "There already", though the sending was never in doubt.
    EXISTS = "LIF-EXISTS", Error,
        "{document}回执称已存在（{status}），但本系统只发送过一次：可能有人用同一编号申报过" / "the {document} is said to be there already ({status}), though it was sent once only: somebody may have declared it under the same number",
        "查明是谁申报的：若就是本单，用 declare release 继续；否则用 declare withdraw 停止" / "find out who declared it: if it is this order, go on with declare release; otherwise stop with declare withdraw";
    /// "Older than what is there", though the sending was never in doubt.
    OLD = "LIF-OLD", Error,
        "{document}回执称对方已有更新的一份（{status}），本次不作数" / "the other side has a later {document} ({status}); this one does not count",
        "查明更新的一份从何而来：若就是本单，用 declare release 继续；否则用 declare withdraw 停止" / "find out where the later one came from: if it is this order, go on with declare release; otherwise stop with declare withdraw";
    /// The gateway will not have the message.
    GATEWAY = "LIF-GATEWAY", Error,
        "网关拒收{document}所在的报文，单证没有申报" / "the gateway refused the message with the {document}; it is not declared",
        "查看日志和网关的说明并排除原因，然后用 declare release 重新申报" / "see the log and the gateway's words, remove the cause, then declare release declares it anew";
    /// The other side fails again and again.
    FAILED = "LIF-FAILED", Error,
        "对方系统处理{document}一再失败（{status}），已发送{count}次" / "the other side keeps failing over the {document} ({status}); it was sent {count} times",
        "联系电子口岸客服（95198），恢复后用 declare release 重新发送" / "call China E-port (95198); once it works again, declare release sends it anew";
    /// Detained or to be sent back.
    STOPPED = "LIF-STOPPED", Error,
        "海关扣留或退运：状态{status}，{meaning}" / "customs detains the goods or sends them back: status {status}, {meaning}",
        "联系申报地海关；后续回执到达后自动继续" / "speak with the customs office; it goes on by itself with the next receipt";
    /// What stands at customs would read otherwise today.
    STALE = "LIF-STALE", Error,
        "海关已入库的{documents}与现在的订单或备案不一致" / "what customs has stored ({documents}) differs from the order or its filings as they are now",
        "核对变化：用 declare release 发送变更（appType 2）后继续，或用 declare withdraw 停止" / "look at the change: declare release sends a change (appType 2) and goes on, declare withdraw stops";
    /// What was released would read otherwise today.
    CHANGED_LATE = "LIF-CHANGED-LATE", Error,
        "放行之后、发货之前，订单又有变化（{documents}）" / "the order changed after its release and before its shipment ({documents})",
        "用 declare release 按已申报的内容发货，或用 declare return 退货" / "declare release ships it as it was declared, declare return takes it back";
    /// A document was declared anew too often.
    VERSIONS = "LIF-VERSIONS", Error,
        "{document}已重新申报{count}次，仍被退回：状态{status}，{meaning}" / "the {document} was declared {count} times and is still refused: status {status}, {meaning}",
        "查明原因后用 declare release 再申报一次" / "find the cause, then declare release declares it once more";
    /// The withdrawal was refused.
    WITHDRAWAL_REFUSED = "LIF-WITHDRAWAL-REFUSED", Error,
        "撤单申请被退回：状态{status}，{meaning}" / "the withdrawal was refused: status {status}, {meaning}",
        "已放行的用 declare return 退货；否则与海关核对后用 declare release 再次申请" / "use declare return when it is released; otherwise settle it with customs, then declare release asks again";
    /// The return was refused.
    RETURN_REFUSED = "LIF-RETURN-REFUSED", Error,
        "退货申请被退回：状态{status}，{meaning}" / "the return was refused: status {status}, {meaning}",
        "更正后用 declare return 再次申请" / "correct it and ask again with declare return";
    /// Released, and cancelled: somebody must look at the goods.
    RETURN = "LIF-RETURN", Error,
        "海关已放行，但买家取消或退款" / "customs has released it, but the buyer cancelled or is refunded",
        "货物退回后用 declare return 申报退货；没有货物退回则用 declare release 了结" / "declare return when the goods are back; declare release when none will come back";
    /// A withdrawal was asked for too late.
    RELEASED = "LIF-RELEASED", Error,
        "海关已放行，不能撤单" / "customs has released it: it cannot be withdrawn any more",
        "用 declare return 申报退货，或用 declare release 继续" / "use declare return, or go on with declare release";
    /// The platform does not take the shipment.
    SHIP_REFUSED = "LIF-SHIP-REFUSED", Warning,
        "已放行，但平台不接受发货" / "released, but the platform does not take the shipment",
        "在平台上核对订单和运单，然后用 declare release 再试" / "look at order and waybill on the platform, then declare release tries again";
    /// Released and shipped; the buyer wants to give it back.
    AFTER_SALE = "LIF-AFTER-SALE", Warning,
        "已放行并发货，买家申请售后" / "released and shipped; the buyer has an after-sale case",
        "货物退回后用 declare return 申报退货" / "declare return when the goods are back";
    /// No receipt for long.
    SILENT = "LIF-SILENT", Warning,
        "{document}发出{hours}小时仍没有回执" / "{hours} hours after it was sent there is no receipt about the {document}",
        "检查网关的收件，或向电子口岸（95198）查询；不要另报一份" / "check that the gateway receives, or ask China E-port (95198); do not declare it a second time";
}
