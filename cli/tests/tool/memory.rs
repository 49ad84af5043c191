//! The memory of a process.

use std::fs;
use std::process::Child;

/// The most that the process has held so far, in bytes.
pub fn peak(child: &Child) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")).expect("Linux says so");
    peak.trim().parse::<usize>().unwrap() * 1024
}
