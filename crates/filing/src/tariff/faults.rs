//! Faults of tariff tables, and of filings under a tariff.

ports::fault_kinds! {
    /// No row looks like the headers of a tariff table.
    TABLE_HEADER = "FIL-TARIFF-HEADER", Error,
        "前{limit}行里找不到税则表的表头" / "no header row of a tariff table among the first {limit} rows",
        "第一行应是表头：商品编码、第一法定单位、增值税率、消费税率、生效日期等" / "the first row must hold the headers: hs_code, unit1, vat, consumption, since …";
    /// A column without which no line can be taken.
    TABLE_COLUMN = "FIL-TARIFF-COLUMN", Error,
        "缺少“{header}”列" / "the column {header} is missing",
        "请增加这一列；也可用这些表头：{accepted}" / "add the column; these headers are accepted: {accepted}";
    /// Two columns of the same meaning.
    TABLE_TWICE = "FIL-TARIFF-COLUMN-TWICE", Error,
        "“{header}”与{other}列含义相同，不知道用哪一列" / "{header} means the same as column {other}",
        "请删除其中一列" / "delete one of them";
    /// A column the program does not know.
    TABLE_UNKNOWN = "FIL-TARIFF-COLUMN-UNKNOWN", Warning,
        "不认识“{header}”列，已忽略" / "the column {header} is not known and is ignored",
        "如果是税率或单位，请改成认识的表头" / "if it holds a rate or unit, use a header that is known";
    /// More rows than a tariff has.
    TABLE_ROWS = "FIL-TARIFF-ROWS", Error,
        "超过{limit}行" / "more than {limit} rows",
        "请拆成几个文件" / "split it into several files";
    /// Some rows are refused: a table is taken whole.
    TABLE_WHOLE = "FIL-TARIFF-WHOLE", Error,
        "有{refused}行不合格；税则表只能整份采用，这次没有采用任何一行" / "{refused} rows are refused; a tariff table is taken whole, so nothing was taken",
        "改好这些行后重新导入" / "mend those rows and import again";
    /// A cell that must hold something.
    CELL_EMPTY = "FIL-TARIFF-EMPTY", Error,
        "“{header}”不能为空" / "{header} must not be empty",
        "请填写" / "fill it in";
    /// Not a commodity code.
    CELL_HS = "FIL-TARIFF-HS", Error,
        "“{value}”不是10位商品编码" / "{value} is no commodity code of ten digits",
        "请以文本格式填写10位数字，不加点" / "write ten digits as text, without dots";
    /// Not a unit.
    CELL_UNIT = "FIL-TARIFF-UNIT", Error,
        "“{value}”不是海关计量单位" / "{value} is no customs unit",
        "请填写计量单位代码或名称，如 035 或 千克" / "write a customs unit code or name, such as 035 or 千克";
    /// Not a rate beyond doubt.
    CELL_RATE = "FIL-TARIFF-RATE", Error,
        "“{value}”不能确定是多少税率" / "{value} is no rate beyond doubt",
        "请写成 13% 或 0.13;表头带(%)的列写成 13" / "write 13% or 0.13; in a column whose header has (%), write 13";
    /// Not an amount.
    CELL_AMOUNT = "FIL-TARIFF-AMOUNT", Error,
        "“{value}”不是大于0的金额" / "{value} is no amount above 0",
        "请填写每个第一法定单位的从量消费税，单位元" / "write the tax in yuan per first legal unit";
    /// Not a measure.
    CELL_MEASURE = "FIL-TARIFF-MEASURE", Error,
        "“{value}”不是消费税起征点的计算方式" / "{value} is no measure of a threshold",
        "请填写 content（按克或毫升）、piece（按片或张）或 none（没有起征点）" / "write content (by gram or millilitre), piece (by piece or sheet) or none";
    /// A threshold by piece without a second unit to count pieces by.
    MEASURE_PIECE = "FIL-TARIFF-PIECE", Error,
        "按片计算起征点的编码必须有第二法定单位" / "a threshold by piece needs a second legal unit",
        "请填写第二法定单位" / "give the second legal unit";
    /// Not a date.
    CELL_DATE = "FIL-TARIFF-DATE", Error,
        "“{value}”不是日期" / "{value} is no date",
        "请写成 2026-01-01" / "write it as 2026-01-01";
    /// A period that ends before it begins.
    PERIOD = "FIL-TARIFF-PERIOD", Error,
        "失效日期{until}早于生效日期{since}" / "it ends on {until}, before it begins on {since}",
        "请改正日期" / "correct the dates";
    /// Two rows hold for one code on the same day.
    OVERLAP = "FIL-TARIFF-OVERLAP", Error,
        "与第{other}行是同一编码，有效期重叠" / "row {other} has the same code, and their periods overlap",
        "同一编码的各行有效期不能重叠；请填写或改正前一行的失效日期" / "periods of one code must not overlap; give the earlier row its last day";
    /// A row that repeats another one.
    ROW_TWICE = "FIL-TARIFF-ROW-TWICE", Warning,
        "与第{other}行完全相同" / "it equals row {other}",
        "可以删除其中一行" / "one of them can be deleted";

    /// A filing's code has ended.
    HS_EXPIRED = "FIL-HS-EXPIRED", Warning,
        "税则中商品编码{hs}已于{until}失效" / "by the tariff, the commodity code {hs} ended on {until}",
        "请查新税则，改用现行编码；如编码仍有效，请导入新的税则表" / "find the code that has replaced it; if it is still good, load a newer tariff table";
    /// A filing's code is about to end.
    HS_EXPIRING = "FIL-HS-EXPIRING", Warning,
        "税则中商品编码{hs}将于{until}失效" / "by the tariff, the commodity code {hs} ends on {until}",
        "请在失效前查明新编码并重新备案；如编码继续有效，请导入新的税则表" / "find the new code and file again before that day; if it stays good, load a newer tariff table";
    /// A filing in the book has other units than the new table.
    BOOK_UNITS = "FIL-TARIFF-BOOK-UNITS", Warning,
        "商品编码{hs}的法定单位现为{units}，备案中是{filed}" / "the legal units of {hs} are now {units}; the filing has {filed}",
        "请按新的法定单位改正数量和单位后重新导入备案" / "correct quantities and units and import the filing again";
    /// A code of the book that no table knows.
    BOOK_UNKNOWN = "FIL-TARIFF-BOOK-UNKNOWN", Warning,
        "有{filings}条备案使用商品编码{hs}，税则表中没有" / "{filings} filings use the commodity code {hs}, which no tariff table has",
        "请核对编码，或导入含有该编码的税则表" / "check the code, or load a table that has it";
}
