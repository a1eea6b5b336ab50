//! CEB511Message: the waybill.

use super::Document;
use super::elements::Elements;
use super::strict::Fields;
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

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    fields.nest("LogisticsHead", read_head).map(|head| Document::Waybill(Box::new(head)))
}

fn read_head<'a>(fields: &mut Fields<'a, '_>) -> WaybillHead<'a> {
    WaybillHead {
        guid: fields.take("guid"),
        submission: fields.take("appType"),
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        carrier_code: fields.take("logisticsCode"),
        carrier_name: fields.take("logisticsName"),
        waybill_no: fields.take("logisticsNo"),
        bill_no: fields.optional("billNo"),
        order_no: fields.take("orderNo"),
        freight: fields.take("freight"),
        insurance: fields.take("insuredFee"),
        gross_weight: fields.currency().take("weight"),
        goods: fields.fixed("packNo", ONE_PARCEL).optional("goodsInfo"),
        consignee: fields.take("consignee"),
        consignee_address: fields.take("consigneeAddress"),
        consignee_telephone: fields.take("consigneeTelephone"),
    }
}
