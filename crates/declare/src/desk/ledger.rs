//! What the desk has, and what counts as declared.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ports::sandbox::{Payments, Plan, Scenario};
use serde_json::{Value, json};

use super::facts::{Change, Facts, InventoryFacts, OrderFacts, Paper, PaymentFacts, WaybillFacts};
use super::matching::{Set, is_beyond_limit, mismatches};
use super::reply::{About, EXAMINED, PASSED, RELEASED, Reply};
use crate::receipt::{Keys, Subject};

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Kept, not declared.
    Saved,
    /// On its way (2, 3): an inventory that waits for its order or waybill.
    Waiting,
    /// In customs' books (120); for an inventory also 300, 399 and 500.
    Accepted,
    Released,
    Refused,
    Withdrawn,
    Returned,
}

impl Standing {
    /// Whether the document stands in the way of another for the same key.
    fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Accepted | Self::Released | Self::Returned)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Released => "released",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Returned => "returned",
        }
    }
}

/// A document that the desk has.
#[derive(Debug)]
pub(super) struct Held<F> {
    pub(super) guid: String,
    pub(super) made_at: String,
    pub(super) standing: Standing,
    pub(super) facts: F,
}

/// All about one order.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) scenario: Scenario,
    pub(super) order: Option<Held<OrderFacts>>,
    pub(super) payment: Option<Held<PaymentFacts>>,
    pub(super) payment_pushed: bool,
    pub(super) waybill: Option<Held<WaybillFacts>>,
    pub(super) inventory: Option<Held<InventoryFacts>>,
    /// What its receipts need, while more of them may come.
    pub(super) inventory_keys: Option<Box<Keys>>,
    pub(super) inventory_no: Option<String>,
    /// How often each kind of document was taken as declared and not taken back: one, or something is wrong.
    pub(super) effective: [u32; 4],
}

/// The desk's books.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) plan: Plan,
    payments: Option<Arc<Payments>>,
    pub(super) parcels: HashMap<String, Parcel>,
    /// By carrier and number: the order.
    pub(super) waybills: HashMap<String, String>,
    /// Requests that were granted, by kind and what they are about.
    pub(super) requests: HashMap<(Subject, String), String>,
    /// Documents refused as there already, or as older than what is there.
    pub(super) duplicates: u64,
    pub(super) old: u64,
    serial: u64,
}

/// The numbers for what is wrong with a document's place among those that are there.
struct Codes {
    exists: i64,
    old: i64,
    nothing_to_change: i64,
    locked: i64,
}

const fn codes(subject: Subject) -> Codes {
    let (exists, old, nothing_to_change, locked) = match subject {
        Subject::Order => (-301_010, -301_014, -301_009, -301_011),
        Subject::Payment => (-401_007, -401_012, -401_006, -401_008),
        Subject::Waybill => (-504_012, -505_016, -504_014, -504_016),
        // The table has no number for an old inventory: its check fails.
        _ => (-621_004, -621_001, -621_011, -621_012),
    };
    Codes { exists, old, nothing_to_change, locked }
}

pub(super) const EXISTS: &str = "单证已存在，请勿重复申报";
const OLD: &str = "报文处理失败，接收报文为旧报文数据，不做处理";

impl Ledger {
    pub(super) fn new(plan: Plan, payments: Option<Arc<Payments>>) -> Self {
        Self {
            plan,
            payments,
            parcels: HashMap::new(),
            waybills: HashMap::new(),
            requests: HashMap::new(),
            duplicates: 0,
            old: 0,
            serial: 0,
        }
    }

    /// The order a document is about.
    pub(super) fn order_of(&self, paper: &Paper) -> Option<String> {
        let waybill = waybill_key(&paper.keys).and_then(|key| self.waybills.get(&key));
        paper.keys.order_no.clone().or_else(|| waybill.cloned())
    }

    pub(super) fn scenario(&self, paper: &Paper) -> Scenario {
        self.order_of(paper).map_or(Scenario::AllClear, |order_no| self.plan.scenario(&order_no))
    }

    /// Enters a document and answers.
    pub(super) fn enter(&mut self, paper: Paper, reply: &mut Reply) {
        let scenario = self.scenario(&paper);
        if !matches!(paper.subject, Subject::Order | Subject::Payment | Subject::Waybill | Subject::Inventory)
        {
            return self.follow(&paper, scenario, reply);
        }
        let order_no = paper.keys.order_no.clone().unwrap_or_default();
        let waybill = waybill_key(&paper.keys);
        let plan = self.plan;
        let parcel =
            self.parcels.entry(order_no.clone()).or_insert_with(|| Parcel::new(plan.scenario(&order_no)));
        let mut about = reply.about(&paper, scenario);
        if let Some(refusal) = parcel.objection(&paper) {
            match refusal {
                Objection::Exists => self.duplicates += 1,
                Objection::Old => self.old += 1,
                Objection::Other(..) => {}
            }
            let codes = codes(paper.subject);
            return match refusal {
                Objection::Exists => about.fault(codes.exists, EXISTS),
                Objection::Old => about.fault(codes.old, OLD),
                Objection::Other(status, words) => about.fault(status, words),
            };
        }
        if paper.subject == Subject::Waybill
            && let Some(key) = &waybill
            && let Some(other) = self.waybills.get(key)
            && *other != order_no
        {
            self.duplicates += 1;
            return about.fault(-504_015, "该编号的运单已存在");
        }
        if paper.change == Change::Delete {
            about.under_way().customs(120, PASSED);
            if paper.subject == Subject::Waybill
                && let Some(key) = waybill
            {
                self.waybills.remove(&key);
            }
            return parcel.delete(paper.subject);
        }
        if !paper.declared {
            about.eport(1, "电子口岸已暂存");
            return parcel.put(paper, Standing::Saved);
        }
        match paper.subject {
            Subject::Order if scenario == Scenario::FormatError => {
                about.fault(-301_008, "订单表头字段校验不通过");
                return parcel.put(paper, Standing::Refused);
            }
            Subject::Inventory => {
                if !paper.signed {
                    return about.fault(-621_026, "签名信息为空");
                }
                if matches!(&paper.facts, Facts::Inventory(facts) if is_beyond_limit(facts)) {
                    about.fault(-621_005, "清单金额超过单笔限额");
                    return parcel.put(paper, Standing::Refused);
                }
                about.under_way();
                parcel.put(paper, Standing::Waiting);
            }
            _ => {
                about.under_way().customs(120, PASSED);
                if paper.subject == Subject::Waybill
                    && let Some(key) = waybill
                {
                    self.waybills.insert(key, order_no.clone());
                }
                parcel.put(paper, Standing::Accepted);
            }
        }
        self.match_inventory(&order_no, reply);
    }

    /// The payment company pushes a slip: from now on it is there.
    pub(super) fn payment_pushed(&mut self, order_no: &str, reply: &mut Reply) {
        let scenario = self.plan.scenario(order_no);
        self.parcels.entry(order_no.to_owned()).or_insert_with(|| Parcel::new(scenario)).payment_pushed =
            true;
        self.match_inventory(order_no, reply);
    }

    /// Holds an inventory that waits against its order, payment slip and waybill, when all of them are there.
    fn match_inventory(&mut self, order_no: &str, reply: &mut Reply) {
        let repushed = self.payments.as_ref().is_some_and(|payments| payments.repushed(order_no) > 0);
        let Some(parcel) = self.parcels.get_mut(order_no) else { return };
        let (Some(order), Some(waybill), Some(inventory)) =
            (&parcel.order, &parcel.waybill, &mut parcel.inventory)
        else {
            return;
        };
        let waits = inventory.standing == Standing::Waiting;
        if !waits || order.standing != Standing::Accepted || waybill.standing != Standing::Accepted {
            return;
        }
        let mut keys = parcel.inventory_keys.take().map(|keys| *keys).unwrap_or_default();
        let its_waybill = waybill_key(&keys);
        let carried = its_waybill.as_ref().and_then(|key| self.waybills.get(key));
        let platform_code = keys.platform_code.clone().unwrap_or_default();
        let set = Set {
            order: &order.facts,
            payment: parcel.payment.as_ref().map(|held| &held.facts),
            waybill: &waybill.facts,
            inventory: &inventory.facts,
            scenario: parcel.scenario,
            payment_pushed: parcel.payment_pushed || repushed,
            platform_code: &platform_code,
            order_no,
        };
        let mut found = mismatches(&set);
        if carried.is_none_or(|carries| carries != order_no) {
            found = Some(found.unwrap_or_default() + "清单的运单编号与订单的运单不一致");
        }
        let guid = inventory.guid.clone();
        if let Some(words) = found {
            inventory.standing = Standing::Refused;
            parcel.effective[index(Subject::Inventory)] = 0;
            let mut about = reply.about_keys(Subject::Inventory, &guid, keys, parcel.scenario);
            about.later(2).customs(100, &words);
            return;
        }
        self.serial += 1;
        let customs_code = keys.customs_code.clone().unwrap_or_default();
        let year = inventory.made_at.get(..4).unwrap_or_default();
        let day = inventory.made_at.get(..8).unwrap_or_default();
        let inventory_no = format!("{customs_code}{year}I{:09}", self.serial);
        keys.entry_no = Some(format!("B{day}{:09}", self.serial));
        keys.inventory_no = Some(inventory_no.clone());
        parcel.inventory_no = Some(inventory_no);
        let mut about = reply.about_keys(Subject::Inventory, &guid, keys, parcel.scenario);
        about.later(2).customs(120, PASSED);
        inventory.standing = course(parcel.scenario, &mut about);
    }

    /// What counts, and each order's story in numbers.
    pub(super) fn state(&self) -> Value {
        let mut orders = BTreeMap::new();
        let mut inventories: BTreeMap<&str, u64> = BTreeMap::new();
        let mut effective = [0_u64; 4];
        let mut most = [0_u32; 4];
        for (order_no, parcel) in &self.parcels {
            for (place, count) in parcel.effective.iter().enumerate() {
                effective[place] += u64::from(*count);
                most[place] = most[place].max(*count);
            }
            let standing = parcel.inventory.as_ref().map(|held| held.standing.word());
            if let Some(word) = standing {
                *inventories.entry(word).or_default() += 1;
            }
            let [order, payment, waybill, inventory] = parcel.effective;
            let told = json!({
                "scenario": parcel.scenario.name(),
                "order": order,
                "payment": payment,
                "waybill": waybill,
                "inventory": inventory,
                "inventory_no": parcel.inventory_no,
                "standing": standing,
            });
            orders.insert(order_no.clone(), told);
        }
        let by_kind = |numbers: [u64; 4]| {
            let [order, payment, waybill, inventory] = numbers;
            json!({"order": order, "payment": payment, "waybill": waybill, "inventory": inventory})
        };
        json!({
            "effective": by_kind(effective),
            "most_of_a_key": by_kind(most.map(u64::from)),
            "inventories": inventories,
            "duplicates": self.duplicates,
            "old": self.old,
            "orders": orders,
        })
    }
}

/// The course of an inventory that matches, from 120 on.
fn course(scenario: Scenario, about: &mut About<'_>) -> Standing {
    match scenario {
        // It lies with an officer until its withdrawal comes.
        Scenario::CancelledBeforeRelease => {
            about.customs(300, "[Code:1200;Desc:待人工审核]");
            Standing::Accepted
        }
        Scenario::Inspected => {
            about.customs(399, EXAMINED).customs(500, "查验").customs(800, RELEASED);
            Standing::Released
        }
        _ => {
            about.customs(399, EXAMINED).customs(800, RELEASED);
            Standing::Released
        }
    }
}

/// Carrier and number of a waybill.
pub(super) fn waybill_key(keys: &Keys) -> Option<String> {
    Some(format!("{} {}", keys.carrier_code.as_deref()?, keys.waybill_no.as_deref()?))
}

/// The place of a kind in [`Parcel::effective`].
pub(super) const fn index(subject: Subject) -> usize {
    match subject {
        Subject::Order => 0,
        Subject::Payment => 1,
        Subject::Waybill => 2,
        _ => 3,
    }
}

/// Why a document has no place.
enum Objection {
    Exists,
    Old,
    Other(i64, &'static str),
}

impl Parcel {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            order: None,
            payment: None,
            payment_pushed: false,
            waybill: None,
            inventory: None,
            inventory_keys: None,
            inventory_no: None,
            effective: [0; 4],
        }
    }

    /// The time and standing of the document of a kind.
    fn held(&self, subject: Subject) -> Option<(&str, Standing)> {
        fn told<F>(held: &Held<F>) -> (&str, Standing) {
            (&held.made_at, held.standing)
        }
        match subject {
            Subject::Order => self.order.as_ref().map(told),
            Subject::Payment => self.payment.as_ref().map(told),
            Subject::Waybill => self.waybill.as_ref().map(told),
            _ => self.inventory.as_ref().map(told),
        }
    }

    /// Whether a document may come now.
    fn objection(&self, paper: &Paper) -> Option<Objection> {
        let codes = codes(paper.subject);
        let Some((made_at, standing)) = self.held(paper.subject) else {
            let new = paper.change == Change::New;
            return (!new).then_some(Objection::Other(codes.nothing_to_change, "没有可变更或删除的单证"));
        };
        if paper.change == Change::New && standing.is_live() {
            return Some(Objection::Exists);
        }
        if paper.change != Change::New {
            let declared = self.inventory.as_ref().is_some_and(|held| held.standing.is_live());
            let locked = if paper.subject == Subject::Inventory { standing.is_live() } else { declared };
            if locked {
                return Some(Objection::Other(codes.locked, "单证已用于清单申报，不能变更"));
            }
        }
        (paper.made_at.as_str() <= made_at).then_some(Objection::Old)
    }

    fn put(&mut self, paper: Paper, standing: Standing) {
        let Paper { subject, guid, made_at, keys, facts, .. } = paper;
        // A change takes the place of what was there; a new document beside a live one would count as a second.
        let place = index(subject);
        let replaces = self.held(subject).is_some_and(|(_, before)| before.is_live());
        match (standing.is_live(), replaces) {
            (true, false) => self.effective[place] += 1,
            (false, true) => self.effective[place] -= 1,
            _ => {}
        }
        match facts {
            Facts::Order(facts) => self.order = Some(Held { guid, made_at, standing, facts }),
            Facts::Payment(facts) => self.payment = Some(Held { guid, made_at, standing, facts }),
            Facts::Waybill(facts) => self.waybill = Some(Held { guid, made_at, standing, facts }),
            Facts::Inventory(facts) => {
                self.inventory = Some(Held { guid, made_at, standing, facts });
                self.inventory_keys = (standing == Standing::Waiting).then(|| Box::new(keys));
            }
            Facts::Request | Facts::Return(_) => {}
        }
    }

    fn delete(&mut self, subject: Subject) {
        match subject {
            Subject::Order => self.order = None,
            Subject::Payment => self.payment = None,
            Subject::Waybill => self.waybill = None,
            _ => self.inventory = None,
        }
        self.effective[index(subject)] = 0;
    }
}
