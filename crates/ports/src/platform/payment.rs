//! Whether an order can still use its payment slip.

use serde::{Deserialize, Serialize};

use crate::fault::Text;

/// An order as far as its payment slip is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentCase {
    /// The platform's code of its port, when it has one.
    pub port: Option<String>,
    /// Why a slip would be of no use, if it would not.
    pub no_use: Option<NoUse>,
}

/// Why an order can make no use of a payment slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoUse {
    /// Nothing was paid yet.
    Unpaid,
    /// The buyer is cancelling it, or an after-sale case is open or ended it.
    Cancelled,
    /// It is closed.
    Closed,
    /// It was shipped: customs has let it go.
    Shipped,
    /// It is not declared through the platform: a domestic order, or personal articles.
    NotDeclared,
}

impl NoUse {
    /// What a person is told.
    pub fn words(self) -> Text {
        match self {
            Self::Unpaid => Text { zh: "订单还没有付款", en: "the order is not paid yet" },
            Self::Cancelled => Text {
                zh: "订单正在取消或有售后",
                en: "the order is being cancelled or has an after-sale case",
            },
            Self::Closed => Text { zh: "订单已关闭", en: "the order is closed" },
            Self::Shipped => Text { zh: "订单已发货", en: "the order was shipped" },
            Self::NotDeclared => Text {
                zh: "内贸或行邮订单没有平台推送的支付单",
                en: "domestic orders and personal articles have no payment slip of the platform's",
            },
        }
    }
}
