//! An order as it is asked about: with discounts, prices that may include tax, and a channel that may be the post.
//!
//! Discounts count by kind (税管函〔2016〕73号, known from secondary sources only): a price cut that is open to everyone
//! lowers the price that was paid, and with it the dutiable value; coupons, red packets, points and vouchers are means of
//! payment and leave it as it is. What a merchant's own discount is, the merchant says: `tax.merchant_discount`.

use filing::tariff::Tariff;
use jiff::civil::Date;
use ports::fault::Fault;
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::compute::{compute, yuan};
use super::counted::amount;
use super::exact::{AMOUNT_SCALE, FEN};
use super::rounding::Rounding;
use super::share::by_largest_remainder;
use super::trace::Step;
use super::{Assessment, Basis, LineBasis, Policy, faults, inclusive, postal};
use crate::configuration::MerchantDiscount;

/// How goods come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Channel {
    /// Cross-border retail (1210, 9610).
    #[default]
    Retail,
    /// A personal postal article (CC 行邮).
    Postal,
}

/// What a discount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscountKind {
    /// A mark-down open to everyone (直降、满减).
    PriceCut,
    /// A coupon (优惠券).
    Coupon,
    /// A red packet (红包).
    RedPacket,
    /// Points (积分).
    Points,
    /// A voucher (代金券).
    Voucher,
    /// The merchant's discount, which is what `tax.merchant_discount` says.
    Merchant,
}

impl DiscountKind {
    /// Every kind with its word in the input.
    pub const ALL: [(&'static str, Self); 6] = [
        ("price_cut", Self::PriceCut),
        ("coupon", Self::Coupon),
        ("red_packet", Self::RedPacket),
        ("points", Self::Points),
        ("voucher", Self::Voucher),
        ("merchant", Self::Merchant),
    ];

    /// Whether it lowers the dutiable value.
    pub fn lowers_the_value(self, merchant: MerchantDiscount) -> bool {
        match self {
            Self::PriceCut => true,
            Self::Merchant => merchant == MerchantDiscount::PriceCut,
            Self::Coupon | Self::RedPacket | Self::Points | Self::Voucher => false,
        }
    }
}

/// A discount on the whole order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discount {
    /// What it is.
    pub kind: DiscountKind,
    /// Yuan.
    pub amount: Decimal,
}

/// A line as it is asked about.
#[derive(Debug, Clone)]
pub struct RequestLine {
    /// The goods; the price before discounts, with or without tax.
    pub goods: LineBasis,
    /// The class of a postal article, such as `item2`.
    pub postal_class: Option<String>,
}

/// An order as it is asked about.
#[derive(Debug, Clone)]
pub struct Request {
    /// The day of the declaration.
    pub date: Date,
    /// Freight and insurance.
    pub charges: Decimal,
    /// How the goods come in.
    pub channel: Channel,
    /// Whether the lines' prices include the tax (包税).
    pub prices_include_tax: bool,
    /// Whether a postal parcel comes from Hong Kong, Macao or Taiwan.
    pub from_nearby: bool,
    /// Discounts on the order.
    pub discounts: Vec<Discount>,
    /// Dutiable value the buyer has used this year.
    pub used_this_year: Option<Decimal>,
    /// The goods.
    pub lines: Vec<RequestLine>,
    /// How taxes are rounded.
    pub policy: Policy,
}

impl Request {
    /// An order whose prices are settled: no discount, no tax in the prices.
    pub fn of(basis: Basis) -> Self {
        let lines = basis.lines.into_iter().map(|goods| RequestLine { goods, postal_class: None });
        Self {
            date: basis.date,
            charges: basis.charges,
            channel: Channel::Retail,
            prices_include_tax: false,
            from_nearby: false,
            discounts: Vec::new(),
            used_this_year: basis.used_this_year,
            lines: lines.collect(),
            policy: basis.policy,
        }
    }

    /// The order with its prices as they stand.
    pub fn basis(&self) -> Basis {
        Basis {
            date: self.date,
            charges: self.charges,
            lines: self.lines.iter().map(|line| line.goods.clone()).collect(),
            policy: self.policy,
            used_this_year: self.used_this_year,
        }
    }
}

/// Computes the tax of an order as it is asked about.
///
/// # Errors
/// Every number that cannot be used, every code without rates, every price that cannot be split.
pub fn assess(
    request: &Request,
    tariff: &Tariff,
    merchant: MerchantDiscount,
    trace: bool,
) -> Result<Assessment, Vec<Fault>> {
    let mut basis = request.basis();
    let cuts = price_cuts(request, merchant, &mut basis)?;
    if request.channel == Channel::Postal {
        let mut assessment = postal::compute(request, &basis, tariff, trace)?;
        tell_cuts(&mut assessment, request, &cuts, trace);
        return Ok(assessment);
    }
    let with_tax: Option<Vec<Decimal>> =
        request.prices_include_tax.then(|| basis.lines.iter().map(|line| line.value).collect());
    if request.prices_include_tax {
        inclusive::split(&mut basis, tariff)?;
    }
    let mut assessment = compute(&basis, tariff, trace)?;
    for ((tax, price), line) in assessment.lines.iter_mut().zip(with_tax.iter().flatten()).zip(&basis.lines) {
        tax.price_with_tax = Yuan::bounded(*price);
        if trace {
            tax.trace.insert(0, inclusive::step(*price, line.value));
        }
    }
    tell_cuts(&mut assessment, request, &cuts, trace);
    Ok(assessment)
}

/// Takes the price cuts off the lines, shared in proportion to their prices by largest remainder.
fn price_cuts(
    request: &Request,
    merchant: MerchantDiscount,
    basis: &mut Basis,
) -> Result<Vec<i128>, Vec<Fault>> {
    let mut found = Vec::new();
    let mut cut = 0;
    for discount in &request.discounts {
        let counted = amount(discount.amount, "discounts.amount", &mut found).unwrap_or(0);
        cut += if discount.kind.lowers_the_value(merchant) { counted } else { 0 };
    }
    if cut == 0 {
        return if found.is_empty() { Ok(Vec::new()) } else { Err(found) };
    }
    let prices: Vec<i128> = basis
        .lines
        .iter()
        .map(|line| amount(line.value, &format!("line {} total_price", line.number), &mut found).unwrap_or(0))
        .collect();
    let goods: i128 = prices.iter().sum();
    let mut shares: Vec<i128> =
        by_largest_remainder(cut / FEN, &prices).iter().map(|fen| fen * FEN).collect();
    let largest = (0..prices.len()).max_by_key(|&index| (prices[index], std::cmp::Reverse(index)));
    if let Some(index) = largest {
        shares[index] += cut % FEN;
    }
    if prices.iter().zip(&shares).any(|(price, share)| share > price) {
        let fault = faults::DISCOUNT_TOO_LARGE.fault().with("cut", yuan(cut)).with("goods", yuan(goods));
        found.push(fault);
    }
    if !found.is_empty() {
        return Err(found);
    }
    for ((line, price), share) in basis.lines.iter_mut().zip(&prices).zip(&shares) {
        line.value = Decimal::try_from_i128_with_scale(price - share, AMOUNT_SCALE).unwrap_or_default();
    }
    Ok(shares)
}

fn tell_cuts(assessment: &mut Assessment, request: &Request, cuts: &[i128], trace: bool) {
    for ((tax, line), cut) in assessment.lines.iter_mut().zip(&request.lines).zip(cuts) {
        let (before, cut) = (Yuan::bounded(line.goods.value).unwrap_or_default(), yuan(*cut));
        tax.discount_share = Some(cut);
        if trace {
            let step = Step::new(
                "price",
                "price = price before - share of price cuts",
                format!("{before} - {cut}"),
                before - cut,
            );
            tax.trace.insert(0, step.rounded(Rounding::LargestRemainder, None));
        }
    }
}
