//! The promises of a [`Gateway`] as checks. Every implementation calls [`run`].
//!
//! Each check panics with what it missed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "checks are tests, wherever they are called from"
)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Batch, Fate, Gateway, MAX_BATCH, Outcome, Raw};

/// How long receipts may take to be handed out.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);

const GUID: &str = "5B7A1C20-0000-4000-8000-000000000001";
const MESSAGE: &[u8] = "<m>\u{7532}\u{4e59}</m>".as_bytes();

/// The other side of a gateway, as the checks see it.
pub trait OtherSide {
    /// The gateway under test; a new one each time, as after a restart.
    fn gateway(&self) -> Box<dyn Gateway>;

    /// Every message that came, in any order, one as often as it came.
    fn arrived(&self) -> Vec<(String, Vec<u8>)>;

    /// Puts a receipt where the gateway finds it.
    fn answer(&self, name: &str, bytes: &[u8]);
}

/// Runs every check, each against a new other side.
pub async fn run<O: OtherSide, F: Future<Output = O>>(open: impl Fn() -> F) {
    a_message_arrives_byte_for_byte(&open().await).await;
    the_same_bytes_arrive_once(&open().await).await;
    submissions_at_once_arrive_once(&open().await).await;
    a_number_names_its_bytes(&open().await).await;
    a_number_is_no_path(&open().await).await;
    receipts_come_until_they_are_acknowledged(&open().await).await;
    receipts_come_byte_for_byte(&open().await).await;
    many_receipts_come_in_batches(&open().await).await;
    names_may_be_used_again(&open().await).await;
}

/// What was accepted is there as it was given, and the gateway knows of it.
pub async fn a_message_arrives_byte_for_byte(side: &impl OtherSide) {
    let gateway = side.gateway();
    gateway.probe().await.expect("it can be used");
    assert_eq!(gateway.query(GUID).await, Fate::NeverArrived);
    assert_eq!(gateway.submit(GUID, MESSAGE).await, Outcome::Accepted);
    assert_eq!(side.arrived(), [(GUID.to_owned(), MESSAGE.to_vec())]);
    assert_eq!(gateway.query(GUID).await, Fate::Arrived);
    assert_eq!(side.gateway().query(GUID).await, Fate::Arrived, "after a restart");
    assert_eq!(gateway.query("5B7A1C20-0000-4000-8000-000000000002").await, Fate::NeverArrived);
}

/// The same bytes may be submitted again and again, also by a program started anew; they arrive once.
pub async fn the_same_bytes_arrive_once(side: &impl OtherSide) {
    let gateway = side.gateway();
    for _ in 0..3 {
        assert_eq!(gateway.submit(GUID, MESSAGE).await, Outcome::Accepted);
    }
    assert_eq!(side.gateway().submit(GUID, MESSAGE).await, Outcome::Accepted);
    // By now the other side may have taken the message away.
    assert_eq!(side.arrived().len(), 1);
    assert_eq!(side.gateway().submit(GUID, MESSAGE).await, Outcome::Accepted);
    assert_eq!(side.arrived(), [(GUID.to_owned(), MESSAGE.to_vec())]);
}

/// Two at the same time are no exception.
pub async fn submissions_at_once_arrive_once(side: &impl OtherSide) {
    let gateway = side.gateway();
    let (one, two, three) = tokio::join!(
        gateway.submit(GUID, MESSAGE),
        gateway.submit(GUID, MESSAGE),
        gateway.submit(GUID, MESSAGE)
    );
    assert_eq!([one, two, three], [Outcome::Accepted, Outcome::Accepted, Outcome::Accepted]);
    assert_eq!(side.arrived().len(), 1);
}

/// Other bytes under a known number are refused, and nothing of them arrives.
pub async fn a_number_names_its_bytes(side: &impl OtherSide) {
    let gateway = side.gateway();
    assert_eq!(gateway.submit(GUID, MESSAGE).await, Outcome::Accepted);
    for gateway in [gateway, side.gateway()] {
        let outcome = gateway.submit(GUID, b"<m>other</m>").await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
    assert_eq!(side.arrived(), [(GUID.to_owned(), MESSAGE.to_vec())]);
}

/// What is no number of a message is refused before anything is sent.
pub async fn a_number_is_no_path(side: &impl OtherSide) {
    let gateway = side.gateway();
    let long = "A".repeat(300);
    for guid in ["", ".", "..", "../up", "a/b", "a\\b", "a b", "\u{7532}", "a\0", long.as_str()] {
        let outcome = gateway.submit(guid, MESSAGE).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{guid}: {outcome:?}");
        let fate = gateway.query(guid).await;
        assert!(matches!(fate, Fate::NeverArrived), "{guid}: {fate:?}");
    }
    assert_eq!(side.arrived(), []);
}

/// Reads as a program does: keeps, then acknowledges.
struct Reader {
    kept: Option<String>,
}

impl Reader {
    /// The next batch that holds something.
    async fn wait(&self, gateway: &dyn Gateway) -> Batch {
        let start = Instant::now();
        loop {
            let batch = gateway.receive(self.kept.as_deref()).await.expect("receipts can be looked for");
            assert!(batch.receipts.len() <= MAX_BATCH, "{} receipts at once", batch.receipts.len());
            assert_eq!(batch.faults, []);
            if !batch.receipts.is_empty() {
                return batch;
            }
            assert!(start.elapsed() < PATIENCE, "the receipts never came");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes receipts until there are so many.
    async fn take(&mut self, gateway: &dyn Gateway, wanted: usize) -> Vec<Raw> {
        let mut all = Vec::new();
        while all.len() < wanted {
            let batch = self.wait(gateway).await;
            self.kept = batch.next.or_else(|| self.kept.take());
            for receipt in &batch.receipts {
                gateway.acknowledge(receipt).await.expect("acknowledged");
            }
            all.extend(batch.receipts);
        }
        all
    }

    /// Nothing is there, also after a while.
    async fn nothing(&self, gateway: &dyn Gateway) {
        for _ in 0..5 {
            let batch = gateway.receive(self.kept.as_deref()).await.unwrap();
            assert_eq!((batch.receipts.as_slice(), batch.more), ([].as_slice(), false));
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// A receipt that nobody has acknowledged comes again, also after a restart; then it does not.
pub async fn receipts_come_until_they_are_acknowledged(side: &impl OtherSide) {
    let mut reader = Reader { kept: None };
    reader.nothing(side.gateway().as_ref()).await;
    side.answer("one.xml", b"<r>1</r>");
    for _ in 0..2 {
        let gateway = side.gateway();
        let batch = reader.wait(gateway.as_ref()).await;
        assert_eq!(batch.receipts.len(), 1);
        assert_eq!(batch.receipts[0].bytes, b"<r>1</r>");
    }
    let gateway = side.gateway();
    let taken = reader.take(gateway.as_ref(), 1).await;
    gateway.acknowledge(&taken[0]).await.expect("twice does no harm");
    reader.nothing(gateway.as_ref()).await;
    reader.nothing(side.gateway().as_ref()).await;
}

/// Whatever the encoding, and whatever follows the end.
pub async fn receipts_come_byte_for_byte(side: &impl OtherSide) {
    let odd: [&[u8]; 4] = [
        b"\xef\xbb\xbf<r>\xb7\xc5\xd0\xd0</r>\r\n",
        b"\xff\xfe<\0r\0/\0>\0",
        b"not xml at all \x00\x80",
        b"<r",
    ];
    for (number, bytes) in odd.iter().enumerate() {
        side.answer(&format!("{number}.xml"), bytes);
    }
    let taken = Reader { kept: None }.take(side.gateway().as_ref(), odd.len()).await;
    let found: BTreeSet<&[u8]> = taken.iter().map(|raw| raw.bytes.as_slice()).collect();
    assert_eq!(found, odd.into_iter().collect());
}

/// More than a batch holds come in several, each once.
pub async fn many_receipts_come_in_batches(side: &impl OtherSide) {
    let many = MAX_BATCH * 2 + 10;
    for number in 0..many {
        side.answer(&format!("{number}.xml"), format!("<r>{number}</r>").as_bytes());
    }
    let gateway = side.gateway();
    let mut reader = Reader { kept: None };
    let taken = reader.take(gateway.as_ref(), many).await;
    let found: BTreeSet<_> = taken.iter().map(|raw| raw.bytes.clone()).collect();
    assert_eq!((taken.len(), found.len()), (many, many));
    reader.nothing(gateway.as_ref()).await;
}

/// Two receipts of one name are two receipts, and so are two of the same bytes.
pub async fn names_may_be_used_again(side: &impl OtherSide) {
    let gateway = side.gateway();
    let mut reader = Reader { kept: None };
    for bytes in [b"<r>1</r>", b"<r>2</r>", b"<r>2</r>"] {
        side.answer("same.xml", bytes);
        let taken = reader.take(gateway.as_ref(), 1).await;
        assert_eq!(taken[0].bytes, bytes);
    }
    reader.nothing(gateway.as_ref()).await;
}
