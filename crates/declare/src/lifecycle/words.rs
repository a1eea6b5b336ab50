//! Words for documents and for what customs answered.

use ports::fault::{Fault, Kind, Lang, Text};

use super::case::State;
use super::note::Note;
use super::reason::{Reason, Release, Value};
use crate::customs_codes::{self, Class, Set};
use crate::receipt::Subject;

/// The name of a kind of document.
pub const fn name(subject: Subject) -> Text {
    let (zh, en) = match subject {
        Subject::Order => ("订单", "order"),
        Subject::Payment => ("支付单", "payment slip"),
        Subject::Waybill => ("运单", "waybill"),
        Subject::WaybillStatus => ("运单状态", "waybill status"),
        Subject::Inventory => ("清单", "inventory"),
        Subject::Withdrawal => ("撤单申请", "withdrawal"),
        Subject::Return => ("退货申请", "return"),
        Subject::Arrival => ("入库明细单", "arrival list"),
    };
    Text { zh, en }
}

/// The name of a state.
pub const fn state_name(state: State) -> Text {
    let (zh, en) = match state {
        State::Held => ("待处理", "held"),
        State::Ready => ("待发送", "ready"),
        State::Sent => ("已发送", "sent"),
        State::Unknown => ("发送结果未知", "outcome unknown"),
        State::Accepted => ("海关已受理", "accepted"),
        State::Released => ("已放行", "released"),
        State::Refused => ("被退单", "refused"),
        State::Withdrawn => ("已撤单或取消", "withdrawn"),
        State::Returned => ("已退货", "returned"),
    };
    Text { zh, en }
}

/// Names of documents, one after the other.
pub(super) fn names(subjects: &[Subject]) -> Value {
    let joined =
        |lang, sign| subjects.iter().map(|subject| name(*subject).get(lang)).collect::<Vec<_>>().join(sign);
    Value::Words(joined(Lang::Zh, "、"), joined(Lang::En, ", "))
}

const PAYMENT_MISSING: Text =
    Text { zh: "海关没有收到支付单", en: "customs has not received the payment slip" };

/// What a receipt means: of its reasons, or of its status where there are none. Numbers nobody knows are shown.
pub fn meaning(note: &Note, lang: Lang) -> String {
    let told = |set: Set, code: i64| match customs_codes::find_in(set, code) {
        Some(entry) if set == Set::Reason => format!("{code} {}", entry.meaning.get(lang)),
        Some(entry) => entry.meaning.get(lang).to_owned(),
        None => match lang {
            Lang::Zh => format!("{code} 含义未公开"),
            Lang::En => format!("{code}, whose meaning is not public"),
        },
    };
    let reasons: Vec<String> = note.codes.iter().map(|code| told(Set::Reason, *code)).collect();
    if !reasons.is_empty() {
        return reasons.join(if lang == Lang::Zh { "；" } else { "; " });
    }
    if note.class == Class::PaymentMissing {
        // Customs says it in words alone, which are not kept.
        return PAYMENT_MISSING.get(lang).to_owned();
    }
    match note.status.number() {
        Some(number) if number < 0 => told(Set::Error, number),
        Some(number) => told(Set::Status, number),
        None => match lang {
            Lang::Zh => "状态不是数字".to_owned(),
            Lang::En => "the status is no number".to_owned(),
        },
    }
}

/// A reason of this kind.
pub(super) fn reason(kind: &'static Kind, release: Release) -> Reason {
    Reason { release, ..Reason::of(&Fault { kind, at: ports::fault::Place::default(), args: Vec::new() }) }
}

/// A reason about a document.
pub(super) fn about(kind: &'static Kind, release: Release, subject: Subject) -> Reason {
    let mut reason = reason(kind, release);
    let name = name(subject);
    reason.args.push(("document".to_owned(), Value::Words(name.zh.to_owned(), name.en.to_owned())));
    reason
}

/// A reason about a document because of a receipt.
pub(super) fn because(
    kind: &'static Kind,
    release: Release,
    subject: Subject,
    note: Option<&Note>,
) -> Reason {
    let mut reason = about(kind, release, subject);
    if let Some(note) = note {
        reason.args.push((
            "status".to_owned(),
            Value::Plain(note.status.as_str().chars().take(MOST_SHOWN).collect()),
        ));
        let words = Value::Words(meaning(note, Lang::Zh), meaning(note, Lang::En));
        reason.args.push(("meaning".to_owned(), words));
    }
    reason
}

/// The longest status shown, in characters: the field holds ten.
const MOST_SHOWN: usize = 10;
