//! `customs ports items`: the shop's items, and which of them lack a filing.

use std::sync::Arc;

use filing::barcode::Barcode;
use filing::book::Book;
use jiff::civil::Date;
use ports::clock::beijing;
use ports::fault::Text;
use ports::store::Store;
use ports::xiaohongshu::v1::{Item, ItemCounts, ItemQuery, SpvFields};
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::args::{Global, ItemFilter, ItemStatusArg, ItemsArgs};
use super::super::output::Output;
use super::super::{Exit, network, platform, workplace};

const PROGRESS: Text = Text { zh: "已读 {items} 个商品", en: "{items} items" };
const HEADER: Text = Text {
    zh: "商品条码\tSPV ID\t备案口岸\t报关字段\t商品名称",
    en: "barcode\tSPV ID\tfiled at\tcustoms fields\tname",
};
const SUMMARY: Text = Text {
    zh: "{items} 个商品：{missing} 个没有备案，{incomplete} 个报关字段不全",
    en: "{items} items: {missing} lack a filing, {incomplete} lack customs fields",
};
const UNREADABLE: Text = Text {
    zh: "平台给出的 {count} 条读不出来",
    en: "{count} entries of the platform's cannot be read",
};
const CUT: Text = Text {
    zh: "商品太多，读到 {items} 个为止；请加条件分批读取",
    en: "there are more items than the {items} that were read; ask for fewer at a time",
};
const NEXT: Text = Text {
    zh: "用 customs filing template 文件.xlsx --from-items 生成待备案表",
    en: "customs filing template FILE.xlsx --from-items begins a sheet with them",
};

/// An item and the ports at which its barcode is filed.
pub(in super::super) struct Listed {
    pub(in super::super) item: Item,
    filed_at: Vec<String>,
    /// Whether it is filed where it was asked about.
    pub(in super::super) is_filed: bool,
}

/// Reads the items that a filter means, and looks them up in the book.
pub(in super::super) fn gather(
    filter: &ItemFilter,
    port: Option<&str>,
    store: &Arc<dyn Store>,
    global: &Global,
    out: &Output,
) -> Result<(Vec<Listed>, ItemCounts), Exit> {
    let configuration = workplace::configuration(global, out)?;
    let client = platform::items(&configuration).map_err(|faults| workplace::usage(&faults, out))?;
    let query = query(filter);
    let mut items = Vec::new();
    let read = client.each_item(&query, |item| {
        items.push(item);
        out.progress(&out.text(&PROGRESS, &[("items", items.len().to_string())]));
    });
    let read = network::wait_for(read, out)?;
    out.progress_done();
    network::tell_unknown(client.vocabulary(), out);
    let counts = read.map_err(|error| network::failed(&error, out))?;
    let failed = |error| workplace::store_failed(&error, out);
    let book = Book::open(Arc::clone(store)).map_err(failed)?;
    let ports = book.ports().map_err(failed)?;
    let mut listed = Vec::with_capacity(items.len());
    for item in items {
        let mut filed_at = Vec::new();
        // What is no barcode was never filed.
        if let Some(barcode) = Barcode::parse(&item.spv.barcode) {
            for port in &ports {
                if book.get(port, &barcode).map_err(failed)?.is_some() {
                    filed_at.push(port.clone());
                }
            }
        }
        let is_filed = port.map_or(!filed_at.is_empty(), |port| filed_at.iter().any(|filed| filed == port));
        listed.push(Listed { item, filed_at, is_filed });
    }
    Ok((listed, counts))
}

/// Says what could not be read.
pub(in super::super) fn tell_lost(counts: &ItemCounts, out: &Output) {
    if counts.unreadable > 0 {
        out.say(&out.text(&UNREADABLE, &[("count", counts.unreadable.to_string())]));
    }
    if counts.is_cut {
        out.say(&out.text(&CUT, &[("items", counts.items.to_string())]));
    }
}

fn query(filter: &ItemFilter) -> ItemQuery {
    let begin = |day: Date| day.to_zoned(beijing()).ok().map(|at| at.timestamp().as_second());
    let end = |day: Date| begin(day.tomorrow().ok()?).map(|second| second - 1);
    ItemQuery {
        status: filter.status.map(|status| match status {
            ItemStatusArg::Editing => 0,
            ItemStatusArg::Waiting => 1,
            ItemStatusArg::Approved => 2,
        }),
        buyable: filter.buyable,
        create_time_from: filter.created_from.and_then(begin),
        create_time_to: filter.created_to.and_then(end),
        update_time_from: filter.updated_from.and_then(begin),
        update_time_to: filter.updated_to.and_then(end),
        stock_gte: filter.stock_from,
        stock_lte: filter.stock_to,
        barcode: filter.barcode.clone(),
        page_no: None,
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    items: Vec<Told<'a>>,
    total: u64,
    without_filing: usize,
    incomplete: usize,
    unreadable: u64,
    cut: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    name: &'a str,
    brand: Option<&'a str>,
    barcode: &'a str,
    spv_id: &'a str,
    price: Option<Decimal>,
    pre_tax_price: Option<Decimal>,
    tax: Option<Decimal>,
    tax_rate: Option<Decimal>,
    buyable: Option<bool>,
    unit: Option<&'a str>,
    country: Option<&'a str>,
    net_weight_g: Option<Decimal>,
    gross_weight_g: Option<Decimal>,
    customs: Customs<'a>,
    filed_at: &'a [String],
    has_filing: bool,
}

/// The six customs fields of a variant.
#[derive(Serialize)]
struct Customs<'a> {
    complete: bool,
    import_cost: Option<Decimal>,
    manufacturer: Option<&'a str>,
    customs_specification: Option<&'a str>,
    ingredient: Option<&'a str>,
    usage: Option<&'a str>,
    customs_photos_urls: &'a [String],
}

impl<'a> From<&'a Listed> for Told<'a> {
    fn from(Listed { item, filed_at, is_filed }: &'a Listed) -> Self {
        let spv = &item.spv;
        Self {
            id: &item.id,
            name: &item.name,
            brand: item.brand.as_deref(),
            barcode: &spv.barcode,
            spv_id: &spv.id,
            price: item.price,
            pre_tax_price: item.pre_tax_price,
            tax: item.tax,
            tax_rate: item.tax_rate,
            buyable: item.buyable,
            unit: spv.unit.as_deref(),
            country: spv.country.as_deref(),
            net_weight_g: spv.net_weight_g,
            gross_weight_g: spv.gross_weight_g,
            customs: Customs {
                complete: spv.is_complete(),
                import_cost: spv.import_cost,
                manufacturer: spv.manufacturer.as_deref(),
                customs_specification: spv.customs_specification.as_deref(),
                ingredient: spv.ingredient.as_deref(),
                usage: spv.usage.as_deref(),
                customs_photos_urls: &spv.customs_photos_urls,
            },
            filed_at,
            has_filing: *is_filed,
        }
    }
}

/// How many of the six fields are there.
fn filled(spv: &SpvFields) -> usize {
    let texts = [&spv.manufacturer, &spv.customs_specification, &spv.ingredient, &spv.usage];
    texts.into_iter().flatten().count()
        + usize::from(spv.import_cost.is_some())
        + usize::from(!spv.customs_photos_urls.is_empty())
}

pub(super) fn run(args: &ItemsArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let store: Arc<dyn Store> = Arc::new(workplace::store(global, out)?);
    let port = super::port_name(args.port.as_deref(), store.as_ref(), out)?;
    let (mut listed, counts) = gather(&args.filter, port.as_deref(), &store, global, out)?;
    if args.missing {
        listed.retain(|listed| !listed.is_filed);
    }
    let without_filing = listed.iter().filter(|listed| !listed.is_filed).count();
    let incomplete = listed.iter().filter(|listed| !listed.item.spv.is_complete()).count();
    if out.json {
        out.json(&Answer {
            items: listed.iter().map(Told::from).collect(),
            total: counts.total,
            without_filing,
            incomplete,
            unreadable: counts.unreadable,
            cut: counts.is_cut,
        });
        return Ok(Exit::Done);
    }
    out.say(&out.bold(HEADER.get(out.lang)));
    for Listed { item, filed_at, .. } in &listed {
        let filed = if filed_at.is_empty() { "-".to_owned() } else { filed_at.join(",") };
        let fields = format!("{}/6", filled(&item.spv));
        out.data(&[item.spv.barcode.as_str(), &item.spv.id, &filed, &fields, &item.name].join("\t"));
    }
    tell_lost(&counts, out);
    let told = [
        ("items", listed.len().to_string()),
        ("missing", without_filing.to_string()),
        ("incomplete", incomplete.to_string()),
    ];
    out.say(&out.text(&SUMMARY, &told));
    if without_filing > 0 {
        out.say(NEXT.get(out.lang));
    }
    Ok(Exit::Done)
}
