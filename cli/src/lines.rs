//! Documents that stand one a line.

use std::io::{self, BufRead, Read as _, Write};

use converse_messages::Converted;

use crate::convert::{Answer, Convert};

/// The longest line that is read: three times what Bedrock takes.
const LONGEST: usize = 64 << 20;

/// What is said of a longer one.
pub const TOO_LARGE: &str = r#"{"kind":"too_large","message":"the line is longer than 64 MiB","path":""}"#;

pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A line that is not blank.
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Where its text ends in the buffer it was read into; `None`: it is too long, and was passed over.
    pub end: Option<usize>,
}

/// The lines of an input.
pub struct Lines<R> {
    input: R,
    /// How many lines were read.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// Appends the next line that is not blank to the buffer, without the white space around it.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Line>> {
        let start = buffer.len();
        loop {
            buffer.truncate(start);
            let length = self.input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', buffer)?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if length > LONGEST && buffer.last() != Some(&b'\n') {
                buffer.truncate(start);
                self.pass_over()?;
                return Ok(Some(Line { number: self.number, end: None }));
            }
            if self.number == 1 && buffer.get(start..).is_some_and(|line| line.starts_with(BYTE_ORDER_MARK)) {
                buffer.drain(start..start + BYTE_ORDER_MARK.len());
            }
            let line = buffer.get(start..).unwrap_or_default();
            let end = start + line.trim_ascii_end().len();
            if end > start {
                buffer.truncate(end);
                return Ok(Some(Line { number: self.number, end: Some(end) }));
            }
        }
    }

    /// Reads up to the end of the line, and keeps nothing.
    fn pass_over(&mut self) -> io::Result<()> {
        loop {
            let read = self.input.fill_buf()?;
            let end = read.iter().position(|byte| *byte == b'\n');
            let passed = end.map_or(read.len(), |end| end + 1);
            self.input.consume(passed);
            if end.is_some() || passed == 0 {
                return Ok(());
            }
        }
    }
}

/// Converts one document a line to one result a line.
pub fn convert(input: impl BufRead, convert: &Convert) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let mut lines = Lines::new(input);
    let mut document = Vec::new();
    while let Some(line) = lines.next(&mut document).map_err(|error| unreadable(&error))? {
        let written = match line.end {
            None => writeln!(output, "{{\"error\":{TOO_LARGE}}}"),
            Some(_) => result(convert(&document), &mut output),
        };
        written.and_then(|()| output.flush()).map_err(|error| unwritable(&error))?;
        document.clear();
    }
    Ok(())
}

/// Why there is no more input.
pub fn unreadable(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot read the input: {error}"))
}

/// Why there is no more output.
pub fn unwritable(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write the output: {error}"))
}

fn result(converted: Result<Converted<Answer>, converse_messages::Error>, output: &mut impl Write) -> io::Result<()> {
    match converted {
        Ok(Converted { value: Answer { json, status }, losses }) => {
            write!(output, "{{\"value\":{json},\"losses\":{}", serde_json::to_string(&losses)?)?;
            if let Some(status) = status {
                write!(output, ",\"status\":{status}")?;
            }
            writeln!(output, "}}")
        }
        Err(error) => writeln!(output, "{{\"error\":{}}}", serde_json::to_string(&error)?),
    }
}
