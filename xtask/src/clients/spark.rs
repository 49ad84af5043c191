//! Apache Spark pipes 100,000 records through the tool: the same comes out as of one `batch`.

use std::fmt::Debug;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::Place;
use crate::records::{self, Fate};
use crate::shell::{outcome, program, run};

const RECORDS: usize = 100_000;
const PARTITIONS: usize = 4;
const OLDEST_JAVA: u32 = 17;

/// The direction that is tried, for the tool and for Spark alike.
const OPTIONS: &[&str] = &["--to", "messages", "--model", "claude-haiku-4-5"];

/// Converts the records both ways and compares.
///
/// # Errors
/// Java is missing, or something does not run at all.
pub fn check(place: &mut Place) -> Result<()> {
    java()?;
    place.install("examples/spark/requirements.txt")?;
    let input = place.folder.join("records.jsonl");
    let expected = Expected::write(&input)?;
    let (output, errors) = (place.folder.join("batch.jsonl"), place.folder.join("errors.jsonl"));
    let report = batch(&place.tool, &input, &output, &errors)?;
    let spark = place.folder.join("spark");
    submit(place, &input, &spark)?;

    let (output, errors, input) = (read(&output)?, read(&errors)?, read(&input)?);
    let (parts, converted) = read_parts(&spark.join("records"))?;
    let (_, refused) = read_parts(&spark.join("refused"))?;
    let checks = &mut place.checks;
    println!();
    checks.check("batch counts what it converts and refuses", expected.counted(&report));
    checks.check("batch keeps the order", same(&expected.ids, &ids(&output)));
    checks.check("batch refuses the bad records, and only them", expected.refused(&errors));
    checks.check("Spark cuts the input into partitions", at_least(PARTITIONS, parts));
    checks.check("Spark gives the same records in the same order", same(&lines(&output), &lines(&converted)));
    checks.check("Spark refuses the same records for the same reasons", kept(&errors, &refused, &input));
    Ok(())
}

fn java() -> Result<()> {
    let missing = format!("Java {OLDEST_JAVA} or later is missing: `apt-get install default-jre-headless`");
    let output = Command::new("java").arg("-version").output().with_context(|| missing.clone())?;
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    let version =
        shown.split('"').nth(1).and_then(|version| version.split(['.', '-', '+']).next()?.parse::<u32>().ok());
    match version {
        Some(version) if version >= OLDEST_JAVA => Ok(()),
        _ => bail!("{missing}; `java -version` says: {}", shown.trim()),
    }
}

/// What must become of the records.
struct Expected {
    /// Those of the records that convert, in order.
    ids: Vec<String>,
    /// The lines of those that do not, and the kinds of their errors.
    refused: Vec<(u64, String)>,
}

impl Expected {
    /// Writes the records, and says what must become of them.
    fn write(input: &Path) -> Result<Self> {
        let mut expected = Self { ids: Vec::new(), refused: Vec::new() };
        let mut file = BufWriter::new(fs::File::create(input)?);
        for number in 1..=RECORDS {
            let (line, fate) = records::line(number)?;
            writeln!(file, "{line}")?;
            match fate {
                Fate::Converted => expected.ids.push(records::id(number)),
                Fate::Refused(kind) => expected.refused.push((number as u64, kind.to_owned())),
            }
        }
        file.flush()?;
        Ok(expected)
    }

    fn counted(&self, report: &str) -> Result<()> {
        let counts = format!("{RECORDS} records: {} converted, {} refused", self.ids.len(), self.refused.len());
        ensure!(report.starts_with(&counts), "{report:?} is not {counts:?}");
        Ok(())
    }

    fn refused(&self, errors: &str) -> Result<()> {
        let mut found = Vec::new();
        for line in errors.lines() {
            let error: Value = serde_json::from_str(line)?;
            let number = error.get("line").and_then(Value::as_u64).context("no line")?;
            let kind = error.pointer("/error/kind").and_then(Value::as_str).context("no kind")?;
            found.push((number, kind.to_owned()));
        }
        same(&self.refused, &found)
    }
}

/// Runs `batch`, and gives what it reports.
fn batch(tool: &Path, input: &Path, output: &Path, errors: &Path) -> Result<String> {
    let mut batch = program(tool);
    batch.arg("batch").args(OPTIONS).arg("--errors").arg(errors).arg(input).stdout(fs::File::create(output)?);
    let outcome = outcome(batch)?;
    let report = String::from_utf8(outcome.stderr)?;
    print!("{report}");
    ensure!(outcome.status.code() == Some(1), "batch ended with {} though records are refused", outcome.status);
    Ok(report)
}

/// Runs the example as its manual says.
fn submit(place: &Place, input: &Path, output: &Path) -> Result<()> {
    let mut submit = program(&place.python.with_file_name("spark-submit"));
    submit.env("PYSPARK_PYTHON", &place.python).env("SPARK_LOCAL_IP", "127.0.0.1");
    submit.args(["--master", "local[*]", "--conf", "spark.log.level=WARN", "--conf", "spark.ui.enabled=false"]);
    submit.args(["examples/spark/convert.py", "--partitions", &PARTITIONS.to_string(), "--tool"]).arg(&place.tool);
    submit.arg(input).arg(output).args(OPTIONS);
    run(submit, "the Spark example fails")
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// How many parts the folder has, and what they hold one after the other.
fn read_parts(folder: &Path) -> Result<(usize, String)> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    let is_part = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"part-"));
    let mut parts: Vec<PathBuf> = paths.into_iter().filter(is_part).collect();
    parts.sort();
    let text = parts.iter().map(|part| read(part)).collect::<Result<String>>()?;
    Ok((parts.len(), text))
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// What Anthropic calls the records.
fn ids(output: &str) -> Vec<String> {
    let id = |line: &str| line.strip_prefix(r#"{"custom_id":""#)?.split('"').next().map(str::to_owned);
    output.lines().map(|line| id(line).unwrap_or_default()).collect()
}

/// Both lists are the same, or where they part.
fn same<T: PartialEq + Debug>(expected: &[T], found: &[T]) -> Result<()> {
    if let Some(place) = expected.iter().zip(found).position(|(expected, found)| expected != found) {
        bail!("number {}: {:?} should be {:?}", place + 1, found.get(place), expected.get(place));
    }
    ensure!(expected.len() == found.len(), "{} should be {}", found.len(), expected.len());
    Ok(())
}

fn at_least(least: usize, found: usize) -> Result<()> {
    ensure!(found >= least, "{found} should be at least {least}");
    Ok(())
}

/// Spark has kept the errors of `batch`, each with the line it is about.
fn kept(errors: &str, refused: &str, input: &str) -> Result<()> {
    let input = lines(input);
    let mut expected = Vec::new();
    for line in errors.lines() {
        let mut error: Value = serde_json::from_str(line)?;
        let number = error.get("line").and_then(Value::as_u64).context("no line")?;
        let record = input.get(usize::try_from(number)? - 1).context("no such line")?;
        let members = error.as_object_mut().context("not an object")?;
        members.remove("id");
        members.insert("record".to_owned(), Value::from(*record));
        expected.push(error);
    }
    let found = refused.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    same(&expected, &found)
}
