//! Every scenario to its end, whatever the order of events, with receipts late and twice, and with crashes.

use ports::sandbox::Scenario;
use proptest::prelude::*;

use super::world::World;
use crate::lifecycle::{Input, Returns, Shop, State};
use crate::receipt::Subject;

/// Where a scenario ends, what is told of it, and how many inventories count then.
fn end(scenario: Scenario) -> (State, &'static [&'static str], i32) {
    use Scenario::*;
    match scenario {
        AllClear | PaymentMissing | AcceptedThenTimeout | Shuffled | AddressChanged | Inspected => {
            (State::Released, &[], 1)
        }
        AmountMismatch | BuyerDiffers | YearlyLimit => (State::Refused, &["LIF-REFUSED"], 0),
        FormatError => (State::Refused, &["LIF-REFUSED"], 0),
        CancelledBeforeRelease => (State::Withdrawn, &[], 0),
        CancelledAfterRelease => (State::Released, &["LIF-AFTER-SALE"], 1),
        Presale => (State::Held, &["ORD-PRESALE"], 0),
        SplitOrder => (State::Held, &["ORD-SPLIT"], 0),
        ExchangeReship => (State::Held, &["ORD-RESHIP"], 0),
    }
}

fn play(scenario: Scenario, seed: u64, crashes: bool) -> World {
    let mut world = World::new(scenario, seed);
    world.crashes = crashes;
    let state = world.run();
    let (expected, codes, effective) = end(scenario);
    assert_eq!(state, expected, "{scenario:?} {seed} {:?} {:#?}", world.codes(), world.case);
    assert_eq!(world.codes(), codes, "{scenario:?} {seed}");
    let counted = world.customs.effective.get(&Subject::Inventory).copied().unwrap_or(0);
    assert_eq!(counted, effective, "{scenario:?} {seed}");
    assert_eq!(world.customs.old, 0, "no document is older than the one before");
    world
}

#[test]
fn every_scenario_comes_to_its_end() {
    for scenario in Scenario::ALL {
        let world = play(scenario, 7, false);
        let sent = matches!(end(scenario).0, State::Released);
        assert_eq!(world.ships, u32::from(sent), "{scenario:?}");
        assert_eq!(world.repushes, u32::from(scenario == Scenario::PaymentMissing));
        assert_eq!(world.customs.duplicates, 0);
        let size = serde_json::to_string(&world.case).unwrap().len();
        assert!(size < 4_500, "{scenario:?}: {size} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_events_makes_no_difference(seed: u64, crashes: bool) {
        for scenario in Scenario::ALL {
            play(scenario, seed, crashes);
        }
    }

    #[test]
    fn a_refusal_is_declared_again_once_it_is_mended(seed: u64, crashes: bool) {
        for scenario in [Scenario::AmountMismatch, Scenario::BuyerDiffers, Scenario::YearlyLimit, Scenario::FormatError] {
            let mut world = play(scenario, seed, crashes);
            // A change that does not touch what was declared changes nothing.
            world.put(Input::FilingChanged);
            prop_assert_eq!(world.run(), State::Refused);
            let versions = world.case.papers.values().map(|paper| paper.versions.len()).max();
            prop_assert_eq!(versions, Some(1));
            // A person says that it is in order now.
            world.repaired = true;
            world.release();
            prop_assert_eq!(world.run(), State::Released, "{:#?}", world.case);
            prop_assert_eq!(world.codes(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_changed_order_is_changed_at_customs_by_a_person(seed: u64) {
        let mut world = play(Scenario::AmountMismatch, seed, false);
        (world.repaired, world.text) = (true, 2);
        world.change(None);
        prop_assert_eq!(world.run(), State::Held);
        prop_assert!(world.codes().contains(&"LIF-STALE".to_owned()), "{:?}", world.codes());
        world.release();
        prop_assert_eq!(world.run(), State::Released, "{:#?}", world.case);
        prop_assert_eq!(world.case.papers[&Subject::Order].versions.len(), 2);
        prop_assert_eq!(world.customs.effective[&Subject::Order], 1);
    }

    #[test]
    fn judged_orders_go_on(seed: u64, crashes: bool) {
        for scenario in [Scenario::Presale, Scenario::SplitOrder] {
            let mut world = play(scenario, seed, crashes);
            world.release();
            prop_assert_eq!(world.run(), State::Released, "{:#?}", world.case);
        }
    }

    #[test]
    fn an_order_waits_for_its_waybill(seed: u64, crashes: bool) {
        let mut world = World::new(Scenario::AllClear, seed);
        (world.waybill, world.crashes) = (false, crashes);
        prop_assert_eq!(world.run(), State::Held);
        prop_assert_eq!(world.codes(), ["DOC-WAYBILL"]);
        world.waybill = true;
        world.put(Input::WaybillArrived);
        prop_assert_eq!(world.run(), State::Released);
    }

    #[test]
    fn a_cancellation_at_any_moment_leaves_nothing_declared(seed: u64, turns in 0_usize..30, crashes: bool) {
        let mut world = World::new(Scenario::AllClear, seed);
        world.crashes = crashes;
        world.turns(turns);
        world.cancel(Shop::Cancelled);
        let state = world.run();
        let shipped = world.ships > 0;
        let declared = world.customs.effective.get(&Subject::Inventory).copied().unwrap_or(0);
        let returned = world.customs.effective.get(&Subject::Return).copied().unwrap_or(0);
        match state {
            State::Withdrawn => prop_assert_eq!(declared, 0),
            // Where the platform was told and the answer was lost, the parcel may have left.
            State::Returned => prop_assert!((declared, returned) == (1, 1) && (crashes || !shipped)),
            State::Released => prop_assert!(shipped && world.codes() == ["LIF-AFTER-SALE"]),
            other => prop_assert!(false, "{other} {:?} {:#?}", world.codes(), world.case),
        }
        // It stays so, whatever comes.
        world.put(Input::FilingChanged);
        world.put(Input::WaybillArrived);
        prop_assert_eq!(world.run(), state);
    }

    #[test]
    fn goods_that_come_back_are_returned_where_the_settings_say_so(seed: u64, crashes: bool) {
        let mut world = World::new(Scenario::CancelledAfterRelease, seed);
        (world.policy.returns, world.crashes) = (Returns::All, crashes);
        prop_assert_eq!(world.run(), State::Returned);
        prop_assert_eq!(world.customs.effective[&Subject::Return], 1);
    }

    #[test]
    fn an_address_changed_on_the_way_is_withdrawn(seed: u64, crashes: bool) {
        let mut world = World::new(Scenario::AllClear, seed);
        world.crashes = crashes;
        world.hold_release = true;
        prop_assert_eq!(world.run(), State::Accepted);
        world.text = 2;
        world.change(None);
        prop_assert_eq!(world.run(), State::Withdrawn, "{:#?}", world.case);
        prop_assert_eq!(world.customs.effective[&Subject::Inventory], 0);
        // Never again by itself; by a person, with the new address.
        world.put(Input::FilingChanged);
        prop_assert_eq!(world.run(), State::Withdrawn);
        world.hold_release = false;
        world.release();
        prop_assert_eq!(world.run(), State::Released, "{:?} {:#?}", world.codes(), world.case);
    }
}
