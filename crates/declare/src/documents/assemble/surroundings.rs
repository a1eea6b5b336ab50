//! What an order points to in the configuration.

use super::filler::{At, Filler};
use crate::configuration::{Enterprise, PortSettings};
use crate::documents::{Text, TradeMode, faults};
use crate::order::{Order, Waybill};
use crate::setting::Setting;

/// Stands where the configuration has nothing; that it has nothing is told, and there will be no documents.
static NO_ENTERPRISE: Enterprise = Enterprise { code: Text::NOTHING, name: Text::NOTHING };
static NO_PORT: PortSettings = PortSettings {
    customs_code: Text::NOTHING,
    port_code: Text::NOTHING,
    transport_mode: Text::NOTHING,
    direct_transport_mode: None,
    site_no: None,
    wrap_type: None,
};

/// The settings that an order points to.
pub(super) struct Surroundings<'a> {
    pub(super) port: &'a PortSettings,
    pub(super) payer: &'a Enterprise,
    pub(super) carrier: &'a Enterprise,
    pub(super) waybill: Option<&'a Waybill>,
}

/// Looks up what the order points to in the configuration.
pub(super) fn surroundings<'a>(
    order: &'a Order,
    port: &str,
    setting: &'a Setting<'_>,
    fill: &mut Filler<'a>,
) -> Surroundings<'a> {
    let all = setting.declaring.all;
    let settings = all.ports.get(port);
    if settings.is_none() {
        fill.fault(&faults::PORT_NOT_CONFIGURED, At::Field("detail.customsCode"))
            .push(("port", port.to_owned()));
    }
    let payer = all.payment.get(&order.pay_channel);
    if payer.is_none() {
        let at = At::Field("detail.boundExtendInfo.payChannel");
        fill.fault(&faults::PAY_CHANNEL, at).push(("channel", order.pay_channel.clone()));
    }
    if order.trade_mode == TradeMode::Bonded && all.warehouse.is_none() {
        fill.fault(&faults::NO_WAREHOUSE, At::Field("detail.logisticsMode"));
    }
    if order.trade_mode == TradeMode::Direct
        && settings.is_some_and(|settings| settings.direct_transport_mode.is_none())
    {
        fill.fault(&faults::DIRECT_MODE, At::Field("detail.logisticsMode")).push(("port", port.to_owned()));
    }
    let waybill = order.waybill.as_ref();
    let carrier = waybill.and_then(|waybill| all.carriers.get(&waybill.carrier));
    match waybill {
        None => drop(fill.fault(&faults::NO_WAYBILL, At::Field("waybill.logistics_no"))),
        Some(waybill) => judge_waybill(waybill, carrier, order.trade_mode, fill),
    }
    Surroundings {
        port: settings.unwrap_or(&NO_PORT),
        payer: payer.unwrap_or(&NO_ENTERPRISE),
        carrier: carrier.unwrap_or(&NO_ENTERPRISE),
        waybill,
    }
}

fn judge_waybill(waybill: &Waybill, carrier: Option<&Enterprise>, mode: TradeMode, fill: &mut Filler<'_>) {
    if carrier.is_none() {
        fill.fault(&faults::CARRIER, At::Field("waybill.carrier")).push(("carrier", waybill.carrier.clone()));
    }
    if mode == TradeMode::Bonded {
        return;
    }
    for (field, path, value) in [
        ("bill_no", "waybill.bill_no", &waybill.bill_no),
        ("traf_no", "waybill.traf_no", &waybill.transport_no),
        ("voyage_no", "waybill.voyage_no", &waybill.voyage_no),
        ("departure_country", "waybill.departure_country", &waybill.departure_country),
    ] {
        if value.is_none() {
            fill.fault(&faults::DIRECT_LACKS, At::Field(path)).push(("field", field.to_owned()));
        }
    }
}
