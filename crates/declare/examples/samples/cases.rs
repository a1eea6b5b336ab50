//! The sample orders, made by hand: each shows something else.

use std::sync::LazyLock;

use declare::shop::goods::{PRODUCTS, Product, ShopPort};
use declare::shop::order::{Article, Channel, Flight, Parcel, ShopOrder};
use declare::shop::people::{Address, Person, id_check};
use declare::shop::random::Random;

/// The first order's number less one.
const NUMBERS: u64 = 600_000_000_000_000_000;
/// 2026-11-20 09:00 in Beijing, milliseconds; an order is paid every seven minutes.
const FIRST_PAID: i64 = 1_795_136_400_000;
const BETWEEN_PAYMENTS: i64 = 7 * 60 * 1_000;

/// An article that the shop sells and has not filed.
static NOT_FILED: LazyLock<Product> = LazyLock::new(|| Product {
    number: 15,
    barcode: "2900000000155",
    item_no: "SL-CONDITION-500",
    name: "示例牌护发素",
    ports: &[],
    ..PRODUCTS[7].clone()
});

/// One order of the file.
pub(crate) struct Case {
    /// What it shows.
    pub(crate) shows: &'static str,
    /// The code of the fault that holds it.
    pub(crate) held: Option<&'static str>,
    /// The order.
    pub(crate) order: ShopOrder,
    /// Its line.
    pub(crate) line: String,
}

/// Pieces of the product with a number, at its price.
fn some(number: usize, quantity: i64) -> Article {
    let product = &PRODUCTS[number - 1];
    Article::new(product, product.price, quantity)
}

/// The file's orders, gathered one by one.
struct Cases(Vec<Case>);

impl Cases {
    fn add(
        &mut self,
        shows: &'static str,
        port: ShopPort,
        articles: Vec<Article>,
        change: impl FnOnce(&mut ShopOrder),
    ) {
        let number = self.0.len() as u64 + 1;
        let mut random = Random::of(0, number);
        let buyer = Person::invent(&mut random);
        let flight = (port == ShopPort::Guangzhou).then(|| Flight {
            bill_no: "999-00000001".to_owned(),
            aircraft: "ZZ-0001",
            flight: "ZZ0001",
            country: "116",
        });
        let mut order = ShopOrder {
            order_no: format!("P{}", NUMBERS + number),
            port,
            paid_at: FIRST_PAID + BETWEEN_PAYMENTS * i64::try_from(number).unwrap_or(0),
            channel: Channel::AliPay,
            pay_no: String::new(),
            articles,
            freight: 0,
            discount: 0,
            consignee: buyer.clone(),
            buyer,
            relay: None,
            address: Address::invent(&mut random),
            weight_known: true,
            parcel: Parcel {
                carrier: "shunfeng",
                waybill_no: format!("SF{number:013}"),
                packing_g: 150,
                insurance: 0,
                flight,
            },
        };
        change(&mut order);
        order.pay_no = order.channel.transaction_no(NUMBERS + number);
        let line = order.line();
        self.0.push(Case { shows, held: None, order, line });
    }

    fn held(&mut self, code: &'static str) -> Option<&mut Case> {
        let last = self.0.last_mut()?;
        last.held = Some(code);
        Some(last)
    }
}

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    use ShopPort::{Guangzhou, Hangzhou};
    let mut all = Cases(Vec::new());
    let as_is = |_: &mut ShopOrder| {};
    let by_wechat = |order: &mut ShopOrder| order.channel = Channel::WeChat;
    all.add("one line; cosmetics below 10 yuan/g: VAT only", Hangzhou, vec![some(3, 1)], as_is);
    all.add("cosmetics above 10 yuan/ml: consumption tax is due", Hangzhou, vec![some(1, 1)], as_is);
    let exactly = Article::new(&PRODUCTS[0], 30_000, 2);
    all.add("exactly 10 yuan/ml: consumption tax is due", Hangzhou, vec![exactly], by_wechat);
    let many = [1, 2, 4, 5, 8, 10, 12, 13, 14].map(|number| some(number, 1)).to_vec();
    all.add("nine lines, with and without consumption tax", Hangzhou, many, as_is);
    all.add("freight", Hangzhou, vec![some(9, 2), some(13, 1)], |order| {
        (order.freight, order.parcel.carrier) = (1_000, "zto");
        order.parcel.waybill_no = "ZT0000000000005".to_owned();
    });
    all.add("a coupon: the discount does not lower the tax", Hangzhou, vec![some(2, 2)], |order| {
        order.discount = 2_000
    });
    all.add("freight, insurance and a coupon", Hangzhou, vec![some(10, 3), some(8, 1)], |order| {
        (order.freight, order.discount, order.parcel.insurance) = (1_200, 1_500, 200);
        order.channel = Channel::WeChat;
    });
    all.add("second legal unit: diapers in kilograms and pieces", Hangzhou, vec![some(12, 4)], as_is);
    all.add("no second legal unit: shampoo", Hangzhou, vec![some(8, 2)], by_wechat);
    let thirds = Article::for_total(&PRODUCTS[12], 10_000, 3);
    all.add("one article at two prices: 2 × 33.33 and 1 × 33.34", Hangzhou, vec![thirds], as_is);
    all.add("sheet masks below 15 yuan a sheet: VAT only", Hangzhou, vec![some(4, 3)], by_wechat);
    all.add("sheet masks above 15 yuan a sheet: consumption tax is due", Hangzhou, vec![some(5, 2)], as_is);
    all.add("wine: consumption tax of 10 %", Hangzhou, vec![some(11, 2)], as_is);
    all.add("another person receives the parcel", Hangzhou, vec![some(9, 1), some(12, 1)], |order| {
        order.consignee = Person::invent(&mut Random::new(14));
    });
    all.add("an address with `&`, `<`, `>` and quotation marks", Hangzhou, vec![some(14, 2)], |order| {
        order.address.street = "示例路8号<A&B>创意园\"东\"楼3层".to_owned();
    });
    all.add(
        "the platform has no net weight: the filings' counts",
        Hangzhou,
        vec![some(2, 1), some(13, 2)],
        |order| {
            order.weight_known = false;
        },
    );
    all.add("direct purchase (9610)", Guangzhou, vec![some(6, 1)], as_is);
    all.add(
        "direct purchase, WeChat, freight and insurance",
        Guangzhou,
        vec![some(7, 1), some(2, 1)],
        |order| {
            (order.freight, order.parcel.insurance, order.channel) = (1_800, 300, Channel::WeChat);
        },
    );
    let parts = vec![some(1, 1), Article::for_total(&PRODUCTS[3], 25_701, 2), some(9, 1), some(10, 1)];
    all.add("direct purchase, five lines, one article at two prices", Guangzhou, parts, |order| {
        order.discount = 990
    });
    all.add(
        "direct purchase, a relay number for the courier",
        Guangzhou,
        vec![some(14, 1), some(8, 1)],
        |order| {
            order.relay = Some(order.consignee.relay(1_234));
        },
    );
    all.add("near the single limit of 5000 yuan", Hangzhou, vec![some(1, 4), some(9, 4), some(3, 6)], as_is);
    all.add("the buyer's identity number has a wrong check character", Hangzhou, vec![some(4, 1)], |order| {
        let right = order.buyer.id_number.pop();
        let wrong = if right == Some('0') { '1' } else { '0' };
        order.buyer.id_number.push(wrong);
        debug_assert_ne!(id_check(&order.buyer.id_number), wrong);
    });
    all.held("ORD-ID");
    let not_filed = Article::new(&NOT_FILED, 9_200, 1);
    all.add("a barcode that is not filed", Hangzhou, vec![some(8, 1), not_filed], as_is);
    all.held("DOC-FILING");
    all.add("the amount paid is one yuan more than the sum", Hangzhou, vec![some(14, 1), some(13, 1)], as_is);
    if let Some(case) = all.held("ORD-AMOUNTS") {
        let paid = case.order.amounts().paid;
        for field in ["payAmount", "totalPayAmount"] {
            case.line =
                case.line.replace(&format!("\"{field}\":{paid},"), &format!("\"{field}\":{},", paid + 100));
        }
    }
    all.0
}
