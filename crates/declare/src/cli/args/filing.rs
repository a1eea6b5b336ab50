//! Arguments about the book of filings and its tariff.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(in super::super) enum FilingCommand {
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
pub(in super::super) struct TemplateArgs {
    /// Where to write it
    pub(in super::super) file: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub(in super::super) force: bool,
    /// Begin a row for each item of the shop that has no filing: barcode, SPV id, name, weights
    #[arg(long)]
    pub(in super::super) from_items: bool,
    /// Begin rows of items that have a filing too
    #[arg(long, requires = "from_items")]
    pub(in super::super) all: bool,
    /// The port of the rows; an item filed only elsewhere counts as not filed
    #[arg(long, requires = "from_items")]
    pub(in super::super) port: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(in super::super) enum TariffCommand {
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
pub(in super::super) struct SheetArgs {
    /// Spreadsheets: xlsx, xlsm, xls, xlsb, ods, or csv in UTF-8, UTF-16 or GB18030
    #[arg(required = true)]
    pub(in super::super) files: Vec<PathBuf>,
    /// The sheet to read; without it the one that looks most like filings
    #[arg(long, value_name = "NAME")]
    pub(in super::super) sheet: Option<String>,
    /// The port of rows that name none
    #[arg(long)]
    pub(in super::super) port: Option<String>,
}

#[derive(Debug, Args)]
pub(in super::super) struct ImportArgs {
    #[command(flatten)]
    pub(in super::super) sheets: SheetArgs,
    /// Write the rows back with what is wrong with them
    #[arg(long, value_name = "REPORT.xlsx")]
    pub(in super::super) report: Option<PathBuf>,
    /// Write the report over a file that is there
    #[arg(long, requires = "report")]
    pub(in super::super) force: bool,
    /// All rows of a file or none
    #[arg(long)]
    pub(in super::super) whole_file: bool,
}

#[derive(Debug, Args)]
pub(in super::super) struct ListArgs {
    /// Only this port
    #[arg(long)]
    pub(in super::super) port: Option<String>,
    /// Only commodity codes that begin so
    #[arg(long, value_name = "PREFIX")]
    pub(in super::super) hs: Option<String>,
    /// Only filings that the platform does not have as they are
    #[arg(long)]
    pub(in super::super) unsynced: bool,
}

#[derive(Debug, Args)]
pub(in super::super) struct SyncArgs {
    /// Only tell what would be sent
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// At most this many filings
    #[arg(long, value_name = "N")]
    pub(in super::super) limit: Option<u64>,
    /// Read back what the platform has, and show differences
    #[arg(long)]
    pub(in super::super) verify: bool,
    /// File articles by the newer call (create) or the older one (sync), whatever item_call of the configuration says
    #[arg(long, value_enum, value_name = "CALL")]
    pub(in super::super) item_call: Option<ItemCallArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum ItemCallArg {
    Create,
    Sync,
}
