//! The shop's goods: what a filing, a price and a tax need to know of a product.

use std::str::FromStr;

use filing::barcode::Barcode;
use filing::codes::{CountryCode, UnitCode};
use filing::hs::HsCode;
use filing::record::{Filing, FilingFields, Positive, SpvId, Text};
use rust_decimal::Decimal;

pub use super::shelf::PRODUCTS;

/// A port through which the shop's parcels come, each under one mode of trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ShopPort {
    /// From the bonded warehouse (1210).
    Hangzhou,
    /// From abroad, parcel by parcel (9610).
    Guangzhou,
}

impl ShopPort {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hangzhou, Self::Guangzhou];

    /// The catalogue's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hangzhou => "杭州",
            Self::Guangzhou => "广州",
        }
    }

    /// The platform's code in `customsCode`.
    pub const fn platform_code(self) -> &'static str {
        match self {
            Self::Hangzhou => "HANGZHOU",
            Self::Guangzhou => "GUANGZHOU",
        }
    }

    /// The platform's `logisticsMode`: 2 bonded, 3 direct purchase.
    pub const fn logistics_mode(self) -> i64 {
        match self {
            Self::Hangzhou => 2,
            Self::Guangzhou => 3,
        }
    }

    /// The beginning of the filing numbers at this port.
    const fn record_prefix(self) -> &'static str {
        match self {
            Self::Hangzhou => "HZ",
            Self::Guangzhou => "GZ",
        }
    }
}

/// When a product bears consumption tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumption {
    /// Never.
    None,
    /// Cosmetics: from 10 yuan a gram or millilitre of the net content.
    ByContent,
    /// Cosmetics: from 15 yuan a sheet, and so many sheets are in it.
    BySheet(i64),
    /// Wine: always.
    Wine,
}

/// Composite rates (综合税率) as the platform shows them: rounded to four decimals, here in ten-thousandths.
const VAT_ONLY: i64 = 910;
const WITH_COSMETICS_TAX: i64 = 2_306;
const WITH_WINE_TAX: i64 = 1_789;
/// The lines from which cosmetics bear consumption tax, in fen a gram or millilitre and a sheet.
const LEAST_BY_GRAM: i64 = 1_000;
const LEAST_BY_SHEET: i64 = 1_500;

/// A product.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its place on the shelf, from 1; the platform's ids are made from it.
    pub number: u32,
    /// The barcode.
    pub barcode: &'static str,
    /// The shop's article number.
    pub item_no: &'static str,
    /// The filed name.
    pub name: &'static str,
    /// The commodity code.
    pub hs_code: &'static str,
    /// Its consumption tax.
    pub consumption: Consumption,
    /// First legal quantity of a piece.
    pub quantity1: &'static str,
    /// First legal unit.
    pub unit1: &'static str,
    /// Second legal quantity and unit, when the code has one.
    pub second: Option<(&'static str, &'static str)>,
    /// The unit it is sold in.
    pub unit: &'static str,
    /// Country of origin.
    pub country: &'static str,
    /// Net weight of a piece in grams.
    pub net_weight_g: i64,
    /// Gross weight of a piece in grams.
    pub gross_weight_g: i64,
    /// 规格型号.
    pub specification: &'static str,
    /// 材质或成分含量.
    pub ingredient: &'static str,
    /// 用途.
    pub usage: &'static str,
    /// 生产厂家.
    pub manufacturer: &'static str,
    /// Brand.
    pub brand: &'static str,
    /// Import cost in yuan.
    pub import_cost: &'static str,
    /// The shop's price without tax, fen.
    pub price: i64,
    /// Where it is filed.
    pub ports: &'static [ShopPort],
}

impl Product {
    /// The platform's article id.
    pub fn sku_id(&self) -> String {
        format!("65a1000000000000000000{:02x}", self.number)
    }

    /// The platform's id of the variant.
    pub fn spv_id(&self) -> String {
        format!("65b1000000000000000000{:02x}", self.number)
    }

    /// Whether a piece at this price, in fen, bears consumption tax.
    pub fn bears_consumption_tax(&self, price: i64) -> bool {
        match self.consumption {
            Consumption::None => false,
            Consumption::Wine => true,
            Consumption::ByContent => price >= LEAST_BY_GRAM * self.net_weight_g,
            Consumption::BySheet(sheets) => price >= LEAST_BY_SHEET * sheets,
        }
    }

    /// The tax that the platform shows for a piece at this price, both in fen: price times composite rate, half-up.
    pub fn shown_tax(&self, price: i64) -> i64 {
        let rate = match (self.bears_consumption_tax(price), self.consumption) {
            (false, _) => VAT_ONLY,
            (true, Consumption::Wine) => WITH_WINE_TAX,
            (true, _) => WITH_COSMETICS_TAX,
        };
        (price * rate + 5_000) / 10_000
    }

    /// Its filing at a port; nothing where it is not filed.
    pub fn filing(&self, port: ShopPort) -> Option<Filing> {
        if !self.ports.contains(&port) {
            return None;
        }
        let record_no = format!("{}{:07}", port.record_prefix(), self.number);
        let photo = format!("https://img.example.com/{}.jpg", self.item_no.to_ascii_lowercase());
        let fields = FilingFields {
            port: port.name().to_owned(),
            barcode: Barcode::parse(self.barcode)?,
            spv_id: SpvId::parse(&self.spv_id()),
            item_no: Text::parse(self.item_no.to_owned()),
            item_record_no: Text::parse(record_no),
            name: Text::parse(self.name.to_owned())?,
            hs_code: HsCode::parse(self.hs_code)?,
            quantity1: amount(self.quantity1)?,
            unit1: UnitCode::parse(self.unit1)?,
            quantity2: self.second.and_then(|(quantity, _)| amount(quantity)),
            unit2: self.second.and_then(|(_, unit)| UnitCode::parse(unit)),
            unit: UnitCode::parse(self.unit),
            country: CountryCode::parse(self.country),
            customs_specification: Text::parse(self.specification.to_owned()),
            ingredient: Text::parse(self.ingredient.to_owned()),
            usage: Text::parse(self.usage.to_owned()),
            manufacturer: Text::parse(self.manufacturer.to_owned()),
            import_cost: amount(self.import_cost),
            customs_photos_urls: vec![photo],
            net_weight_g: Positive::new(Decimal::from(self.net_weight_g)),
            gross_weight_g: Positive::new(Decimal::from(self.gross_weight_g)),
            brand: Text::parse(self.brand.to_owned()),
        };
        Filing::new(fields).ok()
    }
}

fn amount<const SCALE: u32>(text: &str) -> Option<Positive<SCALE>> {
    Positive::new(Decimal::from_str(text).ok()?)
}

/// The product of a barcode.
pub fn product(barcode: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.barcode == barcode)
}

/// The products filed at a port.
pub fn filed_at(port: ShopPort) -> impl Iterator<Item = &'static Product> {
    PRODUCTS.iter().filter(move |product| product.ports.contains(&port))
}

/// All filings, port by port.
pub fn filings() -> impl Iterator<Item = Filing> {
    ShopPort::ALL.into_iter().flat_map(|port| filed_at(port).filter_map(move |product| product.filing(port)))
}

#[cfg(test)]
mod tests {
    use filing::barcode::is_gtin;
    use filing::tariff::Tariff;
    use jiff::civil::date;

    use super::*;
    use crate::tax::{self, Basis, LineBasis};

    #[test]
    fn every_product_is_filed_as_the_tariff_has_it() {
        let today = date(2026, 11, 22);
        let wanted: usize = PRODUCTS.iter().map(|product| product.ports.len()).sum();
        assert_eq!(filings().count(), wanted);
        for (product, number) in PRODUCTS.iter().zip(1..) {
            assert!(is_gtin(product.barcode) && product.number == number, "{}", product.barcode);
            let filing = product.filing(product.ports[0]).unwrap();
            let line = Tariff::builtin().line(filing.hs_code, today).unwrap();
            assert_eq!((line.unit1, line.unit2), (filing.unit1, filing.unit2), "{}", product.name);
            assert!(filing.is_ready_for_platform() && filing.brand.is_some() && filing.country.is_some());
        }
    }

    #[test]
    fn the_shown_tax_is_within_the_tolerance_of_the_tariffs() {
        for product in PRODUCTS {
            let filing = product.filing(product.ports[0]).unwrap();
            for percent in 70..=130 {
                let price = product.price * percent / 100;
                let value = Decimal::new(price, 2);
                let line = LineBasis {
                    number: 1,
                    hs_code: filing.hs_code,
                    value,
                    quantity: Decimal::ONE,
                    legal_quantity1: filing.quantity1.decimal(),
                    legal_quantity2: filing.quantity2.map_or(Decimal::ZERO, Positive::decimal),
                    rates: None,
                };
                let basis = Basis {
                    date: date(2026, 11, 22),
                    charges: Decimal::ZERO,
                    lines: vec![line],
                    policy: tax::Policy::Line,
                    used_this_year: None,
                };
                let ours = tax::compute(&basis, Tariff::builtin(), false).unwrap().total;
                let shown = ports::money::Yuan::from_fen(product.shown_tax(price));
                let value = ports::money::Yuan::from_fen(price);
                let allowed = tax::Tolerance::default();
                assert!(
                    tax::compare(shown, (ours, ours), value, 1, allowed).agrees(),
                    "{} {price}",
                    product.name
                );
            }
        }
    }
}
