//! Workers that are killed, and two with one name.

use std::time::Duration;

use crate::world::{Process, World, faults};

const ORDERS: u64 = 60;

#[test]
fn workers_that_are_killed_give_their_work_back_and_nothing_is_declared_twice() {
    let world = World::open(ORDERS, faults(0.02));
    let parts = ["fetch,declare,ship", "send,receive", "fetch,declare,send,receive,ship"];
    let machines = ["a", "b", "c"];
    // Two of them bear one name, which changes nothing in what comes out.
    let names = ["packing", "customs", "packing"];
    let start = |index: usize| {
        world.worker(machines[index], &world.url, &["--name", names[index], "--stages", parts[index]])
    };
    let mut workers: Vec<Option<Process>> = (0..3).map(|index| Some(start(index))).collect();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64 ^ u64::from(std::process::id());
    for round in 0..9 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(300 + (random >> 33) % 900));
        let index = round % 3;
        workers[index].take().unwrap().kill();
        workers[index] = Some(start(index));
    }
    world.all_end();

    let (code, answer) = world.run(&["declare", "workers"]);
    let listed = answer["workers"].as_array().unwrap();
    assert_eq!(code, 0, "{answer}");
    let alive = listed.iter().filter(|worker| worker["gone"] == false);
    assert_eq!(alive.clone().filter(|worker| worker["name"] == "packing").count(), 2, "{answer}");
    assert_eq!(alive.filter(|worker| worker["sends"].is_object()).count(), 1, "{answer}");
    let told = machines.map(|machine| world.log(machine)).concat();
    assert!(told.contains("RUN-NAMESAKE"), "{told}");
    for worker in workers.into_iter().flatten() {
        assert_eq!(worker.end(), 0);
    }
    // Whoever takes leave is not listed any more; those who were killed are, as gone.
    assert!(world.workers().iter().all(|(_, present)| present.is_gone(jiff::Timestamp::now())));
    world.is_sound();
}

#[test]
fn a_worker_with_another_vault_key_or_database_is_refused_at_once() {
    let world = World::open(1, faults(0.0));
    let (code, _) = world.run(&["declare", "run", "--once"]);
    assert_eq!(code, 0);
    let mut other = world.command("elsewhere", &world.url, &["declare", "run", "--once", "--name", "x"]);
    let output = other.env("CUSTOMS_VAULT_KEY", "7".repeat(64)).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.contains("VLT-WRONG")), (Some(3), true), "{told}");
    let mut without = world.command("elsewhere", &world.url, &["declare", "run", "--once"]);
    let output = without.env_remove("CUSTOMS_VAULT_KEY").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.contains("VLT-MISSING")), (Some(3), true), "{told}");
    let wrong = world.run(&["declare", "run", "--stages", "fetch,pack"]);
    assert_eq!(wrong.0, 2);
}
