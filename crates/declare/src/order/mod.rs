//! One canonical order, whatever platform it came from.

pub mod faults;
pub mod line;
mod waybill;
mod xiaohongshu;

use jiff::Timestamp;
use ports::money::Yuan;

use crate::documents::TradeMode;
use crate::identity::{IdNumber, Mobile};

pub use line::{Line, Reader};
pub use waybill::Waybill;

/// An order whose parts could all be read. Whether it may be declared is for the faults found with it to say.
#[derive(Debug, Clone)]
pub struct Order {
    /// The platform's order number.
    pub order_no: String,
    /// Bonded or direct purchase.
    pub trade_mode: TradeMode,
    /// The platform's code of the port.
    pub port: String,
    /// When the buyer paid.
    pub paid_at: Timestamp,
    /// What was paid, and for what.
    pub amounts: Amounts,
    /// The platform's name of the payment channel.
    pub pay_channel: String,
    /// The payment's transaction number.
    pub transaction_no: String,
    /// 订购人.
    pub buyer: Buyer,
    /// 收货人.
    pub consignee: Consignee,
    /// The goods; one article may stand twice at two prices.
    pub lines: Vec<OrderedGoods>,
    /// Net weight of the order in grams, when the platform knows it.
    pub net_weight_g: Option<i64>,
    /// The waybill, when there is one.
    pub waybill: Option<Waybill>,
}

/// What could be read of an order, as far as it points to goods, ports, carriers and payment enterprises.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The platform's order number.
    pub order_no: String,
    /// Bonded or direct purchase.
    pub trade_mode: Option<TradeMode>,
    /// The platform's code of the port.
    pub port: Option<String>,
    /// The platform's name of the payment channel.
    pub pay_channel: Option<String>,
    /// The goods.
    pub lines: Vec<OrderedGoods>,
    /// The waybill, when there is one.
    pub waybill: Option<Waybill>,
}

/// The amounts of an order. `paid = goods + freight + tax - discount`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Goods without tax and freight.
    pub goods: Yuan,
    /// Freight.
    pub freight: Yuan,
    /// Paid by coupons, points and the like.
    pub discount: Yuan,
    /// Tax the platform collected.
    pub tax: Yuan,
    /// What the buyer paid.
    pub paid: Yuan,
}

/// Who ordered and, for customs, who paid.
#[derive(Debug, Clone)]
pub struct Buyer {
    /// The real name.
    pub name: PersonalText,
    /// The identity number.
    pub id_number: IdNumber,
    /// The real telephone, which is also the number on the platform.
    pub telephone: Mobile,
}

/// Who receives the parcel.
#[derive(Debug, Clone)]
pub struct Consignee {
    /// The name.
    pub name: PersonalText,
    /// The telephone; relay numbers are usual here.
    pub telephone: PersonalText,
    /// Province, city, district, town and street, joined.
    pub address: PersonalText,
    /// The six-digit division code, when the platform knows it.
    pub district: Option<String>,
}

/// A text about a person; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalText(pub String);

impl std::fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalText(…)")
    }
}

/// One physical article of an order.
#[derive(Debug, Clone)]
pub struct OrderedGoods {
    /// The barcode, the key of the filing.
    pub barcode: String,
    /// The merchant's article number.
    pub item_no: Option<String>,
    /// Pieces.
    pub quantity: u32,
    /// Declared price of one piece, without tax.
    pub price: Yuan,
    /// The platform's tax on one piece.
    pub tax_per_piece: Yuan,
    /// The merchant's discount on one piece.
    pub merchant_discount: Yuan,
}

impl OrderedGoods {
    /// Price of the line. Exact: [`line::MAX_QUANTITY`] and [`line::MAX_FEN`] keep it within range.
    pub fn total(&self) -> Yuan {
        self.price * rust_decimal::Decimal::from(self.quantity)
    }
}
