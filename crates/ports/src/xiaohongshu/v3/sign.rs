//! The signature of version 3: MD5 over the method, the application, the time and the secret. Neither the call's own
//! parameters nor the access token are covered.

use md5::{Digest, Md5};

/// The only version of the protocol's parameters.
pub const VERSION: &str = "2.0";

/// Lower-case hexadecimal MD5 of a text.
pub(in crate::xiaohongshu) fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signs a call; the time is in Unix seconds, as it is sent.
pub fn sign(method: &str, app_id: &str, timestamp: &str, secret: &str) -> String {
    md5_hex(&format!("{method}?appId={app_id}&timestamp={timestamp}&version={VERSION}{secret}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_comes_out() {
        let signed = sign("product.createItem", "21d6748be8de0", "1612518379", "429aa3aee9ef9e4a858210");
        assert_eq!(signed, "1e039e3cd6e0d895e59133029602297e");
    }

    #[test]
    fn every_method_has_its_signature() {
        for (method, signature) in [
            ("oauth.getAccessToken", "93856560855f5c887918d069248c8a4c"),
            ("oauth.refreshToken", "484fa7440cfeec0816b024bc9e0c8f16"),
            ("order.getOrderList", "cb40f96b3e0e3f7a972ae5006855aa20"),
            ("order.getOrderDetail", "5d3b1f3a975ba160f6c6f6c324369391"),
            ("order.getOrderDeclareInfo", "95b0e981ad738addda492813a97336c8"),
            ("order.getOrderReceiverInfo", "94e64284f8bbe0c492de41a20f33557e"),
            ("order.getSupportedPortList", "f8ea8335be6cae14cda9b2ad6e46d14a"),
            ("order.resendBondedPaymentRecord", "979f41e87c538ab798679f34840864b1"),
            ("order.getCustomsInfo", "0998f16a784285e88cd38ff920655b35"),
            ("order.syncItemCustomsInfo", "5c286df1684970b2456c8bb6eaea1075"),
            ("order.createItemCustomsInfo", "033c27c348ea6954b6d1c7098babf42e"),
            ("order.modifycustomstatus", "063432089494800f9456d77c34cd9eba"),
            ("order.orderDeliver", "9ab401f5a4292ee10ab5600877f36ad6"),
            ("order.modifyOrderExpressInfo", "6870a3b174626ff4d02926e8f31fea48"),
            ("order.getOrderTracking", "f659739b907d8c0edc9d3e90846f9344"),
            ("order.createTransferBatch", "2989cea96e6c141842bf329d2641df10"),
            ("data.batchDecrypt", "dd4facefb4d692f0d1f7cd3c6ee43c91"),
            ("data.batchDesensitise", "9e9284326d9686dfdfeba49de457b158"),
            ("data.batchIndex", "b9345d8188e0d2ca50c0153db930b805"),
            ("common.getExpressCompanyList", "28bc88b47fe549de44fcc9133511166f"),
            ("common.getLogisticsList", "ef65bee5ef35255ea4c6e7df6d042a35"),
        ] {
            let signed =
                sign(method, "a1b2c3d4e5f60718293a", "1700000000", "0123456789abcdef0123456789abcdef");
            assert_eq!(signed, signature, "{method}");
        }
    }
}
