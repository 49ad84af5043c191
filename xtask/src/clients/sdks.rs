//! boto3 and the Anthropic SDK through the gateway, and our own client, before an upstream that answers like the wire:
//! `tests/clients`.

use anyhow::Result;

use super::Place;
use crate::shell::{command, program, run};

/// Runs the Python tests. Pytest counts what passes and what fails.
///
/// # Errors
/// The examples do not compile, or a test fails.
pub fn check(place: &Place) -> Result<()> {
    place.install("tests/clients/requirements.txt")?;
    let mut build = command("cargo build --package converse-messages --features bedrock");
    build.args(["--example", "gateway", "--example", "bedrock_calls"]);
    run(build, "an example does not compile")?;
    let mut pytest = program(&place.python);
    pytest.args([
        "-B",
        "-m",
        "pytest",
        "--quiet",
        "--tb=short",
        "--durations=5",
        "-p",
        "no:cacheprovider",
        "tests/clients",
    ]);
    pytest.env("GATEWAY", place.example("gateway")).env("BEDROCK_CALLS", place.example("bedrock_calls"));
    run(pytest, "a client does not get what it should, see above")
}
