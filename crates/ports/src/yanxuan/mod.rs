//! NetEase Yanxuan (网易严选): its channel interface, and a client of it.
//!
//! Yanxuan is a supplier within China: a shop (渠道) sells, passes paid orders on, and Yanxuan ships them and says so by
//! calling back. Nothing here carries identity numbers, taxes, commodity codes or payment numbers; what a declaration gets from
//! it is the waybill of an order, and word that an order will not be shipped.
//!
//! Every call is a `POST` of a form to one route, signed over all its parameters. Answers are JSON; the `result` of most methods
//! is JSON once more, as a text. Amounts are in yuan.
//!
//! The interface promises that every call may be made twice ("所有api接口均幂等"), so all of them are repeated after a failure of
//! which it is not known whether the call was carried out.

mod callback;
mod carriers;
mod client;
mod envelope;
pub mod errors;
mod event;
mod goods;
pub mod methods;
mod order;
mod placing;
mod sign;
mod supplier;

#[cfg(test)]
mod tests;

pub use callback::{CALLBACKS, CallbackKind, callback};
pub use carriers::carrier;
pub use client::{CALLS_A_MINUTE, Client, PATH, Settings, caller_settings};
pub use event::{event, events_of_order};
pub use goods::{Item, MAX_ITEMS, MAX_SKUS, Sku, Stock};
pub use methods::Method;
pub use order::{Cancelled, ChannelOrder, ExpressDetail, OrderStatus, Package};
pub use placing::{Amount, Draft, Order, OrderLine, OrderProblem};
pub use sign::{is_signed, sign};

/// The platform's name, as keys, events and errors bear it.
pub const PLATFORM: &str = "yanxuan";

/// How times are written, in Beijing's time.
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// A moment as the platform writes it.
pub fn time_text(at: jiff::Timestamp) -> String {
    at.to_zoned(crate::clock::beijing()).strftime(TIME_FORMAT).to_string()
}

/// The moment that the platform writes so.
pub fn time_of(text: &str) -> Option<jiff::Timestamp> {
    let at = jiff::civil::DateTime::strptime(TIME_FORMAT, text.trim()).ok()?;
    at.to_zoned(crate::clock::beijing()).ok().map(|at| at.timestamp())
}
