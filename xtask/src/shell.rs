//! Commands that are shown before they run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, bail};

/// The workspace's folder.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where Cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command that runs in the workspace's folder: words at white space.
pub fn command(words: &str) -> Command {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(root());
    command
}

/// A program that runs in the workspace's folder.
pub fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.current_dir(root());
    command
}

/// Shows the command and runs it, whether it succeeds or not. What it says on standard error is caught.
///
/// # Errors
/// It cannot be started.
pub fn outcome(mut command: Command) -> Result<Output> {
    let shown = shown(&command);
    println!("\n$ {shown}");
    command.output().with_context(|| format!("cannot start `{shown}`"))
}

/// Shows the command and runs it.
///
/// # Errors
/// It cannot be started, or fails: the error says what it was and gives the advice.
pub fn run(mut command: Command, advice: &str) -> Result<()> {
    let shown = shown(&command);
    println!("\n$ {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`: {advice}"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status}): {advice}");
    }
    Ok(())
}

/// Runs the command and gives what it prints.
///
/// # Errors
/// It cannot be started, or fails.
pub fn output(mut command: Command) -> Result<String> {
    let shown = shown(&command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` prints invalid UTF-8"))
}

/// Whether the command runs and succeeds, silently.
pub fn succeeds(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn shown(command: &Command) -> String {
    let set = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={:?}", name.to_string_lossy(), value?.to_string_lossy())));
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    set.chain(words.map(|word| word.to_string_lossy().into_owned())).collect::<Vec<_>>().join(" ")
}
