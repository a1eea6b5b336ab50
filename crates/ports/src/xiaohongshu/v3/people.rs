//! The people of an order, and their data in the clear.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::WireInteger;
use super::super::lenient::{given, list, or_default};
use super::super::wire::WireFlag;
use super::orders::OneOrder;
use super::{Client, methods};
use crate::http::{CallError, told};

/// Ciphertexts of a call at most.
pub const MAX_CIPHERTEXTS: usize = 100;
/// For what data is decrypted: in batch, to be handed to a third party, which is customs.
const ACTION: &str = "3";
/// Who decrypts: no person but this program.
const USER: &str = "customs";

/// Whether a text is a ciphertext of the platform: `#<index>#<cipher>#<type>##`.
pub fn is_ciphertext(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split('#').collect();
    match parts.as_slice() {
        ["", index, cipher, kind, "", ""] => {
            !index.is_empty()
                && !cipher.is_empty()
                && !kind.is_empty()
                && kind.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

/// A ciphertext of an order.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ciphertext {
    /// The order's number.
    pub data_tag: String,
    /// The ciphertext.
    pub encrypted_data: String,
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext(of {})", self.data_tag)
    }
}

/// A ciphertext's plain text, or why there is none.
#[derive(Clone, PartialEq, Eq)]
pub enum Plain {
    /// The text.
    Text {
        /// The text itself.
        text: String,
        /// Whether it is a relay number, which expires.
        is_relay: bool,
    },
    /// The platform does not decrypt it, now or at all.
    Refused {
        /// Its code.
        code: i64,
        /// Its words.
        message: String,
    },
}

impl fmt::Debug for Plain {
    /// Says that there is a text, not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { is_relay, .. } => write!(f, "Text(…, relay: {is_relay})"),
            Self::Refused { code, message } => write!(f, "Refused({code}, {message})"),
        }
    }
}

/// The quota of an entry is used up.
pub const QUOTA_USED: i64 = -2_000_701;
/// The quota service does not answer.
pub const QUOTA_TROUBLE: i64 = -2_000_702;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecryptQuery<'a> {
    base_infos: &'a [Ciphertext],
    action_type: &'static str,
    app_user_id: &'static str,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireDecrypted {
    #[serde(deserialize_with = "list")]
    data_info_list: Vec<WirePlain>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WirePlain {
    #[serde(deserialize_with = "or_default")]
    data_tag: String,
    #[serde(deserialize_with = "or_default")]
    encrypted_data: String,
    #[serde(deserialize_with = "given")]
    decrypted_data: Option<String>,
    error_code: WireInteger,
    #[serde(deserialize_with = "given")]
    error_msg: Option<String>,
    virtual_number_flag: WireFlag,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiverQueries<'a> {
    receiver_queries: [ReceiverQuery<'a>; 1],
    is_return: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiverQuery<'a> {
    order_id: &'a str,
    open_address_id: &'a str,
}

/// Whether the receiver that was answered is the one of the address asked for; nothing when there is none.
pub(super) fn is_matched(receiver: &Value) -> Option<bool> {
    let matched = receiver.get("receiverInfos")?.get(0)?.get("matched").cloned().unwrap_or_default();
    serde_json::from_value::<WireFlag>(matched).ok()?.0
}

impl Client {
    /// `order.getOrderDeclareInfo`: who ordered and who receives, personal fields as ciphertext.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn order_declare_info(&self, order_id: &str) -> Result<Value, CallError> {
        self.ask(&methods::GET_ORDER_DECLARE_INFO, &OneOrder { order_id }).await
    }

    /// `order.getOrderReceiverInfo`: where an order goes, personal fields as ciphertext. Only while it waits for shipment; an
    /// entry that does not match means that the address was changed.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn order_receiver_info(
        &self,
        order_id: &str,
        open_address_id: &str,
        is_return: bool,
    ) -> Result<Value, CallError> {
        let receiver_queries = [ReceiverQuery { order_id, open_address_id }];
        self.ask(&methods::GET_ORDER_RECEIVER_INFO, &ReceiverQueries { receiver_queries, is_return }).await
    }

    /// `data.batchDecrypt`: plain texts in the order of the ciphertexts, any number of them. One that the platform does not
    /// answer counts as refused.
    ///
    /// # Errors
    /// [`CallError`] when a call fails; that single texts are refused is no error.
    pub async fn decrypt(&self, ciphertexts: &[Ciphertext]) -> Result<Vec<Plain>, CallError> {
        let mut plain = Vec::with_capacity(ciphertexts.len());
        for base_infos in ciphertexts.chunks(MAX_CIPHERTEXTS) {
            let query = DecryptQuery { base_infos, action_type: ACTION, app_user_id: USER };
            let answer: WireDecrypted = self.ask(&methods::BATCH_DECRYPT, &query).await?;
            for ciphertext in base_infos {
                let found = answer.data_info_list.iter().find(|entry| {
                    entry.data_tag == ciphertext.data_tag && entry.encrypted_data == ciphertext.encrypted_data
                });
                plain.push(found.map_or_else(missing, WirePlain::plain));
            }
        }
        Ok(plain)
    }
}

fn missing() -> Plain {
    Plain::Refused { code: 0, message: "not in the answer".to_owned() }
}

impl WirePlain {
    fn plain(&self) -> Plain {
        match (&self.decrypted_data, self.error_code.or_zero()) {
            (Some(text), 0) => {
                Plain::Text { text: text.clone(), is_relay: self.virtual_number_flag.0 == Some(true) }
            }
            (_, code) => {
                Plain::Refused { code, message: told(self.error_msg.as_deref().unwrap_or_default()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphertext_is_known_by_its_shape() {
        for text in ["#aGk=#Y2lwaGVy#2##", " #i#c#4## ", "#i#c#c#15##", "#i#c#15##"] {
            assert_eq!(is_ciphertext(text), !text.contains("c#c"), "{text}");
        }
        for text in ["", "#", "##", "#1##", "张三", "3#楼2#门", "#a#b#c##", "a#i#c#4##"] {
            assert!(!is_ciphertext(text), "{text}");
        }
    }
}
