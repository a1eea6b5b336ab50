//! What became of a file.

use ports::fault::{Fault, Lang, Place};
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::book::{Counts, ImportId};
use crate::finding::Findings;

/// What became of one file: how many rows were good, which were not, and every fault.
///
/// Every row is accepted or refused; of an imported file every accepted row is new, changed or unchanged. A row with
/// warnings and no error is accepted and counted as warned too.
#[derive(Debug, Clone)]
pub struct FileReport {
    findings: Findings,
    rows: u64,
    refused: Vec<u32>,
    warned: Vec<u32>,
    counts: Option<Counts>,
    import: Option<ImportId>,
}

impl FileReport {
    /// Sums up the sorted findings of a file.
    pub(super) fn new(findings: Findings, rows: u64) -> Self {
        let (refused, warned) = findings.of_rows.judged();
        Self { findings, rows, refused, warned, counts: None, import: None }
    }

    pub(super) fn add(&mut self, mut fault: Fault) {
        fault.at = Place { sheet: self.sheet().map(str::to_owned), ..Place::file(self.file()) };
        self.findings.of_file.push(fault);
    }

    /// Notes what an import did. Rows that repeat another one change nothing, so they count as unchanged.
    pub(super) fn taken(&mut self, counts: Counts, import: Option<ImportId>) {
        self.import = import;
        let unchanged = self.accepted().saturating_sub(counts.new).saturating_sub(counts.changed);
        self.counts = Some(Counts { unchanged, ..counts });
    }

    /// Marks it as the report of an import, also when nothing was taken.
    pub(super) fn imported(mut self) -> Self {
        self.counts.get_or_insert_default();
        self
    }

    /// The file as the user named it.
    pub fn file(&self) -> &str {
        &self.findings.file
    }

    /// The sheet that was read; nothing for a text file or when none was found.
    pub fn sheet(&self) -> Option<&str> {
        self.findings.header.as_ref()?.sheet.as_deref()
    }

    /// Rows that hold something, below the header.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that are good: with a file that is refused as a whole, none.
    pub fn accepted(&self) -> u64 {
        if self.has_file_errors() { 0 } else { self.rows.saturating_sub(self.refused()) }
    }

    /// How many rows are refused.
    pub fn refused(&self) -> u64 {
        u64::try_from(self.refused.len()).unwrap_or(u64::MAX)
    }

    /// The refused rows as the spreadsheet shows them, ascending.
    pub fn refused_rows(&self) -> &[u32] {
        &self.refused
    }

    /// The rows that are good but have warnings, ascending.
    pub fn warned_rows(&self) -> &[u32] {
        &self.warned
    }

    /// What an import did to the book; nothing for a check.
    pub fn counts(&self) -> Option<Counts> {
        self.counts
    }

    /// The number of the import, by which it can be undone; nothing when the book was not changed.
    pub fn import_id(&self) -> Option<ImportId> {
        self.import
    }

    /// Everything that was found.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Whether the file as a whole is refused.
    pub fn has_file_errors(&self) -> bool {
        self.findings.of_file.iter().any(Fault::is_error)
    }

    /// Whether nothing was refused.
    pub fn is_clean(&self) -> bool {
        self.refused.is_empty() && !self.has_file_errors()
    }

    /// The JSON form, with its faults in one language. Faults are written one by one and never held all at once.
    pub fn json(&self, lang: Lang) -> impl Serialize + '_ {
        Json { report: self, lang }
    }
}

struct Json<'r> {
    report: &'r FileReport,
    lang: Lang,
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let mut fields = serializer.serialize_struct("FileReport", 13)?;
        fields.serialize_field("file", report.file())?;
        fields.serialize_field("sheet", &report.sheet())?;
        fields.serialize_field("rows", &report.rows)?;
        fields.serialize_field("accepted", &report.accepted())?;
        fields.serialize_field("refused", &report.refused())?;
        fields.serialize_field("warned", &report.warned.len())?;
        fields.serialize_field("refused_rows", &report.refused)?;
        fields.serialize_field("warned_rows", &report.warned)?;
        fields.serialize_field("faults", &Faults(self))?;
        if let Some(counts) = &report.counts {
            fields.serialize_field("new", &counts.new)?;
            fields.serialize_field("changed", &counts.changed)?;
            fields.serialize_field("unchanged", &counts.unchanged)?;
            fields.serialize_field("import_id", &report.import)?;
        }
        fields.end()
    }
}

struct Faults<'r, 'j>(&'j Json<'r>);

impl Serialize for Faults<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Json { report, lang } = self.0;
        let mut list = serializer.serialize_seq(Some(report.findings.len()))?;
        for fault in report.findings.faults(*lang) {
            list.serialize_element(&fault.report(*lang))?;
        }
        list.end()
    }
}
