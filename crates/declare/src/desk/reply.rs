//! The desk's answers: which receipts, when, in which messages.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::clock::beijing;
use ports::sandbox::Scenario;
use ports::sandbox::customs::Answer;

use super::facts::Paper;
use crate::documents::Guid;
use crate::messages::MAX_DOCUMENTS;
use crate::messages::answers;
use crate::messages::signature::Verdict;
use crate::receipt::{FormatReceipt, Info, Keys, Receipt, ReturnTime, Status, Subject};

/// Customs' own words for its steps.
pub(super) const PASSED: &str = "[Code:1800;Desc:逻辑校验通过]";
pub(super) const EXAMINED: &str = "[Code:2300;Desc:审核通过]";
pub(super) const RELEASED: &str = "[Code:2600;Desc:放行]";

/// Receipts about the documents of one message.
pub(super) struct Reply {
    now: Timestamp,
    pace: Duration,
    /// The number of the envelope that the message came in.
    pub(super) transfer_id: Option<String>,
    due: Vec<Due>,
    forms: Vec<Vec<u8>>,
}

/// A receipt and its turn.
struct Due {
    turn: u32,
    /// Sent by itself, twice, in any order.
    shuffled: bool,
    receipt: Receipt,
}

/// Receipts about one document, in their order.
pub(super) struct About<'r> {
    reply: &'r mut Reply,
    subject: Subject,
    guid: String,
    keys: Keys,
    shuffled: bool,
    turn: u32,
}

impl Reply {
    pub(super) fn new(now: Timestamp, pace: Duration) -> Self {
        Self { now, pace, transfer_id: None, due: Vec::new(), forms: Vec::new() }
    }

    /// The form of the whole message is refused.
    pub(super) fn form(&mut self, original: &str, message_type: Option<&str>, words: &str) {
        let receipt = FormatReceipt {
            guid: Some(Guid::random().to_string()),
            status: Status::new("-1"),
            time: self.time(0),
            info: Info::new(words),
            transfer_id: self.transfer_id.clone(),
            message_type: message_type.map(str::to_owned),
            message_guid: None,
        };
        self.forms.push(answers::write_format(&receipt, original, Guid::random()));
    }

    /// Receipts about a document.
    pub(super) fn about(&mut self, paper: &Paper, scenario: Scenario) -> About<'_> {
        self.about_keys(paper.subject, &paper.guid, paper.keys.clone(), scenario)
    }

    pub(super) fn about_keys(
        &mut self,
        subject: Subject,
        guid: &str,
        keys: Keys,
        scenario: Scenario,
    ) -> About<'_> {
        let shuffled = scenario == Scenario::Shuffled;
        About { reply: self, subject, guid: guid.to_owned(), keys, shuffled, turn: 0 }
    }

    /// Each turn is a pace later, and a millisecond at least: receipts of one document never bear the same time.
    fn time(&self, turn: u32) -> ReturnTime {
        let later = self.after(turn) + Duration::from_millis(u64::from(turn));
        let at = SignedDuration::try_from(later).ok().and_then(|later| self.now.checked_add(later).ok());
        let text = at.unwrap_or(self.now).to_zoned(beijing()).strftime("%Y%m%d%H%M%S%3f").to_string();
        ReturnTime::new(text)
    }

    fn after(&self, turn: u32) -> Duration {
        self.pace.saturating_mul(turn)
    }

    /// The receipts as messages: those of one turn about one kind of document together, as many as a message holds.
    pub(super) fn finish(self) -> Vec<Answer> {
        let after = |turn| self.pace.saturating_mul(turn);
        let mut answers: Vec<Answer> =
            self.forms.into_iter().map(|receipt| Answer { receipt, after: Duration::ZERO }).collect();
        let mut together: BTreeMap<(u32, Subject), Vec<Receipt>> = BTreeMap::new();
        let mut alone: Vec<(u64, Vec<u8>)> = Vec::new();
        for due in self.due {
            if due.shuffled {
                let bytes =
                    answers::write(due.receipt.subject, std::slice::from_ref(&due.receipt), Guid::random());
                for time in 0..2_u8 {
                    alone.push((place(&due.receipt, time), bytes.clone()));
                }
            } else {
                together.entry((due.turn, due.receipt.subject)).or_default().push(due.receipt);
            }
        }
        for ((turn, subject), receipts) in together {
            for receipts in receipts.chunks(MAX_DOCUMENTS) {
                let receipt = answers::write(subject, receipts, Guid::random());
                answers.push(Answer { receipt, after: after(turn) });
            }
        }
        alone.sort_by_key(|(place, _)| *place);
        let mut turn = 0;
        answers.extend(alone.into_iter().map(|(_, receipt)| {
            turn += 1;
            Answer { receipt, after: after(turn) }
        }));
        answers
    }
}

/// A place in the shuffle that depends on the receipt alone, so that it is the same each time.
fn place(receipt: &Receipt, time: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    let keys = &receipt.keys;
    (&keys.order_no, &keys.own_no, &keys.waybill_no, receipt.status.as_str(), time).hash(&mut hasher);
    hasher.finish()
}

impl About<'_> {
    fn say(&mut self, status: i64, words: &str, guid: String) {
        let receipt = Receipt {
            subject: self.subject,
            guid: Some(guid),
            keys: self.keys.clone(),
            status: Status::new(status.to_string()),
            time: self.reply.time(self.turn),
            info: Info::new(words),
        };
        self.reply.due.push(Due { turn: self.turn, shuffled: self.shuffled, receipt });
        self.turn += 1;
    }

    /// China E-port speaks of a document under the document's own number.
    pub(super) fn eport(&mut self, status: i64, words: &str) -> &mut Self {
        let guid = self.guid.clone();
        self.say(status, words, guid);
        self
    }

    /// Customs gives every receipt a number of its own.
    pub(super) fn customs(&mut self, status: i64, words: &str) -> &mut Self {
        self.say(status, words, Guid::random().to_string());
        self
    }

    /// The document is not taken.
    pub(super) fn fault(&mut self, status: i64, words: &str) {
        self.eport(status, words);
    }

    /// Taken, and on its way to customs: 2, 3.
    pub(super) fn under_way(&mut self) -> &mut Self {
        let words = format!("新增申报成功[{}]", self.guid);
        self.eport(2, &words).eport(3, "发送海关成功")
    }

    /// The turn that comes next, for receipts about a document that was answered before.
    pub(super) fn later(&mut self, turns: u32) -> &mut Self {
        self.turn += turns;
        self
    }
}

/// The number for a signature that does not hold, where there is one.
pub(super) fn signature(paper: &Paper, verdict: Verdict) -> Option<(i64, String)> {
    let status = match (paper.subject, verdict) {
        (Subject::Order, _) => -301_020,
        (Subject::Inventory, Verdict::Digest) => -621_028,
        (Subject::Inventory, _) => -621_029,
        (Subject::Withdrawal, _) => -623_029,
        (Subject::Return, _) => -625_208,
        _ => return None,
    };
    Some((status, format!("验签失败: {verdict}")))
}
