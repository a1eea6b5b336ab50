use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn hs(code: &str) -> HsCode {
    HsCode::parse(code).unwrap()
}

fn line(code: &str, on: Date) -> TariffLine {
    Tariff::builtin().line(hs(code), on).unwrap_or_else(|| panic!("{code} is not known on {on}"))
}

fn texts(rates: Rates) -> (Option<String>, String, String, Option<String>) {
    (
        rates.tariff.map(|rate| rate.to_string()),
        rates.vat.normalize().to_string(),
        rates.consumption.normalize().to_string(),
        rates.consumption_specific.map(|rate| rate.to_string()),
    )
}

#[test]
fn the_built_in_tables_are_sound() {
    // Reading refuses unknown units, bands and classes, gaps and overlaps.
    let tariff = Tariff::read(&Tables::BUILTIN).unwrap();
    assert_eq!((tariff.lines.len(), tariff.imports.len()), (44, 158));
    for code in tariff.codes(TODAY) {
        assert!(tariff.line(code, TODAY).is_some(), "{code} has no rate today");
        assert!(tariff.line(code, date(2016, 10, 1)).is_some(), "{code} has no rate in 2016");
    }
    for periods in tariff.lines.values() {
        for period in periods.iter() {
            assert!(!period.source.is_empty() && !period.value.name.is_empty());
            assert!(period.value.measure != Some(Measure::Piece) || period.value.unit2.is_some());
        }
    }
}

/// Reads the tables' texts once more, without the code that reads them for use.
#[test]
fn no_period_overlaps_another_or_leaves_a_gap() {
    let tables = Tables::BUILTIN;
    for (name, text, keys) in [
        ("vat", tables.vat, 1),
        ("consumption", tables.consumption, 1),
        ("thresholds", tables.thresholds, 1),
        ("limits", tables.limits, 0),
        ("postal", tables.postal, 1),
        ("postal_limits", tables.postal_limits, 0),
        ("hs10", tables.hs10, 1),
        ("hs8", tables.hs8, 1),
    ] {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let column = |name: &str| header.iter().position(|cell| cell == name).unwrap();
        let (since, until, source) = (column("since"), column("until"), column("source"));
        let mut periods: HashMap<String, Vec<(Date, Option<Date>)>> = HashMap::new();
        for row in reader.records() {
            let row = row.unwrap();
            assert!(!row[source].is_empty(), "{name}: a row without a source: {row:?}");
            let key = if keys == 0 { String::new() } else { row[0].to_owned() };
            let until = Some(&row[until]).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap());
            periods.entry(key).or_default().push((row[since].parse().unwrap(), until));
        }
        for (key, mut periods) in periods {
            periods.sort();
            for pair in periods.windows(2) {
                let next = pair[0].1.unwrap_or_else(|| panic!("{name} {key} is open before {}", pair[1].0));
                assert_eq!(next.tomorrow().unwrap(), pair[1].0, "{name} {key}");
            }
            assert!(periods.iter().all(|(since, until)| until.is_none_or(|until| *since <= until)), "{key}");
        }
    }
}

#[test]
fn postal_rates_and_limits_are_those_of_the_day() {
    let rate = |class: &str, on| {
        Tariff::builtin().postal_rate(class, on).map(|found| found.rate.normalize().to_string())
    };
    let of = |class: &str| {
        [date(2016, 4, 7), date(2016, 4, 8), date(2018, 11, 1), date(2019, 4, 8), date(2019, 4, 9), TODAY]
            .map(|on| rate(class, on).unwrap_or_default())
    };
    assert_eq!(of("item1"), ["0.1", "0.15", "0.15", "0.15", "0.13", "0.13"]);
    assert_eq!(of("item2"), ["0.2", "0.3", "0.25", "0.25", "0.2", "0.2"]);
    assert_eq!(of("item3"), ["0.3", "0.6", "0.5", "0.5", "0.5", "0.5"]);
    assert_eq!(of("item4"), ["0.5", "", "", "", "", ""]);
    assert_eq!(of("listed_medicine"), ["", "", "", "", "0.03", "0.03"]);
    assert_eq!(Tariff::builtin().postal_classes(TODAY), ["item1", "item2", "item3", "listed_medicine"]);
    let limits = Tariff::builtin().postal_limits(TODAY).unwrap();
    assert_eq!(
        [limits.exempt, limits.near, limits.far].map(|yuan| yuan.to_string()),
        ["50.00", "800.00", "1000.00"]
    );
    assert_eq!(Tariff::builtin().postal_limits(date(2011, 1, 26)), None);
}

#[test]
fn rates_are_those_of_the_day() {
    let vat = |on| texts(line("3304990039", on).rates).1;
    assert_eq!(vat(date(2018, 4, 30)), "0.17");
    assert_eq!(vat(date(2018, 5, 1)), "0.16");
    assert_eq!(vat(date(2019, 3, 31)), "0.16");
    assert_eq!(vat(date(2019, 4, 1)), "0.13");
    assert_eq!(Tariff::builtin().line(hs("3304990039"), date(2016, 9, 30)), None);
    assert_eq!(Tariff::builtin().line(hs("0101010101"), TODAY), None);
}

#[test]
fn each_kind_of_goods_has_its_rates() {
    let some = |text: &str| Some(text.to_owned());
    for (code, tariff, vat, consumption, specific) in [
        ("3304990039", some("0.01"), "0.13", "0.15", None),
        ("3305100090", some("0.03"), "0.13", "0", None),
        ("2204210000", some("0.14"), "0.13", "0.1", None),
        ("2208300000", some("0.1"), "0.13", "0.2", some("0.912")),
        ("2203000000", some("0"), "0.13", "0", some("0.253")),
        // The provisional rate is the lower one.
        ("9619001100", some("0"), "0.13", "0", None),
    ] {
        assert_eq!(
            texts(line(code, TODAY).rates),
            (tariff, vat.to_owned(), consumption.to_owned(), specific),
            "{code}"
        );
    }
    assert_eq!(
        line("3304990039", date(2025, 12, 31)).rates.tariff,
        None,
        "the table holds the tariff of 2026 only"
    );
}

#[test]
fn a_code_says_how_its_threshold_is_counted() {
    let of = |code: &str| {
        let threshold = Tariff::builtin().threshold(hs(code), TODAY)?;
        Some((threshold.measure, threshold.least.to_string()))
    };
    assert_eq!(of("3304990029"), Some((Measure::Content, "10.00".into())));
    assert_eq!(of("3304990039"), Some((Measure::Content, "10.00".into())));
    assert_eq!(of("3304990049"), Some((Measure::Piece, "15.00".into())));
    assert_eq!(of("3304990099"), None);
    assert_eq!(of("3304990092"), None, "its measure is not known");
    assert_eq!(line("3304990049", TODAY).threshold.map(|threshold| threshold.measure), Some(Measure::Piece));
}

#[test]
fn limits_rose_once() {
    let on = |day| {
        Tariff::builtin().limits(day).map(|limits| (limits.single.to_string(), limits.annual.to_string()))
    };
    let pair = |single: &str, annual: &str| Some((single.to_owned(), annual.to_owned()));
    assert_eq!(on(date(2016, 4, 7)), None);
    assert_eq!(on(date(2018, 12, 31)), pair("2000.00", "20000.00"));
    assert_eq!(on(date(2019, 1, 1)), pair("5000.00", "26000.00"));
}

#[test]
fn units_are_known_for_more_codes_than_rates() {
    let units = |code: &str| Tariff::builtin().units(hs(code), TODAY);
    assert_eq!(units("3304990029"), Some((UnitCode::KILOGRAM, Some(UnitCode::PIECE))));
    assert_eq!(units("3305100090"), Some((UnitCode::KILOGRAM, None)));
    assert_eq!(units("6205200099"), Some((UnitCode::PIECE, Some(UnitCode::KILOGRAM))));
    assert_eq!(units("0101301090").map(|(first, _)| first), Some(UnitCode::KILOGRAM));
    assert_eq!(units("3305200000"), None);
}

#[test]
fn a_faulty_table_is_named_with_its_line() {
    let hs10 = "hs10,name_zh,unit1,unit2,vat_band,consumption_class,threshold_measure,since,until,source\n\
                3305100090,洗发剂,035,,general,,none,2016-04-08,,x\n";
    let read = |text: &str| Tariff::read(&Tables { hs10: text, ..Tables::BUILTIN });
    assert!(read(hs10).is_ok());
    for (from, to) in [
        ("035", "164"),
        ("general", "generous"),
        ("3305100090", "33051000"),
        ("none", "?"),
        (",,none", ",tea,none"),
    ] {
        let fault = read(&hs10.replace(from, to)).unwrap_err();
        assert_eq!((fault.table, fault.line), ("hs10", 2), "{fault}");
    }
    let twice = format!("{hs10}3305100090,洗发剂,035,,general,,none,2020-01-01,,x\n");
    assert!(read(&twice).unwrap_err().reason.contains("two periods"));
}

#[test]
#[ignore = "a measurement"]
fn look_ups_are_fast() {
    let (tariff, codes) = (Tariff::builtin(), Tariff::builtin().codes(TODAY));
    let start = std::time::Instant::now();
    let rounds = 1_000_000 / codes.len();
    for _ in 0..rounds {
        for code in &codes {
            std::hint::black_box(tariff.line(*code, TODAY));
        }
    }
    eprintln!("{} look-ups in {:?}", rounds * codes.len(), start.elapsed());
}
