//! Finding ports as people ask for them: also by what several ports share.

use super::{Catalogue, Port};

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'c> {
    /// One port.
    One(&'c Port),
    /// Several: a customs district, or a code that more than one has.
    Several(Vec<&'c Port>),
    /// None that is known.
    None,
}

impl Catalogue {
    /// Looks a word up: all that [`Catalogue::find`] knows, offices (`2928`), districts (`2900`, 黄埔关区), and codes that several
    /// ports share. Orders are never read by this: an office or a district names no port of the platform.
    pub fn search(&self, text: &str) -> Found<'_> {
        if let Some(port) = self.find(text) {
            return Found::One(port);
        }
        let word = text.trim().to_lowercase();
        let district = word.strip_suffix("关区").unwrap_or(&word);
        let is_meant = |port: &&Port| {
            port.offices.contains(&word)
                || port.platform_codes.values().any(|code| code.to_lowercase() == word)
                || (!word.is_empty() && port.district_code == word)
                || port.district_name().is_some_and(|name| name == district)
        };
        let found: Vec<&Port> = self.ports.iter().filter(is_meant).collect();
        match found.as_slice() {
            [] => Found::None,
            [one] => Found::One(one),
            _ => Found::Several(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_and_districts_are_found_too() {
        let names = |text: &str| match Catalogue::builtin().search(text) {
            Found::One(port) => vec![port.name()],
            Found::Several(ports) => ports.into_iter().map(Port::name).collect(),
            Found::None => Vec::new(),
        };
        for (text, wanted) in [
            ("2928", &["杭州"][..]),
            ("黄埔", &["东莞"]),
            ("黄埔关区", &["东莞"]),
            ("2900", &["杭州", "金华", "温州", "义乌"]),
            ("石家庄", &["唐山"]),
            ("杭州", &["杭州"]),
            ("yiwu", &["义乌"]),
            ("9999", &[]),
            ("", &[]),
            ("01425", &[]),
        ] {
            assert_eq!(names(text), wanted, "{text}");
        }
    }
}
