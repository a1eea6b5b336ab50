//! 三单对碰 as customs does it: why an inventory is refused.

use ports::sandbox::Scenario;
use rust_decimal::Decimal;

use super::facts::{InventoryFacts, OrderFacts, PaymentFacts, WaybillFacts};

/// Yuan of a single order; one indivisible article may cost more.
const SINGLE_LIMIT: Decimal = Decimal::from_parts(5_000, 0, 0, false, 0);

/// What an inventory is held against.
pub(super) struct Set<'s> {
    pub(super) order: &'s OrderFacts,
    pub(super) payment: Option<&'s PaymentFacts>,
    pub(super) waybill: &'s WaybillFacts,
    pub(super) inventory: &'s InventoryFacts,
    pub(super) scenario: Scenario,
    pub(super) payment_pushed: bool,
    /// For the words about a missing payment slip.
    pub(super) platform_code: &'s str,
    pub(super) order_no: &'s str,
}

/// Whether the inventory costs more than one order may.
pub(super) fn is_beyond_limit(inventory: &InventoryFacts) -> bool {
    let pieces =
        inventory.lines.iter().map(|line| line.quantity).fold(Decimal::ZERO, Decimal::saturating_add);
    inventory.value > SINGLE_LIMIT && pieces > Decimal::ONE
}

/// Everything that does not match, in customs' words; nothing when all does.
pub(super) fn mismatches(set: &Set<'_>) -> Option<String> {
    let Set { order, payment, waybill, inventory, scenario, .. } = *set;
    let missing = scenario == Scenario::PaymentMissing && !set.payment_pushed && payment.is_none();
    if missing {
        let (platform, order_no) = (set.platform_code, set.order_no);
        return Some(format!("对应电商平台为[{platform}]订单号为[{order_no}]支付信息不存在"));
    }
    let mut found = Vec::new();
    let mut rule = |broken: bool, code: u32, words: &str| {
        if broken {
            found.push(format!("[Code:{code};Desc:{words}]"));
        }
    };
    let differs = |differ: &dyn Fn(&PaymentFacts) -> bool| payment.is_some_and(differ);
    rule(
        scenario == Scenario::AmountMismatch || differs(&|slip| slip.amount != order.paid),
        1332,
        "支付单支付金额与订单支付金额不一致",
    );
    rule(
        scenario == Scenario::BuyerDiffers || differs(&|slip| slip.payer != order.buyer),
        1327,
        "订单购买人与支付单支付人名字或身份证号码不一致",
    );
    rule(differs(&|slip| order.names_company && slip.company != order.company), 13_035, "支付企业不一致");
    rule(scenario == Scenario::YearlyLimit, 1313, "订购人购买超过年度限额");
    let counts_differ = order.lines.len() != inventory.lines.len();
    rule(counts_differ, 1320, "清单表体商品项与订单表体商品项的项数不一致");
    let lines_differ = order.lines.iter().zip(&inventory.lines).any(|(ordered, line)| *ordered != line.print);
    rule(!counts_differ && lines_differ, 1322, "订单清单表体商品项不一致");
    rule(order.buyer_name != inventory.buyer_name, 13_127, "清单上的订购人姓名与订单上的订购人姓名不一致");
    rule(
        order.buyer_telephone != inventory.buyer_telephone,
        130_126,
        "清单上的订购人电话号码与订单上的订购人电话号码不一致",
    );
    // The rules below are published without a number.
    let mut plain = |broken: bool, words: &str| {
        if broken {
            found.push(words.to_owned());
        }
    };
    plain(differs(&|slip| slip.platform != order.platform), "支付单电商平台名称与订单中的电商平台名称不一致");
    plain(
        order.buyer_name == inventory.buyer_name && order.buyer != inventory.buyer,
        "清单上的订购人证件号码与订单上的订购人证件号码不一致",
    );
    plain(order.consignee.person != waybill.consignee.person, "订单收货人或电话与运单不一致");
    plain(order.consignee.address != waybill.consignee.address, "订单收货地址与运单收货地址不一致");
    plain(inventory.address != waybill.consignee.address, "清单收货地址与运单收货地址不一致");
    (!found.is_empty()).then(|| found.concat())
}
