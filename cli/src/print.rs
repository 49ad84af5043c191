//! What a person reads.

use std::io::{self, Write};

use converse_messages::{Error, ErrorKind, Loss, Severity};

/// How many levels are indented: what nests deeper stands below the last of them, or the indentation alone would fill the memory.
const INDENTED: usize = 128;

/// Compact JSON, indented. Tokens stay as they are.
pub fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut chars = json.chars().peekable();
    while let Some(char) = chars.next() {
        if in_string {
            out.push(char);
            in_string = escaped || char != '"';
            escaped = !escaped && char == '\\';
            continue;
        }
        match char {
            '{' | '[' => {
                out.push(char);
                if let Some(closing) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(closing);
                } else {
                    depth += 1;
                    new_line(depth, &mut out);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(depth, &mut out);
                out.push(char);
            }
            ',' => {
                out.push(char);
                new_line(depth, &mut out);
            }
            ':' => out.push_str(": "),
            _ => {
                in_string = char == '"';
                out.push(char);
            }
        }
    }
    out
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(INDENTED)));
}

/// The losses as a table, those of content first: how bad, where, what, why.
pub fn losses(losses: &[Loss], out: &mut impl Write) -> io::Result<()> {
    if losses.is_empty() {
        return Ok(());
    }
    let content = losses.iter().filter(|loss| loss.severity == Severity::Content).count();
    let plural = if losses.len() == 1 { "loss" } else { "losses" };
    writeln!(out, "{} {plural}: {content} of content, {} a hint", losses.len(), losses.len() - content)?;
    let paths = losses.iter().map(|loss| loss.path.chars().count()).max().unwrap_or_default().min(60);
    let codes = losses.iter().map(|loss| loss.code.as_str().len()).max().unwrap_or_default();
    let (contents, hints): (Vec<_>, Vec<_>) = losses.iter().partition(|loss| loss.severity == Severity::Content);
    for Loss { path, severity, code, message, .. } in contents.into_iter().chain(hints) {
        let (severity, code) = (severity.as_str(), code.as_str());
        writeln!(out, "  {severity:7}  {:paths$}  {code:codes$}  {}", shown(path), shown(message))?;
    }
    Ok(())
}

/// A text as a terminal may get it: names of members stand in paths, and a terminal must not obey them.
pub fn shown(text: &str) -> String {
    text.chars().flat_map(shown_char).collect()
}

/// A character as a terminal may get it.
fn shown_char(char: char) -> impl Iterator<Item = char> {
    let (escape, plain) = if char.is_control() { (Some(char.escape_default()), None) } else { (None, Some(char)) };
    escape.into_iter().flatten().chain(plain)
}

/// Why there is no value, and what to do about it.
pub fn error(error: &Error, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "error[{}]: {}", error.kind(), shown(&error.to_string()))?;
    losses(error.losses(), out)?;
    let help = match error.kind() {
        ErrorKind::Loss => "convert anyway with `--loss allow`, or change the request at these places",
        ErrorKind::MissingMaxTokens => "set inferenceConfig.maxTokens, or give `--default-max-tokens N`",
        ErrorKind::MissingModel => "name the model in the request, or give `--model ID`",
        ErrorKind::Collision => "keep one of the two members",
        ErrorKind::UnsupportedName => "rename the tool wherever it is named",
        ErrorKind::RecursiveRef => "write it out a few times with `unroll`, or keep its definitions with `keep`",
        _ => return Ok(()),
    };
    writeln!(out, "help: {help}")
}
