//! CEB711Message: the arrival at a supervised site. Only this message has one document and any number of lines.

use super::Document;
use super::elements::Elements;
use super::inventory::IMPORT;
use super::strict::Fields;
use crate::documents::Arrival;

pub(super) fn write(arrival: &Arrival<'_>, out: &mut Elements) {
    out.nest("ceb:Delivery", |out| {
        out.nest("ceb:DeliveryHead", |out| head(arrival, out));
        for (number, waybill) in (1u32..).zip(&arrival.waybills) {
            out.nest("ceb:DeliveryList", |out| {
                out.field("ceb:gnum", &number);
                out.field("ceb:logisticsNo", waybill);
            });
        }
    });
}

fn head(arrival: &Arrival<'_>, out: &mut Elements) {
    out.field("ceb:guid", &arrival.guid);
    out.field("ceb:appType", &arrival.submission);
    out.field("ceb:appTime", &arrival.made_at);
    out.field("ceb:appStatus", &arrival.standing);
    out.field("ceb:customsCode", &arrival.customs_code);
    out.field("ceb:copNo", &arrival.own_no);
    out.field("ceb:preNo", &arrival.entry_no);
    out.field("ceb:rkdNo", &arrival.arrival_no);
    out.field("ceb:operatorCode", &arrival.operator_code);
    out.field("ceb:operatorName", &arrival.operator_name);
    out.word("ceb:ieFlag", IMPORT);
    out.field("ceb:trafMode", &arrival.transport_mode);
    out.field("ceb:trafNo", &arrival.transport_no);
    out.field("ceb:voyageNo", &arrival.voyage_no);
    out.field("ceb:billNo", &arrival.bill_no);
    out.field("ceb:logisticsCode", &arrival.carrier_code);
    out.field("ceb:logisticsName", &arrival.carrier_name);
    out.field("ceb:unloadLocation", &arrival.location);
}

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    let head = fields.nest("DeliveryHead", read_head);
    // The number of a waybill is its place and is not kept.
    let mut number = 0u32;
    let waybills = fields.each("DeliveryList", usize::MAX, |fields| {
        number += 1;
        Some(fields.fixed("gnum", number).take("logisticsNo"))
    });
    Some(Document::Arrival(Box::new(Arrival { waybills, ..head? })))
}

fn read_head<'a>(fields: &mut Fields<'a, '_>) -> Arrival<'a> {
    Arrival {
        guid: fields.take("guid"),
        submission: fields.take("appType"),
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        customs_code: fields.exact("customsCode"),
        own_no: fields.take("copNo"),
        entry_no: fields.optional("preNo"),
        arrival_no: fields.optional("rkdNo"),
        operator_code: fields.take("operatorCode"),
        operator_name: fields.take("operatorName"),
        transport_mode: fields.fixed("ieFlag", IMPORT).take("trafMode"),
        transport_no: fields.take("trafNo"),
        voyage_no: fields.take("voyageNo"),
        bill_no: fields.take("billNo"),
        carrier_code: fields.take("logisticsCode"),
        carrier_name: fields.take("logisticsName"),
        location: fields.optional("unloadLocation"),
        waybills: Vec::new(),
    }
}
