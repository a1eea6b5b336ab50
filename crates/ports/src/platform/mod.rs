//! What this program asks of a shop platform, whatever its protocol: the seam between the domain and the clients.

mod blocking;
mod event;
mod filing;
mod intake;
mod order;
mod payment;
mod supplier;

pub use self::blocking::BlockingFilings;
pub use self::event::{CancelAnswer, Demand, PlatformEvent, SaleNews, SkuCount, Waybill, WaybillNews};
pub use self::filing::{FilingTarget, Filings, ItemCustoms, KnownCustoms, SpvCustoms};
pub use self::intake::{Intake, IntakeError, Notice, Taken};
pub use self::order::{Bundle, Cursor, OrderNotice, OrderPage, Route, Shipment, Undecrypted};
pub use self::payment::{NoUse, PaymentCase};
pub use self::supplier::{Supplier, SupplierStanding};

use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

use crate::http::{CallError, Failure};

/// An answer that is on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, CallError>> + Send + 'a>>;

/// A shop platform.
pub trait Platform: Send + Sync {
    /// Its name, as the orders' lines bear it.
    fn name(&self) -> &'static str;

    /// The next page of orders after a cursor, or nothing when it is too early to look again. Without a cursor it begins with
    /// the orders created since `since`. No order is missed; one may come more than once.
    fn list_orders<'a>(
        &'a self,
        cursor: Option<&'a Cursor>,
        since: Timestamp,
    ) -> Pending<'a, Option<OrderPage>>;

    /// All of an order: its detail, who ordered it, where it goes, personal data in the clear.
    fn bundle<'a>(&'a self, order_no: &'a str) -> Pending<'a, Bundle>;

    /// Says that an order was shipped. Saying it twice does no harm.
    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Pending<'a, ()>;

    /// Asks for the payment slip of an order to be pushed to customs again. After an error whose outcome is unknown it may
    /// have been asked.
    fn repush<'a>(&'a self, order_no: &'a str, route: Route) -> Pending<'a, ()>;

    /// What is to be known before a payment slip is asked for again: the order's port, and whether the slip would be of any
    /// use. A platform that cannot tell says nothing, and no order is left out for it.
    fn payment_case<'a>(&'a self, _order_no: &'a str) -> Pending<'a, PaymentCase> {
        Box::pin(std::future::ready(Ok(PaymentCase::default())))
    }
}

/// How a platform answered a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T = ()> {
    /// It did what was asked.
    Accepted(T),
    /// It will not, and asking the same again is no use.
    Refused {
        /// The platform's own code.
        code: String,
        /// The platform's own words.
        message: String,
    },
    /// It did not get to it: the network, a rate limit, a fault on its side. The same call may be made again.
    Temporary {
        /// What happened.
        reason: String,
        /// How long it wants to be left alone, when it says so.
        retry_after: Option<Duration>,
    },
}

impl<T> From<Result<T, CallError>> for Answer<T> {
    /// Only what concerns this one call is a refusal. What would meet every call (no token, a wrong address) stops the caller
    /// as a time-out does, instead of being held against what it asked for.
    fn from(result: Result<T, CallError>) -> Self {
        match result {
            Ok(value) => Self::Accepted(value),
            Err(CallError { failure: Failure::Refused { code, message }, .. }) => {
                Self::Refused { code, message }
            }
            Err(error) => Self::Temporary { retry_after: error.retry_after(), reason: error.to_string() },
        }
    }
}
