//! CEB623Message: the withdrawal of an inventory; and what it has in common with a return.

use super::Document;
use super::elements::Elements;
use super::order::ID_CARD;
use super::strict::Fields;
use crate::documents::{Request, Submission, Withdrawal};

pub(super) fn write(withdrawal: &Withdrawal<'_>, out: &mut Elements) {
    out.nest("ceb:InvtCancel", |out| write_request(&withdrawal.request, Submission::New, out));
}

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    let guid = fields.take("guid");
    let request = read_request(guid, fields.fixed("appType", Submission::New.code()));
    Some(Document::Withdrawal(Box::new(Withdrawal { request })))
}

pub(super) fn write_request(request: &Request<'_>, submission: Submission, out: &mut Elements) {
    out.field("ceb:guid", &request.guid);
    out.field("ceb:appType", &submission);
    out.field("ceb:appTime", &request.made_at);
    out.field("ceb:appStatus", &request.standing);
    out.field("ceb:customsCode", &request.customs_code);
    out.field("ceb:orderNo", &request.order_no);
    out.field("ceb:ebpCode", &request.platform_code);
    out.field("ceb:ebpName", &request.platform_name);
    out.field("ceb:ebcCode", &request.merchant_code);
    out.field("ceb:ebcName", &request.merchant_name);
    out.field("ceb:logisticsNo", &request.waybill_no);
    out.field("ceb:logisticsCode", &request.carrier_code);
    out.field("ceb:logisticsName", &request.carrier_name);
    out.field("ceb:copNo", &request.own_no);
    out.field("ceb:preNo", &request.entry_no);
    out.field("ceb:invtNo", &request.inventory_no);
    out.word("ceb:buyerIdType", ID_CARD);
    out.field("ceb:buyerIdNumber", &request.buyer_id_number);
    out.field("ceb:buyerName", &request.buyer_name);
    out.field("ceb:buyerTelephone", &request.buyer_telephone);
    out.field("ceb:agentCode", &request.declarant_code);
    out.field("ceb:agentName", &request.declarant_name);
    out.field("ceb:reason", &request.reason);
}

/// What stands behind `appType`.
pub(super) fn read_request<'a>(guid: crate::documents::Guid, fields: &mut Fields<'a, '_>) -> Request<'a> {
    Request {
        guid,
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        customs_code: fields.exact("customsCode"),
        order_no: fields.take("orderNo"),
        platform_code: fields.take("ebpCode"),
        platform_name: fields.take("ebpName"),
        merchant_code: fields.take("ebcCode"),
        merchant_name: fields.take("ebcName"),
        waybill_no: fields.take("logisticsNo"),
        carrier_code: fields.take("logisticsCode"),
        carrier_name: fields.take("logisticsName"),
        own_no: fields.take("copNo"),
        entry_no: fields.optional("preNo"),
        inventory_no: fields.take("invtNo"),
        buyer_id_number: fields.fixed("buyerIdType", ID_CARD).take("buyerIdNumber"),
        buyer_name: fields.take("buyerName"),
        buyer_telephone: fields.take("buyerTelephone"),
        declarant_code: fields.take("agentCode"),
        declarant_name: fields.take("agentName"),
        reason: fields.take("reason"),
    }
}
