//! Orders without end. A seed gives the same orders every time; each order depends on its place only, so that any of them
//! can be had without the ones before it.

use super::goods::{PRODUCTS, Product, ShopPort};
use super::order::{Article, Channel, Flight, Parcel, ShopOrder};
use super::people::{Address, Person};
use super::random::Random;

/// The first payment: 2026-11-01 in Beijing, milliseconds.
const FIRST_PAID: i64 = 1_793_462_400_000;
/// Payments are spread over this many seconds.
const PAID_WITHIN: u64 = 20 * 24 * 60 * 60;
/// Order numbers begin here, after the `P`, so that they have 18 digits.
const FIRST_NUMBER: u64 = 700_000_000_000_000_000;
/// Orders of one seed, and seeds, that have numbers of their own.
const ORDERS_A_SEED: u64 = 1_000_000_000_000;
const SEEDS: u64 = 100_000;
/// The most that an order's goods cost, fen: with any freight below the single limit of 5000 yuan.
const MOST_VALUE: i64 = 480_000;
/// The carriers by the platform's codes, with the beginning of their waybill numbers.
const CARRIERS: [(&str, &str); 2] = [("shunfeng", "SF"), ("zto", "ZT")];
/// Countries that direct parcels leave from.
const DEPARTURES: [&str; 4] = ["116", "133", "305", "601"];

/// The shop's orders, as lines of an orders file.
#[derive(Debug, Clone)]
pub struct Generator {
    seed: u64,
    next: u64,
}

impl Generator {
    /// The orders of a seed from the first one on. Numbers (of orders, payments and waybills) are unique within a seed for
    /// a million million orders, and between seeds whose last five digits differ.
    pub fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// One order, the first being 0.
    pub fn order(&self, index: u64) -> ShopOrder {
        let mut random = Random::of(self.seed, index);
        let number = (self.seed % SEEDS) * ORDERS_A_SEED + index % ORDERS_A_SEED;
        let port = if random.chance(25) { ShopPort::Guangzhou } else { ShopPort::Hangzhou };
        let articles = articles(port, &mut random);
        let goods: i64 = articles.iter().map(Article::value).sum();
        let freight = if random.chance(30) { fen(random.between(6, 25)) } else { 0 };
        let discount = if random.chance(20) { fen(random.between(1, 30)).min(goods / 5) } else { 0 };
        let channel = if random.chance(55) { Channel::AliPay } else { Channel::WeChat };
        let buyer = Person::invent(&mut random);
        let consignee = if random.chance(20) { Person::invent(&mut random) } else { buyer.clone() };
        let relay = random.chance(30).then(|| consignee.relay(random.bits()));
        let paid_at = FIRST_PAID + milliseconds(random.below(PAID_WITHIN));
        ShopOrder {
            order_no: format!("P{}", FIRST_NUMBER + number),
            port,
            paid_at,
            channel,
            pay_no: channel.transaction_no(FIRST_NUMBER + number),
            articles,
            freight,
            discount,
            buyer,
            consignee,
            relay,
            address: Address::invent(&mut random),
            weight_known: !random.chance(10),
            parcel: parcel(port, freight, number, &mut random),
        }
    }
}

impl Iterator for Generator {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let line = self.order(self.next).line();
        self.next += 1;
        Some(line)
    }
}

/// Whole yuan in fen.
fn fen(yuan: u64) -> i64 {
    i64::try_from(yuan).unwrap_or(0) * 100
}

fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(0) * 1_000
}

/// One to five articles, now and then up to twelve; each once, as the platform gathers an article's pieces.
fn articles(port: ShopPort, random: &mut Random) -> Vec<Article> {
    let wanted = if random.chance(6) { random.between(6, 12) } else { random.between(1, 5) };
    let wanted = usize::try_from(wanted).unwrap_or(1);
    let mut shelf: Vec<&'static Product> =
        PRODUCTS.iter().filter(|product| product.ports.contains(&port)).collect();
    let mut articles = Vec::with_capacity(wanted);
    let mut value = 0;
    while articles.len() < wanted && !shelf.is_empty() {
        let place = usize::try_from(random.below(shelf.len() as u64)).unwrap_or(0);
        let article = article(shelf.swap_remove(place), random);
        if value + article.value() <= MOST_VALUE {
            value += article.value();
            articles.push(article);
        }
    }
    articles
}

/// One to four pieces at the price or a little below; sometimes for a total that does not divide.
fn article(product: &'static Product, random: &mut Random) -> Article {
    let quantity = i64::try_from(random.between(1, 4)).unwrap_or(1);
    let percent = if random.chance(30) { i64::try_from(random.between(85, 99)).unwrap_or(100) } else { 100 };
    let price = product.price * percent / 100;
    if quantity > 1 && random.chance(15) {
        return Article::for_total(product, price * quantity - 1, quantity);
    }
    Article::new(product, price, quantity)
}

fn parcel(port: ShopPort, freight: i64, number: u64, random: &mut Random) -> Parcel {
    let (carrier, prefix) = random.one_of(&CARRIERS).copied().unwrap_or(CARRIERS[0]);
    let flight = (port == ShopPort::Guangzhou).then(|| Flight {
        bill_no: format!("999-{:08}", random.below(500)),
        aircraft: "ZZ-0001",
        flight: "ZZ0001",
        country: random.one_of(&DEPARTURES).copied().unwrap_or("116"),
    });
    Parcel {
        carrier,
        waybill_no: format!("{prefix}{number:017}"),
        packing_g: i64::try_from(random.between(80, 600)).unwrap_or(80),
        insurance: if freight > 0 && random.chance(30) { 100 } else { 0 },
        flight,
    }
}
