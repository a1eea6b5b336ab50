//! Rules about people and texts.

use super::{Matching, faults};
use crate::documents::Documents;

/// Texts that local portals refuse as meaningless when they are the whole value.
const EMPTY_WORDS: [&str; 4] = ["无", "空", "/", "-"];

impl Matching<'_> {
    /// Buyer, payer and consignee: X8, X10 to X14.
    pub(super) fn people(&mut self) {
        let Documents { order, payment, waybill, inventory, .. } = self.documents;
        if order.buyer_name != payment.paid_by_name || order.buyer_id_number != payment.paid_by_id_number {
            self.break_rule(&faults::X8, "payerName", &[]);
        }
        self.same(&faults::X10, "buyerName", &[order.buyer_name.reveal(), inventory.buyer_name.reveal()]);
        self.same(
            &faults::X11,
            "buyerIdNumber",
            &[order.buyer_id_number.reveal(), inventory.buyer_id_number.reveal()],
        );
        self.same(
            &faults::X12,
            "buyerTelephone",
            &[order.buyer_telephone.reveal(), inventory.buyer_telephone.reveal()],
        );
        for (field, values) in [
            ("consignee", [order.consignee.reveal(), waybill.consignee.reveal()]),
            (
                "consigneeTelephone",
                [order.consignee_telephone.reveal(), waybill.consignee_telephone.reveal()],
            ),
            ("consigneeAddress", [order.consignee_address.reveal(), waybill.consignee_address.reveal()]),
        ] {
            self.same(&faults::X13, field, &values);
        }
        let addresses = [inventory.consignee_address.reveal(), waybill.consignee_address.reveal()];
        self.same(&faults::X14, "consigneeAddress", &addresses);
    }

    /// The quality of texts: T1, T2.
    pub(super) fn texts(&mut self) {
        let Documents { order, order_lines, waybill, inventory, .. } = self.documents;
        let mut said = vec![
            ("buyerName", order.buyer_name.reveal()),
            ("consignee", order.consignee.reveal()),
            ("consigneeAddress", order.consignee_address.reveal()),
        ];
        for line in order_lines {
            said.push(("itemName", line.name.as_str()));
            said.push(("gmodel", line.specification.as_str()));
        }
        for (field, value) in said.into_iter().filter(|(_, value)| EMPTY_WORDS.contains(value)) {
            self.break_rule(&faults::T1, field, &[("field", field.to_owned()), ("value", value.to_owned())]);
        }
        let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let numbers = [
            ("orderNo", order.order_no.as_str().to_owned()),
            ("payTransactionId", order.transaction_no.as_str().to_owned()),
            ("logisticsNo", waybill.waybill_no.as_str().to_owned()),
            ("billNo", optional(inventory.bill_no.as_ref().map(|text| text.as_str()))),
            ("voyageNo", optional(inventory.voyage_no.as_ref().map(|text| text.as_str()))),
        ];
        for (field, _) in numbers.iter().filter(|(_, value)| !value.is_ascii()) {
            self.break_rule(&faults::T2, field, &[("field", (*field).to_owned())]);
        }
    }
}
