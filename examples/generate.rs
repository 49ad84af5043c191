//! Prints generated documents, one a line: `cargo run --example generate -- KIND N SEED`. The kinds are `converse` and `messages`
//! for requests, the same with `-response`, `-stream` or `-error`, and with `wild-` before it; `claude-response` is a Messages response
//! of which Converse can say everything.
//!
//! The same seed gives the same documents. They are those of the property tests, for validators other than this project's.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "../tests/common/generate.rs"]
mod generate;
#[path = "../tests/common/generate_response.rs"]
mod generate_response;
#[path = "../tests/common/streams.rs"]
mod streams;

use std::io::Write as _;

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

fn documents(kind: &str) -> Option<BoxedStrategy<Value>> {
    if let Some(kind) = kind.strip_prefix("wild-") {
        return documents(kind).map(generate::wild);
    }
    Some(match kind {
        "converse" => generate::converse(),
        "messages" => generate::messages(),
        "converse-response" => generate_response::converse(),
        "messages-response" => generate_response::messages(),
        "claude-response" => generate_response::claude(),
        "converse-stream" => streams::converse(),
        "messages-stream" => streams::messages(),
        "converse-error" => generate_response::converse_error(),
        "messages-error" => generate_response::messages_error(),
        _ => return None,
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(documents) = documents(&arguments.next().unwrap_or_default()) else {
        return Err(
            "usage: generate [wild-]{converse,messages}[-response|-stream|-error]|claude-response [N] [SEED]".into()
        );
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
