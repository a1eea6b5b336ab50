//! What the platform's error codes mean for a caller.

use crate::http::Failure;

/// What is to be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Too many calls: the same again after the time that the platform names.
    Throttled,
    /// Something broke on the platform's side: the same again later.
    Trouble,
    /// The time of the request is wrong or missing: the same again with another time.
    Clock,
    /// The program is not let in; every other call would meet the same.
    Barred,
    /// This call is refused, and would be again.
    Refused,
}

/// An error of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownError {
    /// Its code.
    pub code: i64,
    /// Its name (`subErrCode`).
    pub name: &'static str,
    /// What is to be done about it.
    pub class: Class,
}

const fn known(code: i64, name: &'static str, class: Class) -> KnownError {
    KnownError { code, name, class }
}

/// All codes of the documentation, version 2.0.9.
pub const KNOWN: [KnownError; 41] = [
    known(10001, "isv.missing-method", Class::Refused),
    known(10002, "isv.invalid-method", Class::Refused),
    known(10003, "isv.invalid-path", Class::Refused),
    known(10004, "isv.forbidden-ip", Class::Barred),
    known(10005, "isv.missing-timestamp", Class::Clock),
    known(10006, "isv.invalid-timestamp", Class::Clock),
    known(10007, "isv.missing-appKey", Class::Barred),
    known(10008, "isv.invalid-appKey", Class::Barred),
    known(10009, "isv.cancelled-channel", Class::Barred),
    known(10010, "isv.missing-sign", Class::Barred),
    known(10011, "isv.invalid-sign", Class::Barred),
    known(10012, "isv.unauthorized-method", Class::Barred),
    known(10013, "isv.extreme-high-request", Class::Throttled),
    known(10014, "isv.missing-channelId", Class::Barred),
    known(10015, "isv.invalid-channelId", Class::Barred),
    known(10016, "isv.dependent-service-failed", Class::Trouble),
    known(11001, "isp.dependent-service-error", Class::Trouble),
    known(11002, "isp.forbidden-ip-no-config", Class::Barred),
    known(11051, "isp.undefined-method-config", Class::Trouble),
    known(11052, "isp.inner-filter-error", Class::Trouble),
    known(11053, "isp.missing-channel-info", Class::Trouble),
    known(11054, "isp.missing-api-info", Class::Trouble),
    known(11055, "isp.missing-service", Class::Trouble),
    known(11056, "isp.invalid-service", Class::Trouble),
    known(11057, "isp.missing-dependent-service", Class::Trouble),
    known(19999, "isp.system-error", Class::Trouble),
    known(20001, "isv.business-missing-param", Class::Refused),
    known(20002, "isv.business-invalid-param", Class::Refused),
    known(20003, "isv.business-param-json-error", Class::Refused),
    known(20101, "isv.order-advance-balance-insufficient", Class::Refused),
    known(20102, "isv.order-sku-insufficient-inventory", Class::Refused),
    known(20103, "isv.order-sku-closed-for-sell", Class::Refused),
    known(20104, "isv.order-sku-unknown", Class::Refused),
    known(20105, "isv.order-param-too-long", Class::Refused),
    known(20106, "isv.order-param-time-not-make-sense", Class::Refused),
    known(20107, "isv.order-param-real-price-error", Class::Refused),
    known(ORDER_NOT_EXIST, "isv.order-not-exist", Class::Refused),
    known(20109, "isv.delivery-address-forbidden", Class::Refused),
    known(20150, "isp.order-common-error", Class::Refused),
    known(20151, "isp.order-sku-check-inventory-unknown-error", Class::Trouble),
    // Not in the documentation; clients have met it when asking for the stock of what the channel has not chosen.
    known(20201, "", Class::Refused),
];

/// There is no such order.
pub const ORDER_NOT_EXIST: i64 = 20108;

/// The codes alone.
pub(super) const CODES: [i64; KNOWN.len()] = {
    let mut codes = [0; KNOWN.len()];
    let mut place = 0;
    while place < KNOWN.len() {
        codes[place] = KNOWN[place].code;
        place += 1;
    }
    codes
};

/// The error of a code.
pub fn by_code(code: i64) -> Option<&'static KnownError> {
    static TABLE: [KnownError; KNOWN.len()] = KNOWN;
    TABLE.iter().find(|known| known.code == code)
}

/// Whether a call failed because there is no such order.
pub fn is_no_such_order(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { code, .. } if code.parse() == Ok(ORDER_NOT_EXIST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_once_and_only_some_are_worth_another_try() {
        let mut codes = CODES.to_vec();
        codes.dedup();
        assert_eq!(codes.len(), KNOWN.len());
        assert!(codes.is_sorted());
        let again: Vec<i64> = KNOWN
            .into_iter()
            .filter(|known| matches!(known.class, Class::Throttled | Class::Trouble))
            .map(|known| known.code)
            .collect();
        let wanted = [10013, 10016, 11001, 11051, 11052, 11053, 11054, 11055, 11056, 11057, 19999, 20151];
        assert_eq!(again, wanted);
    }
}
