//! The writer of compact JSON.

use std::fmt::Write as _;

use super::{FreeForm, Identifier, Number, Text};
use super::{references, scan};

/// Writes types as compact JSON.
pub struct Writer {
    out: String,
}

impl Writer {
    /// A writer that appends to a text.
    pub(crate) fn new(out: String) -> Self {
        Self { out }
    }

    pub(crate) fn into_string(self) -> String {
        self.out
    }

    /// A comma, if something stands before the next name or value on its level. No token ends in one of the bytes that
    /// open a place for a value, so the last byte tells.
    #[inline]
    fn separate(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':' | b',')) {
            self.out.push(',');
        }
    }

    pub(crate) fn begin_object(&mut self) {
        self.separate();
        self.out.push('{');
    }

    /// The name of the next member.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn name(&mut self, name: Identifier) {
        self.separate();
        self.out.push_str(name.token);
    }

    /// The name of the next member.
    pub(crate) fn key(&mut self, name: &str) {
        self.separate();
        push_string(name, &mut self.out);
        self.out.push(':');
    }

    pub(crate) fn end_object(&mut self) {
        self.out.push('}');
    }

    pub(crate) fn begin_array(&mut self) {
        self.separate();
        self.out.push('[');
    }

    pub(crate) fn end_array(&mut self) {
        self.out.push(']');
    }

    /// A string at a leaf.
    pub(crate) fn text(&mut self, text: &impl Text) {
        self.separate();
        text.write_token(&mut self.out);
    }

    /// A string at a leaf that is base64.
    pub(crate) fn base64(&mut self, text: &impl Text) {
        self.separate();
        text.write_base64_token(&mut self.out);
    }

    /// Free-form JSON at a leaf.
    pub(crate) fn json(&mut self, json: &impl FreeForm) {
        self.separate();
        json.write_token(&mut self.out);
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.separate();
        push_string(&references::token(text), &mut self.out);
    }

    #[cfg_attr(not(target_family = "wasm"), inline)]
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn identifier(&mut self, text: Identifier) {
        self.separate();
        self.out.push_str(text.token.strip_suffix(':').unwrap_or_default());
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.separate();
        self.out.push_str(if value { "true" } else { "false" });
    }

    pub(crate) fn integer(&mut self, value: i64) {
        self.separate();
        self.out.push_str(itoa::Buffer::new().format(value));
    }

    pub(crate) fn number(&mut self, number: &impl Number) {
        self.separate();
        number.write_token(&mut self.out);
    }

    pub(crate) fn null(&mut self) {
        self.separate();
        self.out.push_str("null");
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
