//! A file of any bytes is checked: `cargo +nightly fuzz run sheet -- -rss_limit_mb=512 -timeout=10`, in this crate's folder.

#![no_main]

use std::io::Write;

use filing::import::{ImportOptions, check_file};
use filing::record::CheckOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room on the disk");
    let options = ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    };
    let report = check_file(file.path(), &options);
    if !report.has_file_errors() {
        assert_eq!(report.rows(), report.accepted() + report.refused());
    }
});
