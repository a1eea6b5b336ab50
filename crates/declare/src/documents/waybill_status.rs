//! The waybill status (运单状态, CEB513): the carrier tells customs that a parcel was signed for.

use ports::fault::{Fault, Place};

use super::{Issue, Moment, Standing, Submission, Text, WaybillHead, faults};

/// The parcel of a waybill was signed for (签收): the only status that customs takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaybillStatus<'a> {
    /// The document's own number.
    pub guid: super::Guid,
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
    /// The waybill number.
    pub waybill_no: Text<'a, 60>,
    /// When the parcel was signed for.
    pub signed_for_at: Moment,
}

impl<'a> WaybillStatus<'a> {
    /// The status of a declared waybill whose parcel was signed for at this time.
    ///
    /// # Errors
    /// [`faults::STATUS_TIME`] when that is later than the document itself: customs wants the real time of what has happened.
    pub fn signed_for(
        waybill: &WaybillHead<'a>,
        signed_for_at: Moment,
        issue: Issue,
    ) -> Result<Self, Box<Fault>> {
        if signed_for_at.is_after(&issue.made_at) {
            let place = Place::order(waybill.order_no.as_str(), "logisticsTime");
            let fault = faults::STATUS_TIME.at(place).with("time", &signed_for_at);
            return Err(fault.with("made", &issue.made_at).into());
        }
        Ok(Self {
            guid: issue.guid,
            submission: Submission::New,
            made_at: issue.made_at,
            standing: Standing::Declared,
            carrier_code: waybill.carrier_code.clone(),
            carrier_name: waybill.carrier_name.clone(),
            waybill_no: waybill.waybill_no.clone(),
            signed_for_at,
        })
    }
}
