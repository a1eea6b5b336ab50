//! What of a filing goes to the platform, as calls.

use ports::catalogue::Vocabulary;
use ports::fault::Fault;
use ports::platform::{ItemCustoms, SpvCustoms};
use ports::store::{Key, Store, StoreError};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{ItemCall, SyncOptions, faults, ledger};
use crate::record::{Filing, SPV_FIELDS};

/// Decimals of the tax rate of the older call.
const RATE_DECIMALS: u32 = 4;

/// A call with its place in the ledger.
pub(super) struct Part {
    pub(super) key: Key,
    pub(super) hash: String,
    pub(super) call: Call,
}

/// One call.
pub(super) enum Call {
    Item(ItemCustoms),
    /// By the older call, with the tax rate.
    OldItem(ItemCustoms, Decimal),
    Spv(String, SpvCustoms),
}

/// All of one filing: the calls, and why there is not one more.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) parts: Vec<Part>,
    pub(super) faults: Vec<Fault>,
}

impl Plan {
    pub(super) fn of(filing: &Filing, options: &SyncOptions<'_>) -> Self {
        let mut plan = Self::default();
        match item(filing, options) {
            Ok(call) => plan.add(ledger::item_key(&filing.port, &filing.barcode), call),
            Err(fault) => plan.faults.push(*fault),
        }
        plan.spv(filing);
        plan
    }

    fn add(&mut self, key: Key, call: Call) {
        // What the platform has of an article is the same by either call; the rate follows from the code.
        let hash = match &call {
            Call::Item(item) | Call::OldItem(item, _) => ledger::hash(item),
            Call::Spv(_, customs) => ledger::hash(customs),
        };
        self.parts.push(Part { key, hash, call });
    }

    /// All six fields go, or none.
    fn spv(&mut self, filing: &Filing) {
        let missing = filing.spv_missing();
        if missing.len() == SPV_FIELDS.len() {
            return;
        }
        if !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(|field| field.column().header()).collect();
            self.faults.push(faults::SPV_PARTIAL.fault().with("missing", names.join("、")));
            return;
        }
        let Some(id) = &filing.spv_id else {
            self.faults.push(faults::SPV_ID.fault());
            return;
        };
        if let Some(customs) = customs(filing) {
            self.add(ledger::spv_key(id.as_str()), Call::Spv(id.to_string(), customs));
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        self.faults.iter().any(Fault::is_error)
    }

    /// The variant and the hash of its six fields, when they are to be sent.
    pub(super) fn variant(&self) -> Option<(&str, &str)> {
        self.parts.iter().find_map(|part| match &part.call {
            Call::Spv(id, _) => Some((id.as_str(), part.hash.as_str())),
            Call::Item(_) | Call::OldItem(..) => None,
        })
    }

    /// Leaves out what was accepted before.
    pub(super) fn drop_known(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut open = Vec::with_capacity(self.parts.len());
        for part in self.parts.drain(..) {
            if !ledger::holds(store, &part.key, &part.hash)? {
                open.push(part);
            }
        }
        self.parts = open;
        Ok(())
    }
}

/// The article's filing at its port. A port's code is the catalogue's or nothing: a guessed one would file it elsewhere.
fn item(filing: &Filing, options: &SyncOptions<'_>) -> Result<Call, Box<Fault>> {
    let port = options.catalogue.find(&filing.port);
    let Some(code) = port.and_then(|port| port.code(Vocabulary::XiaohongshuItem)) else {
        return Err(faults::PORT_CODE.fault().with("port", &filing.port).into());
    };
    let item = ItemCustoms {
        barcode: filing.barcode.to_string(),
        hs_code: filing.hs_code.to_string(),
        port_code: code.to_owned(),
        quantity1: filing.quantity1.decimal(),
        quantity2: filing.quantity2.map_or(Decimal::ZERO, |quantity| quantity.decimal()),
    };
    match options.item_call {
        ItemCall::Create => Ok(Call::Item(item)),
        ItemCall::Sync => match composite_rate(filing, options) {
            Some(rate) => Ok(Call::OldItem(item, rate)),
            None => Err(faults::RATE.fault().with("hs", filing.hs_code).into()),
        },
    }
}

/// The composite rate (综合税率) under the limit, 70 % of (v + c) / (1 - c); nothing when a tax by quantity makes it depend
/// on the price.
fn composite_rate(filing: &Filing, options: &SyncOptions<'_>) -> Option<Decimal> {
    let rates = options.tariff.line(filing.hs_code, options.today)?.rates;
    if rates.consumption_specific.is_some() {
        return None;
    }
    let levied = rates.vat.checked_add(rates.consumption)?.checked_mul(Decimal::new(7, 1))?;
    let rate = levied.checked_div(Decimal::ONE.checked_sub(rates.consumption)?)?;
    Some(rate.round_dp_with_strategy(RATE_DECIMALS, RoundingStrategy::MidpointAwayFromZero).normalize())
}

fn customs(filing: &Filing) -> Option<SpvCustoms> {
    Some(SpvCustoms {
        import_cost: filing.import_cost?.decimal(),
        manufacturer: filing.manufacturer.as_ref()?.to_string(),
        customs_specification: filing.customs_specification.as_ref()?.to_string(),
        ingredient: filing.ingredient.as_ref()?.to_string(),
        usage: filing.usage.as_ref()?.to_string(),
        customs_photos_urls: filing.customs_photos_urls.clone(),
    })
}
