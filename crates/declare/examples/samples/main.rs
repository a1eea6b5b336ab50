//! Writes `samples/` from the invented shop: `cargo run -p declare --example samples [DIR]`. The files are the same
//! every time.

mod cases;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use declare::shop::goods;
use declare::shop::yuan;
use filing::columns::{COLUMNS, Field};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

use crate::cases::{Case, cases};

const CUSTOMS_TOML: &str = r#"# A complete configuration for the sample orders. All enterprises but the payment companies are invented.

[merchant] # 电商企业
code = "3301966ZA1"
name = "示例(杭州)电子商务有限公司"
direct_assure_code = "3301966ZA1" # who guarantees the tax of direct purchases (9610)

[declarant] # 申报企业
code = "3301986ZB2"
name = "示例(杭州)报关有限公司"

[transfer] # BaseTransfer
cop_code = "3301986ZB2"
cop_name = "示例(杭州)报关有限公司"
dxp_id = "DXPENT0000000001"

[warehouse] # bonded orders (1210)
area_code = "3301666ZC3"
area_name = "示例(杭州)保税仓储有限公司"
ems_no = "T2928W000001"
assure_code = "3301966ZA1" # the platform's, the merchant's or the carrier's code

[ports."杭州"]
customs_code = "2928"
port_code = "2928"
traf_mode = "Y"
wrap_type = "2"

[ports."广州"]
customs_code = "5141"
port_code = "5141"
traf_mode = "Y"
direct_traf_mode = "5" # by air
wrap_type = "2"

[platforms.xiaohongshu]
ebp_code = "3122966ZD4"
ebp_name = "示例(上海)社区平台有限公司"
app_id = "sample"
app_secret = { env = "CUSTOMS_XHS_APP_SECRET" }
access_token = { env = "CUSTOMS_XHS_ACCESS_TOKEN" }
refresh_token = { env = "CUSTOMS_XHS_REFRESH_TOKEN" }
base_url = "https://ark.xiaohongshu.com"
sends = ["order", "waybill", "inventory"]

[payment.AliPay]
code = "31222699S7"
name = "支付宝(中国)网络技术有限公司"

[payment.TP]
code = "4403169D3W"
name = "财付通支付科技有限公司"

[carriers.shunfeng]
code = "3301986ZE5"
name = "示例速运有限公司"

[carriers.zto]
code = "3301986ZF6"
name = "示例快递有限公司"

[gateway]
kind = "folder"
outbox = "outbox"
inbox = "inbox"
envelope = "none"

[signing]
kind = "none"

[tax]
merchant_discount = "non_cash"
tolerance_per_piece = "0.01"
"#;

/// A clerk's sheet with the usual mistakes: a lost zero, weights the wrong way round, a barcode that the spreadsheet
/// shortened, a unit of sale where the legal unit belongs.
const MISTAKES: &str = "\
口岸,商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,第二法定计量单位数量,净重(克),毛重(克)
杭州,2900000000605,燕窝面膜,3304 99 0049,0.125,千克,5,125,150
杭州,2900000000612,洗发水,330510009,0.4,千克,,400,390
杭州,6.90732E+12,奶粉,1901101010,0.9,盒,,900,1000
";

/// The input of the tax command: a 30 ml serum above ten yuan a millilitre, with freight.
const TAX_JSON: &str = r#"{
  "date": "2026-11-22",
  "freight": "5.00",
  "insurance": "0",
  "lines": [
    {"gnum": 1, "hs_code": "3304990039", "total_price": "299.00", "quantity": "1", "legal_quantity1": "0.03", "legal_quantity2": "1"}
  ]
}
"#;

fn readme(cases: &[Case]) -> Result<String, std::fmt::Error> {
    let mut text = String::from(concat!(
        "# Samples\n\nGoods and orders of an invented shop. Nobody in here exists: the people were born before 1910, the barcodes are of the\n",
        "range for a shop's own use, and all enterprises but the payment companies have example names.\n\n",
        "| file | what it is |\n|---|---|\n",
        "| `filings.xlsx` | the goods filings as a clerk's workbook: 杭州 bonded (1210), 广州 direct purchase (9610) |\n",
        "| `filings.csv` | the same rows as text in GB18030 |\n",
        "| `orders.jsonl` | 24 orders, one a line: 21 are declared, 3 are held |\n",
        "| `customs.toml` | a complete configuration for them |\n",
        "| `goods-with-mistakes.csv` | a clerk's sheet with the usual mistakes, to see what is said of them |\n",
        "| `tax.json` | goods to compute the tax of; legal quantities are the whole line's, in kilograms here |\n\n",
        "All files are written by `cargo run -p declare --example samples`.\n\n",
        "```sh\ncargo run --release -- filing import samples/filings.xlsx\n",
        "cargo run --release -- --config samples/customs.toml declare build samples/orders.jsonl --out messages\n```\n\n",
        "The tax is the platform's, in yuan, which is the one that is declared.\n\n",
        "| order | what it shows | outcome | tax |\n|---|---|---|---|\n",
    ));
    for Case { shows, held, order, .. } in cases {
        let outcome = held.map_or("declared".to_owned(), |code| format!("held: `{code}`"));
        writeln!(text, "| {} | {shows} | {outcome} | {} |", order.order_no, yuan(order.amounts().tax))?;
    }
    Ok(text)
}

fn csv() -> String {
    let mut text = COLUMNS.each_ref().map(|column| column.header()).join(",") + "\r\n";
    for filing in goods::filings() {
        let cells = COLUMNS.each_ref().map(|column| filing.cell(column.field).unwrap_or_default());
        let quoted = cells.map(|cell| match cell.contains([',', '"']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        });
        text += &(quoted.join(",") + "\r\n");
    }
    text
}

fn workbook(path: &Path) -> Result<(), Box<dyn Error>> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 11, 20)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let sheet = workbook.add_worksheet();
    sheet.set_name("备案")?.set_freeze_panes(1, 2)?;
    for (index, column) in (0..).zip(&COLUMNS) {
        sheet.set_column_width(index, 18)?.write_string_with_format(0, index, column.header(), &bold)?;
    }
    for (row, filing) in (1..).zip(goods::filings()) {
        for (index, column) in (0..).zip(&COLUMNS) {
            let amount = matches!(
                column.field,
                Field::Quantity1
                    | Field::Quantity2
                    | Field::ImportCost
                    | Field::NetWeightG
                    | Field::GrossWeightG
            );
            match filing.cell(column.field) {
                Some(cell) if amount => sheet.write_number(row, index, cell.parse::<f64>()?)?,
                Some(cell) => sheet.write_string_with_format(row, index, cell, &text)?,
                None => sheet,
            };
        }
    }
    workbook.save(path)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let folder = std::env::args_os().nth(1).map_or_else(own, PathBuf::from);
    let cases = cases();
    workbook(&folder.join("filings.xlsx"))?;
    fs::write(folder.join("filings.csv"), encoding_rs::GB18030.encode(&csv()).0)?;
    let lines: String = cases.iter().map(|case| format!("{}\n", case.line)).collect();
    fs::write(folder.join("orders.jsonl"), lines)?;
    fs::write(folder.join("customs.toml"), CUSTOMS_TOML)?;
    fs::write(folder.join("goods-with-mistakes.csv"), MISTAKES)?;
    fs::write(folder.join("tax.json"), TAX_JSON)?;
    fs::write(folder.join("README.md"), readme(&cases)?)?;
    Ok(())
}
