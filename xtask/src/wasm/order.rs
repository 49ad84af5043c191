//! The order of the wasm's functions: those that are alike stand together, since gzip sees 32 KiB back and no further.

#![expect(clippy::indexing_slicing, reason = "functions and pieces are numbered here")]

use std::collections::HashMap;
use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{BinaryReaderError, CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// What functions have in common is counted in pieces of this many bytes.
const PIECE: usize = 8;
/// How many bytes of functions are in gzip's sight.
const SIGHT: isize = 30_000;

/// The same wasm, its functions in an order that gzip makes less of.
///
/// # Errors
/// It is no wasm.
pub fn by_likeness(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let order = Likeness::new(&bodies).order();
    let mut places = vec![0; order.len()];
    for (place, &function) in (imported..).zip(&order) {
        places[function] = place;
    }
    let mut module = Module::new();
    Reordered { imported, order, places }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the wasm cannot be written anew: {error}"))?;
    Ok(module.finish())
}

/// What functions have in common with those that are in sight.
struct Likeness {
    /// How long each function is.
    lengths: Vec<isize>,
    /// Of each function, its pieces.
    pieces: Vec<Vec<usize>>,
    /// Of each piece, the functions that have it, and how many of them are in sight.
    holders: Vec<(Vec<usize>, isize)>,
    /// Of each function, how many of its pieces are in sight.
    common: Vec<isize>,
}

impl Likeness {
    fn new(bodies: &[&[u8]]) -> Self {
        let mut numbers = HashMap::new();
        let mut holders: Vec<(Vec<_>, _)> = Vec::new();
        let mut pieces = vec![Vec::new(); bodies.len()];
        for (function, body) in bodies.iter().enumerate() {
            for piece in body.windows(PIECE) {
                let number = *numbers.entry(piece).or_insert(holders.len());
                if number == holders.len() {
                    holders.push((Vec::new(), 0));
                }
                if holders[number].0.last() != Some(&function) {
                    holders[number].0.push(function);
                    pieces[function].push(number);
                }
            }
        }
        let lengths = bodies.iter().map(|body| body.len().cast_signed()).collect();
        Self { lengths, pieces, holders, common: vec![0; bodies.len()] }
    }

    /// Always the function next that has most in common with those in sight, reckoned by its length.
    fn order(mut self) -> Vec<usize> {
        // Of several, the last: the first function, which is the largest, begins.
        let mut left: Vec<_> = (0..self.lengths.len()).rev().collect();
        let mut order = Vec::with_capacity(left.len());
        let mut gone = 0;
        let mut length = 0;
        while let Some(best) = (0..left.len()).max_by_key(|&place| self.rank(left[place])) {
            let function = left.swap_remove(best);
            order.push(function);
            length += self.lengths[function];
            self.count(function, 1);
            while length > SIGHT {
                let oldest = order[gone];
                gone += 1;
                length -= self.lengths[oldest];
                self.count(oldest, -1);
            }
        }
        order
    }

    fn rank(&self, function: usize) -> isize {
        self.common[function].pow(2) * 1000 / self.lengths[function]
    }

    /// A function comes into sight, 1, or leaves it, -1.
    fn count(&mut self, function: usize, change: isize) {
        for &piece in &self.pieces[function] {
            let (holders, in_sight) = &mut self.holders[piece];
            *in_sight += change;
            // The first one with this piece has come, or the last one has left.
            if *in_sight == change.max(0) {
                for &holder in &*holders {
                    self.common[holder] += change;
                }
            }
        }
    }
}

struct Reordered {
    imported: u32,
    /// For each place, the function that stands there now.
    order: Vec<usize>,
    /// For each function, its place now.
    places: Vec<u32>,
}

impl Reordered {
    fn sorted<T>(
        &self,
        functions: impl Iterator<Item = Result<T, BinaryReaderError>>,
    ) -> Result<Vec<T>, BinaryReaderError> {
        let mut functions = functions.map(|function| function.map(Some)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.order.iter().filter_map(|&function| functions[function].take()).collect())
    }
}

impl Reencode for Reordered {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(function.checked_sub(self.imported).map_or(function, |own| self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        types: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for kind in self.sorted(section.into_iter())? {
            types.function(kind);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        for body in self.sorted(section.into_iter())? {
            self.parse_function_body(code, body)?;
        }
        Ok(())
    }
}
