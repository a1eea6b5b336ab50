//! The order document (电子订单, CEB311).

use super::{Guid, Moment, Number, Personal, Standing, Submission, Text};

/// The order's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderHead<'a> {
    /// The document's own number.
    pub guid: Guid,
    /// New, changed or deleted.
    pub submission: Submission,
    /// When it was made; a later one replaces an earlier one.
    pub made_at: Moment,
    /// Saved or declared.
    pub standing: Standing,
    /// The platform's order number.
    pub order_no: Text<'a, 60>,
    /// The platform's customs registration (电商平台).
    pub platform_code: Text<'a, 18>,
    /// Its registered name.
    pub platform_name: Text<'a, 100>,
    /// The merchant's customs registration (电商企业).
    pub merchant_code: Text<'a, 18>,
    /// Its registered name.
    pub merchant_name: Text<'a, 100>,
    /// Goods, without tax and freight, the part paid by coupons included.
    pub goods_value: Number,
    /// Freight and insurance not inside the price.
    pub freight: Number,
    /// Paid by coupons, points and the like.
    pub discount: Number,
    /// Tax collected in advance.
    pub tax: Number,
    /// What the buyer paid: goods + freight + tax - discount.
    pub paid: Number,
    /// The buyer's number on the platform.
    pub buyer_reg_no: Personal<'a, 60>,
    /// 订购人.
    pub buyer_name: Personal<'a, 60>,
    /// The buyer's real telephone.
    pub buyer_telephone: Personal<'a, 30>,
    /// The buyer's identity number.
    pub buyer_id_number: Personal<'a, 60>,
    /// The payment enterprise's registration.
    pub payer_code: Text<'a, 18>,
    /// Its registered name.
    pub payer_name: Text<'a, 100>,
    /// The payment's transaction number.
    pub transaction_no: Text<'a, 60>,
    /// 收货人.
    pub consignee: Personal<'a, 100>,
    /// The consignee's telephone.
    pub consignee_telephone: Personal<'a, 50>,
    /// The whole address.
    pub consignee_address: Personal<'a, 200>,
    /// The address's six-digit division code.
    pub consignee_district: Option<Text<'a, 6>>,
}

/// One line of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine<'a> {
    /// 1, 2, 3 …; the inventory's line has the same.
    pub number: u32,
    /// The merchant's article number.
    pub item_no: Option<Text<'a, 30>>,
    /// The name the goods were filed under.
    pub name: Text<'a, 250>,
    /// 规格型号.
    pub specification: Text<'a, 510>,
    /// The barcode, or `无`.
    pub barcode: Text<'a, 50>,
    /// Unit of sale.
    pub unit: Text<'a, 3>,
    /// Pieces.
    pub quantity: Number,
    /// Price of one.
    pub price: Number,
    /// Price of the line.
    pub total_price: Number,
    /// Country of origin.
    pub country: Text<'a, 3>,
}
