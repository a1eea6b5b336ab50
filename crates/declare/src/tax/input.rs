//! The JSON that `customs declare tax` reads.

use std::str::FromStr;

use filing::hs::HsCode;
use jiff::civil::Date;
use ports::fault::{Fault, Place};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Basis, LineBasis, Rates, faults};

/// Why an input could not be read.
#[derive(Debug)]
pub enum InputFault {
    /// It is not the JSON that is wanted; what the reader said.
    Json(String),
    /// Values that cannot be used, all of them.
    Values(Vec<Fault>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBasis {
    date: String,
    #[serde(default)]
    freight: Option<String>,
    #[serde(default)]
    insurance: Option<String>,
    lines: Vec<WireLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLine {
    gnum: u32,
    hs_code: String,
    total_price: String,
    quantity: String,
    #[serde(default)]
    legal_quantity1: Option<String>,
    #[serde(default)]
    legal_quantity2: Option<String>,
    #[serde(default)]
    rates: Option<WireRates>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRates {
    #[serde(default)]
    tariff: Option<String>,
    #[serde(default)]
    vat: Option<String>,
    #[serde(default)]
    consumption: Option<String>,
    #[serde(default)]
    consumption_specific: Option<String>,
}

struct Values {
    faults: Vec<Fault>,
}

impl Values {
    fn number(&mut self, path: &str, text: Option<&String>) -> Decimal {
        let Some(text) = text.map(|text| text.trim()).filter(|text| !text.is_empty()) else {
            return Decimal::ZERO;
        };
        Decimal::from_str_exact(text).unwrap_or_else(|_| {
            let place = Place { path: Some(path.to_owned()), ..Place::default() };
            let fault = faults::NUMBER.at(place).with("field", path).with("value", text);
            self.faults.push(
                fault.with("max", super::exact::MAX_AMOUNT_YUAN).with("digits", super::exact::AMOUNT_SCALE),
            );
            Decimal::ZERO
        })
    }
}

/// Reads an input.
///
/// # Errors
/// That it is no such JSON, or every value that cannot be used.
pub fn read(json: &[u8]) -> Result<Basis, InputFault> {
    let wire: WireBasis =
        serde_json::from_slice(json).map_err(|error| InputFault::Json(error.to_string()))?;
    let mut values = Values { faults: Vec::new() };
    let date = Date::from_str(wire.date.trim()).unwrap_or_else(|_| {
        let place = Place { path: Some("date".to_owned()), ..Place::default() };
        values.faults.push(faults::DATE.at(place).with("value", &wire.date));
        Date::ZERO
    });
    let freight = values.number("freight", wire.freight.as_ref());
    let insurance = values.number("insurance", wire.insurance.as_ref());
    let mut lines = Vec::with_capacity(wire.lines.len());
    for (index, line) in wire.lines.iter().enumerate() {
        let path = |field: &str| format!("lines[{index}].{field}");
        let hs_code = HsCode::parse(line.hs_code.trim());
        if hs_code.is_none() {
            let place = Place { path: Some(path("hs_code")), ..Place::default() };
            values
                .faults
                .push(faults::HS_CODE.at(place).with("gnum", line.gnum).with("value", &line.hs_code));
        }
        let basis = |values: &mut Values, hs_code| LineBasis {
            number: line.gnum,
            hs_code,
            value: values.number(&path("total_price"), Some(&line.total_price)),
            quantity: values.number(&path("quantity"), Some(&line.quantity)),
            legal_quantity1: values.number(&path("legal_quantity1"), line.legal_quantity1.as_ref()),
            legal_quantity2: values.number(&path("legal_quantity2"), line.legal_quantity2.as_ref()),
            rates: line.rates.as_ref().map(|rates| Rates {
                tariff: Some(values.number(&path("rates.tariff"), rates.tariff.as_ref())),
                vat: values.number(&path("rates.vat"), rates.vat.as_ref()),
                consumption: values.number(&path("rates.consumption"), rates.consumption.as_ref()),
                consumption_specific: values
                    .number(&path("rates.consumption_specific"), rates.consumption_specific.as_ref()),
            }),
        };
        if let Some(hs_code) = hs_code {
            let line = basis(&mut values, hs_code);
            lines.push(line);
        }
    }
    // Both are bounded by the formulas; their sum cannot overflow once each fits.
    let charges = freight.checked_add(insurance).unwrap_or(Decimal::MAX);
    if values.faults.is_empty() {
        Ok(Basis { date, charges, lines })
    } else {
        Err(InputFault::Values(values.faults))
    }
}
