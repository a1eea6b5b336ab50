//! The arguments.

mod documents;
mod filing;
mod ports;
mod sandbox;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use self::documents::TAX_HELP;
pub(super) use self::documents::{BuildArgs, CheckArgs, TaxArgs};
pub(super) use self::filing::{
    FilingCommand, ImportArgs, ItemCallArg, ListArgs, SheetArgs, SyncArgs, TariffCommand, TemplateArgs,
};
pub(super) use self::ports::{ItemFilter, ItemStatusArg, ItemsArgs, PortsCommand, RepushArgs, RouteArg};
use self::sandbox::sandbox_help;
pub(super) use self::sandbox::{DemoArgs, SandboxArgs};
use super::decide::{DecideArgs, DeliveredArgs, ReturnArgs};
use super::status::StatusArgs;
use crate::pipeline::Part;

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
    /// Print the script that makes the roles of a PostgreSQL database: owner, worker, reader, each with the least it needs
    #[command(
        after_help = "An administrator runs it in the database, before or after store migrate, as often as he likes.\n\nExample:\n  customs store roles | psql --set ON_ERROR_STOP=1 --dbname customs"
    )]
    Roles,
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

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where to listen [default: [web] listen of the configuration, or 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<std::net::SocketAddr>,
    /// Also fetch, declare, send and receive, as `declare run --watch` does
    #[arg(long)]
    pub(super) run: bool,
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
        value_parser = clap::builder::PossibleValuesParser::new(Part::ALL.map(Part::word)))]
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
