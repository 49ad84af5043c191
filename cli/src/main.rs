//! The command-line tool: a thin shell over the library. Every answer it gives, the library gives.

mod args;
mod print;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use converse_messages::{Converted, Error, Options, count_tokens, invoke, model_id, request, schema};

use args::{Args, Command, Document, Inline, ModelId, ModelIdTarget, Target};

fn main() -> ExitCode {
    let args = Args::parse();
    if let Err(misuse) = args.check() {
        Args::command().error(ErrorKind::ArgumentConflict, misuse).exit();
    }
    match run(args.command) {
        Ok(code) => code,
        Err(error) => {
            // Writing this may fail too; there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Converts one JSON document, as options ask.
type ConvertAs = fn(&[u8], &Options) -> Result<Converted<String>, Error>;

/// Converts one JSON document.
type Convert<'a> = &'a dyn Fn(&[u8]) -> Result<Converted<String>, Error>;

fn run(command: Command) -> io::Result<ExitCode> {
    let (document, convert): (Document, ConvertAs) = match command {
        Command::Request { document, invoke: false } => match document.to {
            Target::Messages => (document, request::to_messages_json),
            Target::Converse => (document, request::to_converse_json),
        },
        Command::Request { document, invoke: true } => match document.to {
            Target::Messages => (document, invoke::from_converse_json),
            Target::Converse => (document, invoke::to_converse_json),
        },
        Command::CountTokens { document } => match document.to {
            Target::Messages => (document, count_tokens::to_messages_json),
            Target::Converse => (document, count_tokens::to_converse_json),
        },
        Command::Inline(arguments) => return inline(&arguments),
        Command::ModelId(id) => return translate(&id),
    };
    let options = document.options();
    answer(document.file.as_deref(), document.jsonl, &|bytes| convert(bytes, &options))
}

fn inline(Inline { recursion, depth, jsonl, loss, file }: &Inline) -> io::Result<ExitCode> {
    let (options, policy) = (recursion.options(*depth), loss.policy());
    answer(file.as_deref(), *jsonl, &|bytes| schema::inline_json(bytes, &options)?.accept(policy))
}

fn answer(file: Option<&Path>, jsonl: bool, convert: Convert<'_>) -> io::Result<ExitCode> {
    let input = open(file)?;
    if jsonl { lines(input, convert) } else { whole(input, convert) }
}

fn open(file: Option<&Path>) -> io::Result<Box<dyn BufRead>> {
    match file {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path)
                .map_err(|error| io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display())))?;
            Ok(Box::new(BufReader::new(file)))
        }
        _ => Ok(Box::new(BufReader::new(io::stdin()))),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Converts the one document that the input is: the value to standard output, the losses to standard error.
fn whole(mut input: Box<dyn BufRead>, convert: Convert<'_>) -> io::Result<ExitCode> {
    let mut document = Vec::new();
    input.read_to_end(&mut document)?;
    let document = document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&document);
    let mut errors = io::stderr().lock();
    match convert(document) {
        Ok(converted) => {
            let mut output = io::stdout().lock();
            writeln!(output, "{}", print::pretty(&converted.value))?;
            output.flush()?;
            print::losses(&converted.losses, &mut errors)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            print::error(&error, &mut errors)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Converts one document a line to one result a line.
fn lines(mut input: Box<dyn BufRead>, convert: Convert<'_>) -> io::Result<ExitCode> {
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let mut document = line.trim_ascii_end();
        if std::mem::take(&mut first) {
            document = document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(document);
        }
        if document.trim_ascii().is_empty() {
            continue;
        }
        match convert(document) {
            Ok(Converted { value, losses }) => {
                writeln!(output, "{{\"value\":{value},\"losses\":{}}}", serde_json::to_string(&losses)?)?;
            }
            Err(error) => writeln!(output, "{{\"error\":{}}}", serde_json::to_string(&error)?)?,
        }
        output.flush()?;
    }
}

fn translate(ModelId { id, to, geo }: &ModelId) -> io::Result<ExitCode> {
    let translated = match to {
        ModelIdTarget::Bedrock => model_id::to_bedrock(id, geo.as_ref()),
        ModelIdTarget::Anthropic => model_id::to_anthropic(id),
    };
    if let Some(id) = translated {
        writeln!(io::stdout(), "{id}")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(io::stderr(), "error: the id names no Claude model, or does not tell which: it has no translation")?;
    Ok(ExitCode::FAILURE)
}
