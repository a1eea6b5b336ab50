//! The JSON that `customs declare tax` reads.

use std::str::FromStr;

use filing::hs::HsCode;
use jiff::civil::Date;
use ports::fault::{Fault, Place};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Channel, Discount, DiscountKind, LineBasis, Policy, Rates, Request, RequestLine, faults};

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
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    prices_include_tax: bool,
    #[serde(default)]
    from_hk_macao_taiwan: bool,
    #[serde(default)]
    discounts: Vec<WireDiscount>,
    #[serde(default)]
    used_this_year: Option<String>,
    lines: Vec<WireLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDiscount {
    kind: String,
    amount: String,
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
    #[serde(default)]
    postal_class: Option<String>,
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

fn at(path: &str) -> Place {
    Place { path: Some(path.to_owned()), ..Place::default() }
}

impl Values {
    fn number(&mut self, path: &str, text: Option<&String>) -> Decimal {
        self.number_if_any(path, text).unwrap_or_default()
    }

    fn number_if_any(&mut self, path: &str, text: Option<&String>) -> Option<Decimal> {
        let text = text.map(|text| text.trim()).filter(|text| !text.is_empty())?;
        let number = Decimal::from_str_exact(text).ok();
        if number.is_none() {
            let fault = faults::NUMBER.at(at(path)).with("field", path).with("value", text);
            self.faults.push(
                fault.with("max", super::exact::MAX_AMOUNT_YUAN).with("digits", super::exact::AMOUNT_SCALE),
            );
        }
        number
    }

    /// Freight or insurance: each must be none or more, as a sum would hide a negative one.
    fn charge(&mut self, path: &str, text: Option<&String>) -> Decimal {
        let number = self.number(path, text);
        super::counted::amount(number, path, &mut self.faults);
        number
    }

    fn discount(&mut self, index: usize, wire: &WireDiscount) -> Option<Discount> {
        let amount = self.number(&format!("discounts[{index}].amount"), Some(&wire.amount));
        let kind = DiscountKind::ALL.into_iter().find(|(word, _)| *word == wire.kind.trim());
        if kind.is_none() {
            let known = DiscountKind::ALL.map(|(word, _)| word).join(", ");
            let fault = faults::DISCOUNT.at(at(&format!("discounts[{index}].kind")));
            self.faults.push(fault.with("value", &wire.kind).with("known", known));
        }
        Some(Discount { kind: kind?.1, amount })
    }

    fn line(&mut self, index: usize, wire: WireLine) -> Option<RequestLine> {
        let path = |field: &str| format!("lines[{index}].{field}");
        let hs_code = HsCode::parse(wire.hs_code.trim());
        if hs_code.is_none() {
            let fault = faults::HS_CODE.at(at(&path("hs_code"))).with("gnum", wire.gnum);
            self.faults.push(fault.with("value", &wire.hs_code));
        }
        let rates = wire.rates.as_ref().map(|rates| {
            let vat = self.number_if_any(&path("rates.vat"), rates.vat.as_ref());
            if rates.vat.as_ref().is_none_or(|vat| vat.trim().is_empty()) {
                self.faults.push(faults::NO_VAT.at(at(&path("rates.vat"))).with("gnum", wire.gnum));
            }
            let specific = rates.consumption_specific.as_ref();
            Rates {
                tariff: self.number_if_any(&path("rates.tariff"), rates.tariff.as_ref()),
                vat: vat.unwrap_or_default(),
                consumption: self.number(&path("rates.consumption"), rates.consumption.as_ref()),
                consumption_specific: self.number(&path("rates.consumption_specific"), specific),
            }
        });
        let goods = LineBasis {
            number: wire.gnum,
            value: self.number(&path("total_price"), Some(&wire.total_price)),
            quantity: self.number(&path("quantity"), Some(&wire.quantity)),
            legal_quantity1: self.number(&path("legal_quantity1"), wire.legal_quantity1.as_ref()),
            legal_quantity2: self.number(&path("legal_quantity2"), wire.legal_quantity2.as_ref()),
            rates,
            hs_code: hs_code?,
        };
        Some(RequestLine { goods, postal_class: wire.postal_class })
    }
}

/// Reads an input.
///
/// # Errors
/// That it is no such JSON, or every value that cannot be used.
pub fn read(json: &[u8]) -> Result<Request, InputFault> {
    let wire: WireBasis =
        serde_json::from_slice(json).map_err(|error| InputFault::Json(error.to_string()))?;
    let mut values = Values { faults: Vec::new() };
    let date = Date::from_str(wire.date.trim()).unwrap_or_else(|_| {
        values.faults.push(faults::DATE.at(at("date")).with("value", &wire.date));
        Date::ZERO
    });
    let freight = values.charge("freight", wire.freight.as_ref());
    let insurance = values.charge("insurance", wire.insurance.as_ref());
    let channel = match wire.channel.as_deref().map(str::trim) {
        None | Some("retail") => Channel::Retail,
        Some("postal") => Channel::Postal,
        Some(other) => {
            values.faults.push(faults::CHANNEL.at(at("channel")).with("value", other));
            Channel::Retail
        }
    };
    let request = Request {
        date,
        // Each is bounded, so that their sum cannot overflow.
        charges: freight.checked_add(insurance).unwrap_or(Decimal::MAX),
        channel,
        prices_include_tax: wire.prices_include_tax,
        from_nearby: wire.from_hk_macao_taiwan,
        discounts: (0..)
            .zip(&wire.discounts)
            .filter_map(|(index, one)| values.discount(index, one))
            .collect(),
        used_this_year: values.number_if_any("used_this_year", wire.used_this_year.as_ref()),
        lines: (0..).zip(wire.lines).filter_map(|(index, line)| values.line(index, line)).collect(),
        policy: Policy::default(),
    };
    if values.faults.is_empty() { Ok(request) } else { Err(InputFault::Values(values.faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::MerchantDiscount;
    use filing::tariff::Tariff;
    use proptest::prelude::*;

    const PLAIN: &str = r#"{"date":"2026-11-22","freight":"10.00","insurance":"0","lines":[{"gnum":1,
        "hs_code":"3304990039","total_price":"200.00","quantity":"1","legal_quantity1":"0.03","legal_quantity2":"1",
        "rates":{"tariff":"0.01","vat":"0.13","consumption":"0.15"}}]}"#;

    fn codes(json: &str) -> Vec<&'static str> {
        let faults = match read(json.as_bytes()) {
            Err(InputFault::Values(faults)) => faults,
            Err(InputFault::Json(reason)) => panic!("{reason}"),
            Ok(request) => super::super::assess(&request, Tariff::builtin(), MerchantDiscount::NonCash, true)
                .map_or_else(|faults| faults, |assessment| assessment.faults),
        };
        faults.iter().map(Fault::code).collect()
    }

    #[test]
    fn every_number_that_cannot_be_is_named() {
        assert_eq!(codes(PLAIN), [""; 0]);
        for (from, to, code) in [
            ("200.00", "12345678901234567890.12", "TAX-NUMBER"),
            ("200.00", "123456789012345678901234567890123456789012345", "TAX-NUMBER"),
            ("200.00", "-0.01", "TAX-NUMBER"),
            ("200.00", "two hundred", "TAX-NUMBER"),
            ("200.00", "0.000001", "TAX-NUMBER"),
            ("\"10.00\"", "\"-10.00\"", "TAX-NUMBER"),
            ("\"quantity\":\"1\"", "\"quantity\":\"0\"", "TAX-ZERO"),
            ("\"quantity\":\"1\"", "\"quantity\":\"-1\"", "TAX-NUMBER"),
            ("\"0.03\"", "\"0\"", "TAX-NO-MEASURE"),
            ("\"vat\":\"0.13\",", "", "TAX-NO-VAT"),
            ("\"0.15\"", "\"1\"", "TAX-NUMBER"),
            ("\"0.13\"", "\"13\"", "TAX-NUMBER"),
            ("3304990039", "33049900", "TAX-HS"),
            ("2026-11-22", "22.11.2026", "TAX-DATE"),
            ("2026-11-22", "2015-11-22", "TAX-NO-LIMIT"),
        ] {
            let json = PLAIN.replacen(from, to, 1);
            assert_ne!(json, PLAIN, "{from}");
            assert_eq!(codes(&json), [code], "{from} -> {to}");
        }
        assert_eq!(codes(r#"{"date":"2026-11-22","lines":[]}"#), ["TAX-NO-LINES"]);
    }

    #[test]
    fn a_code_without_rates_is_named() {
        let line = r#"{"date":"2026-11-22","lines":[{"gnum":1,"hs_code":"0101010101","total_price":"1","quantity":"1"}]}"#;
        assert_eq!(codes(line), ["TAX-NO-RATES"]);
        // Nothing but the duty rate is lacking, and only above the limit.
        let rates = r#""quantity":"1","rates":{"vat":"0.13"}"#;
        assert_eq!(codes(&line.replace(r#""quantity":"1""#, rates)), [""; 0]);
        let dear = line.replace(r#""total_price":"1""#, r#""total_price":"5001""#);
        assert_eq!(codes(&dear.replace(r#""quantity":"1""#, rates)), ["TAX-NO-DUTY"]);
    }

    #[test]
    fn words_that_stand_for_nothing_are_named_with_what_is_known() {
        for (from, to, code) in [
            ("\"lines\"", "\"channel\":\"sea\",\"lines\"", "TAX-CHANNEL"),
            ("\"lines\"", "\"discounts\":[{\"kind\":\"gift\",\"amount\":\"1\"}],\"lines\"", "TAX-DISCOUNT"),
            ("\"lines\"", "\"discounts\":[{\"kind\":\"coupon\",\"amount\":\"-1\"}],\"lines\"", "TAX-NUMBER"),
            (
                "\"lines\"",
                "\"discounts\":[{\"kind\":\"price_cut\",\"amount\":\"200.01\"}],\"lines\"",
                "TAX-DISCOUNT-SIZE",
            ),
            ("\"0.13\",\"consumption\":\"0.15\"}", "\"0.13\"},\"postal_class\":\"item9\"", ""),
        ] {
            let found = codes(&PLAIN.replacen(from, to, 1));
            assert_eq!(found.first().copied().unwrap_or_default(), code, "{to}");
        }
        assert!(matches!(read(br#"{"date":"2026-11-22","goods":[]}"#), Err(InputFault::Json(_))));
        let postal = PLAIN.replace("\"lines\"", "\"channel\":\"postal\",\"lines\"");
        assert_eq!(codes(&postal), [""; 0]);
        assert_eq!(codes(&postal.replace("3304990039", "3305100090")), ["TAX-POSTAL-CLASS"]);
        assert_eq!(codes(&postal.replace("2026", "2010")), ["TAX-NO-POSTAL", "TAX-POSTAL-CLASS"]);
    }

    proptest! {
        #[test]
        fn no_number_panics(
            value in "-?[0-9]{0,24}(\\.[0-9]{0,9})?",
            pieces in "-?[0-9]{0,12}(\\.[0-9]{0,6})?",
            quantity in "-?[0-9]{0,12}(\\.[0-9]{0,6})?",
            rate in "-?[0-9]{0,4}(\\.[0-9]{0,7})?",
            cut in "-?[0-9]{0,12}(\\.[0-9]{0,6})?",
            inclusive: bool,
            policy in 0usize..5,
            code in "(3304990039|2208300000|3304990049|9619001100|[0-9]{10}|.{0,4})",
        ) {
            let json = serde_json::json!({
                "date": "2026-11-22", "freight": cut, "insurance": rate, "prices_include_tax": inclusive,
                "discounts": [{"kind": "price_cut", "amount": cut}], "used_this_year": value,
                "lines": [{
                    "gnum": 1, "hs_code": code, "total_price": value, "quantity": pieces,
                    "legal_quantity1": quantity, "legal_quantity2": quantity,
                    "rates": {"tariff": rate, "vat": rate, "consumption": rate, "consumption_specific": rate},
                }],
            });
            for json in [json.clone(), { let mut json = json; json["lines"][0]["rates"] = serde_json::Value::Null; json }] {
                if let Ok(mut request) = read(json.to_string().as_bytes()) {
                    request.policy = Policy::ALL[policy];
                    let _ = super::super::assess(&request, Tariff::builtin(), MerchantDiscount::NonCash, true);
                    request.channel = Channel::Postal;
                    let _ = super::super::assess(&request, Tariff::builtin(), MerchantDiscount::NonCash, true);
                }
            }
        }
    }
}
