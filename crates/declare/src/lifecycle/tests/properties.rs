//! What holds whatever happens.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::platform::{CancelAnswer, PlatformEvent, Waybill, WaybillNews};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::documents::Guid;
use crate::lifecycle::{
    AfterSale, Case, Decision, Effect, Input, Made, Policy, Reading, RepushOutcome, Returns, Said, Sending,
    ShipOutcome, Shop, Step, Supply, TaxNote, pending, step,
};
use crate::receipt::{FormatReceipt, Info, Keys, Receipt, ReturnTime, Status, Subject, TaxBillStatus};

fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn any_receipt() -> impl Strategy<Value = Receipt> {
    let statuses = [
        "1", "2", "3", "4", "100", "120", "300", "399", "400", "500", "501", "600", "700", "800", "899",
        "99", "900", "1399", "-301010", "-401007", "-504012", "-621004", "-301014", "-505016", "-301015",
        "-301013", "-621017", "-621001", "-621002", "-999999", "生效", "",
    ];
    let words =
        ["", "[Code:1332;Desc:x]", "[Code:1301;Desc:系统异常]", "支付信息不存在", "[Code:424242;Desc:?]"];
    let subjects = select(&Subject::ALL[..]);
    (
        subjects,
        select(statuses.to_vec()),
        select(words.to_vec()),
        0_u32..30,
        any::<Option<u8>>(),
        any::<bool>(),
    )
        .prop_map(|(subject, status, words, second, guid, timed)| Receipt {
            subject,
            guid: guid.map(|number| Guid::parse(&format!("{number:032x}")).unwrap().to_string()),
            keys: Keys {
                inventory_no: (status == "120").then(|| "29282026I000000001".to_owned()),
                ..Keys::default()
            },
            status: Status::new(status),
            time: ReturnTime::new(if timed { format!("202701151600{second:02}000") } else { "?".to_owned() }),
            info: Info::new(words),
        })
}

/// What the outside may do, in whatever order, sensible or not.
#[derive(Debug, Clone)]
enum Move {
    /// Carries out one of the wanted effects, in one of several ways.
    Effect(Index, u8),
    /// Puts an input that nobody asked for.
    Input(Box<Input>),
    /// Lets time pass.
    Wait(u32),
}

fn any_news() -> impl Strategy<Value = PlatformEvent> {
    let order_no = || "P7".to_owned();
    let waybill = |number: &str| Waybill {
        logistics_no: number.to_owned(),
        carrier: "zto".to_owned(),
        carrier_name: "中通".to_owned(),
        parts: Vec::new(),
    };
    let answers =
        [None, Some(CancelAnswer::Refused), Some(CancelAnswer::Granted), Some(CancelAnswer::Pending)];
    prop_oneof![
        select(answers.to_vec()).prop_map(move |answer| PlatformEvent::CancelDecided {
            order_no: order_no(),
            answer,
            reason: String::new()
        }),
        select(vec!["CANCEL", "ADDRESS", ""]).prop_map(move |reason| PlatformEvent::Exception {
            order_no: order_no(),
            reason: reason.to_owned()
        }),
        (select(vec!["1", "2"]), select(vec!["ZT1", "ZT2"])).prop_map(move |(package, number)| {
            PlatformEvent::Waybill(WaybillNews {
                order_no: order_no(),
                package_no: package.to_owned(),
                waybills: vec![waybill(number)],
                shipped_at: None,
            })
        }),
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    let shops =
        [Shop::Unknown, Shop::NotYet, Shop::Waiting, Shop::Cancelling, Shop::Cancelled, Shop::Shipped];
    let after_sales = [AfterSale::None, AfterSale::Open, AfterSale::Done];
    let input = prop_oneof![
        (0_i64..9, proptest::option::of(select(shops.to_vec())))
            .prop_map(|(updated_ms, shop)| Input::Noticed { updated_ms, shop }),
        (0_i64..9, select(shops.to_vec()), select(after_sales.to_vec()), any::<bool>()).prop_map(
            |(updated_ms, shop, after_sale, waybill)| Input::Read(Reading {
                updated_ms,
                shop,
                after_sale,
                waybill
            })
        ),
        Just(Input::Unchanged),
        Just(Input::FilingChanged),
        Just(Input::WaybillArrived),
        any_news().prop_map(|event| Input::Supplied(Supply::of(&event).unwrap_or_default())),
        Just(Input::Inquired),
        Just(Input::Timer),
        proptest::collection::vec(select(&Subject::ALL[..]), 0..3).prop_map(Input::Drifted),
        Just(Input::Held(vec![super::world::reason(&crate::order::faults::ADDRESS_CHANGED)])),
        any_receipt().prop_map(|receipt| Input::Receipt { receipt: Box::new(receipt), raw: "r".to_owned() }),
        any::<u8>().prop_map(|number| Input::Format {
            receipt: Box::new(FormatReceipt {
                guid: None,
                status: Status::new("-1"),
                time: ReturnTime::new("20270115160000000"),
                info: Info::new("x"),
                transfer_id: None,
                message_type: None,
                message_guid: None,
            }),
            message: Guid::parse(&format!("{number:032x}")).unwrap(),
            raw: "f".to_owned(),
        }),
        Just(Input::Tax(TaxNote {
            at: ReturnTime::new("20270115160000000"),
            bill_no: "1".to_owned(),
            status: TaxBillStatus::Issued,
            raw: "t".to_owned(),
        })),
        select(vec![
            Decision::Release { reason: Said::new("seen") },
            Decision::Withdraw { reason: Said::new("stop") },
            Decision::Return { reason: Said::new("back"), goods: Vec::new() },
            Decision::Delivered,
        ])
        .prop_map(Input::Decision),
        select(vec![RepushOutcome::Asked, RepushOutcome::Refused, RepushOutcome::Later { at: start() }])
            .prop_map(Input::Repush),
        select(vec![ShipOutcome::Done, ShipOutcome::Refused, ShipOutcome::Later { at: start() }])
            .prop_map(Input::Ship),
    ];
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(which, how)| Move::Effect(which, how)),
        4 => input.prop_map(|input| Move::Input(Box::new(input))),
        1 => (0_u32..100_000).prop_map(Move::Wait),
    ]
}

fn answers(effect: &Effect, how: u8, now: Timestamp, numbers: &mut u8) -> Input {
    match effect {
        Effect::Fetch => Input::Read(Reading {
            updated_ms: 9,
            shop: Shop::Waiting,
            after_sale: AfterSale::None,
            waybill: true,
        }),
        Effect::Prepare { wanted, .. } if !how.is_multiple_of(4) => {
            let made = wanted.iter().map(|wanted| {
                *numbers = numbers.wrapping_add(1);
                let number = Guid::parse(&format!("{numbers:032x}")).unwrap();
                let (guid, made_at) =
                    wanted.again.unwrap_or_else(|| (number, wanted.not_before.unwrap_or(now).max(now)));
                let print = format!("{}", how / 64);
                let (subject, submission, alone) = (wanted.subject, wanted.submission, wanted.alone);
                Made { subject, submission, guid, made_at, message: number, alone, print }
            });
            Input::Prepared(made.collect())
        }
        Effect::Prepare { .. } => {
            Input::Held(vec![super::world::reason(&crate::documents::faults::NO_WAYBILL)])
        }
        Effect::Compare { standing } if how.is_multiple_of(2) => {
            Input::Drifted(standing.iter().map(|(subject, _)| *subject).collect())
        }
        Effect::Compare { .. } => Input::Unchanged,
        Effect::Submit { message, .. } => {
            let sendings = [
                Sending::Accepted { again: false },
                Sending::Accepted { again: true },
                Sending::Refused,
                Sending::Deferred { until: None },
                Sending::Unknown,
                Sending::NeverArrived,
            ];
            Input::Message { message: *message, sending: sendings[usize::from(how) % sendings.len()] }
        }
        Effect::Repush { .. } => Input::Repush(RepushOutcome::Asked),
        Effect::Inquire => Input::Inquired,
        Effect::Ship => Input::Ship(ShipOutcome::Done),
    }
}

/// Whatever is done: no panic, no document beside one that may count, the same wants from the stored case.
fn checked(before: &Case, input: Input, now: Timestamp, policy: &Policy) -> Step {
    let after = step(before, input, now, policy);
    assert_eq!(after.pending, pending(&after.case, now, policy));
    for (subject, paper) in &after.case.papers {
        let known = before.papers.get(subject).map_or(0, |paper| paper.versions.len());
        let new = paper.versions.len() - known;
        assert!(new <= 1);
        if new == 1 && known > 0 && *subject != Subject::Return {
            let submission = paper.latest().unwrap().submission;
            let may_count = before.phase(*subject).may_count();
            assert!(
                !may_count || submission == crate::documents::Submission::Change,
                "{subject:?} beside another"
            );
            let times = paper
                .versions
                .windows(2)
                .all(|pair| pair[0].made_at.as_second() < pair[1].made_at.as_second());
            assert!(times, "customs throws away what is not later");
        }
    }
    let mut notes = after.case.notes.clone();
    notes.sort_by(crate::lifecycle::Note::order);
    assert_eq!(notes, after.case.notes);
    let remarks = after.case.remarks(now, policy);
    let stopped =
        matches!(after.case.state, crate::lifecycle::State::Held | crate::lifecycle::State::Refused);
    let goes_on = after.pending.wake.is_some() || !after.pending.effects.is_empty();
    assert!(!stopped || goes_on || !remarks.is_empty());
    let json = serde_json::to_vec(&after.case).unwrap();
    assert_eq!(serde_json::from_slice::<Case>(&json).unwrap(), after.case);
    after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_happens_panics_or_declares_twice(
        moves in proptest::collection::vec(any_move(), 1..60),
        waits: bool,
        changes: bool,
        returns in select(vec![Returns::ByPerson, Returns::Unshipped, Returns::All]),
    ) {
        let policy = Policy {
            inventory_waits: waits,
            changes_stored: changes,
            returns,
            reports_delivery: true,
            failed_wait: Duration::from_secs(60),
            supplier_wait: Some(Duration::from_secs(60)),
            ..Policy::default()
        };
        let (mut case, mut now, mut numbers) = (Case::open("xiaohongshu", "P7", start()), start(), 0);
        for step in moves {
            now += SignedDuration::from_millis(500);
            let input = match step {
                Move::Wait(seconds) => {
                    now += SignedDuration::from_secs(i64::from(seconds));
                    Input::Timer
                }
                Move::Input(input) => *input,
                Move::Effect(which, how) => {
                    let wanted = pending(&case, now, &policy).effects;
                    if wanted.is_empty() {
                        continue;
                    }
                    answers(&wanted[which.index(wanted.len())], how, now, &mut numbers)
                }
            };
            case = checked(&case, input, now, &policy).case;
        }
    }

    #[test]
    fn receipts_are_a_set(
        receipts in proptest::collection::vec(any_receipt(), 0..12),
        order in proptest::collection::vec(any::<Index>(), 0..40),
    ) {
        let policy = Policy::default();
        let now = start();
        let mut numbers = 0;
        let mut case = Case::open("xiaohongshu", "P7", now);
        for _ in 0..4 {
            for effect in pending(&case, now, &policy).effects {
                let how = if matches!(effect, Effect::Prepare { .. }) { 1 } else { 0 };
                case = step(&case, answers(&effect, how, now, &mut numbers), now, &policy).case;
            }
        }
        let put = |case: &Case, number: usize| {
            let receipt = receipts[number].clone();
            step(case, Input::Receipt { receipt: Box::new(receipt), raw: format!("{number:03}") }, now, &policy).case
        };
        let told = |case: &Case| {
            let phases = Subject::ALL.map(|subject| case.phase(subject));
            (case.notes.clone(), phases, case.state, pending(case, now, &policy))
        };
        let straight = (0..receipts.len()).fold(case.clone(), |case, number| put(&case, number));
        let mut other = case.clone();
        if !receipts.is_empty() {
            for index in order {
                other = put(&other, index.index(receipts.len()));
            }
        }
        for number in (0..receipts.len()).rev() {
            other = put(&other, number);
        }
        prop_assert_eq!(told(&straight), told(&other));
    }
}
