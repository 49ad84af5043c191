//! `cargo xtask fuzz`: each fuzz target for some seconds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::shell::{command, output, root, run, succeeds};

const INSTALL_NIGHTLY: &str = "rustup toolchain install nightly --profile minimal";
const INSTALL_CARGO_FUZZ: &str = "cargo install cargo-fuzz --locked";

/// Runs each fuzz target for some seconds.
///
/// # Errors
/// A target finds a failing input, or a tool is missing and cannot be installed.
pub fn run_all(seconds: u32) -> Result<()> {
    if !succeeds(command("cargo +nightly --version")) {
        run(command(INSTALL_NIGHTLY), "fuzzing needs a nightly Rust")?;
    }
    if !succeeds(command("cargo fuzz --version")) {
        run(command(INSTALL_CARGO_FUZZ), "fuzzing needs cargo-fuzz")?;
    }
    let seeds = seeds()?;
    let listed = output(command("cargo +nightly fuzz list"))?;
    let targets: Vec<&str> = listed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if targets.is_empty() {
        bail!("fuzz/ has no targets");
    }
    run(command("cargo +nightly fuzz build"), "a fuzz target does not compile (it needs a C++ compiler, too)")?;
    let corpora = std::env::temp_dir().join(format!("converse-messages-fuzz-{}", std::process::id()));
    for target in &targets {
        let corpus = corpora.join(target);
        plant(&seeds, &corpus)?;
        let corpus = corpus.display();
        let limits = format!("-max_total_time={seconds} -timeout=10 -rss_limit_mb=2048 -dict=fuzz/words.dict");
        run(
            command(&format!("cargo +nightly fuzz run {target} {corpus} -- {limits} -print_final_stats=1")),
            &format!("see above; the input is in fuzz/artifacts/{target}/"),
        )?;
    }
    fs::remove_dir_all(&corpora).with_context(|| format!("cannot remove {}", corpora.display()))?;
    println!("\n{} passed, 0 failed", targets.len());
    Ok(())
}

/// The documents of the test cases. None only while there is no folder of cases.
fn seeds() -> Result<Vec<PathBuf>> {
    let cases = root().join("tests/cases");
    if !cases.is_dir() {
        println!("no tests/cases yet: nothing to seed the corpus from");
        return Ok(Vec::new());
    }
    let mut seeds = Vec::new();
    for concept in folders(&cases)? {
        for case in folders(&concept)? {
            let documents = ["converse.json", "messages.json"].map(|name| case.join(name));
            seeds.extend(documents.into_iter().filter(|document| document.is_file()));
        }
    }
    if seeds.is_empty() {
        bail!("{} holds no cases to seed the corpus from", cases.display());
    }
    Ok(seeds)
}

fn folders(of: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(of).with_context(|| format!("cannot read {}", of.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

fn plant(seeds: &[PathBuf], corpus: &Path) -> Result<()> {
    fs::create_dir_all(corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::copy(seed, corpus.join(format!("{number}.json")))
            .with_context(|| format!("cannot copy {}", seed.display()))?;
    }
    Ok(())
}
