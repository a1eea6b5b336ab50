//! `customs declare tax`.

use std::io::{self, Read};
use std::path::Path;

use ports::fault::{Fault, Report, Text};
use serde::Serialize;

use super::Exit;
use super::args::{Global, TaxArgs};
use super::filing::tariff as user_tariff;
use super::output::Output;
use crate::tax::{self, Assessment, InputFault, Mode};

/// The longest input: 99 lines take some 30 kB.
const MAX_INPUT_BYTES: u64 = 4 << 20;

const UNREADABLE: Text = Text { zh: "{file} 无法读取：{reason}", en: "{file} cannot be read: {reason}" };
const NOT_JSON: Text = Text {
    zh: "{file} 不是所需的JSON：{reason}；格式见 customs declare tax --help",
    en: "{file} is not the JSON that is wanted: {reason}; see customs declare tax --help",
};

/// The answer as JSON: the assessment, or only faults.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    assessment: Option<&'a Assessment>,
    faults: Vec<Report>,
}

pub(super) fn run(args: &TaxArgs, global: &Global, out: &Output) -> Exit {
    let name = args.file.display().to_string();
    let json = match read(&args.file) {
        Ok(json) => json,
        Err(error) => {
            out.problem(&out.text(&UNREADABLE, &[("file", name), ("reason", error.to_string())]));
            return Exit::Unfinished;
        }
    };
    let basis = match tax::read_input(&json) {
        Ok(basis) => basis,
        Err(InputFault::Values(faults)) => return refuse(&faults, out),
        Err(InputFault::Json(reason)) => {
            out.problem(&out.text(&NOT_JSON, &[("file", name), ("reason", reason)]));
            return Exit::Usage;
        }
    };
    let tariff = match user_tariff::if_any(global, out) {
        Ok(tariff) => tariff,
        Err(exit) => return exit,
    };
    match tax::compute(&basis, &tariff, true) {
        Ok(assessment) => tell(&assessment, out),
        Err(faults) => refuse(&faults, out),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut json = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_INPUT_BYTES).read_to_end(&mut json)?;
    } else {
        std::fs::File::open(path)?.take(MAX_INPUT_BYTES).read_to_end(&mut json)?;
    }
    Ok(json)
}

fn refuse(faults: &[Fault], out: &Output) -> Exit {
    if out.json {
        let faults = faults.iter().map(|fault| fault.report(out.lang)).collect();
        out.json(&Answer { assessment: None, faults });
    } else {
        faults.iter().for_each(|fault| out.fault(fault));
    }
    Exit::Partly
}

fn tell(assessment: &Assessment, out: &Output) -> Exit {
    if out.json {
        let faults = assessment.faults.iter().map(|fault| fault.report(out.lang)).collect();
        out.json(&Answer { assessment: Some(assessment), faults });
    } else {
        for line in &assessment.lines {
            out.data(&format!("{} {}", out.bold(&format!("#{}", line.gnum)), line.total));
            for step in &line.trace {
                out.data(&format!("  {:<16} {} = {}", step.figure, step.formula, step.value));
            }
        }
        let Assessment { tariff, consumption_tax, vat, total, dutiable_value, .. } = assessment;
        out.data(&format!("{dutiable_value}: {tariff} + {consumption_tax} + {vat} = {total}"));
        assessment.faults.iter().for_each(|fault| out.fault(fault));
    }
    if assessment.mode == Mode::NotAllowed { Exit::Partly } else { Exit::Done }
}
