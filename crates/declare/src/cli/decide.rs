//! What persons decide: `customs declare release`, `withdraw`, `return`, `delivered`. What follows is done by the next run.

use std::str::FromStr;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use ports::clock::{Clock, SystemClock};
use ports::fault::{Fault, Place, Report, Text};
use ports::store::Store;
use rust_decimal::Decimal;
use serde::Serialize;

use super::args::Global;
use super::output::Output;
use super::{Exit, run, workplace};
use crate::documents::Goods;
use crate::lifecycle::{Case, Decision, Input, Said, State, faults, objection, state_name};
use crate::pipeline::{layout, move_on};

/// Orders, and why.
#[derive(Debug, Args)]
pub(super) struct DecideArgs {
    /// The orders
    #[arg(required = true, value_name = "ORDER_NO")]
    orders: Vec<String>,
    /// Why; it is kept, and goes to customs with a withdrawal. Name no person
    #[arg(long, value_name = "WORDS", value_parser = NonEmptyStringValueParser::new())]
    reason: String,
}

/// An order whose goods come back.
#[derive(Debug, Args)]
pub(super) struct ReturnArgs {
    /// The order
    #[arg(value_name = "ORDER_NO")]
    order: String,
    /// Why; it is kept and goes to customs. Name no person
    #[arg(long, value_name = "WORDS", value_parser = NonEmptyStringValueParser::new())]
    reason: String,
    /// A line of the inventory and how much of it, in the unit of sale
    #[arg(long = "line", value_name = "N=QUANTITY", value_parser = goods)]
    lines: Vec<Goods>,
}

/// Orders that were delivered.
#[derive(Debug, Args)]
pub(super) struct DeliveredArgs {
    /// The orders
    #[arg(required = true, value_name = "ORDER_NO")]
    orders: Vec<String>,
}

/// Reads `1=2`: two pieces of the first line.
fn goods(text: &str) -> Result<Goods, String> {
    let wanted = || "wanted N=QUANTITY, such as 1=2".to_owned();
    let (line, quantity) = text.split_once('=').ok_or_else(wanted)?;
    let line = line.trim().parse().map_err(|_| wanted())?;
    let quantity = Decimal::from_str(quantity.trim()).map_err(|_| wanted())?;
    if line == 0 || quantity <= Decimal::ZERO {
        return Err(wanted());
    }
    Ok(Goods { line, quantity })
}

const TAKEN: Text = Text {
    zh: "{order}：已记下，{state}；由下一次 declare run 执行",
    en: "{order}: noted, {state}; the next declare run carries it out",
};

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    orders: Vec<Decided>,
}

#[derive(Serialize)]
struct Decided {
    order_no: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    faults: Vec<Report>,
}

pub(super) fn release(args: &DecideArgs, global: &Global, out: &Output) -> Exit {
    let decision = Decision::Release { reason: Said::new(&args.reason) };
    all(&args.orders, &decision, global, out)
}

pub(super) fn withdraw(args: &DecideArgs, global: &Global, out: &Output) -> Exit {
    let decision = Decision::Withdraw { reason: Said::new(&args.reason) };
    all(&args.orders, &decision, global, out)
}

pub(super) fn give_back(args: &ReturnArgs, global: &Global, out: &Output) -> Exit {
    let decision = Decision::Return { reason: Said::new(&args.reason), goods: args.lines.clone() };
    all(std::slice::from_ref(&args.order), &decision, global, out)
}

pub(super) fn delivered(args: &DeliveredArgs, global: &Global, out: &Output) -> Exit {
    all(&args.orders, &Decision::Delivered, global, out)
}

fn all(orders: &[String], decision: &Decision, global: &Global, out: &Output) -> Exit {
    match decide(orders, decision, global, out) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn decide(orders: &[String], decision: &Decision, global: &Global, out: &Output) -> Result<Exit, Exit> {
    let configuration = workplace::configuration(global, out)?;
    let policy = run::policy(&configuration);
    let store = workplace::store(global, out)?;
    let failed = |error: &_| workplace::store_failed(error, out);
    let mut answer = Answer { orders: Vec::new() };
    for order_no in orders {
        let now = SystemClock.now();
        let known = store.get(&layout::case(order_no)).map_err(|error| failed(&error))?;
        let known: Option<Case> =
            known.map(|known| known.record()).transpose().map_err(|error| failed(&error))?;
        let fault = match &known {
            Some(case) => objection(case, decision, now, &policy),
            None => Some(unknown(order_no)),
        };
        if let Some(fault) = fault {
            if !out.json {
                out.fault(&fault);
            }
            let state = known.map(|case| case.state);
            let faults = vec![fault.report(out.lang)];
            answer.orders.push(Decided { order_no: order_no.clone(), outcome: "refused", state, faults });
            continue;
        }
        let moved = move_on(&store, &policy, order_no, Input::Decision(decision.clone()), now);
        let state = moved.map_err(|error| failed(&error))?.map(|case| case.state);
        if let Some(state) = state
            && !out.json
        {
            let state = state_name(state).get(out.lang).to_owned();
            out.data(&out.text(&TAKEN, &[("order", order_no.clone()), ("state", state)]));
        }
        answer.orders.push(Decided {
            order_no: order_no.clone(),
            outcome: "taken",
            state,
            faults: Vec::new(),
        });
    }
    let refused = answer.orders.iter().any(|decided| decided.outcome == "refused");
    if out.json {
        out.json(&answer);
    }
    Ok(if refused { Exit::Partly } else { Exit::Done })
}

/// There is no such order.
pub(super) fn unknown(order_no: &str) -> Fault {
    let place = Place { order_no: Some(order_no.to_owned()), ..Place::default() };
    faults::NO_ORDER.at(place).with("order", order_no)
}
