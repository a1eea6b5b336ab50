//! Machines whose clocks are a minute off.

use std::sync::Arc;
use std::thread;

use declare::pipeline::Stop;
use jiff::{SignedDuration, Timestamp};
use ports::clock::Clock;

use crate::world::{Heard, InProcess, World, faults};

const ORDERS: u64 = 30;

/// A clock that goes wrong by so much.
struct Skewed(SignedDuration);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.0
    }
}

#[test]
fn clocks_that_are_a_minute_off_change_nothing_and_are_told() {
    let world = World::open(ORDERS, faults(0.0));
    let hand = |name, seconds| InProcess {
        name,
        clock: Arc::new(Skewed(SignedDuration::from_secs(seconds))),
        gateway: world.gateway(),
        batch: 5,
        heard: Heard::default(),
    };
    let hands = [hand("late", -60), hand("early", 60)];
    let stop = Stop::default();
    thread::scope(|scope| {
        let running: Vec<_> =
            hands.iter().map(|hand| scope.spawn(|| world.work(hand, &stop).unwrap())).collect();
        world.wait_for("nobody sends", || world.workers().iter().any(|(_, present)| present.sends.is_some()));
        // A lease that one of them has looks as long to the other.
        let now = Timestamp::now();
        for (_, present) in world.workers() {
            assert!(
                !present.is_gone(now) && present.beat <= now + SignedDuration::from_secs(2),
                "{present:?}"
            );
        }
        world.all_end();
        stop.ask();
        running.into_iter().for_each(|worker| worker.join().unwrap());
    });
    for hand in &hands {
        assert!(hand.heard.0.lock().unwrap().iter().any(|code| code == "RUN-CLOCK"));
    }
    world.is_sound();
}
