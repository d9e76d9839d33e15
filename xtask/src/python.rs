//! Python environments for tests and measurements: reference implementations to compare with, never part of the product.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// Where tests find the interpreter. A test that needs it says so and prints `cargo xtask test` when it is not set.
pub(crate) const VARIABLE: &str = "REMPART_TEST_PYTHON";

/// What an environment is made of.
struct Contents {
    /// The list of its packages.
    requirements: &'static str,
    /// Where it lies.
    folder: &'static str,
    /// Modules that are there once it is whole.
    modules: &'static str,
}

const OF_TESTS: Contents = Contents {
    requirements: "xtask/python-requirements.txt",
    folder: ".local/python",
    modules: "pdqhash, numpy, PIL, skimage, threatexchange, arachnid_shield_sdk, aiosmtpd, mypy, pytest, setuptools",
};

const OF_PEERS: Contents = Contents {
    requirements: "xtask/peers/requirements.txt",
    folder: ".local/peers",
    modules: "pdqhash, numpy, PIL, threatexchange, faiss, usearch.index",
};

/// Makes the environment of the tests, or takes it as it is when it was made from the same list. Returns the absolute path
/// of its interpreter.
///
/// # Errors
/// When there is no `python3` with `venv` and it may not be installed, or pip cannot install a package.
pub(crate) fn environment() -> Result<PathBuf> {
    made(&OF_TESTS)
}

/// The same with the implementations that ours is measured beside.
///
/// # Errors
/// As [`environment`].
pub(crate) fn peers() -> Result<PathBuf> {
    made(&OF_PEERS)
}

fn made(contents: &Contents) -> Result<PathBuf> {
    let root = workspace::root();
    let requirements = root.join(contents.requirements);
    let wanted =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let folder = root.join(contents.folder);
    let interpreter = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last: an environment whose making was interrupted has no stamp and is made again.
    let stamp = folder.join("made-from.txt");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted) && works(&interpreter, contents) {
        return Ok(interpreter);
    }

    println!("Installing the Python packages of {} into {}", contents.requirements, contents.folder);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    make(&folder)?;
    process::run(
        Command::new(&interpreter)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"])
            .arg(&requirements),
    )?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(interpreter)
}

fn make(folder: &Path) -> Result<()> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let venv = || {
        let mut command = Command::new(&python);
        command.args(["-m", "venv"]).arg(folder);
        command
    };
    // Debian splits `ensurepip` off python3: an environment comes out without pip until python3-venv is there.
    if !process::succeeds(Command::new(&python).args(["-c", "import venv, ensurepip"])) {
        crate::packages::install(&["python3-venv"], "a Python environment to compare with")?;
    }
    process::run(&mut venv())
}

fn works(interpreter: &Path, contents: &Contents) -> bool {
    process::succeeds(Command::new(interpreter).args(["-c", &format!("import {}", contents.modules)]))
}

/// Runs a tool of the environment, such as `schemathesis`.
///
/// # Errors
/// When the tool is not in the environment: the requirements no longer name its package.
pub(crate) fn tool(interpreter: &Path, name: &str) -> Result<Command> {
    let folder = interpreter.parent().context("an interpreter lies in a folder")?;
    let program = folder.join(name);
    if !program.exists() {
        bail!("{} is not there: does xtask/python-requirements.txt still name it?", program.display());
    }
    Ok(Command::new(program))
}
