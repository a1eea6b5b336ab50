//! The worked examples, by their numbers.

use std::str::FromStr;

use filing::hs::HsCode;
use filing::tariff::Tariff;
use ports::fault::Fault;
use rust_decimal::Decimal;

use super::*;
use crate::configuration::MerchantDiscount;

/// A code of general goods without threshold.
const GENERAL: &str = "3305100090";
/// A code of cosmetics by volume, one by the sheet.
const SERUM: &str = "3304990039";
const MASK: &str = "3304990049";

fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

/// One piece of goods with legal quantities of one.
pub(crate) fn goods(hs_code: &str, value: &str) -> LineBasis {
    LineBasis {
        number: 1,
        hs_code: HsCode::parse(hs_code).unwrap(),
        value: decimal(value),
        quantity: Decimal::ONE,
        legal_quantity1: Decimal::ONE,
        legal_quantity2: Decimal::ONE,
        rates: None,
    }
}

/// Goods with a first and a second legal quantity.
fn measured(hs_code: &str, value: &str, first: &str, second: &str) -> LineBasis {
    LineBasis { legal_quantity1: decimal(first), legal_quantity2: decimal(second), ..goods(hs_code, value) }
}

/// Goods of general kind with rates of their own: VAT and consumption tax.
fn rated(value: &str, vat: &str, consumption: &str) -> LineBasis {
    let rates = Rates {
        tariff: None,
        vat: decimal(vat),
        consumption: decimal(consumption),
        consumption_specific: Decimal::ZERO,
    };
    LineBasis { rates: Some(rates), ..goods(GENERAL, value) }
}

pub(crate) fn basis(date: &str, charges: &str, lines: Vec<LineBasis>) -> Basis {
    let mut basis = Basis {
        date: date.parse().unwrap(),
        charges: decimal(charges),
        lines,
        policy: Policy::Line,
        used_this_year: None,
    };
    for (number, line) in (1..).zip(&mut basis.lines) {
        line.number = number;
    }
    basis
}

fn tax(basis: &Basis) -> Assessment {
    compute(basis, Tariff::builtin(), true).unwrap()
}

/// Dutiable value, duty, consumption tax, VAT and total of each line, joined by blanks.
fn figures(assessment: &Assessment) -> Vec<String> {
    let line = |line: &LineTax| {
        [line.dutiable_value, line.tariff, line.consumption_tax, line.vat, line.total]
            .map(|yuan| yuan.to_string())
            .join(" ")
    };
    assessment.lines.iter().map(line).collect()
}

/// One line's figures.
fn one(date: &str, line: LineBasis) -> String {
    figures(&tax(&basis(date, "0", vec![line]))).join("; ")
}

fn by(policy: Policy, date: &str, line: LineBasis) -> String {
    tax(&Basis { policy, ..basis(date, "0", vec![line]) }).total.to_string()
}

fn codes(faults: &[Fault]) -> Vec<&'static str> {
    faults.iter().map(Fault::code).collect()
}

#[test]
fn e01_platform_display_rule_at_17_and_15() {
    let line = || measured(SERUM, "200.00", "0.015", "1");
    assert_eq!(one("2017-04-10", line()), "200.00 0.00 24.71 28.00 52.71");
    assert_eq!(by(Policy::Platform, "2017-04-10", line()), "52.70");
    assert_eq!(by(Policy::Piece, "2017-04-10", line()), "52.69");
}

#[test]
fn e02_general_goods_at_13() {
    assert_eq!(one("2019-04-01", goods(GENERAL, "100.00")), "100.00 0.00 0.00 9.10 9.10");
}

#[test]
fn e03_the_sample_tax_bill() {
    assert_eq!(one("2020-06-15", goods(GENERAL, "410.00")), "410.00 0.00 0.00 37.31 37.31");
}

#[test]
fn e04_general_goods_at_16() {
    assert_eq!(one("2018-06-18", goods(GENERAL, "299.00")), "299.00 0.00 0.00 33.49 33.49");
}

#[test]
fn e05_general_goods_at_17() {
    assert_eq!(one("2018-04-30", goods(GENERAL, "88.88")), "88.88 0.00 0.00 10.58 10.58");
}

#[test]
fn e06_cosmetics_of_2016_at_30() {
    assert_eq!(one("2016-06-01", rated("200.00", "0.17", "0.30")), "200.00 0.00 60.00 34.00 94.00");
    assert_eq!(by(Policy::Platform, "2016-06-01", rated("200.00", "0.17", "0.30")), "94.00");
}

#[test]
fn e07_cosmetics_at_16_and_15() {
    let line = || measured(SERUM, "200.00", "0.015", "1");
    assert_eq!(one("2018-11-11", line()), "200.00 0.00 24.71 26.35 51.06");
    assert_eq!(by(Policy::Platform, "2018-11-11", line()), "51.06");
    assert_eq!(by(Policy::PlatformTruncated, "2018-11-11", line()), "51.04");
}

#[test]
fn e08_cosmetics_at_13_and_15() {
    let line = || measured(SERUM, "200.00", "0.015", "1");
    assert_eq!(one("2024-01-01", line()), "200.00 0.00 24.71 21.41 46.12");
    assert_eq!(by(Policy::Platform, "2024-01-01", line()), "46.12");
    assert_eq!(by(Policy::PlatformTruncated, "2024-01-01", line()), "46.10");
}

#[test]
fn e09_just_below_the_threshold() {
    assert_eq!(one("2024-01-01", measured(SERUM, "299.99", "0.03", "1")), "299.99 0.00 0.00 27.30 27.30");
}

#[test]
fn e10_on_the_threshold() {
    assert_eq!(one("2024-01-01", measured(SERUM, "300.00", "0.03", "1")), "300.00 0.00 37.06 32.12 69.18");
}

#[test]
fn e11_freight_lifts_a_line_over_the_threshold() {
    let serum = || vec![measured(SERUM, "299.00", "0.03", "1")];
    assert_eq!(figures(&tax(&basis("2024-01-01", "5.00", serum()))), ["304.00 0.00 37.55 32.55 70.10"]);
    assert_eq!(figures(&tax(&basis("2024-01-01", "0", serum()))), ["299.00 0.00 0.00 27.21 27.21"]);
}

#[test]
fn e12_sheets() {
    assert_eq!(one("2024-01-01", measured(MASK, "150.00", "0.25", "10")), "150.00 0.00 18.53 16.06 34.59");
    assert_eq!(one("2024-01-01", measured(MASK, "149.99", "0.25", "10")), "149.99 0.00 0.00 13.65 13.65");
}

#[test]
fn e13_freight_over_three_lines() {
    let lines = ["99.00", "59.90", "10.10"].map(|value| goods(GENERAL, value)).to_vec();
    let assessment = tax(&basis("2024-01-01", "10.00", lines));
    let shares: Vec<_> = assessment.lines.iter().map(|line| line.freight_share.to_string()).collect();
    assert_eq!(shares, ["5.86", "3.54", "0.60"]);
    assert_eq!(
        figures(&assessment),
        ["104.86 0.00 0.00 9.54 9.54", "63.44 0.00 0.00 5.77 5.77", "10.70 0.00 0.00 0.97 0.97"]
    );
    assert_eq!(assessment.total.to_string(), "16.28");
    assert_eq!(one("2024-01-01", goods(GENERAL, "179.00")), "179.00 0.00 0.00 16.29 16.29");
}

/// The basket of E14 and E15 with a discount of 50.00.
fn basket(kind: DiscountKind, merchant: MerchantDiscount) -> Assessment {
    let lines =
        vec![measured(SERUM, "320.00", "0.03", "1"), goods(GENERAL, "128.00"), rated("39.90", "0.09", "0")];
    let mut request = Request::of(basis("2024-01-01", "8.00", lines));
    request.discounts.push(Discount { kind, amount: decimal("50.00") });
    assess(&request, Tariff::builtin(), merchant, true).unwrap()
}

#[test]
fn e14_a_reduction_for_everyone() {
    for (kind, merchant) in [
        (DiscountKind::PriceCut, MerchantDiscount::NonCash),
        (DiscountKind::Merchant, MerchantDiscount::PriceCut),
    ] {
        let assessment = basket(kind, merchant);
        let of = |figure: fn(&LineTax) -> Option<Yuan>| {
            assessment.lines.iter().map(|line| figure(line).unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of(|line| line.discount_share), ["32.79", "13.12", "4.09"]);
        assert_eq!(of(|line| Some(line.freight_share)), ["5.25", "2.10", "0.65"]);
        assert_eq!(
            figures(&assessment),
            ["292.46 0.00 0.00 26.61 26.61", "116.98 0.00 0.00 10.65 10.65", "36.46 0.00 0.00 2.30 2.30"]
        );
        assert_eq!(assessment.total.to_string(), "39.56");
    }
}

#[test]
fn e15_the_same_basket_with_a_coupon() {
    let payments =
        [DiscountKind::Coupon, DiscountKind::RedPacket, DiscountKind::Points, DiscountKind::Voucher];
    for kind in payments.into_iter().chain([DiscountKind::Merchant]) {
        let assessment = basket(kind, MerchantDiscount::NonCash);
        assert_eq!(
            figures(&assessment),
            ["325.25 0.00 40.18 34.82 75.00", "130.10 0.00 0.00 11.84 11.84", "40.55 0.00 0.00 2.55 2.55"]
        );
        assert_eq!(assessment.total.to_string(), "89.39");
    }
}

#[test]
fn e16_by_line_and_by_order() {
    let lines = vec![goods(GENERAL, "33.33"); 3];
    assert_eq!(tax(&basis("2024-01-01", "0", lines)).total.to_string(), "9.09");
    assert_eq!(one("2024-01-01", goods(GENERAL, "99.99")), "99.99 0.00 0.00 9.10 9.10");
}

#[test]
fn e17_a_tie_goes_to_the_earlier_line() {
    let assessment = tax(&basis("2024-01-01", "10.00", vec![goods(GENERAL, "50.00"); 3]));
    let shares: Vec<_> = assessment.lines.iter().map(|line| line.freight_share.to_string()).collect();
    assert_eq!(shares, ["3.34", "3.33", "3.33"]);
}

/// An order whose prices include tax.
fn inclusive(date: &str, line: LineBasis) -> Result<Assessment, Vec<Fault>> {
    let mut request = Request::of(basis(date, "0", vec![line]));
    request.prices_include_tax = true;
    assess(&request, Tariff::builtin(), MerchantDiscount::NonCash, true)
}

#[test]
fn e18_a_price_with_tax_split_back() {
    let assessment = inclusive("2017-04-10", measured(SERUM, "252.70", "0.015", "1")).unwrap();
    assert_eq!(figures(&assessment), ["200.00 0.00 24.71 28.00 52.71"]);
    assert_eq!(assessment.lines[0].price_with_tax.map(|price| price.to_string()).as_deref(), Some("252.70"));
}

#[test]
fn e19_a_price_with_tax_at_13() {
    let assessment = inclusive("2024-01-01", goods(GENERAL, "109.10")).unwrap();
    assert_eq!(figures(&assessment), ["100.00 0.00 0.00 9.10 9.10"]);
}

#[test]
fn e20_the_dead_zone() {
    let split = |price: &str| inclusive("2024-01-01", measured(SERUM, price, "0.03", "1"));
    let faults = split("345.00").unwrap_err();
    assert_eq!(codes(&faults), ["TAX-DEAD-ZONE"]);
    insta::assert_snapshot!(faults[0].message(ports::fault::Lang::En), @"line 1: the price with tax 345.00 has no price before tax: without consumption tax it is 316.22 (10.5406… a unit, which reaches the threshold 10.00), with it 280.35 (9.345 a unit, which does not)");
    // 10.91 to 12.3059 yuan a millilitre: 327.30 is the first price in the zone, 369.17 the last.
    assert_eq!(figures(&split("327.28").unwrap()), ["299.98 0.00 0.00 27.30 27.30"]);
    assert_eq!(codes(&split("327.30").unwrap_err()), ["TAX-DEAD-ZONE"]);
    assert_eq!(codes(&split("369.16").unwrap_err()), ["TAX-DEAD-ZONE"]);
    assert_eq!(figures(&split("369.18").unwrap()), ["300.00 0.00 37.06 32.12 69.18"]);
}

#[test]
fn e21_one_dear_item_is_taxed_in_full() {
    let line = || measured("3303000010", "6000.00", "0.1", "1");
    let assessment = tax(&basis("2026-01-10", "0", vec![line()]));
    assert_eq!(assessment.mode, Mode::FullTax);
    assert_eq!(figures(&assessment), ["6000.00 180.00 1090.59 945.18 2215.77"]);
    // And its price with tax leads back to it.
    let split = inclusive("2026-01-10", measured("3303000010", "8215.77", "0.1", "1")).unwrap();
    assert_eq!(figures(&split), figures(&assessment));
}

#[test]
fn e22_the_limit_itself_is_inside() {
    let line = measured(SERUM, "5000.00", "0.03", "1");
    assert_eq!(one("2024-01-01", line), "5000.00 0.00 617.65 535.29 1152.94");
    // Just above, the full tax has a jump, and so do prices with tax.
    let faults = inclusive("2026-01-01", goods(GENERAL, "5500.00")).unwrap_err();
    assert_eq!(codes(&faults), ["TAX-DEAD-ZONE-LIMIT"]);
}

#[test]
fn e23_two_items_above_the_limit() {
    let assessment = tax(&basis("2024-01-01", "0", vec![goods(GENERAL, "2600.00"); 2]));
    assert_eq!((assessment.mode, codes(&assessment.faults)), (Mode::NotAllowed, vec!["TAX-LIMIT"]));
    let two = LineBasis { quantity: Decimal::TWO, ..goods(GENERAL, "5200.00") };
    assert_eq!(tax(&basis("2024-01-01", "0", vec![two])).mode, Mode::NotAllowed);
}

#[test]
fn e24_the_yearly_limit() {
    let with = |value: &str| {
        let used_this_year = Some(decimal("25500.00"));
        tax(&Basis { used_this_year, ..basis("2024-01-01", "0", vec![goods(GENERAL, value)]) })
    };
    assert_eq!(figures(&with("500.00")), ["500.00 0.00 0.00 45.50 45.50"]);
    let refused = with("500.01");
    assert_eq!((refused.mode, codes(&refused.faults)), (Mode::NotAllowed, vec!["TAX-YEAR-LIMIT"]));
}

#[test]
fn e25_wine() {
    assert_eq!(one("2024-01-01", goods("2204210000", "200.00")), "200.00 0.00 15.56 20.22 35.78");
}

#[test]
fn e26_beer_by_the_litre() {
    let line = measured("2203000000", "120.00", "7.92", "7.92");
    assert_eq!(one("2024-01-01", line), "120.00 0.00 1.40 11.10 12.50");
}

#[test]
fn e27_whisky_compound() {
    let line = || measured("2208300000", "300.00", "0.7", "0.7");
    assert_eq!(one("2024-01-01", line()), "300.00 0.00 53.06 34.20 87.26");
    let split = inclusive("2024-01-01", measured("2208300000", "387.26", "0.7", "0.7")).unwrap();
    assert_eq!(figures(&split), [one("2024-01-01", line())]);
}

#[test]
fn e28_no_exemption_in_retail() {
    assert_eq!(one("2024-01-01", goods(GENERAL, "10.00")), "10.00 0.00 0.00 0.91 0.91");
}

#[test]
fn e29_vat_of_9() {
    assert_eq!(one("2024-01-01", rated("100.00", "0.09", "0")), "100.00 0.00 0.00 6.30 6.30");
}

/// Postal tax and what of it is due.
fn postal(class: Option<&str>, line: LineBasis) -> (String, String) {
    let mut request = Request::of(basis("2024-01-01", "0", vec![line]));
    request.channel = Channel::Postal;
    request.lines[0].postal_class = class.map(str::to_owned);
    let assessment = assess(&request, Tariff::builtin(), MerchantDiscount::NonCash, true).unwrap();
    assert_eq!(assessment.total, assessment.lines.iter().map(|line| line.total).sum());
    (assessment.postal_tax.unwrap().to_string(), assessment.total.to_string())
}

fn postal_cases(class: &str, cases: &[(&str, &str, &str)]) {
    for (value, tax, due) in cases {
        let found = postal(Some(class), goods(GENERAL, value));
        assert_eq!((found.0.as_str(), found.1.as_str()), (*tax, *due), "{class} {value}");
    }
}

#[test]
fn e30_postal_articles_at_13() {
    postal_cases(
        "item1",
        &[
            ("300.00", "39.00", "0.00"),
            ("384.61", "50.00", "0.00"),
            ("384.62", "50.00", "0.00"),
            ("384.66", "50.01", "50.01"),
            ("385.00", "50.05", "50.05"),
            ("1000.00", "130.00", "130.00"),
        ],
    );
}

#[test]
fn e31_postal_articles_at_20() {
    let cases = [("250.00", "50.00", "0.00"), ("250.02", "50.00", "0.00"), ("251.00", "50.20", "50.20")];
    postal_cases("item2", &cases);
    // Ordinary cosmetics are of this class by their threshold.
    let serum = postal(None, measured(SERUM, "251.00", "0.03", "1"));
    assert_eq!(serum, ("50.20".to_owned(), "50.20".to_owned()));
}

#[test]
fn e32_postal_articles_at_50() {
    let cases = [("100.00", "50.00", "0.00"), ("100.01", "50.01", "50.01"), ("101.00", "50.50", "50.50")];
    postal_cases("item3", &cases);
    postal_cases("item2", &[("480.00", "96.00", "96.00")]);
    let serum = postal(None, measured(SERUM, "300.00", "0.03", "1"));
    assert_eq!(serum, ("150.00".to_owned(), "150.00".to_owned()));
}

#[test]
fn a_dear_parcel_is_one_article_or_none() {
    let parcel = |nearby: bool, lines: Vec<LineBasis>| {
        let mut request = Request::of(basis("2024-01-01", "0", lines));
        (request.channel, request.from_nearby) = (Channel::Postal, nearby);
        request.lines.iter_mut().for_each(|line| line.postal_class = Some("item2".to_owned()));
        assess(&request, Tariff::builtin(), MerchantDiscount::NonCash, false).unwrap().mode
    };
    assert_eq!(parcel(false, vec![goods(GENERAL, "500.00"); 2]), Mode::Postal);
    assert_eq!(parcel(false, vec![goods(GENERAL, "500.01"); 2]), Mode::NotAllowed);
    assert_eq!(parcel(true, vec![goods(GENERAL, "500.00"); 2]), Mode::NotAllowed);
    assert_eq!(parcel(true, vec![goods(GENERAL, "5000.00")]), Mode::Postal);
}
