//! A platform's own words, made fit for errors and logs.

/// Characters of a platform's words that are told.
const MAX_TOLD: usize = 200;
/// What stands for what is not told.
const MASK: &str = "…";
/// Digits of a mobile number, which begins with 1.
const MOBILE_DIGITS: usize = 11;
/// Characters of an identity number: 17 digits and a digit or `X`.
const IDENTITY_CHARACTERS: usize = 18;
/// How the platforms' tokens begin.
const TOKEN_PREFIXES: [&str; 2] = ["token-", "refresh-"];

/// Secrets shorter than this would blot out ordinary words; no platform gives any out.
const LEAST_SECRET: usize = 6;

/// As [`told`], and without the secrets that the platform was sent.
pub fn told_without(words: &str, secrets: &[&str]) -> String {
    let mut words = words.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= LEAST_SECRET) {
        words = words.replace(secret, MASK);
    }
    told(&words)
}

/// A platform's words without what looks like a token, a telephone, an identity number or a ciphertext, and not too long.
/// Platforms are known to repeat in their complaints what they were sent.
pub fn told(words: &str) -> String {
    let mut told = String::new();
    let mut word = String::new();
    for letter in words.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '#' | '+' | '/' | '=') {
            word.push(letter);
        } else {
            push_word(&mut told, &word);
            word.clear();
            told.push(if letter.is_control() { ' ' } else { letter });
        }
    }
    push_word(&mut told, &word);
    match told.char_indices().nth(MAX_TOLD) {
        Some((end, _)) => format!("{}{MASK}", &told[..end]),
        None => told,
    }
}

fn push_word(told: &mut String, word: &str) {
    let personal = word.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_personal);
    let secret = TOKEN_PREFIXES.iter().any(|prefix| word.contains(prefix)) || word.matches('#').count() > 2;
    told.push_str(if personal || secret { MASK } else { word });
}

fn is_personal(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let mobile = part.len() == MOBILE_DIGITS && digits == part.len() && part.starts_with('1');
    let identity = part.len() == IDENTITY_CHARACTERS
        && (digits == part.len() || (digits + 1 == part.len() && part.ends_with(['x', 'X'])));
    mobile || identity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_or_secret_is_not_told() {
        for (words, told_as) in [
            ("订单P700000000000000001不存在", "订单P700000000000000001不存在"),
            ("税则号3304990039未收录", "税则号3304990039未收录"),
            ("条码6907315161898", "条码6907315161898"),
            ("手机16900007771无效", "手机…无效"),
            ("身份证44030519030222265X", "身份证…"),
            ("accessToken token-4a/b= expired", "accessToken … expired"),
            ("bad #aGk=#Y2lwaGVy#2## here", "bad … here"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(told(words), told_as, "{words}");
        }
        let secrets = ["code-4a/b", "", "of"];
        assert_eq!(told_without("no code-4a/b of anybody", &secrets), "no … of anybody");
        assert_eq!(told(&"字".repeat(300)).chars().count(), MAX_TOLD + 1);
    }
}
