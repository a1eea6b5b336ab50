//! The signature of version 1: MD5 over the path, the query with the two headers in the order of their names, and the secret.
//! The body is not covered.

use crate::xiaohongshu::v3::md5_hex;

/// Signs a request. `query` holds the parameters as they are meant, not as the address has them escaped.
pub fn sign(path: &str, query: &[(&str, String)], app_key: &str, timestamp: &str, secret: &str) -> String {
    let mut pairs: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pairs.push(("app-key", app_key));
    pairs.push(("timestamp", timestamp));
    pairs.sort_unstable();
    let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    md5_hex(&format!("{path}?{}{secret}", joined.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_comes_out() {
        let query = [("status", "0".into()), ("page_no", "1".into()), ("page_size", "50".into())];
        let secret = "9a539709cafc1efc9ef05838be468a28";
        let signed = sign("/ark/open_api/v1/items", &query, "xhs", "1469902537", secret);
        assert_eq!(signed, "72be6fad4dd0e5104dbdebbcdadb2a06");
    }

    #[test]
    fn push_messages_are_signed_alike() {
        let query = [("canshu", "test".into())];
        let secret = "9a539709cafc1efc9ef05838be468a28";
        let signed = sign("/open_api/msg", &query, "xhs", "1625475843", secret);
        assert_eq!(signed, "a7b7430de338783293443133ab9b9357", "the published vector");
        let (app, secret) = ("a1b2c3d4e5f60718293a", "0123456789abcdef0123456789abcdef");
        let signed = sign("/xhs/notify", &[], app, "1700000000", secret);
        assert_eq!(signed, "59f68f5d060dcf30edab58fe34f6de5d");
        let signed = sign("/xhs/notify", &[("shop", "测试".into())], app, "1700000000", secret);
        assert_eq!(signed, "4348e3f17fc092240494ca56c3b15422", "values as they are meant, not escaped");
    }

    #[test]
    fn a_body_is_not_signed_and_names_are_sorted() {
        let secret = "0123456789abcdef0123456789abcdef";
        let path = "/ark/open_api/v1/spv/58e5b5f6af0a672afacf4568/customs";
        assert_eq!(sign(path, &[], "demo-key", "1700000000", secret), "104b5e9e5c4342bddaf9baa291803a0b");
        let query = [
            ("status", "2".into()),
            ("page_size", "50".into()),
            ("buyable", "true".into()),
            ("page_no", "1".into()),
        ];
        let signed = sign("/ark/open_api/v1/items", &query, "demo-key", "1700000000", secret);
        assert_eq!(signed, "4fd883defffdb0f90c958f8938d24f1d");
    }
}
