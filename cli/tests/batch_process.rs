//! `batch` as a process: signals, closed pipes, memory, the terminal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[cfg(target_os = "linux")]
#[path = "tool/memory.rs"]
mod memory;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// About 500 bytes; every tenth is refused.
fn record(number: usize) -> String {
    let text = format!("{number} is a number. ").repeat(20);
    let content = if number.is_multiple_of(10) { "7".to_owned() } else { format!(r#"[{{"text":"{text}"}}]"#) };
    format!(r#"{{"recordId":"r{number}","modelInput":{{"messages":[{{"role":"user","content":{content}}}]}}}}"#) + "\n"
}

fn records(count: usize) -> String {
    (1..=count).map(record).collect()
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn command(errors: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_converse-messages"));
    command.args(["batch", "--to", "messages", "--model", "m", "--errors"]).arg(errors);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Converts a whole batch: the output and the errors.
fn convert(errors: &Path, input: &str) -> (String, Vec<Value>) {
    let mut child = command(errors).stderr(Stdio::null()).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    (String::from_utf8(output.stdout).unwrap(), read_errors(errors))
}

fn read_errors(file: &Path) -> Vec<Value> {
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// The number that stands between these words.
fn number(text: &str, before: &str, after: &str) -> usize {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("{text}")).0.trim().parse().unwrap()
}

/// The rest of a batch, begun as the tool advises, is what was missing.
fn assert_resumes(name: &str, input: &str, out: &str, errors: Vec<Value>, report: &str) {
    let line = number(report, "stopped after line ", ";");
    assert!(report.contains(&format!("tail -n +{}", line + 1)), "{report}");
    assert_eq!(number(report, "the first ", " lines of the output"), out.lines().count(), "{report}");
    assert_eq!(number(report, "and the first ", " of the errors"), errors.len(), "{report}");
    let rest: String = input.split_inclusive('\n').skip(line).collect();
    let (rest_out, rest_errors) = convert(&file(&format!("{name}_rest")), &rest);
    let (whole_out, whole_errors) = convert(&file(&format!("{name}_whole")), input);
    assert!(format!("{out}{rest_out}") == whole_out, "{name}: the two parts are not the whole");
    let moved = rest_errors.into_iter().map(|mut error| {
        error["line"] = (error["line"].as_u64().unwrap() + line as u64).into();
        error
    });
    assert_eq!(errors.into_iter().chain(moved).collect::<Vec<_>>(), whole_errors);
}

#[test]
fn an_interrupted_run_is_whole_up_to_the_line_it_names() {
    for (name, sent) in [("interrupted", Signal::INT), ("terminated", Signal::TERM)] {
        let (input, errors) = (records(6_000), file(name));
        let mut child = command(&errors).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // The input is slow: it stops in the middle of a line, and never ends.
        stdin.write_all(&input.as_bytes()[..input.len() - 700_000]).unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut out = String::new();
        for _ in 0..50 {
            stdout.read_line(&mut out).unwrap();
        }
        signal(&child, sent);
        stdout.read_to_string(&mut out).unwrap();
        let ended = child.wait_with_output().unwrap();
        drop(stdin);
        let report = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(130), "{report}");
        assert!(report.starts_with("error: interrupted: stopped after line "), "{report}");
        assert_resumes(name, &input, &out, read_errors(&errors), &report);
    }
}

#[test]
fn an_interruption_waits_for_a_slow_reader_but_a_second_one_does_not() {
    let (input, errors) = (records(20_000), file("slow_reader"));
    for twice in [false, true] {
        let mut child = command(&errors).spawn().unwrap();
        let (mut stdin, bytes) = (child.stdin.take().unwrap(), input.clone());
        let writer = thread::spawn(move || drop(stdin.write_all(bytes.as_bytes())));
        let mut stdout = child.stdout.take().unwrap();
        let mut first = [0; 1];
        stdout.read_exact(&mut first).unwrap();
        // By now it writes to a pipe that is full.
        thread::sleep(Duration::from_millis(300));
        signal(&child, Signal::INT);
        thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "a chunk is not torn");
        if twice {
            signal(&child, Signal::INT);
            assert_eq!(child.wait().unwrap().code(), Some(130));
        } else {
            let mut out = String::from_utf8(first.to_vec()).unwrap();
            stdout.read_to_string(&mut out).unwrap();
            let ended = child.wait_with_output().unwrap();
            let report = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(130), "{report}");
            assert_resumes("slow_reader", &input, &out, read_errors(&errors), &report);
        }
        writer.join().unwrap();
    }
}

#[test]
fn a_run_outlives_its_terminal_under_nohup() {
    let errors = file("nohup");
    let mut command = Command::new("nohup");
    command.arg(env!("CARGO_BIN_EXE_converse-messages"));
    command.args(["batch", "--to", "messages", "--model", "m", "--errors"]).arg(&errors);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdin.write_all(records(1_000).as_bytes()).unwrap();
    let mut out = String::new();
    stdout.read_line(&mut out).unwrap();
    signal(&child, Signal::HUP);
    thread::sleep(Duration::from_millis(300));
    drop(stdin);
    stdout.read_to_string(&mut out).unwrap();
    assert_eq!(out.lines().count(), 900);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_closed_pipe_ends_a_run_with_a_message() {
    for arguments in [&["--errors", "/dev/null"][..], &["--jsonl"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_converse-messages"))
            .args(["batch", "--to", "messages", "--model", "m"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let writer = thread::spawn(move || drop(stdin.write_all(records(20_000).as_bytes())));
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(first.ends_with("}\n"));
        let ended = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let report = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{report}");
        assert!(report.starts_with("error: cannot write the output: "), "{report}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_not_taken_for_whole_output() {
    let (errors, input) = (file("full"), records(15));
    for full_output in [true, false] {
        let mut command = command(if full_output { &errors } else { Path::new("/dev/full") });
        if full_output {
            command.stdout(File::create("/dev/full").unwrap());
        }
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        let report = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{report}");
        assert!(report.contains("stopped after line 0;") && report.contains("No space left"), "{report}");
    }
}

/// What a run may hold: some chunks and their results for each core.
#[cfg(target_os = "linux")]
fn allowed_memory() -> usize {
    (16 << 20) + thread::available_parallelism().unwrap().get() * (8 << 20)
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_input() {
    // Long texts are quicker to convert.
    let chunk = record(1).replace("number", &"number ".repeat(1_000)).repeat(8);
    let mut child = command(&file("memory")).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()).unwrap());
    let mut sent = 0;
    while sent < 100 << 20 {
        stdin.write_all(chunk.as_bytes()).unwrap();
        sent += chunk.len();
    }
    let peak = memory::peak(&child);
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(reader.join().unwrap() > sent as u64 / 2);
    assert!(peak < allowed_memory(), "{peak} bytes of memory for {sent} of input");
}

#[test]
#[cfg(target_os = "linux")]
fn a_reader_that_stops_holds_back_the_input() {
    let chunk = records(200);
    let mut child = command(&file("stuck")).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (sender, taken) = std::sync::mpsc::channel();
    let writer = thread::spawn(move || {
        while stdin.write_all(chunk.as_bytes()).is_ok() {
            sender.send(chunk.len()).unwrap();
        }
    });
    let mut sent = 0;
    while let Ok(length) = taken.recv_timeout(Duration::from_secs(2)) {
        sent += length;
        assert!(sent < allowed_memory(), "it goes on reading");
    }
    assert!(sent > 1 << 20 && memory::peak(&child) < allowed_memory());
    child.kill().unwrap();
    child.wait().unwrap();
    writer.join().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_progress_bar_appears_on_a_terminal_and_goes_again() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    let (input, errors) = (file("bar_input"), file("bar"));
    fs::write(&input, records(20_000)).unwrap();
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut command = command(&errors);
    command.env("TERM", "xterm").env_remove("NO_COLOR");
    let mut child = command.arg(&input).stdout(File::create("/dev/null").unwrap()).stderr(terminal).spawn().unwrap();
    // It holds the terminal, too.
    drop(command);
    let reader = thread::spawn(move || {
        // A terminal that everyone has left is an error to read from.
        let (mut shown, mut controller) = (Vec::new(), File::from(controller));
        let _ = controller.read_to_end(&mut shown);
        String::from_utf8(shown).unwrap()
    });
    let start = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(start.elapsed() < Duration::from_secs(60));
    let shown = reader.join().unwrap();
    assert!(shown.contains("MiB/") && shown.contains(" records"), "{shown:?}");
    let (_, after) = shown.rsplit_once("\u{1B}[2K").expect("the bar is taken away");
    assert!(after.trim_start().starts_with("20000 records: 18000 converted, 2000 refused"), "{after:?}");
}
