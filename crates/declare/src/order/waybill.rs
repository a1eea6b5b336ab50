//! The waybill of an order, as the warehouse or the carrier hands it in.

use std::borrow::Cow;
use std::str::FromStr;

use ports::fault::{Fault, Place};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::faults;
use crate::documents::field::clean;

/// A waybill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waybill {
    /// The waybill number.
    pub number: String,
    /// The platform's code of the carrier.
    pub carrier: String,
    /// Gross weight in kilograms, when it was weighed.
    pub gross_weight_kg: Option<Decimal>,
    /// What the carrier charges for freight, yuan.
    pub freight: Decimal,
    /// What the carrier charges for insurance, yuan.
    pub insurance: Decimal,
    /// Bill of lading (direct purchase).
    pub bill_no: Option<String>,
    /// Means of transport (direct purchase).
    pub transport_no: Option<String>,
    /// Voyage or flight (direct purchase).
    pub voyage_no: Option<String>,
    /// Country of departure (direct purchase).
    pub departure_country: Option<String>,
}

/// The waybill of an order line, `{"logistics_no", "carrier", "gross_weight_kg", …}`. Numbers come as texts or numbers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireWaybill {
    logistics_no: Option<String>,
    carrier: Option<String>,
    gross_weight_kg: Option<WireDecimal>,
    freight: Option<WireDecimal>,
    insured_fee: Option<WireDecimal>,
    bill_no: Option<String>,
    traf_no: Option<String>,
    voyage_no: Option<String>,
    departure_country: Option<String>,
}

/// A decimal in either spelling, kept as its text.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum WireDecimal {
    Text(String),
    Number(serde_json::Number),
}

impl WireDecimal {
    fn parse(&self) -> Result<Option<Decimal>, String> {
        let text = match self {
            Self::Text(text) if text.trim().is_empty() => return Ok(None),
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.to_string(),
        };
        Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).map(Some).map_err(|_| text)
    }
}

/// What the platform knows of the parcel after shipping.
#[derive(Debug, Default)]
pub(super) struct Shipped {
    pub(super) number: Option<String>,
    pub(super) carrier: Option<String>,
}

/// A text as documents and the ledger bear it: one text for both.
pub(super) fn given(text: Option<String>) -> Option<String> {
    // The platform's documentation writes the word null where nothing is meant.
    let text = clean(Cow::Owned(text?)).into_owned();
    Some(text).filter(|text| !text.is_empty() && text != "null")
}

impl WireWaybill {
    /// The waybill, or nothing when it has no number yet. What it lacks of number and carrier comes from what the platform
    /// knows of the shipped parcel, as long as that is the same parcel.
    pub(super) fn read(self, shipped: Shipped, order_no: &str, found: &mut Vec<Fault>) -> Option<Waybill> {
        let mut amount =
            |path: &str, value: &Option<WireDecimal>| match value.as_ref().map(WireDecimal::parse) {
                None | Some(Ok(None)) => None,
                Some(Ok(Some(number))) if number >= Decimal::ZERO => Some(number),
                Some(Ok(Some(number))) => {
                    found.push(faults::BAD_NUMBER.at(Place::order(order_no, path)).with("value", number));
                    None
                }
                Some(Err(text)) => {
                    found.push(faults::BAD_NUMBER.at(Place::order(order_no, path)).with("value", text));
                    None
                }
            };
        let gross_weight_kg = amount("waybill.gross_weight_kg", &self.gross_weight_kg);
        let freight = amount("waybill.freight", &self.freight).unwrap_or_default();
        let insurance = amount("waybill.insured_fee", &self.insured_fee).unwrap_or_default();
        let number = given(self.logistics_no);
        let same_parcel = number.is_none() || shipped.number.is_none() || number == shipped.number;
        let carrier = given(self.carrier).or(shipped.carrier.filter(|_| same_parcel));
        Some(Waybill {
            number: number.or(shipped.number)?,
            carrier: carrier.unwrap_or_default(),
            gross_weight_kg: gross_weight_kg.filter(|weight| !weight.is_zero()),
            freight,
            insurance,
            bill_no: given(self.bill_no),
            transport_no: given(self.traf_no),
            voyage_no: given(self.voyage_no),
            departure_country: given(self.departure_country),
        })
    }
}
