//! An order of the shop, before it is JSON: everything is consistent by construction, since all sums are made here.

use super::goods::{Product, ShopPort};
use super::people::{Address, Person};

/// How the buyer paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Alipay.
    AliPay,
    /// WeChat Pay, which the platform calls `TP`.
    WeChat,
}

impl Channel {
    /// The platform's `payChannel`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AliPay => "AliPay",
            Self::WeChat => "TP",
        }
    }

    /// The platform's `paymentType`.
    pub const fn payment_type(self) -> i64 {
        match self {
            Self::AliPay => 1,
            Self::WeChat => 2,
        }
    }

    /// A transaction number of the channel's length, 28 digits; other numbers give other ones.
    pub fn transaction_no(self, number: u64) -> String {
        match self {
            Self::AliPay => format!("20261101{number:020}"),
            Self::WeChat => format!("42000026{number:020}"),
        }
    }
}

/// Pieces at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces {
    /// Price of a piece without tax, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
}

/// One article of an order. When a total does not divide, its pieces have two prices.
#[derive(Debug, Clone)]
pub struct Article {
    /// What it is.
    pub product: &'static Product,
    /// The pieces, price by price.
    pub pieces: Vec<Pieces>,
}

impl Article {
    /// Pieces at one price.
    pub fn new(product: &'static Product, price: i64, quantity: i64) -> Self {
        Self { product, pieces: vec![Pieces { price, quantity }] }
    }

    /// Pieces for a total, in fen: 10.00 for three is 2 × 3.33 and 1 × 3.34.
    pub fn for_total(product: &'static Product, total: i64, quantity: i64) -> Self {
        let (price, dearer) = (total / quantity.max(1), total % quantity.max(1));
        let pieces =
            [Pieces { price, quantity: quantity - dearer }, Pieces { price: price + 1, quantity: dearer }];
        Self { product, pieces: pieces.into_iter().filter(|pieces| pieces.quantity > 0).collect() }
    }

    /// How many pieces.
    pub fn quantity(&self) -> i64 {
        self.pieces.iter().map(|pieces| pieces.quantity).sum()
    }

    /// Their value without tax, fen.
    pub fn value(&self) -> i64 {
        self.pieces.iter().map(|pieces| pieces.price * pieces.quantity).sum()
    }

    /// Their tax as the platform shows it, fen.
    pub fn tax(&self) -> i64 {
        self.pieces.iter().map(|pieces| self.product.shown_tax(pieces.price) * pieces.quantity).sum()
    }
}

/// The means of transport of a direct purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flight {
    /// Bill of lading.
    pub bill_no: String,
    /// The aircraft.
    pub aircraft: &'static str,
    /// The flight.
    pub flight: &'static str,
    /// Country of departure.
    pub country: &'static str,
}

/// The parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The platform's code of the carrier.
    pub carrier: &'static str,
    /// The waybill number.
    pub waybill_no: String,
    /// Weight of box and padding, grams.
    pub packing_g: i64,
    /// What of the freight insures the parcel, fen.
    pub insurance: i64,
    /// How it comes from abroad.
    pub flight: Option<Flight>,
}

/// An order.
#[derive(Debug, Clone)]
pub struct ShopOrder {
    /// `P` and 18 digits.
    pub order_no: String,
    /// Its port, and with it the mode of trade.
    pub port: ShopPort,
    /// When it was paid, milliseconds.
    pub paid_at: i64,
    /// Through which channel.
    pub channel: Channel,
    /// The transaction number.
    pub pay_no: String,
    /// What was bought.
    pub articles: Vec<Article>,
    /// What the buyer pays for freight, fen.
    pub freight: i64,
    /// What the buyer pays by coupons, fen.
    pub discount: i64,
    /// 订购人.
    pub buyer: Person,
    /// 收货人.
    pub consignee: Person,
    /// The consignee's telephone on the parcel, when it is a relay number.
    pub relay: Option<String>,
    /// Where it goes.
    pub address: Address,
    /// Whether the platform knows the net weight.
    pub weight_known: bool,
    /// The parcel.
    pub parcel: Parcel,
}

/// The amounts of an order in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopAmounts {
    /// Goods without tax.
    pub goods: i64,
    /// Tax.
    pub tax: i64,
    /// `goods + freight + tax - discount`.
    pub paid: i64,
}

impl ShopOrder {
    /// What the order amounts to.
    pub fn amounts(&self) -> ShopAmounts {
        let goods: i64 = self.articles.iter().map(Article::value).sum();
        let tax: i64 = self.articles.iter().map(Article::tax).sum();
        ShopAmounts { goods, tax, paid: goods + self.freight + tax - self.discount }
    }

    /// Net weight in grams.
    pub fn net_weight_g(&self) -> i64 {
        self.articles.iter().map(|article| article.product.net_weight_g * article.quantity()).sum()
    }

    /// Gross weight in grams.
    pub fn gross_weight_g(&self) -> i64 {
        let goods = self.articles.iter().map(|article| article.product.gross_weight_g * article.quantity());
        goods.sum::<i64>() + self.parcel.packing_g
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::goods::PRODUCTS;

    #[test]
    fn a_total_that_does_not_divide_has_two_prices() {
        let three = Article::for_total(&PRODUCTS[12], 1_000, 3);
        assert_eq!(three.pieces, [Pieces { price: 333, quantity: 2 }, Pieces { price: 334, quantity: 1 }]);
        assert_eq!((three.quantity(), three.value()), (3, 1_000));
        assert_eq!(Article::for_total(&PRODUCTS[12], 900, 3).pieces, [Pieces { price: 300, quantity: 3 }]);
    }

    #[test]
    fn transaction_numbers_have_28_digits() {
        for channel in [Channel::AliPay, Channel::WeChat] {
            assert_eq!(channel.transaction_no(u64::MAX).len(), 28);
            assert_ne!(channel.transaction_no(1), channel.transaction_no(2));
        }
    }
}
