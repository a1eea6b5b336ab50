//! CEB411Message: the payment slip.

use super::elements::Elements;
use super::order::ID_CARD;
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
