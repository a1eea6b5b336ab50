//! What an order points to in the configuration.

use super::filler::Filler;
use crate::configuration::{Enterprise, PortSettings};
use crate::documents::{TradeMode, faults};
use crate::order::{Order, Waybill};
use crate::setting::Setting;

/// The settings that an order points to.
pub(super) struct Surroundings<'a> {
    pub(super) port: &'a PortSettings,
    pub(super) payer: &'a Enterprise,
    pub(super) carrier: &'a Enterprise,
    pub(super) waybill: &'a Waybill,
}

/// Looks up what the order points to in the configuration.
pub(super) fn surroundings<'a>(
    order: &'a Order,
    port: &str,
    setting: &'a Setting<'_>,
    fill: &mut Filler<'a>,
) -> Option<Surroundings<'a>> {
    let all = setting.declaring.all;
    let settings = all.ports.get(port);
    if settings.is_none() {
        fill.fault(&faults::PORT_NOT_CONFIGURED, "detail.customsCode").push(("port", port.to_owned()));
    }
    let payer = all.payment.get(&order.pay_channel);
    if payer.is_none() {
        let path = "detail.boundExtendInfo.payChannel";
        fill.fault(&faults::PAY_CHANNEL, path).push(("channel", order.pay_channel.clone()));
    }
    if order.trade_mode == TradeMode::Bonded && all.warehouse.is_none() {
        fill.fault(&faults::NO_WAREHOUSE, "detail.logisticsMode");
    }
    if order.trade_mode == TradeMode::Direct
        && settings.is_some_and(|settings| settings.direct_transport_mode.is_none())
    {
        fill.fault(&faults::DIRECT_MODE, "detail.logisticsMode").push(("port", port.to_owned()));
    }
    let Some(waybill) = &order.waybill else {
        fill.fault(&faults::NO_WAYBILL, "waybill.logistics_no");
        return None;
    };
    let carrier = all.carriers.get(&waybill.carrier);
    if carrier.is_none() {
        fill.fault(&faults::CARRIER, "waybill.carrier").push(("carrier", waybill.carrier.clone()));
    }
    if order.trade_mode == TradeMode::Direct {
        for (field, value) in [
            ("bill_no", &waybill.bill_no),
            ("traf_no", &waybill.transport_no),
            ("voyage_no", &waybill.voyage_no),
            ("departure_country", &waybill.departure_country),
        ] {
            if value.is_none() {
                fill.fault(&faults::DIRECT_LACKS, &format!("waybill.{field}"))
                    .push(("field", field.to_owned()));
            }
        }
    }
    Some(Surroundings { port: settings?, payer: payer?, carrier: carrier?, waybill })
}
