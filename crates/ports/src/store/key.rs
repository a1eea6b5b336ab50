//! Keys of stored documents: paths of segments.

use std::fmt;

/// A path of segments, written `filing/杭州/6907315161898`. A slash or percent sign inside a segment is written `%2F` or
/// `%25`, so that no value from outside can climb into another branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key made of these segments.
    pub fn of<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        let mut key = String::new();
        for (index, segment) in segments.into_iter().enumerate() {
            if index > 0 {
                key.push('/');
            }
            push_escaped(&mut key, segment.as_ref());
        }
        Self(key)
    }

    /// The prefix of all keys below these segments: as [`Key::of`], with a closing slash.
    pub fn below<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        let mut key = Self::of(segments).0;
        key.push('/');
        Self(key)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments with their escapes undone.
    pub fn segments(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').map(|segment| segment.replace("%2F", "/").replace("%25", "%"))
    }

    /// A key read back from a store.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }
}

fn push_escaped(key: &mut String, segment: &str) {
    for letter in segment.chars() {
        match letter {
            '/' => key.push_str("%2F"),
            '%' => key.push_str("%25"),
            other => key.push(other),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_in_a_barcode_stays_inside_its_segment() {
        let key = Key::of(["filing", "杭州", "A/1%"]);
        assert_eq!(key.as_str(), "filing/杭州/A%2F1%25");
        assert_eq!(key.segments().collect::<Vec<_>>(), ["filing", "杭州", "A/1%"]);
    }
}
