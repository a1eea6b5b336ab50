//! CEB511Message: the waybill.

use super::elements::Elements;
use crate::documents::WaybillHead;

/// One parcel a waybill: the standard allows no other number.
pub(super) const ONE_PARCEL: u32 = 1;

pub(super) fn write(head: &WaybillHead<'_>, out: &mut Elements) {
    out.nest("ceb:Logistics", |out| out.nest("ceb:LogisticsHead", |out| fields(head, out)));
}

fn fields(head: &WaybillHead<'_>, out: &mut Elements) {
    out.field("ceb:guid", &head.guid);
    out.field("ceb:appType", &head.submission);
    out.field("ceb:appTime", &head.made_at);
    out.field("ceb:appStatus", &head.standing);
    out.field("ceb:logisticsCode", &head.carrier_code);
    out.field("ceb:logisticsName", &head.carrier_name);
    out.field("ceb:logisticsNo", &head.waybill_no);
    out.field("ceb:billNo", &head.bill_no);
    out.field("ceb:orderNo", &head.order_no);
    out.field("ceb:freight", &head.freight);
    out.field("ceb:insuredFee", &head.insurance);
    out.currency();
    out.field("ceb:weight", &head.gross_weight);
    out.field("ceb:packNo", &ONE_PARCEL);
    out.field("ceb:goodsInfo", &head.goods);
    out.field("ceb:consignee", &head.consignee);
    out.field("ceb:consigneeAddress", &head.consignee_address);
    out.field("ceb:consigneeTelephone", &head.consignee_telephone);
}
