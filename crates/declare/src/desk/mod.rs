//! Customs' desk: what China E-port and customs do with messages, as far as it is known, for the sandbox.
//!
//! It reads anybody's messages, holds them against their schema and their signature, knows which documents it has, matches
//! order, payment slip, waybill and inventory (三单对碰), answers with receipts, and keeps a ledger of what is declared. The
//! rules are those of the published specification and of receipts that were seen; the numbers it answers with are explained by
//! [`crate::customs_codes`]. An order's fate beyond the rules (a payment slip that is missing, an inspection) is its
//! [`Scenario`].
//!
//! - A payment slip is the payment company's: the desk takes it as come and in order, unless the scenario says otherwise or a
//!   CEB411 says more. A slip that is missing is there once the platform was asked to push it again ([`Payments`]), or with
//!   [`CustomsDesk::payment_pushed`]; the inventory that was refused for want of it is declared again by its sender.
//! - An inventory whose order or waybill is not there yet waits for it.
//! - Nothing of a person is kept: what has to be compared is kept as its hash.

mod facts;
mod following;
mod ledger;
mod matching;
mod reply;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use ports::clock::beijing;
use ports::fault::{Fault, Lang};
use ports::sandbox::customs::{Answer, CustomsDesk, Reception};
use ports::sandbox::{Payments, Plan, Scenario};
use serde_json::Value;

use crate::documents::Guid;
use crate::messages::MessageKind;
use crate::messages::envelope::{Letter, enveloped};
use crate::messages::reading::{Tree, decode, parse};
use crate::messages::schema::{SchemaGate, Strictness};
use crate::messages::signature::{Verdict, verify};
use facts::papers;
use ledger::Ledger;
use reply::Reply;

/// How the desk works.
#[derive(Debug, Clone)]
pub struct DeskSettings {
    /// What befalls the orders.
    pub plan: Plan,
    /// What the platform's side of the sandbox was asked about payment slips.
    pub payments: Option<Arc<Payments>>,
    /// The time between two receipts about a document.
    pub pace: Duration,
    /// How strictly the schema is kept.
    pub gate: Strictness,
    /// Whether signatures are verified. A declared inventory needs one either way.
    pub verify: bool,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            plan: Plan::default(),
            payments: None,
            pace: Duration::ZERO,
            gate: Strictness::default(),
            verify: true,
        }
    }
}

/// The desk.
#[derive(Debug)]
pub struct Desk {
    settings: DeskSettings,
    ledger: Mutex<Ledger>,
}

/// Why a message is not looked into.
enum Unusable {
    /// Its form is refused (CEB900).
    Form(String),
    /// Its signature is refused, each document by itself.
    Signature(Verdict),
}

impl Desk {
    /// A desk that has seen nothing yet.
    pub fn new(settings: DeskSettings) -> Self {
        let ledger = Ledger::new(settings.plan, settings.payments.clone());
        Self { settings, ledger: Mutex::new(ledger) }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // Each document is entered in one go: a panic elsewhere leaves the ledger as it was.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens what came and takes the message in it. Gives what stands on its envelope, when it came in one, and whether
    /// nothing is answered.
    fn open(&self, message: &[u8], reply: &mut Reply) -> (Option<Letter>, bool) {
        let mut letter = None;
        let silent = self.opened(message, &mut letter, reply).unwrap_or_else(|(text, fault)| {
            let words = fault.message(Lang::Zh);
            match text {
                Some(text) => reply.form(&text, None, &format!("报文格式错误:{words}")),
                None => reply.form("", None, &words),
            }
            false
        });
        (letter, silent)
    }

    /// Opens and takes; or says why not, with the text that is no XML, where there is a text.
    fn opened(
        &self,
        message: &[u8],
        letter: &mut Option<Letter>,
        reply: &mut Reply,
    ) -> Result<bool, (Option<String>, Box<Fault>)> {
        let illegible = |fault| (None, fault);
        let outer = decode(message).map_err(illegible)?;
        let tree = parse(&outer.text).map_err(|fault| (Some(outer.text.to_string()), fault))?;
        let Some(inner) = enveloped(&tree) else { return Ok(self.take(&outer.text, &tree, reply)) };
        *letter = Letter::of(&tree);
        reply.transfer_id = letter.as_ref().map(|letter| letter.number.clone());
        let inner = inner.map_err(illegible)?;
        let inner = decode(&inner).map_err(illegible)?;
        let tree = parse(&inner.text).map_err(|fault| (Some(inner.text.to_string()), fault))?;
        Ok(self.take(&inner.text, &tree, reply))
    }

    fn take(&self, text: &str, tree: &Tree<'_>, reply: &mut Reply) -> bool {
        let refuse = |reply: &mut Reply, kind: Option<MessageKind>, words: String| {
            reply.form(text, kind.map(MessageKind::type_name), &words);
            false
        };
        let Some(kind) = MessageKind::of_type_name(tree.root().name()) else {
            return refuse(reply, None, "无法识别的报文类型".to_owned());
        };
        let unusable = self.examine(text, kind, tree.root().child("Signature").is_some()).err();
        if let Some(Unusable::Form(words)) = &unusable {
            return refuse(reply, Some(kind), words.clone());
        }
        let papers = papers(kind, tree.root());
        if papers.is_empty() {
            return refuse(reply, Some(kind), "报文没有单证".to_owned());
        }
        let mut ledger = self.ledger();
        let mut silent = false;
        for paper in papers {
            let scenario = ledger.scenario(&paper);
            silent |= scenario == Scenario::AcceptedThenTimeout;
            match &unusable {
                Some(Unusable::Signature(verdict)) => match reply::signature(&paper, *verdict) {
                    Some((status, words)) => reply.about(&paper, scenario).fault(status, &words),
                    None => {
                        // No number of the published table says it of these documents.
                        reply.form(text, Some(kind.type_name()), &format!("1004 签名与数据不符: {verdict}"));
                        return silent;
                    }
                },
                _ => ledger.enter(paper, reply),
            }
        }
        silent
    }

    /// Schema and signature.
    fn examine(&self, text: &str, kind: MessageKind, signed: bool) -> Result<(), Unusable> {
        let gate =
            SchemaGate::of(kind.schema(signed)).map_err(|defect| Unusable::Form(defect.to_string()))?;
        // What the schema complains of may be personal: its place is told, not its words.
        if let Some(fault) = gate.check_as(text, self.settings.gate).first() {
            let path = fault.path.as_deref().unwrap_or("/");
            return Err(Unusable::Form(format!("报文不能通过schema验证:{path}")));
        }
        if !signed || !self.settings.verify {
            return Ok(());
        }
        match verify(text) {
            Verdict::Valid => Ok(()),
            verdict => Err(Unusable::Signature(verdict)),
        }
    }
}

impl CustomsDesk for Desk {
    fn receive(&self, message: &[u8], now: Timestamp) -> Reception {
        let mut reply = Reply::new(now, self.settings.pace);
        let (letter, silent) = self.open(message, &mut reply);
        let mut answers = reply.finish();
        // What came in an envelope is answered in one.
        if let Some(letter) = letter {
            let at = now.to_zoned(beijing()).datetime();
            for answer in &mut answers {
                let number = Guid::random().to_string();
                if let Some(wrapped) = letter.answer(&answer.receipt, &number, at) {
                    answer.receipt = wrapped;
                }
            }
        }
        Reception { answers, silent }
    }

    fn payment_pushed(&self, order_no: &str, now: Timestamp) -> Vec<Answer> {
        let mut reply = Reply::new(now, self.settings.pace);
        self.ledger().payment_pushed(order_no, &mut reply);
        reply.finish()
    }

    fn state(&self) -> Value {
        self.ledger().state()
    }
}
