//! The views for people who ask in SQL: what a pipeline and a build left in the store, as tables, and nobody in them.

use declare::lifecycle::{Decision, Said};
use jiff::SignedDuration;
use ports::store::{Batch, Change, Expect, Key, Location, PostgresStore, Store as _, Write, copy};
use serde_json::json;

use crate::lifecycle::World;
use crate::personal::{canaries, of_canaries};
use crate::stores::private_postgres::PrivatePostgres;
use crate::support::{Workplace, lines, sample};

/// The views there are.
fn views(server: &PrivatePostgres, url: &str) -> Vec<String> {
    let all =
        "select table_name from information_schema.views where table_schema = 'customs_views' order by 1";
    server.sql(url, all).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_run_can_be_asked_about_in_sql() {
    let world = World::with(None, 60);
    world.weigh();
    world.run_for(SignedDuration::from_hours(1));
    let server = PrivatePostgres::start();
    let url = server.database();
    let store = PostgresStore::migrate(&url).unwrap();
    copy(world.store.as_ref(), &store, |_| {}).unwrap();
    drop(store);
    let sheet = sample("filings.csv").display().to_string();
    let imported = world.place.run(&["--store", &url, "filing", "import", &sheet]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);

    let ask = |question: &str| {
        let answer = server.sql(&url, &format!("set search_path to customs_views; {question}")).unwrap();
        format!("{question}\n{answer}")
    };
    let told = [
        "select platform, state, shop, after_sale, has_waybill, held_by, count(*), count(merchant_code), count(inventory_no), \
         count(entry_no), sum(slip_asked), count(shipped_at), bool_and(since >= opened_at) from orders group by 1, 2, 3, 4, 5, 6 \
         order by 1, 2, 3, 4, 5, 6",
        "select kind, version, latest, submission, dispatch, attempts, count(*), count(distinct guid), count(distinct order_no), \
         bool_and(sent_at >= made_at) from documents group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6",
        "select kind, version, status, codes, class, about_form, count(distinct order_no), count(inventory_no) > 0, \
         count(at) = count(*), count(received_at) = count(*), count(taken_at) = count(*) from receipts \
         group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6",
        "select count(*) > 0, count(taken_at) = count(*), sum(strays), count(unreadable), \
         count(*) = (select count(distinct original) from receipts where original in (select original from receipt_files)) \
         from receipt_files",
        "select by, kind, status, reason, class, orders, open_orders, first_at <= last_at from refusals_by_reason \
         order by 1, 2, 3, 4, 5",
        "select merchant_code, sum(orders), sum(goods_value), sum(charges), sum(tax), sum(tax_by_tariff), sum(difference), \
         sum(released_orders), sum(released_tax) from tax_by_day group by 1",
        "select port, barcode, name, hs_code, quantity1, unit1, quantity2, unit2, country, net_weight_g, gross_weight_g, import, \
         row, versions, synced_at from filings order by 1, 2 limit 3",
        "select count(*) from filings",
    ];
    insta::assert_snapshot!(told.map(ask).join("\n"));
}

fn put(key: Key, record: &serde_json::Value) -> Batch {
    let body = json!({ "format": 1, "record": record }).to_string().into_bytes();
    Batch { writes: vec![Write { key, expect: Expect::Any, change: Change::Put { body, due: None } }] }
}

#[test]
fn nobody_stands_in_the_views() {
    let world = World::with(None, 20);
    world.weigh();
    world.run();
    let canaries = canaries();
    // Whatever a person may have written freely, in all places that take it.
    for (case, canary) in world.cases().iter().zip(canaries.iter().cycle()) {
        let decision = Decision::Withdraw { reason: Said::new(canary) };
        let input = declare::lifecycle::Input::Decision(decision);
        let now = ports::clock::Clock::now(world.clock.as_ref());
        declare::pipeline::move_on(world.store.as_ref(), &world.policy, &case.order_no, input, now).unwrap();
    }
    let server = PrivatePostgres::start();
    let url = server.database();
    let store = PostgresStore::migrate(&url).unwrap();
    copy(world.store.as_ref(), &store, |_| {}).unwrap();
    let all = canaries.join(" ");
    store
        .commit(put(
            Key::of(["receipt", "1"]),
            &json!({"name": all, "received_at": "2026-11-22T03:00:00Z", "sealed": "…"}),
        ))
        .unwrap();
    let outgoing =
        json!({"kind": "CEB311Message", "file": all, "reason": all, "orders": [], "passage": "refused"});
    store.commit(put(Key::of(["outbox", "1"]), &outgoing)).unwrap();
    store
        .commit(put(Key::of(["waybill", "P1"]), &json!({"at": "2026-11-22T03:00:00Z", "waybill": all})))
        .unwrap();

    // A batch job, whose ledger is another.
    let place = Workplace::with_filings();
    let orders: Vec<_> = (1..=6).map(of_canaries).collect();
    assert_eq!(place.declare(lines(&orders), &[]).counts()[1], 6);
    let batch = server.database();
    let from = format!("sled:{}", place.path("customs-data/store").display()).parse::<Location>().unwrap();
    copy(&from.open().unwrap(), &PostgresStore::migrate(&batch).unwrap(), |_| {}).unwrap();

    let (mut filled, mut known) = (Vec::new(), Vec::new());
    for database in [&url, &batch] {
        for view in views(&server, database) {
            let rows = server.sql(database, &format!("select v from customs_views.{view} v")).unwrap();
            for canary in &canaries {
                assert!(!rows.contains(canary.as_str()), "{canary} stands in {view}");
            }
            if !rows.is_empty() {
                filled.push(view.clone());
            }
            known.push(view);
        }
    }
    filled.sort();
    filled.dedup();
    known.sort();
    known.dedup();
    assert_eq!(filled, known, "a view that is empty proves nothing");
}

#[test]
fn a_batch_job_can_be_asked_about_in_sql() {
    let place = Workplace::with_filings();
    let ran = place.declare(std::fs::read(sample("orders.jsonl")).unwrap(), &[]);
    assert_eq!(ran.counts(), [24, 21, 3], "{}", ran.stderr);
    let server = PrivatePostgres::start();
    let url = server.database();
    let from = format!("sled:{}", place.path("customs-data/store").display());
    let copied = place.run(&["store", "copy", "--from", &from, "--to", &url]);
    assert_eq!(copied.code, 0, "{}", copied.stderr);
    let ask = |question: &str| {
        let answer = server.sql(&url, &format!("set search_path to customs_views; {question}")).unwrap();
        format!("{question}\n{answer}")
    };
    let told = [
        "select platform, merchant_code, state, held_by, count(*), count(distinct order_no), count(declared_at) from orders \
         group by 1, 2, 3, 4",
        "select kind, version, latest, submission, dispatch, count(*), count(distinct guid), count(distinct message_guid) \
         from documents group by 1, 2, 3, 4, 5 order by 1",
        "select merchant_code, sum(orders), sum(goods_value), sum(charges), sum(tax), sum(tax_by_tariff), sum(difference), \
         sum(released_orders) from tax_by_day group by 1",
        "select port, count(*), count(distinct barcode), bool_and(imported_at is not null) from filings group by 1 order by 1",
        "select count(*) from refusals_by_reason",
        "select count(*) from receipts",
    ];
    insta::assert_snapshot!(told.map(ask).join("\n"));
}
