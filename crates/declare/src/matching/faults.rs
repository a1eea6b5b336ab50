//! The rules that tie the documents together, each under its own code.
//!
//! The rules and their wording follow the specification (202205) and customs' own receipt texts where those are public;
//! `{code}` numbers such as 1332 are the codes of those receipts.

ports::fault_kinds! {
    /// One order number in all documents.
    X1 = "MATCH-X1", Error,
        "订单号不一致：{field}" / "the order number differs: {field}",
        "各单证必须使用同一订单号" / "every document has to bear the same order number";
    /// One platform in all documents.
    X2 = "MATCH-X2", Error,
        "电商平台不一致：{field}" / "the platform differs: {field}",
        "订单、支付单、清单的平台代码和名称必须一致" / "order, payment slip and inventory need the same platform code and name";
    /// One merchant in order and inventory.
    X3 = "MATCH-X3", Error,
        "电商企业不一致：{field}" / "the merchant differs: {field}",
        "订单与清单的电商企业必须一致" / "order and inventory need the same merchant";
    /// One payment enterprise (13035).
    X4 = "MATCH-X4", Error,
        "支付企业不一致：{field}" / "the payment enterprise differs: {field}",
        "订单与支付单的支付企业必须一致（海关回执13035）" / "order and payment slip need the same payment enterprise (receipt 13035)";
    /// One transaction number.
    X5 = "MATCH-X5", Error,
        "支付流水号或支付企业名称不一致" / "transaction number or payment enterprise's name differ",
        "订单与支付单必须一致" / "order and payment slip have to agree";
    /// The amount paid (1332).
    X6 = "MATCH-X6", Error,
        "订单实付{order}与支付金额{payment}不一致" / "the order says {order} was paid, the payment slip {payment}",
        "与平台核对支付金额（海关回执1332）" / "settle the amount with the platform (receipt 1332)";
    /// Buyer and payer (1327).
    X8 = "MATCH-X8", Error,
        "订购人与支付人的姓名或身份证号码不一致" / "buyer and payer differ in name or identity number",
        "必须由订购人本人支付（海关回执1327）" / "the buyer has to be the payer (receipt 1327)";
    /// The buyer's name in the inventory (13127).
    X10 = "MATCH-X10", Error,
        "清单与订单的订购人姓名不一致" / "the buyer's name differs between inventory and order",
        "两处必须一致（海关回执13127）" / "both have to agree (receipt 13127)";
    /// The buyer's identity number in the inventory.
    X11 = "MATCH-X11", Error,
        "清单与订单的订购人身份证号码不一致" / "the buyer's identity number differs between inventory and order",
        "两处必须一致" / "both have to agree";
    /// The buyer's telephone in the inventory (130126).
    X12 = "MATCH-X12", Error,
        "清单与订单的订购人电话不一致" / "the buyer's telephone differs between inventory and order",
        "两处必须一致（海关回执130126）" / "both have to agree (receipt 130126)";
    /// The consignee in order and waybill.
    X13 = "MATCH-X13", Error,
        "订单与运单的{field}不一致" / "order and waybill differ in {field}",
        "收货人姓名、电话、地址必须一致" / "the consignee's name, telephone and address have to agree";
    /// The address in the inventory.
    X14 = "MATCH-X14", Error,
        "清单与运单的收件地址不一致" / "inventory and waybill differ in the address",
        "两处必须一致" / "both have to agree";
    /// The waybill in the inventory.
    X15 = "MATCH-X15", Error,
        "清单与运单的{field}不一致" / "inventory and waybill differ in {field}",
        "运单号和物流企业必须一致" / "waybill number and carrier have to agree";
    /// The bill of lading.
    X16 = "MATCH-X16", Warning,
        "清单与运单的提运单号不一致" / "inventory and waybill differ in the bill of lading",
        "直购进口的提运单号应一致" / "they should agree for direct purchase";
    /// As many lines (1320).
    X17 = "MATCH-X17", Error,
        "订单{order}行，清单{inventory}行" / "the order has {order} lines, the inventory {inventory}",
        "表体必须逐项对应（海关回执1320）" / "the lines have to correspond one to one (receipt 1320)";
    /// Line by line (1322).
    X18 = "MATCH-X18", Error,
        "第{line}行：订单与清单的{field}不一致" / "line {line}: order and inventory differ in {field}",
        "表体各项必须一致（海关回执1322）" / "each line has to agree (receipt 1322)";
    /// paid = goods + freight + tax - discount.
    A1 = "MATCH-A1", Error,
        "商品+运费+税-优惠={sum}，与实付{paid}不等" / "goods + freight + tax - discount = {sum}, but {paid} was paid",
        "与平台核对金额" / "settle the amounts with the platform";
    /// Price times quantity.
    A4 = "MATCH-A4", Error,
        "第{line}行：单价{price}×数量{quantity}与总价{total}不等" / "line {line}: {price} × {quantity} is not {total}",
        "核对该行的价格" / "check the line's price";
    /// The lines' sum.
    A5 = "MATCH-A5", Error,
        "各行总价合计{sum}，商品价格{goods}" / "the lines sum to {sum}, the goods to {goods}",
        "核对各行的价格" / "check the lines' prices";
    /// Prices of nothing.
    A7 = "MATCH-A7", Warning,
        "第{line}行价格为0" / "line {line} has no price",
        "赠品按公允价格申报更稳妥" / "a gift is safer declared at a fair price";
    /// Line numbers.
    Q1 = "MATCH-Q1", Error,
        "序号应从1连续编号" / "the lines have to be numbered 1, 2, 3 …",
        "重新编号" / "number them again";
    /// Quantities above zero.
    Q2 = "MATCH-Q2", Error,
        "第{line}行的数量必须大于0" / "line {line}: quantities have to be above zero",
        "核对数量和备案的法定数量" / "check the quantity and the filing's legal quantity";
    /// The second quantity.
    Q3 = "MATCH-Q3", Error,
        "第{line}行的第二法定数量必须大于0" / "line {line}: the second legal quantity has to be above zero",
        "在备案中填写第二法定数量" / "give it in the filing";
    /// The first legal unit is the tariff's.
    Q4 = "MATCH-Q4", Error,
        "第{line}行{hs_code}的法定单位{found}与税则{wanted}不符" / "line {line}: {hs_code} has the legal units {wanted} in the tariff, the filing says {found}",
        "按税则更正备案的法定单位和数量" / "correct the filing's legal units and quantities";
    /// Equal units, equal quantities.
    Q5 = "MATCH-Q5", Warning,
        "第{line}行申报单位与法定单位相同，但数量不等" / "line {line}: the unit is the legal unit, but the quantities differ",
        "核对备案的法定数量" / "check the filing's legal quantity";
    /// Weights.
    Q7 = "MATCH-Q7", Error,
        "净重{net}、毛重{gross}不可用：都应大于0且净重不超过毛重" / "net weight {net} and gross weight {gross}: both have to be above zero and net not above gross",
        "核对运单毛重与备案净重" / "check the waybill's gross weight and the filings' net weight";
    /// Kilograms against the net weight.
    Q9 = "MATCH-Q9", Warning,
        "以千克计的法定数量合计{sum}，净重{net}" / "the legal quantities in kilograms sum to {sum}, the net weight is {net}",
        "核对备案的法定数量" / "check the filings' legal quantities";
    /// What a bonded order needs.
    C4 = "MATCH-C4", Error,
        "保税订单（1210）的{field}不正确" / "a bonded order (1210) has a wrong {field}",
        "账册、区内企业、备案料号必填，起运国为142，不填运输工具、航次、提运单号" / "account book, warehouse and record numbers are needed, the country is 142, and there is no transport, voyage or bill of lading";
    /// Who guarantees.
    C11 = "MATCH-C11", Error,
        "担保企业{code}不是电商平台、电商企业或物流企业" / "the guarantor {code} is neither the platform nor the merchant nor the carrier",
        "担保企业须是其中之一；本程序生成的，更正配置中的 assure_code" / "it has to be one of them; where this program made it, correct assure_code in the configuration";
    /// Empty words.
    T1 = "MATCH-T1", Warning,
        "{field}的内容没有意义：\"{value}\"" / "{field} says nothing: \"{value}\"",
        "填写真实内容" / "give the real text";
    /// Numbers in full-width characters.
    T2 = "MATCH-T2", Error,
        "{field}含有全角字符或非ASCII字符" / "{field} has full-width or other non-ASCII characters",
        "改用半角字符" / "write it in half-width characters";
    /// The transaction number was declared for another order.
    K2 = "MATCH-K2", Error,
        "支付流水号已用于订单{other}" / "the transaction number belongs to order {other}",
        "与平台核对支付流水号" / "settle the transaction number with the platform";
    /// The waybill number was declared for another order.
    K3 = "MATCH-K3", Error,
        "运单号已用于订单{other}" / "the waybill number belongs to order {other}",
        "同一物流企业的运单号6个月内不能重复，请更正" / "a carrier's waybill number may not come again within six months; correct it";
}
