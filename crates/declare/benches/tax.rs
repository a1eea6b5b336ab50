//! Tax of orders without a trace: plain lines ad valorem, with rates looked up and with rates given, and cosmetics.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use declare::tax::{Basis, LineBasis, Policy, Rates, compute};
use filing::hs::HsCode;
use filing::tariff::Tariff;
use rust_decimal::Decimal;

/// Lines of an order.
const LINES: u32 = 10;

fn order(hs_code: &str, rates: Option<Rates>, price: i64) -> Basis {
    let line = |number: u32| LineBasis {
        number,
        hs_code: HsCode::parse(hs_code).unwrap(),
        value: Decimal::new(price + i64::from(number) * 137, 2),
        quantity: Decimal::ONE,
        legal_quantity1: Decimal::new(30, 3),
        legal_quantity2: Decimal::ONE,
        rates,
    };
    Basis {
        date: jiff::civil::date(2026, 11, 22),
        charges: Decimal::new(1_000, 2),
        lines: (1..=LINES).map(line).collect(),
        policy: Policy::Line,
        used_this_year: None,
    }
}

fn lines(criterion: &mut Criterion) {
    let given = Rates {
        tariff: Some(Decimal::ZERO),
        vat: Decimal::new(13, 2),
        consumption: Decimal::ZERO,
        consumption_specific: Decimal::ZERO,
    };
    let mut group = criterion.benchmark_group("tax");
    group.throughput(Throughput::Elements(u64::from(LINES)));
    for (name, order) in [
        ("plain", order("3305100090", None, 9_900)),
        ("rates_given", order("3305100090", Some(given), 9_900)),
        ("cosmetics", order("3304990039", None, 40_000)),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| compute(black_box(&order), Tariff::builtin(), false).unwrap().total);
        });
    }
    group.finish();
}

criterion_group!(benches, lines);
criterion_main!(benches);
