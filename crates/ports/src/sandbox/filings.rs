//! What was filed on the platform: articles at ports, and the six customs fields of variants.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// An article at a port.
#[derive(Debug, Clone)]
pub(super) struct Filed {
    pub(super) hs_code: String,
    pub(super) rate: Value,
    pub(super) quantity1: Value,
    pub(super) quantity2: Value,
    times: u64,
}

impl Filed {
    pub(super) fn new(hs_code: String, rate: Value, quantity1: Value, quantity2: Value) -> Self {
        Self { hs_code, rate, quantity1, quantity2, times: 0 }
    }
}

#[derive(Debug, Default)]
pub(super) struct Filings {
    /// By barcode and port.
    articles: BTreeMap<(String, String), Filed>,
    /// By SPV id.
    variants: BTreeMap<String, (Value, u64)>,
}

impl Filings {
    /// Files an article; what was there is replaced.
    pub(super) fn file(&mut self, barcode: &str, port: &str, mut filed: Filed) {
        let key = (barcode.to_owned(), port.to_owned());
        filed.times = self.articles.get(&key).map_or(0, |known| known.times) + 1;
        self.articles.insert(key, filed);
    }

    /// What is filed of an article, port by port.
    pub(super) fn of(&self, barcode: &str) -> Vec<Value> {
        let filed = self.articles.iter().filter(|((known, _), _)| known == barcode);
        filed
            .map(|((barcode, port), filed)| {
                json!({"barcode": barcode, "customsName": port, "hsCode": filed.hs_code, "generalTaxRate": filed.rate,
                       "quantity1": filed.quantity1, "quantity2": filed.quantity2})
            })
            .collect()
    }

    /// Replaces a variant's fields.
    pub(super) fn change(&mut self, spv_id: &str, fields: Value) {
        let times = self.variants.get(spv_id).map_or(0, |(_, times)| *times) + 1;
        self.variants.insert(spv_id.to_owned(), (fields, times));
    }

    /// The fields of a variant, when they were replaced.
    pub(super) fn variant(&self, spv_id: &str) -> Option<&Value> {
        self.variants.get(spv_id).map(|(fields, _)| fields)
    }

    pub(super) fn state(&self) -> [(&'static str, Value); 2] {
        let articles = self.articles.iter().map(|((barcode, port), filed)| {
            json!({"barcode": barcode, "port_code": port, "hs_code": filed.hs_code, "quantity1": filed.quantity1,
                   "quantity2": filed.quantity2, "times": filed.times})
        });
        let variants = self
            .variants
            .iter()
            .map(|(id, (fields, times))| json!({"spv_id": id, "fields": fields, "times": times}));
        [("filings", Value::Array(articles.collect())), ("spv_customs", Value::Array(variants.collect()))]
    }
}
