//! Faults of tax.

ports::fault_kinds! {
    /// A number outside what the formulas take.
    NUMBER = "TAX-NUMBER", Error,
        "{field}的数值{value}不可用" / "{field} cannot be {value}",
        "应为0至{max}之间、小数不超过{digits}位的数" / "give a number from 0 to {max} with at most {digits} decimals";
    /// A date that is none.
    DATE = "TAX-DATE", Error,
        "日期{value}不可用" / "{value} is no date",
        "写成 2026-11-22 的形式" / "write it as 2026-11-22";
    /// No lines.
    NO_LINES = "TAX-NO-LINES", Error,
        "没有商品行" / "there are no lines",
        "至少给出一行商品" / "give at least one line";
    /// A code that is none.
    HS_CODE = "TAX-HS", Error,
        "第{gnum}行的商品编码{value}不是10位数字" / "line {gnum}: the commodity code {value} is not ten digits",
        "按备案填写10位商品编码" / "give the ten digits as filed";
    /// The tariff does not know the code.
    NO_RATES = "TAX-NO-RATES", Error,
        "税则表没有{hs_code}在{date}的税率" / "the tariff has no rates of {hs_code} on {date}",
        "导入含该编码的税则表，或在输入中给出 rates" / "import a tariff table with that code, or give rates in the input";
    /// The tariff does not know the duty rate above the limit.
    NO_TARIFF = "TAX-NO-DUTY", Error,
        "超过单笔限额须按全额征税，但税则表没有{hs_code}的关税税率" / "above the limit full duty is due, but the tariff has no duty rate of {hs_code}",
        "导入含该编码的税则表" / "import a tariff table with that code";
    /// A threshold without the quantity it is measured in.
    NO_MEASURE = "TAX-NO-MEASURE", Error,
        "第{gnum}行按{measure}判断消费税起点，但该法定数量为0" / "line {gnum}: the consumption tax depends on the {measure}, but that legal quantity is zero",
        "按备案填写法定数量" / "give the legal quantity as filed";
    /// No limits for the day.
    NO_LIMIT = "TAX-NO-LIMIT", Error,
        "{date}没有跨境电商限额" / "there is no limit for {date}",
        "2016-04-08以前没有跨境电商综合税" / "before 2016-04-08 this tax did not exist";
    /// Several items above the single limit.
    NOT_ALLOWED = "TAX-LIMIT", Error,
        "完税价格{value}超过单笔限额{limit}，且不是单件商品" / "the dutiable value {value} is above the single limit {limit}, and the order is not one single item",
        "拆成多个订单（须在付款前），或按一般贸易申报" / "split it into several orders before payment, or declare it as general trade";
    /// The platform's tax is not ours.
    PLATFORM_DIFFERS = "TAX-PLATFORM", Warning,
        "平台税{platform}，按税则计算{computed}，相差{difference}，超过容差{tolerance}" / "the platform's tax is {platform}, computed {computed}; the difference {difference} is above the tolerance {tolerance}",
        "核对法定数量和税率；单证按平台金额申报，不作调整" / "check the legal quantities and rates; the documents bear the platform's amounts, nothing is adjusted";
    /// The tax cannot be computed, so it cannot be compared.
    NOT_COMPARED = "TAX-NOT-COMPARED", Warning,
        "税则表没有{hs_code}，无法核对平台税{platform}" / "the tariff does not know {hs_code}, so the platform's tax {platform} was not compared",
        "导入含该编码的税则表" / "import a tariff table with that code";
}
