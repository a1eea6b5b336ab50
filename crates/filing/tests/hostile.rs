//! Files that were made to do harm, or that broke on the way: each has a clear fault, soon, and takes little memory.
//!
//! - packages: bombs, lies about sizes, parts over each other, too many parts
//! - XML: document types, entities, depth, long pieces
//! - sheets: cells far out, lying dimensions, too many formats, one text in every cell
//! - other kinds: passwords, web pages, binary records that lie
//! - a seeded run of mutations over all formats

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use filing::import::{FileReport, ImportOptions, check_file};
use filing::record::CheckOptions;
use ports::fault::Lang;
use support::{good_rows, ods, ods_row, package, sheet, text, xlsb, xlsb_sheet, xlsx, xlsx_with};
use tempfile::TempDir;

/// How long one file may take. Programs for use are many times faster than those for tests.
const SOON: Duration = Duration::from_secs(if cfg!(debug_assertions) { 8 } else { 1 });
/// The most memory all of them may take, the test's own included.
const MEMORY_MEGABYTES: u64 = 300;

fn check(bytes: &[u8]) -> FileReport {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("goods.xlsx");
    fs::write(&path, bytes).unwrap();
    let began = Instant::now();
    let options = ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    };
    let report = check_file(&path, &options);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    report
}

fn file_codes(report: &FileReport) -> Vec<&'static str> {
    let faults = &report.findings().of_file;
    faults.iter().filter(|fault| fault.code() != "FIL-COLUMN-NEEDED").map(|fault| fault.code()).collect()
}

fn refused(name: &str, code: &str, bytes: &[u8]) {
    let report = check(bytes);
    let found = file_codes(&report);
    assert_eq!(
        found,
        [code],
        "{name}: {:?}",
        report.findings().faults(Lang::En).map(|f| f.message(Lang::En)).collect::<Vec<_>>()
    );
    assert_eq!(report.accepted(), 0, "{name}");
}

fn accepted(name: &str, warnings: &[&str], bytes: &[u8]) {
    let report = check(bytes);
    assert_eq!(file_codes(&report), warnings, "{name}");
    assert_eq!(report.accepted(), 1, "{name}");
}

/// The most memory this process has held since the last call, where the system tells it.
fn peak_megabytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let _ = fs::write("/proc/self/clear_refs", "5");
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}

/// Writes a number of four bytes over each place that holds another one.
fn patched(mut bytes: Vec<u8>, from: u32, to: u32) -> Vec<u8> {
    let (from, to) = (from.to_le_bytes(), to.to_le_bytes());
    let places: Vec<usize> = (0..bytes.len() - 3).filter(|at| bytes[*at..*at + 4] == from).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| bytes[at..at + 4].copy_from_slice(&to));
    bytes
}

#[test]
fn hostile_files_are_refused_soon_and_in_little_memory() {
    packages();
    xml();
    sheets();
    other_kinds();
    if let Some(peak) = peak_megabytes() {
        assert!(peak < MEMORY_MEGABYTES, "{peak} MB");
    }
}

fn packages() {
    const BOMB_BYTES: u32 = 24_000_017;
    let blanks = " ".repeat(BOMB_BYTES as usize - sheet("").len());
    let bomb = sheet(&blanks);
    let bomb = xlsx_with(&bomb, &[]);
    refused("a bomb", "FIL-FILE-LIMIT", &bomb);
    refused("a bomb that says it is small", "FIL-FILE-WORKBOOK", &patched(bomb.clone(), BOMB_BYTES, 5_000));
    refused(
        "a bomb among the shared texts",
        "FIL-FILE-LIMIT",
        &xlsx_with(&sheet(&good_rows()), &[("xl/sharedStrings.xml", blanks.as_bytes())]),
    );
    let nested = package(&[("xl/workbook.xml", &xlsx(&good_rows()))]);
    refused("a package in a package", "FIL-FILE-WORKBOOK", &nested);
    refused("a package of something else", "FIL-FILE-WORKBOOK", &package(&[("a.txt", b"hello")]));

    let many: Vec<String> = (0..10_001).map(|number| format!("{number}.bin")).collect();
    let parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    refused("too many parts", "FIL-FILE-LIMIT", &package(&parts));

    // The directory's entry of the second part points to the first part's place.
    let two = package(&[("xl/workbook.xml", b"<a/>"), ("xl/b.xml", b"<b/>")]);
    let second = (30 + "xl/workbook.xml".len() + 6) as u32;
    let entry = two.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let mut over = two.clone();
    assert_eq!(over[entry + 42..entry + 46], second.to_le_bytes());
    over[entry + 42..entry + 46].copy_from_slice(&0_u32.to_le_bytes());
    refused("parts over each other", "FIL-FILE-WORKBOOK", &over);

    let whole = xlsx(&good_rows());
    for at in [1, 5, 30, 200, 500, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        let code = if at < 4 { "FIL-SHEET-HEADER" } else { "FIL-FILE-WORKBOOK" };
        refused(&format!("cut off at {at}"), code, &whole[..at]);
    }
}

fn xml() {
    let good = sheet(&good_rows());
    for (name, sheet) in [
        ("a document type", format!("<!DOCTYPE x>{good}")),
        (
            "a bomb of entities",
            good.replace(
                "<worksheet",
                "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><worksheet",
            ),
        ),
        (
            "an external entity",
            good.replace("<worksheet", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><worksheet"),
        ),
    ] {
        refused(name, "FIL-FILE-DOCTYPE", &xlsx_with(&sheet, &[]));
    }
    refused("an unknown entity", "FIL-FILE-WORKBOOK", &xlsx_with(&good.replace('皂', "&x;"), &[]));
    refused("tags left open", "FIL-FILE-WORKBOOK", &xlsx_with(&good.replace("</worksheet>", ""), &[]));
    refused("no XML", "FIL-FILE-WORKBOOK", &xlsx_with("\u{1}\u{2}<<<", &[]));
    refused("deep", "FIL-FILE-LIMIT", &xlsx_with(&format!("{}{good}", "<a>".repeat(100_000)), &[]));
    let long = "长".repeat(2_000_000);
    refused("a long cell", "FIL-FILE-LIMIT", &xlsx(&good_rows().replace("皂", &long)));
    refused(
        "a long cell in pieces",
        "FIL-FILE-LIMIT",
        &xlsx(&good_rows().replace("皂", &"&amp;".repeat(300_000))),
    );
    refused(
        "a long attribute",
        "FIL-FILE-LIMIT",
        &xlsx(&good_rows().replace("<row r=\"2\"", &format!("<row x=\"{long}\" r=\"2\""))),
    );
    refused("a long remark", "FIL-FILE-LIMIT", &xlsx(&format!("<!--{long}-->{}", good_rows())));
    let attributes: String = (0..80_000).map(|number| format!(" a{number}=\"\"")).collect();
    accepted(
        "many attributes",
        &[],
        &xlsx(&good_rows().replace("<row r=\"2\"", &format!("<row{attributes} r=\"2\""))),
    );
}

fn sheets() {
    let far =
        |reference: &str, row: u32| format!("{}<row r=\"{row}\">{}</row>", good_rows(), text(reference, "x"));
    accepted("the farthest cell", &["FIL-COLUMN-MANY"], &xlsx(&far("XFD1048576", 1_048_576)));
    refused("a row too far", "FIL-FILE-LIMIT", &xlsx(&far("A1048577", 1_048_577)));
    refused("a column too far", "FIL-FILE-WORKBOOK", &xlsx(&far("XFE3", 3)));
    refused("a cell in another row", "FIL-FILE-WORKBOOK", &xlsx(&far("A9", 3)));
    refused("rows backwards", "FIL-FILE-WORKBOOK", &xlsx(&far("A1", 1)));
    refused(
        "a row of no number",
        "FIL-FILE-WORKBOOK",
        &xlsx(&far("A3", 3).replace("<row r=\"3\"", "<row r=\"-3\"")),
    );
    let lying = sheet(&good_rows()).replace("<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>");
    accepted("a lying dimension", &[], &xlsx_with(&lying, &[]));

    let texts =
        |count: &str, text: &str| format!("<sst uniqueCount=\"{count}\"><si><t>{text}</t></si></sst>");
    let shared = sheet(&good_rows().replace(&text("B2", "皂"), "<c r=\"B2\" t=\"s\"><v>0</v></c>"));
    accepted(
        "a lying count",
        &[],
        &xlsx_with(&shared, &[("xl/sharedStrings.xml", texts("4294967295", "皂").as_bytes())]),
    );
    refused(
        "a text that is not there",
        "FIL-FILE-WORKBOOK",
        &xlsx_with(
            &shared.replace("<v>0</v>", "<v>7</v>"),
            &[("xl/sharedStrings.xml", texts("1", "皂").as_bytes())],
        ),
    );
    let every: String =
        (0..199).map(|column| format!("<c r=\"{}3\" t=\"s\"><v>0</v></c>", letters(column))).collect();
    let every = sheet(&format!("{}<row r=\"3\">{every}</row>", good_rows()));
    refused(
        "one long text in every cell",
        "FIL-FILE-LIMIT",
        &xlsx_with(&every, &[("xl/sharedStrings.xml", texts("1", &"长".repeat(30_000)).as_bytes())]),
    );

    let formats =
        format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf numFmtId=\"0\"/>".repeat(500_000));
    refused(
        "many formats",
        "FIL-FILE-LIMIT",
        &xlsx_with(&sheet(&good_rows()), &[("xl/styles.xml", formats.as_bytes())]),
    );
    accepted(
        "macros and links",
        &["FIL-FILE-MACROS", "FIL-FILE-LINKS"],
        &xlsx_with(
            &sheet(&good_rows()),
            &[("xl/vbaProject.bin", b"x"), ("xl/externalLinks/externalLink1.xml", b"<x/>")],
        ),
    );

    let head = ods_row("", &support::HEADERS) + &ods_row("", &support::GOOD_CELLS);
    accepted(
        "an OpenDocument sheet to the last row",
        &[],
        &ods(&(head.clone() + "<table:table-row table:number-rows-repeated=\"1048574\"/>")),
    );
    let often = |rows: u32, columns: u32| {
        format!(
            "{head}<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell office:value-type=\"string\" table:number-columns-repeated=\"{columns}\"><text:p>x</text:p></table:table-cell></table:table-row>"
        )
    };
    refused("a row a million times", "FIL-FILE-LIMIT", &ods(&often(1_000_000, 1)));
    refused("a cell a billion times", "FIL-FILE-LIMIT", &ods(&often(1, 1_000_000_000)));
    refused("a count that is none", "FIL-FILE-WORKBOOK", &ods(&often(0, 1)));
}

fn letters(column: usize) -> String {
    filing::cell::column_letters(column)
}

fn other_kinds() {
    let compound = |names: &[(&str, &[u8])]| {
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        for (name, bytes) in names {
            file.create_stream(name).unwrap().write_all(bytes).unwrap();
        }
        file.into_inner().into_inner()
    };
    refused(
        "a locked workbook",
        "FIL-FILE-ENCRYPTED",
        &compound(&[("EncryptionInfo", b"x"), ("EncryptedPackage", &[7; 9000])]),
    );
    refused("a letter", "FIL-FILE-OLD-FORMAT", &compound(&[("WordDocument", b"x")]));
    refused("a workbook of no records", "FIL-FILE-WORKBOOK", &compound(&[("Workbook", &[0xFF; 6000])]));
    refused("a compound file cut off", "FIL-FILE-WORKBOOK", &compound(&[("Workbook", &[0; 6000])])[..700]);
    refused("a web page", "FIL-FILE-WEB", "\r\n<HTML><table><tr><td>商品条码".as_bytes());
    refused("the XML of 2003", "FIL-FILE-WEB", b"<?xml version=\"1.0\"?><Workbook/>");
    let row = |cells: &[&str]| cells.join(",") + "\n";
    let table = row(&support::HEADERS) + &row(&support::GOOD_CELLS);
    accepted("a text table named like a workbook", &[], table.as_bytes());
    refused(
        "a quote left open",
        "FIL-FILE-LIMIT",
        (table.clone() + "\"" + &"x,\n".repeat(3_000_000)).as_bytes(),
    );
    refused("a picture", "FIL-FILE-KIND", b"\x89PNG\r\n\x1a\n\0\0\0");

    accepted("a binary workbook", &[], &xlsb(&xlsb_sheet(&[&support::HEADERS, &support::GOOD_CELLS])));
    let records = xlsb_sheet(&[&support::HEADERS]);
    refused(
        "a record of lying length",
        "FIL-FILE-LIMIT",
        &xlsb(&[&records[..], &[0x06, 0xFF, 0xFF, 0xFF, 0x7F]].concat()),
    );
    refused("a record cut off", "FIL-FILE-WORKBOOK", &xlsb(&records[..records.len() - 1]));
}

/// A small generator of numbers, so that every run is the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

/// Spoils bytes in one of the ways in which files are spoilt.
fn spoil(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = numbers.below(bytes.len());
        match numbers.below(6) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..(at + numbers.below(40)).min(bytes.len()))),
            4 => {
                let piece = bytes[at..(at + numbers.below(200)).min(bytes.len())].to_vec();
                let to = numbers.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let word =
                    [&b"<"[..], b">", b"\"", b"&", b"-1", b"4294967296", b"<c ", b"</row>", b"]]>", b"\0"];
                let word = word[numbers.below(word.len())];
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
}

#[test]
fn spoilt_files_never_stop_the_reader() {
    /// `FILING_MUTATIONS` sets another number.
    const ROUNDS: usize = 100;
    let rounds =
        std::env::var("FILING_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(ROUNDS);
    let corpus: Vec<Vec<u8>> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/sheet"))
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(corpus.len() >= 6);
    // Every seed as it lies: a file that was found by the fuzz target and kept stays mended.
    for bytes in &corpus {
        let report = check(bytes);
        assert!(!file_codes(&report).contains(&"FIL-FILE-BROKE"));
        assert!(report.has_file_errors() || report.rows() == report.accepted() + report.refused());
    }
    for seed in 1..=rounds {
        let mut numbers = Numbers(u64::try_from(seed).unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut bytes = corpus[numbers.below(corpus.len())].clone();
        // The parts of a package are spoilt from inside as well: its checksums would hide everything behind them.
        if bytes.starts_with(b"PK") && numbers.below(4) > 0 {
            bytes = spoilt_inside(&bytes, &mut numbers);
        } else {
            spoil(&mut bytes, &mut numbers);
        }
        let report = std::panic::catch_unwind(|| check(&bytes)).unwrap_or_else(|_| panic!("seed {seed}"));
        assert_eq!(
            report.findings().of_file.iter().filter(|f| f.code() == "FIL-FILE-BROKE").count(),
            0,
            "seed {seed}"
        );
    }
}

fn spoilt_inside(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let chosen = numbers.below(zip.len());
    let mut parts = Vec::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut content).unwrap();
        if index == chosen {
            spoil(&mut content, numbers);
        }
        parts.push((part.name().unwrap().into_owned(), content));
    }
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    package(&parts)
}

/// A workbook of a format that no program at hand writes, for the corpus.
#[test]
fn the_binary_workbook_of_the_corpus_reads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/sheet/plain.xlsb");
    let bytes = xlsb(&xlsb_sheet(&[&support::HEADERS, &support::GOOD_CELLS]));
    if std::env::var_os("FILING_FIXTURES").is_some() {
        fs::write(path, &bytes).unwrap();
    }
    accepted("the binary workbook", &[], &fs::read(path).unwrap());
}
