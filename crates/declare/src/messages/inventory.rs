//! CEB621Message: the inventory.

use super::elements::Elements;
use super::order::ID_CARD;
use super::waybill::ONE_PARCEL;
use crate::documents::{Documents, InventoryHead, InventoryLine};

pub(super) fn write(documents: &Documents<'_>, out: &mut Elements) {
    out.nest("ceb:Inventory", |out| {
        out.nest("ceb:InventoryHead", |out| head(&documents.inventory, out));
        for line in &documents.inventory_lines {
            out.nest("ceb:InventoryList", |out| list(line, out));
        }
    });
}

fn head(head: &InventoryHead<'_>, out: &mut Elements) {
    out.field("ceb:guid", &head.guid);
    out.field("ceb:appType", &head.submission);
    out.field("ceb:appTime", &head.made_at);
    out.field("ceb:appStatus", &head.standing);
    out.field("ceb:orderNo", &head.order_no);
    out.field("ceb:ebpCode", &head.platform_code);
    out.field("ceb:ebpName", &head.platform_name);
    out.field("ceb:ebcCode", &head.merchant_code);
    out.field("ceb:ebcName", &head.merchant_name);
    out.field("ceb:logisticsNo", &head.waybill_no);
    out.field("ceb:logisticsCode", &head.carrier_code);
    out.field("ceb:logisticsName", &head.carrier_name);
    out.field("ceb:copNo", &head.own_no);
    out.field("ceb:assureCode", &head.guarantor_code);
    out.field("ceb:emsNo", &head.account_book);
    out.word("ceb:ieFlag", "I");
    out.field("ceb:declTime", &head.declared_on);
    out.field("ceb:customsCode", &head.customs_code);
    out.field("ceb:portCode", &head.port_code);
    out.word("ceb:buyerIdType", ID_CARD);
    out.field("ceb:buyerIdNumber", &head.buyer_id_number);
    out.field("ceb:buyerName", &head.buyer_name);
    out.field("ceb:buyerTelephone", &head.buyer_telephone);
    out.field("ceb:consigneeAddress", &head.consignee_address);
    out.field("ceb:agentCode", &head.declarant_code);
    out.field("ceb:agentName", &head.declarant_name);
    out.field("ceb:areaCode", &head.warehouse_code);
    out.field("ceb:areaName", &head.warehouse_name);
    out.word("ceb:tradeMode", head.trade_mode.code());
    out.field("ceb:trafMode", &head.transport_mode);
    out.field("ceb:trafNo", &head.transport_no);
    out.field("ceb:voyageNo", &head.voyage_no);
    out.field("ceb:billNo", &head.bill_no);
    out.field("ceb:loctNo", &head.site_no);
    out.field("ceb:country", &head.departure_country);
    out.field("ceb:freight", &head.freight);
    out.field("ceb:insuredFee", &head.insurance);
    out.currency();
    out.field("ceb:wrapType", &head.wrap_type);
    out.field("ceb:packNo", &ONE_PARCEL);
    out.field("ceb:grossWeight", &head.gross_weight);
    out.field("ceb:netWeight", &head.net_weight);
}

fn list(line: &InventoryLine<'_>, out: &mut Elements) {
    out.field("ceb:gnum", &line.number);
    out.field("ceb:itemRecordNo", &line.item_record_no);
    out.field("ceb:itemNo", &line.item_no);
    out.field("ceb:itemName", &line.name);
    out.field("ceb:gcode", &line.hs_code);
    out.field("ceb:gname", &line.name);
    out.field("ceb:gmodel", &line.specification);
    out.field("ceb:barCode", &line.barcode);
    out.field("ceb:country", &line.country);
    out.currency();
    out.field("ceb:qty", &line.quantity);
    out.field("ceb:unit", &line.unit);
    out.field("ceb:qty1", &line.quantity1);
    out.field("ceb:unit1", &line.unit1);
    if let Some((quantity, unit)) = &line.second {
        out.field("ceb:qty2", quantity);
        out.field("ceb:unit2", unit);
    }
    out.field("ceb:price", &line.price);
    out.field("ceb:totalPrice", &line.total_price);
}
