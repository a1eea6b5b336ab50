//! The documents of an order as they were put into messages, read back from the archive.

use ports::store::StoreError;

use super::super::Site;
use crate::identity::{mask_id, mask_telephone};
use crate::lifecycle::{Case, Version};
use crate::messages::reading::{Element, decode, parse};
use crate::pipeline::layout::{self, Outgoing};
use crate::receipt::Subject;

/// A document as it stands in its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) subject: Subject,
    /// The fields of its head, in their order, by their names in the standard.
    pub(super) fields: Vec<(String, String)>,
    /// Its lines.
    pub(super) lines: Vec<Vec<(String, String)>>,
    /// Its very text in the message.
    pub(super) xml: String,
}

/// Fields that tell of a person.
const PERSONAL: [&str; 10] = [
    "buyerRegNo",
    "buyerName",
    "buyerTelephone",
    "buyerIdNumber",
    "payerName",
    "payerIdNumber",
    "telephone",
    "consignee",
    "consigneeTelephone",
    "consigneeAddress",
];

impl Sheet {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

/// Whether a field tells of a person.
pub(super) fn is_personal(field: &str) -> bool {
    PERSONAL.contains(&field)
}

/// A value as it is shown before somebody asks for it.
pub(super) fn masked(field: &str, value: &str) -> String {
    match field {
        _ if !is_personal(field) => value.to_owned(),
        "buyerIdNumber" | "payerIdNumber" => mask_id(value),
        "buyerTelephone" | "telephone" | "consigneeTelephone" | "buyerRegNo" => mask_telephone(value),
        _ => value.chars().take(1).chain("***".chars()).collect(),
    }
}

/// The documents that a case has, in the order of [`Subject`]; one whose message is not in the archive any more is left out.
pub(super) fn read(site: &Site, case: &Case) -> Result<Vec<Sheet>, StoreError> {
    let mut sheets = Vec::new();
    for (subject, paper) in &case.papers {
        let Some(version) = paper.latest() else { continue };
        sheets.extend(sheet(site, *subject, version)?);
    }
    Ok(sheets)
}

fn sheet(site: &Site, subject: Subject, version: &Version) -> Result<Option<Sheet>, StoreError> {
    let Some(document) = site.store.get(&layout::outgoing(version.message))? else { return Ok(None) };
    let outgoing: Outgoing = document.record()?;
    let broken = |reason: &dyn std::fmt::Display| {
        tracing::warn!(message = %version.message, %reason, "a message cannot be read back");
    };
    let bytes = match site.orders.archive.read(&outgoing.file) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) => {
            broken(&error);
            return Ok(None);
        }
    };
    Ok(find(&bytes, subject, &version.guid.to_string()).map_err(|reason| broken(&reason)).ok().flatten())
}

/// Finds the document of a number in a message.
fn find(bytes: &[u8], subject: Subject, guid: &str) -> Result<Option<Sheet>, String> {
    let told = |fault: Box<ports::fault::Fault>| fault.code().to_owned();
    let decoded = decode(bytes).map_err(told)?;
    let tree = parse(&decoded.text).map_err(told)?;
    for document in tree.root().children() {
        let is_head = |element: &Element<'_>| element.field("guid") == Some(guid);
        let head = if is_head(&document) { Some(document) } else { document.children().find(is_head) };
        let Some(head) = head else { continue };
        let fields = |element: Element<'_>| {
            let fields = element.children().filter(|child| !child.has_children());
            fields.map(|child| (child.name().to_owned(), child.text().to_owned())).collect::<Vec<_>>()
        };
        let lines = document.children().filter(|child| child.name() != head.name() && child.has_children());
        return Ok(Some(Sheet {
            subject,
            fields: fields(head),
            lines: lines.map(fields).collect(),
            xml: cut(&decoded.text, document.name(), guid).unwrap_or_default().to_owned(),
        }));
    }
    Ok(None)
}

/// The text of the element of this name that holds the number.
fn cut<'t>(text: &'t str, name: &str, guid: &str) -> Option<&'t str> {
    let at = text.find(guid)?;
    let (open, close) = (format!("<ceb:{name}>"), format!("</ceb:{name}>"));
    let begin = text.get(..at)?.rfind(&open)?;
    let end = at + text.get(at..)?.find(&close)? + close.len();
    text.get(begin..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "<ceb:CEB311Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">\
        <ceb:Order><ceb:OrderHead><ceb:guid>A-1</ceb:guid><ceb:buyerName>甲乙</ceb:buyerName></ceb:OrderHead></ceb:Order>\
        <ceb:Order><ceb:OrderHead><ceb:guid>A-2</ceb:guid><ceb:buyerName>丙丁</ceb:buyerName></ceb:OrderHead>\
        <ceb:OrderList><ceb:gnum>1</ceb:gnum></ceb:OrderList></ceb:Order></ceb:CEB311Message>";

    #[test]
    fn a_document_is_cut_out_of_its_message_without_those_of_others() {
        let sheet = find(MESSAGE.as_bytes(), Subject::Order, "A-2").unwrap().unwrap();
        assert_eq!(sheet.field("buyerName"), Some("丙丁"));
        assert_eq!(sheet.lines, [[("gnum".to_owned(), "1".to_owned())]]);
        assert!(
            sheet.xml.starts_with("<ceb:Order><ceb:OrderHead><ceb:guid>A-2")
                && sheet.xml.ends_with("</ceb:Order>")
        );
        assert!(!sheet.xml.contains("甲乙"));
        assert_eq!(find(MESSAGE.as_bytes(), Subject::Order, "A-3"), Ok(None));
        assert!(find(b"<a>", Subject::Order, "A-3").is_err());
    }

    #[test]
    fn what_tells_of_a_person_is_masked() {
        assert_eq!(masked("buyerName", "丙丁"), "丙***");
        assert!(!masked("buyerIdNumber", "110101190001010017").contains("19000101"));
        assert!(!masked("consigneeTelephone", "16900007771").contains("0000"));
        assert_eq!(masked("orderNo", "P1"), "P1");
    }
}
