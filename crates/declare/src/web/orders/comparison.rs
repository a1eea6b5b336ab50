//! 三单对碰 for the eye: order, payment slip, waybill and inventory side by side, rule by rule.

use std::str::FromStr;

use maud::{Markup, html};
use ports::fault::Text;
use rust_decimal::Decimal;

use super::super::view::View;
use super::papers::{Sheet, is_personal, masked};
use crate::lifecycle::name;
use crate::lint::rules;
use crate::receipt::Subject;

/// The documents in the order of the columns.
const COLUMNS: [Subject; 4] = [Subject::Order, Subject::Payment, Subject::Waybill, Subject::Inventory];

/// One field that documents have in common: the rule, what it is, and what each document calls it.
struct Common {
    rule: &'static str,
    what: Text,
    fields: [&'static str; 4],
}

const fn common(rule: &'static str, zh: &'static str, en: &'static str, fields: [&'static str; 4]) -> Common {
    Common { rule, what: Text { zh, en }, fields }
}

/// What is compared, by the ids of the rules.
const COMMON: [Common; 22] = [
    common("X1", "订单号", "order number", ["orderNo", "orderNo", "orderNo", "orderNo"]),
    common("X2", "电商平台编码", "platform's code", ["ebpCode", "ebpCode", "", "ebpCode"]),
    common("X2", "电商平台名称", "platform's name", ["ebpName", "ebpName", "", "ebpName"]),
    common("X3", "电商企业编码", "merchant's code", ["ebcCode", "", "", "ebcCode"]),
    common("X3", "电商企业名称", "merchant's name", ["ebcName", "", "", "ebcName"]),
    common("X4", "支付企业编码", "payment enterprise", ["payCode", "payCode", "", ""]),
    common("X5", "支付流水号", "transaction number", ["payTransactionId", "payTransactionId", "", ""]),
    common("X6", "实付金额", "amount paid", ["acturalPaid", "amountPaid", "", ""]),
    common("X8", "订购人与支付人姓名", "buyer and payer", ["buyerName", "payerName", "", ""]),
    common("X8", "订购人与支付人证件号", "their identity number", ["buyerIdNumber", "payerIdNumber", "", ""]),
    common("X10", "订购人姓名", "buyer's name", ["buyerName", "", "", "buyerName"]),
    common("X11", "订购人证件号", "buyer's identity number", ["buyerIdNumber", "", "", "buyerIdNumber"]),
    common("X12", "订购人电话", "buyer's telephone", ["buyerTelephone", "", "", "buyerTelephone"]),
    common("X13", "收货人", "consignee", ["consignee", "", "consignee", ""]),
    common(
        "X13",
        "收货人电话",
        "consignee's telephone",
        ["consigneeTelephone", "", "consigneeTelephone", ""],
    ),
    common("X14", "收货地址", "address", ["consigneeAddress", "", "consigneeAddress", "consigneeAddress"]),
    common("X15", "运单号", "waybill number", ["", "", "logisticsNo", "logisticsNo"]),
    common("X15", "物流企业编码", "carrier's code", ["", "", "logisticsCode", "logisticsCode"]),
    common("X16", "提运单号", "bill of lading", ["", "", "billNo", "billNo"]),
    common("A8", "运费", "freight", ["", "", "freight", "freight"]),
    common("A8", "保价费", "insurance", ["", "", "insuredFee", "insuredFee"]),
    common("Q8", "毛重（千克）", "gross weight (kg)", ["", "", "weight", "grossWeight"]),
];

/// What came of comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Different,
    Equal,
    /// Fewer than two documents have it.
    Open,
}

/// A line of the comparison.
struct Line {
    rule: &'static str,
    what: Text,
    values: [Option<String>; 4],
    personal: bool,
    verdict: Verdict,
    /// The documents that should have it and are not here.
    missing: Vec<Subject>,
}

fn lines(sheets: &[Sheet]) -> Vec<Line> {
    let of = |subject| sheets.iter().find(|sheet| sheet.subject == subject);
    let mut lines: Vec<Line> = COMMON
        .iter()
        .map(|Common { rule, what, fields }| {
            let values: [Option<String>; 4] =
                std::array::from_fn(|column| of(COLUMNS[column])?.field(fields[column]).map(str::to_owned));
            let verdict = verdict(&values);
            let personal = fields.iter().any(|field| is_personal(field));
            let shown = std::array::from_fn(|column| values[column].clone());
            let missing = (0..COLUMNS.len())
                .filter(|column| !fields[*column].is_empty() && of(COLUMNS[*column]).is_none());
            let missing = missing.map(|column| COLUMNS[column]).collect();
            Line { rule, what: *what, values: shown, personal, verdict, missing }
        })
        .filter(|line| line.values.iter().any(Option::is_some))
        .collect();
    lines.extend(sum(of(Subject::Order)));
    lines.extend(count(of(Subject::Order), of(Subject::Inventory)));
    // What differs is seen first.
    lines.sort_by_key(|line| line.verdict);
    lines
}

fn verdict(values: &[Option<String>; 4]) -> Verdict {
    let given: Vec<&str> = values.iter().flatten().map(String::as_str).collect();
    if given.len() < 2 {
        return Verdict::Open;
    }
    let same = |one: &str, other: &str| match (Decimal::from_str(one), Decimal::from_str(other)) {
        // Amounts are equal however many zeros they are written with; numbers with leading zeros are names.
        (Ok(left), Ok(right)) if one.contains('.') || other.contains('.') => left == right,
        _ => one == other,
    };
    if given.windows(2).all(|pair| same(pair[0], pair[1])) { Verdict::Equal } else { Verdict::Different }
}

/// Paid is goods and freight and tax less the discount.
fn sum(order: Option<&Sheet>) -> Option<Line> {
    let order = order?;
    let number = |field| Decimal::from_str(order.field(field)?).ok();
    let (goods, freight) = (number("goodsValue")?, number("freight")?);
    let (tax, discount, paid) = (number("taxTotal")?, number("discount")?, number("acturalPaid")?);
    let sum = goods.checked_add(freight)?.checked_add(tax)?.checked_sub(discount)?;
    let formula = format!("{goods} + {freight} + {tax} − {discount} = {sum}");
    Some(Line {
        rule: "A1",
        what: Text {
            zh: "商品+运费+税−优惠=实付", en: "goods + freight + tax − discount = paid"
        },
        values: [Some(formula), None, None, None],
        personal: false,
        verdict: if sum == paid { Verdict::Equal } else { Verdict::Different },
        missing: Vec::new(),
    })
}

fn count(order: Option<&Sheet>, inventory: Option<&Sheet>) -> Option<Line> {
    let (order, inventory) = (order?.lines.len(), inventory?.lines.len());
    Some(Line {
        rule: "X17",
        what: Text { zh: "商品行数", en: "lines of goods" },
        values: [Some(order.to_string()), None, None, Some(inventory.to_string())],
        personal: false,
        verdict: if order == inventory { Verdict::Equal } else { Verdict::Different },
        missing: Vec::new(),
    })
}

const RULE: Text = Text { zh: "规则", en: "Rule" };
const WHAT: Text = Text { zh: "项目", en: "Field" };
const RESULT: Text = Text { zh: "结果", en: "Result" };
const EQUAL: Text = Text { zh: "一致", en: "equal" };
const DIFFERENT: Text = Text { zh: "不一致", en: "different" };
const OPEN: Text = Text { zh: "缺{documents}", en: "without {documents}" };
const SUMMARY: Text = Text {
    zh: "{equal} 项一致，{different} 项不一致，{open} 项缺另一份单证",
    en: "{equal} equal, {different} different, {open} without a second document",
};

/// The comparison as a table; `clear` when somebody has asked to see the people.
pub(super) fn table(view: &View, sheets: &[Sheet], clear: bool) -> Markup {
    let lines = lines(sheets);
    let number = |verdict| lines.iter().filter(|line| line.verdict == verdict).count().to_string();
    let told = [
        ("equal", number(Verdict::Equal)),
        ("different", number(Verdict::Different)),
        ("open", number(Verdict::Open)),
    ];
    html! {
        p.hint { (view.fill(&SUMMARY, &told)) }
        table.list.compare {
            thead {
                tr {
                    th scope="col" { (view.t(&RULE)) }
                    th scope="col" { (view.t(&WHAT)) }
                    @for subject in COLUMNS { th scope="col" { (view.t(&name(subject))) } }
                    th scope="col" { (view.t(&RESULT)) }
                }
            }
            tbody { @for line in &lines { (row(view, line, clear)) } }
        }
    }
}

fn row(view: &View, line: &Line, clear: bool) -> Markup {
    let rule = rules::find(line.rule).map(|rule| rule.text.get(view.lang));
    let shown = |value: &String| if line.personal && !clear { hidden(value) } else { value.clone() };
    html! {
        tr.differs[line.verdict == Verdict::Different] {
            td.code data-name=(view.t(&RULE)) title=[rule] { (line.rule) }
            td data-name=(view.t(&WHAT)) { (view.t(&line.what)) }
            @for (subject, value) in COLUMNS.iter().zip(&line.values) {
                td data-name=(view.t(&name(*subject))) { @if let Some(value) = value { (shown(value)) } }
            }
            td data-name=(view.t(&RESULT)) {
                @match line.verdict {
                    Verdict::Equal => span.tick { "✓ " (view.t(&EQUAL)) },
                    Verdict::Different => span.cross { "✗ " (view.t(&DIFFERENT)) },
                    Verdict::Open => span.hint { (missing(view, line)) },
                }
            }
        }
    }
}

/// Which documents are not here.
fn missing(view: &View, line: &Line) -> String {
    let names: Vec<&str> = line.missing.iter().map(|subject| view.t(&name(*subject))).collect();
    if names.is_empty() { String::new() } else { view.fill(&OPEN, &[("documents", names.join("、"))]) }
}

/// A person's value before somebody asks for it: the widest mask, whatever it is.
fn hidden(value: &str) -> String {
    masked(if value.is_ascii() { "buyerIdNumber" } else { "buyerName" }, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(subject: Subject, fields: &[(&str, &str)]) -> Sheet {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Sheet { subject, fields, lines: Vec::new(), xml: String::new() }
    }

    #[test]
    fn every_rule_is_one_of_the_list() {
        for line in &COMMON {
            assert!(rules::find(line.rule).is_some(), "{}", line.rule);
        }
    }

    #[test]
    fn fields_are_compared_between_the_documents_that_have_them() {
        let sheets = [
            sheet(Subject::Order, &[("orderNo", "P1"), ("acturalPaid", "10.50"), ("ebcCode", "01")]),
            sheet(Subject::Payment, &[("orderNo", "P1"), ("amountPaid", "10.5")]),
            sheet(Subject::Inventory, &[("orderNo", "P2"), ("ebcCode", "1")]),
        ];
        let found: Vec<(&str, Verdict)> =
            lines(&sheets).iter().map(|line| (line.rule, line.verdict)).collect();
        assert_eq!(
            found,
            [
                ("X1", Verdict::Different),
                ("X3", Verdict::Different),
                ("X6", Verdict::Equal),
                ("X17", Verdict::Equal)
            ]
        );
    }
}
