//! 三单对碰: the cross-checks that customs will make, made before anything is sent.
//!
//! [`check`] looks at finished documents and nothing else, as customs does: that some rules cannot be broken by documents
//! made here is no reason to leave them out.

pub mod faults;
mod goods;
mod people;
#[cfg(test)]
mod tests;

use filing::tariff::Tariff;
use jiff::civil::Date;
use ports::fault::{Arg, Fault, Kind, Place};

use crate::documents::{Documents, TradeMode};

/// Faults of one set of documents while it is checked.
struct Matching<'d> {
    documents: &'d Documents<'d>,
    faults: Vec<Fault>,
}

impl Matching<'_> {
    fn break_rule(&mut self, kind: &'static Kind, path: &str, args: &[(&'static str, String)]) {
        let place = Place::order(self.documents.order.order_no.as_str(), path);
        let mut fault = kind.at(place);
        fault.args.extend(args.iter().map(|(name, value)| (*name, Arg::from(value.clone()))));
        self.faults.push(fault);
    }

    /// Texts that have to be equal; the values are not told, as they may be personal.
    fn same(&mut self, kind: &'static Kind, field: &str, values: &[&str]) {
        if values.windows(2).any(|pair| pair[0] != pair[1]) {
            self.break_rule(kind, field, &[("field", field.to_owned())]);
        }
    }
}

/// Checks a set of documents against every rule that ties them together.
pub fn check(documents: &Documents<'_>, tariff: &Tariff, on: Date) -> Vec<Fault> {
    let mut matching = Matching { documents, faults: Vec::new() };
    matching.keys();
    matching.people();
    matching.amounts();
    matching.lines(tariff, on);
    matching.weights();
    matching.trade();
    matching.texts();
    matching.faults
}

impl Matching<'_> {
    /// The keys that join the documents: X1 to X5, X15, X16.
    fn keys(&mut self) {
        let Documents { order, payment, waybill, inventory, .. } = self.documents;
        let numbers = [&order.order_no, &payment.order_no, &waybill.order_no, &inventory.order_no];
        self.same(&faults::X1, "orderNo", &numbers.map(|number| number.as_str()));
        let codes = [&order.platform_code, &payment.platform_code, &inventory.platform_code];
        self.same(&faults::X2, "ebpCode", &codes.map(|code| code.as_str()));
        let names = [&order.platform_name, &payment.platform_name, &inventory.platform_name];
        self.same(&faults::X2, "ebpName", &names.map(|name| name.as_str()));
        self.same(&faults::X3, "ebcCode", &[order.merchant_code.as_str(), inventory.merchant_code.as_str()]);
        self.same(&faults::X3, "ebcName", &[order.merchant_name.as_str(), inventory.merchant_name.as_str()]);
        self.same(&faults::X4, "payCode", &[order.payer_code.as_str(), payment.payer_code.as_str()]);
        self.same(&faults::X5, "payName", &[order.payer_name.as_str(), payment.payer_name.as_str()]);
        self.same(
            &faults::X5,
            "payTransactionId",
            &[order.transaction_no.as_str(), payment.transaction_no.as_str()],
        );
        self.same(&faults::X15, "logisticsNo", &[waybill.waybill_no.as_str(), inventory.waybill_no.as_str()]);
        self.same(
            &faults::X15,
            "logisticsCode",
            &[waybill.carrier_code.as_str(), inventory.carrier_code.as_str()],
        );
        self.same(
            &faults::X15,
            "logisticsName",
            &[waybill.carrier_name.as_str(), inventory.carrier_name.as_str()],
        );
        if inventory.trade_mode == TradeMode::Direct && waybill.bill_no != inventory.bill_no {
            self.break_rule(&faults::X16, "billNo", &[]);
        }
    }

    /// What the mode of trade asks for: C3, C4, C11.
    fn trade(&mut self) {
        let Documents { order, waybill, inventory, inventory_lines, .. } = self.documents;
        let transport = [
            ("trafNo", inventory.transport_no.is_some()),
            ("voyageNo", inventory.voyage_no.is_some()),
            ("billNo", inventory.bill_no.is_some()),
        ];
        match inventory.trade_mode {
            TradeMode::Bonded => {
                let needed = [
                    ("emsNo", inventory.account_book.is_some()),
                    ("areaCode", inventory.warehouse_code.is_some()),
                    ("areaName", inventory.warehouse_name.is_some()),
                    ("itemRecordNo", inventory_lines.iter().all(|line| line.item_record_no.is_some())),
                    (
                        "country",
                        inventory.departure_country.as_str() == filing::codes::CountryCode::CHINA.as_str(),
                    ),
                ];
                let unwanted = transport.map(|(field, there)| (field, !there));
                for (field, _) in needed.into_iter().chain(unwanted).filter(|(_, right)| !right) {
                    self.break_rule(&faults::C4, field, &[("field", field.to_owned())]);
                }
            }
            TradeMode::Direct => {
                for (field, _) in transport.into_iter().filter(|(_, there)| !there) {
                    self.break_rule(
                        &crate::documents::faults::DIRECT_LACKS,
                        field,
                        &[("field", field.to_owned())],
                    );
                }
            }
        }
        let guarantor = inventory.guarantor_code.as_str();
        let allowed =
            [order.platform_code.as_str(), order.merchant_code.as_str(), waybill.carrier_code.as_str()];
        if !allowed.contains(&guarantor) {
            self.break_rule(&faults::C11, "assureCode", &[("code", guarantor.to_owned())]);
        }
    }
}
