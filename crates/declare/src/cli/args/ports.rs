//! Arguments about customs ports, the items of the shop and what the platform is asked.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(in super::super) enum PortsCommand {
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
pub(in super::super) struct ItemsArgs {
    #[command(flatten)]
    pub(in super::super) filter: ItemFilter,
    /// An item filed only at other ports counts as not filed
    #[arg(long)]
    pub(in super::super) port: Option<String>,
    /// Only items that lack a filing
    #[arg(long)]
    pub(in super::super) missing: bool,
}

/// Which items; the platform does the choosing.
#[derive(Debug, Default, Args)]
pub(in super::super) struct ItemFilter {
    /// Only in this state of review
    #[arg(long, value_enum)]
    pub(in super::super) status: Option<ItemStatusArg>,
    /// Only those on the shelf, or only those that are not
    #[arg(long, value_name = "true|false")]
    pub(in super::super) buyable: Option<bool>,
    /// Created on this day of Beijing or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in super::super) created_from: Option<jiff::civil::Date>,
    /// Created on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in super::super) created_to: Option<jiff::civil::Date>,
    /// Changed on this day or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in super::super) updated_from: Option<jiff::civil::Date>,
    /// Changed on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in super::super) updated_to: Option<jiff::civil::Date>,
    /// Stock of at least so many; the platform counts roughly
    #[arg(long, value_name = "N")]
    pub(in super::super) stock_from: Option<i64>,
    /// Stock of at most so many
    #[arg(long, value_name = "N")]
    pub(in super::super) stock_to: Option<i64>,
    /// Only the one with this barcode
    #[arg(long)]
    pub(in super::super) barcode: Option<String>,
}

/// States of review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum ItemStatusArg {
    /// 编辑中
    Editing,
    /// 待审核
    Waiting,
    /// 审核通过
    Approved,
}

#[derive(Debug, Args)]
pub(in super::super) struct RepushArgs {
    /// Numbers of orders
    #[arg(required_unless_present = "missing", conflicts_with = "missing", value_name = "ORDER_NO")]
    pub(in super::super) orders: Vec<String>,
    /// All orders whose receipts say that the slip is missing
    #[arg(long)]
    pub(in super::super) missing: bool,
    /// The way: the national system or the port's own [default: by the order's port]
    #[arg(long, value_enum, value_name = "WAY", conflicts_with = "missing")]
    pub(in super::super) customs: Option<RouteArg>,
    /// Only tell what would be asked; nobody is called
    #[arg(long)]
    pub(in super::super) dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum RouteArg {
    /// 总署
    Zongshu,
    /// 地方海关
    Local,
}
