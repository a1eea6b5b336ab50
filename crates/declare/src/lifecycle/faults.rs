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
    /// The supplier will not ship it.
    SUPPLIER_CANCELLED = "LIF-SUPPLIER-CANCELLED", Error,
        "供货方已取消订单，不会发货" / "the supplier has cancelled the order and will not ship it",
        "与供货方和买家核对：不再发货的，在平台取消订单，或用 declare withdraw 停止（已放行的用 declare return）；改由别处发货的，导入新运单后用 declare release 说明理由继续" / "settle it with supplier and buyer: if it is not shipped, cancel it on the platform or stop with declare withdraw (declare return once released); if it is shipped from elsewhere, take its waybill in, then declare release with a reason goes on";
    /// The supplier has not decided about a cancellation.
    SUPPLIER_CANCELLING = "LIF-SUPPLIER-CANCELLING", Error,
        "供货方正在处理取消申请：不再发送新的单证" / "a wish to cancel waits for the supplier's decision: nothing new is sent",
        "供货方拒绝取消后自动继续；要立即继续用 declare release 说明理由" / "it goes on by itself once the supplier has refused to cancel; declare release with a reason goes on at once";
    /// The supplier says that something is wrong.
    SUPPLIER_EXCEPTION = "LIF-SUPPLIER-EXCEPTION", Error,
        "供货方报告订单异常：{reason}" / "the supplier says that something is wrong with the order: {reason}",
        "与供货方核对；能照常发货的用 declare release 说明理由继续，否则用 declare withdraw 停止（已放行的用 declare return）" / "settle it with the supplier: declare release with a reason goes on if it is shipped all the same; otherwise stop with declare withdraw (declare return once released)";
    /// The supplier ships it in parts.
    SUPPLIER_PARCELS = "LIF-SUPPLIER-PARCELS", Error,
        "供货方分{count}个运单发货（{numbers}），而一份清单只能有一个运单" / "the supplier ships it under {count} waybills ({numbers}), and an inventory has one",
        "能合并成一个包裹的，导入其运单后用 declare release 说明理由继续；否则用 declare withdraw 停止，人工处理" / "if it becomes one parcel, take its waybill in, then declare release with a reason goes on; otherwise stop with declare withdraw and settle it by hand";
    /// Released and shipped; the buyer wants to give it back.
    AFTER_SALE = "LIF-AFTER-SALE", Warning,
        "已放行并发货，买家申请售后" / "released and shipped; the buyer has an after-sale case",
        "货物退回后用 declare return 申报退货" / "declare return when the goods are back";
    /// No receipt for long.
    SILENT = "LIF-SILENT", Warning,
        "{document}发出{hours}小时仍没有回执" / "{hours} hours after it was sent there is no receipt about the {document}",
        "检查网关的收件，或向电子口岸（95198）查询；不要另报一份" / "check that the gateway receives, or ask China E-port (95198); do not declare it a second time";
    /// No case of this number.
    NO_ORDER = "LIF-NO-ORDER", Error,
        "没有订单{order}" / "there is no order {order}",
        "核对订单号；尚未读取的订单由 declare run 读取" / "check the number; orders that are not here yet are read by declare run";
    /// A release of what is not held.
    NOTHING_HELD = "LIF-NOTHING-HELD", Error,
        "订单没有需要人工处理的事项（状态 {state}）" / "nothing of the order waits for a person (state {state})",
        "用 declare status 查看订单" / "look at it with declare status";
    /// A withdrawal of what is withdrawn.
    ALREADY_WITHDRAWN = "LIF-WITHDRAWN", Error,
        "订单已撤单或取消" / "the order is withdrawn already",
        "无需处理；要重新申报用 declare release" / "nothing to do; declare release declares it anew";
    /// A return of what is not released.
    NOT_RELEASED = "LIF-NOT-RELEASED", Error,
        "订单还没有放行（状态 {state}），不能退货或签收" / "the order is not released (state {state}): nothing can come back or be delivered",
        "放行前用 declare withdraw 撤单" / "before release use declare withdraw";
    /// A message that was sent, or is to be sent, has no bytes.
    BYTES_MISSING = "AUD-BYTES", Error,
        "{document}所在报文{message}的原文不在了" / "the bytes of message {message}, which holds the {document}, are gone",
        "从备份恢复数据目录中的报文；不要另报一份" / "restore the messages of the data directory from a backup; do not declare it a second time";
    /// A message's bytes are not those that were sent.
    BYTES_CHANGED = "AUD-BYTES-CHANGED", Error,
        "{document}所在报文{message}的原文与发送时不同" / "the bytes of message {message}, which holds the {document}, are not those that were sent",
        "从备份恢复该报文，并查明是谁改动的" / "restore that message from a backup, and find out who changed it";
    /// A receipt that came is not in the case.
    RECEIPT_LOST = "AUD-RECEIPT-LOST", Error,
        "收到的{document}回执（{status}）没有计入订单" / "a receipt about the {document} ({status}) came but does not count for the order",
        "用 declare receipts 重新导入该回执" / "take it in once more with declare receipts";
    /// The case has a receipt that never came.
    RECEIPT_UNFOUNDED = "AUD-RECEIPT-UNFOUNDED", Error,
        "订单记录了{document}回执（{status}），但没有收到过的原文" / "the order counts a receipt about the {document} ({status}) whose original is not there",
        "从备份恢复数据目录" / "restore the data directory from a backup";
    /// The stored state is not what follows.
    STATE = "AUD-STATE", Error,
        "订单状态记为{stored}，按单证和回执应为{derived}" / "the order is put down as {stored}; by its documents and receipts it is {derived}",
        "若设置刚有改动，运行 declare run 后再查；否则从备份恢复" / "if the settings have changed, run declare run and look again; otherwise restore from a backup";
    /// Two versions of a document may both count.
    TWICE = "AUD-TWICE", Error,
        "{document}有两份可能同时有效：{guids}" / "two versions of the {document} may both count: {guids}",
        "立即与海关核对，撤销其中一份" / "settle it with customs at once and withdraw one of them";
    /// A later version has no later time.
    TIMES = "AUD-TIMES", Error,
        "{document}的后一份没有更晚的时间" / "a later version of the {document} has no later time",
        "核对系统时钟，并与海关核对哪一份有效" / "check the clock, and ask customs which one counts";
    /// A document's number stands twice.
    NUMBER_TWICE = "AUD-NUMBER", Error,
        "单证编号{guid}用了两次" / "the number {guid} stands for two documents",
        "从备份恢复数据目录" / "restore the data directory from a backup";
    /// A case whose documents name no message that is on its way.
    MESSAGE_STRAY = "AUD-MESSAGE", Error,
        "报文{message}列有本订单，订单却没有其中的单证" / "message {message} names the order, which has no document in it",
        "从备份恢复数据目录" / "restore the data directory from a backup";
    /// A message whose passage is another than its documents'.
    PASSAGE = "AUD-PASSAGE", Error,
        "报文{message}记为{passage}，其中的{document}记为{dispatch}" / "message {message} is put down as {passage}, the {document} in it as {dispatch}",
        "运行一次 declare run 后再查；仍有则从备份恢复" / "run declare run once and look again; if it stays, restore from a backup";
}
