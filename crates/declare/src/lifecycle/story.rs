//! An order's story in words: everything that is known of it, by time.

use jiff::Timestamp;
use ports::fault::{Lang, Text};
use serde::Serialize;

use super::case::{AfterSale, Case, Shop};
use super::event::What;
use super::input::Decision;
use super::note::{Note, TaxNote};
use super::paper::{Dispatch, Version};
use super::supply::SupplierNews;
use super::words::{meaning, name};
use crate::customs_codes;
use crate::documents::Submission;
use crate::receipt::{Subject, TaxBillStatus};

/// Whose clock tells the time of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Teller {
    /// This program.
    Here,
    /// Customs or China E-port, in a receipt.
    Customs,
    /// A person who decided.
    Person,
}

/// A line of the story.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// When; nothing for a receipt whose time cannot be read.
    pub at: Option<Timestamp>,
    /// By whose clock.
    pub by: Teller,
    /// What happened.
    pub text: String,
}

const OPENED: Text = Text { zh: "从平台得知订单", en: "the order became known from the platform" };
const WAYBILL: Text = Text { zh: "运单到齐", en: "the waybill came" };
const ASKED: Text = Text {
    zh: "供货方：正在处理取消申请",
    en: "supplier: a wish to cancel waits for its decision",
};
const KEPT: Text =
    Text { zh: "供货方：不同意取消，照常发货", en: "supplier: not cancelled, it is shipped" };
const CANCELLED: Text = Text { zh: "供货方：订单已取消", en: "supplier: cancelled" };
const EXCEPTION: Text =
    Text { zh: "供货方：订单异常（{word}）", en: "supplier: something is wrong ({word})" };
const PARCELS: Text =
    Text { zh: "供货方：分{count}个运单发货", en: "supplier: shipped under {count} waybills" };
const MADE: Text =
    Text { zh: "生成{document}（{how}），编号{guid}", en: "{document} made ({how}), number {guid}" };
const MADE_AGAIN: Text = Text {
    zh: "生成{document}第{count}份（{how}），编号{guid}",
    en: "{document} made for time {count} ({how}), number {guid}",
};
const SENT: Text = Text {
    zh: "{document}已交网关（报文{message}）",
    en: "{document} handed to the gateway (message {message})",
};
const SENT_AGAIN: Text = Text {
    zh: "{document}已交网关（报文{message}，共{count}次，内容相同）",
    en: "{document} handed to the gateway (message {message}, {count} times in all, the same bytes)",
};
const UNKNOWN: Text = Text {
    zh: "{document}已发送但结果未知：查询或原样重发",
    en: "{document} sent, outcome unknown: it is asked about or sent again unchanged",
};
const NOT_TAKEN: Text = Text {
    zh: "网关拒收{document}所在的报文",
    en: "the gateway refused the message with the {document}",
};
const RECEIPT: Text =
    Text { zh: "{document}回执 {status}：{meaning}", en: "{document}, receipt {status}: {meaning}" };
const FORM: Text = Text {
    zh: "{document}所在的报文格式被拒（{status}）",
    en: "the form of the message with the {document} was refused ({status})",
};
const NUMBERED: Text = Text { zh: "，清单编号{number}", en: ", inventory number {number}" };
const HELD: Text = Text { zh: "暂不申报：{codes}", en: "held: {codes}" };
const REPUSHED: Text = Text {
    zh: "第{count}次请平台重推支付单",
    en: "the platform was asked to push the payment slip again (time {count})",
};
const REPUSH_REFUSED: Text =
    Text { zh: "平台拒绝重推支付单", en: "the platform refused to push the payment slip" };
const SHIPPED: Text = Text { zh: "已通知平台发货", en: "the platform was told of the shipment" };
const SHIP_REFUSED: Text = Text { zh: "平台不接受发货", en: "the platform did not take the shipment" };
const RELEASED: Text = Text { zh: "人工放行：{reason}", en: "released by a person: {reason}" };
const WITHDRAWN: Text =
    Text { zh: "人工决定撤单：{reason}", en: "a person decided to withdraw it: {reason}" };
const RETURNED: Text =
    Text { zh: "人工决定退货：{reason}", en: "a person decided on a return: {reason}" };
const DELIVERED: Text = Text { zh: "包裹已签收", en: "the parcel was delivered" };
const TAX: Text = Text { zh: "电子税单{number}：{standing}", en: "tax bill {number}: {standing}" };

const fn submission(submission: Submission) -> Text {
    match submission {
        Submission::New => Text { zh: "新增", en: "new" },
        Submission::Change => Text { zh: "变更", en: "change" },
        Submission::Delete => Text { zh: "删除", en: "deletion" },
    }
}

const fn shop(shop: Shop) -> Text {
    match shop {
        Shop::Unknown => Text { zh: "平台状态不明", en: "its state on the platform is not known" },
        Shop::NotYet => Text { zh: "平台：尚未到待发货", en: "platform: not to be shipped yet" },
        Shop::Waiting => {
            Text { zh: "平台：已付款，待发货", en: "platform: paid, waiting for shipment" }
        }
        Shop::Cancelling => {
            Text { zh: "平台：买家申请取消", en: "platform: the buyer is cancelling" }
        }
        Shop::Cancelled => Text { zh: "平台：订单已取消", en: "platform: cancelled" },
        Shop::Shipped => Text { zh: "平台：已发货", en: "platform: shipped" },
    }
}

const fn after_sale(after_sale: AfterSale) -> Text {
    match after_sale {
        AfterSale::None => {
            Text { zh: "平台：售后已了结", en: "platform: the after-sale case is closed" }
        }
        AfterSale::Open => {
            Text { zh: "平台：买家申请售后", en: "platform: an after-sale case is open" }
        }
        AfterSale::Done => Text {
            zh: "平台：售后完成，已退款或退货",
            en: "platform: the after-sale case ended with a refund or return",
        },
    }
}

const fn bill(status: TaxBillStatus) -> Text {
    match status {
        TaxBillStatus::Issued => Text { zh: "已生成", en: "issued" },
        TaxBillStatus::Collected => Text { zh: "已汇总", en: "collected into a payment demand" },
        TaxBillStatus::Void => Text { zh: "已作废", en: "void" },
        TaxBillStatus::Unknown => Text { zh: "状态不明", en: "in a state that is not known" },
    }
}

/// Tells an order's story; the earliest first.
pub fn story(case: &Case, lang: Lang) -> Vec<Line> {
    let mut teller = Telling { lang, lines: Vec::new() };
    teller.here(case.opened_at, OPENED.get(lang).to_owned());
    for event in &case.log {
        teller.event(case, event.at, &event.what);
    }
    for (subject, paper) in &case.papers {
        for (version, number) in paper.versions.iter().zip(1_u32..) {
            teller.version(*subject, version, number);
        }
    }
    for note in &case.notes {
        teller.note(note);
    }
    for note in &case.tax {
        teller.tax(note);
    }
    for decided in &case.decisions {
        let text = match &decided.decision {
            Decision::Release { reason } => teller.fill(&RELEASED, &[("reason", reason.as_str().to_owned())]),
            Decision::Withdraw { reason } => {
                teller.fill(&WITHDRAWN, &[("reason", reason.as_str().to_owned())])
            }
            Decision::Return { reason, .. } => {
                teller.fill(&RETURNED, &[("reason", reason.as_str().to_owned())])
            }
            Decision::Delivered => DELIVERED.get(lang).to_owned(),
        };
        teller.lines.push(Line { at: Some(decided.at), by: Teller::Person, text });
    }
    // What happened at one moment is told in the order in which it was found.
    teller.lines.sort_by_key(|line| line.at);
    teller.lines
}

struct Telling {
    lang: Lang,
    lines: Vec<Line>,
}

impl Telling {
    fn fill(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        text.fill(self.lang, args)
    }

    fn here(&mut self, at: Timestamp, text: String) {
        self.lines.push(Line { at: Some(at), by: Teller::Here, text });
    }

    fn document(&self, subject: Subject) -> (&'static str, String) {
        ("document", name(subject).get(self.lang).to_owned())
    }

    fn event(&mut self, case: &Case, at: Timestamp, what: &What) {
        let lang = self.lang;
        let text = match what {
            What::Shop { shop: state } => shop(*state).get(lang).to_owned(),
            What::AfterSale => after_sale(case.after_sale).get(lang).to_owned(),
            What::Held { codes } => self.fill(&HELD, &[("codes", codes.join(", "))]),
            What::Waybill => WAYBILL.get(lang).to_owned(),
            What::Supplier(news) => self.supplier(news),
            What::Unknown { subject } => self.fill(&UNKNOWN, &[self.document(*subject)]),
            What::NotTaken { subject } => self.fill(&NOT_TAKEN, &[self.document(*subject)]),
            What::Repushed { attempt } => self.fill(&REPUSHED, &[("count", attempt.to_string())]),
            What::RepushRefused => REPUSH_REFUSED.get(lang).to_owned(),
            What::Shipped => SHIPPED.get(lang).to_owned(),
            What::ShipRefused => SHIP_REFUSED.get(lang).to_owned(),
            // Documents, receipts and decisions tell these themselves.
            _ => return,
        };
        self.here(at, text);
    }

    fn supplier(&self, news: &SupplierNews) -> String {
        match news {
            SupplierNews::Asked => ASKED.get(self.lang).to_owned(),
            SupplierNews::Refused => KEPT.get(self.lang).to_owned(),
            SupplierNews::Cancelled => CANCELLED.get(self.lang).to_owned(),
            SupplierNews::Exception { word } => self.fill(&EXCEPTION, &[("word", word.clone())]),
            SupplierNews::Parcels { count } => self.fill(&PARCELS, &[("count", count.to_string())]),
        }
    }

    fn version(&mut self, subject: Subject, version: &Version, number: u32) {
        let how = submission(version.submission).get(self.lang).to_owned();
        let args = [
            self.document(subject),
            ("how", how),
            ("guid", version.guid.to_string()),
            ("count", number.to_string()),
        ];
        let text = self.fill(if number > 1 { &MADE_AGAIN } else { &MADE }, &args);
        self.here(version.made_at, text);
        if let (Some(at), Dispatch::Sent) = (version.sent_at, version.dispatch) {
            let count = version.attempts.to_string();
            let args = [self.document(subject), ("message", version.message.to_string()), ("count", count)];
            let text = self.fill(if version.attempts > 1 { &SENT_AGAIN } else { &SENT }, &args);
            self.here(at, text);
        }
    }

    fn note(&mut self, note: &Note) {
        let status: String = note.status.as_str().chars().take(10).collect();
        let args = [self.document(note.subject), ("status", status), ("meaning", meaning(note, self.lang))];
        let mut text = self.fill(if note.form { &FORM } else { &RECEIPT }, &args);
        // The number is worth telling once: when customs stores the inventory.
        if let (Some(number), Some(120)) = (&note.inventory_no, note.status.number()) {
            text.push_str(&self.fill(&NUMBERED, &[("number", number.clone())]));
        }
        self.lines.push(Line { at: note.at.timestamp(), by: Teller::Customs, text });
    }

    fn tax(&mut self, note: &TaxNote) {
        let standing = bill(note.status).get(self.lang).to_owned();
        let text = self.fill(&TAX, &[("number", note.bill_no.clone()), ("standing", standing)]);
        self.lines.push(Line { at: note.at.timestamp(), by: Teller::Customs, text });
    }
}

/// What to do next about a receipt, as the table of customs' numbers tells it: for its reasons, or its status.
pub fn advice(note: &Note, lang: Lang) -> Vec<String> {
    let reasons =
        note.codes.iter().filter_map(|code| customs_codes::find_in(customs_codes::Set::Reason, *code));
    let mut told: Vec<String> = reasons.map(|entry| entry.next.get(lang).to_owned()).collect();
    if told.is_empty() {
        let entry = note.status.number().and_then(customs_codes::of_status);
        told.extend(entry.map(|entry| entry.next.get(lang).to_owned()));
    }
    told.dedup();
    told
}
