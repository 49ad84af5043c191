//! `cargo xtask playground`: the page in `wasm/playground`, built in its folder `dist`.

use std::process::Command;

use anyhow::Result;

use crate::shell::{command, root, run};
use crate::wasm;

const NPM: &str = "see above (missing: `apt-get install nodejs npm`, version 20 or later)";

/// Builds the package and the page.
///
/// # Errors
/// One does not build, or Node.js is missing.
pub fn build() -> Result<()> {
    wasm::build()?;
    page()
}

/// Builds both and serves the page on loopback, until it is interrupted. The server prints the address.
///
/// # Errors
/// One does not build, or the page cannot be served.
pub fn serve() -> Result<()> {
    build()?;
    run(here("npm run preview"), NPM)
}

/// Builds the page with the package as it stands, for the tests of the page.
///
/// # Errors
/// It does not build, or Node.js is missing.
pub fn page() -> Result<()> {
    install("wasm/playground")?;
    run(here("npm run build"), NPM)
}

/// Installs what the lock file of a folder says.
///
/// # Errors
/// npm is missing, or cannot.
pub fn install(folder: &str) -> Result<()> {
    let mut npm = command("npm ci --ignore-scripts --no-audit --no-fund");
    npm.current_dir(root().join(folder));
    run(npm, NPM)
}

fn here(words: &str) -> Command {
    let mut command = command(words);
    command.current_dir(root().join("wasm/playground"));
    command
}
