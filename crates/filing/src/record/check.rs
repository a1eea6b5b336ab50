//! The rules of one row.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use ports::catalogue::Catalogue;

use super::given::{Cells, Given};
use super::rules::{
    barcode, formulas, legal_unit, needed, no_second, photos, required, second_quantity, spv_id, spv_partial,
    weight_agrees,
};
use super::threshold::{Goods, threshold_agrees};
use super::{Cost, Filing, FilingFields, Grams, LegalQuantity, Quantity};
use crate::barcode::Barcode;
use crate::book::SoldPrices;
use crate::cell::Row;
use crate::codes::{CountryCode, UnitCode};
use crate::columns::{Field, Header};
use crate::faults;
use crate::finding::Finding;
use crate::hs::HsCode;
use crate::tariff::Tariff;

/// What the rules need to know besides the row.
#[derive(Debug, Clone)]
pub struct CheckOptions<'t> {
    /// The port of rows that name none, by any name or code of the catalogue.
    pub default_port: Option<String>,
    /// The day of the tariff against which legal units are checked.
    pub today: Date,
    /// The tariff with the legal units.
    pub tariff: &'t Tariff,
    /// The customs ports.
    pub catalogue: &'t Catalogue,
    /// What articles were last sold for, where that is known.
    pub sold: Arc<SoldPrices>,
}

impl CheckOptions<'static> {
    /// The rules with the program's own tariff and ports.
    pub fn builtin(default_port: Option<String>, today: Date) -> Self {
        Self {
            default_port,
            today,
            tariff: Tariff::builtin(),
            catalogue: Catalogue::builtin(),
            sold: Arc::default(),
        }
    }
}

/// A row that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The row as the spreadsheet shows it.
    pub row: u32,
    /// The filing's key, when port and barcode are right, whatever the rest.
    pub key: Option<(String, Barcode)>,
    /// The filing, when nothing refuses it.
    pub filing: Option<Filing>,
    /// What was found, in the order of the columns.
    pub findings: Vec<Finding>,
}

/// Checks rows. It remembers the look-ups of lists, which repeat from row to row.
pub struct Checker<'o> {
    options: &'o CheckOptions<'o>,
    ports: HashMap<String, Option<String>>,
    units: HashMap<String, Option<UnitCode>>,
    countries: HashMap<String, Option<CountryCode>>,
    legal_units: HashMap<HsCode, Option<(UnitCode, Option<UnitCode>)>>,
}

/// Look-ups remembered of one list; beyond this a sheet is hardly one of filings, and memory matters more than time.
const REMEMBERED: usize = 20_000;

/// What clerks write for "there is none".
const NONE_WORDS: [&str; 6] = ["无", "没有", "-", "/", "0", "000"];

impl<'o> Checker<'o> {
    /// A checker for one file.
    pub fn new(options: &'o CheckOptions<'o>) -> Self {
        Self {
            options,
            ports: HashMap::new(),
            units: HashMap::new(),
            countries: HashMap::new(),
            legal_units: HashMap::new(),
        }
    }

    /// Checks one row against every rule.
    pub fn check(&mut self, header: &Header, row: &Row) -> Checked {
        let mut cells = Cells { header, row, findings: Vec::new() };
        let port = self.port(&mut cells);
        let barcode = barcode(&mut cells);
        let key = port.clone().zip(barcode.clone());
        let filing = self.fields(&mut cells, port, barcode);
        formulas(&mut cells);
        let Cells { mut findings, .. } = cells;
        let refused = findings.iter().any(Finding::is_error);
        if filing.is_none() && !refused {
            // Every refusal above has its finding. Should one ever lack it, the row must still not be lost in silence.
            findings.push(Finding::cell(&faults::ROW_UNSOUND, row.number, Field::Barcode, None));
        }
        findings.sort_by_key(|finding| finding.field);
        Checked { row: row.number, key, filing: filing.filter(|_| !refused), findings }
    }

    fn fields(
        &mut self,
        cells: &mut Cells,
        port: Option<String>,
        barcode: Option<Barcode>,
    ) -> Option<Filing> {
        let spv_id = spv_id(cells);
        let item_no = cells.code_text(Field::ItemNo).value();
        let item_record_no = cells.code_text(Field::ItemRecordNo);
        needed(cells, Field::ItemRecordNo, &item_record_no);
        let name = cells.text(Field::Name);
        required(cells, Field::Name, &name);
        let hs_code = cells.hs_code();
        required(cells, Field::HsCode, &hs_code);
        let quantity1 = cells.positive(Field::Quantity1);
        required(cells, Field::Quantity1, &quantity1);
        let unit1 = self.unit(cells, Field::Unit1);
        let quantity2 = cells.positive_or_zero(Field::Quantity2);
        let unit2 = self.unit(cells, Field::Unit2);
        let (legal1, legal2) = self.legal(cells, hs_code.clone(), quantity1, unit1, quantity2, unit2);
        let unit = self.unit(cells, Field::Unit);
        needed(cells, Field::Unit, &unit);
        let country = self.country(cells);
        needed(cells, Field::Country, &country);

        let specification = cells.text(Field::CustomsSpecification);
        needed(cells, Field::CustomsSpecification, &specification);
        let ingredient = cells.text(Field::Ingredient);
        let usage = cells.text(Field::Usage);
        let manufacturer = cells.text(Field::Manufacturer);
        let cost = cells.positive(Field::ImportCost);
        let photos = photos(cells);
        let given = |field| match field {
            Field::ImportCost => !cost.is_nothing(),
            Field::Manufacturer => !manufacturer.is_nothing(),
            Field::CustomsSpecification => !specification.is_nothing(),
            Field::Ingredient => !ingredient.is_nothing(),
            Field::Usage => !usage.is_nothing(),
            _ => !photos.is_nothing(),
        };
        spv_partial(cells, given);

        let net = cells.positive(Field::NetWeightG);
        needed(cells, Field::NetWeightG, &net);
        let gross = cells.positive(Field::GrossWeightG);
        needed(cells, Field::GrossWeightG, &gross);
        let brand = cells.text(Field::Brand).value();
        let (unit, net, gross) = (unit.value(), net.value(), gross.value());
        if let (Some(net), Some(gross)) = (net, gross)
            && gross < net
        {
            let finding = cells.finding(&faults::WEIGHT_ORDER, Field::GrossWeightG, Some(&gross.to_string()));
            cells.findings.push(finding.with("net", net));
        }
        if let Some(net) = net {
            for (field, legal) in [(Field::Quantity1, legal1), (Field::Quantity2, legal2)] {
                weight_agrees(cells, field, legal, net.decimal());
            }
        }
        if let (Some(unit), Some(legal)) = (unit, legal1)
            && unit == legal.unit
            && legal.quantity.decimal() != rust_decimal::Decimal::ONE
        {
            let finding =
                cells.finding(&faults::QUANTITY_UNIT, Field::Quantity1, Some(&legal.quantity.to_string()));
            cells.findings.push(finding.with("unit", unit.name_zh()));
        }
        if let Given::Value(hs) = hs_code
            && let Some(threshold) = self.options.tariff.threshold(hs, self.options.today)
        {
            let specification = match &specification {
                Given::Value(text) => Some(text.as_str()),
                Given::Nothing | Given::Refused => None,
            };
            let sold = port.clone().zip(barcode.clone()).and_then(|key| self.options.sold.get(&key));
            let (cost, net_grams) = (cost.clone().value(), net.map(Grams::decimal));
            for yuan in [sold.cloned(), cost].into_iter().flatten().map(Cost::decimal) {
                let goods = Goods { legal1, legal2, yuan, net_grams, specification };
                if threshold_agrees(cells, &threshold, &goods) == Some(true) {
                    break;
                }
            }
        }
        let legal1 = legal1?;
        let fields = FilingFields {
            port: port?,
            barcode: barcode?,
            spv_id: spv_id.value(),
            item_no,
            item_record_no: item_record_no.value(),
            name: name.value()?,
            hs_code: hs_code.value()?,
            quantity1: legal1.quantity,
            unit1: legal1.unit,
            quantity2: legal2.map(|legal| legal.quantity),
            unit2: legal2.map(|legal| legal.unit),
            unit,
            country: country.value(),
            customs_specification: specification.value(),
            ingredient: ingredient.value(),
            usage: usage.value(),
            manufacturer: manufacturer.value(),
            import_cost: cost.value(),
            customs_photos_urls: photos.value().unwrap_or_default(),
            net_weight_g: net,
            gross_weight_g: gross,
            brand,
        };
        Filing::new(fields).ok()
    }

    fn port(&mut self, cells: &mut Cells) -> Option<String> {
        let text = match cells.listed(Field::Port) {
            Given::Value(text) => text,
            Given::Refused => return None,
            Given::Nothing => match &self.options.default_port {
                Some(port) => port.clone(),
                None => {
                    let _: Given<()> = cells.refuse(&faults::PORT_EMPTY, Field::Port, None);
                    return None;
                }
            },
        };
        let catalogue = self.options.catalogue;
        let known = remembered(&mut self.ports, &text, |text| {
            catalogue.find(text).map(|port| port.name().to_owned())
        });
        if known.is_none() {
            let _: Given<()> = cells.refuse(&faults::PORT_UNKNOWN, Field::Port, Some(&text));
        }
        known
    }

    fn unit(&mut self, cells: &mut Cells, field: Field) -> Given<UnitCode> {
        let text = match cells.listed(field) {
            Given::Value(text) => text,
            Given::Nothing => return Given::Nothing,
            Given::Refused => return Given::Refused,
        };
        if field == Field::Unit2 && NONE_WORDS.contains(&text.as_str()) {
            return Given::Nothing;
        }
        match remembered(&mut self.units, &text, UnitCode::lenient) {
            Some(unit) => Given::Value(unit),
            None => cells.refuse(&faults::UNIT_UNKNOWN, field, Some(&text)),
        }
    }

    fn country(&mut self, cells: &mut Cells) -> Given<CountryCode> {
        let text = match cells.listed(Field::Country) {
            Given::Value(text) => text,
            Given::Nothing => return Given::Nothing,
            Given::Refused => return Given::Refused,
        };
        match remembered(&mut self.countries, &text, CountryCode::lenient) {
            Some(country) => Given::Value(country),
            None => cells.refuse(&faults::COUNTRY_UNKNOWN, Field::Country, Some(&text)),
        }
    }

    /// The legal quantities, held against the tariff when it knows the code.
    fn legal(
        &mut self,
        cells: &mut Cells,
        hs: Given<HsCode>,
        quantity1: Given<Quantity>,
        unit1: Given<UnitCode>,
        quantity2: Given<Quantity>,
        unit2: Given<UnitCode>,
    ) -> (Option<LegalQuantity>, Option<LegalQuantity>) {
        let Given::Value(hs) = hs else {
            return (None, None);
        };
        let (tariff, on) = (self.options.tariff, self.options.today);
        let line = match self.legal_units.get(&hs) {
            Some(line) => *line,
            None => {
                let line = tariff.units(hs, on);
                if self.legal_units.len() < REMEMBERED {
                    self.legal_units.insert(hs, line);
                }
                line
            }
        };
        let unit1 = legal_unit(cells, Field::Unit1, hs, unit1, line.map(|(unit1, _)| unit1));
        let first = quantity1.value().zip(unit1).map(|(quantity, unit)| LegalQuantity { quantity, unit });
        let second = match line {
            Some((_, None)) => {
                no_second(cells, hs, &quantity2, &unit2);
                None
            }
            Some((_, Some(expected))) => {
                let unit2 = legal_unit(cells, Field::Unit2, hs, unit2, Some(expected));
                second_quantity(cells, hs, quantity2, expected)
                    .zip(unit2)
                    .map(|(quantity, unit)| LegalQuantity { quantity, unit })
            }
            None => match (quantity2, unit2) {
                (Given::Nothing, Given::Value(unit)) => {
                    second_quantity(cells, hs, Given::Nothing, unit);
                    None
                }
                (Given::Value(quantity), unit2) => legal_unit(cells, Field::Unit2, hs, unit2, None)
                    .map(|unit| LegalQuantity { quantity, unit }),
                _ => None,
            },
        };
        (first, second)
    }
}

fn remembered<T: Clone>(
    known: &mut HashMap<String, Option<T>>,
    text: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    if let Some(found) = known.get(text) {
        return found.clone();
    }
    let found = find(text);
    if known.len() < REMEMBERED {
        known.insert(text.to_owned(), found.clone());
    }
    found
}
