//! Words and colours of an order's state and of its documents' phases.

use ports::fault::Text;

use crate::lifecycle::{Phase, Standing, State};

/// What the state means for whoever looks.
pub(super) const fn meaning(state: State) -> Text {
    match state {
        State::Held => Text {
            zh: "有事情挡住了申报，原因和处理办法在下面",
            en: "something keeps it from being declared; see below why and what to do",
        },
        State::Ready => {
            Text { zh: "可以申报，还没有发送", en: "it can be declared; nothing was sent yet" }
        }
        State::Sent => {
            Text { zh: "单证已发送，等待回执", en: "documents were sent; receipts are awaited" }
        }
        State::Unknown => Text {
            zh: "已发送但不知道对方是否收到，系统会查询或原样重发",
            en: "sent, but whether it arrived is not known; it is asked about or sent again unchanged",
        },
        State::Accepted => Text {
            zh: "海关已受理清单，等待放行",
            en: "customs has the inventory; release is awaited",
        },
        State::Released => {
            Text { zh: "海关已放行，可以发货", en: "customs has released it; it may be shipped" }
        }
        State::Refused => Text {
            zh: "海关或电子口岸退单，原因和处理办法在下面",
            en: "customs or China E-port refused it; see below why and what to do",
        },
        State::Withdrawn => Text { zh: "不再申报", en: "it is not declared any more" },
        State::Returned => Text { zh: "商品已退回", en: "goods of it came back" },
    }
}

/// The colour.
pub(in super::super) const fn tone(state: State) -> &'static str {
    match state {
        State::Held | State::Unknown => "warn",
        State::Refused => "bad",
        State::Released => "good",
        State::Sent | State::Accepted => "change",
        State::Ready | State::Withdrawn | State::Returned => "plain",
    }
}

/// Where a document is.
pub(super) const fn phase(phase: Phase) -> (Text, &'static str) {
    match phase {
        Phase::None => (Text { zh: "还没有", en: "not made yet" }, "plain"),
        Phase::Made => (Text { zh: "已生成，待发送", en: "made, to be sent" }, "plain"),
        Phase::Unknown => (Text { zh: "发送结果不明", en: "outcome of sending unknown" }, "warn"),
        Phase::NotTaken => (Text { zh: "通道拒收", en: "not taken by the gateway" }, "bad"),
        Phase::Withdrawn => (Text { zh: "已撤销", en: "withdrawn" }, "plain"),
        Phase::Sent(standing) => match standing {
            Standing::Silent => (Text { zh: "已发送，无回执", en: "sent, no receipt yet" }, "change"),
            Standing::Taken => (Text { zh: "电子口岸已接收", en: "with China E-port" }, "change"),
            Standing::Stored => (Text { zh: "海关已入库", en: "stored by customs" }, "change"),
            Standing::Examined => (Text { zh: "海关审核中", en: "examined by customs" }, "warn"),
            Standing::Approved => (Text { zh: "海关审结", en: "approved by customs" }, "good"),
            Standing::Released => (Text { zh: "放行", en: "released" }, "good"),
            Standing::Stopped => (Text { zh: "扣留或退运", en: "stopped by customs" }, "bad"),
            Standing::Refused | Standing::TooMany => (Text { zh: "退单", en: "refused" }, "bad"),
            Standing::Failed => {
                (Text { zh: "对方处理失败，将重发", en: "failed there, to be sent again" }, "warn")
            }
            Standing::Exists => (Text { zh: "对方称已存在", en: "said to exist already" }, "warn"),
            Standing::Old => (Text { zh: "对方称已有更新的", en: "said to be older than another" }, "warn"),
        },
    }
}
