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
    /// More lines than any document holds.
    TOO_MANY_LINES = "TAX-LINES", Error,
        "有{count}行商品，最多{max}行" / "there are {count} lines; {max} is the most",
        "拆成多个订单" / "split the order";
    /// No pieces.
    ZERO = "TAX-ZERO", Error,
        "第{gnum}行的数量不能为0" / "line {gnum}: the quantity must not be zero",
        "按订单填写件数" / "give the pieces of the order";
    /// Parts of a piece under a rule that counts pieces.
    NOT_WHOLE = "TAX-NOT-WHOLE", Error,
        "第{gnum}行的数量{value}不是整数，不能按件计税" / "line {gnum}: {value} pieces are not whole, so the rule by piece cannot be applied",
        "改用其他取整规则" / "choose another rounding rule";
    /// Rates without VAT.
    NO_VAT = "TAX-NO-VAT", Error,
        "第{gnum}行给出了 rates，但没有增值税率 vat" / "line {gnum}: rates are given without vat",
        "补上 vat；免税写 \"0\"" / "add vat; write \"0\" for none";
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
    /// Above the yearly limit.
    YEAR_LIMIT = "TAX-YEAR-LIMIT", Error,
        "本年已用{used}，加上本单{value}超过年度限额{limit}" / "{used} is used this year; with this order's {value} it is above the yearly limit {limit}",
        "按一般贸易申报" / "declare it as general trade";
    /// Above the yearly limit as far as this program has seen.
    YEAR_FORECAST = "TAX-YEAR-FORECAST", Warning,
        "预估：该订购人本年在此申报累计{sum}，超过年度限额{limit}；其他平台的购买在此不可见，以海关为准" / "forecast: this buyer's orders declared here this year come to {sum}, above the yearly limit {limit}; purchases elsewhere are not seen here, customs keeps the count",
        "可在掌上海关查询年度额度；海关可能退单" / "the buyer can look the limit up with customs, who may refuse the order";
    /// A postal parcel above what it may be worth.
    POSTAL_LIMIT = "TAX-POSTAL-LIMIT", Error,
        "邮包价值{value}超过限值{limit}，且不是一件不可分割的物品" / "the parcel is worth {value}, above the limit {limit}, and is not one indivisible article",
        "退运，或按货物报关" / "send it back, or declare it as goods";
    /// No rates of postal articles on that day.
    NO_POSTAL = "TAX-NO-POSTAL", Error,
        "{date}没有行邮税税率" / "there are no rates of postal articles for {date}",
        "核对日期" / "check the date";
    /// A postal article of no known class.
    POSTAL_CLASS = "TAX-POSTAL-CLASS", Error,
        "第{gnum}行的行邮税税目不明：{value}" / "line {gnum}: no class of postal articles: {value}",
        "用 postal_class 给出税目：{known}" / "give postal_class as one of {known}";
    /// A discount of no known kind.
    DISCOUNT = "TAX-DISCOUNT", Error,
        "不认识的优惠种类{value}" / "{value} is no kind of discount",
        "应为 {known}" / "give one of {known}";
    /// Price cuts above the goods' price.
    DISCOUNT_TOO_LARGE = "TAX-DISCOUNT-SIZE", Error,
        "降价{cut}超过商品价格{goods}" / "price cuts of {cut} are above the goods' price {goods}",
        "核对优惠金额" / "check the discount";
    /// A word that stands for nothing.
    CHANNEL = "TAX-CHANNEL", Error,
        "不认识的征税方式{value}" / "{value} is no way of taxing",
        "应为 retail 或 postal" / "give retail or postal";
    /// A price with tax that no price before tax leads to.
    DEAD_ZONE = "TAX-DEAD-ZONE", Error,
        "第{gnum}行含税价{price}无法拆分：不计消费税则税前{plain}（每单位{plain_unit}，达到起征点{least}），计消费税则税前{taxed}（每单位{taxed_unit}，未达到）" / "line {gnum}: the price with tax {price} has no price before tax: without consumption tax it is {plain} ({plain_unit} a unit, which reaches the threshold {least}), with it {taxed} ({taxed_unit} a unit, which does not)",
        "先定不含税价，不要从含税价倒推" / "set the price before tax, not the one with it";
    /// The same at the single limit.
    DEAD_ZONE_LIMIT = "TAX-DEAD-ZONE-LIMIT", Error,
        "含税价无法拆分：按限额内税率完税价格{within}，超过单笔限额{limit}；按全额征税{full}，不超过" / "the price with tax has no price before tax: at the rates within the limit the dutiable value is {within}, above the single limit {limit}; with full tax it is {full}, which is not",
        "先定不含税价，不要从含税价倒推" / "set the price before tax, not the one with it";
    /// The platform's tax is not ours.
    PLATFORM_DIFFERS = "TAX-PLATFORM", Error,
        "平台税{platform}，按税则计算{computed}，相差{difference}，超过容差{tolerance}" / "the platform's tax is {platform}, computed {computed}; the difference {difference} is above the tolerance {tolerance}",
        "核对法定数量和税率；单证按平台金额申报，不作调整" / "check the legal quantities and rates; the documents bear the platform's amounts, nothing is adjusted";
    /// The platform's tax of a line is not ours.
    LINE_DIFFERS = "TAX-PLATFORM-LINE", Error,
        "第{gnum}行平台税{platform}，按税则计算{computed}，相差{difference}，超过容差{tolerance}" / "line {gnum}: the platform's tax is {platform}, computed {computed}; the difference {difference} is above the tolerance {tolerance}",
        "核对该商品的法定数量和税率" / "check the legal quantities and rates of these goods";
    /// The tax bill is not ours.
    BILL_DIFFERS = "TAX-BILL", Warning,
        "税单{bill}的{field}为{billed}，计算为{computed}，相差{difference}" / "tax bill {bill}: {field} is {billed}, computed {computed}; the difference is {difference}",
        "以税单为准；记录差异，不改单证" / "the bill counts; note the difference, change no document";
    /// The tax bill does not add up.
    BILL_SUM = "TAX-BILL-SUM", Warning,
        "税单{bill}的{field}表头{head}不等于各行之和{sum}" / "tax bill {bill}: {field} is {head} in the head and {sum} in the lines",
        "核对税单报文" / "check the bill's message";
    /// The tax bill and the order have other lines.
    BILL_LINES = "TAX-BILL-LINES", Warning,
        "税单{bill}与订单的行不一致：第{gnum}行" / "tax bill {bill} and the order have different lines: line {gnum}",
        "核对税单是否属于该清单" / "check that the bill is this inventory's";
    /// The figures of a stored order come out otherwise now.
    STORED_DIFFERS = "TAX-STORED", Warning,
        "申报时税款{stored}，按现在的税则表为{computed}" / "the tax was {stored} when the order was declared; with the present tables it is {computed}",
        "税则表在申报后有更改" / "the tables were changed since";
    /// The tax cannot be computed, so it cannot be compared.
    NOT_COMPARED = "TAX-NOT-COMPARED", Warning,
        "税则表没有{hs_code}，无法核对平台税{platform}" / "the tariff does not know {hs_code}, so the platform's tax {platform} was not compared",
        "导入含该编码的税则表" / "import a tariff table with that code";
}
