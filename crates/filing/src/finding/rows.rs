//! The findings of all rows of a file, packed: a sheet of a million rows that are all wrong must fit into memory too.

use super::Finding;
use crate::columns::Field;
use ports::fault::Kind;

/// Packed findings are kept in pages of this size: one long run of bytes would be held twice whenever it grows.
const PAGE_BYTES: usize = 256 << 10;

/// Findings of rows, in the order of rows; those of one row in the order in which they were found.
#[derive(Debug, Clone, Default)]
pub struct RowFindings {
    pages: Vec<Vec<u8>>,
    kinds: Vec<&'static Kind>,
    fields: Vec<Field>,
    names: Vec<&'static str>,
    last_row: u32,
    /// Found after a later row had been packed: an earlier row contradicted by a later one. Sorted by [`Self::sort`].
    late: Vec<Finding>,
    count: usize,
}

impl RowFindings {
    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.count += 1;
        if finding.row < self.last_row {
            self.late.push(finding);
            return;
        }
        self.last_row = finding.row;
        if self.pages.last().is_none_or(|page| page.len() >= PAGE_BYTES) {
            self.pages.push(Vec::with_capacity(PAGE_BYTES + PAGE_BYTES / 8));
        }
        let kind = number(&mut self.kinds, |known| std::ptr::eq(*known, finding.kind), finding.kind);
        let field = finding.field.map(|field| number(&mut self.fields, |known| *known == field, field));
        let Some(page) = self.pages.last_mut() else { return };
        page.extend_from_slice(&finding.row.to_le_bytes());
        page.push(kind);
        page.push(field.map_or(NOTHING, |field| field));
        put(page, finding.value.as_deref());
        let args = finding.args.as_deref().map(Vec::as_slice).unwrap_or_default();
        page.push(u8::try_from(args.len()).unwrap_or(u8::MAX));
        for (name, value) in args.iter().take(usize::from(u8::MAX)) {
            page.push(number(&mut self.names, |known| known == name, *name));
            put(page, Some(value));
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Every finding, in the order of rows once [`Self::sort`] was called.
    pub fn iter(&self) -> impl Iterator<Item = Finding> + '_ {
        let mut packed = self.pages.iter().flat_map(|page| Unpacked { of: self, page }).peekable();
        let mut late = self.late.iter().peekable();
        std::iter::from_fn(move || match (packed.peek(), late.peek()) {
            (Some(one), Some(other)) if other.row < one.row => late.next().cloned(),
            (None, Some(_)) => late.next().cloned(),
            _ => packed.next(),
        })
    }

    /// The refused rows and those that only have warnings, each ascending once [`Self::sort`] was called.
    pub fn judged(&self) -> (Vec<u32>, Vec<u32>) {
        let (mut refused, mut warned) = (Vec::new(), Vec::new());
        for finding in self.iter() {
            if finding.is_error() {
                warned.pop_if(|row| *row == finding.row);
                if refused.last() != Some(&finding.row) {
                    refused.push(finding.row);
                }
            } else if ![refused.last(), warned.last()].contains(&Some(&finding.row)) {
                warned.push(finding.row);
            }
        }
        (refused, warned)
    }

    /// These and others, which come behind these of the same row. Both are in the order of rows.
    pub(crate) fn joined(self, others: Self) -> Self {
        if others.is_empty() {
            return self;
        }
        let mut all = Self::default();
        let (mut own, mut others) = (self.iter().peekable(), others.iter().peekable());
        loop {
            let is_other = match (own.peek(), others.peek()) {
                (Some(one), Some(other)) => other.row < one.row,
                (None, _) => true,
                (_, None) => false,
            };
            let next = if is_other { others.next() } else { own.next() };
            let Some(finding) = next else { break };
            all.push(finding);
        }
        drop((own, others));
        all
    }

    /// Puts what was found late into the order of rows.
    pub(super) fn sort(&mut self) {
        self.late.sort_by_key(|finding| finding.row);
    }
}

impl Extend<Finding> for RowFindings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

/// In place of a field's number: the finding is about the row as a whole.
const NOTHING: u8 = u8::MAX;
/// In place of a text's length: there is none.
const NO_TEXT: u32 = u32::MAX;

/// The number of a value among those seen before. There are some hundred kinds, fields and names in this crate, all fixed.
fn number<T: Copy>(known: &mut Vec<T>, is_it: impl Fn(&T) -> bool, value: T) -> u8 {
    let place = known.iter().position(is_it).unwrap_or_else(|| {
        known.push(value);
        known.len() - 1
    });
    u8::try_from(place).unwrap_or(NOTHING)
}

fn put(page: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(NO_TEXT, |text| u32::try_from(text.len()).unwrap_or(0));
    page.extend_from_slice(&length.to_le_bytes());
    if length != NO_TEXT {
        page.extend_from_slice(text.unwrap_or_default().as_bytes());
    }
}

/// The findings of a page.
struct Unpacked<'f> {
    of: &'f RowFindings,
    page: &'f [u8],
}

impl Iterator for Unpacked<'_> {
    type Item = Finding;

    fn next(&mut self) -> Option<Finding> {
        let row = u32::from_le_bytes(self.bytes()?);
        let [kind, field] = self.bytes()?;
        let kind = *self.of.kinds.get(usize::from(kind))?;
        let field = self.of.fields.get(usize::from(field)).copied();
        let value = self.text()?;
        let [count] = self.bytes()?;
        let mut args = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let [name] = self.bytes()?;
            let name = *self.of.names.get(usize::from(name))?;
            args.push((name, self.text()??));
        }
        let args = (!args.is_empty()).then(|| Box::new(args));
        Some(Finding { kind, row, field, value, args })
    }
}

impl Unpacked<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.page.split_first_chunk()?;
        self.page = rest;
        Some(*bytes)
    }

    fn text(&mut self) -> Option<Option<Box<str>>> {
        let length = u32::from_le_bytes(self.bytes()?);
        if length == NO_TEXT {
            return Some(None);
        }
        let (text, rest) = self.page.split_at_checked(usize::try_from(length).ok()?)?;
        self.page = rest;
        Some(Some(std::str::from_utf8(text).ok()?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults;

    #[test]
    fn joined_findings_are_in_the_order_of_rows() {
        let of = |rows: &[u32], kind: &'static Kind| {
            let mut found = RowFindings::default();
            found.extend(rows.iter().map(|row| Finding::cell(kind, *row, Field::HsCode, None)));
            found
        };
        let joined = of(&[2, 4, 4, 9], &faults::HS_LENGTH).joined(of(&[1, 4, 10], &faults::BOOK_DIFFERS));
        let rows: Vec<_> = joined
            .iter()
            .map(|finding| (finding.row, finding.kind.code == faults::BOOK_DIFFERS.code))
            .collect();
        let wanted = [(1, true), (2, false), (4, false), (4, false), (4, true), (9, false), (10, true)];
        assert_eq!((rows.as_slice(), joined.len()), (&wanted[..], 7));
    }

    #[test]
    fn findings_come_back_as_they_went_in_and_late_ones_at_their_row() {
        let plain =
            |row| Finding::cell(&faults::HS_LENGTH, row, Field::HsCode, Some("3304")).with("found", 4);
        let bare = |row| Finding { kind: &faults::ROW_TWICE, row, field: None, value: None, args: None };
        let mut found = RowFindings::default();
        let rows: Vec<u32> = (1..=20_000).flat_map(|row| [row, row]).collect();
        found.extend(rows.iter().map(|row| if row % 3 == 0 { bare(*row) } else { plain(*row) }));
        assert!(found.pages.len() > 2);
        found.push(bare(9_001));
        found.push(bare(7));
        found.sort();

        assert_eq!(found.len(), rows.len() + 2);
        let back: Vec<Finding> = found.iter().collect();
        assert_eq!(back.len(), found.len());
        assert!(back.is_sorted_by_key(|finding| finding.row));
        let of = |row| back.iter().filter(|finding| finding.row == row).cloned().collect::<Vec<_>>();
        assert_eq!(of(7), [plain(7), plain(7), bare(7)]);
        assert_eq!(of(9_001), [plain(9_001), plain(9_001), bare(9_001)]);
        assert_eq!(of(9_000), [bare(9_000), bare(9_000)]);
    }
}
