//! The writer of compact JSON.

use std::fmt::{Display, Write as _};

use super::scan;
use super::{FreeForm, Identifier, Leaves, Sink, Text, Wire};

/// Writes wire values as compact JSON.
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    /// The value as compact JSON.
    pub(crate) fn text<L: Leaves, T: Wire<L>>(value: &T, capacity: usize) -> String {
        let mut writer = Self { out: String::with_capacity(capacity) };
        value.write(&mut writer);
        writer.out
    }

    /// The value as compact JSON, in the place of what the buffer holds.
    pub(crate) fn text_in<L: Leaves, T: Wire<L>>(value: &T, buffer: &mut String) {
        buffer.clear();
        let mut writer = Self { out: std::mem::take(buffer) };
        value.write(&mut writer);
        *buffer = writer.out;
    }

    /// A comma, if something stands before the next name or value on its level. No token ends in one of the bytes that
    /// open a place for a value, so the last byte tells.
    #[inline]
    fn separate(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':' | b',')) {
            self.out.push(',');
        }
    }

    fn token(&mut self, token: impl Display) {
        self.separate();
        // Writing to a string does not fail.
        let _ = write!(self.out, "{token}");
    }
}

impl<L: Leaves> Sink<L> for Writer {
    fn begin_object(&mut self) {
        self.separate();
        self.out.push('{');
    }

    #[inline]
    fn name(&mut self, name: Identifier) {
        self.separate();
        self.out.push_str(name.token);
    }

    fn key(&mut self, name: &str) {
        self.separate();
        push_string(name, &mut self.out);
        self.out.push(':');
    }

    fn end_object(&mut self) {
        self.out.push('}');
    }

    fn begin_array(&mut self) {
        self.separate();
        self.out.push('[');
    }

    fn end_array(&mut self) {
        self.out.push(']');
    }

    fn text(&mut self, text: &L::Text) {
        self.separate();
        text.write_token(&mut self.out);
    }

    fn base64(&mut self, text: &L::Text) {
        self.separate();
        text.write_base64_token(&mut self.out);
    }

    fn json(&mut self, json: &L::Json) {
        self.separate();
        json.write_token(&mut self.out);
    }

    fn string(&mut self, text: &str) {
        self.separate();
        push_string(text, &mut self.out);
    }

    #[inline]
    fn identifier(&mut self, text: Identifier) {
        self.separate();
        self.out.push_str(text.token.strip_suffix(':').unwrap_or_default());
    }

    fn boolean(&mut self, value: bool) {
        self.token(value);
    }

    fn integer(&mut self, value: i64) {
        self.separate();
        self.out.push_str(itoa::Buffer::new().format(value));
    }

    /// The shortest digits that read back as the same number; `null` for what JSON has no number for.
    fn number(&mut self, value: f64) {
        if value.is_finite() {
            self.token(format_args!("{value:?}"));
        } else {
            self.token("null");
        }
    }

    fn null(&mut self) {
        self.token("null");
    }
}

/// Appends a JSON string token.
pub(crate) fn push_string(text: &str, out: &mut String) {
    out.push('"');
    push_escaped(text, out);
    out.push('"');
}

/// Whether JSON must escape something in a text.
pub(super) fn needs_escapes(text: &str) -> bool {
    scan::special(text.as_bytes(), 0) < text.len()
}

/// Appends a text with what JSON must escape escaped.
pub(super) fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let at = scan::special(rest.as_bytes(), 0);
        if at == rest.len() {
            break;
        }
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}
