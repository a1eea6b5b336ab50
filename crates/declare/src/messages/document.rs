//! A document of any kind, kept or borrowed.

use super::MessageKind;
use crate::documents::{
    Arrival, Documents, InventoryHead, InventoryLine, OrderHead, OrderLine, PaymentHead, Return, WaybillHead,
    WaybillStatus, Withdrawal,
};

/// A document of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document<'a> {
    /// 电子订单.
    Order(Box<OrderHead<'a>>, Vec<OrderLine<'a>>),
    /// 支付凭证.
    Payment(Box<PaymentHead<'a>>),
    /// 物流运单.
    Waybill(Box<WaybillHead<'a>>),
    /// 进口清单.
    Inventory(Box<InventoryHead<'a>>, Vec<InventoryLine<'a>>),
    /// 运单状态.
    WaybillStatus(Box<WaybillStatus<'a>>),
    /// 撤销申请单.
    Withdrawal(Box<Withdrawal<'a>>),
    /// 退货申请单.
    Return(Box<Return<'a>>),
    /// 入库明细单.
    Arrival(Box<Arrival<'a>>),
}

impl Document<'_> {
    /// The document, to be written.
    pub fn view(&self) -> DocumentView<'_> {
        match self {
            Self::Order(head, lines) => DocumentView::Order(head, lines),
            Self::Payment(head) => DocumentView::Payment(head),
            Self::Waybill(head) => DocumentView::Waybill(head),
            Self::Inventory(head, lines) => DocumentView::Inventory(head, lines),
            Self::WaybillStatus(status) => DocumentView::WaybillStatus(status),
            Self::Withdrawal(withdrawal) => DocumentView::Withdrawal(withdrawal),
            Self::Return(back) => DocumentView::Return(back),
            Self::Arrival(arrival) => DocumentView::Arrival(arrival),
        }
    }
}

/// A document of any kind where it is kept.
#[derive(Debug, Clone, Copy)]
pub enum DocumentView<'d> {
    /// 电子订单.
    Order(&'d OrderHead<'d>, &'d [OrderLine<'d>]),
    /// 支付凭证.
    Payment(&'d PaymentHead<'d>),
    /// 物流运单.
    Waybill(&'d WaybillHead<'d>),
    /// 进口清单.
    Inventory(&'d InventoryHead<'d>, &'d [InventoryLine<'d>]),
    /// 运单状态.
    WaybillStatus(&'d WaybillStatus<'d>),
    /// 撤销申请单.
    Withdrawal(&'d Withdrawal<'d>),
    /// 退货申请单.
    Return(&'d Return<'d>),
    /// 入库明细单.
    Arrival(&'d Arrival<'d>),
}

impl DocumentView<'_> {
    /// The kind of message it goes into.
    pub const fn kind(self) -> MessageKind {
        match self {
            Self::Order(..) => MessageKind::Order,
            Self::Payment(_) => MessageKind::Payment,
            Self::Waybill(_) => MessageKind::Waybill,
            Self::Inventory(..) => MessageKind::Inventory,
            Self::WaybillStatus(_) => MessageKind::WaybillStatus,
            Self::Withdrawal(_) => MessageKind::Withdrawal,
            Self::Return(_) => MessageKind::Return,
            Self::Arrival(_) => MessageKind::Arrival,
        }
    }
}

/// The four documents of a parcel, in the order of [`MessageKind::PARCEL`].
pub fn parcel<'d>(documents: &'d Documents<'_>) -> [DocumentView<'d>; 4] {
    [
        DocumentView::Order(&documents.order, &documents.order_lines),
        DocumentView::Payment(&documents.payment),
        DocumentView::Waybill(&documents.waybill),
        DocumentView::Inventory(&documents.inventory, &documents.inventory_lines),
    ]
}
