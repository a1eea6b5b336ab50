//! Fields of which nothing may be sent as `null` or as `""`, whatever their type.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

/// A value, or nothing.
pub struct Slot<T>(pub Option<T>);

struct SlotVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SlotVisitor<T> {
    type Value = Slot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the field's type, null or an empty text")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Slot(None))
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(|value| Slot(Some(value)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.trim().is_empty() {
            return Ok(Slot(None));
        }
        T::deserialize(text.into_deserializer()).map(|value| Slot(Some(value)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(items)).map(|value| Slot(Some(value)))
    }
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(|value| Slot(Some(value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Slot<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SlotVisitor(PhantomData))
    }
}

/// A field, or nothing.
///
/// # Errors
/// When something of another type was sent.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Slot::deserialize(deserializer)?.0)
}

/// A field, or its empty value.
///
/// # Errors
/// When something of another type was sent.
pub fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(given(deserializer)?.unwrap_or_default())
}

/// A list. Entries that hold nothing stay, with empty values, so that the others keep their places.
///
/// # Errors
/// When something of another type was sent.
pub fn list<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let slots: Vec<Slot<T>> = or_default(deserializer)?;
    Ok(slots.into_iter().map(|slot| slot.0.unwrap_or_default()).collect())
}
