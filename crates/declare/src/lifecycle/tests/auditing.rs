//! What the audit finds when something is not as it should be. That it finds nothing otherwise, the world checks at every turn.

use ports::sandbox::Scenario;

use super::world::World;
use crate::documents::{Guid, Submission};
use crate::lifecycle::State;
use crate::lifecycle::audit::Bytes;
use crate::receipt::{ReturnTime, Subject};

const NOTHING: [&str; 0] = [];

#[test]
fn every_break_is_found() {
    let sound = |_| Bytes::Sound;
    let mut world = World::new(Scenario::PaymentMissing, 3);
    assert_eq!(world.run(), State::Released);
    assert_eq!(world.audited(&sound), NOTHING);
    assert_eq!(world.audited(&|_| Bytes::Missing), ["AUD-BYTES"]);
    assert_eq!(world.audited(&|_| Bytes::Changed), ["AUD-BYTES-CHANGED"]);
    assert_eq!(world.audited(&|_| Bytes::Purged), NOTHING);
    let filed = std::mem::take(&mut world.filed);
    assert_eq!(world.audited(&sound), ["AUD-RECEIPT-UNFOUNDED"]);
    world.filed = filed;

    let good = world.case.clone();
    world.case.notes.retain(|note| note.status.as_str() != "800");
    assert_eq!(world.audited(&sound), ["AUD-RECEIPT-LOST", "AUD-STATE"]);
    world.case = good.clone();
    world.case.state = State::Held;
    assert_eq!(world.audited(&sound), ["AUD-STATE"]);

    world.case = good.clone();
    let waybill = world.case.papers.get_mut(&Subject::Waybill).unwrap();
    let mut second = waybill.versions[0].clone();
    (second.guid, second.submission) = (Guid::random(), Submission::New);
    second.since = Some(ReturnTime::new("20990101000000000"));
    waybill.versions.push(second);
    assert_eq!(world.audited(&sound), ["AUD-TWICE", "AUD-TIMES"]);

    world.case = good;
    let guid = world.case.papers[&Subject::Order].versions[0].guid;
    world.case.papers.get_mut(&Subject::Waybill).unwrap().versions[0].guid = guid;
    assert!(world.audited(&sound).contains(&"AUD-NUMBER"));
}
