//! The client as a supplier that is asked how orders stand.

use super::order::OrderStatus;
use super::{Client, PLATFORM, errors, events_of_order};
use crate::platform::{Pending, Supplier, SupplierStanding};

impl Supplier for Client {
    fn name(&self) -> &'static str {
        PLATFORM
    }

    fn standing<'a>(&'a self, order_no: &'a str) -> Pending<'a, Option<SupplierStanding>> {
        Box::pin(async move {
            let order = match self.order(order_no).await {
                Ok(order) => order,
                Err(error) if errors::is_no_such_order(&error.failure) => return Ok(None),
                Err(error) => return Err(error),
            };
            // Another order than was asked for says nothing about this one.
            if order.order_id.0 != order_no {
                return Ok(None);
            }
            let goes_on = order.order_status == OrderStatus::Payed;
            Ok(Some(SupplierStanding { events: events_of_order(&order), goes_on }))
        })
    }
}
