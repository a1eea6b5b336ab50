//! Customs: ports, filings, the payment slip.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::lenient::{list, or_default};
use super::super::wire::{WireDecimal, WireText};
use super::envelope::Inner;
use super::{Client, methods};
use crate::catalogue::{ListedPort, PortList};
use crate::http::CallError;
use crate::platform::{ItemCustoms, KnownCustoms, Route};

/// A port in the platform's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SupportedPort {
    /// Its name, such as 重庆.
    #[serde(rename = "customs_name", deserialize_with = "or_default")]
    pub name: String,
    /// Its code, such as `CHONGQING`.
    #[serde(rename = "customs_code", deserialize_with = "or_default")]
    pub code: String,
}

/// The ports that can be declared through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SupportedPorts {
    /// By the platform.
    #[serde(deserialize_with = "list")]
    pub plat_support_customs: Vec<SupportedPort>,
    /// By this shop.
    #[serde(deserialize_with = "list")]
    pub seller_support_customs: Vec<SupportedPort>,
}

impl SupportedPorts {
    /// The lists as the catalogue keeps them.
    pub fn list(&self, as_of: Date) -> PortList {
        let ports = |ports: &[SupportedPort]| {
            let port = |port: &SupportedPort| ListedPort { name: port.name.clone(), code: port.code.clone() };
            ports.iter().map(port).collect()
        };
        PortList {
            as_of,
            platform: ports(&self.plat_support_customs),
            shop: ports(&self.seller_support_customs),
        }
    }
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resend<'a> {
    order_id: &'a str,
    customs_type: &'static str,
}

/// As the newer call has it, in words with underscores.
#[derive(Serialize)]
struct NewItem<'a> {
    barcode: &'a str,
    hs_code: &'a str,
    port_code: &'a str,
    quantity1: Number,
    quantity2: Number,
}

/// As the older call has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OldItem<'a> {
    barcode: &'a str,
    customs_name: &'a str,
    hs_code: &'a str,
    general_tax_rate: Number,
    quantity1: Number,
    quantity2: Number,
}

/// A decimal as a JSON number.
struct Number(Decimal);

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let text = self.0.normalize().to_string();
        match text.parse::<i64>() {
            Ok(whole) => serializer.serialize_i64(whole),
            // The double nearest to a decimal of up to fifteen digits is written as that decimal again.
            Err(_) => serializer.serialize_f64(text.parse().map_err(S::Error::custom)?),
        }
    }
}

#[derive(Serialize)]
struct OneArticle<'a> {
    barcode: &'a str,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireKnown {
    #[serde(rename = "providerSyncCustomsInfoV3List", deserialize_with = "list")]
    entries: Vec<WireCustoms>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireCustoms {
    customs_name: WireText,
    hs_code: WireText,
    quantity1: WireDecimal,
    quantity2: WireDecimal,
}

impl Client {
    /// `order.getSupportedPortList`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn supported_ports(&self) -> Result<SupportedPorts, CallError> {
        self.ask(&methods::GET_SUPPORTED_PORT_LIST, &Nothing {}).await
    }

    /// `order.resendBondedPaymentRecord`: asks for the payment slip to be pushed again. That it will be is all that an
    /// answer says. After an error whose outcome is unknown it may have been asked.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn resend_payment(&self, order_id: &str, route: Route) -> Result<(), CallError> {
        let method = &methods::RESEND_BONDED_PAYMENT_RECORD;
        let data: Value = self.ask(method, &Resend { order_id, customs_type: route.word() }).await?;
        Inner::judge(data).map_err(|failure| self.error(method, failure))
    }

    /// `order.createItemCustomsInfo`: files an article at a port.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_item_customs_info(&self, item: &ItemCustoms) -> Result<(), CallError> {
        let request = NewItem {
            barcode: &item.barcode,
            hs_code: &item.hs_code,
            port_code: &item.port_code,
            quantity1: Number(item.quantity1),
            quantity2: Number(item.quantity2),
        };
        self.tell(&methods::CREATE_ITEM_CUSTOMS_INFO, &request).await
    }

    /// `order.syncItemCustomsInfo`: the same by the older call, which wants the tax rate as a share of one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sync_item_customs_info(
        &self,
        item: &ItemCustoms,
        general_tax_rate: Decimal,
    ) -> Result<(), CallError> {
        let request = OldItem {
            barcode: &item.barcode,
            customs_name: &item.port_code,
            hs_code: &item.hs_code,
            general_tax_rate: Number(general_tax_rate),
            quantity1: Number(item.quantity1),
            quantity2: Number(item.quantity2),
        };
        self.tell(&methods::SYNC_ITEM_CUSTOMS_INFO, &request).await
    }

    /// `order.getCustomsInfo`: what is filed of an article, at every port.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn customs_info(&self, barcode: &str) -> Result<Vec<KnownCustoms>, CallError> {
        let known: WireKnown = self.ask(&methods::GET_CUSTOMS_INFO, &OneArticle { barcode }).await?;
        let entries = known.entries.into_iter().map(|entry| KnownCustoms {
            customs_name: entry.customs_name.0,
            hs_code: entry.hs_code.0,
            quantity1: entry.quantity1.or_zero(),
            quantity2: entry.quantity2.or_zero(),
        });
        Ok(entries.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_as_the_numbers_they_are() {
        for (decimal, json) in
            [("0.03000", "0.03"), ("12", "12"), ("0", "0"), ("1.50", "1.5"), ("99999.12345", "99999.12345")]
        {
            let number = Number(decimal.parse().unwrap());
            assert_eq!(serde_json::to_string(&number).unwrap(), json);
        }
    }
}
