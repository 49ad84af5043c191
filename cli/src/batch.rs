//! A batch: all cores convert, the order stays, memory is bounded.
//!
//! One thread reads chunks of lines, the workers convert them, and this thread writes them in order. The reader passes each chunk on
//! twice: to the workers, and, as the place where its result will be, to the writer. Both ways are bounded, so that a slow
//! writer holds back the reader.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use converse_messages::{Converted, Loss, Severity, batch};
use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::convert::{Answer, Convert};
use crate::lines::{Line, Lines, TOO_LARGE, unreadable, unwritable};

/// A chunk is passed on once it is this long, or longer by a line.
const CHUNK: usize = 256 << 10;

/// 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: u8 = 130;

/// How many chunks are under way for each worker.
const CHUNKS_PER_WORKER: usize = 3;

/// How many kinds of loss are told apart in the summary.
const KINDS_OF_LOSS: usize = 50;

/// Lines one after the other.
struct Chunk {
    text: Vec<u8>,
    lines: Vec<Line>,
}

/// What became of a chunk.
#[derive(Default)]
struct Done {
    output: Vec<u8>,
    errors: Vec<u8>,
    /// The number of its last line.
    last_line: u64,
    /// How long it was.
    length: u64,
    tally: Tally,
}

/// What the summary says.
#[derive(Default)]
struct Tally {
    converted: u64,
    refused: u64,
    losses: BTreeMap<Kind, u64>,
    /// Losses of more kinds than are told apart.
    other_losses: u64,
}

/// A kind of loss: content before hints, its code, and its path with `*` for indexes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    hint: bool,
    code: &'static str,
    path: String,
}

impl Kind {
    fn of(loss: &Loss) -> Self {
        let is_index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        let steps = loss.path.split('/').map(|step| if is_index(step) { "*" } else { step });
        let path = steps.collect::<Vec<_>>().join("/");
        Self { hint: loss.severity == Severity::Hint, code: loss.code.as_str(), path }
    }
}

impl Tally {
    fn lose(&mut self, kind: Kind, times: u64) {
        if let Some(count) = self.losses.get_mut(&kind) {
            *count += times;
        } else if self.losses.len() < KINDS_OF_LOSS {
            self.losses.insert(kind, times);
        } else {
            self.other_losses += times;
        }
    }

    fn add(&mut self, other: Self) {
        self.converted += other.converted;
        self.refused += other.refused;
        self.other_losses += other.other_losses;
        for (kind, times) in other.losses {
            self.lose(kind, times);
        }
    }
}

/// Converts the input's records to standard output, and the refused ones to the file of errors.
pub fn convert(
    input: impl BufRead + Send + 'static,
    length: Option<u64>,
    convert: Convert,
    errors: &Path,
) -> io::Result<ExitCode> {
    let mut run = Run {
        errors: File::create(errors).map_err(|error| crate::named(&error, "write", errors))?,
        progress: progress(length),
        last_line: 0,
        tally: Tally::default(),
    };
    let interrupted = interruption()?;
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (places, results) = sync_channel(workers * CHUNKS_PER_WORKER);
    start(input, convert, workers, places);
    let ended = run.write(&results, &interrupted);
    run.progress.finish_and_clear();
    match ended {
        Ok(true) => run.summary(),
        Ok(false) => {
            run.stopped("interrupted")?;
            Ok(ExitCode::from(INTERRUPTED))
        }
        Err(error) => {
            run.stopped(&error.to_string())?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What SIGINT and SIGTERM set. A second one ends the process, for the first is not seen while nobody takes the output.
/// SIGHUP stays what it is, so that `nohup` works.
fn interruption() -> io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, INTERRUPTED.into(), Arc::clone(&interrupted))?;
        flag::register(signal, Arc::clone(&interrupted))?;
    }
    Ok(interrupted)
}

fn progress(length: Option<u64>) -> ProgressBar {
    // Both draw only on a terminal.
    let (progress, style) = match length {
        Some(length) => (ProgressBar::new(length), "{bar:40} {bytes}/{total_bytes} {msg} {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} {msg}"),
    };
    match ProgressStyle::with_template(style) {
        Ok(style) => progress.with_style(style),
        Err(_) => progress,
    }
}

/// The place of a chunk in the order: its result will be there.
type Place = Receiver<io::Result<Done>>;

/// A chunk to convert, and where its result belongs.
type Job = (Chunk, SyncSender<io::Result<Done>>);

/// Starts the threads. They end with the input, or with the process.
fn start(input: impl BufRead + Send + 'static, convert: Convert, workers: usize, places: SyncSender<Place>) {
    let (jobs, queue) = sync_channel::<Job>(workers * CHUNKS_PER_WORKER);
    let queue = Arc::new(Mutex::new(queue));
    let convert = Arc::new(convert);
    for _ in 0..workers {
        let (queue, convert) = (Arc::clone(&queue), Arc::clone(&convert));
        thread::spawn(move || {
            loop {
                let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((chunk, result)) = job else { return };
                // The writer may have stopped.
                let _ = result.send(work(&chunk, &convert));
            }
        });
    }
    thread::spawn(move || {
        let mut lines = Lines::new(input);
        while let Some(chunk) = chunk(&mut lines).transpose() {
            let (result, place) = sync_channel(1);
            // The writer may have stopped.
            if places.send(place).is_err() {
                return;
            }
            match chunk {
                Ok(chunk) => drop(jobs.send((chunk, result))),
                Err(error) => return drop(result.send(Err(unreadable(&error)))),
            }
        }
    });
}

fn chunk(lines: &mut Lines<impl BufRead>) -> io::Result<Option<Chunk>> {
    let mut chunk = Chunk { text: Vec::new(), lines: Vec::new() };
    while chunk.text.len() < CHUNK {
        let Some(line) = lines.next(&mut chunk.text)? else { break };
        chunk.lines.push(line);
    }
    Ok((!chunk.lines.is_empty()).then_some(chunk))
}

fn work(chunk: &Chunk, convert: &Convert) -> io::Result<Done> {
    let mut done = Done { length: chunk.text.len() as u64, ..Done::default() };
    let mut start = 0;
    for Line { number, end } in &chunk.lines {
        done.last_line = *number;
        let Some(end) = *end else {
            done.tally.refused += 1;
            writeln!(done.errors, "{{\"line\":{number},\"id\":null,\"error\":{TOO_LARGE}}}")?;
            continue;
        };
        let record = chunk.text.get(start..end).unwrap_or_default();
        start = end;
        match convert(record) {
            Ok(Converted { value: Answer { json, .. }, losses }) => {
                done.tally.converted += 1;
                for loss in &losses {
                    done.tally.lose(Kind::of(loss), 1);
                }
                done.output.extend_from_slice(json.as_bytes());
                done.output.push(b'\n');
            }
            Err(error) => {
                done.tally.refused += 1;
                let (id, error) = (serde_json::to_string(&batch::id(record))?, serde_json::to_string(&error)?);
                writeln!(done.errors, "{{\"line\":{number},\"id\":{id},\"error\":{error}}}")?;
            }
        }
    }
    Ok(done)
}

/// What is written, and how far.
struct Run {
    errors: File,
    progress: ProgressBar,
    last_line: u64,
    tally: Tally,
}

impl Run {
    /// Writes the results in order; whether the input came to its end.
    fn write(&mut self, results: &Receiver<Place>, interrupted: &AtomicBool) -> io::Result<bool> {
        while !interrupted.load(Ordering::Relaxed) {
            let place = match results.recv_timeout(Duration::from_millis(100)) {
                Ok(place) => place,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Ok(true),
            };
            let done = loop {
                match place.recv_timeout(Duration::from_millis(100)) {
                    Ok(done) => break done?,
                    Err(RecvTimeoutError::Timeout) if interrupted.load(Ordering::Relaxed) => return Ok(false),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("a worker has died")),
                }
            };
            self.write_chunk(done)?;
        }
        Ok(false)
    }

    /// Nothing is buffered: what is counted has been written.
    fn write_chunk(&mut self, done: Done) -> io::Result<()> {
        let mut output = io::stdout().lock();
        let mut write = || output.write_all(&done.output).and_then(|()| output.flush());
        let written = if io::stdout().is_terminal() { self.progress.suspend(write) } else { write() };
        written.map_err(|error| unwritable(&error))?;
        self.errors
            .write_all(&done.errors)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot write the file of errors: {error}")))?;
        self.last_line = done.last_line;
        self.tally.add(done.tally);
        self.progress.inc(done.length);
        self.progress.set_message(records(self.tally.converted + self.tally.refused));
        Ok(())
    }

    fn summary(&self) -> io::Result<ExitCode> {
        let Tally { converted, refused, losses, other_losses } = &self.tally;
        let mut report = io::stderr().lock();
        writeln!(report, "{}: {converted} converted, {refused} refused", records(converted + refused))?;
        for (Kind { hint, code, path }, times) in losses {
            let severity = if *hint { Severity::Hint } else { Severity::Content };
            writeln!(report, "  {times:>9} × {:7}  {code}  {}", severity.as_str(), crate::print::shown(path))?;
        }
        if *other_losses > 0 {
            writeln!(report, "  {other_losses:>9} × other losses")?;
        }
        Ok(if *refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Says how far the output is whole, so that the rest can be converted later.
    fn stopped(&self, why: &str) -> io::Result<()> {
        let (line, next) = (self.last_line, self.last_line + 1);
        let Tally { converted, refused, .. } = &self.tally;
        let mut report = io::stderr().lock();
        writeln!(
            report,
            "error: {why}: stopped after line {line}; {} converted, {refused} refused",
            records(*converted)
        )?;
        writeln!(
            report,
            "help: the first {converted} lines of the output and the first {refused} of the errors are whole; \
             go on from line {next} (`tail -n +{next}`) with another file of errors"
        )
    }
}

fn records(count: u64) -> String {
    format!("{count} {}", if count == 1 { "record" } else { "records" })
}
