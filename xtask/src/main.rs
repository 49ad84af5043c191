//! The project's own commands: `cargo xtask test`, `cargo xtask wasm`, `cargo xtask playground`, `cargo xtask clients`, `cargo xtask fuzz`.

mod clients;
mod fuzz;
mod playground;
mod records;
mod shell;
mod test;
mod wasm;

use std::process::ExitCode;

use anyhow::{Context as _, Result};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test            everything: format, lints, tests, documentation, oldest supported Rust, dependencies
  clients         other people's programs with ours: boto3, the Anthropic SDK, Apache Spark (needs Python 3.10 and Java 17)
  wasm            builds the npm package in wasm/pkg
  wasm test       the tests of the npm package (needs Node.js 20 and Chromium; npm brings Deno, Bun and workerd)
  playground [--build-only]
                  builds the playground in wasm/playground/dist, and serves it (needs Node.js 20)
  fuzz [SECONDS]  each fuzz target for SECONDS (default 20), seeded from tests/cases
  records COUNT   prints a batch file of COUNT records, some of them bad";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test::run_all()?,
        ["wasm"] => drop(wasm::build()?),
        ["wasm", "test"] => wasm::check::all()?,
        ["playground"] => playground::serve()?,
        ["playground", "--build-only"] => playground::build()?,
        ["clients"] => clients::run_all()?,
        ["fuzz"] => fuzz::run_all(20)?,
        ["fuzz", seconds] => {
            fuzz::run_all(seconds.parse().with_context(|| format!("{seconds:?} is not a number of seconds"))?)?;
        }
        ["records", count] => {
            records::print(count.parse().with_context(|| format!("{count:?} is not a number of records"))?)?;
        }
        [] => println!("{USAGE}"),
        _ => {
            eprintln!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
