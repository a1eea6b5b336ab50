//! Arguments of batch jobs: documents built, messages checked, taxes computed.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use crate::messages::schema::Strictness;
use crate::tax::Policy;

#[derive(Debug, Args)]
pub(in super::super) struct CheckArgs {
    /// Messages, or folders of messages
    #[arg(required_unless_present = "rules")]
    pub(in super::super) files: Vec<PathBuf>,
    /// List the rules with their ids and weights
    #[arg(long)]
    pub(in super::super) rules: bool,
    /// Rules whose findings do not count
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(in super::super) allow: Vec<String>,
}

#[derive(Debug, Args)]
pub(in super::super) struct BuildArgs {
    /// Orders, one JSON object a line; - reads stdin
    pub(in super::super) orders: PathBuf,
    /// Where the messages go
    #[arg(long, value_name = "DIR")]
    pub(in super::super) out: PathBuf,
    /// Which documents: some of order,payment,waybill,inventory
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LIST",
        default_value = "order,payment,waybill,inventory"
    )]
    pub(in super::super) documents: Vec<String>,
    /// Sign the messages with the configured key; inventories are then declared, not only saved
    #[arg(long)]
    pub(in super::super) sign: bool,
    /// Documents in a message, at most 100
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(in super::super) batch: u32,
    /// How each message is held against its schema before it leaves
    #[arg(long, value_name = "WAY", value_enum, default_value_t = GateArg::Compiled)]
    pub(in super::super) gate: GateArg,
}

/// Ways through the schema gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum GateArg {
    /// In one pass over a table made from the XSD; what it does not know goes to the full validator
    Compiled,
    /// The full XSD validator over every message
    Full,
    /// Not at all: rely on fields whose types cannot hold what the schema refuses
    Off,
}

impl From<GateArg> for Strictness {
    fn from(gate: GateArg) -> Self {
        match gate {
            GateArg::Compiled => Self::Compiled,
            GateArg::Full => Self::Full,
            GateArg::Off => Self::Off,
        }
    }
}

#[derive(Debug, Args)]
pub(in super::super) struct TaxArgs {
    /// The order's goods as JSON; - reads stdin. Or the number of a declared order
    #[arg(value_name = "FILE|ORDER_NO")]
    pub(in super::super) file: PathBuf,
    /// How taxes are rounded [default: tax.rounding of the configuration, else line]
    ///
    /// line: each tax of each line half-up to the fen.
    /// line-statutory-first: as line, with the statutory consumption tax half-up to the fen before its share is taken.
    /// platform: dutiable value times the composite rate, that rounded to four decimals.
    /// platform-truncated: as platform, with the rate cut to four decimals.
    /// piece: each tax of a piece cut to the fen, times pieces.
    #[arg(long, value_name = "RULE", verbatim_doc_comment, value_parser = PossibleValuesParser::new(Policy::ALL.map(Policy::word)))]
    pub(in super::super) policy: Option<String>,
}

pub(super) const TAX_HELP: &str = r#"The input:
  {"date": "2026-11-22",             day of the declaration: its rates and limits apply
   "freight": "10.00", "insurance": "0",
   "lines": [{"gnum": 1, "hs_code": "3304990039", "total_price": "200.00", "quantity": "1",
              "legal_quantity1": "0.03", "legal_quantity2": "1",     of the whole line
              "rates": {"vat": "0.13", "consumption": "0.15", "tariff": "0.01", "consumption_specific": "0"}}]}

  rates is optional and replaces the tariff's rates; a price threshold of the code applies all the same.

Optional keys of the order:
  "prices_include_tax": true         total_price is with tax (包税); it is split back
  "discounts": [{"kind": "price_cut", "amount": "50.00"}]
                                     price_cut lowers the dutiable value; coupon, red_packet, points and voucher
                                     do not; merchant does as tax.merchant_discount says
  "used_this_year": "25500.00"       held against the yearly limit together with this order
  "channel": "postal"                a personal postal article (行邮) instead of "retail"
  "from_hk_macao_taiwan": true       for the lower limit of postal parcels
Optional key of a line:
  "postal_class": "item2"            item1, item2, item3 (税目) or listed_medicine; cosmetics find theirs by price

Examples:
  customs declare tax order.json
  customs declare tax order.json --policy platform --lang zh
  customs declare tax - --json < order.json
  customs declare tax P600000000000000001"#;
