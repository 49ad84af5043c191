//! `cargo xtask clients`: other people's programs work with the tool.
//!
//! A client is a module with a function `check`, which installs what the client needs, runs it, and says what it has found.

mod sdks;
mod spark;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::shell::{command, program, run, succeeds, target};

/// Runs the steps of all clients.
///
/// # Errors
/// A client is missing and cannot be installed, or a check fails.
pub fn run_all() -> Result<()> {
    let mut place = Place::prepare()?;
    sdks::check(&place)?;
    spark::check(&mut place)?;
    let Checks { passed, failed } = place.checks;
    println!("\n{passed} passed, {failed} failed");
    if failed > 0 {
        bail!("{failed} checks of the clients failed, see above and {}", place.folder.display());
    }
    fs::remove_dir_all(&place.folder).with_context(|| format!("cannot remove {}", place.folder.display()))
}

/// Where clients run, and what is found out about them.
struct Place {
    /// For what they read and write, empty at first.
    folder: PathBuf,
    /// The Python of a virtual environment that is kept from run to run.
    python: PathBuf,
    /// Where Cargo puts what it builds.
    built: PathBuf,
    /// The command-line tool.
    tool: PathBuf,
    checks: Checks,
}

#[derive(Default)]
struct Checks {
    passed: usize,
    failed: usize,
}

impl Checks {
    /// Says what holds or does not.
    fn check(&mut self, what: &str, found: Result<()>) {
        match found {
            Ok(()) => {
                self.passed += 1;
                println!("ok      {what}");
            }
            Err(error) => {
                self.failed += 1;
                println!("FAILED  {what}: {error:#}");
            }
        }
    }
}

impl Place {
    fn prepare() -> Result<Self> {
        let target = target();
        let folder = target.join("clients");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let python = python(&target.join("clients-venv"))?;
        run(command("cargo build --package converse-messages-cli"), "the tool does not compile")?;
        let built = target.join("debug");
        let tool = built.join(format!("converse-messages{}", std::env::consts::EXE_SUFFIX));
        Ok(Self { folder, python, built, tool, checks: Checks::default() })
    }

    /// The program of an example.
    fn example(&self, name: &str) -> PathBuf {
        self.built.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Installs what a client's file of requirements names.
    fn install(&self, requirements: &str) -> Result<()> {
        let mut pip = program(&self.python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements]);
        run(pip, "pip could not install what this client needs")
    }
}

/// The Python of a virtual environment, which is made if it is not there.
fn python(environment: &Path) -> Result<PathBuf> {
    let python = environment.join("bin/python");
    let mut pip = program(&python);
    pip.args(["-m", "pip", "--version"]);
    if succeeds(pip) {
        return Ok(python);
    }
    let mut check = command("python3 -c");
    check.arg("import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))");
    if !succeeds(check) {
        bail!("Python 3.10 or later, with venv, is missing: `apt-get install python3 python3-venv`");
    }
    let mut venv = command("python3 -m venv --clear");
    venv.arg(environment);
    run(venv, "the virtual environment could not be made (missing: `apt-get install python3-venv`)")?;
    Ok(python)
}
