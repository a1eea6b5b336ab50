//! The arguments.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::messages::schema::Strictness;
use crate::tax::Policy;
use ports::fault::Lang;
use ports::sandbox::{Rate as FaultRate, Scenario};

/// Goods filings and shop orders become China Customs declarations.
#[derive(Debug, Parser)]
#[command(name = "customs", version, about, long_about = None, arg_required_else_help = true)]
#[command(after_help = "Try it without any configuration:\n  customs demo")]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// Configuration [default: customs.toml here, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Data directory
    #[arg(long, global = true, value_name = "DIR", default_value = "customs-data")]
    pub(super) data: PathBuf,
    /// Store: sled:DIRECTORY or postgres://USER@HOST:PORT/DATABASE [default: sled:<data>/store]
    #[arg(long, global = true, value_name = "URL")]
    pub(super) store: Option<String>,
    /// Print exactly one JSON document
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Language of messages [default: from LANG]
    #[arg(long, global = true, value_enum)]
    pub(super) lang: Option<LangArg>,
    /// Say more: name each message when it is written
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto)]
    pub(super) color: ColorArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LangArg {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Goods filings (备案): sheets in and out, the book and its history, the tariff, the platform
    #[command(subcommand)]
    Filing(FilingCommand),
    /// Declarations (申报): build messages, compute tax
    #[command(subcommand)]
    Declare(DeclareCommand),
    /// Customs ports (口岸)
    #[command(subcommand)]
    Ports(PortsCommand),
    /// The whole way with the built-in sample shop
    #[command(after_help = "Example:\n  customs demo --dir /tmp/demo")]
    Demo(DemoArgs),
    /// A platform on this machine to try things with: serves orders, takes filings, fails on demand
    #[command(after_help = sandbox_help())]
    Sandbox(SandboxArgs),
    /// The store: prepare a PostgreSQL database, copy one store into another
    #[command(subcommand)]
    Store(StoreCommand),
    /// Whether everything is in place: clock, configuration, secrets, signer, gateway, store, disk
    #[command(
        after_help = "Exit code 1 when anything is not.\n\nExample:\n  customs doctor --config customs.toml"
    )]
    Doctor,
    /// What a code means and what to do about it: a fault code of this program, or a number that customs answers with
    #[command(
        after_help = "Example:\n  customs explain FIL-HS-LENGTH\n  customs explain 800\n  customs explain -301010\n  customs explain 1332"
    )]
    Explain(ExplainArgs),
    /// Completions for a shell
    #[command(after_help = "Example:\n  customs completions bash > /etc/bash_completion.d/customs")]
    Completions(CompletionsArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Make or bring up to date the tables of the database that --store names
    #[command(after_help = "Example:\n  customs --store postgres://customs@db/customs store migrate")]
    Migrate,
    /// Copy all documents of a store into another; cut off, it is simply run again
    #[command(
        after_help = "Example:\n  customs store copy --from sled:customs-data/store --to postgres://customs@db/customs"
    )]
    Copy {
        /// The store to copy
        #[arg(long, value_name = "URL")]
        from: String,
        /// The store to copy into: an empty one, or an unfinished copy
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum FilingCommand {
    /// Write the sheet to fill in
    #[command(after_help = "Example:\n  customs filing template 备案.xlsx")]
    Template {
        /// Where to write it
        file: PathBuf,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Read and check; write nothing
    #[command(after_help = "Example:\n  customs filing check goods.xlsx")]
    Check(SheetArgs),
    /// Take the good rows into the book
    #[command(after_help = "Example:\n  customs filing import goods.xlsx --report report.xlsx")]
    Import(ImportArgs),
    /// List the book
    #[command(after_help = "Example:\n  customs filing list --port 杭州 --hs 3304")]
    List(ListArgs),
    /// Show one filing
    #[command(after_help = "Example:\n  customs filing show 6907315161898")]
    Show {
        /// The barcode
        barcode: String,
        /// Only at this port
        #[arg(long)]
        port: Option<String>,
    },
    /// What became of a filing: when, from which file and row, what changed
    #[command(after_help = "Example:\n  customs filing history 6907315161898 --port 杭州")]
    History {
        /// The barcode
        barcode: String,
        /// Only at this port
        #[arg(long)]
        port: Option<String>,
    },
    /// List the imports with their numbers
    #[command(after_help = "Example:\n  customs filing imports")]
    Imports,
    /// Undo an import: its rows stop counting
    #[command(
        after_help = "Filings that a later import has changed again stay as they are.\n\nExample:\n  customs filing undo 7"
    )]
    Undo {
        /// Its number, from `filing imports`
        #[arg(value_name = "IMPORT_ID")]
        import: String,
    },
    /// Send to Xiaohongshu what changed since it was last accepted
    #[command(
        after_help = "Example:\n  customs filing sync --dry-run\n  customs filing sync --limit 100 --verify"
    )]
    Sync(SyncArgs),
    /// Legal units and rates: the built-in tables and your own
    #[command(subcommand)]
    Tariff(TariffCommand),
    /// Write the book into a sheet
    #[command(after_help = "Example:\n  customs filing export book.xlsx")]
    Export {
        /// Where to write it: .xlsx or .csv
        file: PathBuf,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TariffCommand {
    /// Load a table of your own, and tell what it changes for the filings in the book
    #[command(
        after_help = "Columns: 商品编码, 商品名称, 第一法定单位, 第二法定单位, 最惠国税率, 暂定税率, 增值税率, 消费税率, 从量消费税(元),\nthreshold_measure (content, piece, none), 生效日期, 失效日期, 依据. Rates as 13% or 0.13.\n\nExample:\n  customs filing tariff import 税则2027.xlsx --dry-run"
    )]
    Import {
        /// The table: xlsx, or csv in UTF-8 or GB18030
        file: PathBuf,
        /// Only tell what it would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Show a commodity code
    #[command(after_help = "Example:\n  customs filing tariff show 3304990039 --date 2027-01-01")]
    Show {
        /// The ten digits
        hs_code: String,
        /// On this day [default: today in Beijing]
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<jiff::civil::Date>,
    },
    /// List the commodity codes
    #[command(after_help = "Example:\n  customs filing tariff list --user")]
    List {
        /// Only the lines of your own tables, with every period
        #[arg(long)]
        user: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct SheetArgs {
    /// Spreadsheets: xlsx, xlsm, xls, xlsb, ods, or csv in UTF-8, UTF-16 or GB18030
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    /// The sheet to read; without it the one that looks most like filings
    #[arg(long, value_name = "NAME")]
    pub(super) sheet: Option<String>,
    /// The port of rows that name none
    #[arg(long)]
    pub(super) port: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    pub(super) sheets: SheetArgs,
    /// Write the rows back with what is wrong with them
    #[arg(long, value_name = "REPORT.xlsx")]
    pub(super) report: Option<PathBuf>,
    /// Write the report over a file that is there
    #[arg(long, requires = "report")]
    pub(super) force: bool,
    /// All rows of a file or none
    #[arg(long)]
    pub(super) whole_file: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only this port
    #[arg(long)]
    pub(super) port: Option<String>,
    /// Only commodity codes that begin so
    #[arg(long, value_name = "PREFIX")]
    pub(super) hs: Option<String>,
    /// Only filings that the platform does not have as they are
    #[arg(long)]
    pub(super) unsynced: bool,
}

#[derive(Debug, Args)]
pub(super) struct SyncArgs {
    /// Only tell what would be sent
    #[arg(long)]
    pub(super) dry_run: bool,
    /// At most this many filings
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
    /// Read back what the platform has, and show differences
    #[arg(long)]
    pub(super) verify: bool,
    /// File articles by the newer call (create) or the older one (sync)
    #[arg(long, value_enum, default_value_t = ItemCallArg::Create, value_name = "CALL")]
    pub(super) item_call: ItemCallArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ItemCallArg {
    Create,
    Sync,
}

#[derive(Debug, Subcommand)]
pub(super) enum DeclareCommand {
    /// Orders in, customs messages out; no network
    #[command(
        after_help = "Example:\n  customs --config customs.toml declare build orders.jsonl --out outbox"
    )]
    Build(BuildArgs),
    /// Check any messages of anybody's: XML, schema, signature, business rules, one document against another
    #[command(
        after_help = "A folder stands for its .xml files. Documents of one order in several files are held against each other.\n\nExample:\n  customs declare check outbox\n  customs declare check CEB311.xml CEB411.xml --allow A5\n  customs declare check --rules"
    )]
    Check(CheckArgs),
    /// The tax of an order, figure by figure: of one given as JSON, or of one that was declared
    #[command(
        after_help = "Example:\n  customs declare tax order.json\n  customs declare tax - --json < order.json\n  customs declare tax P600000000000000001"
    )]
    #[command(after_long_help = TAX_HELP)]
    Tax(TaxArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Messages, or folders of messages
    #[arg(required_unless_present = "rules")]
    pub(super) files: Vec<PathBuf>,
    /// List the rules with their ids and weights
    #[arg(long)]
    pub(super) rules: bool,
    /// Rules whose findings do not count
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) allow: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// Orders, one JSON object a line; - reads stdin
    pub(super) orders: PathBuf,
    /// Where the messages go
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Which documents: some of order,payment,waybill,inventory
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LIST",
        default_value = "order,payment,waybill,inventory"
    )]
    pub(super) documents: Vec<String>,
    /// Sign the messages with the configured key; inventories are then declared, not only saved
    #[arg(long)]
    pub(super) sign: bool,
    /// Documents in a message, at most 100
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(super) batch: u32,
    /// How each message is held against its schema before it leaves
    #[arg(long, value_name = "WAY", value_enum, default_value_t = GateArg::Compiled)]
    pub(super) gate: GateArg,
}

/// Ways through the schema gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GateArg {
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
pub(super) struct TaxArgs {
    /// The order's goods as JSON; - reads stdin. Or the number of a declared order
    #[arg(value_name = "FILE|ORDER_NO")]
    pub(super) file: PathBuf,
    /// How taxes are rounded [default: tax.rounding of the configuration, else line]
    ///
    /// line: each tax of each line half-up to the fen.
    /// line-statutory-first: as line, with the statutory consumption tax half-up to the fen before its share is taken.
    /// platform: dutiable value times the composite rate, that rounded to four decimals.
    /// platform-truncated: as platform, with the rate cut to four decimals.
    /// piece: each tax of a piece cut to the fen, times pieces.
    #[arg(long, value_name = "RULE", verbatim_doc_comment, value_parser = PossibleValuesParser::new(Policy::ALL.map(Policy::word)))]
    pub(super) policy: Option<String>,
}

const TAX_HELP: &str = r#"The input:
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

#[derive(Debug, Subcommand)]
pub(super) enum PortsCommand {
    /// List the supported ports
    List,
    /// Show one port
    #[command(after_help = "Example:\n  customs ports show 义乌")]
    Show {
        /// Its name or one of its codes
        port: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Declare this many generated orders besides the sample ones
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) orders: u64,
    /// Where everything goes [default: customs-demo here, emptied first]
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(super) listen: std::net::SocketAddr,
    /// How many orders there are, all of the last day
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) orders: u64,
    /// Equal seeds give equal orders, credentials and faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    /// What befalls every order [default: each its own, most of them nothing]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Scenario::ALL.map(Scenario::name)), hide_possible_values = true)]
    pub(super) scenario: Option<String>,
    /// What goes wrong, and in what share of the calls; may be given for several kinds
    ///
    /// Kinds: timeout, 429, 500, slow, cut, html, bad-json, duplicate, clock-skew.
    #[arg(long = "fault", value_name = "KIND=RATE", verbatim_doc_comment)]
    pub(super) faults: Vec<FaultRate>,
    /// Push messages about orders to this address, as the platform does
    #[arg(long, value_name = "URL")]
    pub(super) push: Option<String>,
}

fn sandbox_help() -> String {
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

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code
    #[arg(required_unless_present = "all", allow_negative_numbers = true)]
    pub(super) code: Option<String>,
    /// Every code there is
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}
