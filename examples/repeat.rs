//! Converts a file's bytes many times in memory, to measure: `repeat KIND SIDE FILE N`.
//!
//! KIND is `request` and SIDE the side FILE is of, `messages` or `converse`; or `ignored` and `-` for the yardstick:
//! `serde_json`'s check of the syntax, and one copy. A `.jsonl` file is taken line by line.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use converse_messages::{Options, Policy, request};
use serde::de::IgnoredAny;

type Work = fn(&[u8], &Options) -> Result<usize, Box<dyn std::error::Error>>;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, side, file, times] = arguments.as_slice() else {
        eprintln!("usage: repeat request|ignored messages|converse|- FILE N");
        return Ok(ExitCode::from(2));
    };
    let work: Work = match (kind.as_str(), side.as_str()) {
        ("request", "converse") => |bytes, options| Ok(request::to_messages_json(bytes, options)?.value.len()),
        ("request", "messages") => |bytes, options| Ok(request::to_converse_json(bytes, options)?.value.len()),
        ("ignored", _) => |bytes, _| {
            serde_json::from_slice::<IgnoredAny>(bytes)?;
            Ok(black_box(bytes.to_vec()).len())
        },
        _ => {
            eprintln!("KIND SIDE is `request messages`, `request converse` or `ignored -`");
            return Ok(ExitCode::from(2));
        }
    };
    let bytes = std::fs::read(file)?;
    let documents: Vec<&[u8]> = if Path::new(file).extension().is_some_and(|extension| extension == "jsonl") {
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
    } else {
        vec![&bytes]
    };
    let options = Options { loss: Policy::Allow, ..Options::default() };
    let mut total = 0;
    for _ in 0..times.parse()? {
        for document in &documents {
            total += work(black_box(document), &options)?;
        }
    }
    println!("{total} bytes");
    Ok(ExitCode::SUCCESS)
}
