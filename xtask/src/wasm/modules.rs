//! The package's JavaScript: the modules of `wasm/js` as they are, and for `require` the same as `CommonJS`.
//!
//! Only what those modules have is translated: imports and exports at the beginning of a line, each a statement of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::put;
use crate::shell::root;

/// The modules that every entry shares.
const SHARED: &[&str] = &[
    "accumulate",
    "bytes",
    "documents",
    "engine",
    "error",
    "events",
    "flatten",
    "glue",
    "index",
    "lines",
    "places",
    "references",
    "report",
    "revive",
    "skeleton",
    "streams",
];

/// What is copied as it is: entries and types.
const COPIED: &[&str] =
    &["default.js", "workerd.js", "slim.js", "node.cjs", "index.d.ts", "converse.d.ts", "messages.d.ts", "slim.d.ts"];

pub fn write(package: &Path, glue: &str, wasm: &[u8]) -> Result<()> {
    let mut exported = Vec::new();
    for name in SHARED {
        let module = if *name == "glue" { glue.to_owned() } else { read(&format!("{name}.js"))? };
        let module_name = format!("{name}.js");
        put(package, &module_name, &module)?;
        let (script, names) = common_js(&module).with_context(|| module_name.clone())?;
        put(package, &format!("cjs/{name}.js"), script)?;
        if ["documents", "error", "events", "streams"].contains(name) {
            exported.extend(names);
        }
    }
    put(package, "cjs/package.json", "{ \"type\": \"commonjs\" }\n")?;
    for name in COPIED {
        put(package, name, read(name)?)?;
    }
    // The same types, as those of a `CommonJS` module.
    for name in ["index", "converse", "messages"] {
        put(package, &format!("{name}.d.cts"), read(&format!("{name}.d.ts"))?.replace(".js'", ".cjs'"))?;
    }
    put(package, "wasm.js", format!("export default '{}';\n", STANDARD.encode(wasm)))?;
    put(package, "node.js", node(&exported))
}

fn read(name: &str) -> Result<String> {
    let path = root().join("wasm/js").join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// `import` in Node: what `require` gives, so that there is one instance.
fn node(exported: &[String]) -> String {
    let names = exported.join(",\n  ");
    format!("import converseMessages from './node.cjs';\n\nexport const {{\n  {names},\n}} = converseMessages;\n")
}

/// A module as `CommonJS`, and the names it exports itself.
fn common_js(module: &str) -> Result<(String, Vec<String>)> {
    let mut script = String::from("'use strict';\n");
    let mut names = Vec::new();
    for line in module.lines() {
        script.push_str(&translated(line, &mut names).with_context(|| format!("cannot translate `{line}`"))?);
        script.push('\n');
    }
    if script.contains("import.meta") {
        bail!("`import.meta` has no counterpart");
    }
    script.extend(names.iter().map(|name| format!("exports.{name} = {name};\n")));
    Ok((script, names))
}

fn translated(line: &str, names: &mut Vec<String>) -> Result<String> {
    let required = |from: &str| from.trim_end_matches(';').to_owned();
    if let Some(import) = line.strip_prefix("import ") {
        let (what, from) = import.split_once(" from ").context("no `from`")?;
        let what = what.strip_prefix("* as ").unwrap_or(what);
        return Ok(format!("const {what} = require({});", required(from)));
    }
    let Some(export) = line.strip_prefix("export ") else {
        return Ok(line.to_owned());
    };
    if let Some(from) = export.strip_prefix("* from ") {
        return Ok(format!("Object.assign(exports, require({}));", required(from)));
    }
    if let Some((what, from)) = export.strip_prefix("{ ").and_then(|rest| rest.split_once(" } from ")) {
        return Ok(format!("({{ {} }} = require({}));", exported(what), required(from)));
    }
    if let Some(what) = export.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" };")) {
        // The last line of the glue, whose default is for asynchronous loading.
        names.extend(what.split(", ").filter(|name| !name.contains(" as ")).map(str::to_owned));
        return Ok(String::new());
    }
    let declared = export.trim_start_matches("async ");
    let (_, rest) = declared.split_once(' ').context("no declaration")?;
    let name =
        rest.split(|char: char| !char.is_alphanumeric() && char != '_' && char != '$').next().unwrap_or_default();
    names.push(name.to_owned());
    Ok(export.to_owned())
}

fn exported(names: &str) -> String {
    let targets: Vec<String> = names.split(", ").map(|name| format!("{name}: exports.{name}")).collect();
    targets.join(", ")
}
