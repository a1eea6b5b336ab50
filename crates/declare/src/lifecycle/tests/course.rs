//! The course of one order, turn by turn: what is rare, and what must not be mixed up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::platform::{CancelAnswer, PlatformEvent};

use crate::documents::{Guid, Submission};
use crate::lifecycle::{
    AfterSale, Case, Decision, Effect, Input, Made, Policy, Reading, Reason, RepushOutcome, Said, Sending,
    Shop, State, Submit, Supply, Wanted, pending, step,
};
use crate::receipt::{FormatReceipt, Info, Keys, Receipt, ReturnTime, Status, Subject};

struct Desk {
    case: Case,
    now: Timestamp,
    policy: Policy,
    numbers: u128,
}

impl Desk {
    /// An order whose documents before the inventory are prepared.
    fn new() -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let policy = Policy { failed_wait: Duration::from_secs(60), ..Policy::default() };
        let mut desk = Self { case: Case::open("xiaohongshu", "P7", now), now, policy, numbers: 0 };
        assert_eq!(desk.wants(), [Effect::Fetch]);
        desk.read(1, Shop::Waiting);
        desk.make();
        desk
    }

    /// The same with the documents before the inventory stored and the inventory sent.
    fn declared() -> Self {
        let mut desk = Self::new();
        desk.send();
        for subject in [Subject::Order, Subject::Waybill] {
            desk.say(subject, "120", "");
        }
        desk.make();
        desk.send();
        desk
    }

    fn put(&mut self, input: Input) {
        self.now += SignedDuration::from_secs(2);
        self.case = step(&self.case, input, self.now, &self.policy).case;
    }

    fn wants(&self) -> Vec<Effect> {
        pending(&self.case, self.now, &self.policy).effects
    }

    fn wanted(&self) -> Vec<Wanted> {
        let wanted = self.wants().into_iter().filter_map(|effect| match effect {
            Effect::Prepare { wanted, .. } => Some(wanted),
            _ => None,
        });
        wanted.flatten().collect()
    }

    fn read(&mut self, updated_ms: i64, shop: Shop) {
        self.put(Input::Read(Reading { updated_ms, shop, after_sale: AfterSale::None, waybill: true }));
    }

    /// Makes what is wanted; all in one message of its kind.
    fn make(&mut self) {
        let now = self.now;
        let made = self.wanted().into_iter().map(|wanted| {
            self.numbers += 2;
            let number = |number: u128| Guid::parse(&format!("{number:032x}")).unwrap();
            let (guid, made_at) = wanted.again.unwrap_or_else(|| {
                (number(self.numbers), wanted.not_before.map_or(now, |from| from.max(now)))
            });
            Made {
                subject: wanted.subject,
                submission: wanted.submission,
                guid,
                made_at,
                message: number(self.numbers + 1),
                alone: wanted.alone,
                print: "1".to_owned(),
            }
        });
        let made = made.collect();
        self.put(Input::Prepared(made));
    }

    fn sending(&mut self, sending: Sending) {
        for effect in self.wants() {
            if let Effect::Submit { message, .. } = effect {
                self.put(Input::Message { message, sending });
            }
        }
    }

    fn send(&mut self) {
        self.sending(Sending::Accepted { again: false });
    }

    fn say_at(&mut self, subject: Subject, status: &str, words: &str, at: Timestamp) {
        let version = self.case.papers.get(&subject).and_then(|paper| paper.latest()).cloned();
        let port = status.starts_with('-') || status.len() == 1;
        let guid = version.filter(|_| port).map(|version| version.guid.to_string());
        let keys = Keys {
            inventory_no: (subject == Subject::Inventory && status == "120")
                .then(|| "29282026I000000001".to_owned()),
            ..Keys::default()
        };
        let time = at.to_zoned(ports::clock::beijing()).strftime("%Y%m%d%H%M%S%3f").to_string();
        let receipt = Receipt {
            subject,
            guid,
            keys,
            status: Status::new(status),
            time: ReturnTime::new(time),
            info: Info::new(words),
        };
        let raw = format!("{subject:?}{status}");
        self.put(Input::Receipt { receipt: Box::new(receipt), raw });
    }

    fn say(&mut self, subject: Subject, status: &str, words: &str) {
        self.say_at(subject, status, words, self.now);
    }

    fn release(&mut self) {
        self.put(Input::Decision(Decision::Release { reason: Said::new("looked at") }));
    }

    fn codes(&self) -> Vec<String> {
        self.case.remarks(self.now, &self.policy).into_iter().map(|reason| reason.code).collect()
    }

    #[track_caller]
    fn stands(&self, state: State, codes: &[&str]) {
        assert_eq!(
            (self.case.state, self.codes()),
            (state, codes.iter().map(|code| (*code).to_owned()).collect())
        );
    }
}

#[test]
fn the_inventory_waits_for_order_and_waybill() {
    let mut desk = Desk::new();
    desk.stands(State::Ready, &[]);
    assert_eq!(
        desk.wants()
            .iter()
            .filter(|effect| matches!(effect, Effect::Submit { how: Submit::Bytes, .. }))
            .count(),
        2
    );
    desk.send();
    desk.stands(State::Sent, &[]);
    desk.say(Subject::Order, "120", "");
    assert_eq!(desk.wants(), []);
    desk.say(Subject::Waybill, "120", "");
    let wanted = desk.wanted();
    assert_eq!(wanted.iter().map(|wanted| wanted.subject).collect::<Vec<_>>(), [Subject::Inventory]);
    let Some(Effect::Prepare { standing, .. }) = desk.wants().pop() else { panic!() };
    assert_eq!(
        standing.iter().map(|(subject, _)| *subject).collect::<Vec<_>>(),
        [Subject::Order, Subject::Waybill]
    );
}

#[test]
fn an_inventory_that_does_not_wait_goes_with_the_others() {
    let mut desk = Desk::new();
    desk.policy.inventory_waits = false;
    desk.case = Case::open("xiaohongshu", "P7", desk.now);
    desk.read(1, Shop::Waiting);
    assert_eq!(desk.wanted().len(), 3);
    desk.make();
    desk.send();
    desk.say(Subject::Order, "-301001", "");
    desk.stands(State::Refused, &["LIF-REFUSED"]);
}

#[test]
fn an_unknown_outcome_is_asked_about_and_the_same_bytes_go_again() {
    let mut desk = Desk::new();
    let messages = |desk: &Desk| -> Vec<Guid> {
        desk.case.papers.values().map(|paper| paper.latest().unwrap().message).collect()
    };
    let before = messages(&desk);
    desk.sending(Sending::Unknown);
    desk.stands(State::Unknown, &[]);
    assert!(desk.wants().iter().all(|effect| matches!(effect, Effect::Submit { how: Submit::Query, .. })));
    desk.sending(Sending::NeverArrived);
    assert!(desk.wants().iter().all(|effect| matches!(effect, Effect::Submit { how: Submit::Bytes, .. })));
    desk.send();
    assert_eq!(messages(&desk), before);
    // It was there all the same: "there already" confirms it.
    desk.say(Subject::Order, "-301010", "该编号的订单已存在");
    desk.say(Subject::Waybill, "-504015", "");
    desk.stands(State::Sent, &[]);
    desk.say(Subject::Order, "120", "");
    desk.say(Subject::Waybill, "120", "");
    assert_eq!(desk.wanted().len(), 1);
}

#[test]
fn there_already_without_a_doubt_goes_to_a_person() {
    for (subject, status) in
        [(Subject::Order, "-301010"), (Subject::Waybill, "-504012"), (Subject::Waybill, "-504015")]
    {
        let mut desk = Desk::new();
        desk.send();
        desk.say(subject, status, "");
        desk.stands(State::Held, &["LIF-EXISTS"]);
        assert_eq!(desk.wants(), []);
        desk.release();
        desk.stands(State::Sent, &[]);
    }
    let mut desk = Desk::declared();
    desk.say(Subject::Inventory, "-621004", "");
    desk.stands(State::Held, &["LIF-EXISTS"]);
    // Unless other receipts tell that it is ours.
    desk.say(Subject::Inventory, "120", "");
    desk.stands(State::Accepted, &[]);
}

#[test]
fn old_without_a_doubt_goes_to_a_person() {
    let mut desk = Desk::new();
    desk.send();
    desk.say(Subject::Order, "-301014", "");
    desk.stands(State::Held, &["LIF-OLD"]);
    let mut desk = Desk::new();
    desk.sending(Sending::Unknown);
    desk.send();
    desk.say(Subject::Order, "-301014", "");
    desk.stands(State::Sent, &[]);
}

#[test]
fn numbers_nobody_knows_are_parked_until_a_known_one_comes() {
    let mut desk = Desk::declared();
    desk.say(Subject::Inventory, "120", "");
    desk.say(Subject::Inventory, "1399", "");
    desk.stands(State::Held, &["LIF-UNKNOWN"]);
    let reason = &desk.case.reasons(desk.now, &desk.policy)[0];
    let told = reason.report("P7", &crate::lifecycle::faults::UNKNOWN, ports::fault::Lang::En);
    assert!(told.message.contains("1399"), "{}", told.message);
    desk.say(Subject::Inventory, "800", "");
    desk.stands(State::Released, &[]);
    // One that comes after the release stops the shipment until a person has looked.
    desk.say(Subject::Inventory, "900", "");
    desk.stands(State::Held, &["LIF-UNKNOWN"]);
    assert_eq!(desk.wants(), []);
    desk.release();
    desk.stands(State::Released, &[]);
    assert_eq!(desk.wants(), [Effect::Ship]);
}

#[test]
fn eports_word_on_a_second_sending_does_not_undo_customs_word() {
    let mut desk = Desk::declared();
    desk.say(Subject::Inventory, "120", "");
    for status in ["3", "-621001", "-621012", "4", "-621004"] {
        desk.say(Subject::Inventory, status, "");
        desk.stands(State::Accepted, &[]);
    }
}

#[test]
fn a_failing_eport_gets_the_same_document_again_in_a_new_message() {
    let mut desk = Desk::new();
    desk.send();
    let first = desk.case.papers[&Subject::Order].latest().unwrap().clone();
    desk.say(Subject::Order, "-301013", "");
    desk.stands(State::Sent, &[]);
    assert_eq!(desk.wants(), []);
    desk.now = pending(&desk.case, desk.now, &desk.policy).wake.unwrap();
    desk.make();
    let again = desk.case.papers[&Subject::Order].latest().unwrap().clone();
    assert_eq!(
        (again.guid, again.made_at, &again.earlier),
        (first.guid, first.made_at, &vec![first.message])
    );
    desk.send();
    // The failure that comes twice is the one that was answered.
    desk.say_at(Subject::Order, "-301013", "", first.sent_at.unwrap());
    assert_eq!(desk.wants(), []);
    desk.say(Subject::Order, "2", "");
    desk.say(Subject::Order, "120", "");
    assert!(desk.case.phase(Subject::Order).is_stored());
}

#[test]
fn a_failing_eport_is_given_up_after_a_while() {
    let mut desk = Desk::new();
    desk.send();
    for _ in 0..desk.policy.failed_limit {
        desk.say(Subject::Order, "4", "");
        desk.now = pending(&desk.case, desk.now, &desk.policy).wake.unwrap();
        desk.make();
        desk.send();
    }
    desk.say(Subject::Order, "4", "");
    desk.stands(State::Held, &["LIF-FAILED"]);
    desk.release();
    assert!(desk.wanted()[0].again.is_some());
}

#[test]
fn customs_own_failure_is_declared_anew_with_a_later_time() {
    let mut desk = Desk::declared();
    let first = desk.case.papers[&Subject::Inventory].latest().unwrap().clone();
    desk.say(Subject::Inventory, "100", "[Code:1301;Desc:系统异常，请稍后重试]");
    desk.now = pending(&desk.case, desk.now, &desk.policy).wake.unwrap();
    desk.make();
    let second = desk.case.papers[&Subject::Inventory].latest().unwrap();
    assert!(
        second.guid != first.guid && second.made_at > first.made_at && second.submission == Submission::New
    );
}

#[test]
fn a_message_that_is_refused_as_a_whole_is_taken_apart_once() {
    let mut desk = Desk::declared();
    let receipt = |status: &str, time: &str| FormatReceipt {
        guid: None,
        status: Status::new(status),
        time: ReturnTime::new(time),
        info: Info::new("报文不能通过schema验证"),
        transfer_id: None,
        message_type: None,
        message_guid: None,
    };
    let message = desk.case.papers[&Subject::Inventory].latest().unwrap().message;
    let form = Box::new(receipt("-1", "20270115170000000"));
    desk.put(Input::Format { receipt: form.clone(), message, raw: "a".to_owned() });
    desk.put(Input::Format { receipt: form, message, raw: "b".to_owned() });
    let wanted = desk.wanted();
    assert!(wanted.len() == 1 && wanted[0].alone, "{wanted:?}");
    desk.make();
    desk.send();
    let message = desk.case.papers[&Subject::Inventory].latest().unwrap().message;
    let form = Box::new(receipt("-1", "20270115170500000"));
    desk.put(Input::Format { receipt: form, message, raw: "c".to_owned() });
    desk.stands(State::Refused, &["LIF-REFUSED"]);
}

#[test]
fn too_many_documents_go_alone() {
    let mut desk = Desk::new();
    desk.send();
    desk.say(Subject::Order, "-301015", "");
    assert!(desk.wanted()[0].alone);
    desk.make();
    desk.send();
    desk.say(Subject::Order, "-301015", "");
    desk.stands(State::Refused, &["LIF-REFUSED"]);
}

#[test]
fn what_the_gateway_refuses_waits_for_a_person() {
    let mut desk = Desk::new();
    desk.sending(Sending::Refused);
    desk.stands(State::Held, &["LIF-GATEWAY", "LIF-GATEWAY"]);
    assert_eq!(desk.wants(), []);
    desk.release();
    assert_eq!(desk.wanted().len(), 2);
    desk.make();
    desk.send();
    desk.stands(State::Sent, &[]);
}

#[test]
fn receipts_about_a_refused_version_do_not_touch_the_next() {
    let mut desk = Desk::new();
    desk.send();
    let refused_at = desk.now;
    desk.say_at(Subject::Order, "100", "[Code:1300;Desc:人工退单]", refused_at);
    desk.stands(State::Refused, &["LIF-REFUSED"]);
    desk.release();
    let wanted = desk.wanted();
    assert_eq!((wanted[0].subject, wanted[0].submission), (Subject::Order, Submission::New));
    desk.make();
    desk.send();
    // The refusal again, from another message, and a late word of before it.
    desk.say_at(Subject::Order, "100", "[Code:1300;Desc:人工退单]", refused_at);
    desk.say_at(Subject::Order, "120", "", refused_at - SignedDuration::from_secs(1));
    assert_eq!(desk.case.notes_of(Subject::Order, 0).len(), 2);
    desk.stands(State::Sent, &[]);
    desk.say(Subject::Order, "120", "");
    assert!(desk.case.phase(Subject::Order).is_stored());
}

#[test]
fn the_payment_slip_is_asked_for_so_often_and_no_more() {
    let mut desk = Desk::declared();
    for attempt in 1..=desk.policy.repush_limit {
        desk.say(Subject::Inventory, "100", "对应电商平台为[x]订单号为[y]支付信息不存在");
        if let Some(wake) = pending(&desk.case, desk.now, &desk.policy).wake {
            desk.now = desk.now.max(wake);
        }
        assert_eq!(desk.wants(), [Effect::Repush { attempt }]);
        desk.put(Input::Repush(RepushOutcome::Asked));
        desk.stands(State::Refused, &["LIF-PAYMENT"]);
        assert_eq!(desk.wants(), []);
        desk.now = pending(&desk.case, desk.now, &desk.policy).wake.unwrap();
        desk.make();
        desk.send();
        desk.stands(State::Sent, &[]);
    }
    desk.say(Subject::Inventory, "100", "对应电商平台为[x]订单号为[y]支付信息不存在");
    desk.stands(State::Refused, &["LIF-PAYMENT-LIMIT"]);
    assert_eq!(desk.wants(), []);
}

#[test]
fn a_withdrawal_needs_customs_number_and_ends_the_order() {
    let mut desk = Desk::declared();
    desk.put(Input::Decision(Decision::Withdraw { reason: Said::new("买家不要了") }));
    assert_eq!(desk.wants(), []);
    desk.say(Subject::Inventory, "120", "");
    let wanted = desk.wanted();
    assert_eq!((wanted[0].subject, wanted[0].reason.as_deref()), (Subject::Withdrawal, Some("买家不要了")));
    desk.make();
    desk.send();
    desk.say(Subject::Withdrawal, "120", "");
    desk.stands(State::Accepted, &[]);
    desk.say(Subject::Withdrawal, "399", "");
    desk.stands(State::Withdrawn, &[]);
    // Nothing brings it back but a person.
    desk.read(5, Shop::Waiting);
    desk.put(Input::FilingChanged);
    desk.put(Input::WaybillArrived);
    assert_eq!(desk.wanted(), []);
    desk.stands(State::Withdrawn, &[]);
    desk.release();
    assert_eq!(desk.wanted()[0].subject, Subject::Inventory);
}

#[test]
fn a_withdrawal_that_comes_too_late_turns_to_a_person() {
    let mut desk = Desk::declared();
    desk.say(Subject::Inventory, "120", "");
    desk.put(Input::Decision(Decision::Withdraw { reason: Said::new("x") }));
    desk.make();
    desk.send();
    desk.say(Subject::Withdrawal, "-623005", "清单的状态不符合撤单申报要求");
    desk.stands(State::Held, &["LIF-WITHDRAWAL-REFUSED"]);
    desk.say(Subject::Inventory, "800", "");
    desk.stands(State::Held, &["LIF-RELEASED"]);
    desk.put(Input::Decision(Decision::Return { reason: Said::new("x"), goods: Vec::new() }));
    assert_eq!(desk.wanted()[0].subject, Subject::Return);
    desk.make();
    desk.send();
    desk.say(Subject::Return, "399", "");
    desk.stands(State::Returned, &[]);
}

#[test]
fn several_returns_follow_one_another() {
    let mut desk = Desk::declared();
    desk.say(Subject::Inventory, "800", "");
    for number in 1..=3 {
        desk.put(Input::Decision(Decision::Return { reason: Said::new("x"), goods: Vec::new() }));
        desk.make();
        assert_eq!(desk.case.papers[&Subject::Return].versions.len(), number);
        desk.send();
        desk.say(Subject::Return, "399", "");
        desk.stands(State::Returned, &[]);
    }
}

#[test]
fn a_document_made_too_late_is_not_taken() {
    let mut desk = Desk::new();
    desk.send();
    desk.say(Subject::Order, "120", "");
    desk.say(Subject::Waybill, "120", "");
    let wanted = desk.wanted();
    desk.put(Input::Noticed { updated_ms: 9, shop: Some(Shop::Cancelled) });
    let made = Made {
        subject: Subject::Inventory,
        submission: wanted[0].submission,
        guid: Guid::parse(&format!("{:032x}", 77)).unwrap(),
        made_at: desk.now,
        message: Guid::parse(&format!("{:032x}", 78)).unwrap(),
        alone: false,
        print: "1".to_owned(),
    };
    desk.put(Input::Prepared(vec![made]));
    assert!(!desk.case.papers.contains_key(&Subject::Inventory));
    desk.stands(State::Withdrawn, &[]);
}

#[test]
fn an_order_in_motion_is_read_again_by_itself() {
    let mut desk = Desk::new();
    desk.case = Case::open("xiaohongshu", "P7", desk.now);
    desk.read(1, Shop::Waiting);
    desk.put(Input::Held(vec![super::world::reason(&crate::order::faults::ADDRESS_CHANGED)]));
    desk.stands(State::Held, &["ORD-ADDRESS"]);
    assert_eq!(desk.wants(), []);
    desk.now = pending(&desk.case, desk.now, &desk.policy).wake.unwrap();
    assert_eq!(desk.wants(), [Effect::Fetch]);
    desk.read(1, Shop::Waiting);
    assert_eq!(desk.wanted().len(), 2);
}

#[test]
fn an_order_that_is_not_to_be_shipped_yet_waits() {
    let mut desk = Desk::new();
    desk.case = Case::open("xiaohongshu", "P7", desk.now);
    desk.read(1, Shop::NotYet);
    desk.stands(State::Held, &["LIF-NOT-YET"]);
    desk.put(Input::Noticed { updated_ms: 2, shop: None });
    assert_eq!(desk.wants(), [Effect::Fetch]);
    desk.read(2, Shop::Waiting);
    assert_eq!(desk.wanted().len(), 2);
}

#[test]
fn a_change_that_is_noticed_while_the_order_is_read_is_read_too() {
    let mut desk = Desk::new();
    desk.put(Input::Noticed { updated_ms: 9, shop: None });
    assert!(desk.wants().contains(&Effect::Fetch));
    desk.put(Input::Noticed { updated_ms: 12, shop: None });
    desk.read(9, Shop::Waiting);
    assert!(desk.wants().contains(&Effect::Fetch));
    // An answer that is older than what was read before says nothing.
    desk.read(5, Shop::Cancelled);
    assert_eq!(desk.case.shop, Shop::Waiting);
    desk.read(12, Shop::Waiting);
    assert!(!desk.wants().contains(&Effect::Fetch));
    // Where the detail stays behind the list, it is not read for ever.
    desk.put(Input::Noticed { updated_ms: 20, shop: None });
    desk.read(19, Shop::Waiting);
    assert!(desk.wants().contains(&Effect::Fetch));
    desk.read(19, Shop::Waiting);
    assert!(!desk.wants().contains(&Effect::Fetch));
}

#[test]
fn a_release_is_no_word_for_a_refusal_that_is_yet_to_come() {
    let mut desk = Desk::declared();
    desk.read(5, Shop::Cancelling);
    desk.stands(State::Held, &["LIF-CANCELLING"]);
    desk.release();
    desk.read(6, Shop::Waiting);
    desk.stands(State::Sent, &[]);
    desk.say(Subject::Inventory, "100", "[Code:1332;Desc:x]");
    desk.put(Input::Unchanged);
    desk.stands(State::Refused, &["LIF-REFUSED"]);
}

fn supplied(answer: CancelAnswer) -> Input {
    let event = PlatformEvent::CancelDecided {
        order_no: "P7".to_owned(),
        answer: Some(answer),
        reason: String::new(),
    };
    Input::Supplied(Supply::of(&event).unwrap())
}

#[test]
fn to_go_on_in_spite_of_the_supplier_is_no_word_about_a_refusal_to_come() {
    let mut desk = Desk::declared();
    desk.put(supplied(CancelAnswer::Granted));
    desk.stands(State::Held, &["LIF-SUPPLIER-CANCELLED"]);
    desk.release();
    desk.stands(State::Sent, &[]);
    desk.say(Subject::Inventory, "100", "[Code:1327;Desc:x]");
    desk.stands(State::Refused, &["LIF-REFUSED"]);
    assert_eq!(desk.wants(), []);
}

#[test]
fn an_order_that_its_supplier_cancels_is_not_told_to_be_shipped() {
    let mut desk = Desk::declared();
    desk.put(supplied(CancelAnswer::Pending));
    desk.stands(State::Held, &["LIF-SUPPLIER-CANCELLING"]);
    desk.say(Subject::Inventory, "120", "");
    desk.say(Subject::Inventory, "800", "");
    desk.stands(State::Held, &["LIF-SUPPLIER-CANCELLING"]);
    assert_eq!(desk.wants(), []);
    desk.put(supplied(CancelAnswer::Refused));
    desk.stands(State::Released, &[]);
    assert_eq!(desk.wants(), [Effect::Ship]);
}

#[test]
fn who_judges_what_a_supplier_said_sees_what_holds_the_order_besides() {
    let mut desk = Desk::new();
    desk.case.papers.clear();
    desk.put(Input::FilingChanged);
    desk.put(Input::Held(vec![Reason::of(&crate::order::faults::PRESALE.fault())]));
    desk.put(supplied(CancelAnswer::Granted));
    desk.stands(State::Held, &["LIF-SUPPLIER-CANCELLED", "ORD-PRESALE"]);
}
