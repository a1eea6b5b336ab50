//! An order's tax as a table that can be checked by hand.

use ports::fault::Text;

use super::output::Output;
use super::tax::Platform;
use crate::tax::words::{figure, mode, result};
use crate::tax::{Assessment, Step};

/// The columns: figure, formula, before rounding, result, rounding.
const COLUMNS: [Text; 5] = [
    Text { zh: "项目", en: "figure" },
    Text { zh: "算式", en: "formula" },
    Text { zh: "取整前", en: "before rounding" },
    Text { zh: "结果", en: "result" },
    Text { zh: "取整", en: "rounding" },
];

const ORDER: Text = Text { zh: "订单 {order}", en: "order {order}" };
const LINE: Text = Text { zh: "第{gnum}行：{total} 元", en: "line {gnum}: {total} yuan" };
const TOTAL: Text = Text {
    zh: "{mode}；完税价格 {value}；关税 {tariff} + 消费税 {consumption} + 增值税 {vat} = {total} 元",
    en: "{mode}; dutiable value {value}; duty {tariff} + consumption tax {consumption} + VAT {vat} = {total} yuan",
};
const POSTAL_TOTAL: Text = Text {
    zh: "{mode}；价值 {value}；税额 {tax}，应缴 {total} 元",
    en: "{mode}; value {value}; tax {tax}, due {total} yuan",
};
const PLATFORM: Text = Text {
    zh: "平台税 {tax}，相差 {difference}，容差 {tolerance}",
    en: "platform's tax {tax}, difference {difference}, tolerance {tolerance}",
};

/// Columns that a text takes: Chinese and full-width characters take two.
fn width(text: &str) -> usize {
    let wide = |letter: char| matches!(letter, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}');
    text.chars().map(|letter| 1 + usize::from(wide(letter))).sum()
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Prints the order's limits, each line's figures with the notices of their rates, and the sums.
pub(super) fn print(
    order_no: Option<&str>,
    assessment: &Assessment,
    platform: Option<&Platform>,
    out: &Output,
) {
    if let Some(order_no) = order_no {
        out.data(&out.bold(&out.text(&ORDER, &[("order", order_no.to_owned())])));
    }
    if !assessment.trace.is_empty() {
        table(&assessment.trace, out);
    }
    for line in &assessment.lines {
        let args = [("gnum", line.gnum.to_string()), ("total", line.total.to_string())];
        out.data("");
        out.data(&out.bold(&out.text(&LINE, &args)));
        table(&line.trace, out);
    }
    out.data("");
    let mut args = vec![
        ("mode", mode(assessment.mode).get(out.lang).to_owned()),
        ("value", assessment.dutiable_value.to_string()),
        ("tariff", assessment.tariff.to_string()),
        ("consumption", assessment.consumption_tax.to_string()),
        ("vat", assessment.vat.to_string()),
        ("total", assessment.total.to_string()),
    ];
    args.extend(assessment.postal_tax.map(|tax| ("tax", tax.to_string())));
    let text = if assessment.postal_tax.is_some() { &POSTAL_TOTAL } else { &TOTAL };
    out.data(&out.bold(&out.text(text, &args)));
    if let Some(platform) = platform {
        let args = [
            ("tax", platform.tax.to_string()),
            ("difference", platform.difference.to_string()),
            ("tolerance", platform.tolerance.to_string()),
        ];
        out.data(&out.text(&PLATFORM, &args));
    }
}

fn cells(step: &Step, out: &Output) -> [String; 5] {
    let value = result(&step.value).map_or_else(|| step.value.clone(), |word| word.get(out.lang).to_owned());
    [
        figure(step.figure).get(out.lang).to_owned(),
        step.formula.clone(),
        step.exact.clone().unwrap_or_default(),
        value,
        step.rounding.map(|rounding| rounding.words().get(out.lang).to_owned()).unwrap_or_default(),
    ]
}

fn table(steps: &[Step], out: &Output) {
    let head = COLUMNS.map(|column| column.get(out.lang).to_owned());
    let rows: Vec<[String; 5]> =
        std::iter::once(head).chain(steps.iter().map(|step| cells(step, out))).collect();
    let widths: [usize; 5] =
        std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0));
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| padded(cell, width)).collect();
        out.data(format!("  {}", cells.join("  ")).trim_end());
    }
    // The formulas in letters, and where each number of them is from.
    for step in steps.iter().filter(|step| !step.inputs.is_empty()) {
        let inputs: Vec<String> = step
            .inputs
            .iter()
            .map(|input| match &input.source {
                Some(source) => format!("{} = {} ({source})", input.name, input.value),
                None => format!("{} = {}", input.name, input.value),
            })
            .collect();
        out.data(&format!("    {}: {}", step.rule, inputs.join("; ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(width("完税价格"), 8);
        assert_eq!(width("（待核）"), 8);
        assert_eq!(width("20.588235… × 0.7 ≥"), 18);
        assert_eq!(padded("税", 4), "税  ");
    }
}
