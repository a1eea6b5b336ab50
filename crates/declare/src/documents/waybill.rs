//! The waybill document (物流运单, CEB511).

use super::{Guid, Moment, Number, Personal, Standing, Submission, Text};

/// The waybill's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaybillHead<'a> {
    /// The document's own number.
    pub guid: Guid,
    /// New, changed or deleted.
    pub submission: Submission,
    /// When it was made.
    pub made_at: Moment,
    /// Saved or declared.
    pub standing: Standing,
    /// The carrier's registration.
    pub carrier_code: Text<'a, 18>,
    /// Its registered name.
    pub carrier_name: Text<'a, 100>,
    /// The waybill number, not used again within six months.
    pub waybill_no: Text<'a, 60>,
    /// The bill of lading (direct purchase).
    pub bill_no: Option<Text<'a, 37>>,
    /// The order carried.
    pub order_no: Text<'a, 60>,
    /// What the carrier charges for freight.
    pub freight: Number,
    /// What the carrier charges for insurance.
    pub insurance: Number,
    /// Gross weight in kilograms.
    pub gross_weight: Number,
    /// What is in the parcel, in words.
    pub goods: Option<Text<'a, 200>>,
    /// 收货人.
    pub consignee: Personal<'a, 100>,
    /// The whole address.
    pub consignee_address: Personal<'a, 200>,
    /// The consignee's telephone.
    pub consignee_telephone: Personal<'a, 50>,
}
