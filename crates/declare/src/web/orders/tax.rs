//! The tax of an order, figure by figure, beside the platform's.

use filing::tariff::shelf;
use maud::{Markup, html};
use ports::fault::Text;
use ports::store::StoreError;
use rust_decimal::Decimal;

use super::super::Site;
use super::super::view::View;
use crate::build;
use crate::tax::words::{figure, mode, result};
use crate::tax::{self, Assessment, Step};

const TITLE: Text = Text { zh: "税款", en: "Tax" };
const SUMS: Text = Text {
    zh: "{mode}；完税价格 {value}；关税 {tariff} + 消费税 {consumption} + 增值税 {vat} = {total} 元",
    en: "{mode}; dutiable value {value}; duty {tariff} + consumption tax {consumption} + VAT {vat} = {total} yuan",
};
const PLATFORM: Text = Text {
    zh: "申报的是平台税款 {tax} 元，与按税则计算相差 {difference}（容差 {tolerance}）",
    en: "declared is the platform's tax of {tax} yuan; it differs from the tariff's by {difference} (tolerance {tolerance})",
};
const LINE: Text = Text { zh: "第 {gnum} 行：{total} 元", en: "Line {gnum}: {total} yuan" };
const COLUMNS: [Text; 5] = [
    Text { zh: "项目", en: "Figure" },
    Text { zh: "算式", en: "Formula" },
    Text { zh: "取整前", en: "Before rounding" },
    Text { zh: "结果", en: "Result" },
    Text { zh: "取整", en: "Rounding" },
];

/// The tax that was declared and how it is computed.
pub(super) struct Told {
    assessment: Assessment,
    platform: Decimal,
    difference: Decimal,
    tolerance: Decimal,
}

/// The tax of an order, when it was kept and the tariff still knows its goods.
pub(super) fn of(site: &Site, order_no: &str) -> Result<Option<Told>, StoreError> {
    let store = site.store.as_ref();
    let stored = build::stored_tax(store, site.orders.merchant.as_deref(), order_no)?.flatten();
    let Some((stored, basis)) = stored.and_then(|stored| stored.basis().map(|basis| (stored, basis))) else {
        return Ok(None);
    };
    let tariff = shelf::load(store)?;
    let Ok(assessment) = tax::compute(&basis, &tariff, true) else { return Ok(None) };
    Ok(Some(Told {
        assessment,
        platform: stored.platform,
        difference: stored.difference,
        tolerance: stored.tolerance,
    }))
}

pub(super) fn section(view: &View, told: &Told) -> Markup {
    let all = &told.assessment;
    let sums = [
        ("mode", view.t(&mode(all.mode)).to_owned()),
        ("value", all.dutiable_value.to_string()),
        ("tariff", all.tariff.to_string()),
        ("consumption", all.consumption_tax.to_string()),
        ("vat", all.vat.to_string()),
        ("total", all.total.to_string()),
    ];
    let platform = [
        ("tax", told.platform.normalize().to_string()),
        ("difference", told.difference.normalize().to_string()),
        ("tolerance", told.tolerance.normalize().to_string()),
    ];
    html! {
        section.card aria-labelledby="tax" {
            h2 #tax { (view.t(&TITLE)) }
            p { strong { (view.fill(&SUMS, &sums)) } }
            p.hint { (view.fill(&PLATFORM, &platform)) }
            @for line in &all.lines {
                details {
                    summary {
                        (view.fill(&LINE, &[("gnum", line.gnum.to_string()), ("total", line.total.to_string())]))
                    }
                    (steps(view, &line.trace))
                }
            }
        }
    }
}

fn steps(view: &View, steps: &[Step]) -> Markup {
    html! {
        table.list.trace {
            thead { tr { @for column in &COLUMNS { th scope="col" { (view.t(column)) } } } }
            tbody {
                @for step in steps {
                    tr {
                        td data-name=(view.t(&COLUMNS[0])) { (view.t(&figure(step.figure))) }
                        td data-name=(view.t(&COLUMNS[1])) { (step.formula) }
                        td.number data-name=(view.t(&COLUMNS[2])) { (step.exact.as_deref().unwrap_or_default()) }
                        td.number data-name=(view.t(&COLUMNS[3])) {
                            @match result(&step.value) {
                                Some(word) => (view.t(&word)),
                                None => (step.value),
                            }
                        }
                        td data-name=(view.t(&COLUMNS[4])) {
                            @if let Some(rounding) = step.rounding { (view.t(&rounding.words())) }
                        }
                    }
                }
            }
        }
    }
}
