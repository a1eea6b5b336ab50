//! `customs declare tax`: the tax of an order given as JSON, or of one that was declared, figure by figure.

use std::io::{self, Read};
use std::path::Path;

use filing::tariff::Tariff;
use ports::fault::{Fault, Report, Text};
use ports::money::Yuan;
use serde::Serialize;

use super::args::{Global, TaxArgs};
use super::filing::tariff as user_tariff;
use super::output::Output;
use super::{Exit, tax_table, workplace};
use crate::build::{self, StoredTax};
use crate::configuration::TaxSettings;
use crate::tax::{self, Assessment, InputFault, Mode, Policy, Request};

/// The longest input: 99 lines take some 30 kB.
const MAX_INPUT_BYTES: u64 = 4 << 20;

const UNREADABLE: Text = Text { zh: "{file} 无法读取：{reason}", en: "{file} cannot be read: {reason}" };
const NOT_JSON: Text = Text {
    zh: "{file} 不是所需的JSON：{reason}；格式见 customs declare tax --help",
    en: "{file} is not the JSON that is wanted: {reason}; see customs declare tax --help",
};
const NO_ORDER: Text = Text {
    zh: "{order} 既不是文件，也不是已申报的订单",
    en: "{order} is neither a file nor an order that was declared",
};
const NO_TAX: Text = Text {
    zh: "订单 {order} 已申报，但没有留下税款计算（税则表没有其商品，或由旧版本申报）",
    en: "order {order} was declared, but no computation of its tax was kept (the tariff did not know its goods, or an older version declared it)",
};

/// The answer as JSON: the assessment, or only faults.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_no: Option<&'a str>,
    #[serde(flatten)]
    assessment: Option<&'a Assessment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
    faults: Vec<Report>,
}

/// The platform's tax of a declared order beside ours.
#[derive(Serialize)]
pub(super) struct Platform {
    pub(super) tax: Yuan,
    pub(super) difference: Yuan,
    pub(super) tolerance: Yuan,
    lines: Vec<PlatformLine>,
}

#[derive(Serialize)]
struct PlatformLine {
    gnum: usize,
    tax: Yuan,
    difference: Yuan,
}

impl Platform {
    fn of(stored: &StoredTax) -> Self {
        let yuan = |value| Yuan::bounded(value).unwrap_or_default();
        let line = |(gnum, line): (usize, &build::StoredLine)| PlatformLine {
            gnum,
            tax: yuan(line.platform),
            difference: yuan(line.difference),
        };
        Self {
            tax: yuan(stored.platform),
            difference: yuan(stored.difference),
            tolerance: yuan(stored.tolerance),
            lines: (1..).zip(&stored.lines).map(line).collect(),
        }
    }
}

pub(super) fn run(args: &TaxArgs, global: &Global, out: &Output) -> Exit {
    match explain(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn explain(args: &TaxArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let policy = args.policy.as_deref().and_then(Policy::of_word);
    if let Some(order_no) = order_number(&args.file) {
        let merchant = configuration.merchant.as_ref().map(|merchant| merchant.code.as_str());
        return declared(order_no, merchant, policy, global, out);
    }
    let settings = &configuration.tax;
    let mut request = read(&args.file, out)?;
    request.policy = policy.unwrap_or(settings.policy);
    let tariff = user_tariff::if_any(global, out)?;
    Ok(given(&request, settings, &tariff, out))
}

/// The number of an order: what is no file and looks like one.
fn order_number(path: &Path) -> Option<&str> {
    let text = path.to_str().filter(|text| *text != "-" && !path.exists())?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (!text.is_empty() && text.len() <= 60 && text.bytes().all(fits)).then_some(text)
}

fn read(path: &Path, out: &Output) -> Result<Request, Exit> {
    let name = path.display().to_string();
    let json = bytes(path).map_err(|error| {
        out.problem(&out.text(&UNREADABLE, &[("file", name.clone()), ("reason", error.to_string())]));
        Exit::Unfinished
    })?;
    tax::read_input(&json).map_err(|fault| match fault {
        InputFault::Values(faults) => refuse(&faults, out),
        InputFault::Json(reason) => {
            out.problem(&out.text(&NOT_JSON, &[("file", name), ("reason", reason)]));
            Exit::Usage
        }
    })
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
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
        out.json(&Answer { order_no: None, assessment: None, platform: None, faults });
    } else {
        faults.iter().for_each(|fault| out.fault(fault));
    }
    Exit::Partly
}

/// Answers about an order given as JSON.
fn given(request: &Request, settings: &TaxSettings, tariff: &Tariff, out: &Output) -> Exit {
    match tax::assess(request, tariff, settings.merchant_discount, true) {
        Ok(assessment) => {
            let faults = assessment.faults.clone();
            tell(None, &assessment, None, &faults, out)
        }
        Err(faults) => refuse(&faults, out),
    }
}

/// Answers about a declared order, from what the ledger keeps of it.
fn declared(
    order_no: &str,
    merchant: Option<&str>,
    policy: Option<Policy>,
    global: &Global,
    out: &Output,
) -> Result<Exit, Exit> {
    let told = |text: &Text| out.problem(&out.text(text, &[("order", order_no.to_owned())]));
    let store = workplace::store(global, out)?;
    let stored = build::stored_tax(&store, merchant, order_no)
        .map_err(|error| workplace::store_failed(&error, out))?;
    let Some(kept) = stored else {
        told(&NO_ORDER);
        return Err(Exit::Usage);
    };
    let Some((stored, basis)) = kept.and_then(|stored| stored.basis().map(|basis| (stored, basis))) else {
        told(&NO_TAX);
        return Err(Exit::Partly);
    };
    let other_rule = policy.is_some_and(|policy| policy != stored.policy);
    let basis = tax::Basis { policy: policy.unwrap_or(stored.policy), ..basis };
    let tariff = user_tariff::load(&store, out)?;
    let assessment = tax::compute(&basis, &tariff, true).map_err(|faults| refuse(&faults, out))?;
    let mut faults = assessment.faults.clone();
    let computed = Yuan::bounded(stored.computed).unwrap_or_default();
    if computed != assessment.total && !other_rule {
        let fault = tax::faults::STORED_DIFFERS.fault().with("stored", computed);
        faults.push(fault.with("computed", assessment.total));
    }
    Ok(tell(Some(order_no), &assessment, Some(Platform::of(&stored)), &faults, out))
}

fn tell(
    order_no: Option<&str>,
    assessment: &Assessment,
    platform: Option<Platform>,
    faults: &[Fault],
    out: &Output,
) -> Exit {
    if out.json {
        let faults = faults.iter().map(|fault| fault.report(out.lang)).collect();
        out.json(&Answer { order_no, assessment: Some(assessment), platform, faults });
    } else {
        tax_table::print(order_no, assessment, platform.as_ref(), out);
        faults.iter().for_each(|fault| out.fault(fault));
    }
    if assessment.mode == Mode::NotAllowed { Exit::Partly } else { Exit::Done }
}
