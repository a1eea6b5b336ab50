//! Arguments of what tries the program out: the demo and the sandbox.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use ports::fault::Lang;
use ports::sandbox::{Rate as FaultRate, Scenario};

#[derive(Debug, Args)]
pub(in super::super) struct DemoArgs {
    /// Declare this many generated orders besides the sample ones
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in super::super) orders: u64,
    /// Where everything goes [default: customs-demo here, emptied first]
    #[arg(long, value_name = "DIR")]
    pub(in super::super) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in super::super) struct SandboxArgs {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(in super::super) listen: std::net::SocketAddr,
    /// How many orders there are, all of the last day
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(in super::super) orders: u64,
    /// Equal seeds give equal orders, credentials and faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(in super::super) seed: u64,
    /// What befalls every order [default: each its own, most of them nothing]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Scenario::ALL.map(Scenario::name)), hide_possible_values = true)]
    pub(in super::super) scenario: Option<String>,
    /// What goes wrong, and in what share of the calls; may be given for several kinds
    ///
    /// Kinds: timeout, 429, 500, slow, cut, html, bad-json, duplicate, clock-skew.
    #[arg(long = "fault", value_name = "KIND=RATE", verbatim_doc_comment)]
    pub(in super::super) faults: Vec<FaultRate>,
    /// Write the warehouse's waybills of these orders to a file, for `declare waybills`
    #[arg(long, value_name = "FILE.jsonl")]
    pub(in super::super) waybills: Option<PathBuf>,
    /// Push messages about orders to this address, as the platform does
    #[arg(long, value_name = "URL")]
    pub(in super::super) push: Option<String>,
    /// Have Yanxuan ship the orders, and call back to this address
    #[arg(long, value_name = "URL")]
    pub(in super::super) callbacks: Option<String>,
}

pub(super) fn sandbox_help() -> String {
    let row = |scenario: Scenario| {
        format!(
            "  {:>2}  {:<24}  {}\n",
            scenario.number(),
            scenario.name(),
            scenario.description().get(Lang::En)
        )
    };
    let rows: String = Scenario::ALL.into_iter().map(row).collect();
    format!(
        "The first line on stdout is JSON: addresses and credentials. Ctrl-C ends it.\n\
         GET /sandbox/state tells what it saw.\n\n\
         Scenarios:\n{rows}\n\
         Example:\n  customs sandbox --orders 500 --scenario payment-missing --fault timeout=0.05 --fault 429=0.05"
    )
}
