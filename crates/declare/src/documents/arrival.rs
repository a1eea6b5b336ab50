//! The arrival (入库明细单, CEB711): the operator of a supervised site tells customs which parcels of a bill of lading have
//! come in. Some sites of direct purchase need it before inventories are released.

use std::collections::BTreeSet;

use ports::fault::{Fault, Place};

use super::request::field;
use super::{Guid, InventoryHead, Issue, Moment, Standing, Submission, Text, TradeMode, faults};

/// The arrival of parcels, in one document a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// The document's own number.
    pub guid: Guid,
    /// New, changed or deleted.
    pub submission: Submission,
    /// When it was made.
    pub made_at: Moment,
    /// Saved or declared.
    pub standing: Standing,
    /// The customs office of the site.
    pub customs_code: Text<'a, 4>,
    /// Our own number of the arrival.
    pub own_no: Text<'a, 20>,
    /// The number China E-port gave it, when it is changed or deleted.
    pub entry_no: Option<Text<'a, 18>>,
    /// The number customs gave it, when it is changed or deleted.
    pub arrival_no: Option<Text<'a, 18>>,
    /// The registration of the site's operator.
    pub operator_code: Text<'a, 18>,
    /// Its registered name.
    pub operator_name: Text<'a, 100>,
    /// Mode of transport across the border.
    pub transport_mode: Text<'a, 1>,
    /// Name or number of the means of transport.
    pub transport_no: Text<'a, 100>,
    /// Voyage or flight.
    pub voyage_no: Text<'a, 32>,
    /// Bill of lading.
    pub bill_no: Text<'a, 37>,
    /// The carrier's registration.
    pub carrier_code: Text<'a, 18>,
    /// Its registered name.
    pub carrier_name: Text<'a, 100>,
    /// Where in the site the parcels lie.
    pub location: Option<Text<'a, 100>>,
    /// The waybills that have arrived; the message numbers them from 1.
    pub waybills: Vec<Text<'a, 60>>,
}

/// A supervised site (海关监管作业场所) and its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<'a> {
    /// The operator's registration.
    pub operator_code: &'a str,
    /// Its registered name.
    pub operator_name: &'a str,
    /// Where in the site the parcels lie.
    pub location: Option<&'a str>,
}

impl<'a> Arrival<'a> {
    /// The arrival of the parcels of some inventories of direct purchase that share a customs office, a transport, a bill of
    /// lading and a carrier.
    ///
    /// # Errors
    /// All that stands in its way: no inventory, bonded goods, a transport that is not told, inventories of different
    /// transports, a waybill that comes twice.
    pub fn of(inventories: &[&InventoryHead<'a>], site: Site<'a>, issue: Issue) -> Result<Self, Vec<Fault>> {
        let Some((first, others)) = inventories.split_first() else {
            return Err(vec![faults::ARRIVAL_EMPTY.fault()]);
        };
        let mut found = Vec::new();
        let mut waybills = BTreeSet::new();
        for head in inventories {
            let order_no = head.order_no.as_str();
            if head.trade_mode != TradeMode::Direct {
                found.push(faults::ARRIVAL_BONDED.at(Place::order(order_no, "tradeMode")));
            }
            if !waybills.insert(head.waybill_no.as_str()) {
                let place = Place::order(order_no, "logisticsNo");
                found.push(faults::ARRIVAL_TWICE.at(place).with("waybill", head.waybill_no.as_str()));
            }
        }
        for other in others {
            for (field, shared, own) in
                shared(first).into_iter().zip(shared(other)).map(|(a, b)| (a.0, a.1, b.1))
            {
                if shared != own {
                    let fault = faults::ARRIVAL_DIFFERS.at(Place::order(other.order_no.as_str(), field));
                    let fault = fault.with("field", field).with("value", own.unwrap_or_default());
                    found.push(fault.with("other", shared.unwrap_or_default()));
                }
            }
        }
        let order_no = first.order_no.as_str();
        let arrival = Self {
            own_no: issue.guid.own_no(),
            guid: issue.guid,
            submission: Submission::New,
            made_at: issue.made_at,
            standing: Standing::Declared,
            customs_code: first.customs_code.clone(),
            entry_no: None,
            arrival_no: None,
            operator_code: field(order_no, "operatorCode", site.operator_code, &mut found),
            operator_name: field(order_no, "operatorName", site.operator_name, &mut found),
            transport_mode: first.transport_mode.clone(),
            transport_no: told(first, "trafNo", first.transport_no.as_ref(), &mut found),
            voyage_no: told(first, "voyageNo", first.voyage_no.as_ref(), &mut found),
            bill_no: told(first, "billNo", first.bill_no.as_ref(), &mut found),
            carrier_code: first.carrier_code.clone(),
            carrier_name: first.carrier_name.clone(),
            location: site.location.map(|text| field(order_no, "unloadLocation", text, &mut found)),
            waybills: inventories.iter().map(|head| head.waybill_no.clone()).collect(),
        };
        if found.is_empty() { Ok(arrival) } else { Err(found) }
    }
}

/// What all inventories of an arrival share.
fn shared<'i>(head: &'i InventoryHead<'_>) -> [(&'static str, Option<&'i str>); 7] {
    [
        ("customsCode", Some(head.customs_code.as_str())),
        ("trafMode", Some(head.transport_mode.as_str())),
        ("trafNo", head.transport_no.as_ref().map(Text::as_str)),
        ("voyageNo", head.voyage_no.as_ref().map(Text::as_str)),
        ("billNo", head.bill_no.as_ref().map(Text::as_str)),
        ("logisticsCode", Some(head.carrier_code.as_str())),
        ("logisticsName", Some(head.carrier_name.as_str())),
    ]
}

/// A field of the transport, which an inventory of direct purchase has.
fn told<'a, const MAX: usize>(
    head: &InventoryHead<'a>,
    name: &'static str,
    text: Option<&Text<'a, MAX>>,
    found: &mut Vec<Fault>,
) -> Text<'a, MAX> {
    text.cloned().unwrap_or_else(|| {
        found.push(faults::EMPTY.at(Place::order(head.order_no.as_str(), name)).with("field", name));
        Text::NOTHING
    })
}
