//! The payment document (支付凭证, CEB411). The payment enterprise sends it; ours is for comparison.

use super::{Guid, Moment, Number, Personal, Standing, Submission, Text};

/// The payment's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentHead<'a> {
    /// The document's own number.
    pub guid: Guid,
    /// New, changed or deleted.
    pub submission: Submission,
    /// When it was made.
    pub made_at: Moment,
    /// Saved or declared.
    pub standing: Standing,
    /// The payment enterprise's registration.
    pub payer_code: Text<'a, 18>,
    /// Its registered name.
    pub payer_name: Text<'a, 100>,
    /// The payment's transaction number.
    pub transaction_no: Text<'a, 60>,
    /// The order paid for.
    pub order_no: Text<'a, 60>,
    /// The platform's customs registration.
    pub platform_code: Text<'a, 18>,
    /// Its registered name.
    pub platform_name: Text<'a, 100>,
    /// Who paid: identity number.
    pub paid_by_id_number: Personal<'a, 60>,
    /// Who paid: name.
    pub paid_by_name: Personal<'a, 60>,
    /// Who paid: telephone.
    pub telephone: Option<Personal<'a, 60>>,
    /// How much.
    pub amount: Number,
    /// When.
    pub paid_at: Moment,
}
