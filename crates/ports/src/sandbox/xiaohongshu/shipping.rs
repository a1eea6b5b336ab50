//! Shipping, and what the platform has to refer to.

use serde_json::{Value, json};

use super::orders::NO_ORDER;
use super::{Answer, PARAMETER, Refusal, Request, refusal, text_of};
use crate::catalogue::{Catalogue, Vocabulary};
use crate::clock::beijing;
use crate::sandbox::orders::{Sent, Trouble, skus};
use crate::sandbox::scenario::bits_of;
use crate::sandbox::world::World;
use jiff::Timestamp;

const WRONG_STATUS: Refusal = refusal(-2_000_202, "包裹状态不正确", "status");
const STOPPED: Refusal = refusal(-2_000_203, "订单已停止履约,请检查取消申请", "stopped");
const SPLIT: Refusal = refusal(-2_000_502, "拆单参数不正确", "split");
const NO_CARRIER: Refusal = refusal(-2_000_502, "快递公司编码不存在", "carrier");
const NO_PLAN: Refusal = refusal(-2_000_502, "物流方案不存在", "plan");

/// Some of the platform's carriers: number, code, name.
const CARRIERS: [(u32, &str, &str); 10] = [
    (863, "shunfeng", "顺丰速运"),
    (913, "zto", "中通速递"),
    (880, "yuantong", "圆通速递"),
    (878, "yunda", "韵达快递"),
    (897, "shentong", "申通快递"),
    (900, "ems", "EMS"),
    (877, "jd", "京东物流"),
    (929, "jtexpress", "极兔速递"),
    (970, "cncrossborder", "菜鸟国际"),
    (981, "cndirectmail", "菜鸟进口直邮"),
];
/// The code of shipping without a carrier.
const NO_LOGISTICS: &str = "selfdelivery";
/// The shop's plans: id, name, trade mode (1 bonded, 2 direct), port.
const PLANS: [(&str, &str, i64, &str); 2] = [
    ("65d100000000000000000001", "杭州保税", 1, "杭州"),
    ("65d100000000000000000002", "广州直邮", 2, "广州"),
];
/// Minutes between two events of a parcel.
const EVENTS_APART: i64 = 7;

fn refused(trouble: Trouble) -> Refusal {
    match trouble {
        Trouble::Unknown => NO_ORDER,
        Trouble::WrongStatus => WRONG_STATUS,
        Trouble::Stopped => STOPPED,
        Trouble::Split => SPLIT,
    }
}

/// The waybill of a request.
fn sent(request: &Request<'_>) -> Result<Sent, Refusal> {
    let carrier = request.required("expressCompanyCode")?;
    let known = CARRIERS.iter().find(|(_, code, _)| *code == carrier);
    if known.is_none() && carrier != NO_LOGISTICS {
        return Err(NO_CARRIER);
    }
    let name = Some(request.text("expressCompanyName")).filter(|name| !name.is_empty());
    Ok(Sent {
        express_no: request.required("expressNo")?,
        carrier_name: name.unwrap_or_else(|| known.map_or("", |(_, _, name)| *name).to_owned()),
        carrier,
        skus: request.list("skuIdList").iter().map(|sku| text_of(Some(sku))).collect(),
        at: request.number("deliveringTime")?.unwrap_or_else(|| request.millisecond()),
    })
}

/// `order.orderDeliver`.
pub(super) fn deliver(world: &World, request: &Request<'_>) -> Answer {
    let (order_no, sent) = (request.required("orderId")?, sent(request)?);
    let split = request.body.get("unpack").and_then(Value::as_bool).unwrap_or(false);
    let delivered = world.orders().deliver(&order_no, sent, split, request.millisecond());
    delivered.map(|()| json!({})).map_err(refused)
}

/// `order.modifyOrderExpressInfo`.
pub(super) fn modify(world: &World, request: &Request<'_>) -> Answer {
    let (order_no, new) = (request.required("orderId")?, sent(request)?);
    let index = request.number("deliveryOrderIndex")?.and_then(|index| usize::try_from(index).ok());
    let old = Some(request.text("oldExpressNo")).filter(|old| !old.is_empty());
    let changed = world.orders().redirect(&order_no, &new, index, old.as_deref(), request.millisecond());
    changed.map(|()| json!({})).map_err(refused)
}

/// `order.getOrderTracking`.
pub(super) fn tracking(world: &World, request: &Request<'_>) -> Answer {
    const EVENTS: [(i64, i64, &str); 5] = [
        (5, 1015, "买家已付款"),
        (6, 2010, "海关申报中"),
        (6, 2015, "海关通过"),
        (6, 3020, "商家已发货"),
        (35, 6020, "运输中"),
    ];
    let order_no = request.required("orderId")?;
    let now = request.millisecond();
    let mut orders = world.orders();
    let (order, _) = orders.find(&order_no, now).ok_or(NO_ORDER)?;
    let paid = order.detail.get("paidTime").and_then(Value::as_i64).unwrap_or_default();
    let infos = orders.parcels(&order_no).unwrap_or_default().iter().enumerate().map(|(index, sent)| {
        let records = EVENTS.iter().zip(0_i64..).map(|((node, status, words), number)| {
            let first = if *status == 1015 { paid } else { sent.at };
            let at = Timestamp::from_millisecond(first + number * EVENTS_APART * 60_000).unwrap_or_default();
            json!({"eventAt": at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M:%S").to_string(), "eventDesc": words,
                   "nodeId": node, "trackingStatus": status, "trackingStatusDesc": words})
        });
        json!({"orderId": order_no, "deliveryOrderId": format!("{order_no}-{}", index + 1),
               "currentStatusDesc": "运输中", "expressCompanyCode": sent.carrier,
               "expressCompanyName": sent.carrier_name, "expressNo": sent.express_no,
               "records": records.collect::<Vec<_>>()})
    });
    Ok(json!({"orderTrackInfos": infos.collect::<Vec<_>>()}))
}

/// `order.createTransferBatch`.
pub(super) fn transfer_batch(world: &World, request: &Request<'_>) -> Answer {
    let plan = request.required("planInfoId")?;
    if !PLANS.iter().any(|(id, ..)| *id == plan) {
        return Err(NO_PLAN);
    }
    let parcels = request.list("orders");
    if parcels.is_empty() {
        return Err(PARAMETER);
    }
    let taken = parcels.iter().filter(|parcel| {
        let weighs = parcel.get("weight").and_then(Value::as_i64).is_some_and(|weight| weight > 0);
        let order_no = text_of(parcel.get("orderId"));
        let found = world.orders().find(&order_no, request.millisecond());
        weighs && found.is_some_and(|(order, _)| !skus(&order.detail).is_empty())
    });
    let count = taken.count();
    let seed = world.settings.plan.seed;
    let number = bits_of(seed, &format!("batch {}", request.millisecond())) % 1_000_000_000_000;
    Ok(
        json!({"batchNo": format!("TPS{number:012}"), "message": "", "successTotal": count, "total": parcels.len()}),
    )
}

/// `common.getExpressCompanyList`.
pub(super) fn carriers(_: &World, _: &Request<'_>) -> Answer {
    let infos = CARRIERS.map(|(id, code, name)| {
        json!({"expressCompanyId": id, "expressCompanyCode": code, "expressCompanyName": name, "comment": null})
    });
    Ok(json!({"expressCompanyInfos": infos}))
}

/// `common.getLogisticsList`.
pub(super) fn plans(_: &World, _: &Request<'_>) -> Answer {
    let plans = PLANS.map(|(id, name, mode, port)| {
        let code = Catalogue::builtin().find(port).and_then(|port| port.code(Vocabulary::Xiaohongshu));
        json!({"planInfoId": id, "shopName": "示例海外旗舰店", "planInfoName": name, "tradeMode": mode,
               "customsCode": code, "logisticsCompanyCode": "shunfeng", "logisticName": "顺丰速运", "isValid": true,
               "countryName": null, "privinceName": null, "cityName": null, "street": null, "postCode": null,
               "sellerAddressRecordId": null})
    });
    Ok(json!({"logisticsPlans": plans}))
}
