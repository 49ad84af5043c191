//! `cargo xtask wasm`: the npm package, in `wasm/pkg`.

pub mod check;
mod modules;
mod order;

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::{command, root, run, target};

const TARGET: &str = "wasm32-unknown-unknown";
const CRATE: &str = "converse_messages_wasm";
const FILE: &str = "converse_messages.wasm";

/// How the wasm is compiled. The stack is small enough for all addresses of data to be a byte shorter; functions are inlined, and copies
/// written out, as far as it was measured to make conversions faster. Loops are left as they are: unrolled, or with more variables to count
/// them, they are larger and no faster.
const FLAGS: [&str; 8] = [
    "-Ctarget-feature=+simd128",
    "-Clink-arg=-zstack-size=917504",
    "-Cllvm-args=-inline-threshold=60",
    "-Cllvm-args=-max-store-memcpy=2",
    "-Cllvm-args=-max-store-memmove=2",
    "-Cllvm-args=-unroll-max-count=1",
    "-Cllvm-args=-unroll-full-max-count=1",
    "-Cllvm-args=-disable-lsr",
];

/// Builds the package, and gives its folder.
///
/// # Errors
/// The wasm does not compile, or a file of `wasm/` is missing.
pub fn build() -> Result<PathBuf> {
    let mut cargo = command(&format!("cargo build --package converse-messages-wasm --profile wasm --target {TARGET}"));
    let flags: Vec<_> = FLAGS.into_iter().map(str::to_owned).chain(without_folders()?).collect();
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags={flags:?}"));
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

/// Flags that keep the names of this machine's folders out of the wasm: it is the same wherever it is built.
fn without_folders() -> Result<Vec<String>> {
    let cargo = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => env::home_dir().context("there is no home folder: set CARGO_HOME")?.join(".cargo"),
    };
    let hidden = |folder: &Path, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let mut flags = vec![hidden(root(), "converse-messages")];
    // One for each registry that crates come from.
    for registry in fs::read_dir(cargo.join("registry/src")).into_iter().flatten() {
        flags.push(hidden(&registry.context("cannot list the folders of crates")?.path(), "crates"));
    }
    Ok(flags)
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
    Ok((order::by_likeness(&output.wasm_mut().emit_wasm())?, glue))
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
