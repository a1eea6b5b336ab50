//! What befalls an order: numbered and named, the same on every side of the sandbox.
//!
//! Platform, customs and warehouses each ask [`Scenario::for_order`] for themselves; the answer depends on the seed and the
//! order's number only, so that they agree without talking.

use crate::fault::Text;

/// Of a hundred orders so many have nothing special; the rest is spread evenly over the other scenarios.
const ALL_CLEAR_PERCENT: u64 = 72;

/// What befalls an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Scenario {
    /// Released at once.
    AllClear = 1,
    /// The payment slip is missing until it is pushed again.
    PaymentMissing = 2,
    /// The payment slip names another amount (1332).
    AmountMismatch = 3,
    /// Somebody else paid (1327).
    BuyerDiffers = 4,
    /// The buyer's limit of the year is used up.
    YearlyLimit = 5,
    /// Customs finds the message's form wrong.
    FormatError = 6,
    /// The gateway takes the message and does not answer.
    AcceptedThenTimeout = 7,
    /// Receipts come shuffled and twice.
    Shuffled = 8,
    /// Cancelled before customs releases it.
    CancelledBeforeRelease = 9,
    /// Cancelled after release: a return.
    CancelledAfterRelease = 10,
    /// The buyer changes the address while the order is read.
    AddressChanged = 11,
    /// Bought before it was for sale.
    Presale = 12,
    /// Shipped in two parcels.
    SplitOrder = 13,
    /// The replacement of an exchanged article.
    ExchangeReship = 14,
    /// Inspected (500) before it is released.
    Inspected = 15,
}

impl Scenario {
    /// All of them, by number.
    pub const ALL: [Self; 15] = [
        Self::AllClear,
        Self::PaymentMissing,
        Self::AmountMismatch,
        Self::BuyerDiffers,
        Self::YearlyLimit,
        Self::FormatError,
        Self::AcceptedThenTimeout,
        Self::Shuffled,
        Self::CancelledBeforeRelease,
        Self::CancelledAfterRelease,
        Self::AddressChanged,
        Self::Presale,
        Self::SplitOrder,
        Self::ExchangeReship,
        Self::Inspected,
    ];

    /// Its number, from 1.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Its name, as `--scenario` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllClear => "all-clear",
            Self::PaymentMissing => "payment-missing",
            Self::AmountMismatch => "amount-mismatch",
            Self::BuyerDiffers => "buyer-differs",
            Self::YearlyLimit => "yearly-limit",
            Self::FormatError => "format-error",
            Self::AcceptedThenTimeout => "accepted-then-timeout",
            Self::Shuffled => "shuffled",
            Self::CancelledBeforeRelease => "cancelled-before-release",
            Self::CancelledAfterRelease => "cancelled-after-release",
            Self::AddressChanged => "address-changed",
            Self::Presale => "presale",
            Self::SplitOrder => "split-order",
            Self::ExchangeReship => "exchange-reship",
            Self::Inspected => "inspected",
        }
    }

    /// What happens.
    pub const fn description(self) -> Text {
        let (zh, en) = match self {
            Self::AllClear => {
                ("订单、支付单、运单齐全,海关直接放行", "everything matches; customs releases at once")
            }
            Self::PaymentMissing => (
                "支付单未到;重推支付单后三单齐全,海关放行",
                "the payment slip is missing; once it is pushed again, customs releases",
            ),
            Self::AmountMismatch => (
                "支付单金额与清单不一致,海关退单(1332)",
                "the payment slip names another amount; customs refuses (1332)",
            ),
            Self::BuyerDiffers => {
                ("支付人与订购人不是同一人,海关退单(1327)", "buyer and payer differ; customs refuses (1327)")
            }
            Self::YearlyLimit => {
                ("订购人年度额度已用完,海关退单", "the buyer's limit of the year is used up; customs refuses")
            }
            Self::FormatError => {
                ("报文格式有误,海关拒收", "customs finds the message's form wrong and does not take it")
            }
            Self::AcceptedThenTimeout => (
                "网关已收下报文,但不应答,结果未知",
                "the gateway takes the message and does not answer: the outcome is unknown",
            ),
            Self::Shuffled => {
                ("回执乱序且重复到达,最终放行", "receipts come shuffled and twice; released in the end")
            }
            Self::CancelledBeforeRelease => {
                ("放行前买家取消订单", "the buyer cancels before customs releases")
            }
            Self::CancelledAfterRelease => {
                ("放行后买家取消订单,需办理退货", "the buyer cancels after release: a return")
            }
            Self::AddressChanged => (
                "读取订单期间买家修改收货地址,须重新获取",
                "the buyer changes the address while the order is read; it has to be read again",
            ),
            Self::Presale => ("预售订单,尾款付清后发货", "a presale, shipped when all is paid"),
            Self::SplitOrder => ("一单分两个包裹发货", "one order in two parcels"),
            Self::ExchangeReship => ("换货补发订单", "the replacement of an exchanged article"),
            Self::Inspected => ("海关布控查验(500),之后放行", "customs inspects (500), then releases"),
        };
        Text { zh, en }
    }

    /// The scenario of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// What befalls an order under a seed.
    pub fn for_order(seed: u64, order_no: &str) -> Self {
        let bits = bits_of(seed, order_no);
        if bits % 100 < ALL_CLEAR_PERCENT {
            return Self::AllClear;
        }
        // From 1 on: everything but all clear.
        let others = Self::ALL.len() as u64 - 1;
        let place = 1 + (bits / 100) % others;
        Self::ALL.into_iter().nth(usize::try_from(place).unwrap_or_default()).unwrap_or(Self::AllClear)
    }
}

/// Which scenarios the orders of a sandbox have: every side is given the same plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// The scenario of every order, when they all have the same.
    pub only: Option<Scenario>,
}

impl Plan {
    /// What befalls an order.
    pub fn scenario(&self, order_no: &str) -> Scenario {
        self.only.unwrap_or_else(|| Scenario::for_order(self.seed, order_no))
    }
}

/// Numbers that look random and depend on a seed and a text only: FNV-1a, mixed by the last step of splitmix64.
pub(crate) fn bits_of(seed: u64, text: &str) -> u64 {
    const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
    const FNV_PRIME: u64 = 0x0000_0100_0000_01B3;
    let hash = seed
        .to_le_bytes()
        .iter()
        .chain(text.as_bytes())
        .fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME));
    let mut bits = hash;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn numbers_and_names_are_found_again() {
        for (place, scenario) in Scenario::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(scenario.number()), place + 1);
            assert_eq!(Scenario::of_name(scenario.name()), Some(scenario));
        }
        assert_eq!(Scenario::of_name("nothing"), None);
    }

    #[test]
    fn every_scenario_befalls_some_order_and_most_are_clear() {
        let mut counts: BTreeMap<Scenario, u32> = BTreeMap::new();
        for number in 0..10_000_u64 {
            let order_no = format!("P{}", 700_000_000_000_000_000 + number);
            *counts.entry(Scenario::for_order(7, &order_no)).or_default() += 1;
            assert_eq!(Scenario::for_order(7, &order_no), Plan { seed: 7, only: None }.scenario(&order_no));
        }
        assert_eq!(counts.len(), Scenario::ALL.len());
        assert!((6_900..7_500).contains(&counts[&Scenario::AllClear]), "{counts:?}");
        assert!(counts.values().all(|count| *count > 120), "{counts:?}");
    }
}
