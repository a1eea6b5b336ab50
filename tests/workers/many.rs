//! Fifty thousand orders through four workers with faults; a measurement, not a test of every day.

use std::time::{Duration, Instant};

use crate::world::{World, faults};

/// `cargo test --release --workspace --test workers fifty_thousand -- --ignored --nocapture`; `CUSTOMS_ORDERS` and
/// `CUSTOMS_WORKERS` change the numbers. Platform and customs are in the test's process and take their share of the machine.
#[test]
#[ignore = "it takes many minutes"]
#[allow(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "it tells what it measured"
)]
fn fifty_thousand_orders_through_four_workers_with_faults() {
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (orders, count) = (number("CUSTOMS_ORDERS", 50_000), number("CUSTOMS_WORKERS", 4));
    let world = World::open(orders, faults(0.01));
    let text = std::fs::read_to_string(world.place.path("customs.toml")).unwrap();
    let text =
        text.replace("batch = 10\n", "batch = 100\n").replace("lease_seconds = 4", "lease_seconds = 30");
    world.place.write("customs.toml", text.replace("gather_seconds = 0", "gather_seconds = 2"));
    let begun = Instant::now();
    let machines: Vec<String> = (0..count).map(|index| format!("m{index}")).collect();
    let mut workers: Vec<_> =
        machines.iter().map(|machine| world.worker(machine, &world.url, &["--name", machine])).collect();
    let (mut ended, mut told, mut killed) = (0, Instant::now(), false);
    while ended < orders {
        std::thread::sleep(Duration::from_secs(2));
        ended = world.shipped();
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            println!("{:>5} s {ended:>7} shipped", begun.elapsed().as_secs());
        }
        if !killed && ended > orders / 2 && count > 1 {
            killed = true;
            workers.remove(0).kill();
            workers.push(world.worker("m0", &world.url, &["--name", "m0"]));
        }
        assert!(begun.elapsed() < Duration::from_secs(3_600), "{}", world.log("m1"));
    }
    world.all_end();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{orders} orders, {count} workers: {seconds:.0} s, {:.0} orders/s", orders as f64 / seconds);
    drop(workers);
    world.is_sound();
}
