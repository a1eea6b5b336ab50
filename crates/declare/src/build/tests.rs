use std::fs;
use std::path::{Path, PathBuf};

use filing::tariff::Tariff;
use jiff::Timestamp;
use ports::catalogue::Catalogue;
use ports::fault::Fault;
use ports::store::{MemoryStore, Store};

use super::{BuildError, HeldOrder, Observer, Plan, Summary, WrittenMessage, build};
use crate::configuration::Configuration;
use crate::keeping::Keeping;
use crate::messages::MessageKind;
use crate::messages::schema::Strictness;
use crate::setting::Setting;
use crate::shop::{SAMPLE_CONFIGURATION, SAMPLE_ORDERS, Shelf};

/// Puts a file in the place of the outbox as soon as a message is recorded, if it is told to.
struct Saboteur {
    outbox: Option<PathBuf>,
    written: usize,
}

impl Observer for Saboteur {
    fn held(&mut self, _: HeldOrder) {}
    fn warned(&mut self, _: &str, _: &[Fault]) {}
    fn written(&mut self, _: WrittenMessage) {
        self.written += 1;
        if let Some(outbox) = self.outbox.take() {
            fs::remove_dir_all(&outbox).unwrap();
            fs::write(&outbox, "").unwrap();
        }
    }
    fn lost(&mut self, _: Fault) {}
    fn progress(&mut self, _: u64) {}
}

fn run(
    orders: &str,
    folder: &Path,
    store: &dyn Store,
    sabotage: bool,
) -> (Result<Summary, BuildError>, usize) {
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let now = Timestamp::now();
    let setting =
        Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), now);
    let out = folder.join("out");
    let plan = Plan {
        setting,
        kinds: MessageKind::PARCEL.to_vec(),
        batch: 100,
        signer: None,
        gate: Strictness::default(),
        keeping: Keeping::folder(folder),
        out: out.clone(),
    };
    let mut observer = Saboteur { outbox: sabotage.then_some(out), written: 0 };
    let summary = build(orders.as_bytes(), &plan, store, &Shelf, &mut observer);
    (summary, observer.written)
}

#[test]
fn messages_that_were_recorded_and_not_published_are_published_by_the_next_run_whatever_its_orders() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let (cut_off, _) = run(SAMPLE_ORDERS, folder.path(), &store, true);
    assert!(matches!(cut_off, Err(BuildError::Io { .. })), "{cut_off:?}");
    fs::remove_file(folder.path().join("out")).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let (next, written) = run("", folder.path(), &store, false);
    assert_eq!((next.unwrap().orders, written), (0, 4));
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 4);
    let (last, written) = run("", folder.path(), &store, false);
    assert_eq!((last.unwrap().orders, written), (0, 0), "what lies in the folder is not put there again");
}
