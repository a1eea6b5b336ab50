//! CEB513Message: the waybill status.

use super::Document;
use super::elements::Elements;
use super::strict::Fields;
use crate::documents::WaybillStatus;

/// S: signed for, the only status that customs takes.
const SIGNED_FOR: &str = "S";

pub(super) fn write(status: &WaybillStatus<'_>, out: &mut Elements) {
    out.nest("ceb:LogisticsStatus", |out| {
        out.field("ceb:guid", &status.guid);
        out.field("ceb:appType", &status.submission);
        out.field("ceb:appTime", &status.made_at);
        out.field("ceb:appStatus", &status.standing);
        out.field("ceb:logisticsCode", &status.carrier_code);
        out.field("ceb:logisticsName", &status.carrier_name);
        out.field("ceb:logisticsNo", &status.waybill_no);
        out.word("ceb:logisticsStatus", SIGNED_FOR);
        out.field("ceb:logisticsTime", &status.signed_for_at);
    });
}

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    Some(Document::WaybillStatus(Box::new(WaybillStatus {
        guid: fields.take("guid"),
        submission: fields.take("appType"),
        made_at: fields.take("appTime"),
        standing: fields.take("appStatus"),
        carrier_code: fields.take("logisticsCode"),
        carrier_name: fields.take("logisticsName"),
        waybill_no: fields.take("logisticsNo"),
        signed_for_at: fields.fixed("logisticsStatus", SIGNED_FOR).take("logisticsTime"),
    })))
}
