//! CEB625Message: the return of goods.

use super::elements::Elements;
use super::strict::Fields;
use super::withdrawal::{read_request, write_request};
use super::{Document, MAX_LINES};
use crate::documents::{Return, ReturnLine};

pub(super) fn write(back: &Return<'_>, out: &mut Elements) {
    out.nest("ceb:InvtRefund", |out| {
        out.nest("ceb:InvtRefundHead", |out| write_request(&back.request, back.submission, out));
        for line in &back.lines {
            out.nest("ceb:InvtRefundList", |out| list(line, out));
        }
    });
}

fn list(line: &ReturnLine<'_>, out: &mut Elements) {
    out.field("ceb:gnum", &line.number);
    out.field("ceb:gcode", &line.hs_code);
    out.field("ceb:gname", &line.name);
    out.field("ceb:qty", &line.quantity);
    out.field("ceb:unit", &line.unit);
}

pub(super) fn read<'a>(fields: &mut Fields<'a, '_>) -> Option<Document<'a>> {
    let head = fields.nest("InvtRefundHead", |fields| {
        let guid = fields.take("guid");
        (fields.take("appType"), read_request(guid, fields))
    });
    let lines = fields.each("InvtRefundList", MAX_LINES, read_list);
    let (submission, request) = head?;
    Some(Document::Return(Box::new(Return { submission, request, lines })))
}

fn read_list<'a>(fields: &mut Fields<'a, '_>) -> Option<ReturnLine<'a>> {
    let number = fields.take("gnum");
    let hs_code = fields.required("gcode");
    let name = fields.take("gname");
    let quantity = fields.take("qty");
    let unit = fields.exact("unit");
    Some(ReturnLine { number, hs_code: hs_code?, name, quantity, unit })
}
