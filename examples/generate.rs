//! Prints generated requests, one JSON document a line: `cargo run --example generate -- converse|messages|wild-converse|wild-messages N SEED`.
//!
//! The same seed gives the same documents. They are those of the property tests, for validators other than this project's.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "../tests/common/generate.rs"]
mod generate;

use std::io::Write as _;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let documents = match arguments.next().as_deref() {
        Some("converse") => generate::converse(),
        Some("messages") => generate::messages(),
        Some("wild-converse") => generate::wild(generate::converse()),
        Some("wild-messages") => generate::wild(generate::messages()),
        _ => return Err("usage: generate converse|messages|wild-converse|wild-messages [N] [SEED]".into()),
    };
    let count: usize = arguments.next().unwrap_or_else(|| "10".to_owned()).parse()?;
    let seed: u64 = arguments.next().unwrap_or_else(|| "1".to_owned()).parse()?;
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for _ in 0..count {
        let document = documents.new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
        writeln!(out, "{document}")?;
    }
    Ok(())
}
