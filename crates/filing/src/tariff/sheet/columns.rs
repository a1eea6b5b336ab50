//! The columns of a tariff table.

use crate::cell::Row;
use crate::columns::normal_header;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Hs,
    Name,
    Unit1,
    Unit2,
    Mfn,
    Provisional,
    Vat,
    Consumption,
    Specific,
    Measure,
    Since,
    Until,
    Source,
}

/// A column's headers, the first being the one that is asked for, and whether a table must have it.
pub(super) struct Known {
    pub(super) column: Column,
    pub(super) headers: &'static [&'static str],
    pub(super) required: bool,
}

const fn known(column: Column, required: bool, headers: &'static [&'static str]) -> Known {
    Known { column, headers, required }
}

/// Every column. The columns of the two taxes that are always looked at, and of the first day, must be there: a missing
/// column must not pass for a zero.
pub(super) const COLUMNS: [Known; 13] = [
    known(Column::Hs, true, &["商品编码", "hs_code", "海关HS编码", "HS编码", "税则号", "税号", "hs10"]),
    known(Column::Name, false, &["商品名称", "name", "名称", "品名", "name_zh"]),
    known(Column::Unit1, true, &["第一法定单位", "unit1", "第一法定计量单位", "法定第一单位", "第一单位"]),
    known(Column::Unit2, false, &["第二法定单位", "unit2", "第二法定计量单位", "法定第二单位", "第二单位"]),
    known(Column::Mfn, false, &["最惠国税率", "mfn", "最惠国", "进口最惠国税率"]),
    known(Column::Provisional, false, &["暂定税率", "provisional", "暂定", "进口暂定税率"]),
    known(Column::Vat, true, &["增值税率", "vat", "增值税", "增值税税率"]),
    known(Column::Consumption, true, &["消费税率", "consumption", "消费税", "消费税税率"]),
    known(Column::Specific, false, &["从量消费税(元)", "consumption_specific", "从量消费税"]),
    known(Column::Measure, false, &["起征点计算方式", "threshold_measure", "起征点"]),
    known(Column::Since, true, &["生效日期", "since", "生效日", "启用日期"]),
    known(Column::Until, false, &["失效日期", "until", "失效日", "截止日期"]),
    known(Column::Source, false, &["依据", "source", "来源"]),
];

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Counted from 0.
    pub(super) index: usize,
    /// The header as it stands in the file.
    pub(super) title: String,
    /// The header says that plain numbers are per cent.
    pub(super) percent: bool,
}

/// What the header row holds, column by column: the meaning, unless it is not known.
pub(super) fn header(row: &Row) -> Vec<(Place, Option<Column>)> {
    let titles =
        row.cells.iter().enumerate().filter_map(|(index, cell)| Some((index, cell.as_ref()?.shown())));
    titles
        .map(|(index, title)| {
            let normal = normal_header(&title);
            let bare = normal.strip_suffix("(%)").or_else(|| normal.strip_suffix('%')).unwrap_or(&normal);
            let column = COLUMNS
                .iter()
                .find(|known| known.headers.iter().any(|header| normal_header(header) == bare))
                .map(|known| known.column);
            let percent = bare.len() < normal.len();
            (Place { index, title: title.trim().to_owned(), percent }, column)
        })
        .filter(|(place, _)| !place.title.is_empty())
        .collect()
}

/// Whether a row has the headers by which a tariff table is known: the code and something else.
pub(super) fn is_header(row: &Row) -> bool {
    let columns: Vec<Column> = header(row).into_iter().filter_map(|(_, column)| column).collect();
    columns.contains(&Column::Hs) && columns.len() > 1
}
