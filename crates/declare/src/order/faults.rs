//! Why an order is not declared: faults of the order itself.

ports::fault_kinds! {
    /// The line is no JSON object, or cut off.
    BAD_LINE = "ORD-LINE", Error,
        "第{line}行不是完整的订单JSON：第{column}字节处{reason}" / "line {line} is no complete order in JSON: {reason} at byte {column}",
        "重新导出该行后再运行；其余各行不受影响" / "export that line again and run once more; the other lines are not affected";
    /// The line is JSON of something else.
    NOT_AN_ORDER = "ORD-SHAPE", Error,
        "第{line}行不是订单：第{column}字节处内容不是订单应有的形式" / "line {line} is no order: it has another shape at byte {column}",
        "每行一个订单的JSON对象；重新导出该行" / "write one order a line, a JSON object; export that line again";
    /// A field holds a value of another type.
    WRONG_TYPE = "ORD-TYPE", Error,
        "第{line}行的{field}不是应有的类型（第{column}字节处）" / "line {line}: {field} holds a value of another type (at byte {column})",
        "按平台的格式重新导出该订单" / "export the order again in the platform's form";
    /// The line is longer than any order.
    LINE_TOO_LONG = "ORD-LINE-LENGTH", Error,
        "第{line}行超过{limit}字节" / "line {line} is longer than {limit} bytes",
        "每行一个订单，检查换行符" / "write one order a line; check the line breaks";
    /// A platform nobody here knows.
    UNKNOWN_PLATFORM = "ORD-PLATFORM", Error,
        "不认识的平台{platform}" / "unknown platform {platform}",
        "目前支持 xiaohongshu" / "supported: xiaohongshu";
    /// An order without a number.
    NO_ORDER_NO = "ORD-NO-NUMBER", Error,
        "第{line}行没有订单号" / "line {line} has no order number",
        "补上 detail.orderId" / "give detail.orderId";
    /// An order number that fits no document.
    BAD_ORDER_NO = "ORD-NUMBER-FORM", Error,
        "订单号不可用：最多60个字符，只能是ASCII字符" / "not a usable order number: at most 60 characters, ASCII only",
        "核对 detail.orderId" / "check detail.orderId";
    /// Personal data as the platform hands it out, not decrypted.
    ENCRYPTED = "ORD-ENCRYPTED", Error,
        "{field}仍是平台密文" / "{field} is still the platform's ciphertext",
        "先用平台的解密接口解密，再导出订单" / "decrypt it with the platform first, then export the order again";
    /// Personal data with letters masked.
    MASKED = "ORD-MASKED", Error,
        "{field}已脱敏（含*号）" / "{field} is masked (it has asterisks)",
        "取得未脱敏的信息后重新导出" / "get the unmasked text and export the order again";
    /// Not waiting for shipment.
    STATUS = "ORD-STATUS", Error,
        "订单状态是{status}，不是待发货（4）" / "the order's status is {status}, not waiting for shipment (4)",
        "待发货后再申报" / "declare it once it waits for shipment";
    /// The buyer is cancelling.
    CANCELLING = "ORD-CANCEL", Error,
        "订单正在取消" / "the order is being cancelled",
        "取消完成则不申报；买家撤回取消后再运行" / "leave it if the cancellation goes through; run again if the buyer withdraws it";
    /// An after-sale case is open.
    AFTER_SALE = "ORD-AFTER-SALE", Error,
        "售后状态是{status}" / "the after-sale status is {status}",
        "售后结束后再申报" / "declare it when the case is closed";
    /// Presale: deposit and balance may be two payments.
    PRESALE = "ORD-PRESALE", Error,
        "预售订单可能有两笔支付" / "a presale order may have two payments",
        "人工核对支付单后再放行" / "let a person compare the payment slips first";
    /// An exchange re-ship has no payment of its own.
    RESHIP = "ORD-RESHIP", Error,
        "换货补发订单没有支付单，不能作为新订单申报" / "an exchange re-ship has no payment and cannot be declared as a new order",
        "按换货流程处理" / "handle it as an exchange";
    /// Several parcels for one order.
    SPLIT = "ORD-SPLIT", Error,
        "订单已拆成多个包裹，一份清单只能有一个运单" / "the order was split into parcels, and an inventory has one waybill",
        "人工处理拆单" / "let a person handle the split";
    /// Not a declared mode of trade.
    NOT_DECLARED = "ORD-MODE", Error,
        "物流模式{mode}不在此申报" / "logistics mode {mode} is not declared here",
        "保税BBC（2，1210）和直邮BC（3，9610）才在此申报；内贸（1）不需要申报" / "only bonded BBC (2, 1210) and direct purchase BC (3, 9610) are; domestic orders (1) need no declaration";
    /// Personal articles.
    PERSONAL = "ORD-PERSONAL", Error,
        "个人行邮物品（CC，物流模式4）不在此申报：按行邮税征收，税率{rates}；货值{value}元的税款为{least}至{most}元，不超过{exempt}元免征" / "personal articles (CC, logistics mode 4) are not declared here: they pay postal tax at {rates}; on goods worth {value} yuan that is {least} to {most} yuan, and up to {exempt} yuan are free",
        "由承运人按进境个人物品办理；customs declare tax 按税目计算准确税额（\"channel\": \"postal\"）" / "the carrier clears them as personal articles; customs declare tax computes the tax by article (\"channel\": \"postal\")";
    /// Personal articles on a day whose postal rates are not known.
    PERSONAL_UNKNOWN = "ORD-PERSONAL-RATES", Error,
        "个人行邮物品（CC，物流模式4）不在此申报：按行邮税征收；税则表中没有 {date} 的行邮税率" / "personal articles (CC, logistics mode 4) are not declared here: they pay postal tax; the tariff has no postal rates of {date}",
        "由承运人按进境个人物品办理；更新税则表后可计算行邮税" / "the carrier clears them as personal articles; with newer tables the postal tax can be computed";
    /// Something mandatory is missing.
    MISSING = "ORD-MISSING", Error,
        "缺少{what}" / "{what} is missing",
        "在平台补全后重新导出订单" / "complete it on the platform and export the order again";
    /// A number that cannot be.
    BAD_NUMBER = "ORD-NUMBER", Error,
        "数值不可用：{value}" / "not a usable number: {value}",
        "核对后重新导出" / "check it and export again";
    /// goods + freight + tax - discount is not what was paid.
    AMOUNTS = "ORD-AMOUNTS", Error,
        "商品{goods}+运费{freight}+税{tax}-优惠{discount}={sum}，与实付{paid}不等" / "goods {goods} + freight {freight} + tax {tax} - discount {discount} = {sum}, but {paid} was paid",
        "与平台核对金额；系统不会自行调整" / "settle the amounts with the platform; nothing is adjusted here";
    /// The two amounts paid differ.
    TOTAL_PAID = "ORD-TOTAL-PAID", Error,
        "清关实付{paid}与订单实付{total}不等" / "paid for clearance {paid}, paid for the order {total}",
        "与平台核对金额" / "settle the amounts with the platform";
    /// The lines do not add up.
    LINES_SUM = "ORD-LINES", Error,
        "各行合计{sum}，与商品总价{goods}不等" / "the lines add up to {sum}, the goods to {goods}",
        "与平台核对各行的申报单价" / "settle the lines' prices with the platform";
    /// The platform's line taxes do not add up; reported only.
    TAX_SUM = "ORD-TAX-SUM", Warning,
        "各行税合计{sum}，订单税{tax}" / "the lines' taxes add up to {sum}, the order's tax is {tax}",
        "若差额是运费税则无需处理" / "nothing to do when the difference is the freight's tax";
    /// An order without goods, or with more lines than a document holds.
    LINE_COUNT = "ORD-LINE-COUNT", Error,
        "订单有{count}行商品，单证允许1至99行" / "the order has {count} lines, a document holds 1 to 99",
        "拆成多个订单" / "split it into several orders";
    /// No buyer entry.
    NO_BUYER = "ORD-NO-BUYER", Error,
        "没有订购人信息" / "there is no buyer （订购人）",
        "请买家在平台补全实名信息" / "have the buyer complete the real-name entry on the platform";
    /// The identity number cannot be.
    ID_NUMBER = "ORD-ID", Error,
        "订购人身份证号码{masked}不正确：{reason}" / "the buyer's identity number {masked} is wrong: {reason}",
        "请买家在平台更正身份证号码" / "have the buyer correct it on the platform";
    /// The telephone is a relay number or none.
    TELEPHONE = "ORD-TELEPHONE", Error,
        "订购人电话{masked}不是真实手机号" / "the buyer's telephone {masked} is no real mobile number",
        "向平台取得真实号码" / "get the real number from the platform";
    /// The address was changed.
    ADDRESS_CHANGED = "ORD-ADDRESS", Error,
        "收货地址已变更" / "the address was changed",
        "重新读取订单和收件人后再运行" / "read the order and its receiver again, then run once more";
    /// A line without a barcode.
    NO_BARCODE = "ORD-BARCODE", Error,
        "第{line}行商品没有条码" / "line {line} has no barcode",
        "在平台为该商品填写条码" / "give the article a barcode on the platform";
    /// An order that stands twice in the input, or came again under the same number with other contents.
    REPEATED = "MATCH-K1", Error,
        "订单号重复：本次或此前已申报过该订单" / "the order number stands twice: this order is declared already",
        "删除重复的行；不会申报两次" / "remove the repeated line; nothing is declared twice";
}
