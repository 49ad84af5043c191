//! The package at work: in Node, in Chromium, in Deno, Bun and workerd, with the SDKs, with TypeScript and in the playground.

use std::path::Path;

use anyhow::{Result, bail};

use crate::playground;
use crate::shell::{command, root, run, succeeds};

const TESTS: &[&str] = &[
    "cases",
    "values",
    "skeletons",
    "strings",
    "streams",
    "robust",
    "leak",
    "slim",
    "package",
    "types",
    "sdk",
    "browser",
    "runtimes",
    "readme",
    "pointer",
    "playground",
];

/// Runs the package's tests.
///
/// # Errors
/// One fails, or what it needs is missing.
pub fn all() -> Result<()> {
    super::build()?;
    if !succeeds(command("node --version")) || !succeeds(command("npm --version")) {
        bail!("Node.js 20 or later with npm is missing: `apt-get install nodejs npm`");
    }
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !Path::new(&chromium).exists() {
        bail!("Chromium is missing at {chromium}: `apt-get install chromium`, or set CHROMIUM to its path");
    }
    playground::install("wasm/tests")?;
    playground::page()?;
    let mut node = command("node --expose-gc --test --test-reporter spec --test-concurrency 1");
    node.args(TESTS.iter().map(|name| format!("{name}.test.mjs"))).current_dir(root().join("wasm/tests"));
    run(node, "a test of the npm package fails, see above")
}
