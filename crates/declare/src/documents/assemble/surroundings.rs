//! What an order points to in the configuration.

use ports::catalogue::Port;

use super::filler::{At, Filler};
use crate::configuration::{Enterprise, PortSettings};
use crate::documents::{Text, TradeMode, faults};
use crate::order::{Order, OrderedGoods, Parts, Waybill};
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
    payment_route: None,
    trade_modes: Vec::new(),
};

/// The settings that an order points to.
pub(super) struct Surroundings<'a> {
    pub(super) port: &'a PortSettings,
    pub(super) payer: &'a Enterprise,
    pub(super) carrier: &'a Enterprise,
    pub(super) waybill: Option<&'a Waybill>,
}

/// What points to goods, ports, carriers and payment enterprises: of an order, or of what could be read of one. What is not
/// known has been told by whoever read it.
#[derive(Clone, Copy)]
pub(super) struct Pointers<'a> {
    pub(super) trade_mode: Option<TradeMode>,
    pub(super) port: Option<&'a str>,
    pub(super) pay_channel: Option<&'a str>,
    pub(super) lines: &'a [OrderedGoods],
    pub(super) waybill: Option<&'a Waybill>,
}

impl<'a> From<&'a Order> for Pointers<'a> {
    fn from(order: &'a Order) -> Self {
        Self {
            trade_mode: Some(order.trade_mode),
            port: Some(&order.port),
            pay_channel: Some(&order.pay_channel),
            lines: &order.lines,
            waybill: order.waybill.as_ref(),
        }
    }
}

impl<'a> From<&'a Parts> for Pointers<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            trade_mode: parts.trade_mode,
            port: parts.port.as_deref(),
            pay_channel: parts.pay_channel.as_deref(),
            lines: &parts.lines,
            waybill: parts.waybill.as_ref(),
        }
    }
}

/// Looks up what the order points to in the configuration. `port` is the catalogue's name of its port.
pub(super) fn surroundings<'a>(
    order: Pointers<'a>,
    port: Option<&str>,
    setting: &'a Setting<'_>,
    fill: &mut Filler<'a>,
) -> Surroundings<'a> {
    let all = setting.declaring.all;
    let settings = port.and_then(|port| all.ports.get(port));
    match (port, order.port) {
        (Some(port), _) if settings.is_none() => {
            let at = At::Field("detail.customsCode");
            fill.fault(&faults::PORT_NOT_CONFIGURED, at).push(("port", port.to_owned()));
        }
        (None, Some(code)) => {
            let at = At::Field("detail.customsCode");
            fill.fault(&faults::UNKNOWN_PORT, at).push(("port", code.to_owned()));
        }
        _ => {}
    }
    if let Some(port) = port.and_then(|name| setting.catalogue.find(name)) {
        judge_port(port, settings, order.trade_mode, fill);
    }
    let payer = order.pay_channel.and_then(|channel| all.payment.get(channel));
    if let (Some(channel), None) = (order.pay_channel, payer) {
        let at = At::Field("detail.boundExtendInfo.payChannel");
        fill.fault(&faults::PAY_CHANNEL, at).push(("channel", channel.to_owned()));
    }
    if order.trade_mode == Some(TradeMode::Bonded) && all.warehouse.is_none() {
        fill.fault(&faults::NO_WAREHOUSE, At::Field("detail.logisticsMode"));
    }
    if let (Some(TradeMode::Direct), Some(port), Some(PortSettings { direct_transport_mode: None, .. })) =
        (order.trade_mode, port, settings)
    {
        fill.fault(&faults::DIRECT_MODE, At::Field("detail.logisticsMode")).push(("port", port.to_owned()));
    }
    let waybill = order.waybill;
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

/// Whether the platform declares through the port, and the port serves the order's mode.
fn judge_port(
    port: &Port,
    settings: Option<&PortSettings>,
    trade_mode: Option<TradeMode>,
    fill: &mut Filler<'_>,
) {
    if !port.supported() {
        let args = [("port", port.name().to_owned()), ("as_of", port.as_of().to_string())];
        fill.fault(&faults::PORT_UNSUPPORTED, At::Field("detail.customsCode")).extend(args);
    }
    // Of a port that is not configured this is not asked yet.
    let (Some(settings), Some(mode)) = (settings, trade_mode) else { return };
    let served: Vec<&str> = if settings.trade_modes.is_empty() {
        port.trade_modes().iter().map(String::as_str).collect()
    } else {
        settings.trade_modes.iter().map(|mode| mode.code()).collect()
    };
    if !served.contains(&mode.code()) {
        let served = if served.is_empty() { "-".to_owned() } else { served.join(", ") };
        let args = [("port", port.name().to_owned()), ("mode", mode.code().to_owned()), ("served", served)];
        fill.fault(&faults::TRADE_MODE, At::Field("detail.logisticsMode")).extend(args);
    }
}

fn judge_waybill(
    waybill: &Waybill,
    carrier: Option<&Enterprise>,
    mode: Option<TradeMode>,
    fill: &mut Filler<'_>,
) {
    if waybill.carrier.is_empty() {
        fill.fault(&faults::EMPTY, At::Field("waybill.carrier"))
            .push(("field", "waybill.carrier".to_owned()));
    } else if carrier.is_none() {
        fill.fault(&faults::CARRIER, At::Field("waybill.carrier")).push(("carrier", waybill.carrier.clone()));
    }
    if mode != Some(TradeMode::Direct) {
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
