//! `cargo xtask test`: everything that must hold, the quick checks first.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};

use crate::shell::{command, output, root, run, succeeds};

/// Every crate in the library's normal dependency tree. The library is meant to be light: a crate that is added here is
/// a decision, not an accident.
const DEPENDENCIES: &[&str] = &[
    "base64",
    "cfg-if",
    "crc32fast",
    "hmac-sha256",
    "itoa",
    "memchr",
    "proc-macro2",
    "quote",
    "serde",
    "serde_core",
    "serde_json",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
    "zmij",
];

/// The crates that promise to compile with the oldest supported Rust.
const PUBLISHED: &[&str] = &["converse-messages", "converse-messages-cli"];

/// Checks everything and stops at the first failure.
///
/// # Errors
/// The first check that fails.
pub fn run_all() -> Result<()> {
    run(command("cargo fmt --all --check"), "run `cargo fmt --all` (missing: `rustup component add rustfmt`)")?;
    dependencies()?;
    run(
        command("cargo clippy --workspace --all-targets -- -D warnings"),
        "mend the lints above (missing: `rustup component add clippy`)",
    )?;
    run(command("cargo test --workspace"), "a test fails, see above")?;
    let mut documentation = command("cargo doc --no-deps --workspace");
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    run(documentation, "mend the documentation above")?;
    oldest_rust()
}

/// The dependency tree is exactly what [`DEPENDENCIES`] says.
fn dependencies() -> Result<()> {
    let tree = command("cargo tree --package converse-messages --edges normal --prefix none --format {p}");
    println!("\n$ cargo tree --package converse-messages --edges normal");
    let tree = output(tree)?;
    let found: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let allowed: BTreeSet<&str> = DEPENDENCIES.iter().copied().chain(["converse-messages"]).collect();
    let list = |names: Vec<&&str>| names.into_iter().copied().collect::<Vec<_>>().join(", ");
    let (new, gone) = (list(found.difference(&allowed).collect()), list(allowed.difference(&found).collect()));
    if !new.is_empty() {
        bail!("the library now depends on {new}: do without, or add it to the list in xtask/src/test.rs");
    }
    if !gone.is_empty() {
        bail!("the library no longer depends on {gone}: take it off the list in xtask/src/test.rs");
    }
    println!("{} crates, all allowed", DEPENDENCIES.len());
    Ok(())
}

/// The published crates compile with the Rust that the manifest promises.
fn oldest_rust() -> Result<()> {
    let manifest = root().join("Cargo.toml");
    let manifest = std::fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))
        .context("Cargo.toml has no line `rust-version = \"…\"`")?;
    if !succeeds(command(&format!("cargo +{version} --version"))) {
        run(
            command(&format!("rustup toolchain install {version} --profile minimal")),
            "the check of the oldest supported Rust needs this toolchain and could not install it",
        )?;
    }
    for package in PUBLISHED {
        run(
            command(&format!("cargo +{version} check --package {package}")),
            "the code needs a newer Rust than Cargo.toml promises",
        )?;
    }
    Ok(())
}
