//! The columns of a filing sheet, and the finding of them in a header row.

use ports::fault::{Fault, Place, Text};

use crate::cell::{Cell, column_letters, fold, strip_blanks};
use crate::faults;

/// What a cell of a filing row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // each is described in `COLUMNS`
pub enum Field {
    Port,
    Barcode,
    SpvId,
    ItemNo,
    ItemRecordNo,
    Name,
    HsCode,
    Quantity1,
    Unit1,
    Quantity2,
    Unit2,
    Unit,
    Country,
    CustomsSpecification,
    Ingredient,
    Usage,
    Manufacturer,
    ImportCost,
    CustomsPhotosUrls,
    NetWeightG,
    GrossWeightG,
    Brand,
}

/// How much a column is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A row without it is refused.
    Required,
    /// A row without it is taken, but orders with the item are held until it is given.
    ForDeclaring,
    /// May be left out.
    Optional,
}

/// One column of the sheet.
#[derive(Debug)]
pub struct Column {
    /// What it means.
    pub field: Field,
    /// Its name in JSON and in English sheets.
    pub key: &'static str,
    /// The headers it goes by; the first is the template's.
    pub headers: &'static [&'static str],
    /// How much it is wanted.
    pub need: Need,
    /// Its meaning and rule, for the sheet that explains the template.
    pub note: Text,
    /// A value that is right, shown in the template.
    pub example: &'static str,
}

impl Column {
    /// The template's header.
    pub fn header(&self) -> &'static str {
        self.headers.first().copied().unwrap_or(self.key)
    }
}

/// How many columns a filing has.
pub const COLUMN_COUNT: usize = 22;

macro_rules! columns {
    ($($field:ident $key:literal $need:ident [$($header:literal),+] $zh:literal / $en:literal, $example:literal;)+) => {
        /// Every column, in the template's order.
        pub static COLUMNS: [Column; COLUMN_COUNT] = [$(Column {
            field: Field::$field,
            key: $key,
            headers: &[$($header),+],
            need: Need::$need,
            note: Text { zh: $zh, en: $en },
            example: $example,
        }),+];
    };
}

columns! {
    Port "port" ForDeclaring ["口岸", "port"]
        "清关口岸，从下拉列表中选择；导入时已指定默认口岸的可不填" / "customs port, from the list; may be empty when the import names a default port", "杭州";
    Barcode "barcode" Required ["商品条码", "条形码", "barcode"]
        "商品条码，只能是字母、数字、/ 和 -,最多50位；以文本格式填写" / "letters, digits, / and -, at most 50; keep the cell as text", "6907315161898";
    SpvId "spv_id" Optional ["SPV ID", "spv_id"]
        "小红书商品规格编号,24位十六进制；同步备案到平台时需要" / "the platform's id of the variant, 24 hex digits; needed to send the filing to the platform", "58e5a8e4c9d7597de8649ab2";
    ItemNo "item_no" Optional ["企业商品货号", "货号", "item_no"]
        "企业内部货号，最多20个字符" / "your own article number, at most 20 characters", "MASK-001";
    ItemRecordNo "item_record_no" ForDeclaring ["账册备案料号", "备案料号", "item_record_no"]
        "保税账册中的备案料号，最多30个字符；保税(1210)必须有，缺少时含该商品的订单暂不申报" / "the item's number in the bonded account book, at most 30 characters; bonded orders are held without it", "HZ0000001";
    Name "name" Required ["商品名称", "备案品名", "name"]
        "备案品名，最多250个字符" / "the filed name, at most 250 characters", "补水面膜";
    HsCode "hs_code" Required ["海关HS编码", "HS编码", "税则号", "hs_code"]
        "10位海关商品编码，以文本格式填写，不加点和空格" / "the commodity code, ten digits, as text, no dots or blanks", "3304990039";
    Quantity1 "quantity1" Required ["第一法定计量单位数量", "法定第一数量", "quantity1"]
        "一个销售单位折合的第一法定数量，大于0，最多5位小数" / "first legal quantity in one sales unit, above 0, at most 5 decimals", "0.25";
    Unit1 "unit1" Optional ["第一法定计量单位", "unit1"]
        "海关计量单位代码或名称；须与税则一致，税则中已有的编码可不填" / "customs unit code or name; must equal the tariff's, may be empty when the tariff knows the code", "千克";
    Quantity2 "quantity2" Optional ["第二法定计量单位数量", "法定第二数量", "quantity2"]
        "一个销售单位折合的第二法定数量；没有第二法定单位的填0或不填" / "second legal quantity in one sales unit; 0 or empty when there is no second unit", "10";
    Unit2 "unit2" Optional ["第二法定计量单位", "unit2"]
        "海关计量单位代码或名称；没有的不填" / "customs unit code or name; empty when there is none", "件";
    Unit "unit" ForDeclaring ["申报计量单位", "计量单位", "unit"]
        "销售（申报）计量单位，代码或名称；缺少时含该商品的订单暂不申报" / "the unit it is sold and declared in, code or name; orders are held without it", "盒";
    Country "country" ForDeclaring ["原产国", "原产国(地区)", "country"]
        "原产国（地区）:海关3位代码、国际代码或中文名称；缺少时含该商品的订单暂不申报" / "country of origin: customs code, ISO code or Chinese name; orders are held without it", "韩国";
    CustomsSpecification "customs_specification" ForDeclaring ["规格型号", "customs_specification"]
        "规格型号，如 25g/片*10片，最多510个字符；缺少时含该商品的订单暂不申报（同步到平台时与成分、用途、生产厂家、进口成本价、商品图片一起填写）" / "specification, at most 510 characters; orders are held without it (for the platform it goes with ingredient, usage, manufacturer, cost and photos)", "25g/片*10片";
    Ingredient "ingredient" Optional ["材质或成分含量", "成分", "ingredient"]
        "材质或成分含量" / "material or ingredients", "水、甘油、透明质酸钠";
    Usage "usage" Optional ["用途", "usage"]
        "用途" / "what it is for", "护肤";
    Manufacturer "manufacturer" Optional ["生产厂家", "manufacturer"]
        "生产厂家全称，中文或英文" / "the manufacturer's full name", "示例化妆品株式会社";
    ImportCost "import_cost" Optional ["进口成本价", "进口成本价(CNY)", "import_cost"]
        "进口成本价，单位元，大于0" / "import cost in yuan, above 0", "35.5";
    CustomsPhotosUrls "customs_photos_urls" Optional ["商品图片", "customs_photos_urls"]
        "商品图片的网址（http或https）,多个之间用空格、逗号或换行分开" / "http or https addresses of photos, separated by blanks, commas or line breaks", "https://img.example.com/mask-1.jpg";
    NetWeightG "net_weight_g" ForDeclaring ["净重(克)", "net_weight_g"]
        "一个销售单位的净重，单位克，大于0；缺少时含该商品的订单暂不申报" / "net weight of one sales unit in grams, above 0; orders are held without it", "250";
    GrossWeightG "gross_weight_g" ForDeclaring ["毛重(克)", "gross_weight_g"]
        "一个销售单位的毛重，单位克，不小于净重；缺少时含该商品的订单暂不申报" / "gross weight of one sales unit in grams, not below the net weight; orders are held without it", "310";
    Brand "brand" Optional ["品牌", "brand"]
        "品牌" / "brand", "示例";
}

/// The columns that the report workbook adds; a report that was mended in place is imported again, so they are known here.
pub const REPORT_HEADERS: [&str; 4] = ["错误代码", "错误字段", "原因", "修改建议"];

impl Field {
    /// Its column.
    pub fn column(self) -> &'static Column {
        &COLUMNS[self as usize]
    }
}

/// A header as it is compared: half-width, without blanks or the star of a required column, lower case.
pub fn normal_header(text: &str) -> String {
    strip_blanks(&fold(text)).trim_end_matches('*').to_lowercase()
}

/// The column that a header means.
pub fn field_of(header: &str) -> Option<Field> {
    let normal = normal_header(header);
    COLUMNS
        .iter()
        .find(|column| column.headers.iter().any(|known| normal_header(known) == normal))
        .map(|column| column.field)
}

/// What a column of the file's header row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// One of the filing's columns.
    Field(Field),
    /// A second column of the same meaning as an earlier one, counted from 0.
    Repeated(Field, usize),
    /// Added by the report workbook.
    Report,
    /// None that is known.
    Unknown,
    /// A column without a header.
    Nameless,
}

/// A header row, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The sheet it stands in; nothing for a text file.
    pub sheet: Option<String>,
    /// Its row as the spreadsheet shows it.
    pub row: u32,
    /// The headers as they stand in the file, column by column.
    pub titles: Vec<String>,
    /// What each means.
    pub meanings: Vec<Meaning>,
    places: [Option<usize>; COLUMN_COUNT],
}

impl Header {
    /// Reads a row as a header.
    pub fn read(sheet: Option<String>, row: u32, cells: &[Option<Cell>]) -> Self {
        let mut places = [None; COLUMN_COUNT];
        let mut titles = Vec::with_capacity(cells.len());
        let mut meanings = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            let title = match cell {
                Some(Cell::Text(text)) => text.trim().to_owned(),
                Some(other) => other.shown(),
                None => String::new(),
            };
            let meaning = if normal_header(&title).is_empty() {
                Meaning::Nameless
            } else if REPORT_HEADERS.contains(&title.as_str()) {
                Meaning::Report
            } else if let Some(field) = field_of(&title) {
                match places[field as usize] {
                    Some(first) => Meaning::Repeated(field, first),
                    None => {
                        places[field as usize] = Some(index);
                        Meaning::Field(field)
                    }
                }
            } else {
                Meaning::Unknown
            };
            titles.push(title);
            meanings.push(meaning);
        }
        Self { sheet, row, titles, meanings, places }
    }

    /// How many of the filing's columns it has.
    pub fn known(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// The fields that have no column.
    pub fn absent(&self) -> Vec<Field> {
        COLUMNS.iter().map(|column| column.field).filter(|field| self.place(*field).is_none()).collect()
    }

    /// Where a field stands, counted from 0.
    pub fn place(&self, field: Field) -> Option<usize> {
        self.places.get(field as usize).copied().flatten()
    }

    /// What is wrong with the columns: missing, of the same meaning, or unknown ones. Without a `default_port` the port's
    /// column is required.
    pub fn faults(&self, file: &str, default_port: bool) -> Vec<Fault> {
        let place = |column: Option<usize>, title: &str| Place {
            sheet: self.sheet.clone(),
            row: Some(self.row),
            column: column.map(column_letters),
            header: Some(title.to_owned()),
            ..Place::file(file)
        };
        let mut found = Vec::new();
        for column in COLUMNS.iter().filter(|column| self.place(column.field).is_none()) {
            let at = place(None, column.header());
            let fault = match (column.field, column.need) {
                (Field::Port, _) if default_port => continue,
                (Field::Port, _) => faults::COLUMN_PORT.at(at),
                (_, Need::Required) => {
                    faults::COLUMN_MISSING.at(at).with("accepted", column.headers.join(", "))
                }
                (_, Need::ForDeclaring) => faults::COLUMN_NEEDED.at(at),
                (_, Need::Optional) => continue,
            };
            found.push(fault.with("header", column.header()));
        }
        for (index, (title, meaning)) in self.titles.iter().zip(&self.meanings).enumerate() {
            let at = || place(Some(index), title);
            match meaning {
                Meaning::Repeated(field, first) => found.push(
                    faults::COLUMN_TWICE
                        .at(at())
                        .with("header", title)
                        .with("first", self.title(*field))
                        .with("other", column_letters(*first)),
                ),
                Meaning::Unknown => found.push(faults::COLUMN_UNKNOWN.at(at()).with("header", title)),
                Meaning::Field(_) | Meaning::Report | Meaning::Nameless => {}
            }
        }
        found
    }

    /// The header of a field as the file writes it, or the template's.
    pub fn title(&self, field: Field) -> &str {
        self.place(field)
            .and_then(|index| self.titles.get(index))
            .map_or_else(|| field.column().header(), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_fields() {
        for (index, column) in COLUMNS.iter().enumerate() {
            assert_eq!(column.field as usize, index, "{}", column.key);
            assert!(column.headers.contains(&column.key) || column.key == "spv_id");
        }
    }

    #[test]
    fn no_two_columns_share_a_header() {
        let mut all: Vec<String> =
            COLUMNS.iter().flat_map(|column| column.headers.iter().map(|text| normal_header(text))).collect();
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn headers_are_found_however_they_are_typed() {
        for text in [
            "海关HS编码",
            " 海关HS编码 * ",
            "海关\u{FF28}\u{FF33}编码",
            "HS_CODE",
            "hs编码\u{200b}",
            "税则号**",
        ] {
            assert_eq!(field_of(text), Some(Field::HsCode), "{text}");
        }
        assert_eq!(field_of("净重\u{FF08}克\u{FF09}"), Some(Field::NetWeightG));
        assert_eq!(field_of("原产国(地区)"), Some(Field::Country));
        assert_eq!(field_of("spvid"), Some(Field::SpvId));
        assert_eq!(field_of("备注"), None);
    }

    #[test]
    fn a_header_row_is_understood() {
        let cells: Vec<Option<Cell>> = ["条形码", "备注", "", "barcode", "错误代码"]
            .into_iter()
            .map(|text| Some(Cell::Text(text.into())))
            .collect();
        let header = Header::read(None, 1, &cells);
        assert_eq!(
            header.meanings,
            [
                Meaning::Field(Field::Barcode),
                Meaning::Unknown,
                Meaning::Nameless,
                Meaning::Repeated(Field::Barcode, 0),
                Meaning::Report
            ]
        );
        assert_eq!(header.place(Field::Barcode), Some(0));
        assert_eq!(header.title(Field::Barcode), "条形码");
        assert_eq!(header.title(Field::Name), "商品名称");
    }
}
