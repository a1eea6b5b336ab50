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
