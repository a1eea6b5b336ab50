//! The built-in tables: ports and customs districts.

use std::sync::LazyLock;

use super::{Catalogue, Port, Source, VOCABULARIES};
use crate::platform::Route;

/// The built-in ports. Districts and offices are from published customs code lists, the codes of the vocabularies from the
/// documentation of the platform and of the payment companies. The trade modes are those that the platform names for its list
/// as a whole, which does not tell the ports apart. The route of the payment slip is `zongshu` where a payment company's name
/// of the port says 总署版, `local` where the payment companies know the port only by a place of its own, and empty where
/// nothing is known.
const PORTS: &str = include_str!("../../data/ports.csv");

/// The customs districts (直属海关) with their names.
const DISTRICTS: &str = include_str!("../../data/customs_districts.csv");

/// Columns before the vocabularies: name, pinyin, district code, offices, trade modes, route of the payment slip.
const FIRST_VOCABULARY: usize = 6;

/// The built-in catalogue.
pub(super) fn builtin() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| parse(PORTS).unwrap_or_default());
    &CATALOGUE
}

/// The name of a customs district, such as 杭州 for `2900`.
pub(super) fn district_name(code: &str) -> Option<&'static str> {
    static NAMES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let rows = csv::Reader::from_reader(DISTRICTS.as_bytes()).into_deserialize().filter_map(Result::ok);
        rows.collect()
    });
    NAMES.iter().find(|(known, _)| known == code).map(|(_, name)| name.as_str())
}

fn list(cell: &str) -> Vec<String> {
    cell.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

pub(super) fn parse(table: &str) -> Result<Catalogue, String> {
    let mut ports = Vec::new();
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.map_err(|error| error.to_string())?;
        let cell = |index: usize| row.get(index).unwrap_or_default().to_owned();
        let codes = VOCABULARIES.iter().zip(row.iter().skip(FIRST_VOCABULARY));
        let as_of = cell(FIRST_VOCABULARY + VOCABULARIES.len());
        ports.push(Port {
            name: cell(0),
            pinyin: cell(1),
            district_code: cell(2),
            offices: list(&cell(3)),
            trade_modes: list(&cell(4)),
            payment_route: Route::of_word(&cell(5)),
            platform_codes: codes
                .filter(|(_, code)| !code.is_empty())
                .map(|(vocabulary, code)| (*vocabulary, code.to_owned()))
                .collect(),
            supported: true,
            shop: None,
            source: Source::Builtin,
            as_of: as_of.parse().map_err(|error| format!("{as_of}: {error}"))?,
        });
    }
    Ok(Catalogue::of(ports))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_has_the_thirty_ports() {
        let catalogue = parse(PORTS).unwrap();
        assert_eq!(catalogue.ports().len(), 30);
        for port in catalogue.ports() {
            assert_eq!(catalogue.find(port.name()).unwrap(), port);
            assert_eq!(catalogue.find(port.pinyin()).unwrap(), port);
            assert!(
                port.district_code().len() == 4 && port.district_code().ends_with("00"),
                "{}",
                port.name()
            );
            assert!(port.district_name().is_some(), "{}", port.name());
            assert_eq!(port.trade_modes(), ["1210", "9610"]);
            for office in port.offices() {
                assert!(
                    office.len() == 4 && office[..2] == port.district_code()[..2],
                    "{} {office}",
                    port.name()
                );
            }
            for code in port.platform_codes.values() {
                assert_eq!(catalogue.find(code).unwrap(), port, "{code}");
            }
            // 总署版 in a payment company's name, and the route, say the same.
            let national = port.platform_codes.values().any(|code| code.ends_with("_ZS"));
            assert_eq!(national, port.payment_route == Some(Route::Zongshu), "{}", port.name());
        }
    }
}
