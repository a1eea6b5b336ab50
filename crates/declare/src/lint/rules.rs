//! Every rule by its id: what it says, how heavy it is, and whether files alone can show that it is broken.
//!
//! The ids and their weights are those of the business rules collected from the specification 202205, customs' own receipts
//! and public implementations. What no official text or receipt supports is a warning.

use ports::fault::{Fault, Kind, Text};

use super::faults;
use crate::matching::faults as own;
use crate::messages::faults as message_faults;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, such as `X6`.
    pub id: &'static str,
    /// The fault that tells that it is broken; nothing when files alone cannot show it.
    pub kind: Option<&'static Kind>,
    /// What it says.
    pub text: Text,
}

macro_rules! rules {
    ($($id:literal $kind:expr, $zh:literal / $en:literal;)+) => {
        /// Every rule, in the order of the ids.
        pub const ALL: &[Rule] = &[$(Rule { id: $id, kind: $kind, text: Text { zh: $zh, en: $en } }),+];
    };
}

rules! {
    "K1" Some(&faults::K1), "电商企业编码加订单号唯一" / "merchant and order number are unique";
    "K2" Some(&own::K2), "支付企业编码加支付流水号唯一" / "payment enterprise and transaction number are unique";
    "K3" Some(&own::K3), "物流企业编码加运单号六个月内唯一" / "carrier and waybill number are unique within six months";
    "K4" Some(&faults::K4), "一个订单、一个运单对应一份清单" / "an order and a waybill have one inventory";
    "K5" None, "单证之间以订单号、运单号、支付流水号关联" / "documents are joined by order, waybill and transaction number";
    "K6" None, "变更、删除要有可变更的原单证" / "a change or deletion needs a document that may be changed";
    "K7" None, "再次申报的报送时间必须更晚" / "what is sent again bears a later time";
    "X1" Some(&own::X1), "各单证订单号一致" / "one order number in all documents";
    "X2" Some(&own::X2), "订单、支付单、清单的电商平台一致" / "one platform in order, payment slip and inventory";
    "X3" Some(&own::X3), "订单、清单的电商企业一致" / "one merchant in order and inventory";
    "X4" Some(&own::X4), "订单、支付单的支付企业一致" / "one payment enterprise in order and payment slip";
    "X5" Some(&own::X5), "支付企业名称、支付流水号一致" / "payment enterprise's name and transaction number agree";
    "X6" Some(&own::X6), "订单实付等于支付金额" / "the order's payment is the amount paid";
    "X7" Some(&faults::FIXED), "订单、支付单的币制都是142" / "order and payment slip are in the currency 142";
    "X8" Some(&own::X8), "订购人就是支付人" / "the buyer is the payer";
    "X9" Some(&faults::X9), "证件类型为身份证" / "the document is an identity card";
    "X10" Some(&own::X10), "清单、订单的订购人姓名一致" / "inventory and order name one buyer";
    "X11" Some(&own::X11), "清单、订单的订购人身份证号一致" / "inventory and order have one identity number";
    "X12" Some(&own::X12), "清单、订单的订购人电话一致" / "inventory and order have one telephone number";
    "X13" Some(&own::X13), "订单、运单的收货人一致" / "order and waybill have one consignee";
    "X14" Some(&own::X14), "清单、运单的收件地址一致" / "inventory and waybill have one address";
    "X15" Some(&own::X15), "清单、运单的运单号和物流企业一致" / "inventory and waybill have one number and carrier";
    "X16" Some(&own::X16), "直购：清单、运单的提运单号一致" / "direct purchase: one bill of lading";
    "X17" Some(&own::X17), "清单、订单的商品项数一致" / "inventory and order have as many lines";
    "X18" Some(&own::X18), "清单、订单的商品逐项一致" / "inventory and order agree line by line";
    "X19" None, "订购人与收货人可以不同（不检查）" / "buyer and consignee may differ (nothing to check)";
    "X20" None, "拆分的订单用子订单号和子单金额" / "split orders are declared with their own numbers and amounts";
    "X21" Some(&faults::X21), "身份证号末位X大写" / "the X of an identity number is a capital";
    "X22" Some(&faults::X22), "运单状态与运单一致" / "a waybill status is that of the waybill";
    "X23" Some(&faults::X23), "撤单、退货与原清单一致" / "withdrawal and return repeat the inventory";
    "X24" Some(&faults::X24), "退货的商品在原清单中，数量不超过" / "returned goods are in the inventory, not more than declared";
    "X25" None, "撤单在放行前，退货在放行后" / "withdrawal before release, return after it";
    "A1" Some(&own::A1), "实付=商品+运费+税-优惠" / "paid = goods + freight + tax - discount";
    "A2" None, "商品价格是扣除优惠前的实际成交价" / "the goods' price is the real one, before the discount";
    "A3" Some(&faults::REQUIRED), "运费、优惠、税没有时填0" / "freight, discount and tax are 0 when there is none";
    "A4" Some(&own::A4), "订单：总价=单价×数量" / "order: total = price × quantity";
    "A5" Some(&own::A5), "订单：商品价格=各项总价之和" / "order: goods = sum of the lines";
    "A6" Some(&faults::A6), "清单：总价=单价×数量" / "inventory: total = price × quantity";
    "A7" Some(&own::A7), "价格为0的商品" / "goods at no price";
    "A8" Some(&faults::A8), "清单、运单的运费和保费一致" / "inventory and waybill have one freight and insurance";
    "A9" Some(&faults::A9), "单次限值（年度限值只有海关知道）" / "the limit of an order (the year's is known to customs alone)";
    "A10" None, "担保额度足够" / "the guarantee covers the tax";
    "A11" Some(&faults::A11), "税单：表头税额等于各项合计" / "tax bill: the head is the sum of the lines";
    "A12" None, "金额不容许误差：一律按相等检查" / "amounts have no tolerance: equal means equal";
    "A13" Some(&faults::NUMBER), "金额按十进制计算，最多5位小数" / "amounts are decimals of at most five places";
    "Q1" Some(&own::Q1), "序号从1连续" / "lines are numbered 1, 2, 3 …";
    "Q2" Some(&own::Q2), "数量大于0" / "quantities are above zero";
    "Q3" Some(&own::Q3), "第二数量与第二单位同时有" / "second quantity and second unit go together";
    "Q4" Some(&own::Q4), "法定单位与税则一致" / "legal units are the tariff's";
    "Q5" Some(&own::Q5), "单位相同则数量相同" / "equal units, equal quantities";
    "Q6" None, "申报单位不必是法定单位（不检查）" / "the declared unit need not be a legal one (not enforced)";
    "Q7" Some(&own::Q7), "净重大于0且不超过毛重" / "net weight above zero, not above gross";
    "Q8" Some(&faults::Q8), "运单、清单的毛重一致" / "waybill and inventory have one gross weight";
    "Q9" Some(&own::Q9), "千克数量合计约等于净重" / "kilograms sum to the net weight";
    "Q10" Some(&faults::Q10), "件数为1" / "one piece";
    "C1" Some(&faults::FIXED), "币制为142" / "the currency is 142";
    "C2" Some(&faults::C2), "类型、状态、监管方式的取值" / "types, statuses and trade modes are known ones";
    "C3" Some(&faults::C3), "直购要有运输工具、航次、提运单号" / "direct purchase has transport, voyage and bill of lading";
    "C4" Some(&own::C4), "保税要有账册、区内企业、备案料号" / "bonded goods have account book, warehouse and record numbers";
    "C5" Some(&faults::C5), "直购没有账册、区内企业、备案料号" / "direct purchase has none of these";
    "C6" Some(&faults::C6), "申报的清单、撤单、退货要签名" / "what is declared is signed";
    "C7" Some(&faults::C7), "商品编码10位" / "commodity codes have ten digits";
    "C8" Some(&faults::C8), "单位、国家在参数表中" / "units and countries are in the customs tables";
    "C9" Some(&faults::C9), "订单、清单的原产国相同" / "order and inventory name one country";
    "C10" Some(&faults::C10), "没有条码填“无”" / "无 where there is no barcode";
    "C11" Some(&own::C11), "担保企业是平台、电商或物流企业" / "the guarantor is platform, merchant or carrier";
    "C12" None, "申报企业与签名证书一致" / "the declaring enterprise is the certificate's";
    "C13" Some(&faults::C13), "信封发送方与dxpId一致" / "the envelope's sender is the dxpId";
    "C14" None, "各企业已在海关登记" / "the enterprises are registered with customs";
    "C15" None, "各报文由规定的企业发送" / "each message is sent by the enterprise whose it is";
    "C16" None, "未登记的平台用电子口岸公布的编号" / "a platform without registration has the number China E-port published";
    "C17" Some(&faults::T4), "进境日期未知时不填，日期为yyyyMMdd" / "ieDate is left out when unknown; dates are yyyyMMdd";
    "C18" None, "保税：申报海关与口岸海关通常相同（不检查）" / "bonded: customs office and port office are usually one (not enforced)";
    "C19" Some(&faults::C19), "收货地区为6位代码" / "the consignee's district has six digits";
    "T1" Some(&own::T1), "名称、地址不是“无”“空”“/”" / "names and addresses say something";
    "T2" Some(&faults::T2), "编号为半角字符" / "numbers and codes are half-width";
    "T3" Some(&faults::T3), "身份证号有效" / "identity numbers are valid";
    "T4" Some(&faults::T4), "时间有效" / "times are times";
    "T5" Some(&faults::T5), "电话只有数字和-" / "telephone numbers are digits and hyphens";
    "T6" Some(&message_faults::CHARACTER), "没有XML不允许的控制字符" / "there are no control characters that XML forbids";
    "T7" Some(&faults::T7), "中文接近长度上限" / "Chinese text near its longest length";
}

/// The rule of an id, in any case, with or without the prefix of its code.
pub fn find(id: &str) -> Option<&'static Rule> {
    let id = id.trim().to_ascii_uppercase();
    let short = id.strip_prefix("MATCH-").or_else(|| id.strip_prefix("CHECK-")).unwrap_or(&id);
    ALL.iter().find(|rule| rule.id == short)
}

/// The id of the rule that a fault tells of.
pub(super) fn of(fault: &Fault) -> Option<&'static str> {
    ALL.iter()
        .find(|rule| rule.kind.is_some_and(|kind| kind.code == fault.kind.code && is_named_after(rule, kind)))
        .map(|rule| rule.id)
}

/// Whether a kind tells of this rule alone. What the schema asks for anyway cannot be let pass.
fn is_named_after(rule: &Rule, kind: &Kind) -> bool {
    kind.code.rsplit('-').next() == Some(rule.id)
}

impl Rule {
    /// Whether its findings can be let pass.
    pub fn can_be_allowed(&self) -> bool {
        self.kind.is_some_and(|kind| is_named_after(self, kind))
    }
}
