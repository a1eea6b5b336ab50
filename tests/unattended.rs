//! `declare run` as a command that is left alone: one at a time, ended in order, and clear about what stands in its way.

use std::fs;
#[cfg(target_os = "linux")]
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ports::sandbox::{Rates, Scenario};

use crate::kill::{World, inside};
use crate::support::{Ran, Workplace};

/// How long something that has to happen may take.
const PATIENCE: Duration = Duration::from_secs(60);
const ORDERS: u64 = 4;

fn world() -> World {
    World::open(ORDERS, Some(Scenario::AllClear), Rates::default())
}

/// Waits until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn watch(world: &World) -> Child {
    let mut command = world.place.command(&["declare", "run", "--watch", "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_second_run_says_who_was_first_and_a_signal_ends_the_first_in_order() {
    for signal in ["-TERM", "-INT"] {
        let world = world();
        let first = watch(&world);
        let shipped = || world.sandbox.state()["shipped"].as_array().unwrap().len() as u64;
        until("all are shipped", || shipped() == ORDERS);
        let second = world.run();
        assert_eq!(second.code, 3, "{}", second.stderr);
        assert!(second.stdout.contains(&format!("(customs, pid {}, host ", first.id())), "{}", second.stdout);
        let signalled = Command::new("kill").args([signal, &first.id().to_string()]).status().unwrap();
        assert!(signalled.success());
        let ended: Ran = first.wait_with_output().unwrap().into();
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(ended.json()["counts"]["released"], ORDERS, "{}", ended.stdout);
        world.all_released(ORDERS);
        world.is_sound();
    }
}

#[test]
fn a_run_without_a_signer_does_not_begin() {
    let world = world();
    let text = fs::read_to_string(world.place.path("customs.toml")).unwrap();
    world.place.write("unsigned.toml", text.replace("kind = \"sm2-sm3\"", "kind = \"none\""));
    let ran = world.place.run(&["--config", "unsigned.toml", "declare", "run", "--once"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stderr.trim());
    assert_eq!(world.sandbox.state()["calls"], serde_json::json!({}));
}

#[test]
fn a_wrong_key_is_told_and_nothing_is_missing_when_it_is_mended() {
    let world = world();
    let key = fs::read(world.place.path("key.pem")).unwrap();
    world.place.write("key.pem", "no key at all");
    let ran = world.run();
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("SIGNER"), "{}", ran.stdout);
    world.place.write("key.pem", key);
    assert_eq!(world.run().code, 0);
    world.all_released(ORDERS);
}

#[test]
fn an_outbox_that_is_not_there_holds_messages_back_and_they_go_when_it_is() {
    let world = world();
    let text = fs::read_to_string(world.place.path("customs.toml")).unwrap();
    let (before, rest) = text.split_once("[gateway]").unwrap();
    let (_, after) = rest.split_once("[signing]").unwrap();
    let folders = "[gateway]\nkind = \"folder\"\noutbox = \"out\"\ninbox = \"in\"\n\n[signing]";
    world.place.write("customs.toml", format!("{before}{folders}{after}"));
    fs::create_dir(world.place.path("in")).unwrap();
    let once = ["declare", "run", "--once"];
    let ran = world.place.run(&once);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("GW-FOLDER"), "{}", ran.stderr);
    fs::create_dir(world.place.path("out")).unwrap();
    let _client = world.customs_watches();
    let ran = world.run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    world.all_released(ORDERS);
}

#[test]
fn a_run_in_envelopes_goes_all_the_way() {
    let world = world();
    let text = fs::read_to_string(world.place.path("customs.toml")).unwrap();
    let (before, after) = text.split_once("[gateway]\n").unwrap();
    let after = after.replace("envelope = \"none\"\n", "");
    world.place.write("customs.toml", format!("{before}[gateway]\nenvelope = \"dxp\"\n{after}"));
    let ran = world.run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    world.all_released(ORDERS);
    world.is_sound();
    let sent = world.customs.messages();
    assert!(!sent.is_empty() && sent.iter().all(|(_, bytes)| inside(bytes).is_some()));
}

#[test]
fn a_disk_that_takes_no_more_ends_the_run_and_the_next_one_does_the_rest() {
    let world = world();
    let customs = env!("CARGO_BIN_EXE_customs");
    // No file may grow beyond this: what the system then says is what a full disk says.
    let limited = |kib: u32| -> Ran {
        let script = format!("trap '' XFSZ; ulimit -f {kib}; exec {customs} declare run --once --json");
        let command = world.place.command(&[]);
        let folder = command.get_current_dir().unwrap().to_owned();
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(folder).env("LANG", "en_US.UTF-8").stdin(Stdio::null());
        shell.output().unwrap().into()
    };
    let ran = limited(8);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.json()["error"]["message"].as_str().is_some_and(|told| !told.is_empty()));
    let ran = world.run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    world.all_released(ORDERS);
    world.is_sound();
}

#[test]
fn a_damaged_store_is_told_and_a_restored_one_goes_on() {
    let world = world();
    assert_eq!(world.run().code, 0);
    let store = world.place.path("customs-data/store");
    let whole: Vec<_> = fs::read_dir(&store)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    // The journal holds what is not in the other file yet.
    let holds_documents = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name == "db" || name.starts_with("journal.")
    };
    for (path, bytes) in whole.iter().filter(|(path, _)| holds_documents(path)) {
        let mut bytes = bytes.clone();
        for byte in bytes.iter_mut().skip(4_096).step_by(97) {
            *byte ^= 0x5A;
        }
        fs::write(path, bytes).unwrap();
    }
    let ran = world.run();
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("damaged"), "{}", ran.stdout);
    for (path, bytes) in whole {
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(world.run().code, 0);
    world.all_released(ORDERS);
    world.is_sound();
}

#[cfg(target_os = "linux")]
#[test]
fn what_runs_for_long_keeps_its_process_and_tells_the_allocator_unless_somebody_has() {
    const VARIABLE: &str = "MIMALLOC_PURGE_DELAY";
    for (given, told) in [(None, "200"), (Some("7"), "7")] {
        let place = Workplace::new();
        let mut command = place.command(&["serve", "--json", "--listen", "127.0.0.1:0"]);
        match given {
            Some(given) => command.env(VARIABLE, given),
            None => command.env_remove(VARIABLE),
        };
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let environment = fs::read(format!("/proc/{}/environ", child.id())).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(said.contains("http"), "{said}");
        let told = format!("{VARIABLE}={told}");
        assert!(environment.split(|byte| *byte == 0).any(|entry| entry == told.as_bytes()));
    }
}
