//! `cargo xtask records`: a batch file of any size, the same one every time.

use std::io::{self, BufWriter, Write as _};

use anyhow::{Context as _, Result};

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Converted,
    /// Refused, by an error of this kind.
    Refused(&'static str),
}

/// What a job is made of. `ID` and `TEXT` stand for the record's own.
const GOOD: &[&str] = &[
    r#"{"recordId":"ID","modelInput":{"messages":[{"role":"user","content":[{"text":"TEXT"}]}],"inferenceConfig":{"maxTokens":512,"temperature":0.20}}}"#,
    // Without `maxTokens`, which is a hint, and with what must stay as it is written: escapes, numbers, the order of keys.
    r#"{"recordId":"ID","modelInput":{"system":[{"text":"Answer in one sentence."},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"text":"TEXT"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"tooluse_1","name":"look_up","input":{"z":1e2,"a":"caf\u00e9 \"losses\":[ 好","losses":[{"value":1.50}]}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"tooluse_1","content":[{"text":"TEXT"}]}}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"look_up","description":"Looks a term up","inputSchema":{"json":{"type":"object","properties":{"z":{"type":"number"},"a":{"type":"string"}}}}}}]}}}"#,
    // A body of `InvokeModel`.
    r#"{"recordId":"ID","modelInput":{"anthropic_version":"bedrock-2023-05-31","max_tokens":256,"messages":[{"role":"user","content":"TEXT"},{"role":"assistant","content":"It is"},{"role":"user","content":[{"type":"text","text":"Go on."}]}]}}"#,
    // What came of a request.
    r#"{"recordId":"ID","modelOutput":{"output":{"message":{"role":"assistant","content":[{"text":"TEXT"}]}},"stopReason":"end_turn","usage":{"inputTokens":20,"outputTokens":9,"totalTokens":29},"metrics":{"latencyMs":310}}}"#,
];

/// What goes wrong in one, and the kind of error that tells.
const BAD: &[(&str, &str)] = &[
    // A line that was cut off.
    ("invalid_json", r#"{"recordId":"ID","modelInput":{"messages":[{"role":"user","content":[{"te"#),
    // No body.
    ("invalid_source", r#"{"recordId":"ID"}"#),
    // A message without content.
    ("invalid_source", r#"{"recordId":"ID","modelInput":{"messages":[{"role":"user"}],"inferenceConfig":{}}}"#),
    // No id.
    ("invalid_source", r#"{"modelInput":{"messages":[{"role":"user","content":[{"text":"TEXT"}]}]}}"#),
    // What Messages has no place for.
    (
        "loss",
        r#"{"recordId":"ID","modelInput":{"messages":[{"role":"user","content":[{"video":{"format":"mp4","source":{"bytes":"AAAA"}}},{"text":"TEXT"}]}]}}"#,
    ),
    // No record at all.
    ("invalid_source", "7"),
];

/// One record of this many is bad.
const BAD_EVERY: usize = 97;

const SENTENCE: &str = "The committee met on the second Tuesday of the month and put the matter off once more. ";

pub fn id(number: usize) -> String {
    format!("record-{number:07}")
}

/// A line, and what becomes of it towards Messages. Lines are numbered from 1.
pub fn line(number: usize) -> Result<(String, Fate)> {
    let pick = number / BAD_EVERY;
    let (fate, template) = if number.is_multiple_of(BAD_EVERY) {
        let (kind, template) = BAD.get(pick % BAD.len()).context("no bad records")?;
        (Fate::Refused(kind), template)
    } else {
        (Fate::Converted, GOOD.get(number % GOOD.len()).context("no good records")?)
    };
    let text = SENTENCE.repeat(1 + number % 7);
    Ok((template.replace("TEXT", text.trim_end()).replace("ID", &id(number)), fate))
}

/// Prints that many lines.
///
/// # Errors
/// Nobody reads them.
pub fn print(count: usize) -> Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    for number in 1..=count {
        writeln!(output, "{}", line(number)?.0)?;
    }
    Ok(output.flush()?)
}
