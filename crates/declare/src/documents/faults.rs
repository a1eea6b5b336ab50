//! Why the documents of an order cannot be made.

ports::fault_kinds! {
    /// The catalogue does not know the port.
    UNKNOWN_PORT = "DOC-PORT-UNKNOWN", Error,
        "口岸{port}不在口岸目录中" / "the port {port} is not in the catalogue",
        "用 customs ports list 核对；目录外的口岸不申报" / "see customs ports list; nothing is declared at an unknown port";
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
}
