//! How fast personal data is sealed and opened: one core, two kilobytes a text, as an order's bundle has.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ports::clock::SystemClock;
use ports::store::{Key, MemoryStore};
use ports::vault::{Field, Vault, VaultSettings};

const BYTES: usize = 2_000;

fn sealing(criterion: &mut Criterion) {
    let data = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let vault = Vault::open(data.path(), &VaultSettings::default(), &store, Arc::new(SystemClock)).unwrap();
    let key = Key::of(["bundle", "P600000000000000001"]);
    let clear = vec![b'x'; BYTES];
    let sealed = vault.seal(&key, Field::BUNDLE, &clear).unwrap();
    let text = serde_json::to_string(&sealed).unwrap();
    let mut group = criterion.benchmark_group("vault");
    group.throughput(Throughput::Elements(1));
    group.bench_function("seal", |bencher| {
        bencher.iter(|| vault.seal(black_box(&key), Field::BUNDLE, black_box(&clear)).unwrap());
    });
    group.bench_function("unseal", |bencher| {
        bencher.iter(|| vault.unseal(black_box(&key), Field::BUNDLE, black_box(&sealed)).unwrap());
    });
    group.bench_function("seal and write as JSON", |bencher| {
        bencher.iter(|| {
            let sealed = vault.seal(black_box(&key), Field::BUNDLE, black_box(&clear)).unwrap();
            serde_json::to_string(&sealed).unwrap()
        });
    });
    group.bench_function("read from JSON and unseal", |bencher| {
        bencher.iter(|| {
            let sealed = serde_json::from_str(black_box(&text)).unwrap();
            vault.unseal(&key, Field::BUNDLE, &sealed).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, sealing);
criterion_main!(benches);
