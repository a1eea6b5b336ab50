//! Files, configurations and stores that are not what they should be: each is told in one line, with the right exit code,
//! and nothing is lost by it.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use rust_xlsxwriter::Workbook;

use crate::support::{Ran, Workplace, lines, order, sample};

/// Runs a command in both languages: what a person sees of it on stderr, under its exit code.
fn told(place: &Workplace, args: &[&str]) -> String {
    let mut told = format!("$ customs {}\n", args.join(" "));
    for lang in ["en", "zh"] {
        let mut all = vec!["--lang", lang];
        all.extend_from_slice(args);
        let ran = place.run(&all);
        sound(&ran);
        told += &format!("{lang} {}: {}", ran.code, ran.stderr);
    }
    told
}

/// A run that ended in an orderly way.
fn sound(ran: &Ran) {
    assert!((0..=3).contains(&ran.code), "{}: {}", ran.code, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

fn sheets() -> Workplace {
    let place = Workplace::new();
    place.write("text.xlsx", "this is no workbook");
    place.write("empty.csv", "");
    place.write("picture.csv", [0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0, 0, 0xff]);
    place.write("cut.xlsx", &fs::read(sample("filings.xlsx")).unwrap()[..5_000]);
    place.write("headers.csv", "口岸,商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位\n");
    place
        .write("column.csv", "口岸,商品条码,商品名称,第一法定计量单位数量\n杭州,2900000000018,精华液,0.03\n");
    fs::create_dir(place.path("folder")).unwrap();
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    workbook.save(place.path("blank.xlsx")).unwrap();
    place
}

#[test]
fn a_sheet_that_is_none_is_one_fault_and_the_others_are_taken() {
    let place = sheets();
    let names = [
        "text.xlsx",
        "empty.csv",
        "picture.csv",
        "cut.xlsx",
        "headers.csv",
        "column.csv",
        "folder",
        "blank.xlsx",
        "missing.xlsx",
    ];
    let all: Vec<_> = names.map(|name| told(&place, &["filing", "import", name])).into();
    insta::assert_snapshot!("sheets", all.join("\n"));
    assert!(place.run(&["filing", "list"]).stdout.is_empty());

    let good = sample("filings.xlsx").display().to_string();
    let mut args = vec!["filing", "import", "--json"];
    args.extend(names.into_iter().filter(|name| *name != "missing.xlsx"));
    args.push(&good);
    let ran = place.run(&args);
    assert_eq!((ran.code, ran.json()["files"].as_array().unwrap().len()), (1, 9));
    assert_eq!(place.run(&["filing", "list"]).stdout.lines().count(), 23);
}

#[test]
fn every_fault_of_a_configuration_is_one_line() {
    let place = Workplace::new();
    place.write("orders.jsonl", lines([&order(1)]));
    let build = ["declare", "build", "orders.jsonl", "--out", "out"];
    let good = fs::read_to_string(sample("customs.toml")).unwrap();
    let faulty = good
        .replace("app_secret = { env = \"CUSTOMS_XHS_APP_SECRET\" }", "app_secret = \"hunter2-do-not-tell\"")
        .replace("[declarant]", "[declarent]")
        .replace("dxp_id", "dxp_di")
        .replace("code = \"31222699S7\"", "code = 312226997")
        .replace("customs_code = \"2928\"", "customs_code = \"29280\"")
        .replace("[ports.\"广州\"]", "[ports.\"亚特兰蒂斯\"]")
        .replace("kind = \"folder\"", "kind = \"pigeon\"")
        .replace("tolerance_per_piece = \"0.01\"", "tolerance_per_piece = \"much\"\nxyzzy = 1")
        .replace("sends = [\"order\", ", "sends = [\"ordre\", ");
    place.write("faulty.toml", &faulty);
    place.write("syntax.toml", good.replace("[transfer]", "[transfer"));
    place.write("latin.toml", b"[merchant]\nname = \"\xe4\"\n");
    place.write("partial.toml", "[merchant]\ncode = \"3301966ZA1\"\nname = \"示例\"\n[tax]\n");
    fs::create_dir(place.path("folder")).unwrap();
    let mut all = vec![told(&place, &build)];
    for name in ["faulty.toml", "syntax.toml", "latin.toml", "partial.toml", "missing.toml", "folder"] {
        let mut args = vec!["--config", name];
        args.extend(build);
        let told = told(&place, &args);
        assert!(told.contains("\nen 2: ") && told.contains("\nzh 2: "), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
        all.push(told);
    }
    insta::assert_snapshot!("configurations", all.join("\n"));
    assert!(!place.path("out").exists() && !place.path("customs-data").exists());
    // The configuration of this directory is read without being named.
    place.write("customs.toml", faulty);
    assert_eq!(place.run(&build).code, 2);
}

#[test]
fn wrong_use_is_told_and_nothing_is_done() {
    let place = Workplace::with_filings();
    let configuration = sample("customs.toml").display().to_string();
    place.write("customs.toml", fs::read(configuration).unwrap());
    place.write("orders.jsonl", lines([&order(1)]));
    let build = ["declare", "build", "orders.jsonl", "--out", "out"];
    let with = |more: &[&'static str]| [&build[..], more].concat();
    let all: Vec<_> = [
        with(&["--documents", "order,slip"]),
        with(&["--documents", ""]),
        with(&["--batch", "0"]),
        with(&["--batch", "101"]),
        with(&["--store", "postgres:here"]),
        vec!["declare", "build", "orders.jsonl"],
        vec!["declare", "biuld"],
        vec!["filing", "check", "--port", "亚特兰蒂斯", "goods.xlsx"],
        vec!["ports", "show", "亚特兰蒂斯"],
        vec!["explain", "FIL-HS-LENTGH"],
    ]
    .iter()
    .map(|args| {
        let told = told(&place, args);
        assert!(told.contains("\nen 2: ") && told.contains("\nzh 2: "), "{told}");
        told
    })
    .collect();
    insta::assert_snapshot!("wrong_use", all.join("\n"));
    assert!(!place.path("out").exists());
}

#[test]
fn a_bad_line_is_refused_with_its_number_and_the_others_are_declared() {
    let place = Workplace::with_filings();
    let mut foreign = order(3);
    foreign["platform"] = "amazon".into();
    let mut nameless = order(4);
    nameless["detail"]["orderId"] = "".into();
    let mut text = lines([&order(1), &foreign, &nameless]).into_bytes();
    text.extend(b"\n[1,2]\n{\"platform\":\"xiaohongshu\"}\n\xff\xfe\x00garbage\n");
    text.extend(vec![b'x'; 5_000_000]);
    text.push(b'\n');
    let last = order(2).to_string();
    text.extend(&last.as_bytes()[..last.len() - 200]);
    let ran = place.declare(&text, &[]);
    sound(&ran);
    assert_eq!((ran.code, ran.counts()), (1, [8, 1, 7]));
    let json = ran.json();
    let held = json["held_orders"].as_array().unwrap().iter().map(|held| {
        let fault = &held["faults"][0];
        format!("{} {} {}", fault["at"]["line"], fault["code"].as_str().unwrap(), fault["message"])
    });
    insta::assert_snapshot!("bad_lines", held.collect::<Vec<_>>().join("\n"));
    assert_eq!(place.declare(lines([&order(1), &order(2), &order(3), &order(4)]), &[]).counts(), [4, 4, 0]);

    place.write("customs.toml", fs::read(sample("customs.toml")).unwrap());
    place.write("orders.jsonl", &text);
    let told = told(&place, &["declare", "build", "orders.jsonl", "--out", "out"]);
    insta::assert_snapshot!("bad_lines_told", told);
}

#[test]
fn what_was_found_is_told_in_a_few_words() {
    let place = Workplace::with_filings();
    let (mut platform, mut number) = (order(1), order(2));
    platform["platform"] = "购".repeat(300_000).into();
    number["waybill"]["freight"] = "九".repeat(300_000).into();
    let ran = place.declare(lines([&platform, &number, &order(3)]), &[]);
    assert_eq!((ran.code, ran.counts()), (1, [3, 1, 2]));
    assert!(ran.stdout.len() < 8_000, "{}", ran.stdout.len());
}

#[test]
fn orders_that_cannot_be_read_end_the_run() {
    let place = Workplace::with_filings();
    place.write("customs.toml", fs::read(sample("customs.toml")).unwrap());
    let build = |orders| told(&place, &["declare", "build", orders, "--out", "out"]);
    insta::assert_snapshot!("orders", [build("missing.jsonl"), build("customs-data")].join("\n"));
    // No orders are no fault.
    let ran = place.declare("", &[]);
    assert_eq!((ran.code, ran.counts()), (0, [0, 0, 0]));
    assert_eq!(place.declare("\n \n\r\n", &[]).counts(), [0, 0, 0]);
}

/// A line without what stands in brackets, which differs from run to run.
fn without_holder(line: &str) -> String {
    let brackets = |open, close| Some((line.find(open)?, line.find(close)?));
    match brackets(" (", ")").or_else(|| brackets("（", "）")) {
        Some((open, close)) => {
            format!("{}{}", &line[..open], line[close..].trim_start_matches([')', '）']))
        }
        None => line.to_owned(),
    }
}

#[test]
fn one_process_at_a_time_has_the_store() {
    let place = Workplace::with_filings();
    place.write("customs.toml", fs::read(sample("customs.toml")).unwrap());
    place.write("orders.jsonl", lines([&order(1)]));
    let build = ["declare", "build", "orders.jsonl", "--out", "out"];
    let args = ["declare", "build", "-", "--out", "first"];
    let mut command = place.command(&args);
    let mut first =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // It makes its folder when it has the store, and then waits for orders.
    while !place.path("first").exists() {
        assert!(first.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    let all = [told(&place, &build), told(&place, &["filing", "list"])];
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
    let all = all.join("\n");
    // It says who has it.
    assert!(all.contains(&format!("(customs, pid {}, host ", first.id())), "{all}");
    let all: Vec<String> = all.lines().map(without_holder).collect();
    insta::assert_snapshot!("locked", all.join("\n"));
    assert_eq!(place.run(&build).code, 0);
}

#[test]
fn a_folder_that_cannot_be_written_ends_the_run_and_the_next_one_gives_all() {
    let place = Workplace::with_filings();
    place.write("customs.toml", fs::read(sample("customs.toml")).unwrap());
    place.write("orders.jsonl", lines([&order(1), &order(2)]));
    place.write("out", "a file where the folder should be");
    let build = ["declare", "build", "orders.jsonl", "--out", "out"];
    let outbox = told(&place, &build);
    fs::remove_file(place.path("out")).unwrap();
    place.write("elsewhere", "a file where the data should be");
    let data = told(&place, &[&build[..], &["--data", "elsewhere"]].concat());
    insta::assert_snapshot!("unwritable", [outbox, data].join("\n"));
    let ran = place.run(&[&build[..], &["--json"]].concat());
    assert_eq!((ran.code, ran.counts()), (0, [2, 2, 0]));
}

#[test]
fn what_stands_in_the_way_of_a_message_ends_the_run_after_it_was_recorded() {
    let place = Workplace::with_filings();
    place.declare(lines([&order(1)]), &[]);
    let before = place.messages();
    let name = before.keys().next().unwrap();
    fs::remove_file(place.path("out").join(name)).unwrap();
    fs::create_dir(place.path("out").join(name)).unwrap();
    let ran = place.declare(lines([&order(1), &order(2)]), &[]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("not finished: ") && ran.stderr.contains(name), "{}", ran.stderr);
    fs::remove_dir(place.path("out").join(name)).unwrap();
    let ran = place.declare(lines([&order(1), &order(2)]), &[]);
    assert_eq!(ran.counts(), [2, 2, 0]);
    let after = place.messages();
    assert_eq!(after.len(), 8);
    assert!(before.iter().all(|(name, xml)| after.get(name) == Some(xml)));
}
