//! A sender whose gateway hangs loses the right to send; what it had submitted is submitted again, byte for byte.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use declare::pipeline::{Lease, Stop, layout};
use ports::clock::SystemClock;
use ports::gateway::{Batch, Fate, Gateway, GatewayError, Outcome, Raw};
use ports::store::Store as _;

use crate::world::{Heard, InProcess, LEASE, World, faults};

const ORDERS: u64 = 20;

type Waits<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Number and bytes of each message.
type Sent = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A gateway whose first messages arrive, and whose answer about them comes when everybody has given up waiting.
struct Hangs {
    inner: Arc<dyn Gateway>,
    hangs: AtomicBool,
    /// Number and bytes of what was submitted.
    sent: Sent,
}

impl Gateway for Hangs {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn submit<'a>(&'a self, number: &'a str, bytes: &'a [u8]) -> Waits<'a, Outcome> {
        self.sent.lock().unwrap().push((number.to_owned(), bytes.to_owned()));
        Box::pin(async move {
            let outcome = self.inner.submit(number, bytes).await;
            if self.hangs.load(Ordering::SeqCst) {
                tokio::time::sleep(3 * LEASE).await;
                self.hangs.store(false, Ordering::SeqCst);
            }
            outcome
        })
    }

    fn query<'a>(&'a self, number: &'a str) -> Waits<'a, Fate> {
        self.inner.query(number)
    }

    fn receive<'a>(&'a self, after: Option<&'a str>) -> Waits<'a, Result<Batch, GatewayError>> {
        self.inner.receive(after)
    }

    fn acknowledge<'a>(&'a self, raw: &'a Raw) -> Waits<'a, Result<(), GatewayError>> {
        self.inner.acknowledge(raw)
    }

    fn probe(&self) -> Waits<'_, Result<(), GatewayError>> {
        self.inner.probe()
    }
}

#[test]
fn a_lease_that_ends_during_a_sending_goes_to_the_next_and_the_same_bytes_are_sent_again() {
    let world = World::open(ORDERS, faults(0.0));
    let sent: Sent = Arc::default();
    let hand = |name, hangs| InProcess {
        name,
        clock: Arc::new(SystemClock),
        gateway: Arc::new(Hangs {
            inner: world.gateway(),
            hangs: AtomicBool::new(hangs),
            sent: Arc::clone(&sent),
        }),
        batch: 5,
        heard: Heard::default(),
    };
    let (first, second) = (hand("first", true), hand("second", false));
    let stop = Stop::default();
    let lease = || {
        let leases = world.store().scan(&layout::branch(layout::LEASES), None, 9).unwrap();
        leases.first().map(|document| document.record::<Lease>().unwrap())
    };
    thread::scope(|scope| {
        let hanging = scope.spawn(|| world.work(&first, &stop).unwrap());
        world.wait_for("the first does not send", || !sent.lock().unwrap().is_empty());
        assert_eq!(lease().map(|lease| (lease.holder, lease.token)), Some(("first".to_owned(), 1)));
        let next = scope.spawn(|| world.work(&second, &stop).unwrap());
        world.wait_for("the second does not take over", || lease().is_some_and(|lease| lease.token > 1));
        assert_eq!(lease().map(|lease| lease.holder), Some("second".to_owned()));
        world.all_end();
        // The first has come back by now, with results that nobody wants any more.
        thread::sleep(Duration::from_secs(1));
        stop.ask();
        hanging.join().unwrap();
        next.join().unwrap();
    });
    let sent = sent.lock().unwrap();
    let again = sent.iter().enumerate().filter(|(index, (number, bytes))| {
        let before = sent.iter().take(*index).find(|(known, _)| known == number);
        before.is_some_and(|(_, known)| {
            assert_eq!(known, bytes, "{number} changed");
            true
        })
    });
    assert!(again.count() > 0, "nothing was sent again");
    world.is_sound();
}
