//! A shop, a gateway and customs, as far as one order sees them. What happens next is drawn from a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::clock::beijing;
use ports::sandbox::Scenario;

use crate::documents::{Guid, Submission};
use crate::lifecycle::audit::{Bytes, Filed, audit, lost, notes};
use crate::lifecycle::{
    AfterSale, Case, Decision, Effect, Input, Made, Note, Policy, Reading, Reason, RepushOutcome, Said,
    Sending, ShipOutcome, Shop, State, Submit, Wanted, pending, step,
};
use crate::order;
use crate::receipt::{Info, Keys, Receipt, ReturnTime, Status, Subject};

/// Turns after which something must have come to rest.
const MOST_TURNS: usize = 2_000;

/// A number that looks random.
fn mixed(seed: u64, turn: u64) -> u64 {
    let mut bits = seed ^ turn.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

fn guid(number: u64) -> Guid {
    let bits = (u128::from(mixed(number, 1)) << 64) | u128::from(mixed(number, 2));
    Guid::parse(&format!("{bits:032x}")).unwrap()
}

pub(super) fn reason(kind: &'static ports::fault::Kind) -> Reason {
    Reason::of(&kind.fault())
}

/// A document at customs.
#[derive(Debug, Clone)]
struct Held {
    guid: Guid,
    made_at: Timestamp,
    live: bool,
    stored: bool,
    print: String,
}

/// The other side.
#[derive(Debug, Default)]
pub(super) struct Customs {
    held: BTreeMap<Subject, Held>,
    /// Documents that count, by kind.
    pub(super) effective: BTreeMap<Subject, i32>,
    /// The most there ever were of one kind at once.
    pub(super) most: i32,
    pub(super) duplicates: u32,
    pub(super) old: u32,
    pub(super) pushed: bool,
    released: bool,
    withdrawn: bool,
}

pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) case: Case,
    pub(super) policy: Policy,
    pub(super) now: Timestamp,
    pub(super) customs: Customs,
    pub(super) states: Vec<State>,
    pub(super) repushes: u32,
    pub(super) ships: u32,
    pub(super) waybill: bool,
    /// What the order says; another number is another text.
    pub(super) text: u32,
    /// Whether what customs objects to has been put right.
    pub(super) repaired: bool,
    shop: Shop,
    after_sale: AfterSale,
    updated_ms: i64,
    reads: u32,
    prepares: u32,
    seed: u64,
    draws: u64,
    numbers: u64,
    /// Every receipt that was taken in, as it came.
    pub(super) filed: Vec<Filed>,
    /// Messages the gateway has, and stored ones.
    messages: BTreeMap<Guid, Vec<Made>>,
    arrived: BTreeSet<Guid>,
    /// Receipts and news on their way, with how often they may still come.
    mail: Vec<(Input, u8)>,
    /// Whether the inventory stays with an officer.
    pub(super) hold_release: bool,
    /// Whether answers to effects get lost, as in a crash before they are kept.
    pub(super) crashes: bool,
}

impl World {
    pub(super) fn new(scenario: Scenario, seed: u64) -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let quick = Duration::from_secs(3);
        let policy = Policy {
            failed_wait: quick,
            repush_settles: quick,
            repush_wait: quick,
            reread_wait: quick,
            ..Policy::default()
        };
        let shop = Shop::Waiting;
        Self {
            scenario,
            case: Case::open("xiaohongshu", "P700000000000000001", now),
            policy,
            now,
            customs: Customs::default(),
            states: vec![State::Ready],
            repushes: 0,
            ships: 0,
            waybill: true,
            text: 1,
            repaired: false,
            shop,
            after_sale: AfterSale::None,
            updated_ms: 1_000,
            reads: 0,
            prepares: 0,
            seed,
            draws: 0,
            numbers: 0,
            filed: Vec::new(),
            messages: BTreeMap::new(),
            arrived: BTreeSet::new(),
            mail: Vec::new(),
            hold_release: false,
            crashes: false,
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.draws += 1;
        mixed(self.seed, self.draws) % below.max(1)
    }

    fn number(&mut self) -> Guid {
        self.numbers += 1;
        guid(self.numbers)
    }

    fn pass(&mut self, milliseconds: i64) {
        self.now += SignedDuration::from_millis(milliseconds);
    }

    /// Something happens to the order, and everything that must always hold does.
    pub(super) fn put(&mut self, input: Input) {
        if let Input::Receipt { receipt, raw } = &input {
            self.filed.push(Filed::Receipt { receipt: receipt.clone(), raw: raw.clone() });
        }
        let before = self.case.clone();
        let after = step(&before, input.clone(), self.now, &self.policy);
        assert_eq!(
            after.pending,
            pending(&after.case, self.now, &self.policy),
            "nothing is wanted that a crash would lose"
        );
        for (subject, paper) in &after.case.papers {
            let known = before.papers.get(subject).map_or(0, |paper| paper.versions.len());
            if paper.versions.len() > known && known > 0 {
                let new = paper.latest().unwrap();
                let replaces = !before.phase(*subject).may_count()
                    || new.submission == Submission::Change
                    || *subject == Subject::Return;
                assert!(replaces, "{subject:?} made anew while it may count: {input:?}");
            }
        }
        let remarks = after.case.remarks(self.now, &self.policy);
        let stopped = matches!(after.case.state, State::Held | State::Refused);
        let goes_on = after.pending.wake.is_some() || !after.pending.effects.is_empty();
        assert!(!stopped || !remarks.is_empty() || goes_on, "{:#?}", after.case);
        if after.case.state != before.state {
            self.states.push(after.case.state);
        }
        let json = serde_json::to_string(&after.case).unwrap();
        assert_eq!(serde_json::from_str::<Case>(&json).unwrap(), after.case);
        self.case = after.case;
        assert_eq!(self.audited(&|_| Bytes::Sound), Vec::<&str>::new(), "{:#?}", self.case);
        self.customs.most =
            self.customs.most.max(self.customs.effective.values().copied().max().unwrap_or(0));
        assert!(self.customs.most <= 1, "declared twice: {:?}", self.customs.effective);
    }

    /// Lets everything happen that can, until nothing is left to happen.
    pub(super) fn run(&mut self) -> State {
        for _ in 0..MOST_TURNS {
            if !self.turn() {
                return self.case.state;
            }
        }
        panic!("no rest: {:#?}\n{:#?}", self.case, pending(&self.case, self.now, &self.policy));
    }

    /// Some turns.
    pub(super) fn turns(&mut self, count: usize) {
        for _ in 0..count {
            self.turn();
        }
    }

    /// Lets one thing happen; whether there was any.
    fn turn(&mut self) -> bool {
        {
            let milliseconds = 1 + i64::try_from(self.draw(40)).unwrap();
            self.pass(milliseconds);
            let wanted = pending(&self.case, self.now, &self.policy);
            let choices = wanted.effects.len() + self.mail.len();
            if choices == 0 {
                match wanted.wake {
                    Some(at) => {
                        self.now = at.max(self.now);
                        self.put(Input::Timer);
                        return true;
                    }
                    None => return false,
                }
            }
            let choice = usize::try_from(self.draw(choices as u64)).unwrap();
            match wanted.effects.get(choice) {
                Some(effect) => self.carry_out(effect.clone()),
                None => {
                    let (input, left) = self.mail.remove(choice - wanted.effects.len());
                    if left > 0 {
                        self.mail.push((input.clone(), left - 1));
                    }
                    self.put(input);
                }
            }
        }
        true
    }

    fn answer(&mut self, input: Input) {
        if self.crashes && self.draw(4) == 0 {
            return;
        }
        self.put(input);
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Fetch => {
                self.reads += 1;
                let reading = Reading {
                    updated_ms: self.updated_ms,
                    shop: self.shop,
                    after_sale: self.after_sale,
                    waybill: self.waybill,
                };
                self.answer(Input::Read(reading));
            }
            Effect::Prepare { wanted, standing, waived } => self.prepare(wanted, &standing, &waived),
            Effect::Compare { standing } => {
                let drifted = self.differing(&standing);
                self.answer(if drifted.is_empty() { Input::Unchanged } else { Input::Drifted(drifted) });
            }
            Effect::Submit { message, how } => self.submit(message, how),
            Effect::Repush { .. } => {
                self.repushes += 1;
                self.customs.pushed = true;
                self.answer(Input::Repush(RepushOutcome::Asked));
            }
            Effect::Inquire => self.answer(Input::Inquired),
            Effect::Ship => {
                if matches!(self.shop, Shop::Cancelled | Shop::Cancelling) {
                    return self.answer(Input::Ship(ShipOutcome::Refused));
                }
                self.ships += u32::from(self.shop != Shop::Shipped);
                self.shop = Shop::Shipped;
                if self.scenario == Scenario::CancelledAfterRelease {
                    self.after_sale = AfterSale::Done;
                    self.change(None);
                } else {
                    self.change(Some(Shop::Shipped));
                }
                self.answer(Input::Ship(ShipOutcome::Done));
            }
        }
    }

    /// The order changes on the platform; the news is on its way.
    pub(super) fn change(&mut self, shop: Option<Shop>) {
        self.updated_ms += 1_000;
        let twice = self.draw(2) as u8;
        self.mail.push((Input::Noticed { updated_ms: self.updated_ms, shop }, twice));
    }

    pub(super) fn cancel(&mut self, shop: Shop) {
        self.shop = shop;
        self.change(None);
    }

    pub(super) fn release(&mut self) {
        self.put(Input::Decision(Decision::Release { reason: Said::new("looked at") }));
    }

    fn print(&self, subject: Subject) -> String {
        format!("{subject:?}-{}", self.text)
    }

    fn differing(&self, standing: &[(Subject, String)]) -> Vec<Subject> {
        standing
            .iter()
            .filter(|(subject, print)| *print != self.print(*subject))
            .map(|(subject, _)| *subject)
            .collect()
    }

    fn prepare(&mut self, wanted: Vec<Wanted>, standing: &[(Subject, String)], waived: &[String]) {
        self.prepares += 1;
        let mut reasons = Vec::new();
        let mut object = |holds: bool, kind: &'static ports::fault::Kind| {
            if holds && !waived.iter().any(|code| code == kind.code) {
                reasons.push(reason(kind));
            }
        };
        object(self.scenario == Scenario::Presale, &order::faults::PRESALE);
        object(self.scenario == Scenario::SplitOrder, &order::faults::SPLIT);
        object(self.scenario == Scenario::ExchangeReship, &order::faults::RESHIP);
        object(self.scenario == Scenario::AddressChanged && self.reads < 2, &order::faults::ADDRESS_CHANGED);
        object(!self.waybill, &crate::documents::faults::NO_WAYBILL);
        if !reasons.is_empty() {
            return self.answer(Input::Held(reasons));
        }
        let drifted = self.differing(standing);
        if !drifted.is_empty() {
            return self.answer(Input::Drifted(drifted));
        }
        let mut made = Vec::new();
        for wanted in wanted {
            let print = self.print(wanted.subject);
            if wanted.unless.as_ref() == Some(&print) {
                continue;
            }
            let (guid, made_at) = match wanted.again {
                Some(known) => known,
                None => (self.number(), wanted.not_before.map_or(self.now, |from| from.max(self.now))),
            };
            let Wanted { subject, submission, alone, .. } = wanted;
            let message = self.number();
            made.push(Made { subject, submission, guid, made_at, message, alone, print });
        }
        if made.is_empty() {
            return self.answer(Input::Unchanged);
        }
        for document in &made {
            self.messages.insert(document.message, vec![document.clone()]);
        }
        self.answer(Input::Prepared(made));
    }

    fn submit(&mut self, message: Guid, how: Submit) {
        let known = self.arrived.contains(&message);
        let sending = match how {
            Submit::Query if known => Sending::Accepted { again: true },
            Submit::Query => Sending::NeverArrived,
            Submit::Bytes => {
                let fate = self.draw(10);
                if self.crashes && fate == 0 {
                    // It did not get through, and nobody knows.
                    Sending::Unknown
                } else {
                    if !known {
                        self.arrived.insert(message);
                        let documents = self.messages.get(&message).cloned().unwrap_or_default();
                        for document in documents {
                            self.receive(&document);
                        }
                    }
                    let silent = self.scenario == Scenario::AcceptedThenTimeout && !known;
                    if silent || (self.crashes && fate == 1) {
                        Sending::Unknown
                    } else {
                        Sending::Accepted { again: known }
                    }
                }
            }
        };
        self.answer(Input::Message { message, sending });
    }

    /// A receipt is on its way.
    pub(super) fn say(&mut self, about: &Made, status: i64, words: &str) {
        self.pass(1);
        let customs = status >= 100;
        let number = (about.subject == Subject::Inventory && customs && status != 100)
            .then(|| "29282026I000000001".to_owned());
        let keys = Keys {
            own_no: matches!(about.subject, Subject::Inventory | Subject::Withdrawal | Subject::Return)
                .then(|| about.guid.own_no().as_str().to_owned()),
            inventory_no: number,
            ..Keys::default()
        };
        let guid = if customs { self.number() } else { about.guid };
        let time = self.now.to_zoned(beijing()).strftime("%Y%m%d%H%M%S%3f").to_string();
        let receipt = Receipt {
            subject: about.subject,
            guid: Some(guid.to_string()),
            keys,
            status: Status::new(status.to_string()),
            time: ReturnTime::new(time),
            info: Info::new(words),
        };
        let raw = format!("{status}/{}", self.numbers);
        let twice = self.draw(3) as u8;
        self.mail.push((Input::Receipt { receipt: Box::new(receipt), raw }, twice));
    }

    fn count(&mut self, subject: Subject, by: i32) {
        *self.customs.effective.entry(subject).or_default() += by;
    }

    /// Customs takes a document, as the sandbox's desk does.
    fn receive(&mut self, document: &Made) {
        let subject = document.subject;
        if matches!(subject, Subject::Withdrawal | Subject::Return | Subject::WaybillStatus) {
            return self.follow(document);
        }
        if let Some(held) = self.customs.held.get(&subject) {
            let (exists, old) = match subject {
                Subject::Order => (-301_010, -301_014),
                Subject::Payment => (-401_007, -401_012),
                Subject::Waybill => (-504_012, -505_016),
                _ => (-621_004, -621_001),
            };
            if document.submission == Submission::New && held.live {
                self.customs.duplicates += 1;
                return self.say(document, exists, "单证已存在，请勿重复申报");
            }
            if document.made_at.as_second() <= held.made_at.as_second() {
                self.customs.old += 1;
                return self.say(document, old, "接收报文为旧报文数据，不做处理");
            }
            if held.live {
                self.count(subject, -1);
            }
        }
        let mut held = Held {
            guid: document.guid,
            made_at: document.made_at,
            live: true,
            stored: false,
            print: document.print.clone(),
        };
        if subject == Subject::Order && self.scenario == Scenario::FormatError && !self.repaired {
            held.live = false;
            self.say(document, -301_008, "订单表头字段校验不通过");
            self.customs.held.insert(subject, held);
            return;
        }
        self.say(document, 2, &format!("新增申报成功[{}]", document.guid));
        self.say(document, 3, "发送海关成功");
        if subject != Subject::Inventory {
            self.say(document, 120, "[Code:1800;Desc:逻辑校验通过]");
            held.stored = true;
        }
        self.count(subject, 1);
        self.customs.held.insert(subject, held);
        self.matched();
    }

    fn matched(&mut self) {
        let held = |subject| self.customs.held.get(&subject).filter(|held| held.live).cloned();
        let (Some(order), Some(waybill), Some(inventory)) =
            (held(Subject::Order), held(Subject::Waybill), held(Subject::Inventory))
        else {
            return;
        };
        if inventory.stored || !order.stored || !waybill.stored {
            return;
        }
        let about = Made {
            subject: Subject::Inventory,
            submission: Submission::New,
            guid: inventory.guid,
            made_at: inventory.made_at,
            message: inventory.guid,
            alone: false,
            print: inventory.print.clone(),
        };
        let broken = !self.repaired;
        let objection = match self.scenario {
            Scenario::PaymentMissing if !self.customs.pushed => {
                Some("对应电商平台为[x]订单号为[y]支付信息不存在")
            }
            Scenario::AmountMismatch if broken => Some("[Code:1332;Desc:金额不一致]"),
            Scenario::BuyerDiffers if broken => Some("[Code:1327;Desc:不一致]"),
            Scenario::YearlyLimit if broken => Some("[Code:1313;Desc:超过年度限额]"),
            _ => None,
        };
        if let Some(words) = objection {
            self.count(Subject::Inventory, -1);
            if let Some(held) = self.customs.held.get_mut(&Subject::Inventory) {
                held.live = false;
            }
            return self.say(&about, 100, words);
        }
        if let Some(held) = self.customs.held.get_mut(&Subject::Inventory) {
            held.stored = true;
        }
        self.say(&about, 120, "[Code:1800;Desc:逻辑校验通过]");
        match self.scenario {
            Scenario::CancelledBeforeRelease => {
                self.say(&about, 300, "[Code:1200;Desc:待人工审核]");
                self.shop = Shop::Cancelled;
                self.change(None);
            }
            _ if self.hold_release => self.say(&about, 300, "[Code:1200;Desc:待人工审核]"),
            _ => {
                self.say(&about, 399, "[Code:2300;Desc:审核通过]");
                if self.scenario == Scenario::Inspected {
                    self.say(&about, 500, "查验");
                }
                self.customs.released = true;
                self.say(&about, 800, "[Code:2600;Desc:放行]");
            }
        }
    }

    fn follow(&mut self, document: &Made) {
        self.say(document, 2, "");
        let refused = match document.subject {
            Subject::Withdrawal => self.customs.released || self.customs.withdrawn,
            Subject::Return => !self.customs.released,
            _ => false,
        };
        if refused {
            return self.say(document, 100, "状态不允许");
        }
        self.say(document, 120, "");
        if document.subject == Subject::Withdrawal {
            self.customs.withdrawn = true;
            self.count(Subject::Inventory, -1);
            if let Some(held) = self.customs.held.get_mut(&Subject::Inventory) {
                held.live = false;
            }
        }
        if document.subject != Subject::WaybillStatus {
            self.say(document, 399, "");
        }
        self.count(document.subject, 1);
    }

    /// What an audit finds, by code.
    pub(super) fn audited(&self, message: &dyn Fn(Guid) -> Bytes) -> Vec<&'static str> {
        let case = &self.case;
        let mut found: Vec<_> = self.filed.iter().flat_map(|filed| lost(case, filed)).collect();
        let came: Vec<Note> = self.filed.iter().flat_map(|filed| notes(case, filed)).collect();
        let came = |note: &Note| came.iter().any(|filed| filed.order(note).is_eq());
        found.extend(audit(case, Some(&came), message, self.now, &self.policy));
        let mut codes: Vec<_> = found.into_iter().map(|fault| fault.code()).collect();
        codes.dedup();
        codes
    }

    /// The codes of what is told of the order.
    pub(super) fn codes(&self) -> Vec<String> {
        self.case.remarks(self.now, &self.policy).into_iter().map(|reason| reason.code).collect()
    }
}
