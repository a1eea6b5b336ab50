//! The same tax once more, slowly, in fractions of any length: whatever the integers give, these must give.

use std::str::FromStr;

use filing::hs::HsCode;
use filing::tariff::{Measure, Tariff};
use num_rational::BigRational;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn fraction(numerator: i128, denominator: i128) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

fn of(value: Decimal) -> BigRational {
    fraction(value.mantissa(), 10_i128.pow(value.scale()))
}

/// Rounded half-up to a number of decimals.
fn half_up(value: &BigRational, places: u32) -> BigRational {
    let scale = fraction(10_i128.pow(places), 1);
    (value * &scale + fraction(1, 2)).floor() / scale
}

fn cut(value: &BigRational, places: u32) -> BigRational {
    let scale = fraction(10_i128.pow(places), 1);
    (value * &scale).floor() / scale
}

/// Shares of an amount in fen: each line's whole fen, the fen left over to the largest remainders.
fn shares(total: &BigRational, weights: &[BigRational]) -> Vec<BigRational> {
    let sum: BigRational = weights.iter().sum();
    let exact: Vec<BigRational> = weights.iter().map(|weight| total * weight / &sum).collect();
    let mut parts: Vec<BigRational> = exact.iter().map(|share| cut(share, 2)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| {
        let rest = |index: usize| &exact[index] - &parts[index];
        rest(b).cmp(&rest(a)).then(weights[b].cmp(&weights[a])).then(a.cmp(&b))
    });
    for index in order {
        if parts.iter().sum::<BigRational>() < *total {
            parts[index] += fraction(1, 100);
        }
    }
    parts
}

struct Due {
    tariff: BigRational,
    consumption: BigRational,
    vat: BigRational,
}

/// What a line owes under a policy.
fn owed(line: &LineBasis, value: &BigRational, full: bool, day: Date, policy: Policy) -> Due {
    let rates = line.rates.unwrap();
    let (zero, one) = (fraction(0, 1), fraction(1, 1));
    let mut c = of(rates.consumption);
    let mut by_quantity = of(line.legal_quantity1) * of(rates.consumption_specific);
    if let Some(threshold) = Tariff::builtin().threshold(line.hs_code, day) {
        let units = match threshold.measure {
            Measure::Content => of(line.legal_quantity1) * fraction(1_000, 1),
            Measure::Piece => of(line.legal_quantity2),
        };
        if value / units < of(threshold.least.decimal()) {
            (c, by_quantity) = (zero.clone(), zero.clone());
        }
    }
    let (g, k) =
        if full { (of(rates.tariff.unwrap()), one.clone()) } else { (zero.clone(), fraction(7, 10)) };
    let v = of(rates.vat);
    let taxes = |d: &BigRational, s: &BigRational, first: bool| {
        let duty = d * &g;
        let mut statutory = (d + &duty + s) / (&one - &c) * &c + s;
        if first {
            statutory = half_up(&statutory, 2);
        }
        let vat = (d + &duty + &statutory) * &v * &k;
        Due { tariff: duty, consumption: statutory * &k, vat }
    };
    let rounded = |due: &Due| Due {
        tariff: half_up(&due.tariff, 2),
        consumption: half_up(&due.consumption, 2),
        vat: half_up(&due.vat, 2),
    };
    let exact = taxes(value, &by_quantity, false);
    match policy {
        Policy::Line => rounded(&exact),
        Policy::LineStatutoryFirst => rounded(&taxes(value, &by_quantity, true)),
        Policy::Platform | Policy::PlatformTruncated => {
            let rate = (&exact.tariff + &exact.consumption + &exact.vat) / value;
            let rate = if policy == Policy::Platform { half_up(&rate, 4) } else { cut(&rate, 4) };
            let total = half_up(&(value * rate), 2);
            let parts = rounded(&exact);
            let tariff = parts.tariff.min(total.clone());
            let consumption = parts.consumption.min(&total - &tariff);
            let vat = total - &tariff - &consumption;
            Due { tariff, consumption, vat }
        }
        Policy::Piece => {
            let pieces = of(line.quantity);
            let piece = cut(&(value / &pieces), 2);
            let quantity = cut(&(of(line.legal_quantity1) / &pieces), 5);
            let by_piece =
                if by_quantity > zero { quantity * of(rates.consumption_specific) } else { zero.clone() };
            let duty = &piece * &g;
            let statutory = cut(&((&piece + &duty + &by_piece) / (&one - &c) * &c + by_piece), 2);
            let vat = cut(&((&piece + &duty + &statutory) * &v), 2);
            let of_all = |tax: BigRational| cut(&tax, 2) * &pieces;
            Due { tariff: of_all(duty), consumption: of_all(statutory * &k), vat: of_all(vat * &k) }
        }
    }
}

fn check(basis: &Basis) -> Result<(), TestCaseError> {
    let ours = compute(basis, Tariff::builtin(), true);
    let ours = ours.map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
    let values: Vec<BigRational> = basis.lines.iter().map(|line| of(line.value)).collect();
    let charges = of(basis.charges);
    let total = values.iter().sum::<BigRational>() + &charges;
    prop_assert_eq!(&of(ours.dutiable_value.decimal()), &total);
    let limit = Tariff::builtin().limits(basis.date).unwrap().single;
    let single = basis.lines.len() == 1 && basis.lines[0].quantity == Decimal::ONE;
    let mode = match (total <= of(limit.decimal()), single) {
        (true, _) => Mode::WithinLimit,
        (false, true) => Mode::FullTax,
        (false, false) => Mode::NotAllowed,
    };
    prop_assert_eq!(ours.mode, mode);
    if mode == Mode::NotAllowed {
        prop_assert!(ours.lines.is_empty() && ours.total.is_zero());
        return Ok(());
    }
    let shares = shares(&charges, &values);
    let mut sums = [Yuan::ZERO; 4];
    for (((line, value), share), tax) in basis.lines.iter().zip(values).zip(shares).zip(&ours.lines) {
        let value = value + &share;
        let due = owed(line, &value, mode == Mode::FullTax, basis.date, basis.policy);
        prop_assert_eq!(of(tax.freight_share.decimal()), share);
        prop_assert_eq!(of(tax.dutiable_value.decimal()), value);
        prop_assert_eq!(of(tax.tariff.decimal()), due.tariff);
        prop_assert_eq!(of(tax.consumption_tax.decimal()), due.consumption, "{:?}", tax);
        prop_assert_eq!(of(tax.vat.decimal()), due.vat);
        prop_assert_eq!(tax.total, tax.tariff + tax.consumption_tax + tax.vat);
        let parts = [tax.tariff, tax.consumption_tax, tax.vat, tax.total];
        sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum = *sum + part);
    }
    // The taxes of the lines are those of the order.
    prop_assert_eq!(sums, [ours.tariff, ours.consumption_tax, ours.vat, ours.total]);
    Ok(())
}

prop_compose! {
    fn line()(
        code in prop::sample::select(vec!["3304990039", "3304990049", "3304990092", "3305100090", "2106909090", "9619001100"]),
        fen in prop_oneof![1i64..3_000, 1i64..60_000, 1i64..700_000],
        pieces in prop::sample::select(vec![1i64, 1, 1, 2, 3, 12]),
        content in prop_oneof![Just(None), (1i64..3_000_000).prop_map(Some)],
        sheets in 1i64..40,
        rates in prop::sample::select(vec![
            ("0.13", "0.15", "0"), ("0.13", "0", "0"), ("0.09", "0", "0"), ("0.17", "0.30", "0"), ("0.16", "0.15", "0"),
            ("0.13", "0.2", "0.912"), ("0.13", "0", "0.253"), ("0.13", "0.04", "0"), ("0.031", "0.123456", "0.000001"),
        ]),
        duty in prop::sample::select(vec!["0", "0.01", "0.05", "0.14"]),
    ) -> LineBasis {
        let decimal = |text: &str| Decimal::from_str(text).unwrap();
        let value = fen * pieces;
        // Without a quantity of its own the line lies on the threshold of ten yuan a gram, or next to it.
        let first = content.unwrap_or_else(|| (value / 10).max(1));
        LineBasis {
            number: 1,
            hs_code: HsCode::parse(code).unwrap(),
            value: Decimal::new(value, 2),
            quantity: Decimal::from(pieces),
            legal_quantity1: Decimal::new(first, 5),
            legal_quantity2: Decimal::from(sheets),
            rates: Some(Rates {
                tariff: Some(decimal(duty)),
                vat: decimal(rates.0),
                consumption: decimal(rates.1),
                consumption_specific: decimal(rates.2),
            }),
        }
    }
}

prop_compose! {
    fn order()(
        lines in prop::collection::vec(line(), 1..8),
        charges in prop::sample::select(vec![0i64, 0, 1, 500, 1_000, 1_234, 99_999]),
        date in prop::sample::select(vec!["2026-11-22", "2020-02-29", "2018-11-11", "2016-10-01"]),
        policy in prop::sample::select(Policy::ALL.to_vec()),
    ) -> Basis {
        Basis { date: date.parse().unwrap(), charges: Decimal::new(charges, 2), lines, policy, used_this_year: None }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn integers_give_what_fractions_give(order in order()) {
        check(&order)?;
    }

    #[test]
    fn single_lines_of_every_size_too(line in line(), policy in prop::sample::select(Policy::ALL.to_vec())) {
        check(&Basis { lines: vec![line], policy, ..super::examples::basis("2026-11-22", "0", Vec::new()) })?;
    }

    /// A higher price never bears less tax, under any policy; the threshold and the single limit only ever add.
    #[test]
    fn tax_does_not_fall_when_the_price_rises(
        line in line(), more in 1i64..5_000, policy in prop::sample::select(Policy::ALL.to_vec()),
    ) {
        let with = |value: Decimal| {
            let lines = vec![LineBasis { value, quantity: Decimal::ONE, ..line.clone() }];
            let order = Basis { lines, policy, ..super::examples::basis("2026-11-22", "0", Vec::new()) };
            compute(&order, Tariff::builtin(), false).unwrap()
        };
        let (low, high) = (with(line.value), with(line.value + Decimal::new(more, 2)));
        let crossed = |tax: &Assessment| tax.lines[0].threshold.is_some_and(|threshold| threshold.reached);
        // A composite rate is rounded anew at each price when part of the tax is by quantity: then it may waver.
        let wavers = matches!(policy, Policy::Platform | Policy::PlatformTruncated)
            && !low.lines[0].rates.consumption_specific.is_zero();
        if crossed(&low) == crossed(&high) && low.mode == high.mode && !wavers {
            prop_assert!(low.total <= high.total, "{} {}", low.total, high.total);
        }
        if !wavers && policy != Policy::PlatformTruncated {
            prop_assert!(low.total <= high.total, "{} {}", low.total, high.total);
        }
    }
}
