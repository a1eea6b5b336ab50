//! What logs are told by: the order and the message that a line belongs to. Numbers only, nothing of what they hold.

use tracing::Span;

use crate::documents::Guid;
use crate::messages::MessageKind;

/// Everything within it is about an order.
pub fn order(order_no: &str) -> Span {
    tracing::info_span!("order", order_no)
}

/// Everything within it is about a message.
pub fn message(kind: MessageKind, guid: Guid) -> Span {
    tracing::info_span!("message", kind = kind.type_name(), %guid)
}
