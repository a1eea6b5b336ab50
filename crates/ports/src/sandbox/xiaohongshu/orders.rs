//! The list of orders, and one of them.

use serde_json::{Value, json};

use super::{Answer, PARAMETER, Refusal, Request, refusal};
use crate::sandbox::faults::FaultKind;
use crate::sandbox::orders::Wanted;
use crate::sandbox::world::World;
use crate::xiaohongshu::v3::window::{CREATED_SPAN, UPDATED_SPAN};
use crate::xiaohongshu::v3::{MAX_PAGE_SIZE, MAX_PAGES};

pub(super) const NO_ORDER: Refusal = refusal(-2_000_101, "包裹不存在或不属于此商家", "order");
/// Orders on a page when nothing is said.
const PAGE_SIZE: i64 = 50;
/// So many entries of a page come twice when something comes twice.
const TWICE: usize = 5;

/// `order.getOrderList`.
pub(super) fn list(world: &World, request: &Request<'_>) -> Answer {
    let breach = |what| {
        world.traffic().breach(what);
        PARAMETER
    };
    let start = request.number("startTime")?.ok_or(PARAMETER)?;
    let end = request.number("endTime")?.ok_or(PARAMETER)?;
    let by_update = match request.number("timeType")?.ok_or(PARAMETER)? {
        1 => false,
        2 => true,
        _ => return Err(PARAMETER),
    };
    let span = if by_update { UPDATED_SPAN } else { CREATED_SPAN };
    if start > end || end.saturating_sub(start) > span {
        return Err(breach(if by_update { "update_window" } else { "create_window" }));
    }
    let page_no = request.number("pageNo")?.unwrap_or(1);
    let page_size = request.number("pageSize")?.unwrap_or(PAGE_SIZE);
    if !(1..=i64::from(MAX_PAGES)).contains(&page_no) {
        return Err(breach("page_no"));
    }
    if !(1..=i64::from(MAX_PAGE_SIZE)).contains(&page_size) {
        return Err(breach("page_size"));
    }
    let count = |number: i64| usize::try_from(number).unwrap_or(1);
    let wanted = Wanted {
        start,
        end,
        by_update,
        status: request.number("orderStatus")?.unwrap_or(0),
        kind: request.number("orderType")?.unwrap_or(0),
        page_no: count(page_no),
        page_size: count(page_size),
    };
    let (total, mut orders) = world.orders().page(&wanted, request.millisecond());
    if request.draw.is(FaultKind::Duplicate) {
        let again: Vec<Value> = orders.iter().take(TWICE).cloned().collect();
        orders.extend(again);
    }
    Ok(json!({
        "total": total, "pageNo": page_no, "pageSize": page_size,
        "maxPageNo": total.div_ceil(wanted.page_size).max(1), "orderList": orders,
    }))
}

/// `order.getOrderDetail`: without the receiver, who is another method's.
pub(super) fn detail(world: &World, request: &Request<'_>) -> Answer {
    let order_no = request.required("orderId")?;
    let now = request.millisecond();
    let mut orders = world.orders();
    let (mut order, _) = orders.find(&order_no, now).ok_or(NO_ORDER)?;
    orders.was_read(&order_no, now);
    if let Some(detail) = order.detail.as_object_mut() {
        // Unset texts are left out, as the platform does it.
        detail.retain(|_, value| value.as_str() != Some("") && !value.is_null());
    }
    Ok(order.detail)
}
