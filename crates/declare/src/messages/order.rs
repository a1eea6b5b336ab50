//! CEB311Message: the order.

use super::elements::Elements;
use crate::documents::{Documents, OrderHead, OrderLine};

/// 1: resident identity card, the only kind customs takes.
pub(super) const ID_CARD: &str = "1";

pub(super) fn write(documents: &Documents<'_>, out: &mut Elements) {
    out.nest("ceb:Order", |out| {
        out.nest("ceb:OrderHead", |out| head(&documents.order, out));
        for line in &documents.order_lines {
            out.nest("ceb:OrderList", |out| list(line, out));
        }
    });
}

fn head(head: &OrderHead<'_>, out: &mut Elements) {
    out.field("ceb:guid", &head.guid);
    out.field("ceb:appType", &head.submission);
    out.field("ceb:appTime", &head.made_at);
    out.field("ceb:appStatus", &head.standing);
    out.word("ceb:orderType", "I");
    out.field("ceb:orderNo", &head.order_no);
    out.field("ceb:ebpCode", &head.platform_code);
    out.field("ceb:ebpName", &head.platform_name);
    out.field("ceb:ebcCode", &head.merchant_code);
    out.field("ceb:ebcName", &head.merchant_name);
    out.field("ceb:goodsValue", &head.goods_value);
    out.field("ceb:freight", &head.freight);
    out.field("ceb:discount", &head.discount);
    out.field("ceb:taxTotal", &head.tax);
    out.field("ceb:acturalPaid", &head.paid);
    out.currency();
    out.field("ceb:buyerRegNo", &head.buyer_reg_no);
    out.field("ceb:buyerName", &head.buyer_name);
    out.field("ceb:buyerTelephone", &head.buyer_telephone);
    out.word("ceb:buyerIdType", ID_CARD);
    out.field("ceb:buyerIdNumber", &head.buyer_id_number);
    out.field("ceb:payCode", &head.payer_code);
    out.field("ceb:payName", &head.payer_name);
    out.field("ceb:payTransactionId", &head.transaction_no);
    out.field("ceb:consignee", &head.consignee);
    out.field("ceb:consigneeTelephone", &head.consignee_telephone);
    out.field("ceb:consigneeAddress", &head.consignee_address);
    out.field("ceb:consigneeDistrict", &head.consignee_district);
}

fn list(line: &OrderLine<'_>, out: &mut Elements) {
    out.field("ceb:gnum", &line.number);
    out.field("ceb:itemNo", &line.item_no);
    out.field("ceb:itemName", &line.name);
    out.field("ceb:gmodel", &line.specification);
    out.field("ceb:barCode", &line.barcode);
    out.field("ceb:unit", &line.unit);
    out.field("ceb:qty", &line.quantity);
    out.field("ceb:price", &line.price);
    out.field("ceb:totalPrice", &line.total_price);
    out.currency();
    out.field("ceb:country", &line.country);
}
