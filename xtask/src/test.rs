//! `cargo xtask test`: everything that must hold, the quick checks first.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};

use crate::shell::{command, output, root, run, succeeds};
use crate::wasm;

/// Every crate in the library's normal dependency tree. The library is meant to be light: a crate that is added here is
/// a decision, not an accident.
const DEPENDENCIES: &[&str] = &[
    "base64",
    "bytemuck",
    "cfg-if",
    "crc32fast",
    "hmac-sha256",
    "itoa",
    "memchr",
    "proc-macro2",
    "quote",
    "safe_arch",
    "serde",
    "serde_core",
    "serde_json",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
    "wide",
    "zmij",
];

/// Crates that the feature `bedrock` must not bring: another TLS, cryptography that needs cmake, and AWS's own HTTP clients.
const NOT_BY_BEDROCK: &[&str] =
    &["aws-lc-rs", "aws-lc-sys", "aws-smithy-http-client", "cmake", "native-tls", "openssl-sys", "webpki-roots"];

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
    run(
        command("cargo clippy --package converse-messages --all-targets --features bedrock -- -D warnings"),
        "mend the lints above",
    )?;
    run(command("cargo test --workspace"), "a test fails, see above")?;
    for bedrock in ["--lib --test bedrock --example bedrock_calls", "--doc bedrock"] {
        run(
            command(&format!("cargo test --package converse-messages --features bedrock {bedrock}")),
            "a test of the feature `bedrock` fails, see above",
        )?;
    }
    let mut documentation = command("cargo doc --no-deps --workspace");
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    run(documentation, "mend the documentation above")?;
    let mut documentation = command("cargo doc --no-deps --package converse-messages --features bedrock");
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    run(documentation, "mend the documentation above")?;
    wasm::check::all()?;
    oldest_rust()
}

/// The dependency tree is exactly what [`DEPENDENCIES`] says, and that of the feature `bedrock` free of [`NOT_BY_BEDROCK`].
fn dependencies() -> Result<()> {
    let found = tree("")?;
    let allowed: BTreeSet<String> =
        DEPENDENCIES.iter().copied().chain(["converse-messages"]).map(str::to_owned).collect();
    let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let (new, gone) = (list(found.difference(&allowed).collect()), list(allowed.difference(&found).collect()));
    if !new.is_empty() {
        bail!("the library now depends on {new}: do without, or add it to the list in xtask/src/test.rs");
    }
    if !gone.is_empty() {
        bail!("the library no longer depends on {gone}: take it off the list in xtask/src/test.rs");
    }
    println!("{} crates, all allowed", DEPENDENCIES.len());
    let found = tree("--features bedrock")?;
    if let Some(unwanted) = NOT_BY_BEDROCK.iter().find(|name| found.contains(**name)) {
        bail!("the feature `bedrock` now brings {unwanted}: trim the features of what brings it");
    }
    println!("{} crates with the feature `bedrock`, none of {}", found.len() - 1, NOT_BY_BEDROCK.join(", "));
    Ok(())
}

/// The names in the library's normal dependency tree.
fn tree(features: &str) -> Result<BTreeSet<String>> {
    let tree = format!("cargo tree --package converse-messages --edges normal --prefix none --format {{p}} {features}");
    println!("\n$ {tree}");
    let tree = output(command(tree.trim_end()))?;
    Ok(tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
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
    for package in PUBLISHED.iter().copied().chain(["converse-messages --features bedrock"]) {
        run(
            command(&format!("cargo +{version} check --package {package}")),
            "the code needs a newer Rust than Cargo.toml promises",
        )?;
    }
    Ok(())
}
