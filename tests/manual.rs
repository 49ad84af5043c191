//! The manual's table is true: each mark is what the row's case shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The cells of the rows that name a case.
fn rows(manual: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    manual
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(cells)
        .filter(|cells| cells.len() == 5 && cells[4].starts_with('`'))
        .collect()
}

/// The mark that a case deserves in one direction.
fn mark(case: &Value, direction: &str) -> &'static str {
    let losses = match (&case["error"][direction], &case[direction]) {
        (Value::Object(_), _) => return "!",
        (_, Value::Array(losses)) => losses,
        _ => return "—",
    };
    match losses.iter().any(|loss| loss["severity"] == "content") {
        true => "✗",
        false if losses.is_empty() => "=",
        false => "~",
    }
}

#[test]
fn every_mark_of_the_manual_is_what_its_case_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = rows(&fs::read_to_string(root.join("src/manual/mapping.md")).unwrap());
    assert!(rows.len() > 60, "the table has only {} rows", rows.len());
    for row in rows {
        let case = row[4].trim_matches('`');
        let losses = fs::read_to_string(root.join("tests/cases").join(case).join("losses.json"));
        let losses: Value = serde_json::from_str(&losses.unwrap_or_else(|error| panic!("{case}: {error}"))).unwrap();
        assert_eq!([&row[2], &row[3]], [mark(&losses, "to_messages"), mark(&losses, "to_converse")], "{case}");
    }
}

#[test]
fn every_concept_of_the_bridge_stands_in_the_manual() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manual = fs::read_to_string(root.join("src/manual/mapping.md")).unwrap();
    // These have no rows of their own: they are about a request's form, not about its members.
    let others = ["count-tokens", "invoke", "rules"];
    for concept in fs::read_dir(root.join("tests/cases")).unwrap() {
        let concept = concept.unwrap().file_name().into_string().unwrap();
        assert!(others.contains(&&*concept) || manual.contains(&format!("`{concept}/")), "{concept}");
    }
}
