//! What the wasm asks of JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "./skeleton.js")]
extern "C" {
    /// A string by its number, or the base64 of bytes.
    pub fn string(number: u32) -> String;
    /// The skeleton of an object by its number.
    pub fn object(number: u32) -> String;
    /// The JSON of what a skeleton stands for.
    pub fn whole(skeleton: &str) -> String;
    /// The skeleton of a JSON text.
    pub fn skeleton(json: &str) -> String;
}

#[wasm_bindgen(raw_module = "./report.js")]
extern "C" {
    /// What there is to say beside the value: `{"losses"?, "error"?, "status"?, "event"?}`.
    pub fn report(json: &str);
    /// What is missing in a text: for each piece where it belongs, and where it begins and ends in the source, all in units of UTF-16;
    /// and whether the source has U+FFFD, which half of a surrogate pair becomes when JavaScript encodes it.
    pub fn verbatim(pieces: &[usize], has_replacements: bool);
}
