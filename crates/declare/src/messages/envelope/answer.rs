//! The platform's answer to an envelope (交换平台响应报文, `DxpRep`).

use ports::fault::{Fault, Place};

use super::Letter;
use crate::messages::faults;
use crate::messages::reading::{Element, Tree};
use crate::receipt::{FormatReceipt, Info, ReturnTime, Status};

/// Reads the platform's answer as answers about the form of the message that was in the envelope: one for each response,
/// and one for each receiver where the response tells them apart. Their status is the platform's own number, four digits such as `0002`,
/// and their `transfer_id` the number of the envelope, which is that of the message where this program wrote it. Nothing when
/// the tree is no such answer.
///
/// # Errors
/// [`faults::RECEIPT`] when it says nothing that could be used.
pub fn answers(tree: &Tree<'_>) -> Option<Result<Vec<FormatReceipt>, Box<Fault>>> {
    let root = tree.root();
    if root.name() != "DxpRep" {
        return None;
    }
    let responses = root.children().filter(|child| child.name() == "Response");
    let read: Vec<FormatReceipt> = responses.flat_map(response).collect();
    if read.is_empty() {
        let place = Place { line: Some(root.line()), path: Some(root.path()), ..Place::default() };
        return Some(Err(Box::new(faults::RECEIPT.at(place).with("field", "ResponseCode"))));
    }
    Some(Ok(read))
}

fn response(response: Element<'_>) -> Vec<FormatReceipt> {
    let about = response.child("OriHead").map(Letter::of_info);
    let one = |code: &str, words: &str| FormatReceipt {
        guid: None,
        status: Status::new(code),
        time: ReturnTime::new(response.field("NoticeTime").unwrap_or_default()),
        info: Info::new(words),
        transfer_id: about.as_ref().map(|letter| letter.number.clone()).filter(|number| !number.is_empty()),
        message_type: about
            .as_ref()
            .map(|letter| letter.message_type.clone())
            .filter(|name| !name.is_empty()),
        message_guid: None,
    };
    let mut read: Vec<FormatReceipt> = response
        .field("ResponseCode")
        .map(|code| one(code, response.field("ResponseInfo").unwrap_or_default()))
        .into_iter()
        .collect();
    let results = response.child("Results").into_iter().flat_map(|results| results.children());
    for result in results {
        // What the response says already need not be said of its receiver again.
        if let Some(code) = result.field("Code").filter(|code| Some(*code) != response.field("ResponseCode"))
        {
            read.push(one(code, result.field("Info").unwrap_or_default()));
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::reading::parse;
    use crate::messages::schema::{Schema, SchemaGate};

    const ANSWER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <DxpRep xmlns=\"http://www.chinaport.gov.cn/dxp\" ver=\"1.0\"><RecevierId>DXPENT0000000001</RecevierId>\
        <Response><NodeId>0000</NodeId><ResponseCode>0002</ResponseCode><ResponseInfo>schema</ResponseInfo>\
        <Results><Result><RecId>DXPEDCCEB0000002</RecId><Code>0002</Code></Result>\
        <Result><RecId>DXPEDCCEB0000009</RecId><Code>2001</Code><Info>no such receiver</Info></Result></Results>\
        <NoticeTime>2026-11-22</NoticeTime>\
        <OriHead><CopMsgId>11111111-1111-4111-8111-111111111111</CopMsgId><SenderId>DXPENT0000000001</SenderId>\
        <ReceiverIds><ReceiverId>DXPEDCCEB0000002</ReceiverId></ReceiverIds>\
        <CreatTime>2026-11-22T11:00:01</CreatTime><MsgType>CEB621Message</MsgType></OriHead></Response></DxpRep>";

    #[test]
    fn the_platforms_answer_is_about_the_message_in_the_envelope() {
        assert_eq!(SchemaGate::of(Schema::Envelope).unwrap().check(ANSWER), []);
        let read = answers(&parse(ANSWER).unwrap()).unwrap().unwrap();
        let told: Vec<_> = read.iter().map(|answer| (answer.status.as_str(), answer.info.reveal())).collect();
        assert_eq!(told, [("0002", "schema"), ("2001", "no such receiver")]);
        for answer in &read {
            assert_eq!(answer.transfer_id.as_deref(), Some("11111111-1111-4111-8111-111111111111"));
            assert_eq!(answer.message_type.as_deref(), Some("CEB621Message"));
        }
    }

    #[test]
    fn an_answer_that_says_nothing_is_told() {
        assert!(answers(&parse("<CEB312Message/>").unwrap()).is_none());
        let empty = answers(&parse("<DxpRep><Response/></DxpRep>").unwrap()).unwrap();
        assert_eq!(empty.unwrap_err().code(), "CEB-RECEIPT");
    }
}
