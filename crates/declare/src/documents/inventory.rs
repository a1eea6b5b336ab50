//! The inventory document (进口清单, CEB621): the declaration proper.

use filing::hs::HsCode;

use super::{Day, Guid, Moment, Number, Personal, Standing, Submission, Text, TradeMode};

/// The inventory's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryHead<'a> {
    /// The document's own number.
    pub guid: Guid,
    /// New, changed or deleted.
    pub submission: Submission,
    /// When it was made.
    pub made_at: Moment,
    /// Saved or declared; declared needs a signature.
    pub standing: Standing,
    /// The order declared.
    pub order_no: Text<'a, 60>,
    /// The platform's customs registration.
    pub platform_code: Text<'a, 18>,
    /// Its registered name.
    pub platform_name: Text<'a, 100>,
    /// The merchant's customs registration.
    pub merchant_code: Text<'a, 18>,
    /// Its registered name.
    pub merchant_name: Text<'a, 100>,
    /// The waybill number.
    pub waybill_no: Text<'a, 60>,
    /// The carrier's registration.
    pub carrier_code: Text<'a, 18>,
    /// Its registered name.
    pub carrier_name: Text<'a, 100>,
    /// Our own number of the inventory.
    pub own_no: Text<'a, 20>,
    /// Who guarantees the tax: the platform, the merchant or the carrier.
    pub guarantor_code: Text<'a, 30>,
    /// The warehouse's account book (bonded).
    pub account_book: Option<Text<'a, 30>>,
    /// The day of the declaration.
    pub declared_on: Day,
    /// Where it is declared.
    pub customs_code: Text<'a, 4>,
    /// Where the goods enter the country.
    pub port_code: Text<'a, 4>,
    /// The buyer's identity number.
    pub buyer_id_number: Personal<'a, 60>,
    /// The buyer's name.
    pub buyer_name: Personal<'a, 60>,
    /// The buyer's telephone.
    pub buyer_telephone: Personal<'a, 30>,
    /// The whole address.
    pub consignee_address: Personal<'a, 200>,
    /// The declaring enterprise's registration.
    pub declarant_code: Text<'a, 18>,
    /// Its registered name.
    pub declarant_name: Text<'a, 100>,
    /// The warehouse's registration (bonded).
    pub warehouse_code: Option<Text<'a, 18>>,
    /// Its registered name (bonded).
    pub warehouse_name: Option<Text<'a, 100>>,
    /// Bonded or direct purchase.
    pub trade_mode: TradeMode,
    /// Mode of transport: out of the zone (bonded) or across the border (direct purchase).
    pub transport_mode: Text<'a, 1>,
    /// Name or number of the means of transport (direct purchase).
    pub transport_no: Option<Text<'a, 100>>,
    /// Voyage or flight (direct purchase).
    pub voyage_no: Option<Text<'a, 32>>,
    /// Bill of lading (direct purchase).
    pub bill_no: Option<Text<'a, 37>>,
    /// The supervised site, where an office has several.
    pub site_no: Option<Text<'a, 10>>,
    /// Country of departure; China for bonded goods.
    pub departure_country: Text<'a, 3>,
    /// What the carrier charges for freight.
    pub freight: Number,
    /// What the carrier charges for insurance.
    pub insurance: Number,
    /// Kind of packing.
    pub wrap_type: Option<Text<'a, 1>>,
    /// Kilograms with packing.
    pub gross_weight: Number,
    /// Kilograms without.
    pub net_weight: Number,
}

/// One line of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryLine<'a> {
    /// The order line's number.
    pub number: u32,
    /// The goods' number in the account book (bonded).
    pub item_record_no: Option<Text<'a, 30>>,
    /// The merchant's article number.
    pub item_no: Option<Text<'a, 20>>,
    /// The commodity code.
    pub hs_code: HsCode,
    /// The name the goods were filed under.
    pub name: Text<'a, 250>,
    /// 规格型号.
    pub specification: Text<'a, 510>,
    /// The barcode, or `无`.
    pub barcode: Text<'a, 50>,
    /// Country of origin.
    pub country: Text<'a, 3>,
    /// Pieces.
    pub quantity: Number,
    /// Unit of sale.
    pub unit: Text<'a, 3>,
    /// Quantity in the first legal unit.
    pub quantity1: Number,
    /// The first legal unit.
    pub unit1: Text<'a, 3>,
    /// Quantity in the second legal unit, and that unit, when the code has one.
    pub second: Option<(Number, Text<'a, 3>)>,
    /// Price of one.
    pub price: Number,
    /// Price of the line.
    pub total_price: Number,
}
