//! The signature: MD5 over all parameters, in the order of their names, between the secret twice.
//!
//! Values are signed as they are meant, not as the form escapes them; an empty value that is sent is signed. Callbacks are
//! signed in the same way with the same secret.

use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq as _;

/// The parameter that bears the signature, and is not signed itself.
pub(super) const SIGN: &str = "sign";

/// Signs parameters: 32 hexadecimal digits in capitals. A parameter `sign` among them is left out.
pub fn sign<'p>(parameters: impl IntoIterator<Item = (&'p str, &'p str)>, secret: &str) -> String {
    let mut sorted: Vec<(&str, &str)> = parameters.into_iter().filter(|(name, _)| *name != SIGN).collect();
    sorted.sort_unstable();
    let mut digest = Md5::new();
    digest.update(secret);
    for (name, value) in sorted {
        digest.update(name);
        digest.update("=");
        digest.update(value);
    }
    digest.update(secret);
    digest.finalize().iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Whether parameters bear the right signature; how long that takes tells nothing of how nearly it is right.
pub fn is_signed<'p>(parameters: impl IntoIterator<Item = (&'p str, &'p str)>, secret: &str) -> bool {
    let parameters: Vec<(&str, &str)> = parameters.into_iter().collect();
    let mut given = parameters.iter().filter(|(name, _)| *name == SIGN);
    let (Some((_, given)), None) = (given.next(), given.next()) else { return false };
    let right = sign(parameters.iter().copied(), secret);
    bool::from(given.to_ascii_uppercase().as_bytes().ct_eq(right.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "demo-app-secret";

    /// Method, further parameters, signature.
    type Vector<'v> = (&'v str, &'v [(&'v str, &'v str)], &'v str);

    fn signed(method: &str, more: &[(&str, &str)]) -> String {
        let common = [("method", method), ("appKey", "demo-app-key"), ("timestamp", "2024-01-02 03:04:05")];
        sign(common.into_iter().chain(more.iter().copied()), SECRET)
    }

    #[test]
    fn every_vector_comes_out() {
        let order = r#"{"orderId":"T20240102001","receiverName":"张三","receiverAddressDetail":"网商路599号,A+B座 100%"}"#;
        let cancelled = r#"{"orderId":"T20240102001","cancelStatus":1,"rejectReason":""}"#;
        let package = r#"{"orderId":"T20240102001","packageId":20160620123,"expCreateTime":1704164645000}"#;
        let confirm = [
            ("orderId", "T20240102001"),
            ("packageId", "20160620123"),
            ("confirmTime", "2024-01-05 10:00:00"),
        ];
        let callbacks = "yanxuan.callback.order.cancel,yanxuan.notification.order.delivered";
        let vectors: [Vector<'_>; 12] = [
            ("yanxuan.item.id.batch.get", &[], "82572115DEA52F6BE0B632981A9A093B"),
            ("yanxuan.item.batch.get", &[("itemIds", "1000884,1000885")], "4C911F71FC250FBFF41B1D323DD758CA"),
            (
                "yanxuan.inventory.count.get",
                &[("skuIds", "[10019005,123123]")],
                "A10FFE168C24FE94D25F82EE24DB1CA6",
            ),
            ("yanxuan.order.received.confirm", &confirm, "43B24F1B93B8288488358A81E4438173"),
            ("yanxuan.order.paid.get", &[("orderId", "T20240102001")], "61F63C4B478E481D403B11027DCDD2FD"),
            ("yanxuan.order.paid.create", &[("order", order)], "11B47B6D11BE20B6300A35BA0B857E26"),
            ("yanxuan.callback.method.list", &[], "382FA7AA77049BA3743E34BF282C259D"),
            (
                "yanxuan.callback.method.register",
                &[("methods", callbacks)],
                "56E7DBB51F87B020B11716E9A2B91B64",
            ),
            (
                "yanxuan.callback.order.cancel",
                &[("orderCancelResult", cancelled)],
                "152F2C4132EABE7CFC9CF12F3B1F42B8",
            ),
            (
                "yanxuan.notification.order.delivered",
                &[("orderPackage", package)],
                "B0A84D77FFA811028C5F85B36E4E2FB0",
            ),
            ("yanxuan.order.paid.cancel", &[("orderId", "T1")], "5B09EFCCC6F482DBB03A500C255112BD"),
            (
                "yanxuan.order.paid.cancel",
                &[("orderId", "T1"), ("note", "")],
                "C4DD22D5ACD4994ED32C6341AF1895C3",
            ),
        ];
        for (method, more, signature) in vectors {
            assert_eq!(signed(method, more), signature, "{method}");
        }
    }

    #[test]
    fn one_right_signature_is_wanted_in_either_case() {
        let signature = signed("m", &[("a", "1")]);
        let parameters = |sign: &str| {
            [
                ("method", "m".to_owned()),
                ("appKey", "demo-app-key".to_owned()),
                ("timestamp", "2024-01-02 03:04:05".to_owned()),
                ("a", "1".to_owned()),
                ("sign", sign.to_owned()),
            ]
        };
        let is_right = |sign: &str| {
            let parameters = parameters(sign);
            is_signed(parameters.iter().map(|(name, value)| (*name, value.as_str())), SECRET)
        };
        assert!(is_right(&signature) && is_right(&signature.to_lowercase()));
        let (head, last) = signature.split_at(31);
        let other = if last == "0" { "1" } else { "0" };
        for wrong in ["", "00", &format!("{head}{other}"), &format!("{signature} ")] {
            assert!(!is_right(wrong), "{wrong}");
        }
        let unsigned = parameters(&signature);
        assert!(!is_signed(unsigned.iter().take(4).map(|(name, value)| (*name, value.as_str())), SECRET));
    }
}
