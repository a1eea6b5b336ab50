//! The arguments.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::decide::{DecideArgs, DeliveredArgs, ReturnArgs};
use super::status::StatusArgs;
use crate::messages::schema::Strictness;
use crate::pipeline::Part;
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
    /// Say more: name each message when it is written, log what happens (-vv: with details)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Logs as text or as JSON, a line each [default: text]
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
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
pub(super) enum LogFormat {
    Text,
    Json,
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
    /// Customs ports (口岸) and the platform's side: its ports, items, tokens, payment slips
    #[command(subcommand)]
    Ports(PortsCommand),
    /// The whole way with the built-in sample shop
    #[command(after_help = "Example:\n  customs demo --dir /tmp/demo")]
    Demo(DemoArgs),
    /// A platform on this machine to try things with: serves orders, takes filings, fails on demand
    #[command(after_help = sandbox_help())]
    Sandbox(SandboxArgs),
    /// The page for warehouse staff, in a browser
    #[command(
        after_help = "On this machine nobody needs to log in. Bound to another address, people log in with the token in the file\nweb-token of the data directory, or with the one that [web] token names.\n\nWith --run it also does what `declare run --watch` does, in the same process: a store on this machine is open in one\nprocess at a time.\n\nExample:\n  customs serve\n  customs serve --run --listen 0.0.0.0:8080"
    )]
    Serve(ServeArgs),
    /// The store: prepare a PostgreSQL database, copy one store into another
    #[command(subcommand)]
    Store(StoreCommand),
    /// The keys that personal data is sealed with
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Whether everything is in place: clock, configuration, secrets, signer, gateway, store, keys, archive, disk
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
    #[command(
        after_help = "Example:\n  customs filing template 备案.xlsx\n  customs filing template 待备案.xlsx --from-items --port 杭州"
    )]
    Template(TemplateArgs),
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

#[derive(Debug, Args)]
pub(super) struct TemplateArgs {
    /// Where to write it
    pub(super) file: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub(super) force: bool,
    /// Begin a row for each item of the shop that has no filing: barcode, SPV id, name, weights
    #[arg(long)]
    pub(super) from_items: bool,
    /// Begin rows of items that have a filing too
    #[arg(long, requires = "from_items")]
    pub(super) all: bool,
    /// The port of the rows; an item filed only elsewhere counts as not filed
    #[arg(long, requires = "from_items")]
    pub(super) port: Option<String>,
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
pub(super) struct ServeArgs {
    /// Where to listen [default: [web] listen of the configuration, or 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<std::net::SocketAddr>,
    /// Also fetch, declare, send and receive, as `declare run --watch` does
    #[arg(long)]
    pub(super) run: bool,
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
    /// File articles by the newer call (create) or the older one (sync), whatever item_call of the configuration says
    #[arg(long, value_enum, value_name = "CALL")]
    pub(super) item_call: Option<ItemCallArg>,
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
    /// Everything by itself: orders in, documents out, receipts back, until nothing is due, or for ever
    #[command(after_help = RUN_HELP)]
    Run(RunArgs),
    /// Take waybills in, from a sheet or a file of lines
    #[command(
        after_help = "Columns: 订单号, 快递公司, 运单号, 毛重(千克), 运费, 保价费; for 9610 also 提运单号, 运输工具编号, 航班航次号, 起运国.\nOr one JSON object a line: order_no, carrier, logistics_no, gross_weight_kg, freight, insured_fee, bill_no, traf_no,\nvoyage_no, departure_country.\n\nExample:\n  customs declare waybills 运单.xlsx"
    )]
    Waybills(WaybillsArgs),
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
    /// Where orders stand: how many in each state, which are held and why, one order's whole story
    #[command(
        after_help = "States: held ready sent unknown accepted released refused withdrawn returned.\n\nExample:\n  customs declare status\n  customs declare status --state held\n  customs declare status P700000000000000001"
    )]
    Status(StatusArgs),
    /// Who works on the store: name, machine, parts of the work, and who sends
    #[command(
        after_help = "Those who have not been seen for longer than their lease are shown as gone.\n\nExample:\n  customs --store postgres://customs@db/customs declare workers"
    )]
    Workers,
    /// Whether the store holds together: bytes of messages, receipts, states, nothing declared twice
    #[command(
        after_help = "Changes nothing. Exit code 1 when anything does not hold.\n\nExample:\n  customs declare audit"
    )]
    Audit,
    /// Let held orders go on that a person has judged
    #[command(
        after_help = "A held order goes on although what holds it is still there, where documents can be made all the same; a refused one is\ndeclared anew; a withdrawn one is declared again. The next declare run does it.\n\nExample:\n  customs declare release P700000000000000001 --reason '两笔支付已核对'"
    )]
    Release(DecideArgs),
    /// Take orders back before customs releases them (CEB623), or do not declare them at all
    #[command(after_help = "Example:\n  customs declare withdraw P700000000000000001 --reason '买家取消'")]
    Withdraw(DecideArgs),
    /// Goods of a released order come back (CEB625)
    #[command(
        after_help = "Without --line everything that is left of the order comes back.\n\nExample:\n  customs declare return P700000000000000001 --reason '七天无理由退货' --line 1=2"
    )]
    Return(ReturnArgs),
    /// Released parcels that were delivered; the waybill's status (CEB513) is declared where the settings say so
    #[command(after_help = "Example:\n  customs declare delivered P700000000000000001")]
    Delivered(DeliveredArgs),
    /// Erase personal data of orders past their retention time; the ledger stays
    #[command(after_help = PURGE_HELP)]
    Purge(PurgeArgs),
}

const PURGE_HELP: &str = "Orders that are under way are never touched. Safe to stop and to run again.\n\n\
    Example:\n  customs declare purge --older-than 1095 --dry-run";

#[derive(Debug, Args)]
pub(super) struct PurgeArgs {
    /// Orders that ended this many days ago or earlier, counted in whole days of Beijing
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) older_than: u16,
    /// Only tell what would be erased
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum VaultCommand {
    /// Make a new master key, and wrap the keys of all days under it
    #[command(
        after_help = "When the key comes from the configuration, put a new one beside it first (1:OLD 2:NEW).\n\nExample:\n  customs vault rotate"
    )]
    Rotate,
}

const RUN_HELP: &str = "Exit codes: 0 all is well, 1 something is held or refused, 2 wrong use or configuration, 3 it could not finish and may be run again,\n\
4 the outcome of a sending is unknown: run again.\n\n\
Ctrl-C ends it: what is in work is finished.\n\n\
Example:\n  customs --config customs.toml declare run --once --wait 60\n  customs --config customs.toml declare run --watch";

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Until nothing is due (the default)
    #[arg(long, conflicts_with = "watch")]
    pub(super) once: bool,
    /// For ever
    #[arg(long)]
    pub(super) watch: bool,
    /// While orders are still under way, wait until nothing has happened for so long: receipts, tries that come later
    #[arg(long, value_name = "SECONDS", default_value_t = 0, conflicts_with = "watch")]
    pub(super) wait: u64,
    /// At the very first start: orders created since this day [default: a week ago]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) since: Option<jiff::civil::Date>,
    /// The parts of the work that this worker does; others do the rest [default: all]
    #[arg(long, value_name = "PART", value_delimiter = ',',
        value_parser = PossibleValuesParser::new(Part::ALL.map(Part::word)))]
    pub(super) stages: Vec<String>,
    /// The name by which this worker is known [default: machine and process]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) name: Option<String>,
    /// Leave figures in a file, in Prometheus' text form, for node_exporter's textfile collector
    #[arg(long, value_name = "FILE.prom")]
    pub(super) metrics: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct WaybillsArgs {
    /// The file: xlsx, csv in UTF-8 or GB18030, or jsonl
    pub(super) file: PathBuf,
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
    #[command(after_help = "Example:\n  customs ports list\n  customs ports list --json")]
    List,
    /// Show one port
    #[command(after_help = "Example:\n  customs ports show 义乌\n  customs ports show 2928")]
    Show {
        /// Its name, or any code: of the platform, of a payment company, of an office or a district of customs
        port: String,
    },
    /// Ask the platform which ports it supports; say what appeared and what vanished
    #[command(after_help = "Example:\n  customs ports refresh")]
    Refresh,
    /// List the shop's items with their customs fields, and which of them lack a filing
    #[command(
        after_help = "Example:\n  customs ports items --status approved --buyable true\n  customs ports items --port 杭州 --missing\n  customs ports items --updated-from 2026-11-01 --json"
    )]
    Items(ItemsArgs),
    /// Ask the platform to have payment slips pushed again (重推支付单)
    #[command(
        after_help = "At most once per order and hour, and six times a day. With --missing also with growing gaps.\n\nExample:\n  customs ports repush P600000000000000001\n  customs ports repush P600000000000000001 --customs local\n  customs ports repush --missing --dry-run"
    )]
    Repush(RepushArgs),
    /// Take the first tokens of a shop, against the code that its owner got (授权码)
    #[command(
        after_help = "The shop's main account authorises in the browser; the address it is led to has the code, which lives ten minutes.\n\nExample:\n  customs ports token --code code-…"
    )]
    Token {
        /// The code
        #[arg(long)]
        code: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct ItemsArgs {
    #[command(flatten)]
    pub(super) filter: ItemFilter,
    /// An item filed only at other ports counts as not filed
    #[arg(long)]
    pub(super) port: Option<String>,
    /// Only items that lack a filing
    #[arg(long)]
    pub(super) missing: bool,
}

/// Which items; the platform does the choosing.
#[derive(Debug, Default, Args)]
pub(super) struct ItemFilter {
    /// Only in this state of review
    #[arg(long, value_enum)]
    pub(super) status: Option<ItemStatusArg>,
    /// Only those on the shelf, or only those that are not
    #[arg(long, value_name = "true|false")]
    pub(super) buyable: Option<bool>,
    /// Created on this day of Beijing or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) created_from: Option<jiff::civil::Date>,
    /// Created on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) created_to: Option<jiff::civil::Date>,
    /// Changed on this day or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) updated_from: Option<jiff::civil::Date>,
    /// Changed on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) updated_to: Option<jiff::civil::Date>,
    /// Stock of at least so many; the platform counts roughly
    #[arg(long, value_name = "N")]
    pub(super) stock_from: Option<i64>,
    /// Stock of at most so many
    #[arg(long, value_name = "N")]
    pub(super) stock_to: Option<i64>,
    /// Only the one with this barcode
    #[arg(long)]
    pub(super) barcode: Option<String>,
}

/// States of review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ItemStatusArg {
    /// 编辑中
    Editing,
    /// 待审核
    Waiting,
    /// 审核通过
    Approved,
}

#[derive(Debug, Args)]
pub(super) struct RepushArgs {
    /// Numbers of orders
    #[arg(required_unless_present = "missing", conflicts_with = "missing", value_name = "ORDER_NO")]
    pub(super) orders: Vec<String>,
    /// All orders whose receipts say that the slip is missing
    #[arg(long)]
    pub(super) missing: bool,
    /// The way: the national system or the port's own [default: by the order's port]
    #[arg(long, value_enum, value_name = "WAY", conflicts_with = "missing")]
    pub(super) customs: Option<RouteArg>,
    /// Only tell what would be asked; nobody is called
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RouteArg {
    /// 总署
    Zongshu,
    /// 地方海关
    Local,
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
    /// Write the warehouse's waybills of these orders to a file, for `declare waybills`
    #[arg(long, value_name = "FILE.jsonl")]
    pub(super) waybills: Option<PathBuf>,
    /// Push messages about orders to this address, as the platform does
    #[arg(long, value_name = "URL")]
    pub(super) push: Option<String>,
    /// Have Yanxuan ship the orders, and call back to this address
    #[arg(long, value_name = "URL")]
    pub(super) callbacks: Option<String>,
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
