//! Payment slips that were pushed again: what the platform's side is asked and customs' side looks at.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::platform::Route;

/// The re-pushes of every order, in the order they were asked for.
#[derive(Debug, Default)]
pub struct Payments {
    asked: Mutex<BTreeMap<String, Vec<(Route, i64)>>>,
}

impl Payments {
    /// A payment slip is pushed again; `at` is in milliseconds.
    pub(super) fn repush(&self, order_no: &str, route: Route, at: i64) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.entry(order_no.to_owned()).or_default().push((route, at));
    }

    /// How often an order's payment slip was pushed again.
    pub fn repushed(&self, order_no: &str) -> usize {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(order_no).map_or(0, Vec::len)
    }

    /// All of them, by order.
    pub(super) fn state(&self) -> Value {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = asked.iter().map(|(order_no, asked)| {
            let asked = asked.iter().map(|(route, at)| json!({"customs_type": route.word(), "at_ms": at}));
            (order_no.clone(), Value::Array(asked.collect()))
        });
        Value::Object(orders.collect())
    }
}
