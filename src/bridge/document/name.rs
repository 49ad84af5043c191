//! The name of a document ← its title
//!
//! Converse requires a name of letters, digits, single white space and `-()[]`, which no other document of the request has: a
//! title is made to fit (hint), and one that is absent becomes `document-N` (hint).

use std::collections::{BTreeSet, HashMap};

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Text};

/// The names of the documents of one request.
#[derive(Default)]
pub(in crate::bridge) struct Names {
    count: usize,
    /// The names, in lower case.
    used: BTreeSet<String>,
    /// The next number to try behind names that begin alike.
    next: HashMap<String, u32>,
}

const LONGEST_NAME: usize = 200;

/// How much of a name stays whatever number stands behind it.
const STEM: usize = LONGEST_NAME - "-18446744073709551615".len();

impl Names {
    /// The name of the next document: its title as Converse takes it, unique in the request.
    pub(super) fn next<L: Leaves>(&mut self, title: Option<L::Text>, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
        self.count += 1;
        let decoded = title.as_ref().map(Text::decode).unwrap_or_default();
        let mut name = if decoded.is_empty() {
            cx.hint(at, Code::Supplied, "Converse requires a name for each document");
            format!("document-{}", self.count)
        } else {
            legal_name(&decoded)
        };
        let fits = decoded == name;
        let renamed = self.make_unique(&mut name);
        if !decoded.is_empty() && (renamed || !fits) {
            cx.hint(
                at,
                Code::Renamed,
                "Converse takes names of letters, digits, single white space and `-()[]`, each once",
            );
        }
        match title {
            Some(title) if fits && !renamed => title,
            _ => name.into(),
        }
    }

    /// Puts `-2`, `-3`, … behind a name that has been used.
    fn make_unique(&mut self, name: &mut String) -> bool {
        let key = name.to_ascii_lowercase();
        if self.used.insert(key.clone()) {
            return false;
        }
        let number = self.next.entry(key.chars().take(STEM).collect()).or_insert(2);
        loop {
            let suffix = format!("-{number}");
            *number += 1;
            let candidate: String = name.chars().take(LONGEST_NAME - suffix.len()).chain(suffix.chars()).collect();
            if self.used.insert(candidate.to_ascii_lowercase()) {
                *name = candidate;
                return true;
            }
        }
    }
}

/// A title with `-` for each character that a name cannot have there.
fn legal_name(title: &str) -> String {
    let mut white = false;
    title
        .chars()
        .take(LONGEST_NAME)
        .map(|char| {
            let (before, now) = (white, char.is_ascii_whitespace());
            white = now;
            match char {
                _ if now && !before => char,
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '(' | ')' | '[' | ']' => char,
                _ => {
                    white = false;
                    '-'
                }
            }
        })
        .collect()
}
