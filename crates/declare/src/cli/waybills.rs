//! `customs declare waybills`.

use std::path::Path;

use ports::clock::{Clock, SystemClock};
use ports::fault::{Report, Text};
use serde::Serialize;

use super::args::{Global, WaybillsArgs};
use super::output::Output;
use super::{Exit, workplace};
use crate::pipeline::waybills;

const TAKEN: Text = Text {
    zh: "{file}：{rows} 行，收下 {taken}，已有 {unchanged}，拒绝 {refused}；其中 {orders} 个订单已在此",
    en: "{file}: {rows} rows, {taken} taken, {unchanged} known, {refused} refused; {orders} of the orders are here",
};

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    rows: u64,
    taken: u64,
    unchanged: u64,
    refused: usize,
    orders: u64,
    faults: Vec<Report>,
}

pub(super) fn run(args: &WaybillsArgs, global: &Global, out: &Output) -> Exit {
    match take(args, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn take(args: &WaybillsArgs, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let mut file = waybills::read(&args.file).map_err(|mut fault| {
        fault.at.file = Some(args.file.display().to_string());
        out.fault(&fault);
        Exit::Unfinished
    })?;
    for fault in &mut file.faults {
        fault.at.file = Some(args.file.display().to_string());
        if !out.json {
            out.fault(fault);
        }
    }
    let store = workplace::store(global, out)?;
    let waybills =
        std::mem::take(&mut file.waybills).into_iter().map(|(order, (_, waybill))| (order, waybill));
    let policy = super::run::policy(&configuration);
    let taken = waybills::take(&store, &policy, waybills, SystemClock.now())
        .map_err(|error| workplace::store_failed(&error, out))?;
    let refused = file.faults.len();
    if out.json {
        out.json(&Answer {
            file: &args.file,
            rows: file.rows,
            taken: taken.taken,
            unchanged: taken.unchanged,
            refused,
            orders: taken.orders,
            faults: file.faults.iter().map(|fault| fault.report(out.lang)).collect(),
        });
    } else {
        let args = [
            ("file", args.file.display().to_string()),
            ("rows", file.rows.to_string()),
            ("taken", taken.taken.to_string()),
            ("unchanged", taken.unchanged.to_string()),
            ("refused", refused.to_string()),
            ("orders", taken.orders.to_string()),
        ];
        out.data(&out.text(&TAKEN, &args));
    }
    Ok(if refused > 0 { Exit::Partly } else { Exit::Done })
}
