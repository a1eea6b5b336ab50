//! The terminal node's envelope of the data exchange platform (终端节点报文): `DxpMsg` round the message in Base64.

use base64ct::{Base64, Encoding as _};
use jiff::civil::DateTime;
use ports::fault::{Fault, Place};

use super::Envelope;
use crate::messages::faults;
use crate::messages::reading::{Element, Tree};

/// The namespace of the envelope.
const NAMESPACE: &str = "http://www.chinaport.gov.cn/dxp";
/// Customs' number on the platform for imports: the receiver of every message of ours.
pub const CUSTOMS: &str = "DXPEDCCEB0000002";
/// The longest number of a sender, in characters (schema of the envelope). A message's own field takes more.
pub(crate) const MAX_SENDER: usize = 16;

/// The form itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dxp;

/// The form itself, where a place that lasts is wanted.
pub static DXP: Dxp = Dxp;

/// What stands on an envelope (`TransInfo`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// `CopMsgId`: the sender's number of it. Ours is the number of the message inside.
    pub number: String,
    /// `SenderId`.
    pub sender: String,
    /// `ReceiverId`, one to five.
    pub receivers: Vec<String>,
    /// `CreatTime`, as it stands: clients write Beijing's time, some with a `Z` behind it.
    pub created: String,
    /// `MsgType`: the type of the message inside.
    pub message_type: String,
}

impl Letter {
    /// Reads what stands on an envelope; what is missing is empty. Nothing when the tree is no envelope.
    pub fn of(tree: &Tree<'_>) -> Option<Self> {
        let info = envelope(tree)?.child("TransInfo")?;
        Some(Self::of_info(info))
    }

    /// Reads a `TransInfo` or an `OriHead`.
    pub(super) fn of_info(info: Element<'_>) -> Self {
        let field = |name: &str| info.field(name).unwrap_or_default().to_owned();
        let receivers = info.child("ReceiverIds").into_iter().flat_map(|ids| ids.children());
        Self {
            number: field("CopMsgId"),
            sender: field("SenderId"),
            receivers: receivers.map(|id| id.text().trim().to_owned()).collect(),
            created: field("CreatTime"),
            message_type: field("MsgType"),
        }
    }

    /// Writes the envelope round an answer to this one, as customs does: sender and receiver exchanged. Nothing when this
    /// envelope's sender could not be written on one, or the answer is no message.
    pub fn answer(&self, answer: &[u8], number: &str, at: DateTime) -> Option<Vec<u8>> {
        let root = std::str::from_utf8(answer).ok()?.split_once("<ceb:")?.1;
        let (name, _) = root.split_once([' ', '>'])?;
        let letter = Self {
            number: number.to_owned(),
            sender: CUSTOMS.to_owned(),
            receivers: vec![self.sender.clone()],
            created: written(at),
            message_type: name.to_owned(),
        };
        [&self.sender, &letter.number].into_iter().all(|text| is_plain(text)).then(|| letter.write(answer))
    }

    /// Writes an envelope round a message. What stands on it holds letters, digits and signs that XML does not escape.
    fn write(&self, message: &[u8]) -> Vec<u8> {
        let receivers: String =
            self.receivers.iter().map(|id| format!("<ReceiverId>{id}</ReceiverId>")).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><DxpMsg xmlns=\"{NAMESPACE}\" ver=\"1.0\"><TransInfo>\
             <CopMsgId>{}</CopMsgId><SenderId>{}</SenderId><ReceiverIds>{receivers}</ReceiverIds>\
             <CreatTime>{}</CreatTime><MsgType>{}</MsgType></TransInfo><Data>{}</Data></DxpMsg>",
            self.number,
            self.sender,
            self.created,
            self.message_type,
            Base64::encode_string(message),
        )
        .into_bytes()
    }
}

/// The `DxpMsg` of a tree: the root, or inside the transmission node's `DxpMsgSv`.
fn envelope<'t>(tree: &'t Tree<'t>) -> Option<Element<'t>> {
    let root = tree.root();
    match root.name() {
        "DxpMsg" => Some(root),
        "DxpMsgSv" => root.child("DxpMsg"),
        _ => None,
    }
}

impl Envelope for Dxp {
    fn word(&self) -> &'static str {
        "dxp"
    }

    /// The envelope bears the message's own number, type and sender, and the time of its first document.
    fn wrap(&self, message: &[u8]) -> Result<Vec<u8>, Box<Fault>> {
        let lacking = |what: &'static str| Box::new(faults::NOT_TO_WRAP.fault().with("what", what));
        let text = std::str::from_utf8(message).map_err(|_| lacking("UTF-8"))?;
        let (_, root) = text.split_once("<ceb:").ok_or_else(|| lacking("ceb:"))?;
        let (tag, _) = root.split_once('>').ok_or_else(|| lacking("ceb:"))?;
        let (name, attributes) = tag.split_once(' ').ok_or_else(|| lacking("guid"))?;
        let guid = between(attributes, " guid=\"", "\"").filter(|guid| is_plain(guid));
        let sent = last_between(text, "<ceb:dxpId>", "</ceb:dxpId>");
        let sender = sent.filter(|id| is_plain(id) && id.len() <= MAX_SENDER);
        let time = between(text, "<ceb:appTime>", "</ceb:appTime>").and_then(date_time);
        let letter = Letter {
            number: guid.ok_or_else(|| lacking("guid"))?.to_owned(),
            sender: sender.ok_or_else(|| lacking("dxpId"))?.to_owned(),
            receivers: vec![CUSTOMS.to_owned()],
            created: time.ok_or_else(|| lacking("appTime"))?,
            message_type: name.to_owned(),
        };
        Ok(letter.write(message))
    }

    fn open(&self, tree: &Tree<'_>) -> Option<Result<Vec<u8>, Box<Fault>>> {
        let root = tree.root();
        if !matches!(root.name(), "DxpMsg" | "DxpMsgSv") {
            return None;
        }
        let data = envelope(tree).and_then(|envelope| envelope.child("Data"));
        let line = data.map_or(root.line(), |data| data.line());
        let bytes = data.and_then(|data| {
            let text: String = data.text().split_ascii_whitespace().collect();
            Base64::decode_vec(&text).ok().filter(|bytes| !bytes.is_empty())
        });
        let place = Place { line: Some(line), ..Place::default() };
        Some(bytes.ok_or_else(|| Box::new(faults::ENVELOPE.at(place))))
    }
}

/// The first text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// The last such text: who transmits a message stands behind its documents.
fn last_between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.rsplit_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// Letters, digits and hyphens: nothing that XML would have to escape.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// `20261122110000` as `2026-11-22T11:00:00`.
fn date_time(digits: &str) -> Option<String> {
    let time = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    (digits.len() == 14).then(|| written(time))
}

fn written(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Guid;
    use crate::messages::reading::parse;
    use crate::messages::schema::{Schema, SchemaGate};
    use crate::messages::strict::generated::draws;
    use crate::messages::strict::{Message, read};
    use crate::messages::{MessageKind, Transmitter};
    use proptest::prelude::*;

    const TRANSMITTER: Transmitter<'static> =
        Transmitter { code: "3301966K00", name: "某某&公司", dxp_id: "DXPENT0000000001" };

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn what_goes_in_comes_out(draw in draws()) {
            for kind in MessageKind::ALL {
                let mut draw = draw.clone();
                let documents = vec![draw.document(kind)];
                let guid = draw.guid();
                let message = Message { kind, guid, documents, transmitter: TRANSMITTER, is_signed: false };
                let bytes = message.write();
                let wrapped = DXP.wrap(&bytes).unwrap();
                prop_assert_eq!(&DXP.wrap(&bytes).unwrap(), &wrapped);
                let text = String::from_utf8(wrapped).unwrap();
                prop_assert_eq!(SchemaGate::of(Schema::Envelope).unwrap().check(&text), []);
                let tree = parse(&text).unwrap();
                let letter = Letter::of(&tree).unwrap();
                prop_assert_eq!(&letter.number, &guid.to_string());
                prop_assert_eq!(letter.sender.as_str(), TRANSMITTER.dxp_id);
                prop_assert_eq!(letter.receivers, [CUSTOMS]);
                prop_assert_eq!(letter.message_type.as_str(), kind.type_name());
                let inner = DXP.open(&tree).unwrap().unwrap();
                prop_assert_eq!(&inner, &bytes);
                let text = String::from_utf8(inner).unwrap();
                let tree = parse(&text).unwrap();
                prop_assert_eq!(read(&tree).unwrap(), message);
            }
        }
    }

    #[test]
    fn the_envelope_is_as_the_platform_has_it() {
        let guid = Guid::parse("11111111-1111-4111-8111-111111111111").unwrap();
        let message = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ceb:CEB513Message xmlns:ceb=\"x\" guid=\"{guid}\" version=\"1.0\">\
             <ceb:appTime>20261122110001</ceb:appTime><ceb:dxpId>DXPENT0000000001</ceb:dxpId></ceb:CEB513Message>"
        );
        let wrapped = String::from_utf8(DXP.wrap(message.as_bytes()).unwrap()).unwrap();
        let (head, _) = wrapped.split_once("<Data>").unwrap();
        insta::assert_snapshot!(head);
    }

    #[test]
    fn what_has_no_place_in_an_envelope_is_told() {
        let told = |message: &str| {
            let fault = DXP.wrap(message.as_bytes()).unwrap_err();
            (fault.code(), fault.message(ports::fault::Lang::En))
        };
        let long = "<ceb:CEB513Message xmlns:ceb=\"x\" guid=\"A\" version=\"1.0\">\
                    <ceb:appTime>20261122110001</ceb:appTime><ceb:dxpId>DXPENT00000000012</ceb:dxpId></ceb:CEB513Message>";
        assert_eq!(told(long).0, "CEB-WRAP");
        assert!(told(long).1.contains("dxpId"), "{:?}", told(long));
        for message in ["", "<a/>", "<ceb:a>", "<ceb:a b='c'/>", &long.replace("20261122", "20261322")] {
            assert_eq!(told(message).0, "CEB-WRAP", "{message}");
        }
    }
}
