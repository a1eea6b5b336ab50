//! The tax of cross-border retail imports (跨境电商综合税).
//!
//! For a line with dutiable value `d`, duty rate `g`, consumption tax `c` ad valorem and `S` specific, VAT `v`, and the share
//! `k` that is levied (70 % within the limits, 财关税〔2016〕18号):
//!
//! ```text
//! T   = d·g                      (g = 0 within the limits)
//! CT  = (d + T + S)·c/(1-c) + S
//! VAT = (d + T + CT)·v
//! due = T + k·CT + k·VAT
//! ```
//!
//! Each tax of each line is rounded once, half-up to the fen; an order's tax is the sum of its lines'. That is one
//! [`Policy`] of several, as no source settles the rounding of intermediate figures. [`assess`] takes an order as it was
//! asked about (discounts, prices with tax, postal articles), [`compute`] goods whose prices are settled.

mod bill;
mod compare;
mod compute;
mod counted;
mod exact;
#[cfg(test)]
pub(crate) mod examples;
pub mod faults;
mod inclusive;
mod input;
mod line;
#[cfg(test)]
mod oracle;
mod postal;
mod request;
mod rounding;
mod share;
mod trace;
pub mod words;

use jiff::civil::Date;
use ports::fault::Fault;
use ports::money::Yuan;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use bill::{BillLine, TaxBill, compare_bill, policies_of};
pub use compare::{Comparison, PlatformTax, Tolerance, compare, compare_lines};
pub(crate) use compare::{line_fault, order_fault};
pub use compute::compute;
pub use input::{InputFault, read as read_input};
pub use request::{Channel, Discount, DiscountKind, Request, RequestLine, assess};
pub use rounding::{Policy, Rounding};
pub use trace::{Input, Step};

use filing::hs::HsCode;
use filing::tariff::Measure;

/// What tax is computed from.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The day of the declaration: its rates and limits apply.
    pub date: Date,
    /// Freight and insurance of the order, which belong to the dutiable value.
    pub charges: Decimal,
    /// The goods.
    pub lines: Vec<LineBasis>,
    /// How taxes are rounded.
    pub policy: Policy,
    /// Dutiable value the buyer has used this year, when it is to count against the yearly limit.
    pub used_this_year: Option<Decimal>,
}

/// One line's goods.
#[derive(Debug, Clone)]
pub struct LineBasis {
    /// The line's number.
    pub number: u32,
    /// The commodity code.
    pub hs_code: HsCode,
    /// Price of the line without tax.
    pub value: Decimal,
    /// Pieces.
    pub quantity: Decimal,
    /// The whole line's first legal quantity.
    pub legal_quantity1: Decimal,
    /// The whole line's second legal quantity, zero when there is none.
    pub legal_quantity2: Decimal,
    /// Rates that replace the tariff's.
    pub rates: Option<Rates>,
}

/// The rates of a line, as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Import duty; nothing when the tariff does not know it.
    pub tariff: Option<Decimal>,
    /// VAT.
    pub vat: Decimal,
    /// Consumption tax ad valorem.
    pub consumption: Decimal,
    /// Consumption tax in yuan for each first legal unit.
    pub consumption_specific: Decimal,
}

/// How an order is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Within the single limit: no duty, 70 % of VAT and consumption tax.
    WithinLimit,
    /// One single item above the limit: all taxes in full.
    FullTax,
    /// Several items above the limit, or above the yearly limit: not by this channel.
    NotAllowed,
    /// A personal postal article (行邮).
    Postal,
}

/// The tax of an order.
#[derive(Debug, Clone, Serialize)]
pub struct Assessment {
    /// How it is taxed.
    pub mode: Mode,
    /// Goods, freight and insurance.
    pub dutiable_value: Yuan,
    /// Line by line; empty when the order is not allowed.
    pub lines: Vec<LineTax>,
    /// Sum of the lines' import duty.
    pub tariff: Yuan,
    /// Sum of the lines' consumption tax.
    pub consumption_tax: Yuan,
    /// Sum of the lines' VAT.
    pub vat: Yuan,
    /// Postal tax before the exemption, for postal articles only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_tax: Option<Yuan>,
    /// What is due: the sum of the lines' totals.
    pub total: Yuan,
    /// The rule of rounding.
    pub policy: Policy,
    /// How the order was judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Step>,
    /// Why it is not allowed.
    #[serde(skip)]
    pub faults: Vec<Fault>,
}

impl Assessment {
    fn empty(mode: Mode, dutiable_value: Yuan, policy: Policy) -> Self {
        Self {
            mode,
            dutiable_value,
            lines: Vec::new(),
            tariff: Yuan::ZERO,
            consumption_tax: Yuan::ZERO,
            vat: Yuan::ZERO,
            postal_tax: None,
            total: Yuan::ZERO,
            policy,
            trace: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn add(&mut self, line: LineTax) {
        self.tariff = self.tariff + line.tariff;
        self.consumption_tax = self.consumption_tax + line.consumption_tax;
        self.vat = self.vat + line.vat;
        self.total = self.total + line.total;
        self.lines.push(line);
    }
}

/// The tax of a line.
#[derive(Debug, Clone, Serialize)]
pub struct LineTax {
    /// The line's number.
    pub gnum: u32,
    /// The line's goods and its share of the charges.
    pub dutiable_value: Yuan,
    /// Its share of freight and insurance.
    pub freight_share: Yuan,
    /// Its share of the price cuts, when there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_share: Option<Yuan>,
    /// Its price with tax, when it was given so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_with_tax: Option<Yuan>,
    /// Import duty.
    pub tariff: Yuan,
    /// Consumption tax.
    pub consumption_tax: Yuan,
    /// VAT.
    pub vat: Yuan,
    /// Postal tax before the exemption, for postal articles only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_tax: Option<Yuan>,
    /// What is due.
    pub total: Yuan,
    /// The rates that were applied.
    pub rates: Rates,
    /// The price threshold that decided on the consumption tax, if any.
    pub threshold: Option<Crossing>,
    /// How the figures came about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Step>,
}

/// A line held against a price threshold.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Crossing {
    /// What the price is measured by.
    #[serde(serialize_with = "measure_name")]
    pub measure: Measure,
    /// Consumption tax is due from this price on, for each gram, millilitre or sheet.
    pub least: Yuan,
    /// Grams, millilitres or sheets of the line.
    #[serde(with = "rust_decimal::serde::str")]
    pub units: Decimal,
    /// Whether the line reaches it.
    pub reached: bool,
}

fn measure_name<S: serde::Serializer>(measure: &Measure, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match measure {
        Measure::Content => "content",
        Measure::Piece => "piece",
    })
}
