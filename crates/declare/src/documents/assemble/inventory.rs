//! The inventory's head.

use filing::codes::CountryCode;

use super::Numbers;
use super::filler::{At, Filler};
use super::surroundings::Surroundings;
use crate::documents::{
    Guid, InventoryHead, Moment, Number, OrderHead, Text, TradeMode, WaybillHead, faults,
};
use crate::messages::MessageKind;
use crate::order::{Order, Waybill};
use crate::setting::Setting;

#[expect(clippy::too_many_arguments, reason = "the inventory is the document that everything flows into")]
pub(super) fn inventory_head<'a>(
    order: &'a Order,
    head: &OrderHead<'a>,
    (carried, waybill): (&'a Waybill, &WaybillHead<'a>),
    (gross_weight, net_weight): (Number, Number),
    surroundings: &Surroundings<'a>,
    (numbers, made_at): (&Numbers, &Moment),
    setting: &'a Setting<'_>,
    fill: &mut Filler<'a>,
) -> InventoryHead<'a> {
    let (declaring, all, port) = (&setting.declaring, setting.declaring.all, surroundings.port);
    let bonded = order.trade_mode == TradeMode::Bonded;
    let warehouse = all.warehouse.as_ref().filter(|_| bonded);
    let guarantor = match warehouse {
        Some(warehouse) => warehouse.guarantor_code.as_str(),
        None => all.direct_guarantor_code.as_ref().map_or(declaring.merchant.code.as_str(), Text::as_str),
    };
    let departure_country = if bonded {
        CountryCode::CHINA
    } else {
        let given = carried.departure_country.as_deref().unwrap_or_default();
        let country = CountryCode::lenient(given);
        if country.as_ref() == Some(&CountryCode::CHINA) {
            fill.fault(&faults::COUNTRY_CHINA, At::Field("waybill.departure_country"));
        }
        country.unwrap_or_else(|| {
            if !given.is_empty() {
                fill.fault(&faults::COUNTRY, At::Field("waybill.departure_country"))
                    .push(("value", given.to_owned()));
            }
            CountryCode::CHINA
        })
    };
    let direct_mode = port.direct_transport_mode.as_ref().filter(|_| !bonded);
    InventoryHead {
        guid: numbers.guid(MessageKind::Inventory),
        submission: numbers.submission(MessageKind::Inventory),
        made_at: made_at.clone(),
        standing: numbers.inventory,
        order_no: head.order_no.clone(),
        platform_code: head.platform_code.clone(),
        platform_name: head.platform_name.clone(),
        merchant_code: head.merchant_code.clone(),
        merchant_name: head.merchant_name.clone(),
        waybill_no: waybill.waybill_no.clone(),
        carrier_code: waybill.carrier_code.clone(),
        carrier_name: waybill.carrier_name.clone(),
        own_no: own_no(&order.order_no, numbers.guid(MessageKind::Inventory)),
        guarantor_code: fill.text(At::Field("warehouse.assure_code"), guarantor),
        account_book: warehouse.map(|warehouse| warehouse.account_book.share()),
        declared_on: made_at.day(),
        customs_code: port.customs_code.share(),
        port_code: port.port_code.share(),
        buyer_id_number: head.buyer_id_number.clone(),
        buyer_name: head.buyer_name.clone(),
        buyer_telephone: head.buyer_telephone.clone(),
        consignee_address: head.consignee_address.clone(),
        declarant_code: declaring.declarant.code.share(),
        declarant_name: declaring.declarant.name.share(),
        warehouse_code: warehouse.map(|warehouse| warehouse.code.share()),
        warehouse_name: warehouse.map(|warehouse| warehouse.name.share()),
        trade_mode: order.trade_mode,
        transport_mode: direct_mode.unwrap_or(&port.transport_mode).share(),
        transport_no: direct(bonded, carried.transport_no.as_deref(), At::Field("waybill.traf_no"), fill),
        voyage_no: direct(bonded, carried.voyage_no.as_deref(), At::Field("waybill.voyage_no"), fill),
        bill_no: direct(bonded, carried.bill_no.as_deref(), At::Field("waybill.bill_no"), fill),
        site_no: port.site_no.as_ref().map(Text::share),
        departure_country: Text::parse(departure_country.as_str().to_owned()).unwrap_or_default(),
        freight: waybill.freight,
        insurance: waybill.insurance,
        wrap_type: port.wrap_type.as_ref().map(Text::share),
        gross_weight,
        net_weight,
    }
}

/// A field that only a direct purchase fills in.
fn direct<'a, const MAX: usize>(
    bonded: bool,
    value: Option<&'a str>,
    at: At,
    fill: &mut Filler<'a>,
) -> Option<Text<'a, MAX>> {
    value.filter(|_| !bonded).map(|text| fill.text(at, text))
}

/// Our own number of an inventory: the order number where it fits, else what comes from the document's number.
fn own_no(order_no: &str, guid: Guid) -> Text<'_, 20> {
    Text::parse(order_no).unwrap_or_else(|_| guid.own_no())
}
