//! All of an order: its detail, who ordered it, where it goes, personal data decrypted.

use serde_json::Value;
use std::time::Duration;
use tokio::time::sleep;

use super::Client;
use super::orders::Waypoints;
use super::people::{Ciphertext, Plain, QUOTA_TROUBLE, is_ciphertext, is_matched};
use crate::http::CallError;
use crate::platform::{Bundle, Undecrypted};

/// The status of an order that waits for shipment, the only one in which the platform tells the receiver.
pub(super) const WAITING_FOR_SHIPMENT: i64 = 4;
/// How often the order is read again after its address was changed while it was read.
const ADDRESS_CHANGES: usize = 2;
/// How often ciphertexts are asked for whose quota could not be looked up.
const DECRYPT_ROUNDS: u32 = 3;
/// The wait between two rounds.
const QUOTA_WAIT: Duration = Duration::from_millis(500);

/// The personal fields that a declaration needs, with the list that each stands in. Links to photos are left as they are: no
/// message has them, and every decryption counts against a quota.
const DECLARED: (&str, [&str; 3]) = ("orderDeclareInfos", ["idName", "idNumber", "linkPhone"]);
const RECEIVED: (&str, [&str; 3]) = ("receiverInfos", ["receiverName", "receiverPhone", "receiverAddress"]);

impl Client {
    /// All of an order. What the platform does not decrypt stays ciphertext and is named; an address that keeps changing stays
    /// unmatched: the order is held by either.
    ///
    /// # Errors
    /// [`CallError`] of any of the calls.
    pub async fn order_bundle(&self, order_no: &str) -> Result<Bundle, CallError> {
        let mut detail = self.order_detail(order_no).await?;
        let declare_info = self.order_declare_info(order_no).await?;
        let mut receiver = self.receiver(order_no, &detail).await?;
        for _ in 0..ADDRESS_CHANGES {
            if is_matched(&receiver) != Some(false) {
                break;
            }
            detail = self.order_detail(order_no).await?;
            receiver = self.receiver(order_no, &detail).await?;
        }
        let mut bundle = Bundle {
            platform: super::platform::NAME,
            order_no: order_no.to_owned(),
            detail,
            declare_info,
            receiver,
            undecrypted: Vec::new(),
        };
        self.decrypt_bundle(&mut bundle).await?;
        Ok(bundle)
    }

    async fn receiver(&self, order_no: &str, detail: &Value) -> Result<Value, CallError> {
        let way = Waypoints::of(detail);
        match way.address_id {
            Some(address_id) if way.status == Some(WAITING_FOR_SHIPMENT) => {
                self.order_receiver_info(order_no, &address_id, false).await
            }
            _ => Ok(Value::Object(serde_json::Map::new())),
        }
    }

    async fn decrypt_bundle(&self, bundle: &mut Bundle) -> Result<(), CallError> {
        for round in 1..=DECRYPT_ROUNDS {
            let found = ciphertexts(bundle);
            if found.is_empty() {
                break;
            }
            let wanted: Vec<Ciphertext> = found
                .iter()
                .map(|(_, text)| Ciphertext {
                    data_tag: bundle.order_no.clone(),
                    encrypted_data: text.clone(),
                })
                .collect();
            let plain = self.decrypt(&wanted).await?;
            bundle.undecrypted.clear();
            let mut again = false;
            for ((place, _), plain) in found.into_iter().zip(plain) {
                match plain {
                    Plain::Text { text, is_relay } => put(bundle, &place, text, is_relay),
                    Plain::Refused { code, message } => {
                        again |= code == QUOTA_TROUBLE;
                        bundle.undecrypted.push(Undecrypted { path: place.path(), code, message });
                    }
                }
            }
            if !again || round == DECRYPT_ROUNDS {
                break;
            }
            sleep(QUOTA_WAIT).await;
        }
        Ok(())
    }
}

/// Where a personal field stands.
#[derive(Clone, Copy)]
struct Place {
    part: &'static str,
    list: &'static str,
    index: usize,
    field: &'static str,
}

impl Place {
    fn path(&self) -> String {
        format!("{}.{}[{}].{}", self.part, self.list, self.index, self.field)
    }
}

/// Every ciphertext among the personal fields.
fn ciphertexts(bundle: &Bundle) -> Vec<(Place, String)> {
    let parts = [("declare_info", &bundle.declare_info, DECLARED), ("receiver", &bundle.receiver, RECEIVED)];
    let mut found = Vec::new();
    for (part, value, (list, fields)) in parts {
        for (index, entry) in value.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
            for field in fields {
                if let Some(text) =
                    entry.get(field).and_then(Value::as_str).filter(|text| is_ciphertext(text))
                {
                    found.push((Place { part, list, index, field }, text.to_owned()));
                }
            }
        }
    }
    found
}

/// Puts a plain text where its ciphertext stood.
fn put(bundle: &mut Bundle, place: &Place, text: String, is_relay: bool) {
    let part = if place.part == "receiver" { &mut bundle.receiver } else { &mut bundle.declare_info };
    let entry = part.get_mut(place.list).and_then(|list| list.get_mut(place.index));
    let Some(entry) = entry.and_then(Value::as_object_mut) else { return };
    entry.insert(place.field.to_owned(), text.into());
    if is_relay {
        // The platform's own word for it, which whoever reads the person looks at.
        entry.insert("virtualNumberFlag".to_owned(), true.into());
    }
}
