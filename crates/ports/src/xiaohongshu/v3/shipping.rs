//! Shipping.

use serde::{Deserialize, Serialize};

use super::super::WireInteger;
use super::super::lenient::list;
use super::super::wire::{WireFlag, WireText};
use super::orders::{OneOrder, Waypoints};
use super::{Client, methods};
use crate::http::{CallError, Outcome};
use crate::platform::Shipment;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deliver<'a> {
    order_id: &'a str,
    express_no: &'a str,
    express_company_code: &'a str,
    express_company_name: Option<&'a str>,
    delivering_time: Option<i64>,
}

/// Another waybill number for a shipped order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWaybill {
    /// The order.
    pub order_id: String,
    /// The new number.
    pub express_no: String,
    /// The carrier's code on the platform.
    pub express_company_code: String,
    /// Its name; the platform's own clients always send it.
    pub express_company_name: String,
    /// Which parcel of a split order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_order_index: Option<u32>,
    /// The number it replaces; wins over the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_express_no: Option<String>,
}

/// The way of one parcel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tracking {
    /// The waybill number.
    pub express_no: WireText,
    /// The carrier's code.
    pub express_company_code: WireText,
    /// Where it stands, in words: 海关申报中, 海关通过.
    pub current_status_desc: WireText,
    /// What happened.
    #[serde(deserialize_with = "list")]
    pub records: Vec<TrackingRecord>,
}

/// One event on a parcel's way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrackingRecord {
    /// When, `yyyy-MM-dd HH:mm:ss` in Beijing.
    pub event_at: WireText,
    /// What, in words.
    pub event_desc: WireText,
    /// 5 trade, 6 fulfilment, 8 warehouse, 35 carrier.
    pub node_id: WireInteger,
    /// 2010 to 2012 customs declaring, 2015 customs done, and others.
    pub tracking_status: WireInteger,
}

/// A parcel of a forwarder's batch. The platform does not say in what unit it wants the weight; grams elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parcel {
    /// The order.
    pub order_id: String,
    /// The weight, as configured.
    pub weight: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transfer<'a> {
    orders: &'a [Parcel],
    plan_info_id: &'a str,
}

/// What became of a forwarder's batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransferBatch {
    /// Its number.
    pub batch_no: WireText,
    /// The platform's words.
    pub message: WireText,
    /// Parcels taken.
    pub success_total: WireInteger,
    /// Parcels asked for.
    pub total: WireInteger,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireTrackings {
    #[serde(deserialize_with = "list")]
    order_track_infos: Vec<Tracking>,
}

/// A carrier of the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExpressCompany {
    /// Its number.
    #[serde(rename = "expressCompanyId")]
    pub id: WireInteger,
    /// Its code: an opaque text, some are Chinese or in capitals.
    #[serde(rename = "expressCompanyCode")]
    pub code: WireText,
    /// Its name.
    #[serde(rename = "expressCompanyName")]
    pub name: WireText,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireCompanies {
    #[serde(deserialize_with = "list")]
    express_company_infos: Vec<ExpressCompany>,
}

/// A logistics plan of the shop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogisticsPlan {
    /// Its id.
    pub plan_info_id: WireText,
    /// Its name.
    pub plan_info_name: WireText,
    /// 0 domestic, 1 bonded, 2 direct: other numbers than an order's `logisticsMode`.
    pub trade_mode: WireInteger,
    /// The port.
    pub customs_code: WireText,
    /// The carrier's code.
    pub logistics_company_code: WireText,
    /// Whether it is in use.
    pub is_valid: WireFlag,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WirePlans {
    #[serde(deserialize_with = "list")]
    logistics_plans: Vec<LogisticsPlan>,
}

#[derive(Serialize)]
struct Nothing {}

impl Client {
    /// `order.orderDeliver`: ships an order. When it is not known what became of the call, or the platform refuses it, the
    /// order itself is asked: one that bears this waybill is shipped.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn deliver(&self, shipment: &Shipment) -> Result<(), CallError> {
        let request = Deliver {
            order_id: &shipment.order_no,
            express_no: &shipment.waybill_no,
            express_company_code: &shipment.carrier,
            express_company_name: shipment.carrier_name.as_deref(),
            delivering_time: shipment.at.map(|at| at.as_millisecond()),
        };
        let Err(error) = self.tell(&methods::ORDER_DELIVER, &request).await else { return Ok(()) };
        let perhaps_done = error.outcome() == Outcome::Unknown || !error.is_temporary();
        if perhaps_done
            && let Ok(detail) = self.order_detail(&shipment.order_no).await
            && Waypoints::of(&detail).express_no.as_deref() == Some(shipment.waybill_no.as_str())
        {
            return Ok(());
        }
        Err(error)
    }

    /// `order.modifyOrderExpressInfo`: another waybill number, after shipping and before it is signed for.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn modify_express(&self, waybill: &NewWaybill) -> Result<(), CallError> {
        self.tell(&methods::MODIFY_ORDER_EXPRESS_INFO, waybill).await
    }

    /// `order.getOrderTracking`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn tracking(&self, order_id: &str) -> Result<Vec<Tracking>, CallError> {
        let wire: WireTrackings = self.ask(&methods::GET_ORDER_TRACKING, &OneOrder { order_id }).await?;
        Ok(wire.order_track_infos)
    }

    /// `order.createTransferBatch`: puts parcels into a batch of the forwarder.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the batch may exist.
    pub async fn create_transfer_batch(
        &self,
        orders: &[Parcel],
        plan_info_id: &str,
    ) -> Result<TransferBatch, CallError> {
        self.ask(&methods::CREATE_TRANSFER_BATCH, &Transfer { orders, plan_info_id }).await
    }

    /// `common.getExpressCompanyList`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn express_companies(&self) -> Result<Vec<ExpressCompany>, CallError> {
        let wire: WireCompanies = self.ask(&methods::GET_EXPRESS_COMPANY_LIST, &Nothing {}).await?;
        Ok(wire.express_company_infos)
    }

    /// `common.getLogisticsList`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn logistics_plans(&self) -> Result<Vec<LogisticsPlan>, CallError> {
        let wire: WirePlans = self.ask(&methods::GET_LOGISTICS_LIST, &Nothing {}).await?;
        Ok(wire.logistics_plans)
    }
}
