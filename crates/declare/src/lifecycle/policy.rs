//! What may be set: what is sent by whom, how long it is waited, how often it is tried.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::documents::Submission;
use crate::receipt::Subject;

/// When goods of a released order that was cancelled are declared as returned (CEB625) without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// Never: a person decides.
    ByPerson,
    /// When the parcel never left the warehouse: then all of it is there.
    Unshipped,
    /// Also when it was shipped, once the after-sale case is closed. Only where every parcel that comes back comes back whole.
    All,
}

/// The settings of the machine. All times count from what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The documents that this side sends. What is not among them is somebody else's, and is taken as come.
    pub sends: Vec<Subject>,
    /// Whether the inventory waits until order and waybill (and the payment slip that this side sends) are stored by customs.
    /// Customs lets an inventory wait for them, but one of a refused order would have to be withdrawn.
    pub inventory_waits: bool,
    /// What a document that was refused is declared as anew: new, or a change. Local practice differs.
    pub after_refusal: Submission,
    /// Whether an order or waybill that customs has stored, and for which no inventory is declared, is changed without a
    /// person. The published numbers forbid it only once an inventory is declared; some ports refuse it from storage on.
    pub changes_stored: bool,
    /// Whether the platform is told of a released order that it was shipped.
    pub ships: bool,
    /// Whether the waybill's status (CEB513) is declared after delivery.
    pub reports_delivery: bool,
    /// Returns without a person.
    pub returns: Returns,
    /// The wait before the other side, having failed, is sent the same document again; doubled each time.
    pub failed_wait: Duration,
    /// How often.
    pub failed_limit: u32,
    /// How long a pushed payment slip takes to reach customs: then the inventory is declared again.
    pub repush_settles: Duration,
    /// The wait before a payment slip is asked for once more; doubled each time.
    pub repush_wait: Duration,
    /// How often a payment slip is asked for before a person has to look.
    pub repush_limit: u32,
    /// The wait before an order whose data was in motion (a changed address, a failed decryption) is read again; doubled.
    pub reread_wait: Duration,
    /// The longest such wait.
    pub reread_longest: Duration,
    /// How long a supplier's word is awaited before it is asked; doubled each time. Nothing where no supplier can be asked.
    pub supplier_wait: Option<Duration>,
    /// The longest such wait.
    pub supplier_longest: Duration,
    /// How long a document may stay without any receipt before a person is told.
    pub patience: Duration,
    /// How often a document is declared anew without a person.
    pub versions_limit: u32,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

impl Default for Policy {
    fn default() -> Self {
        Self {
            sends: vec![Subject::Order, Subject::Waybill, Subject::Inventory],
            inventory_waits: true,
            after_refusal: Submission::New,
            changes_stored: false,
            ships: true,
            reports_delivery: false,
            returns: Returns::Unshipped,
            // China E-port's own advice is to try again later; a quarter of an hour leaves it time to recover.
            failed_wait: Duration::from_secs(15 * MINUTE),
            // 15 minutes doubled six times: half a day of failure is for a person.
            failed_limit: 6,
            repush_settles: Duration::from_secs(10 * MINUTE),
            repush_wait: Duration::from_secs(30 * MINUTE),
            // After five pushes within two days it is not the push that is missing.
            repush_limit: 5,
            reread_wait: Duration::from_secs(5 * MINUTE),
            reread_longest: Duration::from_secs(6 * HOUR),
            supplier_wait: None,
            // Of ten thousand orders that wait, the supplier's limit of 70 calls a minute lets each be asked in two and a half.
            supplier_longest: Duration::from_secs(4 * HOUR),
            // Receipts of a working day come within minutes; a night and a morning are long.
            patience: Duration::from_secs(24 * HOUR),
            // More versions than this come from a loop, not from repairs.
            versions_limit: 10,
        }
    }
}

impl Policy {
    /// Whether this side sends documents of a kind.
    pub fn is_sent(&self, subject: Subject) -> bool {
        self.sends.contains(&subject)
    }
}
