//! How tokens become leaves.

use super::json::{Json, RawJson, RawText};
use super::leaves::{FromCompact as _, Leaves, Owned, Raw};
use super::number::RawNumber;
use super::token::{compact, decoded};

/// How a token becomes a leaf.
pub trait Fill<'s, L: Leaves> {
    /// A string leaf from the characters between the quotation marks, and whether they hold escapes.
    fn text(token: &'s str, escaped: bool) -> L::Text;
    /// A JSON leaf from its token, and whether white space stands in it.
    fn json(token: &'s str, spaced: bool) -> L::Json;
    /// A number leaf from its token.
    fn number(token: &'s str) -> L::Number;
}

/// Leaves borrow their tokens.
#[derive(Clone, Debug)]
pub enum Borrow {}

/// Leaves copy what they need.
#[derive(Clone, Debug)]
pub enum Copy {}

impl<'s> Fill<'s, Raw<'s>> for Borrow {
    fn text(token: &'s str, escaped: bool) -> RawText<'s> {
        RawText::from_token(token, escaped)
    }

    fn json(token: &'s str, spaced: bool) -> RawJson<'s> {
        RawJson::from_token(token, spaced)
    }

    fn number(token: &'s str) -> RawNumber<'s> {
        RawNumber::from_token(token)
    }
}

impl<'a> Fill<'_, Raw<'a>> for Copy {
    fn text(token: &str, escaped: bool) -> RawText<'a> {
        RawText::from_token(token.to_owned(), escaped)
    }

    fn json(token: &str, spaced: bool) -> RawJson<'a> {
        RawJson::from_token(token.to_owned(), spaced)
    }

    fn number(token: &str) -> RawNumber<'a> {
        RawNumber::from_token(token.to_owned())
    }
}

impl Fill<'_, Owned> for Copy {
    fn text(token: &str, escaped: bool) -> String {
        decoded(token, escaped).into_owned()
    }

    fn json(token: &str, spaced: bool) -> Json {
        let mut text = String::with_capacity(token.len());
        if spaced {
            compact(token, &mut text);
        } else {
            text.push_str(token);
        }
        Json::from_compact(text)
    }

    fn number(token: &str) -> f64 {
        // JSON's numbers are among those that Rust reads.
        token.parse().unwrap_or(f64::NAN)
    }
}
