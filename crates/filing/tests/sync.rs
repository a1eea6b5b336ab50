//! Filings out to a platform that is a local double.

#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use filing::book::Book;
use filing::import::{ImportOptions, import_file};
use filing::record::CheckOptions;
use filing::sync::{ItemCall, Summary, Sync, SyncOptions, is_synced};
use filing::tariff::Tariff;
use jiff::Timestamp;
use jiff::civil::date;
use ports::catalogue::Catalogue;
use ports::clock::FixedClock;
use ports::fault::Lang;
use ports::platform::{Answer, FilingTarget, ItemCustoms, KnownCustoms, SpvCustoms};
use ports::store::{MemoryStore, Store};
use rust_decimal::Decimal;
use tempfile::TempDir;

const HEADER: &str = "口岸,商品条码,SPV ID,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,规格型号,成分,用途,生产厂家,进口成本价,商品图片";
const SPV: &str = "65b100000000000000000001";

/// The platform: what it was told, and what it answers.
#[derive(Default)]
struct Double {
    items: Mutex<BTreeMap<(String, String), ItemCustoms>>,
    variants: Mutex<BTreeMap<String, SpvCustoms>>,
    calls: Mutex<Vec<String>>,
    refuse: Mutex<BTreeMap<String, String>>,
    /// Calls that it does not get to before it gets to one.
    busy: Mutex<u32>,
}

impl Double {
    fn answer(&self, call: String, about: &str) -> Answer {
        let mut busy = self.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return Answer::Temporary { reason: "限流".into(), retry_after: None };
        }
        self.calls.lock().unwrap().push(call);
        match self.refuse.lock().unwrap().get(about) {
            Some(message) => Answer::Refused { code: "-1".into(), message: message.clone() },
            None => Answer::Accepted(()),
        }
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

impl FilingTarget for Double {
    fn create_item_customs_info(&self, item: &ItemCustoms) -> Answer {
        let answer = self.answer(format!("item {} {}", item.port_code, item.barcode), &item.barcode);
        if answer == Answer::Accepted(()) {
            let key = (item.barcode.clone(), item.port_code.clone());
            self.items.lock().unwrap().insert(key, item.clone());
        }
        answer
    }

    fn sync_item_customs_info(&self, item: &ItemCustoms, rate: Decimal) -> Answer {
        self.answer(format!("old {} {} {rate}", item.port_code, item.barcode), &item.barcode)
    }

    fn sync_spv_customs(&self, spv_id: &str, customs: &SpvCustoms) -> Answer {
        let answer = self.answer(format!("spv {spv_id}"), spv_id);
        if answer == Answer::Accepted(()) {
            self.variants.lock().unwrap().insert(spv_id.to_owned(), customs.clone());
        }
        answer
    }

    fn get_customs_info(&self, barcode: &str) -> Answer<Vec<KnownCustoms>> {
        let items = self.items.lock().unwrap();
        let known = items.values().filter(|item| item.barcode == barcode);
        Answer::Accepted(
            known
                .map(|item| KnownCustoms {
                    customs_name: item.port_code.clone(),
                    hs_code: item.hs_code.clone(),
                    quantity1: item.quantity1,
                    quantity2: item.quantity2,
                })
                .collect(),
        )
    }
}

struct Shop {
    dir: TempDir,
    store: Arc<dyn Store>,
    book: Book,
    slept: RefCell<Vec<Duration>>,
    limit: Cell<Option<u64>>,
    call: Cell<ItemCall>,
}

impl Shop {
    fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let book = Book::open(Arc::clone(&store)).unwrap();
        let dir = TempDir::new().unwrap();
        Self { dir, store, book, slept: RefCell::default(), limit: Cell::default(), call: Cell::default() }
    }

    fn import(&self, rows: &[String]) {
        let path = self.dir.path().join("goods.csv");
        fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
        let options = ImportOptions {
            check: CheckOptions::builtin(None, date(2026, 11, 22)),
            sheet: None,
            whole_file: false,
            now: Timestamp::UNIX_EPOCH,
            progress: None,
        };
        let report = import_file(&self.book, &path, &options).unwrap();
        assert!(report.is_clean(), "{:?}", report.findings().of_rows.len());
    }

    fn with_options<T>(&self, work: impl FnOnce(SyncOptions<'_>) -> T) -> T {
        let clock = FixedClock(Timestamp::UNIX_EPOCH);
        let sleep = |time| self.slept.borrow_mut().push(time);
        work(SyncOptions {
            catalogue: Catalogue::builtin(),
            tariff: Tariff::builtin(),
            today: date(2026, 11, 22),
            item_call: self.call.get(),
            limit: self.limit.get(),
            per_second: 10,
            clock: &clock,
            sleep: &sleep,
            progress: &|_, _| {},
        })
    }

    fn sync(&self, target: Option<&Double>) -> Summary {
        self.with_options(|options| {
            let target = target.map(|target| target as &dyn FilingTarget);
            Sync::new(&self.book, self.store.as_ref(), options).send(target).unwrap().summary()
        })
    }

    fn verify(&self, target: &Double) -> Summary {
        self.with_options(|options| {
            Sync::new(&self.book, self.store.as_ref(), options).verify(target, false).unwrap().summary()
        })
    }
}

fn row(port: &str, barcode: &str, hs: &str, spv: &str, cost: &str) -> String {
    let six = if spv.is_empty() && cost.is_empty() {
        ",,,,,".to_owned()
    } else {
        format!("30ml/瓶,水,护肤,厂,{cost},https://a.example/1.jpg")
    };
    format!("{port},{barcode},{spv},面霜,{hs},1,035,{six}")
}

fn plain(barcode: &str) -> String {
    row("杭州", barcode, "9999999999", "", "")
}

fn counts(summary: &Summary) -> (u64, u64, u64, u64) {
    (summary.to_sync, summary.synced, summary.refused, summary.unchanged)
}

fn told(summary: &Summary) -> Vec<String> {
    let told = summary.faults.iter().map(|fault| {
        format!("{} {:?} {:?}: {}", fault.code(), fault.at.row, fault.at.path, fault.message(Lang::Zh))
    });
    told.collect()
}

#[test]
fn only_what_changed_is_sent() {
    let (shop, platform) = (Shop::new(), Double::default());
    shop.import(&[plain("A"), row("宁波", "A", "9999999999", SPV, "5")]);
    assert_eq!(counts(&shop.sync(None)), (2, 0, 0, 0));
    assert_eq!(counts(&shop.sync(Some(&platform))), (2, 2, 0, 0));
    assert_eq!(platform.calls(), ["item nb_custom A", &format!("spv {SPV}"), "item hz_custom A"]);
    assert_eq!(counts(&shop.sync(Some(&platform))), (0, 0, 0, 2));
    let item = platform.items.lock().unwrap()[&("A".to_owned(), "hz_custom".to_owned())].clone();
    assert_eq!((item.quantity1, item.quantity2), (Decimal::ONE, Decimal::ZERO));
    // A new name is no business of the platform's; a new cost concerns the variant, a new code the article.
    shop.import(&[plain("A").replace("面霜", "乳液")]);
    assert_eq!(counts(&shop.sync(Some(&platform))), (0, 0, 0, 2));
    shop.import(&[row("宁波", "A", "9999999999", SPV, "6"), row("杭州", "A", "8888888888", "", "")]);
    assert_eq!(counts(&shop.sync(Some(&platform))), (2, 2, 0, 0));
    assert_eq!(platform.calls(), [&format!("spv {SPV}"), "item hz_custom A"]);
    let filing = shop.book.find_by_barcode(&filing::barcode::Barcode::parse("A").unwrap()).unwrap().remove(0);
    assert!(shop.with_options(|options| is_synced(shop.store.as_ref(), &filing, &options)).unwrap());
}

#[test]
fn a_refusal_comes_back_at_its_row_and_is_asked_again() {
    let (shop, platform) = (Shop::new(), Double::default());
    shop.import(&[plain("A"), row("杭州", "B", "9999999999", SPV, "5"), plain("C")]);
    platform.refuse.lock().unwrap().insert("A".into(), "税则号未收录".into());
    platform.refuse.lock().unwrap().insert(SPV.into(), "预售中".into());
    let summary = shop.sync(Some(&platform));
    assert_eq!(counts(&summary), (3, 1, 2, 0));
    assert!(summary.faults[0].at.file.as_ref().unwrap().ends_with("goods.csv"));
    insta::assert_snapshot!(told(&summary).join("\n"));
    platform.calls();
    platform.refuse.lock().unwrap().clear();
    assert_eq!(counts(&shop.sync(Some(&platform))), (2, 2, 0, 1));
    assert_eq!(platform.calls(), ["item hz_custom A", &format!("spv {SPV}")]);
}

#[test]
fn what_cannot_be_sent_rightly_is_not_sent() {
    let (shop, platform) = (Shop::new(), Double::default());
    let unknown = Catalogue::builtin()
        .ports()
        .iter()
        .find(|port| port.code(ports::catalogue::Vocabulary::XiaohongshuItem).is_none())
        .map(|port| port.name());
    let mut rows = vec![
        row("杭州", "A", "9999999999", SPV, ""),
        row("杭州", "B", "9999999999", "65b100000000000000000002", "5"),
        row("宁波", "B", "9999999999", "65b100000000000000000002", "6"),
        row("杭州", "C", "9999999999", "", "5"),
    ];
    rows.extend(unknown.map(|port| row(port, "D", "9999999999", "", "")));
    shop.import(&rows);
    let summary = shop.sync(Some(&platform));
    assert!(platform.calls().iter().all(|call| call.starts_with("item")));
    assert_eq!(summary.synced, 1, "C, whose six fields have nowhere to go");
    let codes: std::collections::BTreeSet<&str> = summary.faults.iter().map(|fault| fault.code()).collect();
    let mut wanted = vec!["FIL-SYNC-SPV-CONFLICT", "FIL-SYNC-SPV-ID", "FIL-SYNC-SPV-PARTIAL"];
    if unknown.is_some() {
        wanted.insert(0, "FIL-SYNC-PORT");
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), wanted);
    assert_eq!(shop.sync(None).refused, summary.refused, "a dry run tells the same");
}

#[test]
fn a_busy_platform_is_asked_again_and_then_left_for_the_next_run() {
    let (shop, platform) = (Shop::new(), Double::default());
    shop.import(&(0..50).map(|number| plain(&format!("N{number:02}"))).collect::<Vec<_>>());
    *platform.busy.lock().unwrap() = 2;
    shop.limit.set(Some(30));
    assert_eq!(counts(&shop.sync(Some(&platform))), (50, 30, 0, 0));
    let slept = shop.slept.take();
    assert!(slept.contains(&Duration::from_secs(2)) && slept.contains(&Duration::from_secs(4)));
    assert!(slept.iter().filter(|time| **time == Duration::from_millis(100)).count() >= 29, "{slept:?}");
    shop.limit.set(None);
    platform.calls();
    *platform.busy.lock().unwrap() = 5;
    let summary = shop.sync(Some(&platform));
    assert!(summary.stopped);
    assert_eq!(counts(&summary), (20, 0, 0, 30));
    assert_eq!(summary.faults[0].code(), "FIL-SYNC-STOPPED");
    assert_eq!(counts(&shop.sync(Some(&platform))), (20, 20, 0, 30));
    assert_eq!(platform.calls().len(), 20);
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    /// Dies in the middle of a run.
    struct Dying<'d>(&'d Double);
    impl FilingTarget for Dying<'_> {
        fn create_item_customs_info(&self, item: &ItemCustoms) -> Answer {
            assert!(item.barcode.as_str() < "N45", "killed");
            self.0.create_item_customs_info(item)
        }
        fn sync_item_customs_info(&self, item: &ItemCustoms, rate: Decimal) -> Answer {
            self.0.sync_item_customs_info(item, rate)
        }
        fn sync_spv_customs(&self, spv_id: &str, customs: &SpvCustoms) -> Answer {
            self.0.sync_spv_customs(spv_id, customs)
        }
        fn get_customs_info(&self, barcode: &str) -> Answer<Vec<KnownCustoms>> {
            self.0.get_customs_info(barcode)
        }
    }
    let (shop, platform) = (Shop::new(), Double::default());
    shop.import(&(0..60).map(|number| plain(&format!("N{number:02}"))).collect::<Vec<_>>());
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        shop.with_options(|options| {
            Sync::new(&shop.book, shop.store.as_ref(), options).send(Some(&Dying(&platform))).map(|_| ())
        })
    }));
    assert!(died.is_err());
    assert_eq!(platform.calls().len(), 45);
    // Of the 45 the last few were not recorded yet: they are sent twice, which does no harm.
    assert_eq!(counts(&shop.sync(Some(&platform))), (20, 20, 0, 40));
    assert_eq!(platform.items.lock().unwrap().len(), 60);
}

#[test]
fn reading_back_shows_differences_and_they_are_sent_again() {
    let (shop, platform) = (Shop::new(), Double::default());
    shop.import(&[plain("A"), plain("B"), plain("C"), plain("D")]);
    shop.sync(Some(&platform));
    {
        let mut items = platform.items.lock().unwrap();
        let key = |barcode: &str| (barcode.to_owned(), "hz_custom".to_owned());
        items.remove(&key("A"));
        items.get_mut(&key("B")).unwrap().quantity1 = Decimal::TWO;
        items.get_mut(&key("C")).unwrap().port_code = "01425".into();
    }
    let summary = shop.verify(&platform);
    assert_eq!((summary.verified, summary.different), (4, 2));
    insta::assert_snapshot!(told(&summary).join("\n"));
    platform.calls();
    shop.sync(Some(&platform));
    assert_eq!(platform.calls(), ["item hz_custom A", "item hz_custom B"]);
}

#[test]
fn the_older_call_has_the_composite_rate() {
    let (shop, platform) = (Shop::new(), Double::default());
    shop.import(&[row("杭州", "A", "3305100090", "", ""), plain("B")]);
    shop.call.set(ItemCall::Sync);
    let summary = shop.sync(Some(&platform));
    assert_eq!(platform.calls(), ["old hz_custom A 0.091"]);
    assert_eq!((summary.refused, summary.faults[0].code()), (1, "FIL-SYNC-RATE"));
}
