//! CEB311Message: the order.

use super::elements::Elements;
use super::strict::Fields;
use super::{Document, MAX_LINES};
use crate::documents::{OrderHead, OrderLine};

/// I: import, the only kind of order here.
const IMPORT: &str = "I";

/// 1: resident identity card, the only kind customs takes.
pub(super) const ID_CARD: &str = "1";

pub(super) fn write(order: &OrderHead<'_>, lines: &[OrderLine<'_>], out: &mut Elements) {
    out.nest("ceb:Order", |out| {
        out.nest("ceb:OrderHead", |out| head(order, out));
        for line in lines {
            out.nest("ceb:OrderList", |out| list(line, out));
        }
    });
}

fn head(head: &OrderHead<'_>, out: &mut Elements) {
    out.field("ceb:guid", &head.guid);
    out.field("ceb:appType", &head.submission);
    out.field("ceb:appTime", &head.made_at);
    out.field("ceb:appStatus", &head.standing);
    out.word("ceb:orderType", IMPORT);
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

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    let head = fields.nest("OrderHead", read_head);
    let lines = fields.each("OrderList", MAX_LINES, |fields| Some(read_list(fields)));
    Some(Document::Order(Box::new(head?), lines))
}

fn read_head<'a>(fields: &mut Fields<'a, '_>) -> OrderHead<'a> {
    OrderHead {
        guid: fields.take("guid"),
        submission: fields.take("appType"),
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        order_no: fields.fixed("orderType", IMPORT).take("orderNo"),
        platform_code: fields.take("ebpCode"),
        platform_name: fields.take("ebpName"),
        merchant_code: fields.take("ebcCode"),
        merchant_name: fields.take("ebcName"),
        goods_value: fields.take("goodsValue"),
        freight: fields.take("freight"),
        discount: fields.take("discount"),
        tax: fields.take("taxTotal"),
        paid: fields.take("acturalPaid"),
        buyer_reg_no: fields.currency().take("buyerRegNo"),
        buyer_name: fields.take("buyerName"),
        buyer_telephone: fields.take("buyerTelephone"),
        buyer_id_number: fields.fixed("buyerIdType", ID_CARD).take("buyerIdNumber"),
        payer_code: fields.take("payCode"),
        payer_name: fields.take("payName"),
        transaction_no: fields.take("payTransactionId"),
        consignee: fields.take("consignee"),
        consignee_telephone: fields.take("consigneeTelephone"),
        consignee_address: fields.take("consigneeAddress"),
        consignee_district: fields.optional_exact("consigneeDistrict"),
    }
}

fn read_list<'a>(fields: &mut Fields<'a, '_>) -> OrderLine<'a> {
    OrderLine {
        number: fields.take("gnum"),
        item_no: fields.optional("itemNo"),
        name: fields.take("itemName"),
        specification: fields.take("gmodel"),
        barcode: fields.take("barCode"),
        unit: fields.exact("unit"),
        quantity: fields.take("qty"),
        price: fields.take("price"),
        total_price: fields.take("totalPrice"),
        country: fields.currency().exact("country"),
    }
}
