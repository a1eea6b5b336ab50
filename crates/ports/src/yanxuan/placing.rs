//! Orders that a shop passes on, checked against the documentation's limits before they are sent.

use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Number;

use super::time_text;
use crate::money::Yuan;

/// An amount as the interface takes it: at most eight digits before the point and two behind it, not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(Yuan);

/// The first amount that is too large.
const AMOUNT_LIMIT: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

impl Amount {
    /// An amount in whole fen within the interface's bounds.
    pub fn new(yuan: Yuan) -> Option<Self> {
        let fits = !yuan.is_negative() && yuan.decimal() < AMOUNT_LIMIT && yuan.whole_fen().is_some();
        fits.then_some(Self(yuan))
    }

    /// The amount.
    pub fn yuan(self) -> Yuan {
        self.0
    }
}

impl Serialize for Amount {
    /// A JSON number. Ten digits pass through its binary form unharmed.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<Number>(&self.0.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

/// An order before it is checked. It holds personal data; `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The shop's number of the order.
    pub order_no: String,
    /// When it was placed.
    pub submitted: Timestamp,
    /// When it was paid.
    pub paid: Timestamp,
    /// The buyer's account.
    pub buyer_account: Option<String>,
    /// Who receives it.
    pub receiver_name: String,
    /// The receiver's mobile telephone.
    pub receiver_mobile: Option<String>,
    /// The receiver's telephone.
    pub receiver_phone: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// District.
    pub district: String,
    /// The rest of the address.
    pub address: String,
    /// What was paid, freight included.
    pub paid_amount: Amount,
    /// The freight.
    pub freight: Amount,
    /// How it was paid, in words.
    pub pay_method: String,
    /// A remark.
    pub remark: Option<String>,
    /// The articles.
    pub lines: Vec<OrderLine>,
}

/// An article of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderLine {
    /// The article.
    pub sku_id: String,
    /// Its name.
    pub name: String,
    /// How many.
    pub count: u32,
    /// Price of one.
    pub price: Amount,
    /// Taken off by coupons.
    pub coupons: Amount,
    /// Taken off by promotions.
    pub promotions: Amount,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("order_no", &self.order_no).finish_non_exhaustive()
    }
}

/// What is wrong with an order, by the interface's name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderProblem {
    /// Nothing stands there.
    #[error("{0} is missing")]
    Missing(String),
    /// It is too long.
    #[error("{field} has {found} characters; at most {most} are taken")]
    TooLong {
        /// The field.
        field: String,
        /// Its characters.
        found: usize,
        /// The most.
        most: usize,
    },
    /// More is taken off a line than it costs, or the line costs more than fits.
    #[error("{0}: what is taken off does not fit the price")]
    Line(String),
    /// The lines and the freight are not what was paid.
    #[error("the lines and the freight make {computed}, but {paid} was paid")]
    Sum {
        /// What they make.
        computed: Yuan,
        /// What was paid.
        paid: Yuan,
    },
    /// Nothing was paid for the goods.
    #[error("nothing but the freight was paid")]
    Free,
}

/// An order that may be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Order(Wire);

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("order_no", &self.0.order_id).finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    order_id: String,
    submit_time: String,
    pay_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_account: Option<String>,
    receiver_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_mobile: Option<String>,
    receiver_phone: String,
    receiver_province_name: String,
    receiver_city_name: String,
    receiver_district_name: String,
    receiver_address_detail: String,
    real_price: Amount,
    exp_fee: Amount,
    pay_method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    order_skus: Vec<WireLine>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct WireLine {
    sku_id: String,
    product_name: String,
    sale_count: u32,
    origin_price: Amount,
    subtotal_amount: Amount,
    coupon_total_amount: Amount,
    activity_total_amount: Amount,
}

impl Order {
    /// Checks an order.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn new(draft: Draft) -> Result<Self, Vec<OrderProblem>> {
        let mut problems = Vec::new();
        // The limits of the documentation's tables.
        let required = [
            ("orderId", &draft.order_no, 128),
            ("receiverName", &draft.receiver_name, 255),
            ("receiverPhone", &draft.receiver_phone, 32),
            ("receiverProvinceName", &draft.province, 32),
            ("receiverCityName", &draft.city, 32),
            ("receiverDistrictName", &draft.district, 32),
            ("receiverAddressDetail", &draft.address, 512),
            ("payMethod", &draft.pay_method, 32),
        ];
        for (field, text, most) in required {
            check(field, text, most, true, &mut problems);
        }
        for (field, text, most) in
            [("buyerAccount", &draft.buyer_account, 255), ("receiverMobile", &draft.receiver_mobile, 32)]
        {
            check(field, text.as_deref().unwrap_or_default(), most, false, &mut problems);
        }
        if draft.lines.is_empty() {
            problems.push(OrderProblem::Missing("orderSkus".to_owned()));
        }
        let (freight, paid) = (draft.freight.yuan(), draft.paid_amount.yuan());
        let mut computed = Some(freight);
        let mut lines = Vec::with_capacity(draft.lines.len());
        for (place, line) in draft.lines.into_iter().enumerate() {
            let subtotal = self::line(place, line, &mut problems);
            computed = computed.zip(subtotal.as_ref()).map(|(sum, line)| sum + line.subtotal_amount.yuan());
            lines.extend(subtotal);
        }
        if let Some(computed) = computed.filter(|computed| *computed != paid) {
            problems.push(OrderProblem::Sum { computed, paid });
        }
        if paid <= freight {
            problems.push(OrderProblem::Free);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self(Wire {
            order_id: draft.order_no,
            submit_time: time_text(draft.submitted),
            pay_time: time_text(draft.paid),
            buyer_account: draft.buyer_account,
            receiver_name: draft.receiver_name,
            receiver_mobile: draft.receiver_mobile,
            receiver_phone: draft.receiver_phone,
            receiver_province_name: draft.province,
            receiver_city_name: draft.city,
            receiver_district_name: draft.district,
            receiver_address_detail: draft.address,
            real_price: draft.paid_amount,
            exp_fee: draft.freight,
            pay_method: draft.pay_method,
            remark: draft.remark,
            order_skus: lines,
        }))
    }

    /// Its number.
    pub fn order_no(&self) -> &str {
        &self.0.order_id
    }

    /// The JSON text that is signed and sent.
    pub(crate) fn json(&self) -> String {
        // Texts and amounts of JSON are always written.
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

fn check(field: &str, text: &str, most: usize, required: bool, problems: &mut Vec<OrderProblem>) {
    let found = text.chars().count();
    if required && text.trim().is_empty() {
        problems.push(OrderProblem::Missing(field.to_owned()));
    } else if found > most {
        problems.push(OrderProblem::TooLong { field: field.to_owned(), found, most });
    }
}

fn line(place: usize, line: OrderLine, problems: &mut Vec<OrderProblem>) -> Option<WireLine> {
    let name = |field: &str| format!("orderSkus[{place}].{field}");
    check(&name("skuId"), &line.sku_id, 32, true, problems);
    check(&name("productName"), &line.name, 512, true, problems);
    if line.count == 0 {
        problems.push(OrderProblem::Missing(name("saleCount")));
    }
    let total = line.price.yuan().decimal() * Decimal::from(line.count);
    let subtotal = total - line.coupons.yuan().decimal() - line.promotions.yuan().decimal();
    let Some(subtotal_amount) = Yuan::bounded(subtotal).and_then(Amount::new) else {
        problems.push(OrderProblem::Line(name("subtotalAmount")));
        return None;
    };
    Some(WireLine {
        sku_id: line.sku_id,
        product_name: line.name,
        sale_count: line.count,
        origin_price: line.price,
        subtotal_amount,
        coupon_total_amount: line.coupons,
        activity_total_amount: line.promotions,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    pub(crate) fn amount(fen: i64) -> Amount {
        Amount::new(Yuan::from_fen(fen)).unwrap()
    }

    pub(crate) fn draft(order_no: &str) -> Draft {
        Draft {
            order_no: order_no.into(),
            receiver_name: "鲸落乙".into(),
            receiver_phone: "16900007772".into(),
            province: "浙江省".into(),
            city: "杭州市".into(),
            district: "滨江区".into(),
            address: "蓝鲸大街777号,A+B座 100%".into(),
            paid_amount: amount(9_087),
            freight: amount(1_000),
            pay_method: "微信".into(),
            lines: vec![OrderLine {
                sku_id: "10019005".into(),
                name: "连裤袜".into(),
                count: 3,
                price: amount(2_900),
                coupons: amount(513),
                promotions: amount(100),
            }],
            ..Draft::default()
        }
    }

    #[test]
    fn a_right_order_is_written_as_the_interface_wants_it() {
        let order = Order::new(draft("T1")).unwrap();
        let json: Value = serde_json::from_str(&order.json()).unwrap();
        assert_eq!(json["realPrice"].to_string(), "90.87");
        assert_eq!(json["orderSkus"][0]["subtotalAmount"].to_string(), "80.87");
        assert_eq!(json["submitTime"], "1970-01-01 08:00:00");
        assert!(json.get("remark").is_none() && json.get("buyerAccount").is_none());
        let told = format!("{order:?} {:?}", draft("T1"));
        assert!(told.contains("T1") && !told.contains("鲸落") && !told.contains("1690000"), "{told}");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut wrong = draft(" ");
        wrong.district = "区".repeat(33);
        wrong.lines[0].count = 0;
        wrong.lines.push(OrderLine { coupons: amount(1), ..wrong.lines[0].clone() });
        let problems = Order::new(wrong).unwrap_err();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "orderId is missing",
                "receiverDistrictName has 33 characters; at most 32 are taken",
                "orderSkus[0].saleCount is missing",
                "orderSkus[0].subtotalAmount: what is taken off does not fit the price",
                "orderSkus[1].saleCount is missing",
                "orderSkus[1].subtotalAmount: what is taken off does not fit the price",
            ]
        );
        let unpaid = Draft { paid_amount: amount(1_000), ..draft("T1") };
        let unpaid = Order::new(unpaid).unwrap_err();
        assert!(matches!(unpaid[..], [OrderProblem::Sum { .. }, OrderProblem::Free]), "{unpaid:?}");
    }

    proptest! {
        #[test]
        fn amounts_reach_the_wire_to_the_fen(fen in 0_i64..10_000_000_000) {
            let written = serde_json::to_string(&amount(fen)).unwrap();
            prop_assert_eq!(written.parse::<Decimal>().unwrap(), Decimal::new(fen, 2));
        }

        #[test]
        fn amounts_out_of_bounds_are_none(fen in 10_000_000_000_i64..1_000_000_000_000) {
            prop_assert_eq!(Amount::new(Yuan::from_fen(fen)), None);
            prop_assert_eq!(Amount::new(Yuan::from_fen(-fen)), None);
        }
    }
}
