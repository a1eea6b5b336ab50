//! The callbacks: which there are, and what they are known to hold.

use super::methods::EXPRESS_DETAILS;
use crate::wire::vocabulary::Shape::{self, Any, List, Numbers, Object, Words};

/// A callback.
#[derive(Debug, Clone, Copy)]
pub struct CallbackKind {
    /// Its method.
    pub method: &'static str,
    /// The parameter that holds the news, as JSON.
    pub payload: &'static str,
    /// Whether it is made without having been registered.
    pub by_default: bool,
    /// Whether the news tells itself apart from the next of its kind. The same news of the others may come again and be
    /// new: an article is closed, sold again, closed again.
    pub is_singular: bool,
    pub(crate) shape: Shape,
}

impl CallbackKind {
    /// Whether it is about orders: waybills, cancellations, exceptions.
    pub fn is_about_orders(&self) -> bool {
        self.method.contains(".order.")
    }
}

const fn by_default(method: &'static str, payload: &'static str, shape: Shape) -> CallbackKind {
    CallbackKind { method, payload, by_default: true, is_singular: true, shape }
}

const SKUS_LEFT: Shape = List(&Object("skuId inventory closeDeadline", &[]));
const COUNTS: Shape = List(&Object("skuId id transferCount count", &[]));

/// All callbacks of the documentation, version 2.0.9.
pub const CALLBACKS: [CallbackKind; 8] = [
    by_default(
        "yanxuan.callback.order.cancel",
        "orderCancelResult",
        Object("orderId rejectReason", &[("cancelStatus", Numbers(&[0, 1, 2]))]),
    ),
    by_default(
        "yanxuan.notification.order.delivered",
        "orderPackage",
        Object(
            "orderId packageId expCreateTime",
            &[
                ("expressInfos", List(&Object("expressCompany", &[("expressNos", Any)]))),
                ("expressDetailInfos", EXPRESS_DETAILS),
            ],
        ),
    ),
    by_default(
        "yanxuan.notification.order.exceptional",
        "exceptionInfo",
        Object("orderId extData", &[("reason", Words(&["CANCEL"]))]),
    ),
    by_default(
        "yanxuan.notification.inventory.count.changed",
        "skuTransfer",
        Object("id operateTime", &[("skuTransfers", COUNTS)]),
    ),
    registered("yanxuan.notification.sku.alarm.close", "closeAlarmSkus", SKUS_LEFT, false),
    registered("yanxuan.notification.sku.close", "closeSkus", SKUS_LEFT, false),
    registered("yanxuan.notification.sku.reopen", "reopenSkus", SKUS_LEFT, false),
    registered(
        "yanxuan.notification.inventory.count.check",
        "skuCheck",
        Object("id operateTime", &[("skuChecks", COUNTS)]),
        true,
    ),
];

const fn registered(
    method: &'static str,
    payload: &'static str,
    shape: Shape,
    is_singular: bool,
) -> CallbackKind {
    CallbackKind { method, payload, by_default: false, is_singular, shape }
}

/// The callback of a method.
pub fn callback(method: &str) -> Option<&'static CallbackKind> {
    static ALL: [CallbackKind; CALLBACKS.len()] = CALLBACKS;
    ALL.iter().find(|kind| kind.method == method)
}
