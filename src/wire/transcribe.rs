//! [`Json`] and `serde`: any deserializer's value becomes a JSON text, and a JSON text any serializer's value.

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::json::Json;
use super::write::push_string;

/// Through `serde_json` the text goes out as it is, digits and all; other formats get its values.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.as_str()).map_err(serde::ser::Error::custom)?;
        Values(raw).serialize(serializer)
    }
}

/// A JSON text, serialized value by value.
struct Values<'a>(&'a RawValue);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;
        let text = self.0.get();
        match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text).map_err(S::Error::custom)?;
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(&name, &Values(value))?;
                }
                map.end()
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(S::Error::custom)?;
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Values(item))?;
                }
                seq.end()
            }
            Some(b'"') => {
                let string: String = serde_json::from_str(text).map_err(S::Error::custom)?;
                serializer.serialize_str(&string)
            }
            Some(b't') => serializer.serialize_bool(true),
            Some(b'f') => serializer.serialize_bool(false),
            Some(b'n') | None => serializer.serialize_unit(),
            // Plain integers and short decimals are values of every format; other digits only `serde_json` can keep.
            Some(_) => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(integer), _) if integer.to_string() == text => serializer.serialize_i64(integer),
                (_, Ok(number)) if format!("{number:?}") == text => serializer.serialize_f64(number),
                _ => self.0.serialize(serializer),
            },
        }
    }
}

/// An object's members in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// As exact as the deserializer: `serde_json` rounds numbers that fit no machine word, [`Json::parse`] does not.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        deserializer.deserialize_any(Transcribe(&mut text))?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Appends whatever a deserializer holds as JSON.
struct Transcribe<'t>(&'t mut String);

impl Transcribe<'_> {
    fn token(self, token: impl fmt::Display) {
        self.0.push_str(&token.to_string());
    }
}

impl<'de> DeserializeSeed<'de> for Transcribe<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Transcribe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.token(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.token(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.token(value);
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        if !value.is_finite() {
            return Err(E::custom("JSON has no such number"));
        }
        self.token(format_args!("{value:?}"));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        push_string(value, self.0);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.token("null");
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.token("null");
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.push('[');
        let mut first = true;
        loop {
            let comma = self.0.len();
            if !first {
                self.0.push(',');
            }
            if seq.next_element_seed(Transcribe(self.0))?.is_none() {
                self.0.truncate(comma);
                break;
            }
            first = false;
        }
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.push('{');
        let mut first = true;
        while let Some(name) = map.next_key::<String>()? {
            if !first {
                self.0.push(',');
            }
            first = false;
            push_string(&name, self.0);
            self.0.push(':');
            map.next_value_seed(Transcribe(self.0))?;
        }
        self.0.push('}');
        Ok(())
    }
}
