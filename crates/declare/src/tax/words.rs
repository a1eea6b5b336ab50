//! Words for the figures of a tax computation, for the command line and the page.

use ports::fault::Text;

use super::Mode;

/// What a figure is called.
pub fn figure(figure: &str) -> Text {
    match figure {
        "price" => Text { zh: "降价后价格", en: "price after cuts" },
        "price_before_tax" => Text { zh: "拆分出的不含税价", en: "price before tax" },
        "dutiable_value" => Text { zh: "完税价格", en: "dutiable value" },
        "threshold" => Text { zh: "消费税起征点", en: "price threshold" },
        "tariff" => Text { zh: "关税", en: "import duty" },
        "statutory_consumption_tax" => Text { zh: "法定消费税", en: "statutory c. tax" },
        "consumption_tax" => Text { zh: "消费税", en: "consumption tax" },
        "vat" => Text { zh: "增值税", en: "VAT" },
        "statutory_vat" => Text { zh: "法定增值税", en: "statutory VAT" },
        "composite_rate" => Text { zh: "综合税率", en: "composite rate" },
        "platform_tax" => Text { zh: "平台口径税额", en: "tax as displayed" },
        "piece_value" => Text { zh: "每件完税价格", en: "value of a piece" },
        "postal_tax" => Text { zh: "行邮税", en: "postal tax" },
        "exemption" => Text { zh: "免征额", en: "exemption" },
        "single_limit" => Text { zh: "单笔限额", en: "single limit" },
        "annual_limit" => Text { zh: "年度限额", en: "yearly limit" },
        _ => Text { zh: "合计", en: "total" },
    }
}

/// Results that are words.
pub fn result(value: &str) -> Option<Text> {
    Some(match value {
        "reached" => Text { zh: "达到", en: "reached" },
        "not reached" => Text { zh: "未达到", en: "not reached" },
        "within" => Text { zh: "限额内", en: "within" },
        "above" => Text { zh: "超过", en: "above" },
        _ => return None,
    })
}

/// How an order is taxed.
pub const fn mode(mode: Mode) -> Text {
    match mode {
        Mode::WithinLimit => Text { zh: "限额内", en: "within the limits" },
        Mode::FullTax => Text {
            zh: "超过单笔限额的单件商品，全额征税",
            en: "one item above the limit, full tax",
        },
        Mode::NotAllowed => Text { zh: "不能按此渠道进口", en: "not by this channel" },
        Mode::Postal => Text { zh: "行邮", en: "postal article" },
    }
}
