//! [`Json`] and `serde`: any deserializer's value becomes a JSON text, and a JSON text any serializer's value.

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::json::Json;
use super::read::DEFAULT_MAX_DEPTH;
use super::token::unescape;
use super::write::push_string;
use super::{Kind, scan};

/// Key order survives, and through `serde_json` the digits of numbers; escapes are written anew.
///
/// Every serializer recurses: what nests deeper than 128 levels is an error.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tokens = tokens(self.as_str()).ok_or_else(|| serde::ser::Error::custom(TOO_DEEP))?;
        Value(&tokens).serialize(serializer)
    }
}

const TOO_DEEP: &str = "nested deeper than 128 levels";
const _: () = assert!(DEFAULT_MAX_DEPTH == 128);

/// A value or a name, as far as it is known before what it holds.
struct Token<'t> {
    /// Of an array or object the bracket that opens it.
    text: &'t str,
    /// How many tokens it is, with all that it holds.
    len: usize,
}

/// The tokens of a compact JSON text, names before their values, unless it nests too deep.
fn tokens(json: &str) -> Option<Vec<Token<'_>>> {
    let bytes = json.as_bytes();
    let (mut tokens, mut open): (Vec<Token<'_>>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b',' | b':' => continue,
            b']' | b'}' => {
                let len = tokens.len();
                if let Some((opened, token)) = open.pop().and_then(|opened| Some((opened, tokens.get_mut(opened)?))) {
                    token.len = len - opened;
                }
                continue;
            }
            b'[' | b'{' if open.len() == DEFAULT_MAX_DEPTH => return None,
            b'[' | b'{' => open.push(tokens.len()),
            b'"' => at = scan::string(bytes, at).map_or(bytes.len(), |(end, _)| end + 1),
            _ => at += bytes.iter().skip(at).take_while(|byte| !b",]}".contains(byte)).count(),
        }
        tokens.push(Token { text: json.get(start..at).unwrap_or_default(), len: 1 });
    }
    Some(tokens)
}

/// A value: its token, and behind it those of what it holds.
struct Value<'a>(&'a [Token<'a>]);

impl<'a> Value<'a> {
    /// The values that an array holds, or the names and values of an object.
    fn inside(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        let mut rest = self.0.get(1..).unwrap_or_default();
        std::iter::from_fn(move || {
            let (value, behind) = rest.split_at_checked(rest.first()?.len)?;
            rest = behind;
            Some(Self(value))
        })
    }

    fn text(&self) -> &'a str {
        self.0.first().map_or("null", |token| token.text)
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        match Kind::of(text) {
            Kind::Object => {
                let mut inside = self.inside();
                let mut map = serializer.serialize_map(Some(inside.clone().count() / 2))?;
                while let (Some(name), Some(value)) = (inside.next(), inside.next()) {
                    map.serialize_entry(&name, &value)?;
                }
                map.end()
            }
            Kind::Array => {
                let mut seq = serializer.serialize_seq(Some(self.inside().count()))?;
                for item in self.inside() {
                    seq.serialize_element(&item)?;
                }
                seq.end()
            }
            Kind::String => serializer.serialize_str(&unescape(text.get(1..text.len() - 1).unwrap_or_default())),
            Kind::Boolean => serializer.serialize_bool(text == "true"),
            Kind::Null => serializer.serialize_unit(),
            Kind::Number => serialize_number(text, serializer),
        }
    }
}

/// Plain integers and short decimals are values of every format; other digits only `serde_json` can keep.
fn serialize_number<S: Serializer>(token: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match (token.parse::<i64>(), token.parse::<f64>()) {
        (Ok(integer), _) if integer.to_string() == token => serializer.serialize_i64(integer),
        (_, Ok(number)) if format!("{number:?}") == token => serializer.serialize_f64(number),
        _ => {
            let raw: &RawValue = serde_json::from_str(token).map_err(serde::ser::Error::custom)?;
            raw.serialize(serializer)
        }
    }
}

/// As exact as the deserializer: `serde_json` rounds numbers that fit no machine word, [`Json::parse`] does not. What nests
/// deeper than 128 levels is an error.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        deserializer.deserialize_any(Transcribe { json: &mut text, room: DEFAULT_MAX_DEPTH })?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Appends whatever a deserializer holds as JSON.
struct Transcribe<'t> {
    json: &'t mut String,
    /// How many more levels it may nest.
    room: usize,
}

impl Transcribe<'_> {
    fn token(self, token: impl fmt::Display) {
        self.json.push_str(&token.to_string());
    }

    fn open<E: serde::de::Error>(&mut self, bracket: char) -> Result<(), E> {
        self.room = self.room.checked_sub(1).ok_or_else(|| E::custom(TOO_DEEP))?;
        self.json.push(bracket);
        Ok(())
    }

    fn inner(&mut self) -> Transcribe<'_> {
        Transcribe { json: self.json, room: self.room }
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
        push_string(value, self.json);
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

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.open('[')?;
        let mut first = true;
        loop {
            let comma = self.json.len();
            if !first {
                self.json.push(',');
            }
            if seq.next_element_seed(self.inner())?.is_none() {
                self.json.truncate(comma);
                break;
            }
            first = false;
        }
        self.json.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.open('{')?;
        let mut first = true;
        while let Some(name) = map.next_key::<String>()? {
            if !first {
                self.json.push(',');
            }
            first = false;
            push_string(&name, self.json);
            self.json.push(':');
            map.next_value_seed(self.inner())?;
        }
        self.json.push('}');
        Ok(())
    }
}
