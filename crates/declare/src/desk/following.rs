//! What follows a declaration: waybill status, withdrawal, return, arrival.

use std::collections::HashMap;

use ports::sandbox::Scenario;
use rust_decimal::Decimal;

use super::facts::{Facts, Line, Paper};
use super::ledger::{EXISTS, Ledger, Standing, index, waybill_key};
use super::reply::{EXAMINED, PASSED, Reply};
use crate::receipt::Subject;

impl Ledger {
    /// Enters a document that follows others, and answers.
    pub(super) fn follow(&mut self, paper: &Paper, scenario: Scenario, reply: &mut Reply) {
        let about = match paper.subject {
            Subject::WaybillStatus => waybill_key(&paper.keys),
            Subject::Arrival => paper.keys.own_no.clone(),
            _ => paper.keys.inventory_no.clone(),
        };
        let about = about.unwrap_or_default();
        let exists = match paper.subject {
            Subject::WaybillStatus => -505_012,
            Subject::Withdrawal => -623_009,
            Subject::Return => -625_033,
            _ => -800_003,
        };
        let request = (paper.subject, about);
        // A withdrawal happens once; goods may come back in several returns, each with a number of its own.
        let before = self.requests.get(&request);
        let again = match paper.subject {
            Subject::Return => before.is_some_and(|guid| *guid == paper.guid),
            _ => before.is_some(),
        };
        if again {
            self.duplicates += 1;
            return reply.about(paper, scenario).fault(exists, EXISTS);
        }
        let objection = match (&paper.facts, paper.subject) {
            (_, Subject::Withdrawal) => self.withdraw(paper),
            (Facts::Return(lines), _) => self.give_back(paper, lines),
            (_, Subject::WaybillStatus) => {
                let known = self.waybills.contains_key(&request.1);
                (!known).then_some((-505_011, "没有该运单"))
            }
            _ => None,
        };
        let mut answer = reply.about(paper, scenario);
        match objection {
            Some((100, words)) => {
                answer.under_way().customs(100, words);
            }
            Some((status, words)) => answer.fault(status, words),
            None => {
                answer.under_way().customs(120, PASSED);
                if matches!(paper.subject, Subject::Withdrawal | Subject::Return) {
                    answer.customs(399, EXAMINED);
                }
                self.requests.insert(request, paper.guid.clone());
            }
        }
    }

    /// Takes an inventory back before its release.
    fn withdraw(&mut self, paper: &Paper) -> Option<(i64, &'static str)> {
        let order_no = paper.keys.order_no.as_deref().unwrap_or_default();
        let Some(parcel) = self.parcels.get_mut(order_no) else {
            return Some((-623_003, "没有该编号的清单"));
        };
        if parcel.inventory_no.is_none() || parcel.inventory_no != paper.keys.inventory_no {
            return Some((-623_003, "没有该编号的清单"));
        }
        match &mut parcel.inventory {
            Some(held) if held.standing == Standing::Accepted => {
                held.standing = Standing::Withdrawn;
                parcel.effective[index(Subject::Inventory)] -= 1;
                None
            }
            _ => Some((-623_005, "清单状态不允许撤单")),
        }
    }

    /// Takes goods back after their release.
    fn give_back(&mut self, paper: &Paper, lines: &[Line]) -> Option<(i64, &'static str)> {
        let order_no = paper.keys.order_no.as_deref().unwrap_or_default();
        let Some(parcel) = self.parcels.get_mut(order_no) else {
            return Some((-625_204, "没有该编号的清单"));
        };
        if parcel.inventory_no.is_none() || parcel.inventory_no != paper.keys.inventory_no {
            return Some((-625_204, "没有该编号的清单"));
        }
        let Some(held) = &mut parcel.inventory else { return Some((-625_204, "没有该编号的清单")) };
        if !matches!(held.standing, Standing::Released | Standing::Returned) {
            return Some((100, "清单未放行，不能退货"));
        }
        let left: HashMap<u32, (&str, Decimal)> =
            held.facts.lines.iter().map(|line| (line.number, (line.code.as_str(), line.quantity))).collect();
        for line in lines {
            match left.get(&line.number) {
                Some((code, _)) if *code != line.code => {
                    return Some((-625_209, "原清单中没有该序号和商品编码的商品"));
                }
                None => return Some((-625_209, "原清单中没有该序号和商品编码的商品")),
                Some((_, quantity)) if line.quantity > *quantity => {
                    return Some((100, "退货数量大于原清单数量"));
                }
                Some(_) => {}
            }
        }
        for line in lines {
            if let Some(declared) =
                held.facts.lines.iter_mut().find(|declared| declared.number == line.number)
            {
                declared.quantity -= line.quantity;
            }
        }
        held.standing = Standing::Returned;
        None
    }
}
