//! What is found in anybody's messages, besides the rules of [`crate::matching::faults`], whose codes count here too.

ports::fault_kinds! {
    /// The file cannot be read.
    UNREADABLE = "CEB-UNREADABLE", Error,
        "文件无法读取：{reason}" / "the file cannot be read: {reason}",
        "检查路径和权限" / "check the path and its permissions";
    /// A field that has to be there.
    REQUIRED = "CEB-REQUIRED", Error,
        "缺少必填项 {title}（{field}）" / "{field} ({title}) is missing",
        "补上该项；没有金额时填0" / "add it; an amount of nothing is 0";
    /// A required field without content.
    EMPTY = "CEB-EMPTY-FIELD", Error,
        "必填项 {title}（{field}）是空的" / "{field} ({title}) is empty",
        "填写该项" / "fill it in";
    /// A text of the wrong length.
    LENGTH = "CEB-LENGTH", Error,
        "{title}（{field}）有 {found} 个字符，应为 {wanted} 个" / "{field} ({title}) has {found} characters instead of {wanted}",
        "按规定长度填写；一个汉字算一个字符" / "keep to the length; a Chinese character counts as one";
    /// No number of the standard.
    NUMBER = "CEB-NUMBER", Error,
        "{title}（{field}）不是最多{total}位、其中{fraction}位小数的数" / "{field} ({title}) is no number of at most {total} digits, {fraction} of them decimals",
        "只写数字和小数点，不写千分位、货币符号、科学计数法" / "write digits and a point only: no grouping, no currency sign, no exponent";
    /// No whole number.
    INTEGER = "CEB-INTEGER", Error,
        "{title}（{field}）不是整数" / "{field} ({title}) is no whole number",
        "只写数字" / "write digits only";
    /// Another value than the one that is fixed.
    FIXED = "CEB-FIXED", Error,
        "{title}（{field}）只能是 {wanted}" / "{field} ({title}) has to be {wanted}",
        "改为 {wanted}" / "make it {wanted}";
    /// An element that the standard does not know here.
    UNKNOWN = "CEB-UNKNOWN", Error,
        "规范中此处没有 {field}" / "the standard has no {field} here",
        "核对元素名，注意拼写和大小写" / "check the name, its spelling and capitals";
    /// An element twice.
    TWICE = "CEB-TWICE", Error,
        "{title}（{field}）出现了两次" / "{field} ({title}) stands here twice",
        "只保留一个" / "keep one";
    /// An element out of order.
    ORDER = "CEB-ORDER", Error,
        "{title}（{field}）应在 {before} 之前" / "{field} ({title}) has to stand before {before}",
        "按规范的顺序排列各项" / "put the fields into the order of the standard";
    /// A document without lines.
    NO_LINES = "CEB-NO-LINES", Error,
        "没有表体（{list}）" / "there are no lines ({list})",
        "至少要有一项商品" / "there has to be one item at least";
    /// No signature where the schema asks for one.
    UNSIGNED = "CEB-UNSIGNED", Error,
        "报文没有签名" / "the message bears no signature",
        "撤销申请单、退货申请单、入库明细单都必须签名，暂存的也一样" / "withdrawals, returns and arrivals have to be signed, also those that are only saved";
    /// A root of another namespace.
    NAMESPACE = "CEB-NAMESPACE", Error,
        "{root} 不在海关报文的命名空间 http://www.chinaport.gov.cn/ceb 中" / "{root} is not in the namespace of customs' messages, http://www.chinaport.gov.cn/ceb",
        "根元素写成 <ceb:{root} xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" …>" / "begin the message with <ceb:{root} xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" …>";
    /// More documents or lines than a message or a document holds.
    TOO_MANY = "CEB-TOO-MANY", Error,
        "{element} 有 {found} 个，最多 {limit} 个" / "there are {found} of {element}, at most {limit} are allowed",
        "拆成几个报文（海关回执-301015、-621030）" / "split it into several (receipts -301015, -621030)";
    /// Text between elements.
    BETWEEN = "CEB-TEXT-BETWEEN", Error,
        "{element} 的各项之间夹有文字" / "there is text between the elements of {element}",
        "删去标签以外的文字" / "take out what stands outside the tags";
    /// An attribute that no element has.
    ATTRIBUTE = "CEB-ATTRIBUTE", Error,
        "元素带有规范中没有的属性" / "an element has an attribute that the standard does not know",
        "只有根元素有 guid 和 version 两个属性" / "only the root has attributes: guid and version";
    /// A receipt that is not as the schema has it.
    RECEIPT_FORM = "CEB-RECEIPT-FORM", Warning,
        "回执与公布的格式不同：{reason}" / "the receipt is not as its published schema has it: {reason}",
        "回执照常可以使用；实际回执常缺少某些项" / "it can be used all the same; real receipts often lack something";
    /// Warnings that are not told one by one.
    MORE_WARNINGS = "CEB-MORE", Warning,
        "至少还有{count}条提示没有列出" / "at least {count} more remarks are not told",
        "先看列出的" / "look at those that are told first";
    /// An envelope whose label does not say what is in it.
    LABEL = "CEB-ENVELOPE-LABEL", Warning,
        "信封上的 MsgType 是“{found}”，内装 {inside}" / "the envelope's MsgType is \"{found}\", but {inside} is inside",
        "MsgType 写内装报文的类型" / "MsgType is the type of the message inside";
    /// An envelope that goes to somebody else.
    RECEIVER = "CEB-ENVELOPE-RECEIVER", Warning,
        "信封的接收方中没有海关的进口编号 {wanted}" / "customs' number for imports, {wanted}, is none of the envelope's receivers",
        "进口报文寄往 {wanted}" / "messages of imports go to {wanted}";
    /// A tax bill that does not sum up.
    A11 = "MATCH-A11", Warning,
        "税单{bill}表头税额与各项合计不等" / "the head of tax bill {bill} is not the sum of its lines",
        "向海关核对税单" / "settle the bill with customs";
    /// What the schema refuses besides.
    SCHEMA = "CEB-SCHEMA", Error,
        "不符合报文格式（XSD）：{reason}" / "the schema (XSD) refuses it: {reason}",
        "按规范修改导出程序" / "correct the program that exported it";
    /// A signature that is wrong.
    SIGNATURE = "CEB-SIGNATURE", Error,
        "签名无效：{reason}" / "the signature is invalid: {reason}",
        "签名后不得再改动报文，格式化也不行；重新签名" / "a message may not be changed after signing, not even its white space; sign it again";

    /// An order number twice.
    K1 = "CHECK-K1", Error,
        "订单号在这些文件中重复（另一处：{other}）" / "the order number comes twice in these files (the other: {other})",
        "电商企业编码加订单号必须唯一；重复申报会被退回（-301010）" / "merchant and order number have to be unique; a repetition is refused (-301010)";
    /// Two inventories of one order.
    K4 = "MATCH-K4", Warning,
        "同一订单有两份清单（另一处：{other}）" / "an order has two inventories (the other: {other})",
        "一个订单、一个运单只对应一份清单" / "an order and a waybill have one inventory";
    /// Kind of identity document.
    X9 = "MATCH-X9", Error,
        "{title}（{field}）只能是 1（身份证）" / "{field} ({title}) has to be 1 (identity card)",
        "改为 1" / "make it 1";
    /// A small x.
    X21 = "MATCH-X21", Warning,
        "{title}（{field}）末位的 x 应大写" / "the last letter of {field} ({title}) is a small x",
        "写成大写 X" / "write a capital X";
    /// A status of another waybill.
    X22 = "MATCH-X22", Error,
        "运单状态与运单的物流企业不一致" / "waybill status and waybill differ in the carrier",
        "物流企业编码和运单号必须与运单一致" / "carrier and waybill number have to be those of the waybill";
    /// A withdrawal or return of another inventory.
    X23 = "MATCH-X23", Error,
        "{title}（{field}）与原清单不一致" / "{field} ({title}) is not that of the inventory",
        "撤单、退货申请各项必须与放行的清单一致" / "a withdrawal or return repeats the inventory that was released";
    /// A returned line that was not declared so.
    X24 = "MATCH-X24", Error,
        "退货第{line}项与原清单不一致：{field}" / "returned line {line} is not as declared: {field}",
        "序号、商品编码须在原清单中，数量不得超过原清单" / "number and code have to be in the inventory, and the quantity not above it";
    /// Inventory lines' prices.
    A6 = "MATCH-A6", Warning,
        "第{line}项：单价{price}×数量{quantity}与总价{total}不等" / "line {line}: {price} × {quantity} is not {total}",
        "核对清单该项的价格" / "check the line's price in the inventory";
    /// Charges of inventory and waybill.
    A8 = "MATCH-A8", Warning,
        "清单与运单的{title}（{field}）不一致" / "inventory and waybill differ in {field} ({title})",
        "应为物流企业实际收取的金额" / "it is what the carrier really charged";
    /// An order above the limit.
    A9 = "MATCH-A9", Warning,
        "订单完税价格{value}超过单次限值{limit}元" / "the order comes to {value}, above the limit of {limit} yuan for one",
        "只有一件不可分割的商品才可按一般贸易全额征税" / "only a single article that cannot be divided may exceed it, at full tax";
    /// Weights of waybill and inventory.
    Q8 = "MATCH-Q8", Warning,
        "运单重量{waybill}与清单毛重{inventory}不一致" / "the waybill weighs {waybill}, the inventory {inventory}",
        "两处应为同一毛重（千克）" / "both are the gross weight in kilograms";
    /// One piece.
    Q10 = "MATCH-Q10", Error,
        "{title}（{field}）只能是 1" / "{field} ({title}) has to be 1",
        "一个运单一件" / "a waybill is one piece";
    /// Values of few choices.
    C2 = "MATCH-C2", Error,
        "{title}（{field}）的值{found}不在 {wanted} 之中" / "{field} ({title}) is {found}, none of {wanted}",
        "改为其中之一" / "make it one of them";
    /// What direct purchase needs.
    C3 = "CHECK-C3", Error,
        "直购进口（9610）缺少 {title}（{field}）" / "direct purchase (9610) lacks {field} ({title})",
        "填写运输工具编号、航班航次号、提运单号" / "give transport, voyage and bill of lading";
    /// What direct purchase does not have.
    C5 = "MATCH-C5", Warning,
        "直购进口（9610）不需要 {title}（{field}）" / "direct purchase (9610) has no {field} ({title})",
        "去掉该项" / "leave it out";
    /// A declared message without a signature.
    C6 = "MATCH-C6", Error,
        "业务状态为申报（appStatus 2），但没有签名" / "it is to be declared (appStatus 2) and bears no signature",
        "用申报企业的密钥签名，或以 appStatus 1 暂存" / "sign it with the declaring enterprise's key, or save it with appStatus 1";
    /// No commodity code.
    C7 = "MATCH-C7", Error,
        "第{line}项的商品编码不是10位数字" / "line {line}: the commodity code is not ten digits",
        "填写现行的10位商品编码" / "give the ten digits of the present code book";
    /// A code that is in no table.
    C8 = "MATCH-C8", Warning,
        "{title}（{field}）的代码{found}不在海关参数表中" / "{field} ({title}): the code {found} is in no customs table",
        "核对海关参数" / "check the customs tables";
    /// Countries of order and inventory.
    C9 = "MATCH-C9", Error,
        "第{line}项：订单与清单的原产国不是同一国家" / "line {line}: order and inventory name different countries",
        "三位数字代码和字母代码须指同一国家" / "the number and the letters have to mean the same country";
    /// No barcode.
    C10 = "MATCH-C10", Warning,
        "第{line}项没有条码" / "line {line} has no barcode",
        "没有条码的填“无”" / "write 无 when there is none";
    /// Who sends.
    C13 = "MATCH-C13", Error,
        "信封的发送方与报文的 dxpId 不一致" / "the envelope's sender is not the message's dxpId",
        "两处必须是同一DXP编号" / "both have to be the same DXP number";
    /// A division code.
    C19 = "MATCH-C19", Warning,
        "收货地区（consigneeDistrict）不是6位行政区划代码" / "consigneeDistrict is no division code of six digits",
        "填写6位代码，或不填" / "give six digits, or leave it out";
    /// Full-width characters in numbers and codes.
    T2 = "CHECK-T2", Warning,
        "{title}（{field}）含有全角字符" / "{field} ({title}) has characters that are not half-width",
        "改用半角字符" / "write it in half-width characters";
    /// An identity number.
    T3 = "MATCH-T3", Error,
        "{title}（{field}）不是有效的身份证号码" / "{field} ({title}) is no valid identity number",
        "核对18位号码、出生日期和校验码" / "check the eighteen characters, the birthday and the check digit";
    /// A time.
    T4 = "MATCH-T4", Error,
        "{title}（{field}）不是有效的时间" / "{field} ({title}) is no time",
        "写成 yyyyMMddHHmmss；申报日期为 yyyyMMdd" / "write yyyyMMddHHmmss; declTime is yyyyMMdd";
    /// A telephone number.
    T5 = "MATCH-T5", Warning,
        "{title}（{field}）含有数字和 - 以外的字符" / "{field} ({title}) has other characters than digits and hyphens",
        "核对电话号码" / "check the number";
    /// Nearly too long for a system that counts bytes.
    T7 = "MATCH-T7", Warning,
        "{title}（{field}）有 {found} 个字符，接近上限 {wanted}；按字节计算可能超长" / "{field} ({title}) has {found} characters of at most {wanted}: where bytes are counted it may be too long",
        "尽量缩短" / "shorten it if you can";
}
