//! Converts a file's bytes many times in memory, to measure: `repeat KIND SIDE FILE N`.
//!
//! KIND is `request` or `stream` and SIDE the side FILE is of, `messages` or `converse`; or `ignored` and `-` for the yardstick:
//! `serde_json`'s check of the syntax, and one copy. A `.jsonl` file is taken line by line; that of a stream has an event a line.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use converse_messages::stream::{Framing, Side, Transcoder};
use converse_messages::{Options, Policy, request};
use serde::de::IgnoredAny;

/// Converts the documents, and says how many bytes it made.
type Work = fn(&[&[u8]], &Options) -> Result<usize, Box<dyn std::error::Error>>;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, side, file, times] = arguments.as_slice() else {
        eprintln!("usage: repeat request|stream|ignored messages|converse|- FILE N");
        return Ok(ExitCode::from(2));
    };
    let work: Work = match (kind.as_str(), side.as_str()) {
        ("request", "converse") => |documents, options| {
            documents.iter().try_fold(0, |sum, bytes| Ok(sum + request::to_messages_json(bytes, options)?.value.len()))
        },
        ("request", "messages") => |documents, options| {
            documents.iter().try_fold(0, |sum, bytes| Ok(sum + request::to_converse_json(bytes, options)?.value.len()))
        },
        ("stream", "converse") => |events, options| stream(events, Side::Messages, options),
        ("stream", "messages") => |events, options| stream(events, Side::Converse, options),
        ("ignored", _) => |documents, _| {
            documents.iter().try_fold(0, |sum, bytes| {
                serde_json::from_slice::<IgnoredAny>(bytes)?;
                Ok(sum + black_box(bytes.to_vec()).len())
            })
        },
        _ => {
            eprintln!("KIND SIDE is `request` or `stream` and `messages` or `converse`, or `ignored -`");
            return Ok(ExitCode::from(2));
        }
    };
    let bytes = std::fs::read(file)?;
    let documents: Vec<&[u8]> = if Path::new(file).extension().is_some_and(|extension| extension == "jsonl") {
        bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect()
    } else {
        vec![&bytes]
    };
    let options = Options { loss: Policy::Allow, ..Options::default() };
    let mut total = 0;
    for _ in 0..times.parse()? {
        total += work(black_box(&documents), &options)?;
    }
    println!("{total} bytes");
    Ok(ExitCode::SUCCESS)
}

/// One stream, event by event: each goes out before the next comes in.
fn stream(events: &[&[u8]], to: Side, options: &Options) -> Result<usize, Box<dyn std::error::Error>> {
    let mut transcoder = Transcoder::new(Framing::Json, to, Framing::Json, options.clone())?;
    let (mut out, mut total) = (Vec::new(), 0);
    for event in events {
        transcoder.push(event, &mut out)?;
        total += black_box(&out).len();
        out.clear();
    }
    transcoder.finish(&mut out)?;
    Ok(total + black_box(&out).len())
}
