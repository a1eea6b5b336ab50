//! Why the documents of an order cannot be made.

ports::fault_kinds! {
    /// The catalogue does not know the port.
    UNKNOWN_PORT = "DOC-PORT-UNKNOWN", Error,
        "口岸{port}不在口岸目录中" / "the port {port} is not in the catalogue",
        "用 customs ports list 核对；目录外的口岸不申报" / "see customs ports list; nothing is declared at an unknown port";
    /// The platform does not declare through the port, or not any more.
    PORT_UNSUPPORTED = "DOC-PORT-UNSUPPORTED", Error,
        "平台不支持口岸{port}（{as_of} 的清单）" / "the platform does not declare through the port {port} (list of {as_of})",
        "用 customs ports refresh 更新口岸清单；仍不支持时请平台更换订单的口岸" / "bring the list up to date with customs ports refresh; if the port is still missing, have the platform move the order to another";
    /// The port does not serve the order's trade mode.
    TRADE_MODE = "DOC-TRADE-MODE", Error,
        "口岸{port}不办理监管方式{mode}（办理：{served}）" / "the port {port} does not serve trade mode {mode} (it serves {served})",
        "核对订单的物流模式；若该口岸确实办理，在 [ports.\"{port}\"] 填写 trade_modes = [\"1210\", \"9610\"]" / "check the order's logistics mode; if the port does serve it, say so in [ports.\"{port}\"]: trade_modes = [\"1210\", \"9610\"]";
    /// The port is not configured.
    PORT_NOT_CONFIGURED = "DOC-PORT", Error,
        "口岸{port}没有配置" / "the port {port} is not configured",
        "在 customs.toml 加入 [ports.\"{port}\"]，填写 customs_code、port_code、traf_mode" / "add [ports.\"{port}\"] with customs_code, port_code and traf_mode to customs.toml";
    /// No payment enterprise for the channel.
    PAY_CHANNEL = "DOC-PAY-CHANNEL", Error,
        "支付渠道{channel}没有配置支付企业" / "the payment channel {channel} has no payment enterprise",
        "在 customs.toml 加入 [payment.{channel}] 的 code 和 name" / "add code and name of [payment.{channel}] to customs.toml";
    /// No waybill yet.
    NO_WAYBILL = "DOC-WAYBILL", Error,
        "还没有运单" / "there is no waybill yet",
        "取得运单号后补入订单的 waybill 再运行" / "put the waybill into the order and run again";
    /// No carrier enterprise for the code.
    CARRIER = "DOC-CARRIER", Error,
        "快递公司{carrier}没有配置" / "the carrier {carrier} is not configured",
        "在 customs.toml 加入 [carriers.{carrier}] 的 code 和 name" / "add code and name of [carriers.{carrier}] to customs.toml";
    /// Goods that were never filed at that port.
    NO_FILING = "DOC-FILING", Error,
        "第{line}行商品{barcode}在{port}口岸没有备案" / "line {line}: {barcode} has no filing at {port}",
        "用 customs filing import 导入该商品的备案" / "import its filing with customs filing import";
    /// A filing lacks what a declaration needs.
    FILING_LACKS = "DOC-FILING-LACKS", Error,
        "第{line}行商品{barcode}的备案缺少{field}" / "line {line}: the filing of {barcode} lacks {field}",
        "在备案表中补全该列并重新导入" / "complete that column and import the filing again";
    /// Bonded goods without a warehouse in the configuration.
    NO_WAREHOUSE = "DOC-WAREHOUSE", Error,
        "保税订单（1210）需要 [warehouse] 配置" / "a bonded order (1210) needs [warehouse]",
        "在 customs.toml 的 [warehouse] 填写 area_code、area_name、ems_no、assure_code" / "give area_code, area_name, ems_no and assure_code of [warehouse] in customs.toml";
    /// A direct purchase lacks what comes with the transport.
    DIRECT_LACKS = "MATCH-C3", Error,
        "直购订单（9610）的运单缺少{field}" / "the waybill of a direct purchase (9610) lacks {field}",
        "在订单的 waybill 中补上{field}" / "give {field} in the order's waybill";
    /// The port has no mode of transport across the border.
    DIRECT_MODE = "DOC-DIRECT-MODE", Error,
        "口岸{port}没有配置直购的运输方式" / "the port {port} has no mode of transport for direct purchase",
        "在 [ports.\"{port}\"] 加入 direct_traf_mode，例如 \"5\"（航空）" / "add direct_traf_mode to [ports.\"{port}\"], for example \"5\" (air)";
    /// A country that is none.
    COUNTRY = "DOC-COUNTRY", Error,
        "起运国{value}不可用" / "{value} is no country of departure",
        "填写三位海关国别代码，例如 502" / "give the three-digit customs code, for example 502";
    /// A direct purchase that departs from China.
    COUNTRY_CHINA = "DOC-COUNTRY-CHINA", Warning,
        "直购订单（9610）的起运国是中国（142）" / "the country of departure of a direct purchase (9610) is China (142)",
        "核对运单的 departure_country；直购包裹一般从境外起运" / "check departure_country of the waybill; parcels of direct purchase come from abroad";
    /// A text that is empty where the standard wants one.
    EMPTY = "DOC-EMPTY", Error,
        "{field}为空" / "{field} is empty",
        "补全后再运行" / "complete it and run again";
    /// A text longer than its field.
    TOO_LONG = "DOC-LENGTH", Error,
        "{field}有{length}个字符，最多{max}个" / "{field} has {length} characters, at most {max} fit",
        "缩短后再运行" / "shorten it and run again";
    /// A number that does not fit its field.
    NUMBER = "DOC-NUMBER", Error,
        "{field}的数值{value}放不进单证（最多19位，5位小数）" / "{field} {value} does not fit its field (19 digits, 5 decimals)",
        "核对该数值" / "check the number";
    /// No weight to be found.
    NO_WEIGHT = "DOC-WEIGHT", Error,
        "不知道{what}" / "the {what} is not known",
        "在备案中填写净重、毛重，或在运单中填写毛重" / "give net and gross weight in the filing, or the gross weight in the waybill";
    /// A parcel signed for after the document that says so.
    STATUS_TIME = "DOC-STATUS-TIME", Error,
        "签收时间{time}晚于单证时间{made}" / "the parcel was signed for at {time}, after the document was made ({made})",
        "核对签收时间；只申报已经发生的签收" / "check the time; only what has happened is declared";
    /// A return of nothing.
    RETURN_EMPTY = "DOC-RETURN-EMPTY", Error,
        "退货申请没有商品" / "the return has no goods",
        "给出退回的项号和数量" / "give the lines that come back and how much of them";
    /// A return of a line that was not declared.
    RETURN_LINE = "DOC-RETURN-LINE", Error,
        "原清单没有第{line}项" / "the inventory has no line {line}",
        "按原清单的项号退货" / "use the line numbers of the inventory";
    /// The same line twice in a return.
    RETURN_TWICE = "DOC-RETURN-TWICE", Error,
        "第{line}项出现了两次" / "line {line} is given twice",
        "合并为一项" / "put it together into one";
    /// More than is left of a line, or nothing.
    RETURN_QUANTITY = "DOC-RETURN-QUANTITY", Error,
        "第{line}项退货数量{quantity}不可用：还可以退{left}" / "line {line}: {quantity} cannot come back, {left} is left",
        "数量应大于0，历次退货合计不超过原清单数量" / "it has to be more than 0, and all returns together no more than was declared";
    /// An arrival of nothing.
    ARRIVAL_EMPTY = "DOC-ARRIVAL-EMPTY", Error,
        "入库明细单没有运单" / "the arrival has no waybill",
        "给出到达的包裹" / "say which parcels have arrived";
    /// Bonded goods do not arrive.
    ARRIVAL_BONDED = "DOC-ARRIVAL-BONDED", Error,
        "保税订单（1210）不需要入库明细单" / "a bonded order (1210) has no arrival",
        "只为直购订单（9610）申报入库" / "arrivals are for direct purchase (9610)";
    /// One waybill twice.
    ARRIVAL_TWICE = "DOC-ARRIVAL-TWICE", Error,
        "运单{waybill}出现了两次" / "the waybill {waybill} is given twice",
        "一个包裹只入库一次" / "a parcel arrives once";
    /// Parcels of different transports.
    ARRIVAL_DIFFERS = "DOC-ARRIVAL-DIFFERS", Error,
        "{field}为{value}，同一入库明细单的其他包裹为{other}" / "{field} is {value}, that of the other parcels is {other}",
        "按提运单分开申报" / "make one arrival for each bill of lading";
}
