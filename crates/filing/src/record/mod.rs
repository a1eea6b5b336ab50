//! One checked filing.

mod check;
mod field;
mod given;
mod rules;
mod threshold;

use std::ops::Deref;

use ports::store::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::check::{CheckOptions, Checked, Checker};
pub use self::field::{MAX_WHOLE_DIGITS, Positive, SpvId, Text};
use crate::barcode::Barcode;
use crate::codes::{CountryCode, UnitCode};
use crate::columns::Field;
use crate::hs::HsCode;
use crate::sheet::MAX_CELL_LETTERS;

/// Decimals of a quantity in customs messages (N19,5).
pub const QUANTITY_DECIMALS: u32 = 5;
/// Decimals of an amount that no message fixes: as many as a decimal number has.
pub const FREE_DECIMALS: u32 = 28;
/// Longest article number: the inventory's limit.
pub const ITEM_NO_LETTERS: usize = 20;
/// Longest number in the account book.
pub const ITEM_RECORD_NO_LETTERS: usize = 30;
/// Longest name of goods.
pub const NAME_LETTERS: usize = 250;
/// Longest specification.
pub const SPECIFICATION_LETTERS: usize = 510;

/// A quantity in customs messages: above zero, at most five decimals.
pub type Quantity = Positive<QUANTITY_DECIMALS>;
/// A weight in grams, above zero.
pub type Grams = Positive<FREE_DECIMALS>;
/// A cost in yuan, above zero.
pub type Cost = Positive<FREE_DECIMALS>;
/// Text that only a cell's size bounds.
pub type FreeText = Text<MAX_CELL_LETTERS>;

/// A quantity with its legal unit (法定数量).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalQuantity {
    /// How many, in one sales unit.
    pub quantity: Quantity,
    /// Of what.
    pub unit: UnitCode,
}

/// What a filing holds. A [`Filing`] is one of these whose parts agree with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FilingFields {
    /// The customs port's name in the catalogue.
    pub port: String,
    /// The barcode; with the port it is the filing's key.
    pub barcode: Barcode,
    /// The platform's id of the variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spv_id: Option<SpvId>,
    /// The shop's own article number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_no: Option<Text<ITEM_NO_LETTERS>>,
    /// The number in the bonded account book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_record_no: Option<Text<ITEM_RECORD_NO_LETTERS>>,
    /// The filed name.
    pub name: Text<NAME_LETTERS>,
    /// The commodity code.
    pub hs_code: HsCode,
    /// First legal quantity in one sales unit.
    pub quantity1: Quantity,
    /// First legal unit.
    pub unit1: UnitCode,
    /// Second legal quantity in one sales unit, exactly when there is a second unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity2: Option<Quantity>,
    /// Second legal unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit2: Option<UnitCode>,
    /// The unit it is sold and declared in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// Country of origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Specification (规格型号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customs_specification: Option<Text<SPECIFICATION_LETTERS>>,
    /// Material or ingredients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingredient: Option<FreeText>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<FreeText>,
    /// The manufacturer's full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<FreeText>,
    /// Import cost in yuan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_cost: Option<Cost>,
    /// Addresses of photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customs_photos_urls: Vec<String>,
    /// Net weight of one sales unit in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_weight_g: Option<Grams>,
    /// Gross weight of one sales unit in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross_weight_g: Option<Grams>,
    /// Brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<FreeText>,
}

/// A filing: a second quantity goes with a second unit, and the gross weight is not below the net weight.
///
/// Its fields are read through [`Deref`]; there is no way to change them in place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "FilingFields")]
pub struct Filing(FilingFields);

impl Record for Filing {
    const FORMAT: u32 = 1;
}

/// The six fields that the platform replaces all at once.
pub const SPV_FIELDS: [Field; 6] = [
    Field::ImportCost,
    Field::Manufacturer,
    Field::CustomsSpecification,
    Field::Ingredient,
    Field::Usage,
    Field::CustomsPhotosUrls,
];

impl Filing {
    /// A filing whose parts agree.
    ///
    /// # Errors
    /// The field that does not agree with another.
    pub fn new(fields: FilingFields) -> Result<Self, Field> {
        if fields.quantity2.is_some() != fields.unit2.is_some() {
            return Err(Field::Quantity2);
        }
        if let (Some(net), Some(gross)) = (fields.net_weight_g, fields.gross_weight_g)
            && gross < net
        {
            return Err(Field::GrossWeightG);
        }
        Ok(Self(fields))
    }

    /// The first legal quantity.
    pub fn legal1(&self) -> LegalQuantity {
        LegalQuantity { quantity: self.quantity1, unit: self.unit1 }
    }

    /// The second legal quantity, when the code has a second unit.
    pub fn legal2(&self) -> Option<LegalQuantity> {
        Some(LegalQuantity { quantity: self.quantity2?, unit: self.unit2? })
    }

    /// Which of the platform's six fields are missing; empty when all are given.
    pub fn spv_missing(&self) -> Vec<Field> {
        SPV_FIELDS.into_iter().filter(|field| !self.gives(*field)).collect()
    }

    /// Whether the filing can be sent to the platform: its id and all six fields are given.
    pub fn is_ready_for_platform(&self) -> bool {
        self.spv_id.is_some() && self.spv_missing().is_empty()
    }

    /// The same filing with the values of an earlier one for fields that its sheet has no column for: who leaves a column
    /// out says nothing about it, who leaves a cell empty does. What the commodity code decides, the legal quantities and
    /// units, is never taken from an earlier one.
    #[must_use]
    pub fn completed(self, absent: &[Field], earlier: &Filing) -> Self {
        let mut fields = self.0.clone();
        let old = &earlier.0;
        for field in absent {
            match field {
                Field::SpvId => fields.spv_id.clone_from(&old.spv_id),
                Field::ItemNo => fields.item_no.clone_from(&old.item_no),
                Field::ItemRecordNo => fields.item_record_no.clone_from(&old.item_record_no),
                Field::Unit => fields.unit = old.unit,
                Field::Country => fields.country = old.country,
                Field::CustomsSpecification => {
                    fields.customs_specification.clone_from(&old.customs_specification);
                }
                Field::Ingredient => fields.ingredient.clone_from(&old.ingredient),
                Field::Usage => fields.usage.clone_from(&old.usage),
                Field::Manufacturer => fields.manufacturer.clone_from(&old.manufacturer),
                Field::ImportCost => fields.import_cost.clone_from(&old.import_cost),
                Field::CustomsPhotosUrls => fields.customs_photos_urls.clone_from(&old.customs_photos_urls),
                Field::NetWeightG => fields.net_weight_g = old.net_weight_g,
                Field::GrossWeightG => fields.gross_weight_g = old.gross_weight_g,
                Field::Brand => fields.brand.clone_from(&old.brand),
                Field::Port
                | Field::Barcode
                | Field::Name
                | Field::HsCode
                | Field::Quantity1
                | Field::Unit1
                | Field::Quantity2
                | Field::Unit2 => {}
            }
        }
        // An earlier weight may not go with a new one: then the sheet's word stands alone.
        Self::new(fields).unwrap_or(self)
    }

    /// What customs holds against declarations and an earlier filing of the article says otherwise, with the earlier words.
    /// What was empty before is completed, not contradicted.
    pub(crate) fn contradictions(&self, earlier: &Filing) -> Vec<(Field, String)> {
        let told = [
            Field::HsCode,
            Field::Quantity1,
            Field::Unit1,
            Field::Quantity2,
            Field::Unit2,
            Field::Unit,
            Field::Country,
        ];
        let known = told.into_iter().filter_map(|field| Some((field, earlier.cell(field)?)));
        known.filter(|(field, known)| self.cell(*field).as_ref() != Some(known)).collect()
    }

    /// About how many bytes its texts take.
    pub(crate) fn text_bytes(&self) -> usize {
        let free = [&self.ingredient, &self.usage, &self.manufacturer, &self.brand];
        let free: usize = free.into_iter().flatten().map(|text| text.as_str().len()).sum();
        let specification = self.customs_specification.as_ref().map_or(0, |text| text.as_str().len());
        let photos: usize = self.customs_photos_urls.iter().map(String::len).sum();
        free + specification + photos + self.name.as_str().len()
    }

    fn gives(&self, field: Field) -> bool {
        match field {
            Field::ImportCost => self.import_cost.is_some(),
            Field::Manufacturer => self.manufacturer.is_some(),
            Field::CustomsSpecification => self.customs_specification.is_some(),
            Field::Ingredient => self.ingredient.is_some(),
            Field::Usage => self.usage.is_some(),
            Field::CustomsPhotosUrls => !self.customs_photos_urls.is_empty(),
            _ => true,
        }
    }

    /// What stands in a field's cell when the filing is written to a sheet; nothing for an empty cell. Units and countries
    /// are written by name.
    pub fn cell(&self, field: Field) -> Option<String> {
        fn shown<T: ToString>(value: Option<&T>) -> Option<String> {
            value.map(ToString::to_string)
        }
        match field {
            Field::Port => Some(self.port.clone()),
            Field::Barcode => Some(self.barcode.to_string()),
            Field::SpvId => shown(self.spv_id.as_ref()),
            Field::ItemNo => shown(self.item_no.as_ref()),
            Field::ItemRecordNo => shown(self.item_record_no.as_ref()),
            Field::Name => Some(self.name.to_string()),
            Field::HsCode => Some(self.hs_code.to_string()),
            Field::Quantity1 => Some(self.quantity1.to_string()),
            Field::Unit1 => Some(self.unit1.name_zh().to_owned()),
            Field::Quantity2 => shown(self.quantity2.as_ref()),
            Field::Unit2 => self.unit2.map(|unit| unit.name_zh().to_owned()),
            Field::Unit => self.unit.map(|unit| unit.name_zh().to_owned()),
            Field::Country => self.country.map(|country| country.name_zh().to_owned()),
            Field::CustomsSpecification => shown(self.customs_specification.as_ref()),
            Field::Ingredient => shown(self.ingredient.as_ref()),
            Field::Usage => shown(self.usage.as_ref()),
            Field::Manufacturer => shown(self.manufacturer.as_ref()),
            Field::ImportCost => shown(self.import_cost.as_ref()),
            Field::CustomsPhotosUrls => {
                (!self.customs_photos_urls.is_empty()).then(|| self.customs_photos_urls.join(" "))
            }
            Field::NetWeightG => shown(self.net_weight_g.as_ref()),
            Field::GrossWeightG => shown(self.gross_weight_g.as_ref()),
            Field::Brand => shown(self.brand.as_ref()),
        }
    }
}

impl Deref for Filing {
    type Target = FilingFields;
    fn deref(&self) -> &FilingFields {
        &self.0
    }
}

impl TryFrom<FilingFields> for Filing {
    type Error = String;
    fn try_from(fields: FilingFields) -> Result<Self, Self::Error> {
        Self::new(fields).map_err(|field| format!("{} does not agree with another field", field.column().key))
    }
}

/// Grams in a unit of weight, for the units whose quantity is the net weight itself.
fn grams_in(unit: UnitCode) -> Option<Decimal> {
    match unit.as_str() {
        "035" => Some(Decimal::ONE_THOUSAND),
        "036" => Some(Decimal::ONE),
        _ => None,
    }
}
