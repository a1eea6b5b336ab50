//! A filing as it lies in the book: its values in a row, without their names.
//!
//! The names would be half of the document, and every byte of it is hashed, copied into the store's log more than once and
//! read again. The order of the values is part of the format of [`super::entry::Entry`].

use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

use crate::barcode::Barcode;
use crate::codes::{CountryCode, UnitCode};
use crate::hs::HsCode;
use crate::record::{
    Cost, Filing, FilingFields, FreeText, Grams, ITEM_NO_LETTERS, ITEM_RECORD_NO_LETTERS, NAME_LETTERS,
    Quantity, SPECIFICATION_LETTERS, SpvId, Text,
};

/// How many values a filing has.
const VALUES: usize = 22;

pub(super) fn serialize<S: Serializer>(filing: &Filing, serializer: S) -> Result<S::Ok, S::Error> {
    // Taken apart completely, so that a new field cannot be forgotten here.
    let FilingFields {
        port,
        barcode,
        spv_id,
        item_no,
        item_record_no,
        name,
        hs_code,
        quantity1,
        unit1,
        quantity2,
        unit2,
        unit,
        country,
        customs_specification,
        ingredient,
        usage,
        manufacturer,
        import_cost,
        customs_photos_urls,
        net_weight_g,
        gross_weight_g,
        brand,
    } = &**filing;
    let mut row = serializer.serialize_tuple(VALUES)?;
    row.serialize_element(port)?;
    row.serialize_element(barcode)?;
    row.serialize_element(spv_id)?;
    row.serialize_element(item_no)?;
    row.serialize_element(item_record_no)?;
    row.serialize_element(name)?;
    row.serialize_element(hs_code)?;
    row.serialize_element(quantity1)?;
    row.serialize_element(unit1)?;
    row.serialize_element(quantity2)?;
    row.serialize_element(unit2)?;
    row.serialize_element(unit)?;
    row.serialize_element(country)?;
    row.serialize_element(customs_specification)?;
    row.serialize_element(ingredient)?;
    row.serialize_element(usage)?;
    row.serialize_element(manufacturer)?;
    row.serialize_element(import_cost)?;
    row.serialize_element(customs_photos_urls)?;
    row.serialize_element(net_weight_g)?;
    row.serialize_element(gross_weight_g)?;
    row.serialize_element(brand)?;
    row.end()
}

/// The values as they are read, in the same order.
#[derive(Deserialize)]
struct Row(
    String,
    Barcode,
    Option<SpvId>,
    Option<Text<ITEM_NO_LETTERS>>,
    Option<Text<ITEM_RECORD_NO_LETTERS>>,
    Text<NAME_LETTERS>,
    HsCode,
    Quantity,
    UnitCode,
    Option<Quantity>,
    Option<UnitCode>,
    Option<UnitCode>,
    Option<CountryCode>,
    Option<Text<SPECIFICATION_LETTERS>>,
    Option<FreeText>,
    Option<FreeText>,
    Option<FreeText>,
    Option<Cost>,
    Vec<String>,
    Option<Grams>,
    Option<Grams>,
    Option<FreeText>,
);

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Filing, D::Error> {
    let row = Row::deserialize(deserializer)?;
    let fields = FilingFields {
        port: row.0,
        barcode: row.1,
        spv_id: row.2,
        item_no: row.3,
        item_record_no: row.4,
        name: row.5,
        hs_code: row.6,
        quantity1: row.7,
        unit1: row.8,
        quantity2: row.9,
        unit2: row.10,
        unit: row.11,
        country: row.12,
        customs_specification: row.13,
        ingredient: row.14,
        usage: row.15,
        manufacturer: row.16,
        import_cost: row.17,
        customs_photos_urls: row.18,
        net_weight_g: row.19,
        gross_weight_g: row.20,
        brand: row.21,
    };
    Filing::try_from(fields).map_err(D::Error::custom)
}
