//! A stream, as it comes.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use converse_messages::stream::{self, Side, Transcoder};
use converse_messages::{Error, Options};

use crate::args::{Document, Framing, Target};
use crate::lines::{unreadable, unwritable};

impl From<Framing> for stream::Framing {
    fn from(framing: Framing) -> Self {
        match framing {
            Framing::Json => Self::Json,
            Framing::Sse => Self::Sse,
            Framing::Eventstream => Self::EventStream,
            Framing::Invoke => Self::Invoke,
        }
    }
}

/// Converts the input as its bytes arrive: the events to standard output, the losses to standard error, one JSON line each.
pub fn convert(mut input: impl BufRead, document: &Document, from: Framing, to: Framing) -> io::Result<ExitCode> {
    let side = match document.to {
        Target::Messages => Side::Messages,
        Target::Converse => Side::Converse,
    };
    // What has gone out cannot be called back: a policy has to be asked for.
    let loss = if document.loss.is_some() { document.options().loss } else { Options::streaming().loss };
    let options = Options { loss, ..document.options() };
    let mut transcoder = match Transcoder::new(from.into(), side, to.into(), options) {
        Ok(transcoder) => transcoder,
        Err(misuse) => crate::refuse(misuse),
    };
    let (mut output, mut reported) = (io::stdout().lock(), 0);
    loop {
        let bytes = input.fill_buf().map_err(|error| unreadable(&error))?;
        let (length, mut events) = (bytes.len(), Vec::new());
        let converted =
            if bytes.is_empty() { transcoder.finish(&mut events) } else { transcoder.push(bytes, &mut events) };
        input.consume(length);
        output.write_all(&events).and_then(|()| output.flush()).map_err(|error| unwritable(&error))?;
        reported += report(&transcoder, reported)?;
        match converted {
            Err(error) => return fail(&error),
            Ok(()) if length == 0 => return Ok(ExitCode::SUCCESS),
            Ok(()) => {}
        }
    }
}

/// Reports the losses behind those that were reported, and says how many.
fn report(transcoder: &Transcoder, reported: usize) -> io::Result<usize> {
    let losses = transcoder.losses().get(reported..).unwrap_or_default();
    for loss in losses {
        writeln!(io::stderr(), "{}", serde_json::to_string(loss)?)?;
    }
    Ok(losses.len())
}

fn fail(error: &Error) -> io::Result<ExitCode> {
    writeln!(io::stderr(), "{{\"error\":{}}}", serde_json::to_string(error)?)?;
    Ok(ExitCode::FAILURE)
}
