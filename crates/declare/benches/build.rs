//! Orders into messages: the whole way with a book and a ledger on disk, and the stages of the way one by one.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use declare::build::{self, HeldOrder, Observer, Plan, WrittenMessage};
use declare::configuration::Configuration;
use declare::documents::{Documents, Guid, Numbers, Standing, Submission, assemble};
use declare::keeping::Keeping;
use declare::matching;
use declare::messages::schema::{SchemaGate, Strictness};
use declare::messages::{self, MAX_DOCUMENTS, MessageBuilder, MessageKind, Transmitter};
use declare::order::{Line, Order, line};
use declare::setting::Setting;
use declare::shop::goods::product;
use declare::shop::{Generator, SAMPLE_CONFIGURATION, SAMPLE_FILINGS_XLSX, Shelf};
use declare::tax::{self, Basis, LineBasis, Policy};
use filing::book::Book;
use filing::import::{ImportOptions, import_file};
use filing::record::{CheckOptions, Filing};
use filing::tariff::Tariff;
use jiff::Timestamp;
use ports::catalogue::Catalogue;
use ports::fault::Fault;
use ports::store::{MemoryStore, SledStore, Store};
use rust_decimal::Decimal;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Orders of a build; `DECLARE_BENCH_ORDERS` sets another number.
const ORDERS: usize = 10_000;
/// Orders that a stage goes through.
const STAGE_ORDERS: usize = 1_000;
const SEED: u64 = 20_261_122;

fn orders() -> usize {
    std::env::var("DECLARE_BENCH_ORDERS").ok().and_then(|orders| orders.parse().ok()).unwrap_or(ORDERS)
}

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn setting(configuration: &Configuration) -> Setting<'_> {
    Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), now())
}

fn configuration() -> Configuration {
    Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap()
}

/// Sees that every order is declared.
struct AllDeclared;

impl Observer for AllDeclared {
    fn held(&mut self, order: HeldOrder) {
        assert!(order.faults.is_empty(), "{order:?}");
    }
    fn warned(&mut self, _: &str, _: &[Fault]) {}
    fn written(&mut self, _: WrittenMessage) {}
    fn lost(&mut self, _: ports::fault::Fault) {}
    fn progress(&mut self, _: u64) {}
}

/// A directory with a store whose book holds the shop's filings: on disk, or all of it in memory.
fn workplace(durable: bool) -> (TempDir, Arc<dyn Store>) {
    let dir = match durable {
        true => tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
        false => tempfile::tempdir_in("/dev/shm").unwrap(),
    };
    let store: Arc<dyn Store> = match durable {
        true => Arc::new(SledStore::open(&dir.path().join("store")).unwrap()),
        false => Arc::new(MemoryStore::new()),
    };
    let sheet = dir.path().join("filings.xlsx");
    std::fs::write(&sheet, SAMPLE_FILINGS_XLSX).unwrap();
    let check = CheckOptions::builtin(None, jiff::civil::date(2026, 11, 22));
    let options = ImportOptions { check, sheet: None, whole_file: true, now: now(), progress: None };
    import_file(&Book::open(Arc::clone(&store)).unwrap(), &sheet, &options).unwrap();
    (dir, store)
}

fn declare(
    orders: &str,
    configuration: &Configuration,
    gate: Strictness,
    dir: &Path,
    store: &Arc<dyn Store>,
) -> u64 {
    let (keeping, out) = (Keeping::folder(&dir.join("data")), dir.join("out"));
    let kinds = MessageKind::PARCEL.to_vec();
    let plan = Plan {
        setting: setting(configuration),
        kinds,
        batch: MAX_DOCUMENTS,
        signer: None,
        gate,
        keeping,
        out,
    };
    let book = Book::open(Arc::clone(store)).unwrap();
    build::build(orders.as_bytes(), &plan, store.as_ref(), &book, &mut AllDeclared).unwrap().declared
}

/// The whole way: orders read, judged, declared in all four messages, recorded, on disk.
fn whole(criterion: &mut Criterion) {
    let count = orders();
    let orders: String = Generator::new(SEED).take(count).map(|line| line + "\n").collect();
    let configuration = configuration();
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10).throughput(Throughput::Elements(count as u64));
    let gates = [Strictness::Compiled, Strictness::Full, Strictness::Off];
    for (gate, durable) in [true, false].into_iter().flat_map(|durable| gates.map(|gate| (gate, durable))) {
        let place = if durable { "on disk" } else { "in memory" };
        group.bench_function(format!("{count} orders, {place}, gate {gate:?}"), |bencher| {
            bencher.iter_batched(
                || workplace(durable),
                |(dir, store)| {
                    let declared = declare(&orders, &configuration, gate, dir.path(), &store);
                    assert_eq!(declared, count as u64);
                    (dir, store)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.bench_function(format!("{count} orders that were declared before"), |bencher| {
        let (dir, store) = workplace(true);
        let again = || declare(&orders, &configuration, Strictness::Compiled, dir.path(), &store);
        again();
        bencher.iter(|| assert_eq!(again(), count as u64));
    });
    group.finish();
}

/// An order with all that its documents are made of.
struct Ready {
    order: Order,
    port: &'static str,
    filings: Vec<Option<Arc<Filing>>>,
    numbers: Numbers,
}

impl Ready {
    fn documents<'r>(&'r self, setting: &'r Setting<'_>) -> Documents<'r> {
        assemble(&self.order, Some(self.port), &self.filings, &self.numbers, setting).documents.unwrap()
    }
}

fn ready(lines: &[Line], setting: &Setting<'_>) -> Vec<Ready> {
    let one = |text: &Line| {
        let order = line::read(text, setting).order.unwrap();
        let port = Catalogue::builtin().find(&order.port).unwrap().name();
        let filing = |barcode: &str| build::Filings::filing(&Shelf, port, barcode).unwrap().map(Arc::new);
        assert!(order.lines.iter().all(|goods| product(&goods.barcode).is_some()));
        let filings = order.lines.iter().map(|goods| filing(&goods.barcode)).collect();
        let guids = [(); 4].map(|()| Guid::random());
        Ready {
            order,
            port,
            filings,
            numbers: Numbers {
                guids,
                made_at: [now(); 4],
                submissions: [Submission::New; 4],
                inventory: Standing::Saved,
            },
        }
    };
    lines.iter().map(one).collect()
}

fn basis(documents: &Documents<'_>, order: &Order) -> Basis {
    let lines = order.lines.iter().zip(&documents.inventory_lines).map(|(goods, line)| LineBasis {
        number: line.number,
        hs_code: line.hs_code,
        value: goods.total().decimal(),
        quantity: Decimal::from(goods.quantity),
        legal_quantity1: line.quantity1.decimal(),
        legal_quantity2: line.second.as_ref().map_or(Decimal::ZERO, |(quantity, _)| quantity.decimal()),
        rates: None,
    });
    Basis {
        date: documents.inventory.declared_on.0,
        charges: order.amounts.freight.decimal(),
        lines: lines.collect(),
        policy: Policy::Line,
        used_this_year: None,
    }
}

/// Each stage alone, on one core.
fn stages(criterion: &mut Criterion) {
    let configuration = configuration();
    let setting = setting(&configuration);
    let lines: Vec<Line> = (1..)
        .zip(Generator::new(SEED).take(STAGE_ORDERS))
        .map(|(number, text)| Line { number, text: Some(text.into_bytes()) })
        .collect();
    let all = ready(&lines, &setting);
    let documents: Vec<Documents<'_>> = all.iter().map(|ready| ready.documents(&setting)).collect();
    let orders = Throughput::Elements(STAGE_ORDERS as u64);
    let mut group = criterion.benchmark_group("stage");

    group.throughput(orders.clone());
    group.bench_function("read orders", |bencher| {
        bencher.iter(|| lines.iter().for_each(|text| drop(black_box(line::read(text, &setting)))));
    });
    group.bench_function("assemble documents", |bencher| {
        bencher.iter(|| all.iter().for_each(|ready| drop(black_box(ready.documents(&setting)))));
    });
    group.bench_function("match documents", |bencher| {
        let check = |set| matching::check(set, setting.tariff, setting.today);
        bencher.iter(|| documents.iter().for_each(|set| assert!(check(set).is_empty())));
    });
    group.bench_function("write all four documents", |bencher| {
        bencher.iter(|| {
            for set in &documents {
                for document in messages::parcel(set) {
                    black_box(MessageBuilder::fragment(document, Vec::with_capacity(4096)));
                }
            }
        });
    });

    let transfer = setting.declaring.transfer;
    let transmitter = Transmitter {
        code: transfer.code.as_str(),
        name: transfer.name.as_str(),
        dxp_id: transfer.dxp_id.as_str(),
    };
    // What tests/peers/documents.sh has lxml do with the same documents: build the messages, write and validate them.
    group.bench_function("write and check all four messages", |bencher| {
        bencher.iter(|| {
            for hundred in documents.chunks(MAX_DOCUMENTS) {
                for kind in MessageKind::PARCEL {
                    let mut builder = MessageBuilder::new(kind, Guid::random());
                    for set in hundred {
                        let document = messages::parcel(set)[kind.index()];
                        builder.add(&MessageBuilder::fragment(document, Vec::with_capacity(4096)));
                    }
                    let message = String::from_utf8(builder.finish(&transmitter)).unwrap();
                    assert!(SchemaGate::of(kind.schema(false)).unwrap().accepts(&message));
                }
            }
        });
    });

    let bases: Vec<Basis> = documents.iter().zip(&all).map(|(set, ready)| basis(set, &ready.order)).collect();
    let tax_lines: usize = bases.iter().map(|basis| basis.lines.len()).sum();
    group.throughput(Throughput::Elements(tax_lines as u64));
    group.bench_function("tax lines", |bencher| {
        let compute = |basis| tax::compute(basis, setting.tariff, false).unwrap();
        bencher.iter(|| bases.iter().for_each(|basis| drop(black_box(compute(basis)))));
    });

    for kind in MessageKind::PARCEL {
        let mut builder = MessageBuilder::new(kind, Guid::random());
        for set in &documents[..MAX_DOCUMENTS] {
            builder.add(&MessageBuilder::fragment(messages::parcel(set)[kind.index()], Vec::new()));
        }
        let message = String::from_utf8(builder.finish(&transmitter)).unwrap();
        let gate = SchemaGate::of(kind.schema(false)).unwrap();
        group.throughput(Throughput::Elements(MAX_DOCUMENTS as u64));
        group.bench_function(format!("schema gate, full, {kind}"), |bencher| {
            bencher.iter(|| assert!(gate.check(&message).is_empty()));
        });
        group.bench_function(format!("schema gate, compiled, {kind}"), |bencher| {
            bencher.iter(|| assert!(gate.accepts(&message)));
        });
    }
    group.finish();
}

criterion_group!(benches, whole, stages);
criterion_main!(benches);
