//! The command-line tool: a thin shell over the library. Every answer it gives, the library gives.

mod args;
mod batch;
mod convert;
mod lines;
mod print;
mod stream;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use converse_messages::model_id;

use args::{Args, Command, Conversion, ModelId, ModelIdTarget};
use convert::Convert;

fn main() -> ExitCode {
    let args = Args::parse();
    if let Err(misuse) = args.command.check() {
        refuse(misuse);
    }
    match run(&args.command) {
        Ok(code) => code,
        Err(error) => {
            // Writing this may fail too; there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends with what clap says of arguments that it cannot judge itself.
fn refuse(misuse: impl Display) -> ! {
    Args::command().error(ErrorKind::ArgumentConflict, misuse).exit()
}

fn run(command: &Command) -> io::Result<ExitCode> {
    match command {
        Command::Convert(conversion) => run_conversion(conversion),
        Command::Inline(arguments) => {
            let (input, _) = open(arguments.file.as_deref())?;
            answer(input, arguments.jsonl, &convert::inliner(arguments))
        }
        Command::ModelId(id) => translate(id),
    }
}

fn run_conversion(conversion: &Conversion) -> io::Result<ExitCode> {
    let (document, convert) = convert::conversion(conversion).unwrap_or_else(|misuse| refuse(misuse));
    let (input, length) = open(document.file.as_deref())?;
    match conversion {
        Conversion::Stream { document, from_framing, to_framing } if !document.jsonl => {
            stream::convert(input, document, *from_framing, *to_framing)
        }
        Conversion::Batch { errors: Some(errors), document, .. } if !document.jsonl => {
            spare(document.file.as_deref(), errors)?;
            batch::convert(input, length, convert, errors)
        }
        _ => answer(input, document.jsonl, &convert),
    }
}

fn answer(input: impl BufRead, jsonl: bool, convert: &Convert) -> io::Result<ExitCode> {
    if jsonl { lines::convert(input, convert).map(|()| ExitCode::SUCCESS) } else { whole(input, convert) }
}

/// The input, and its length if it is a file's.
fn open(file: Option<&Path>) -> io::Result<(Box<dyn BufRead + Send>, Option<u64>)> {
    match file {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path).map_err(|error| named(&error, "read", path))?;
            let length = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
            Ok((Box::new(BufReader::new(file)), length))
        }
        _ => Ok((Box::new(BufReader::new(io::stdin())), None)),
    }
}

/// The input is not overwritten.
fn spare(file: Option<&Path>, errors: &Path) -> io::Result<()> {
    let same =
        file.is_some_and(|file| matches!((file.canonicalize(), errors.canonicalize()), (Ok(a), Ok(b)) if a == b));
    if same { Err(io::Error::other("the file of errors is the input: name another one")) } else { Ok(()) }
}

/// An error of a file, with its name.
fn named(error: &io::Error, verb: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {verb} {}: {error}", path.display()))
}

/// Converts the one document that the input is: the value to standard output, the losses to standard error.
fn whole(mut input: impl BufRead, convert: &Convert) -> io::Result<ExitCode> {
    let mut document = Vec::new();
    input.read_to_end(&mut document).map_err(|error| lines::unreadable(&error))?;
    let document = document.strip_prefix(lines::BYTE_ORDER_MARK).unwrap_or(&document);
    let mut errors = io::stderr().lock();
    match convert(document) {
        Ok(converted) => {
            let mut output = io::stdout().lock();
            writeln!(output, "{}", print::pretty(&converted.value.json))?;
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
