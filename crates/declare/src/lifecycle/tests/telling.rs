//! An order's story in words.

use ports::fault::Lang;
use ports::sandbox::Scenario;

use super::world::World;
use crate::lifecycle::story::story;

fn told(world: &World, lang: Lang) -> String {
    let lines = story(&world.case, lang);
    lines.iter().map(|line| format!("{:?} {}\n", line.by, line.text)).collect()
}

#[test]
fn a_story_is_told_in_both_languages() {
    let mut world = World::new(Scenario::PaymentMissing, 3);
    world.run();
    insta::assert_snapshot!("payment_missing_zh", told(&world, Lang::Zh));
    insta::assert_snapshot!("payment_missing_en", told(&world, Lang::En));
    let mut world = World::new(Scenario::AmountMismatch, 3);
    world.run();
    world.repaired = true;
    world.release();
    world.run();
    insta::assert_snapshot!("amount_mismatch_en", told(&world, Lang::En));
}

#[test]
fn nothing_is_left_unfilled() {
    for scenario in Scenario::ALL {
        let mut world = World::new(scenario, 11);
        world.run();
        for lang in [Lang::Zh, Lang::En] {
            let text = told(&world, lang);
            assert!(!text.contains(['{', '}']), "{text}");
            for reason in world.case.remarks(world.now, &world.policy) {
                let kinds = crate::lifecycle::faults::ALL.iter().chain(crate::order::faults::ALL);
                let kind = kinds.copied().find(|kind| kind.code == reason.code).unwrap();
                let report = reason.report("P7", kind, lang);
                assert!(!report.message.contains('{') && !report.remedy.contains('{'), "{report:?}");
            }
        }
    }
}
