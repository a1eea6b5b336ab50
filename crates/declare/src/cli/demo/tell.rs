//! What a demo did, for people and for programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use filing::import::FileReport;
use filing::sync::Summary as Synced;
use jiff::Timestamp;
use ports::fault::{Report, Text};
use ports::money::Yuan;
use ports::store::{Key, Store, StoreError};
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::explain;
use super::super::output::Output;
use crate::build;
use crate::configuration::Declaring;
use crate::lifecycle::{Case, Policy, Reason, State};
use crate::messages::MessageKind;
use crate::pipeline::{cases, layout};

const TITLE: Text = Text {
    zh: "示例店铺：备案表和订单 → 海关放行",
    en: "A sample shop: from the filings and orders to customs' release",
};
const FILINGS: Text = Text {
    zh: "备案    {rows} 行，接受 {accepted}，拒绝 {refused}，警告 {warned}；已同步到平台 {synced}",
    en: "filings   {rows} rows: {accepted} taken, {refused} refused, {warned} with warnings; {synced} synced to the platform",
};
const ORDERS: Text = Text {
    zh: "订单    {orders} 个：放行并发货 {released}，退单 {refusals}，暂缓 {held}{others}",
    en: "orders    {orders}: {released} released and shipped, {refusals} refused, {held} held{others}",
};
const OTHER: Text = Text { zh: "，{state} {count}", en: ", {count} {state}" };
const MESSAGE: Text = Text {
    zh: "报文    {type} {name}：{messages} 个报文，{documents} 份单证，已签名、送达",
    en: "messages  {type} {name}: {documents} documents in {messages}, signed and delivered",
};
const RECEIPTS: Text = Text { zh: "回执    {receipts} 条", en: "receipts  {receipts}" };
const REPUSHED: Text = Text {
    zh: "重推    {repushed} 个订单的支付单未到，已重推，清单重新申报",
    en: "re-push   {repushed} payment slip was missing; it was pushed again and the inventory declared anew",
};
const TAX: Text = Text {
    zh: "税款    单证 {declared} 元，按税则计算 {computed} 元",
    en: "tax       {declared} yuan on the documents, {computed} by the tariff",
};
const HELD: Text = Text { zh: "暂缓的订单及原因：", en: "Held, and why:" };
const REFUSED: Text = Text { zh: "退单的订单及原因：", en: "Refused, and why:" };
const LOOK: Text = Text { zh: "可以看看：", en: "Where to look:" };
const LOOK_INPUT: Text =
    Text { zh: "输入：备案表、订单、配置", en: "what went in: sheet, orders, configuration" };
const LOOK_OUTPUT: Text =
    Text { zh: "输出：发出的海关报文", en: "what went out: the messages to customs" };
const LOOK_STATUS: Text =
    Text { zh: "看一个订单的全部经过：", en: "read the whole story of an order:" };
const TOOK: Text = Text { zh: "用时 {seconds} 秒", en: "took {seconds} s" };

fn name(kind: MessageKind) -> Text {
    match kind {
        MessageKind::Order => Text { zh: "电子订单", en: "orders" },
        MessageKind::Payment => Text { zh: "支付凭证", en: "payment slips" },
        MessageKind::Waybill => Text { zh: "物流运单", en: "waybills" },
        MessageKind::Inventory => Text { zh: "进口清单", en: "inventories" },
        MessageKind::WaybillStatus => Text { zh: "运单状态", en: "waybill statuses" },
        MessageKind::Withdrawal => Text { zh: "撤销申请单", en: "withdrawals" },
        MessageKind::Return => Text { zh: "退货申请单", en: "returns" },
        MessageKind::Arrival => Text { zh: "入库明细单", en: "arrivals" },
    }
}

/// An order that did not get through, and why.
struct Stopped {
    order_no: String,
    reasons: Vec<Reason>,
}

/// Messages of a kind and the documents in them.
#[derive(Default, Clone, Copy)]
struct Count {
    messages: u64,
    documents: u64,
}

/// What a demo did.
pub(super) struct Told {
    folder: PathBuf,
    filings: FilingCounts,
    counts: BTreeMap<State, u64>,
    repushed: u64,
    messages: BTreeMap<MessageKind, Count>,
    receipts: u64,
    taxes: (Yuan, Yuan),
    held: Vec<Stopped>,
    refused: Vec<Stopped>,
    shown: Option<String>,
}

#[derive(Serialize, Clone, Copy)]
struct FilingCounts {
    rows: u64,
    accepted: u64,
    refused: u64,
    warned: usize,
    synced: u64,
}

#[derive(Serialize)]
struct Answer<'a> {
    filings: FilingCounts,
    orders: u64,
    declared: u64,
    released: u64,
    held: u64,
    refused: u64,
    repushed: u64,
    receipts: u64,
    messages: BTreeMap<MessageKind, u64>,
    tax: String,
    held_orders: Vec<StoppedAnswer<'a>>,
    refused_orders: Vec<StoppedAnswer<'a>>,
    dir: &'a Path,
}

#[derive(Serialize)]
struct StoppedAnswer<'a> {
    order_no: &'a str,
    faults: Vec<Report>,
}

/// Documents of the store that are read at once.
const PAGE: usize = 1_000;

impl Told {
    /// Looks at what lies in the store.
    pub(super) fn gather(
        store: &dyn Store,
        declaring: Declaring<'_>,
        policy: &Policy,
        filings: &FileReport,
        synced: &Synced,
        folder: &Path,
    ) -> Result<Self, StoreError> {
        let filings = FilingCounts {
            rows: filings.rows(),
            accepted: filings.accepted(),
            refused: filings.refused(),
            warned: filings.warned_rows().len(),
            synced: synced.synced,
        };
        let mut told = Self {
            folder: folder.to_owned(),
            filings,
            counts: BTreeMap::new(),
            repushed: 0,
            messages: BTreeMap::new(),
            receipts: 0,
            taxes: (Yuan::ZERO, Yuan::ZERO),
            held: Vec::new(),
            refused: Vec::new(),
            shown: None,
        };
        let now = Timestamp::now();
        let mut declared = Vec::new();
        cases(store, |case| {
            told.take(case, now, policy);
            if !case.papers.is_empty() {
                declared.push(case.order_no.clone());
            }
            true
        })?;
        for order_no in declared {
            let tax = build::stored_tax(store, Some(declaring.merchant.code.as_str()), &order_no)?.flatten();
            if let Some(tax) = tax {
                let add = |sum: Yuan, amount: Decimal| sum + Yuan::bounded(amount).unwrap_or_default();
                told.taxes = (add(told.taxes.0, tax.platform), add(told.taxes.1, tax.computed));
            }
        }
        told.count_messages(store)?;
        told.receipts = count(store, layout::RECEIPTS)?;
        Ok(told)
    }

    fn take(&mut self, case: &Case, now: Timestamp, policy: &Policy) {
        *self.counts.entry(case.state).or_default() += 1;
        if case.repush.asked > 0 {
            self.repushed += 1;
            self.shown.get_or_insert_with(|| case.order_no.clone());
        }
        let stopped = || Stopped { order_no: case.order_no.clone(), reasons: case.reasons(now, policy) };
        match case.state {
            State::Held => self.held.push(stopped()),
            State::Refused => self.refused.push(stopped()),
            _ => {}
        }
    }

    fn count_messages(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut after: Option<Key> = None;
        loop {
            let page = store.scan(&layout::branch(layout::OUTBOX), after.as_ref(), PAGE)?;
            for document in &page {
                let outgoing: layout::Outgoing = document.record()?;
                let count = self.messages.entry(outgoing.kind).or_default();
                count.messages += 1;
                count.documents += outgoing.orders.len() as u64;
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
                _ => return Ok(()),
            }
        }
    }

    fn of(&self, state: State) -> u64 {
        self.counts.get(&state).copied().unwrap_or_default()
    }

    pub(super) fn tell(&self, out: &Output, took: Duration) {
        if out.json {
            return out.json(&self.answer(out));
        }
        let line =
            |text: &Text, args: &[(&'static str, String)]| out.data(&format!("  {}", out.text(text, args)));
        out.data(&out.bold(TITLE.get(out.lang)));
        let filings = [
            ("rows", self.filings.rows.to_string()),
            ("accepted", self.filings.accepted.to_string()),
            ("refused", self.filings.refused.to_string()),
            ("warned", self.filings.warned.to_string()),
            ("synced", self.filings.synced.to_string()),
        ];
        line(&FILINGS, &filings);
        let usual = [State::Released, State::Refused, State::Held];
        let others = self.counts.iter().filter(|(state, _)| !usual.contains(state)).map(|(state, count)| {
            let args = [("state", state.word().to_owned()), ("count", count.to_string())];
            out.text(&OTHER, &args)
        });
        let orders = [
            ("orders", self.counts.values().sum::<u64>().to_string()),
            ("released", self.of(State::Released).to_string()),
            ("refusals", self.of(State::Refused).to_string()),
            ("held", self.of(State::Held).to_string()),
            ("others", others.collect::<String>()),
        ];
        line(&ORDERS, &orders);
        for (kind, count) in &self.messages {
            let args = [
                ("type", kind.to_string()),
                ("name", name(*kind).get(out.lang).to_owned()),
                ("messages", count.messages.to_string()),
                ("documents", count.documents.to_string()),
            ];
            line(&MESSAGE, &args);
        }
        line(&RECEIPTS, &[("receipts", self.receipts.to_string())]);
        if self.repushed > 0 {
            line(&REPUSHED, &[("repushed", self.repushed.to_string())]);
        }
        line(&TAX, &[("declared", self.taxes.0.to_string()), ("computed", self.taxes.1.to_string())]);
        stopped(&REFUSED, &self.refused, out);
        stopped(&HELD, &self.held, out);
        self.look(out);
        out.say(&out.text(&TOOK, &[("seconds", format!("{:.1}", took.as_secs_f32()))]));
    }

    fn look(&self, out: &Output) {
        let place = self.folder.display();
        out.data(LOOK.get(out.lang));
        out.data(&format!(
            "  {place}/{{filings.xlsx,orders.jsonl,customs.toml}}  {}",
            LOOK_INPUT.get(out.lang)
        ));
        out.data(&format!("  {place}/data/messages/  {}", LOOK_OUTPUT.get(out.lang)));
        let Some(order_no) = &self.shown else { return };
        out.data(LOOK_STATUS.get(out.lang));
        let program = std::env::args().next().unwrap_or_else(|| "customs".to_owned());
        out.data(&format!(
            "  {program} --config {place}/customs.toml --data {place}/data declare status {order_no}"
        ));
    }

    fn answer<'a>(&'a self, out: &Output) -> Answer<'a> {
        let stopped = |orders: &'a [Stopped]| {
            let told = |order: &'a Stopped| StoppedAnswer {
                order_no: &order.order_no,
                faults: reports(order, out).collect(),
            };
            orders.iter().map(told).collect()
        };
        let orders: u64 = self.counts.values().sum();
        Answer {
            filings: self.filings,
            orders,
            declared: orders.saturating_sub(self.of(State::Held)),
            released: self.of(State::Released),
            held: self.of(State::Held),
            refused: self.of(State::Refused),
            repushed: self.repushed,
            receipts: self.receipts,
            messages: self.messages.iter().map(|(kind, count)| (*kind, count.documents)).collect(),
            tax: self.taxes.0.to_string(),
            held_orders: stopped(&self.held),
            refused_orders: stopped(&self.refused),
            dir: &self.folder,
        }
    }
}

fn reports<'a>(order: &'a Stopped, out: &Output) -> impl Iterator<Item = Report> + 'a {
    let lang = out.lang;
    order
        .reasons
        .iter()
        .filter_map(move |reason| Some(reason.report(&order.order_no, explain::kind(&reason.code)?, lang)))
}

fn stopped(title: &Text, orders: &[Stopped], out: &Output) {
    if orders.is_empty() {
        return;
    }
    out.data(title.get(out.lang));
    for order in orders {
        out.data(&format!("  {}", order.order_no));
        for report in reports(order, out) {
            out.data(&format!("    {}: {}", report.code, report.message));
            out.data(&format!("    → {}", report.remedy));
        }
    }
}

/// How many documents lie below a branch.
fn count(store: &dyn Store, branch: &str) -> Result<u64, StoreError> {
    let (mut after, mut count): (Option<Key>, u64) = (None, 0);
    loop {
        let page = store.scan(&layout::branch(branch), after.as_ref(), PAGE)?;
        count += page.len() as u64;
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
            _ => return Ok(count),
        }
    }
}
