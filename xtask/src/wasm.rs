//! `cargo xtask wasm`: the npm package, in `wasm/pkg`.

pub mod check;
mod modules;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::{command, root, run, target};

const TARGET: &str = "wasm32-unknown-unknown";
const CRATE: &str = "converse_messages_wasm";
const FILE: &str = "converse_messages.wasm";

/// How the wasm is compiled. The stack is small enough for all addresses of data to be a byte shorter; functions are inlined, and copies
/// written out, as far as it was measured to make conversions faster.
const FLAGS: [&str; 5] = [
    "-C target-feature=+simd128",
    "-C link-arg=-zstack-size=917504",
    "-C llvm-args=-inline-threshold=60",
    "-C llvm-args=-max-store-memcpy=2",
    "-C llvm-args=-max-store-memmove=2",
];

/// Builds the package, and gives its folder.
///
/// # Errors
/// The wasm does not compile, or a file of `wasm/` is missing.
pub fn build() -> Result<PathBuf> {
    let mut cargo = command(&format!("cargo build --package converse-messages-wasm --profile wasm --target {TARGET}"));
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", FLAGS.join(" "));
    run(cargo, &format!("the wasm does not compile (missing: `rustup target add {TARGET}`)"))?;
    let target = target();
    let compiled = target.join(TARGET).join("wasm").join(format!("{CRATE}.wasm"));

    let package = root().join("wasm/pkg");
    if package.exists() {
        fs::remove_dir_all(&package).with_context(|| format!("cannot remove {}", package.display()))?;
    }
    fs::create_dir_all(package.join("cjs")).with_context(|| format!("cannot create {}", package.display()))?;
    let (wasm, glue) = bind(&compiled)?;
    put(&package, FILE, &wasm)?;
    modules::write(&package, &glue, &wasm)?;
    copy(&root().join("wasm"), &package, &["package.json", "README.md"])?;
    copy(root(), &package, &["LICENSE-APACHE", "LICENSE-MIT"])?;
    println!("{}: {} bytes of wasm", package.display(), wasm.len());
    Ok(package)
}

/// The wasm as it is shipped, and the JavaScript that `wasm-bindgen` writes for it.
fn bind(compiled: &Path) -> Result<(Vec<u8>, String)> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .reset_state_function(true);
    let mut output = bindgen.generate_output()?;
    let glue = output.js().to_owned();
    Ok((output.wasm_mut().emit_wasm(), glue))
}

/// Writes a file of the package.
fn put(package: &Path, name: &str, content: impl AsRef<[u8]>) -> Result<()> {
    let path = package.join(name);
    fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn copy(from: &Path, package: &Path, names: &[&str]) -> Result<()> {
    for name in names {
        let source = from.join(name);
        if !source.is_file() {
            bail!("{} is missing", source.display());
        }
        fs::copy(&source, package.join(name)).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}
