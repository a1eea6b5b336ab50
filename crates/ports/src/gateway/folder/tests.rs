//! The folder gateway in real folders.

use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::*;
use crate::gateway::conformance::{self, OtherSide};
use crate::gateway::faults;

const GUID: &str = "5B7A1C20-0000-4000-8000-000000000001";

struct Folders {
    dir: TempDir,
    /// What the client has taken from the outbox.
    taken: Mutex<Vec<(String, Vec<u8>)>>,
}

impl Folders {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("out")).unwrap();
        fs::create_dir(dir.path().join("in")).unwrap();
        Self { dir, taken: Mutex::default() }
    }

    fn place(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn folder_gateway(&self) -> FolderGateway {
        let settle = Duration::from_millis(20);
        FolderGateway::new(FolderSettings {
            settle,
            ..FolderSettings::new(self.place("out"), self.place("in"))
        })
    }

    fn archived(&self) -> Vec<String> {
        let Ok(days) = fs::read_dir(self.place("in").join(ARCHIVE)) else { return Vec::new() };
        let files = days.flat_map(|day| fs::read_dir(day.unwrap().path()).unwrap());
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl OtherSide for Folders {
    fn gateway(&self) -> Box<dyn Gateway> {
        Box::new(self.folder_gateway())
    }

    fn arrived(&self) -> Vec<(String, Vec<u8>)> {
        let mut taken = self.taken.lock().unwrap();
        for entry in fs::read_dir(self.place("out")).unwrap() {
            let path = entry.unwrap().path();
            let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".xml") else {
                continue;
            };
            taken.push((name.to_owned(), fs::read(&path).unwrap()));
            fs::remove_file(&path).unwrap();
        }
        taken.clone()
    }

    fn answer(&self, name: &str, bytes: &[u8]) {
        let temporary = self.place("in").join(format!("{name}.tmp"));
        fs::write(&temporary, bytes).unwrap();
        fs::rename(&temporary, self.place("in").join(name)).unwrap();
    }
}

#[tokio::test]
async fn it_keeps_the_promises_of_a_gateway() {
    conformance::run(async || Folders::new()).await;
}

#[tokio::test]
async fn a_half_written_file_is_waited_for() {
    let folders = Folders::new();
    let gateway = FolderGateway::new(FolderSettings::new(folders.place("out"), folders.place("in")));
    let half = folders.place("in").join("half.xml");
    for written in ["", "<r>", "<r><x>1</x>"] {
        fs::write(&half, written).unwrap();
        assert_eq!(gateway.receive(None).await.unwrap(), Batch::default(), "{written}");
    }
    fs::write(folders.place("in").join("other.xml.part"), "<r>1</r>").unwrap();
    fs::write(folders.place("in").join(".hidden"), "<r>1</r>").unwrap();
    fs::create_dir(folders.place("in").join("folder.xml")).unwrap();
    assert_eq!(gateway.receive(None).await.unwrap(), Batch::default());
    fs::write(&half, "<r><x>1</x></r>").unwrap();
    let batch = gateway.receive(None).await.unwrap();
    assert_eq!(batch.receipts[0].bytes, b"<r><x>1</x></r>");
}

#[tokio::test]
async fn acknowledged_receipts_are_archived_for_this_program_alone() {
    let folders = Folders::new();
    let gateway = folders.folder_gateway();
    for _ in 0..2 {
        folders.answer("a.xml", b"<r>1</r>");
        let receipt = gateway.receive(None).await.unwrap().receipts.remove(0);
        assert_eq!(folders.archived().len(), if folders.archived().is_empty() { 0 } else { 1 });
        gateway.acknowledge(&receipt).await.unwrap();
    }
    assert_eq!(folders.archived(), ["a.2.xml", "a.xml"]);
    let archive = folders.place("in").join(ARCHIVE);
    assert_eq!(fs::metadata(&archive).unwrap().permissions().mode() & 0o777, 0o700);
    // A receipt that took another's name is not archived in its stead.
    folders.answer("a.xml", b"<r>2</r>");
    let receipt = gateway.receive(None).await.unwrap().receipts.remove(0);
    folders.answer("a.xml", b"<r>3</r>");
    gateway.acknowledge(&receipt).await.unwrap();
    assert_eq!(gateway.receive(None).await.unwrap().receipts[0].bytes, b"<r>3</r>");
}

#[tokio::test]
async fn a_crash_between_any_two_steps_is_repaired() {
    let folders = Folders::new();
    let (out, marks) = (folders.place("out"), folders.place("out").join(".customs"));
    let gateway = folders.folder_gateway();
    let [draft, mark] = ["draft", "sent"].map(|end| marks.join(format!("{GUID}.{end}")));
    assert_eq!(gateway.submit(GUID, b"<m>1</m>").await, Outcome::Accepted);
    let digest = fs::read(&mark).unwrap();
    let message = out.join(format!("{GUID}.xml"));

    // In the middle of the draft; before the mark; before the rename.
    for (half, marked) in [(b"<m".as_slice(), false), (b"<m>1</m>", false), (b"<m>1</m>", true)] {
        fs::remove_file(&message).unwrap();
        fs::remove_file(&mark).unwrap();
        fs::write(&draft, half).unwrap();
        if marked {
            fs::write(&mark, &digest).unwrap();
        }
        assert_eq!(gateway.query(GUID).await, Fate::NeverArrived);
        assert_eq!(folders.folder_gateway().submit(GUID, b"<m>1</m>").await, Outcome::Accepted);
        assert_eq!(fs::read(&message).unwrap(), b"<m>1</m>");
        assert!(!draft.exists());
    }
    // A message that stands there already, put by another program.
    fs::remove_file(&mark).unwrap();
    assert!(matches!(gateway.submit(GUID, b"<m>2</m>").await, Outcome::Refused { .. }));
    assert_eq!(gateway.submit(GUID, b"<m>1</m>").await, Outcome::Accepted);
    assert_eq!(gateway.query(GUID).await, Fate::Arrived);
    assert_eq!(fs::read_dir(&marks).unwrap().count(), 1, "the mark alone is left");
}

#[tokio::test]
async fn folders_that_cannot_be_used_are_told_and_nothing_is_lost() {
    let folders = Folders::new();
    let gateway = folders.folder_gateway();
    fs::remove_dir(folders.place("out")).unwrap();
    fs::write(folders.place("out"), "not a folder").unwrap();
    let outcome = gateway.submit(GUID, b"<m/>").await;
    let Outcome::Deferred { error, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.fault().kind, &faults::FOLDER);
    assert_eq!(gateway.probe().await.unwrap_err().fault().kind, &faults::FOLDER);
    fs::remove_file(folders.place("out")).unwrap();
    let outcome = gateway.submit(GUID, b"<m/>").await;
    assert!(matches!(outcome, Outcome::Deferred { .. }), "a share that is not mounted: {outcome:?}");
    assert!(!folders.place("out").exists(), "and it is not made");
    assert!(matches!(gateway.query(GUID).await, Fate::Unknown { .. }));

    fs::create_dir(folders.place("out")).unwrap();
    assert_eq!(gateway.submit(GUID, b"<m/>").await, Outcome::Accepted);
    fs::remove_dir(folders.place("in")).unwrap();
    assert_eq!(gateway.receive(None).await.unwrap_err().fault().kind, &faults::FOLDER);
}

#[tokio::test]
async fn what_is_no_receipt_is_told_and_stays() {
    let folders = Folders::new();
    let gateway = folders.folder_gateway();
    let long = File::create(folders.place("in").join("long.xml")).unwrap();
    long.set_len(super::super::MAX_RECEIPT_BYTES as u64 + 1).unwrap();
    let batch = gateway.receive(None).await.unwrap();
    assert_eq!((batch.receipts.len(), batch.faults[0].kind), (0, &faults::TOO_LONG));
    assert!(folders.place("in").join("long.xml").exists());
}

/// `/dev/full` stands for a disk without room.
#[tokio::test]
async fn a_full_disk_is_told() {
    let folders = Folders::new();
    let marks = folders.place("out").join(".customs");
    fs::create_dir(&marks).unwrap();
    let draft = marks.join(format!("{GUID}.draft"));
    std::os::unix::fs::symlink("/dev/full", &draft).unwrap();
    let gateway = folders.folder_gateway();
    let outcome = gateway.submit(GUID, b"<m>1</m>").await;
    let Outcome::Deferred { error, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.fault().kind, &faults::FULL);
    // The room is there again.
    assert_eq!(gateway.submit(GUID, b"<m>1</m>").await, Outcome::Accepted);
    assert_eq!(folders.arrived(), [(GUID.to_owned(), b"<m>1</m>".to_vec())]);
}
