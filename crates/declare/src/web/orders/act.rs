//! What a person decides about an order. Nothing is done before a page has said what will happen.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use ports::fault::Text;
use ports::store::StoreError;
use serde::Deserialize;

use super::super::forms::{self, Posted};
use super::super::layout::{self, Place};
use super::super::trouble::Trouble;
use super::super::view::View;
use super::super::{Site, work};
use super::board::badge;
use super::{address, order};
use crate::lifecycle::{Case, Decision, Input, Reason, Said, objection};
use crate::pipeline::move_on;
use crate::receipt::Subject;

/// How often a decision is tried when the case moves on at the same moment.
const ATTEMPTS: u32 = 5;

/// What can be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Release,
    Withdraw,
    Return,
}

const TITLE: Text = Text { zh: "{act} {order}", en: "{act} {order}" };
const REASON: Text = Text { zh: "原因（必填）", en: "Reason (required)" };
const NO_REASON: Text = Text { zh: "请写明原因", en: "Say why" };
const CANCEL: Text = Text { zh: "不做，返回", en: "Go back" };
const CONFIRM: Text = Text { zh: "确认{act}", en: "{act}" };
const RELEASE_EFFECT: Text = Text {
    zh: "您确认下列问题已经判断过，可以继续。系统不再因此暂缓，会按现有数据申报。",
    en: "You confirm that what is listed below was judged. It keeps the order back no more; it is declared with the data as they are.",
};
const NOT_DECLARED_EFFECT: Text = Text {
    zh: "清单还没有到海关：这个订单将不再申报，之后也不会自动申报。",
    en: "Customs has no inventory of it yet: the order will not be declared, and never again by itself.",
};
const WITHDRAW_EFFECT: Text = Text {
    zh: "将向海关发送撤销申请单（CEB623）。海关同意后清单撤销，订单不再申报。原因会发给海关。",
    en: "A withdrawal (CEB623) is sent to customs. When customs grants it, the inventory is void and the order is not declared any more. The reason goes to customs.",
};
const RETURN_EFFECT: Text = Text {
    zh: "将向海关发送退货申请单（CEB625），退回清单中的全部商品。原因会发给海关。",
    en: "A return (CEB625) of all goods of the inventory is sent to customs. The reason goes to customs.",
};
const WHEN: Text = Text {
    zh: "决定会立刻记下；由正在运行的 customs declare run 执行。",
    en: "The decision is kept at once; customs declare run carries it out.",
};

impl Act {
    const ALL: [Self; 3] = [Self::Release, Self::Withdraw, Self::Return];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Withdraw => "withdraw",
            Self::Return => "return",
        }
    }

    pub(super) const fn name(self) -> Text {
        match self {
            Self::Release => Text { zh: "继续申报", en: "Let it go on" },
            Self::Withdraw => Text { zh: "撤单", en: "Withdraw" },
            Self::Return => Text { zh: "退货", en: "Return" },
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    fn effect(self, case: &Case) -> Text {
        match self {
            Self::Release => RELEASE_EFFECT,
            Self::Withdraw if case.phase(Subject::Inventory).may_count() => WITHDRAW_EFFECT,
            Self::Withdraw => NOT_DECLARED_EFFECT,
            Self::Return => RETURN_EFFECT,
        }
    }

    fn decision(self, reason: Said) -> Decision {
        match self {
            Self::Release => Decision::Release { reason },
            Self::Withdraw => Decision::Withdraw { reason },
            Self::Return => Decision::Return { reason, goods: Vec::new() },
        }
    }
}

/// What can be decided about an order as it stands.
pub(super) fn possible(site: &Site, case: &Case, now: Timestamp) -> Vec<Act> {
    let fits = |act: &Act| {
        let decision = act.decision(Said::default());
        objection(case, &decision, now, &site.orders.policy).is_none()
    };
    Act::ALL.into_iter().filter(fits).collect()
}

/// An order with what can be decided about it.
async fn open(
    site: &Arc<Site>,
    view: &View,
    order_no: &str,
    word: &str,
) -> Result<(Act, Case, Vec<Reason>), Trouble> {
    let act = Act::of_word(word).ok_or_else(|| Trouble::not_found(view))?;
    let (own, order_no) = (Arc::clone(site), order_no.to_owned());
    let case = work(view, move || order::case(&own, &order_no)).await?;
    let case = case.ok_or_else(|| Trouble::not_found(view))?;
    let (now, policy) = (site.now(), &site.orders.policy);
    if let Some(fault) = objection(&case, &act.decision(Said::default()), now, policy) {
        let words = format!("{} → {}", fault.message(view.lang), fault.remedy(view.lang));
        return Err(Trouble::saying(view, StatusCode::CONFLICT, &words));
    }
    let remarks = case.remarks(now, policy);
    Ok((act, case, remarks))
}

pub(super) async fn confirm(
    Shared(site): Shared<Arc<Site>>,
    view: View,
    Path((order_no, word)): Path<(String, String)>,
) -> Result<Markup, Trouble> {
    let (act, case, remarks) = open(&site, &view, &order_no, &word).await?;
    Ok(question(&site, &view, act, &case, &remarks, None))
}

fn question(
    site: &Site,
    view: &View,
    act: Act,
    case: &Case,
    remarks: &[Reason],
    wrong: Option<&Text>,
) -> Markup {
    let name = view.t(&act.name()).to_owned();
    let title = view.fill(&TITLE, &[("act", name.clone()), ("order", case.order_no.clone())]);
    let address = address(&case.order_no);
    let content = html! {
        section.card {
            h1 { (title) }
            p { (badge(view, case.state)) }
            p { (view.t(&act.effect(case))) }
            @if act == Act::Release {
                ul.remarks {
                    @for reason in remarks {
                        li { div.remark.warn {
                            @match order::told(site, view, &case.order_no, reason) {
                                Some(report) => p.what { (report.message) },
                                None => p.what { (reason.code) },
                            }
                        } }
                    }
                }
            }
            form.stack method="post" action={ (address) "/" (act.word()) } {
                (forms::token(view))
                label for="reason" { (view.t(&REASON)) }
                input #reason type="text" name="reason" required maxlength="200" autocomplete="off"
                    aria-invalid=[wrong.map(|_| "true")];
                @if let Some(wrong) = wrong { p.remark.bad role="alert" { (view.t(wrong)) } }
                p.hint { (view.t(&WHEN)) }
                div.actions {
                    button type="submit" class=(if act == Act::Release { "main" } else { "danger" }) {
                        (view.fill(&CONFIRM, &[("act", name.clone())]))
                    }
                    a.button href=(address) { (view.t(&CANCEL)) }
                }
            }
        }
    };
    layout::page(view, &title, Place::Orders, content)
}

#[derive(Deserialize)]
pub(super) struct Decided {
    #[serde(default)]
    reason: String,
}

pub(super) async fn decide(
    Shared(site): Shared<Arc<Site>>,
    Path((order_no, word)): Path<(String, String)>,
    Posted(view, decided): Posted<Decided>,
) -> Result<Response, Trouble> {
    let (act, case, remarks) = open(&site, &view, &order_no, &word).await?;
    if decided.reason.trim().is_empty() {
        let page = question(&site, &view, act, &case, &remarks, Some(&NO_REASON));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (own, reason) = (Arc::clone(&site), Said::new(&decided.reason));
    let back = address(&case.order_no);
    work(&view, move || carry_out(&own, &case.order_no, &act.decision(reason))).await?;
    Ok(Redirect::to(&back).into_response())
}

fn carry_out(site: &Site, order_no: &str, decision: &Decision) -> Result<(), StoreError> {
    move_on_again(site, order_no, &Input::Decision(decision.clone()))?;
    tracing::info!(order_no, "a person decided about an order on the page");
    Ok(())
}

/// Moves a case on; when it moved on at the same moment, as it is then.
fn move_on_again(site: &Site, order_no: &str, input: &Input) -> Result<(), StoreError> {
    let mut attempt = 1;
    loop {
        match move_on(site.store.as_ref(), &site.orders.policy, order_no, input.clone(), site.now()) {
            Err(StoreError::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
            Ok(_) => return Ok(()),
        }
    }
}
