//! The records of binary workbooks, walked through without keeping anything.

use std::io::{BufRead, Read};

use ports::fault::Fault;

use super::bounds::{BINARY_TEXTS, CELLS, OLD_CELLS, PIECE_BYTES, SHEETS};
use super::xml::{broken_io, malformed};
use crate::faults;

/// Walks through the records of a workbook stream ([MS-XLS] 2.1.4): a kind and a length of two bytes each.
pub(super) fn weigh_old(records: &[u8]) -> Result<(), Box<Fault>> {
    const BEGIN: u16 = 0x0809;
    const PASSWORD: u16 = 0x002F;
    const BOUND_SHEET: u16 = 0x0085;
    /// Records of one cell, which begin with its row and column.
    const CELL: [u16; 8] = [0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6];
    /// Records of several cells in a row, which end with the last column.
    const CELLS_IN_ROW: [u16; 2] = [0x00BD, 0x00BE];

    let (mut rest, mut sheets, mut area) = (records, 0_u64, 0_u64);
    let mut reach: Option<[u16; 4]> = None;
    let span = |reach: Option<[u16; 4]>| {
        reach.map_or(0, |[top, left, bottom, right]| {
            (u64::from(bottom - top) + 1) * (u64::from(right.saturating_sub(left)) + 1)
        })
    };
    while let Some((head, body)) = rest.split_first_chunk::<4>() {
        let [k0, k1, l0, l1] = *head;
        let (kind, length) = (u16::from_le_bytes([k0, k1]), usize::from(u16::from_le_bytes([l0, l1])));
        let Some((body, behind)) = body.split_at_checked(length) else {
            // Streams are padded to whole sectors.
            return if kind == 0 {
                OLD_CELLS.check(area + span(reach))
            } else {
                Err(malformed("a record breaks off"))
            };
        };
        rest = behind;
        let word =
            |at: usize| body.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes);
        match kind {
            PASSWORD => return Err(faults::FILE_ENCRYPTED.fault().into()),
            BEGIN => {
                area += span(reach.take());
                OLD_CELLS.check(area)?;
            }
            BOUND_SHEET => {
                sheets += 1;
                SHEETS.check(sheets)?;
            }
            _ if CELL.contains(&kind) || CELLS_IN_ROW.contains(&kind) => {
                let last = if CELL.contains(&kind) { word(2) } else { length.checked_sub(2).and_then(word) };
                let (Some(row), Some(first), Some(last)) = (word(0), word(2), last) else {
                    return Err(malformed("a cell record is too short"));
                };
                let [top, left, bottom, right] = reach.unwrap_or([row, first, row, last]);
                reach = Some([top.min(row), left.min(first), bottom.max(row), right.max(last)]);
            }
            _ => {}
        }
    }
    OLD_CELLS.check(area + span(reach))
}

/// Walks through the records of a part ([MS-XLSB] 2.1.4): a kind of one or two bytes and a length of one to four, of whose
/// bytes seven bits count each. Tells how many are the results of formulas.
pub(super) fn weigh_records(mut bytes: impl BufRead, sheet: bool) -> Result<u64, Box<Fault>> {
    const TEXT: u64 = 0x13;
    const FORMULAS: std::ops::RangeInclusive<u64> = 0x08..=0x0B;
    const CELLS_KINDS: std::ops::RangeInclusive<u64> = 0x01..=0x0B;
    let mut number = |most: u32| -> Result<Option<u64>, Box<Fault>> {
        let mut value = 0;
        for place in 0..most {
            let mut byte = [0];
            if bytes.read(&mut byte).map_err(|error| broken_io(&error))? == 0 {
                return if place == 0 { Ok(None) } else { Err(malformed("a record breaks off")) };
            }
            value |= u64::from(byte[0] & 0x7F) << (7 * place);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        if most == LENGTH_BYTES {
            PIECE_BYTES.check(value)?;
            let skipped = std::io::copy(&mut bytes.by_ref().take(value), &mut std::io::sink());
            if skipped.map_err(|error| broken_io(&error))? != value {
                return Err(malformed("a record breaks off"));
            }
        }
        Ok(Some(value))
    };
    let (mut texts, mut cells, mut formulas) = (0_u64, 0_u64, 0_u64);
    while let Some(kind) = number(2)? {
        if number(LENGTH_BYTES)?.is_none() {
            return Err(malformed("a record breaks off"));
        }
        if sheet && CELLS_KINDS.contains(&kind) {
            cells += 1;
            formulas += u64::from(FORMULAS.contains(&kind));
        }
        texts += u64::from(kind == TEXT);
        CELLS.check(cells)?;
        BINARY_TEXTS.check(texts)?;
    }
    Ok(formulas)
}

/// Bytes of a record's length.
const LENGTH_BYTES: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut record = kind.to_le_bytes().to_vec();
        record.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        record.extend(body);
        record
    }

    fn number_at(row: u16, column: u16) -> Vec<u8> {
        let mut body = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        body.extend([0; 8]);
        record(0x0203, &body)
    }

    #[test]
    fn cells_far_apart_are_refused_before_a_table_is_made() {
        let code = |records: Vec<u8>| weigh_old(&records).err().map(|fault| fault.code());
        assert_eq!(code([number_at(0, 0), number_at(65_535, 20)].concat()), None);
        assert_eq!(code([number_at(0, 0), number_at(65_535, 255)].concat()), Some("FIL-FILE-LIMIT"));
        let begin = record(0x0809, &[0; 16]);
        let sheet = [begin, number_at(0, 0), number_at(65_535, 20)].concat();
        assert_eq!(code([sheet.clone(), sheet].concat()), Some("FIL-FILE-LIMIT"));
        assert_eq!(code(record(0x002F, &[0; 6])), Some("FIL-FILE-ENCRYPTED"));
        assert_eq!(code(vec![3, 2, 255, 255, 0]), Some("FIL-FILE-WORKBOOK"));
        assert_eq!(code(record(0x0203, &[0])), Some("FIL-FILE-WORKBOOK"));
        assert_eq!(code(vec![0; 300]), None);
    }

    #[test]
    fn records_of_lying_length_are_refused() {
        let code = |bytes: &[u8]| weigh_records(bytes, true).err().map(|fault| fault.code());
        assert_eq!(code(&[0x05, 2, 0, 0]), None);
        assert_eq!(code(&[0x05, 2, 0]), Some("FIL-FILE-WORKBOOK"));
        assert_eq!(code(&[0x05, 0xFF, 0xFF, 0xFF, 0x7F]), Some("FIL-FILE-LIMIT"));
        assert_eq!(weigh_records(&[0x09, 1, 0, 0x02, 1, 0][..], true).unwrap(), 1);
    }
}
