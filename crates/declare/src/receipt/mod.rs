//! Receipts (回执) as plain values: what customs and the exchange platform answered about a document.
//!
//! Nothing here knows XML, clocks or disks: receipts are stored, folded and compared as they are. Whatever may be missing is
//! an `Option`, and numbers that mean nothing here are kept: a receipt is never refused for saying something new.
//!
//! Texts of receipts may name people. [`Info`] shows itself to nobody who does not ask for it by name.

mod info;
mod time;

use ports::fault::Fault;
use serde::{Deserialize, Serialize};

pub use info::{Info, InfoCode};
pub use time::ReturnTime;

use crate::tax::{Assessment, TaxBill, compare_bill};

/// The kinds of documents that receipts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 电子订单, CEB311.
    Order,
    /// 支付凭证, CEB411.
    Payment,
    /// 物流运单, CEB511.
    Waybill,
    /// 运单状态, CEB513.
    WaybillStatus,
    /// 进口清单, CEB621.
    Inventory,
    /// 撤销申请单, CEB623.
    Withdrawal,
    /// 退货申请单, CEB625.
    Return,
    /// 入库明细单, CEB711.
    Arrival,
}

impl Subject {
    /// All of them, in the order of the message numbers.
    pub const ALL: [Self; 8] = [
        Self::Order,
        Self::Payment,
        Self::Waybill,
        Self::WaybillStatus,
        Self::Inventory,
        Self::Withdrawal,
        Self::Return,
        Self::Arrival,
    ];

    /// The type of the message such a document is sent in.
    pub const fn message_type(self) -> &'static str {
        match self {
            Self::Order => "CEB311Message",
            Self::Payment => "CEB411Message",
            Self::Waybill => "CEB511Message",
            Self::WaybillStatus => "CEB513Message",
            Self::Inventory => "CEB621Message",
            Self::Withdrawal => "CEB623Message",
            Self::Return => "CEB625Message",
            Self::Arrival => "CEB711Message",
        }
    }

    /// The type of the message its receipts come in.
    pub const fn receipt_type(self) -> &'static str {
        match self {
            Self::Order => "CEB312Message",
            Self::Payment => "CEB412Message",
            Self::Waybill => "CEB512Message",
            Self::WaybillStatus => "CEB514Message",
            Self::Inventory => "CEB622Message",
            Self::Withdrawal => "CEB624Message",
            Self::Return => "CEB626Message",
            Self::Arrival => "CEB712Message",
        }
    }
}

/// The numbers by which a receipt's document is found; which of them are there depends on the kind, and on the sender's mood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keys {
    /// `orderNo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_no: Option<String>,
    /// `ebpCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_code: Option<String>,
    /// `ebcCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_code: Option<String>,
    /// `payCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_code: Option<String>,
    /// `payTransactionId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_no: Option<String>,
    /// `logisticsCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_code: Option<String>,
    /// `logisticsNo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waybill_no: Option<String>,
    /// `logisticsStatus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waybill_status: Option<String>,
    /// `copNo`: the sender's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_no: Option<String>,
    /// `preNo`: China E-port's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_no: Option<String>,
    /// `invtNo`: customs' number of the inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory_no: Option<String>,
    /// `rkdNo`: customs' number of the arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival_no: Option<String>,
    /// `customsCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customs_code: Option<String>,
    /// `agentCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declarant_code: Option<String>,
    /// `operatorCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_code: Option<String>,
}

/// The status of a receipt (`returnStatus`): a number, or whatever stood there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(String);

impl Status {
    /// Keeps what the receipt says.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The number; unknown ones too.
    pub fn number(&self) -> Option<i64> {
        self.0.trim().parse().ok()
    }

    /// Whether it tells of a fault in processing: the number is below zero.
    pub fn is_fault(&self) -> bool {
        self.number().is_some_and(|number| number < 0)
    }

    /// What the receipt says.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A business receipt: one answer about one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The kind of document it is about.
    pub subject: Subject,
    /// The receipt's `guid`. China E-port gives the document's own in some answers and a new one in others: two receipts
    /// with one number are not the same receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// What finds the document.
    pub keys: Keys,
    /// How it stands.
    pub status: Status,
    /// When.
    pub time: ReturnTime,
    /// What is said about it.
    pub info: Info,
}

impl Receipt {
    /// The numbers of `[Code:n;Desc:…]` in what is said.
    pub fn codes(&self) -> Vec<InfoCode> {
        self.info.codes()
    }
}

/// What a tax bill's status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBillStatus {
    /// 1 已生成.
    Issued,
    /// 2 已汇总: collected into a payment demand.
    Collected,
    /// 3 作废.
    Void,
    /// Something else.
    Unknown,
}

impl TaxBillStatus {
    /// The status of its digit.
    pub fn of(text: &str) -> Self {
        match text.trim() {
            "1" => Self::Issued,
            "2" => Self::Collected,
            "3" => Self::Void,
            _ => Self::Unknown,
        }
    }
}

/// A tax bill (电子税单, CEB816) with what finds its inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxBillReceipt {
    /// The receipt's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// When.
    pub time: ReturnTime,
    /// What finds the inventory: its number, often the order's and the waybill's.
    pub keys: Keys,
    /// How it stands.
    pub status: TaxBillStatus,
    /// `entDutyNo`: the number of the payment demand (缴款书).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_demand_no: Option<String>,
    /// `assureCode`: who guarantees the tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guarantor_code: Option<String>,
    /// The figures.
    pub bill: TaxBill,
}

impl TaxBillReceipt {
    /// Holds the bill against our own figures for its order. A void bill is held against nothing.
    pub fn compare(&self, ours: &Assessment) -> Vec<Fault> {
        if self.status == TaxBillStatus::Void {
            return Vec::new();
        }
        let mut faults = compare_bill(&self.bill, ours);
        for fault in &mut faults {
            fault.at.order_no.clone_from(&self.keys.order_no);
        }
        faults
    }
}

/// A change of a tax bill's status (CEB818).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxBillChange {
    /// The receipt's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// When.
    pub time: ReturnTime,
    /// What finds the inventory.
    pub keys: Keys,
    /// The bill's number (`taxNo`).
    pub bill_no: String,
    /// How it stands now.
    pub status: TaxBillStatus,
    /// `entDutyNo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_demand_no: Option<String>,
}

/// The exchange platform's answer to a message whose form it refuses (报文格式校验回执, CEB900).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatReceipt {
    /// The receipt's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// Below zero: the form is refused.
    pub status: Status,
    /// When.
    pub time: ReturnTime,
    /// What is said about it.
    pub info: Info,
    /// `oriCopMsgId`: the envelope's number under which the message was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_id: Option<String>,
    /// `oriMessageType`, such as `CEB311Message`, or `Unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    /// The `guid` of the refused message, where the receipt repeats the message and it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_guid: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// About a document.
    Receipt(Receipt),
    /// A tax bill.
    TaxBill(TaxBillReceipt),
    /// A tax bill's status.
    TaxBillChange(TaxBillChange),
    /// About a message's form.
    Format(FormatReceipt),
}

impl Answer {
    /// When it was given.
    pub fn time(&self) -> &ReturnTime {
        match self {
            Self::Receipt(receipt) => &receipt.time,
            Self::TaxBill(bill) => &bill.time,
            Self::TaxBillChange(change) => &change.time,
            Self::Format(format) => &format.time,
        }
    }
}
