//! The four documents of a parcel: order, payment slip, waybill and inventory, and those that may follow them: waybill
//! status, withdrawal, return and arrival, as plain structs.
//!
//! They name things as the trade does; the standard's element names are the business of [`crate::messages`].

mod arrival;
mod assemble;
pub mod faults;
pub mod field;
mod inventory;
mod order;
mod payment;
mod request;
#[cfg(test)]
mod tests;
mod waybill;
mod waybill_status;

use serde::{Deserialize, Serialize};

pub use arrival::{Arrival, Site};
pub use assemble::{Assembly, Numbers, assemble, shortcomings};
pub use field::{Day, Guid, Moment, Number, Personal, Text};
pub use inventory::{InventoryHead, InventoryLine};
pub use order::{OrderHead, OrderLine};
pub use payment::PaymentHead;
pub use request::{Goods, Issue, Known, Request, Return, ReturnLine, Withdrawal};
pub use waybill::WaybillHead;
pub use waybill_status::WaybillStatus;

/// Whether a document is new, changed or deleted (报送类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Submission {
    /// 新增.
    New,
    /// 变更.
    Change,
    /// 删除.
    Delete,
}

impl Submission {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::New, Self::Change, Self::Delete];

    /// The code in a message.
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "1",
            Self::Change => "2",
            Self::Delete => "3",
        }
    }
}

/// Whether a document is only saved or also declared (业务状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 暂存: saved at the port, not declared.
    Saved,
    /// 申报: declared.
    Declared,
}

impl Standing {
    /// The code in a message.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Saved => "1",
            Self::Declared => "2",
        }
    }
}

/// Bonded import or direct purchase (贸易方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TradeMode {
    /// 1210: the goods lie in a bonded warehouse.
    Bonded,
    /// 9610: the parcel comes from abroad.
    Direct,
}

impl TradeMode {
    /// The customs code of the mode.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bonded => "1210",
            Self::Direct => "9610",
        }
    }

    /// The mode of a customs code.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Bonded, Self::Direct].into_iter().find(|mode| mode.code() == code)
    }
}

/// All documents of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents<'a> {
    /// 电子订单.
    pub order: OrderHead<'a>,
    /// The order's lines.
    pub order_lines: Vec<OrderLine<'a>>,
    /// 支付凭证.
    pub payment: PaymentHead<'a>,
    /// 物流运单.
    pub waybill: WaybillHead<'a>,
    /// 进口清单.
    pub inventory: InventoryHead<'a>,
    /// The inventory's lines, one for each order line under the same number.
    pub inventory_lines: Vec<InventoryLine<'a>>,
}
