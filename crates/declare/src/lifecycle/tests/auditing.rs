//! What the audit finds when something is not as it should be. That it finds nothing otherwise, the world checks at every turn.

use ports::sandbox::Scenario;

use super::world::World;
use crate::documents::{Guid, Submission};
use crate::lifecycle::State;
use crate::lifecycle::audit::{Bytes, Filed, audit};
use crate::receipt::{ReturnTime, Subject};

fn found(world: &World, receipts: &[Filed], message: &dyn Fn(Guid) -> Bytes) -> Vec<&'static str> {
    let faults = audit(&world.case, Some(receipts), message, world.now, &world.policy);
    let mut codes: Vec<_> = faults.into_iter().map(|fault| fault.code()).collect();
    codes.dedup();
    codes
}

#[test]
fn every_break_is_found() {
    let sound = |_| Bytes::Sound;
    let mut world = World::new(Scenario::PaymentMissing, 3);
    assert_eq!(world.run(), State::Released);
    let filed = world.filed.clone();
    assert_eq!(found(&world, &filed, &sound), Vec::<&str>::new());
    assert_eq!(found(&world, &filed, &|_| Bytes::Missing), ["AUD-BYTES"]);
    assert_eq!(found(&world, &filed, &|_| Bytes::Changed), ["AUD-BYTES-CHANGED"]);
    assert_eq!(found(&world, &filed, &|_| Bytes::Purged), Vec::<&str>::new());
    assert_eq!(found(&world, &[], &sound), ["AUD-RECEIPT-UNFOUNDED"]);

    let good = world.case.clone();
    world.case.notes.retain(|note| note.status.as_str() != "800");
    assert_eq!(found(&world, &filed, &sound), ["AUD-RECEIPT-LOST", "AUD-STATE"]);
    world.case = good.clone();
    world.case.state = State::Held;
    assert_eq!(found(&world, &filed, &sound), ["AUD-STATE"]);

    world.case = good.clone();
    let waybill = world.case.papers.get_mut(&Subject::Waybill).unwrap();
    let mut second = waybill.versions[0].clone();
    (second.guid, second.submission) = (Guid::random(), Submission::New);
    second.since = Some(ReturnTime::new("20990101000000000"));
    waybill.versions.push(second);
    assert_eq!(found(&world, &filed, &sound), ["AUD-TWICE", "AUD-TIMES"]);

    world.case = good;
    let guid = world.case.papers[&Subject::Order].versions[0].guid;
    world.case.papers.get_mut(&Subject::Waybill).unwrap().versions[0].guid = guid;
    assert!(found(&world, &filed, &sound).contains(&"AUD-NUMBER"));
}
