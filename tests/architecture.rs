//! How the code is laid out: who may know whom.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

/// The Rust files of a folder, or the one file, with what they say outside comments.
fn sources(place: &str) -> Vec<(PathBuf, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
    let mut files = Vec::new();
    collect(&path, &mut files);
    assert!(!files.is_empty(), "{place} holds no Rust files");
    files
}

fn collect(path: &Path, files: &mut Vec<(PathBuf, String)>) {
    if path.is_file() {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            files.push((path.to_owned(), code.join("\n")));
        }
        return;
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for entry in entries {
        collect(&entry.unwrap().path(), files);
    }
}

fn is_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Whether the code names a module by a path from the crate's root or from a parent, alone or in a braced list of `use`.
fn names_module(code: &str, module: &str) -> bool {
    let squeezed: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    ["crate::", "super::", "converse_messages::"].iter().any(|root| {
        squeezed.match_indices(root).any(|(at, _)| {
            let rest = &squeezed[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(list) => first_names(list).contains(&module),
                None => rest.split(|char| !is_name(char)).next() == Some(module),
            }
        })
    })
}

/// The first name of each path in a list that a brace closes: `a::{b, c}, d` gives `a` and `d`.
fn first_names(list: &str) -> Vec<&str> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, char) in list.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(list[start..at].trim().split(|char| !is_name(char)).next().unwrap());
                start = at + 1;
                if char == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

fn assert_unaware(place: &str, modules: &[&str]) {
    for (path, code) in sources(place) {
        for module in modules {
            assert!(!names_module(&code, module), "{} knows `{module}`", path.display());
        }
    }
}

#[test]
fn the_converse_wing_knows_neither_the_messages_wing_nor_the_bridge() {
    assert_unaware("src/converse", &["messages", "bridge"]);
}

#[test]
fn the_messages_wing_knows_neither_the_converse_wing_nor_the_bridge() {
    assert_unaware("src/messages", &["converse", "bridge"]);
}

#[test]
fn what_the_wings_are_made_of_knows_neither_wing_nor_the_bridge() {
    assert_unaware("src/wire", &["converse", "messages", "bridge"]);
}

#[test]
fn the_framings_know_neither_wing_nor_the_bridge() {
    assert_unaware("src/frame", &["converse", "messages", "bridge"]);
}

#[test]
fn the_schema_inliner_knows_neither_wing_nor_the_bridge() {
    assert_unaware("src/schema", &["converse", "messages", "bridge"]);
}

#[test]
fn only_the_bridge_and_the_transport_know_both_wings() {
    let both = |code: &str| names_module(code, "converse") && names_module(code, "messages");
    let rooms = ["src/bridge", "src/bedrock"].map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join(room));
    for (path, code) in sources("src") {
        let may = rooms.iter().any(|room| path.starts_with(room));
        assert!(may || !both(&code), "{} knows both wings", path.display());
    }
    assert!(sources("src/bridge").iter().any(|(_, code)| both(code)), "the bridge knows both wings");
}

#[test]
fn only_the_transport_knows_the_transport() {
    for place in ["src/bridge", "src/converse", "src/messages", "src/wire", "src/frame", "src/schema"] {
        assert_unaware(place, &["bedrock"]);
    }
}

#[test]
fn the_library_does_no_input_or_output_outside_the_bedrock_room() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "SystemTime",
        "Instant::",
        "rand::",
        "fastrand",
        "reqwest",
        "tracing::",
        "tokio",
        "print!(",
        "println!(",
        "eprint!(",
        "eprintln!(",
        "dbg!(",
        "extern crate",
    ];
    let bedrock = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bedrock");
    for (path, code) in sources("src").iter().filter(|(path, _)| !path.starts_with(&bedrock)) {
        for word in forbidden {
            assert!(!code.contains(word), "{} says `{word}`", path.display());
        }
        // `use std::{fs, …}` says the same.
        for module in code.match_indices("std::{").flat_map(|(at, list)| first_names(&code[at + list.len()..])) {
            let said = format!("std::{module}");
            assert!(!forbidden.contains(&said.as_str()), "{} says `{said}`", path.display());
        }
    }
}

#[test]
fn no_file_of_the_library_has_more_than_600_lines() {
    for (path, _) in sources("src") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
    }
}

#[test]
fn the_architecture_tests_see_imports_in_every_form() {
    for code in [
        "use crate::messages;",
        "use crate::{\n    converse::{self, Role}, messages::Role,\n};",
        "super::messages::Role",
    ] {
        assert!(names_module(code, "messages"), "{code}");
    }
    for code in ["use crate::converse::Message;", "use crate::{converse::{messages, x}, wire};", "let messages = 1;"] {
        assert!(!names_module(code, "messages"), "{code}");
    }
}
