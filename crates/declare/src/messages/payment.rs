//! CEB411Message: the payment slip.

use super::Document;
use super::elements::Elements;
use super::order::ID_CARD;
use super::strict::Fields;
use crate::documents::PaymentHead;

pub(super) fn write(head: &PaymentHead<'_>, out: &mut Elements) {
    out.nest("ceb:Payment", |out| out.nest("ceb:PaymentHead", |out| fields(head, out)));
}

fn fields(head: &PaymentHead<'_>, out: &mut Elements) {
    out.field("ceb:guid", &head.guid);
    out.field("ceb:appType", &head.submission);
    out.field("ceb:appTime", &head.made_at);
    out.field("ceb:appStatus", &head.standing);
    out.field("ceb:payCode", &head.payer_code);
    out.field("ceb:payName", &head.payer_name);
    out.field("ceb:payTransactionId", &head.transaction_no);
    out.field("ceb:orderNo", &head.order_no);
    out.field("ceb:ebpCode", &head.platform_code);
    out.field("ceb:ebpName", &head.platform_name);
    out.word("ceb:payerIdType", ID_CARD);
    out.field("ceb:payerIdNumber", &head.paid_by_id_number);
    out.field("ceb:payerName", &head.paid_by_name);
    out.field("ceb:telephone", &head.telephone);
    out.field("ceb:amountPaid", &head.amount);
    out.currency();
    out.field("ceb:payTime", &head.paid_at);
}

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    fields.nest("PaymentHead", read_head).map(|head| Document::Payment(Box::new(head)))
}

fn read_head<'a>(fields: &mut Fields<'a, '_>) -> PaymentHead<'a> {
    PaymentHead {
        guid: fields.take("guid"),
        submission: fields.take("appType"),
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        payer_code: fields.take("payCode"),
        payer_name: fields.take("payName"),
        transaction_no: fields.take("payTransactionId"),
        order_no: fields.take("orderNo"),
        platform_code: fields.take("ebpCode"),
        platform_name: fields.take("ebpName"),
        paid_by_id_number: fields.fixed("payerIdType", ID_CARD).take("payerIdNumber"),
        paid_by_name: fields.take("payerName"),
        telephone: fields.optional("telephone"),
        amount: fields.take("amountPaid"),
        paid_at: fields.currency().take("payTime"),
    }
}
