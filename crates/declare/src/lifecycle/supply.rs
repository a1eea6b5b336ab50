//! What a supplier that ships an order says of it by itself.
//!
//! Its news come late, twice and in any order, so that what they come to depends on the set of them alone: a decision stands
//! above the wish it is about, a later waybill of a parcel above an earlier one, and everything else adds up.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ports::fault::Kind;
use ports::platform::{CancelAnswer, PlatformEvent, Waybill};
use serde::{Deserialize, Serialize};

use super::faults;
use super::reason::{Reason, Release, Value};
use super::words::reason;

/// The word of a supplier that cancels by itself.
const CANCEL: &str = "CANCEL";
/// Exceptions kept of an order: it has one or two, and a supplier gone wild must not fill the store.
const MOST_EXCEPTIONS: usize = 8;
/// Parcels kept of an order: from two on it is a person's affair, so that more tell nothing.
const MOST_PARCELS: usize = 16;
/// Waybills kept of a parcel, for the same reason.
const MOST_WAYBILLS: usize = 16;

/// How far a wish to cancel the order is. What comes later in the usual course stands above, whichever news comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancelling {
    /// Nothing was heard of one.
    #[default]
    Unheard,
    /// It waits for a decision, or the answer is none that is known.
    Asked,
    /// It was refused: the order goes on.
    Refused,
    /// It was granted: the order will not be shipped.
    Granted,
}

/// A parcel and its waybills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Parcel {
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shipped_at: Option<Timestamp>,
    /// Each once, by number.
    waybills: Vec<Waybill>,
}

/// All that a supplier said of an order, as far as it bears on a declaration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Supply {
    cancelling: Cancelling,
    /// The supplier's words for what is wrong, without what looks personal.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    exceptions: BTreeSet<String>,
    /// By the supplier's number of the parcel.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parcels: BTreeMap<String, Parcel>,
}

/// Something new that a supplier said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
pub enum SupplierNews {
    /// A wish to cancel waits for a decision.
    Asked,
    /// A wish to cancel was refused.
    Refused,
    /// The order is cancelled.
    Cancelled,
    /// Something is wrong with the order.
    Exception {
        /// The supplier's word for it.
        word: String,
    },
    /// The order travels under several waybills.
    Parcels {
        /// How many.
        count: usize,
    },
}

/// Why a supplier's words hold an order.
pub(super) struct Objection {
    /// The same text for the same words: by it a case remembers that a person has judged them.
    pub(super) key: String,
    pub(super) reason: Reason,
}

impl Supply {
    /// What an event says; nothing when it is none of a supplier's about an order.
    pub fn of(event: &PlatformEvent) -> Option<Self> {
        let mut supply = Self::default();
        match event {
            PlatformEvent::CancelDecided { answer, .. } => {
                supply.cancelling = match answer {
                    Some(CancelAnswer::Granted) => Cancelling::Granted,
                    Some(CancelAnswer::Refused) => Cancelling::Refused,
                    Some(CancelAnswer::Pending) | None => Cancelling::Asked,
                };
            }
            PlatformEvent::Exception { reason, .. } => {
                supply.exceptions.insert(reason.trim().to_owned());
            }
            PlatformEvent::Waybill(news) => {
                let mut parcel = Parcel { shipped_at: news.shipped_at, waybills: Vec::new() };
                parcel.add(news.waybills.iter().cloned());
                supply.parcels.insert(news.package_no.clone(), parcel);
            }
            _ => return None,
        }
        Some(supply)
    }

    /// A supplier that was asked, and has the order as one that is to be shipped, has refused the wish to cancel that was open.
    #[must_use]
    pub fn going_on() -> Self {
        Self { cancelling: Cancelling::Refused, ..Self::default() }
    }

    /// Adds what was said besides. In whatever order and however often things are added, it comes to the same.
    pub fn merge(&mut self, other: Self) {
        self.cancelling = self.cancelling.max(other.cancelling);
        self.exceptions.extend(other.exceptions);
        while self.exceptions.len() > MOST_EXCEPTIONS {
            self.exceptions.pop_last();
        }
        for (number, parcel) in other.parcels {
            self.parcels.entry(number).or_default().merge(parcel);
        }
        while self.parcels.len() > MOST_PARCELS {
            self.parcels.pop_last();
        }
    }

    /// The order's waybill with the supplier's number of its parcel, when the order is one parcel under one number as an
    /// inventory wants it.
    pub fn only(&self) -> Option<(&str, &Waybill)> {
        let mut parcels = self.parcels.iter();
        let (Some((number, parcel)), None) = (parcels.next(), parcels.next()) else { return None };
        match parcel.waybills.as_slice() {
            [one] if one.parts.is_empty() => Some((number, one)),
            _ => None,
        }
    }

    /// Whether a wish to cancel waits for the supplier's decision.
    pub fn is_asked(&self) -> bool {
        self.cancelling == Cancelling::Asked && !self.is_cancelled()
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn is_cancelled(&self) -> bool {
        self.cancelling == Cancelling::Granted || self.exceptions.contains(CANCEL)
    }

    /// Every number that the order travels under.
    fn numbers(&self) -> Vec<&str> {
        let waybills = self.parcels.values().flat_map(|parcel| &parcel.waybills);
        let with_parts = waybills.flat_map(|waybill| {
            std::iter::once(&waybill.logistics_no).chain(&waybill.parts).map(String::as_str)
        });
        let numbers: BTreeSet<&str> = with_parts.collect();
        numbers.into_iter().collect()
    }

    /// Why the order is not to go on by what the supplier said.
    pub(super) fn objections(&self) -> Vec<Objection> {
        let mut found = Vec::new();
        let mut object = |key: String, kind: &'static Kind, release: Release, args: Vec<(&str, Value)>| {
            let mut reason = reason(kind, release);
            reason.args.extend(args.into_iter().map(|(name, value)| (name.to_owned(), value)));
            found.push(Objection { key, reason });
        };
        if self.is_cancelled() {
            object("cancelled".to_owned(), &faults::SUPPLIER_CANCELLED, Release::Person, Vec::new());
        } else if self.is_asked() {
            object("asked".to_owned(), &faults::SUPPLIER_CANCELLING, Release::Supplier, Vec::new());
        }
        for word in self.exceptions.iter().filter(|word| *word != CANCEL) {
            let told = if word.is_empty() {
                Value::Words("未说明原因".to_owned(), "no reason given".to_owned())
            } else {
                Value::Plain(word.clone())
            };
            let args = vec![("reason", told)];
            object(format!("exception {word}"), &faults::SUPPLIER_EXCEPTION, Release::Person, args);
        }
        if !self.parcels.is_empty() && self.only().is_none() {
            let numbers = self.numbers();
            let args = vec![
                ("count", Value::Plain(numbers.len().to_string())),
                ("numbers", Value::Words(numbers.join("、"), numbers.join(", "))),
            ];
            let key = format!("parcels {}", numbers.join(" "));
            object(key, &faults::SUPPLIER_PARCELS, Release::Person, args);
        }
        found
    }

    /// What it says that another does not.
    pub(super) fn news_since(&self, before: &Self) -> Vec<SupplierNews> {
        let mut news = Vec::new();
        if self.is_cancelled() && !before.is_cancelled() {
            news.push(SupplierNews::Cancelled);
        } else if self.cancelling != before.cancelling && !self.is_cancelled() {
            news.push(if self.is_asked() { SupplierNews::Asked } else { SupplierNews::Refused });
        }
        let words = self.exceptions.difference(&before.exceptions).filter(|word| *word != CANCEL);
        news.extend(words.map(|word| SupplierNews::Exception { word: word.clone() }));
        let several = |supply: &Self| !supply.parcels.is_empty() && supply.only().is_none();
        let (count, known) = (self.numbers().len(), before.numbers().len());
        if several(self) && (!several(before) || count != known) {
            news.push(SupplierNews::Parcels { count });
        }
        news
    }
}

impl Parcel {
    fn add(&mut self, waybills: impl IntoIterator<Item = Waybill>) {
        for waybill in waybills {
            if !self.waybills.contains(&waybill) {
                self.waybills.push(waybill);
            }
        }
        self.waybills.sort_by(|one, other| {
            (&one.logistics_no, &one.carrier_name, &one.parts).cmp(&(
                &other.logistics_no,
                &other.carrier_name,
                &other.parts,
            ))
        });
        self.waybills.truncate(MOST_WAYBILLS);
    }

    /// What is told of a later shipment stands; of the same moment all of it does, as nobody knows which is meant.
    fn merge(&mut self, other: Self) {
        let same = self.waybills == other.waybills;
        match other.shipped_at.cmp(&self.shipped_at) {
            _ if self.waybills.is_empty() => *self = other,
            _ if same => self.shipped_at = self.shipped_at.max(other.shipped_at),
            std::cmp::Ordering::Greater => *self = other,
            std::cmp::Ordering::Equal => self.add(other.waybills),
            std::cmp::Ordering::Less => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use ports::platform::WaybillNews;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn waybill(package: &str, at: Option<i64>, numbers: &[&str]) -> PlatformEvent {
        let waybills = numbers.iter().map(|number| Waybill {
            logistics_no: (*number).to_owned(),
            carrier: "shunfeng".to_owned(),
            carrier_name: "顺丰".to_owned(),
            parts: Vec::new(),
        });
        PlatformEvent::Waybill(WaybillNews {
            order_no: "P7".to_owned(),
            package_no: package.to_owned(),
            waybills: waybills.collect(),
            shipped_at: at.map(|at| Timestamp::from_second(at).unwrap()),
        })
    }

    fn cancel(answer: Option<CancelAnswer>) -> PlatformEvent {
        PlatformEvent::CancelDecided { order_no: "P7".to_owned(), answer, reason: String::new() }
    }

    fn exception(reason: &str) -> PlatformEvent {
        PlatformEvent::Exception { order_no: "P7".to_owned(), reason: reason.to_owned() }
    }

    fn all(events: &[PlatformEvent]) -> Supply {
        let mut supply = Supply::default();
        events.iter().filter_map(Supply::of).for_each(|news| supply.merge(news));
        supply
    }

    fn codes(supply: &Supply) -> Vec<String> {
        supply.objections().into_iter().map(|objection| objection.reason.code).collect()
    }

    #[test]
    fn a_decision_stands_above_the_wish_it_is_about() {
        assert_eq!(codes(&all(&[cancel(Some(CancelAnswer::Pending))])), ["LIF-SUPPLIER-CANCELLING"]);
        assert_eq!(codes(&all(&[cancel(None)])), ["LIF-SUPPLIER-CANCELLING"]);
        let pending = cancel(Some(CancelAnswer::Pending));
        assert!(codes(&all(&[cancel(Some(CancelAnswer::Refused)), pending.clone()])).is_empty());
        let granted = all(&[cancel(Some(CancelAnswer::Granted)), pending]);
        assert_eq!(codes(&granted), ["LIF-SUPPLIER-CANCELLED"]);
        assert_eq!(codes(&all(&[exception("CANCEL")])), ["LIF-SUPPLIER-CANCELLED"]);
        let several = all(&[exception("ADDRESS"), exception("CANCEL"), exception("ADDRESS")]);
        assert_eq!(codes(&several), ["LIF-SUPPLIER-CANCELLED", "LIF-SUPPLIER-EXCEPTION"]);
    }

    #[test]
    fn one_parcel_under_one_number_is_the_orders_waybill() {
        let number = |supply: &Supply| supply.only().map(|(_, waybill)| waybill.logistics_no.clone());
        let one = waybill("1", Some(10), &["SF1"]);
        assert_eq!(number(&all(&[one.clone(), one.clone()])).as_deref(), Some("SF1"));
        // Bound anew later: the later one stands, also when it is heard first.
        let anew = waybill("1", Some(20), &["SF2"]);
        for events in [[one.clone(), anew.clone()], [anew, one.clone()]] {
            assert_eq!(number(&all(&events)).as_deref(), Some("SF2"));
        }
        for several in [
            vec![one.clone(), waybill("2", Some(10), &["SF2"])],
            vec![waybill("1", Some(10), &["SF1", "SF2"])],
            vec![one, waybill("1", Some(10), &["SF2"])],
        ] {
            let supply = all(&several);
            assert_eq!((number(&supply), codes(&supply)), (None, vec!["LIF-SUPPLIER-PARCELS".to_owned()]));
        }
    }

    proptest! {
        #[test]
        fn news_are_a_set(
            events in proptest::collection::vec(prop_oneof![
                select(vec![None, Some(CancelAnswer::Refused), Some(CancelAnswer::Granted), Some(CancelAnswer::Pending)])
                    .prop_map(cancel),
                (0_u8..12).prop_map(|word| exception(&format!("E{word}"))),
                (0_u8..20, proptest::option::of(0_i64..3), select(vec!["SF1", "SF2", "SF3"]))
                    .prop_map(|(package, at, number)| waybill(&format!("{package}"), at, &[number])),
            ], 0..40),
            seed in any::<u64>(),
        ) {
            let mut shuffled = events.clone();
            shuffled.extend(events.iter().take(5).cloned());
            let length = shuffled.len();
            for place in 1..length {
                shuffled.swap(place, usize::try_from(seed % (place as u64 + 1)).unwrap());
            }
            let supply = all(&events);
            prop_assert_eq!(&supply, &all(&shuffled));
            let json = serde_json::to_string(&supply).unwrap();
            prop_assert_eq!(serde_json::from_str::<Supply>(&json).unwrap(), supply);
        }
    }
}
