//! Streams.

use std::str::FromStr;

use converse_messages::stream;
use converse_messages::wire::{Json, PartialJson};
use converse_messages::{Error, Options};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::options::{Asked, Invalid};
use crate::report::{Failure, listed, told};

/// Bytes to bytes.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Transcoder(stream::Transcoder);

#[wasm_bindgen]
impl Transcoder {
    /// Nothing if the options are wrong, or the side's streams are not framed so.
    pub fn open(from: &str, side: &str, to: &str, options: &str) -> Option<Transcoder> {
        told(opened(from, side, to, options).map(|transcoder| Some(Self(transcoder))))
    }

    /// What goes out; an error is told beside it.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        // Events are about as long on the other side, and their frames longer on one.
        told_beside(2 * bytes.len(), |out| self.0.push(bytes, out))
    }

    pub fn finish(&mut self) -> Vec<u8> {
        told_beside(0, |out| self.0.finish(out))
    }

    pub fn losses(&self) -> String {
        listed(self.0.losses())
    }
}

fn opened(from: &str, side: &str, to: &str, options: &str) -> Result<stream::Transcoder, Failure> {
    let Asked { options, .. } = Asked::read(options, Options::streaming())?;
    let (from, side, to) = (named(from, "from")?, named(side, "side")?, named(to, "to")?);
    Ok(stream::Transcoder::new(from, side, to, options)?)
}

fn named<T: FromStr>(name: &str, option: &str) -> Result<T, Invalid> {
    name.parse().map_err(|_| Invalid(option.to_owned()))
}

fn told_beside(capacity: usize, convert: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) -> Vec<u8> {
    let mut out = Vec::with_capacity(capacity);
    if let Err(error) = convert(&mut out) {
        Failure::Conversion(error).report();
    }
    out
}

/// A tool's input that comes in pieces.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Input(PartialJson);

#[wasm_bindgen]
impl Input {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is wrong with a piece is told at the end, with the whole.
    pub fn push(&mut self, piece: &str) {
        drop(self.0.push(piece));
    }

    pub fn complete(&self) -> Option<String> {
        self.0.complete().map(Json::into_string)
    }

    /// The whole, unless only white space has come. What is wrong with it is told.
    pub fn finish(&self) -> Option<String> {
        if self.0.is_blank() {
            return None;
        }
        told(self.0.clone().finish().map(|json| Some(json.into_string())).map_err(Failure::from))
    }

    pub fn with_open_string(&self) -> Option<String> {
        self.0.with_open_string().map(Json::into_string)
    }
}
