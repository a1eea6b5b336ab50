//! What a file may have at most. Each bound is checked before memory is taken for what it counts.
//!
//! Rows and cells are read one by one and given away, so that their bounds are bounds of time. A workbook of a million rows
//! and twenty columns must pass every one of them; `hostile` in the tests has a file for each that does not.

use std::io;

use ports::fault::{Fault, Text};

use crate::faults;

/// A bound: what is counted, and the most of it.
#[derive(Debug)]
pub(super) struct Bound {
    what: Text,
    most: u64,
}

/// A million filings with every column make a file of a quarter of this.
pub(super) static FILE_BYTES: Bound =
    Bound { what: Text { zh: "文件大小(字节)", en: "bytes of the file" }, most: super::MAX_FILE_BYTES };
/// Excel 97 knows 65,536 rows; with every column of a filing they take half of this. Such a file can only be read as a whole.
pub(super) static OLD_FILE_BYTES: Bound =
    Bound { what: Text { zh: ".xls文件大小(字节)", en: "bytes of an .xls file" }, most: 48 << 20 };
/// Every row of an .xls with thirty columns: the reader of this format holds a whole sheet at once, empty cells too.
pub(super) static OLD_CELLS: Bound = Bound {
    what: Text { zh: ".xls工作表范围内的单元格", en: "cells in the range of an .xls sheet" },
    most: 65_536 * 30,
};
/// A workbook with a picture in each of some thousand rows still passes; each part costs some hundred bytes.
pub(super) static PARTS: Bound =
    Bound { what: Text { zh: "压缩包内的文件数", en: "parts in the package" }, most: 10_000 };
/// Names and sizes of [`PARTS`] parts take a tenth of this.
pub(super) static DIRECTORY_BYTES: Bound = Bound {
    what: Text { zh: "压缩包目录(字节)", en: "bytes of the package's directory" },
    most: 8 << 20,
};
/// A sheet of [`CELLS`] cells with its text inside each cell.
pub(super) static UNZIPPED_BYTES: Bound =
    Bound { what: Text { zh: "解压后大小(字节)", en: "unpacked bytes" }, most: 6 << 30 };
/// A sheet in which every row is the same packs 100 to one; what packs better than this was made to.
pub(super) static UNZIPPED_TIMES: Bound =
    Bound { what: Text { zh: "压缩倍数", en: "unpacked bytes for one packed byte" }, most: 250 };
/// Parts below this size may pack as well as they like.
pub(super) const SMALL_PART_BYTES: u64 = 4 << 20;
/// The parts that name sheets, formats and other parts, which are held in memory: those of the largest workbooks take a tenth.
pub(super) static MAIN_BYTES: Bound = Bound {
    what: Text { zh: "工作簿说明部分(字节)", en: "bytes of a part about the workbook" },
    most: 16 << 20,
};
/// A cell of Excel's most letters, each written as `_x4E00_` or `&#x4E00;`, and as much again.
pub(super) static PIECE_BYTES: Bound = Bound {
    what: Text { zh: "单个标签或一段文字(字节)", en: "bytes of one tag or piece of text" },
    most: 1 << 20,
};
/// Elements inside each other: Excel needs eight, an OpenDocument table with notes and frames some twenty.
pub(super) static DEPTH: Bound =
    Bound { what: Text { zh: "XML嵌套层数", en: "XML elements inside each other" }, most: 64 };
/// As many as Excel shows as tabs before it becomes unusable, and each is looked into for its header.
pub(super) static SHEETS: Bound = Bound { what: Text { zh: "工作表数", en: "sheets" }, most: 256 };
/// As many rows as Excel has.
pub(super) static ROWS: Bound =
    Bound { what: Text { zh: "行数", en: "rows" }, most: super::MAX_ROWS as u64 };
/// Every row of a sheet with all columns of a filing and ten of the clerk's own: a million rows of twenty columns is what
/// has to pass, so that fewer would refuse honest files; cells are not kept, so that more only cost time.
pub(super) static CELLS: Bound =
    Bound { what: Text { zh: "单元格数", en: "cells" }, most: super::MAX_ROWS as u64 * 32 };
/// LibreOffice writes equal rows below each other once, with a count. A clerk copies a row too often at times; nobody files
/// the same thousands of times, and each one of them would be told as a repetition.
pub(super) static REPEATS: Bound = Bound {
    what: Text { zh: "相同的行连续出现的次数", en: "equal rows below each other" },
    most: 1_000,
};
/// As many texts as cells.
pub(super) static TEXTS: Bound =
    Bound { what: Text { zh: "不同的文本数", en: "shared texts" }, most: super::MAX_ROWS as u64 * 32 };
/// Bytes of all shared texts; they are put on disk when there are many.
pub(super) static TEXT_BYTES: Bound =
    Bound { what: Text { zh: "文本总量(字节)", en: "bytes of shared texts" }, most: 2 << 30 };
/// Letters of a cell in bytes: four times Excel's most letters. Longer cells are refused by the rules, this much longer ones
/// with their file.
pub(super) static CELL_BYTES: Bound = Bound {
    what: Text { zh: "单元格内容(字节)", en: "bytes of a cell" },
    most: super::MAX_CELL_LETTERS as u64 * 4,
};
/// Text of a row: a clerk's longest has some thousand bytes. Rows wait in queues, and one shared text may stand in every cell.
pub(super) static ROW_BYTES: Bound =
    Bound { what: Text { zh: "一行的内容(字节)", en: "bytes of a row" }, most: 1 << 20 };
/// Excel itself refuses more than 65,490 cell formats.
pub(super) static STYLES: Bound =
    Bound { what: Text { zh: "单元格格式数", en: "cell formats" }, most: 65_490 };
/// A line of a text table: every column with a few hundred letters; an opened quote that is never closed runs over this.
pub(super) static LINE_BYTES: Bound = Bound {
    what: Text {
        zh: "一行的长度(字节)；请检查引号是否成对", en: "bytes of a line (is a quote left open?)"
    },
    most: 4 << 20,
};
/// Shared texts of an .xlsb, which are held one by one: a hundred thousand filings have half of these.
pub(super) static BINARY_TEXTS: Bound = Bound {
    what: Text { zh: ".xlsb中不同的文本数", en: "shared texts of an .xlsb" },
    most: 1_200_000,
};

impl Bound {
    pub(super) const fn most(&self) -> u64 {
        self.most
    }

    /// The fault of a file that goes beyond it.
    pub(super) fn fault(&'static self) -> Box<Fault> {
        Box::new(faults::FILE_LIMIT.fault().with_words("what", self.what).with("limit", self.most))
    }

    /// Refuses when there is more.
    pub(super) fn check(&'static self, found: u64) -> Result<(), Box<Fault>> {
        if found > self.most { Err(self.fault()) } else { Ok(()) }
    }

    /// The same as an error of a reader, which [`fault_in`] finds again.
    pub(super) fn error(&'static self) -> io::Error {
        io::Error::other(Exceeded(self))
    }
}

/// A bound that a reader has met.
#[derive(Debug, thiserror::Error)]
#[error("{} > {}", .0.what.en, .0.most)]
struct Exceeded(&'static Bound);

/// The bound behind an error, when it is one.
pub(super) fn fault_in(error: &io::Error) -> Option<Box<Fault>> {
    Some(error.get_ref()?.downcast_ref::<Exceeded>()?.0.fault())
}
