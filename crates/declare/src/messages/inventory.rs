//! CEB621Message: the inventory.

use super::elements::Elements;
use super::order::ID_CARD;
use super::strict::Fields;
use super::waybill::ONE_PARCEL;
use super::{Document, MAX_LINES};
use crate::documents::{InventoryHead, InventoryLine, Text};

/// I: import.
pub(super) const IMPORT: &str = "I";

pub(super) fn write(inventory: &InventoryHead<'_>, lines: &[InventoryLine<'_>], out: &mut Elements) {
    out.nest("ceb:Inventory", |out| {
        out.nest("ceb:InventoryHead", |out| head(inventory, out));
        for line in lines {
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
    out.word("ceb:ieFlag", IMPORT);
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

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    let head = fields.nest("InventoryHead", read_head);
    let lines = fields.each("InventoryList", MAX_LINES, read_list);
    Some(Document::Inventory(Box::new(head?), lines))
}

fn read_head<'a>(fields: &mut Fields<'a, '_>) -> InventoryHead<'a> {
    InventoryHead {
        guid: fields.take("guid"),
        submission: fields.take("appType"),
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        order_no: fields.take("orderNo"),
        platform_code: fields.take("ebpCode"),
        platform_name: fields.take("ebpName"),
        merchant_code: fields.take("ebcCode"),
        merchant_name: fields.take("ebcName"),
        waybill_no: fields.take("logisticsNo"),
        carrier_code: fields.take("logisticsCode"),
        carrier_name: fields.take("logisticsName"),
        own_no: fields.take("copNo"),
        guarantor_code: fields.take("assureCode"),
        account_book: fields.optional("emsNo"),
        declared_on: fields.fixed("ieFlag", IMPORT).take("declTime"),
        customs_code: fields.exact("customsCode"),
        port_code: fields.exact("portCode"),
        buyer_id_number: fields.fixed("buyerIdType", ID_CARD).take("buyerIdNumber"),
        buyer_name: fields.take("buyerName"),
        buyer_telephone: fields.take("buyerTelephone"),
        consignee_address: fields.take("consigneeAddress"),
        declarant_code: fields.take("agentCode"),
        declarant_name: fields.take("agentName"),
        warehouse_code: fields.optional("areaCode"),
        warehouse_name: fields.optional("areaName"),
        trade_mode: fields.take("tradeMode"),
        transport_mode: fields.take("trafMode"),
        transport_no: fields.optional("trafNo"),
        voyage_no: fields.optional("voyageNo"),
        bill_no: fields.optional("billNo"),
        site_no: fields.optional("loctNo"),
        departure_country: fields.exact("country"),
        freight: fields.take("freight"),
        insurance: fields.take("insuredFee"),
        wrap_type: fields.currency().optional("wrapType"),
        gross_weight: fields.fixed("packNo", ONE_PARCEL).take("grossWeight"),
        net_weight: fields.take("netWeight"),
    }
}

fn read_list<'a>(fields: &mut Fields<'a, '_>) -> Option<InventoryLine<'a>> {
    let number = fields.take("gnum");
    let item_record_no = fields.optional("itemRecordNo");
    let item_no = fields.optional("itemNo");
    let item_name: Text<'a, 250> = fields.take("itemName");
    let hs_code = fields.required("gcode");
    let name: Text<'a, 250> = fields.take("gname");
    fields.same_names(item_name.as_str(), name.as_str());
    let specification = fields.take("gmodel");
    let barcode = fields.take("barCode");
    let country = fields.exact("country");
    let quantity = fields.currency().take("qty");
    let unit = fields.exact("unit");
    let quantity1 = fields.take("qty1");
    let unit1 = fields.exact("unit1");
    // One is never written without the other.
    let second = fields.optional("qty2").map(|quantity| (quantity, fields.exact("unit2")));
    let price = fields.take("price");
    let total_price = fields.take("totalPrice");
    Some(InventoryLine {
        number,
        item_record_no,
        item_no,
        hs_code: hs_code?,
        name,
        specification,
        barcode,
        country,
        quantity,
        unit,
        quantity1,
        unit1,
        second,
        price,
        total_price,
    })
}
