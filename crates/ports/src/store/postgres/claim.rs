//! Claims of due documents, and how they stay fast while somebody holds an old snapshot open.
//!
//! Taking a document and finishing it moves or ends its due time, and leaves behind an entry of the index of due times that
//! points to a version nobody needs any more. Ordinarily the next look removes such entries. While any client of the server holds
//! an old snapshot open (a report in a long transaction, a forgotten session, a replica that feeds its snapshot back) they
//! must stay: to that snapshot the document is still due. All of them lie *before* what is due now, so that every claim would
//! walk over everything that was finished since the snapshot was taken, and look each of them up in the table.
//!
//! A store therefore remembers for each prefix the place behind the last document it took, and looks on from there. That alone
//! would overlook what becomes due before that place. So:
//!
//! - What this store itself writes with an earlier due time moves the place back, also while a claim is under way.
//! - What others write is found by a look from the beginning: whenever the look from the place does not find enough, and at the
//!   latest after [`WHOLE_LOOK_EVERY`]. Only where such looks take long, which is where dead entries lie, are they made so that
//!   they take a twentieth of the time ([`SHARE`]), and never more seldom than every [`LONGEST_TRUST`].
//!
//! So what one process writes it claims in order and without delay. What another one made due in the past, or what was passed by
//! because a write that failed held it, comes at once where looks are cheap, and late by seconds under a pinned snapshot.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

use super::rows::Row;
use super::{Key, LAST_LETTER};

/// After this long a claim looks from the beginning even though there is enough to do behind the place: what others have made
/// due earlier comes first then.
const WHOLE_LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks from the beginning take at most one part in so many of the time.
const SHARE: u32 = 20;
/// A look that takes no longer is cheap: it is made whenever there is reason to.
const CHEAP: Duration = Duration::from_millis(5);
/// What it takes at the most to take one document, body and all: not the cost of looking for it.
const TAKING: Duration = Duration::from_micros(500);
/// The longest time without a look from the beginning, whatever it takes.
const LONGEST_TRUST: Duration = Duration::from_secs(30);
/// How far the place stays behind the present when nothing is due any more: longer than a write of another process takes from
/// choosing its due time to being seen.
const BEHIND_NOW_MS: i64 = 10_000;

/// One look: what is due behind a place ($3, $4), the longest due first; what another worker is just taking is passed by. The
/// text has the conditions that narrow it to the prefix.
macro_rules! claim {
    ($prefix:literal) => {
        concat!(
            "with taken as materialized (
                 select key, due from documents
                 where due <= $1 and (due, key) > ($3, $4) and ",
            $prefix,
            " order by due, key limit $2
                 for update skip locked
             ), claimed as (
                 update documents d set version = d.version + 1, due = $5
                 from taken where d.key = taken.key
                 returning d.key, d.version, d.due, d.body::text as body, d.raw, taken.due as was
             )
             select key, version, due, body, raw, was from claimed order by was, key"
        )
    };
}

/// Of a whole branch ($6), in the order of the index of due times.
const OF_BRANCH: &str = claim!("branch = $6");
/// Of a part of a branch: what begins with a prefix lies from $7 up to $8.
const WITHIN_BRANCH: &str = claim!("branch = $6 and key >= $7 and key < $8");
/// Of several branches.
const OF_BRANCHES: &str = claim!("key >= $6 and key < $7");

/// A claimed row, with the due time that it had.
type Claimed = (String, i64, Option<i64>, Option<String>, Option<Vec<u8>>, i64);

/// A place among due documents: everything up to and with it was taken.
type Place = (i64, String);

/// Before everything.
fn beginning() -> Place {
    (i64::MIN, String::new())
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    prefix: String,
    now: i64,
    until: i64,
    limit: usize,
}

impl Wanted {
    pub(super) fn new(prefix: &Key, now: Timestamp, lease: Duration, limit: usize) -> Self {
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        Self {
            prefix: prefix.as_str().to_owned(),
            now: now.as_millisecond(),
            until: until.as_millisecond(),
            limit,
        }
    }
}

/// One prefix that is claimed from.
#[derive(Debug)]
struct Floor {
    place: Place,
    /// The claims that are under way, each with the earliest due time that was written meanwhile.
    under_way: Vec<(u64, Option<i64>)>,
    next: u64,
    /// When it was last looked at from the beginning, and how long that seems to take.
    looked: Option<(Instant, Duration)>,
    /// How long that last look took.
    took: Option<Duration>,
}

impl Default for Floor {
    fn default() -> Self {
        Self { place: beginning(), under_way: Vec::new(), next: 0, looked: None, took: None }
    }
}

impl Floor {
    /// Whether a look from the beginning may be made: `wanted` when there is a reason to make one now.
    fn may_look(&self, now: Instant, wanted: bool) -> bool {
        let Some((at, took)) = self.looked else { return true };
        let share = took.saturating_mul(SHARE).min(LONGEST_TRUST);
        let wait = match (wanted, took <= CHEAP) {
            (true, true) => Duration::ZERO,
            (true, false) => share,
            (false, _) => share.max(WHOLE_LOOK_EVERY),
        };
        now.saturating_duration_since(at) >= wait
    }
}

/// Where claims look on, by prefix.
#[derive(Debug, Default)]
pub(super) struct Floors(Mutex<HashMap<String, Floor>>);

/// A claim under way; it is over when this is dropped.
struct UnderWay<'f> {
    floors: &'f Floors,
    prefix: &'f str,
    number: u64,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut floors = self.floors.lock();
        if let Some(floor) = floors.get_mut(self.prefix) {
            floor.under_way.retain(|(number, _)| *number != self.number);
        }
    }
}

/// How a look went.
struct Look {
    /// Whether it began at the beginning.
    whole: bool,
    /// How long it took.
    took: Duration,
    /// The last document it took.
    last: Option<Place>,
    /// Whether it took as many as it was to.
    full: bool,
}

impl Floors {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Floor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a document that was written with a due time.
    pub(super) fn written(&self, key: &str, due: i64) {
        for (_, floor) in self.lock().iter_mut().filter(|(prefix, _)| key.starts_with(prefix.as_str())) {
            let before = (due, String::new());
            if floor.place > before {
                floor.place = before;
            }
            for (_, earliest) in &mut floor.under_way {
                *earliest = Some(earliest.map_or(due, |earliest| earliest.min(due)));
            }
        }
    }

    /// Begins a claim: where it looks on, and whether it is to look from the beginning first.
    fn begin<'f>(&'f self, wanted: &'f Wanted) -> (UnderWay<'f>, Place, bool) {
        let mut floors = self.lock();
        let floor = floors.entry(wanted.prefix.clone()).or_default();
        let number = floor.next;
        floor.next += 1;
        floor.under_way.push((number, None));
        let whole = floor.place == beginning() || floor.may_look(Instant::now(), false);
        (UnderWay { floors: self, prefix: &wanted.prefix, number }, floor.place.clone(), whole)
    }

    fn may_look(&self, wanted: &Wanted) -> bool {
        self.lock().get(&wanted.prefix).is_none_or(|floor| floor.may_look(Instant::now(), true))
    }

    /// Learns from a look.
    fn looked(&self, under_way: &UnderWay<'_>, wanted: &Wanted, look: Look) {
        let mut floors = self.lock();
        let Some(floor) = floors.get_mut(under_way.prefix) else { return };
        if look.whole {
            // The shorter one of two: a machine that is busy makes one look long now and then, dead entries make all.
            let lasting = floor.took.map_or(look.took, |before| before.min(look.took));
            floor.looked = Some((Instant::now(), lasting));
            floor.took = Some(look.took);
        }
        let written = floor.under_way.iter().find(|(number, _)| *number == under_way.number);
        let earliest = written.and_then(|(_, earliest)| *earliest);
        // A lease may end before the place: when it lasts no time, or the clock was put back.
        let bound = (earliest.map_or(wanted.until, |earliest| earliest.min(wanted.until)), String::new());
        let nothing_else = (wanted.now.saturating_sub(BEHIND_NOW_MS), String::new());
        let Some(reached) = look.last.max((!look.full).then_some(nothing_else)) else { return };
        let reached = reached.min(bound);
        // A full look from the beginning says nothing of what lies between its end and the place.
        if (look.whole && look.full) || reached > floor.place {
            floor.place = reached;
        }
    }
}

/// Takes what is due.
pub(super) async fn claim(pool: &PgPool, floors: &Floors, wanted: &Wanted) -> Result<Vec<Row>, sqlx::Error> {
    if wanted.limit == 0 {
        return Ok(Vec::new());
    }
    // Not before there is a connection: waiting for one is not looking.
    let mut connection = pool.acquire().await?;
    let (under_way, place, mut whole) = floors.begin(wanted);
    let mut taken = Vec::new();
    loop {
        let began = Instant::now();
        let from = if whole { beginning() } else { place.clone() };
        let left = wanted.limit - taken.len();
        let rows = match look(&mut connection, wanted, from, left).await {
            Ok(rows) => rows,
            // What was taken is leased: it is not to be lost.
            Err(_) if !taken.is_empty() => return Ok(taken),
            Err(error) => return Err(error),
        };
        let full = rows.len() >= left;
        let last = rows.last().map(|(key, .., was)| (*was, key.clone()));
        let taking = TAKING.saturating_mul(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let took = began.elapsed().saturating_sub(taking);
        floors.looked(&under_way, wanted, Look { whole, took, last, full });
        taken
            .extend(rows.into_iter().map(|(key, version, due, body, raw, _)| (key, version, due, body, raw)));
        if full || whole || !floors.may_look(wanted) {
            return Ok(taken);
        }
        whole = true;
    }
}

async fn look(
    connection: &mut PgConnection,
    wanted: &Wanted,
    from: Place,
    limit: usize,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let end = || format!("{}{LAST_LETTER}", wanted.prefix);
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let asked = |text| {
        let query = sqlx::query_as(text).bind(wanted.now).bind(most);
        query.bind(from.0).bind(from.1).bind(wanted.until)
    };
    let query = match wanted.prefix.split_once('/') {
        Some((branch, "")) => asked(OF_BRANCH).bind(branch),
        Some((branch, _)) => asked(WITHIN_BRANCH).bind(branch).bind(&wanted.prefix).bind(end()),
        None => asked(OF_BRANCHES).bind(&wanted.prefix).bind(end()),
    };
    query.fetch_all(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "case/";

    fn wanted(now: i64, limit: usize) -> Wanted {
        Wanted { prefix: PREFIX.to_owned(), now, until: now + 60_000, limit }
    }

    fn place(due: i64, key: &str) -> Place {
        (due, key.to_owned())
    }

    fn floor(floors: &Floors) -> Place {
        floors.lock()[PREFIX].place.clone()
    }

    /// A claim that took documents up to one, or as many as were due when it says nothing.
    fn claims(floors: &Floors, wanted: &Wanted, whole: bool, last: Option<Place>, full: bool) {
        let (under_way, ..) = floors.begin(wanted);
        floors.looked(&under_way, wanted, Look { whole, took: Duration::ZERO, last, full });
    }

    #[test]
    fn claims_look_on_behind_what_was_taken() {
        let (floors, wanted) = (Floors::default(), wanted(100_000, 2));
        let (_, from, whole) = floors.begin(&wanted);
        assert!(from == beginning() && whole);
        claims(&floors, &wanted, true, Some(place(50, "case/b")), true);
        assert_eq!(floor(&floors), place(50, "case/b"));
        claims(&floors, &wanted, false, Some(place(70, "case/a")), true);
        assert_eq!(floor(&floors), place(70, "case/a"));
        let (_, from, whole) = floors.begin(&wanted);
        assert!(from == place(70, "case/a") && !whole);
        // Another worker of this process that took earlier ones ends later.
        claims(&floors, &wanted, false, Some(place(60, "case/c")), true);
        assert_eq!(floor(&floors), place(70, "case/a"));
        // Nothing more is due, but others may just be writing something.
        claims(&floors, &wanted, false, None, false);
        assert_eq!(floor(&floors), place(90_000, ""));
        // A full look from the beginning says nothing of what lies behind it.
        claims(&floors, &wanted, true, Some(place(10, "case/x")), true);
        assert_eq!(floor(&floors), place(10, "case/x"));
    }

    #[test]
    fn what_becomes_due_earlier_moves_the_place_back_also_during_a_claim() {
        let (floors, wanted) = (Floors::default(), wanted(100_000, 2));
        claims(&floors, &wanted, true, Some(place(80_000, "case/b")), true);
        floors.written("other/1", 1);
        assert_eq!(floor(&floors), place(80_000, "case/b"));
        floors.written("case/1", 40_000);
        assert_eq!(floor(&floors), place(40_000, ""));

        let (under_way, ..) = floors.begin(&wanted);
        floors.written("case/2", 30_000);
        let (later, from, _) = floors.begin(&wanted);
        assert_eq!(from, place(30_000, ""));
        let last = Some(place(95_000, "case/z"));
        let look = |last| Look { whole: false, took: Duration::ZERO, last, full: true };
        floors.looked(&under_way, &wanted, look(last.clone()));
        assert_eq!(floor(&floors), place(30_000, ""), "it may not have seen what was written meanwhile");
        floors.looked(&later, &wanted, look(last));
        assert_eq!(floor(&floors), place(95_000, "case/z"));
        // A lease that ends at once is due again.
        let ends = Wanted { until: 90_000, ..wanted.clone() };
        claims(&floors, &ends, true, Some(place(99_000, "case/z")), true);
        assert_eq!(floor(&floors), place(90_000, ""));
        drop((under_way, later));
        assert!(floors.lock()[PREFIX].under_way.is_empty());
    }

    #[test]
    fn whole_looks_are_made_as_often_as_they_are_cheap() {
        let now = Instant::now();
        let after = |took, passed: Duration, wanted| {
            let looked = Some((now, Duration::from_millis(took)));
            Floor { looked, ..Floor::default() }.may_look(now + passed, wanted)
        };
        assert!(Floor::default().may_look(now, false));
        assert!(after(1, Duration::ZERO, true) && !after(1, Duration::ZERO, false));
        assert!(after(1, WHOLE_LOOK_EVERY, false));
        assert!(!after(100, Duration::from_millis(1_900), true) && after(100, Duration::from_secs(2), true));
        assert!(
            !after(100, Duration::from_millis(1_900), false) && after(100, Duration::from_secs(2), false)
        );
        assert!(after(60_000, LONGEST_TRUST, true) && after(60_000, LONGEST_TRUST, false));
    }
}
