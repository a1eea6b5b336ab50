//! A filing that is begun: what the platform already knows of an article, for a clerk to complete.
//!
//! The commodity code, the legal quantities and the record in the account book are nobody's to guess: they stay empty.

use ports::xiaohongshu::v1::Item;
use rust_decimal::Decimal;

use crate::codes::{CountryCode, UnitCode};
use crate::columns::Field;
use crate::record::NAME_LETTERS;

/// The cells of a row that is begun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    cells: Vec<(Field, String)>,
}

impl Started {
    /// What the platform knows of an item, for a port if one is given. A country or unit that customs' tables do not know is
    /// left out.
    pub fn of(item: &Item, port: Option<&str>) -> Self {
        let spv = &item.spv;
        let number = |number: Option<Decimal>| number.map(|number| number.normalize().to_string());
        let country = spv.country.as_deref().and_then(CountryCode::lenient);
        let unit = spv.unit.as_deref().and_then(UnitCode::lenient);
        let name: String = item.name.chars().take(NAME_LETTERS).collect();
        let photos = spv.customs_photos_urls.join("\n");
        let cells = [
            (Field::Port, port.map(str::to_owned)),
            (Field::Barcode, Some(spv.barcode.clone())),
            (Field::SpvId, Some(spv.id.clone())),
            (Field::Name, Some(name)),
            (Field::Unit, unit.map(|unit| unit.name_zh().to_owned())),
            (Field::Country, country.map(|country| country.name_zh().to_owned())),
            (Field::CustomsSpecification, spv.customs_specification.clone()),
            (Field::Ingredient, spv.ingredient.clone()),
            (Field::Usage, spv.usage.clone()),
            (Field::Manufacturer, spv.manufacturer.clone()),
            (Field::ImportCost, number(spv.import_cost)),
            (Field::CustomsPhotosUrls, Some(photos)),
            (Field::NetWeightG, number(spv.net_weight_g)),
            (Field::GrossWeightG, number(spv.gross_weight_g)),
            (Field::Brand, item.brand.clone()),
        ];
        let given = cells.into_iter().filter_map(|(field, value)| Some((field, value?)));
        Self { cells: given.filter(|(_, value)| !value.trim().is_empty()).collect() }
    }

    /// The value of a field.
    pub fn cell(&self, field: Field) -> Option<&str> {
        self.cells.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use ports::xiaohongshu::v1::SpvFields;

    use super::*;

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_is_not_guessed() {
        let spv = SpvFields {
            id: "58e5b5f6af0a672afacf4568".into(),
            barcode: "6907315161898".into(),
            country: Some("日本".into()),
            unit: Some("小箱子".into()),
            net_weight_g: Some("25.0".parse().unwrap()),
            customs_photos_urls: vec!["https://a.example/1.jpg".into(), "https://a.example/2.jpg".into()],
            ..SpvFields::default()
        };
        let item = Item { name: "面".repeat(300), brand: Some("示例".into()), spv, ..Item::default() };
        let started = Started::of(&item, Some("杭州"));
        for (field, wanted) in [
            (Field::Port, Some("杭州")),
            (Field::Barcode, Some("6907315161898")),
            (Field::Country, Some("日本")),
            (Field::Unit, None),
            (Field::NetWeightG, Some("25")),
            (Field::GrossWeightG, None),
            (Field::HsCode, None),
            (Field::CustomsPhotosUrls, Some("https://a.example/1.jpg\nhttps://a.example/2.jpg")),
        ] {
            assert_eq!(started.cell(field), wanted, "{field:?}");
        }
        assert_eq!(started.cell(Field::Name).unwrap().chars().count(), NAME_LETTERS);
        assert_eq!(Started::of(&item, None).cell(Field::Port), None);
    }
}
