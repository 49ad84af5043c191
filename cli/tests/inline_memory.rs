//! Hostile schemas are answered in little memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "tool/memory.rs"]
mod memory;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

/// The tool's own code and its input included.
const MOST: usize = 50 << 20;

/// What of the tool's code is read is held too, and code without optimisations is long.
const CODE: usize = if cfg!(debug_assertions) { 5 << 20 } else { 0 };

fn assert_small(schema: &str, expected: &str) {
    for recursion in ["error", "unroll", "keep"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_converse-messages"))
            .args(["inline", "--jsonl", "--recursion", recursion])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{schema}").unwrap();
        let mut answer = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut answer).unwrap();
        let peak = memory::peak(&child);
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let start: String = schema.chars().take(100).collect();
        assert!(answer.contains(expected), "{recursion}: {answer} for {start}");
        assert!(peak < MOST + CODE, "{recursion}: {peak} bytes for {start}");
    }
}

/// Definitions `d0`, `d1`, … that each refer to the next, the last to the `end`, and a root that refers to the first.
fn chain(before: &str, behind: &str, end: &str) -> String {
    const LAST: usize = 99_999;
    let reference = |n: usize| format!(r##"{{"$ref": "#/$defs/d{n}"}}"##);
    let definition = |n| format!(r#""d{n}": {before}{}{behind}"#, reference(n + 1));
    let definitions: Vec<String> = (0..LAST).map(definition).collect();
    format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{}, "d{LAST}": {end}}}}}"##, definitions.join(", "))
}

#[test]
fn a_long_chain_is_followed() {
    assert_small(&chain("", "", r#"{"type": "null"}"#), r#""value":{"type":"null"}"#);
}

#[test]
fn a_long_chain_of_schemas_in_schemas_is_refused() {
    assert_small(&chain(r#"{"type": "object", "properties": {"x": "#, "}}", "true"), "too_deep");
    assert_small(&chain(r#"{"allOf": ["#, "]}", "true"), "too_deep");
}

#[test]
fn a_long_ring_of_aliases_is_refused() {
    assert_small(&chain("", "", r##"{"$ref": "#/$defs/d0"}"##), "recursive_ref");
}
