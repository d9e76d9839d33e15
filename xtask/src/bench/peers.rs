//! Ours beside other implementations: the same pictures, the same codes, one run, one table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use serde_json::Value;

use super::{plot, table};
use crate::{process, python, workspace};

/// What is written anew in docs/measurements.md lies between these lines; all else there is written by hand.
const BEGIN: &str = "<!-- From here to the next such line: written by `cargo xtask bench --peers` -->";
const END: &str = "<!-- Written by hand again -->";

/// What may be said after `--`.
#[derive(Parser)]
#[command(name = "cargo xtask bench --peers --", no_binary_name = true)]
struct Options {
    /// Sizes of the banks that are searched, separated by commas
    #[arg(long, default_value = "10000,100000,1000000")]
    codes: String,
    /// Bring in larger banks of peers no further than this: 10 million take FAISS some minutes and 4 GB
    #[arg(long, default_value_t = 1_000_000)]
    peers_codes_max: u64,
    /// Pictures to measure recall with instead of drawn ones
    #[arg(long)]
    pictures: Option<PathBuf>,
}

/// Everything measured in one run.
pub(super) struct Measured {
    pub(super) hash: Value,
    pub(super) search: Value,
    pub(super) recall: Value,
    /// A line for each figure of a peer.
    pub(super) peers: Vec<Value>,
}

/// Installs the peers, measures ours and theirs, prints the table, and writes docs/measurements.md and docs/plots.
///
/// # Errors
/// When something cannot be installed, built, run or written.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::try_parse_from(arguments)?;
    let interpreter = python::peers()?;
    process::run(workspace::cargo().args(["build", "--release", "--locked", "--package", "rempart"]))?;
    let target = workspace::target_folder()?;
    let binary = target.join("release").join(format!("rempart{}", std::env::consts::EXE_SUFFIX));
    let folder = tempfile::Builder::new().prefix("peers-").tempdir_in(&target).context("no temporary folder")?;

    let load_before = load();
    let ours = |what: &str| {
        let mut command = Command::new(&binary);
        command.args(["bench", what, "--json"]);
        command
    };
    let hash = one(ours("hash").arg("--write").arg(folder.path().join("hash")))?;
    let codes = ["--codes", &options.codes, "--seconds", "5"];
    let search = one(ours("search").args(codes).arg("--write").arg(folder.path().join("search")))?;
    let mut recall = ours("recall");
    if let Some(pictures) = &options.pictures {
        recall.arg("--pictures").arg(pictures);
    }
    let recall = one(&mut recall)?;
    let script = workspace::root().join("xtask/peers/peers.py");
    let mut peers = Command::new(interpreter);
    peers.arg(script).arg(folder.path()).arg(options.peers_codes_max.to_string());
    let measured = Measured { hash, search, recall, peers: lines(&mut peers)? };

    let beside = table::beside(&measured)?;
    println!("\n{beside}");
    let mut text = String::new();
    writeln!(text, "{}, load {load_before} before and {} after.\n", machine(), load())?;
    writeln!(text, "{beside}\n\n![What a query costs](plots/search.svg)\n")?;
    writeln!(text, "{}\n\n![Recall by views](plots/recall.svg)", table::recall(&measured.recall)?)?;
    write_between(&workspace::root().join("docs/measurements.md"), &text)?;
    let plots = workspace::root().join("docs/plots");
    fs::create_dir_all(&plots).with_context(|| format!("cannot make {}", plots.display()))?;
    fs::write(plots.join("search.svg"), plot::search(&measured)?)?;
    fs::write(plots.join("recall.svg"), plot::recall(&measured.recall)?)?;
    Ok(())
}

/// The one value that a program prints.
fn one(command: &mut Command) -> Result<Value> {
    let mut values = lines(command)?;
    ensure!(values.len() == 1, "one line of JSON was expected, {} came", values.len());
    Ok(values.remove(0))
}

/// The values that a program prints, one a line.
fn lines(command: &mut Command) -> Result<Vec<Value>> {
    let mut values = Vec::new();
    let status = process::run_reading(command, |line| values.push(serde_json::from_str(line)))?;
    ensure!(status.success(), "measuring ended with {status}");
    values.into_iter().map(|value| value.context("a line is not JSON")).collect()
}

fn machine() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("a processor that does not say its name", |(_, model)| model.trim());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

/// Programs that wanted a core in the last minute, on average; Linux only.
fn load() -> String {
    let average = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    average.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

fn write_between(path: &Path, text: &str) -> Result<()> {
    let before = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let after = replaced(&before, text).with_context(|| format!("{} has no line {BEGIN}", path.display()))?;
    fs::write(path, after).with_context(|| format!("cannot write {}", path.display()))
}

/// The document with `text` between the marked lines; `None` when they are not there.
fn replaced(document: &str, text: &str) -> Option<String> {
    let (head, rest) = document.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}\n\n{}\n\n{END}{tail}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marked_lines_is_written_anew() {
        let document = format!("# Mine\n\n{BEGIN}\nold\n{END}\nalso mine\n");
        let expected = format!("# Mine\n\n{BEGIN}\n\nnew\n\n{END}\nalso mine\n");
        assert_eq!(replaced(&document, "\nnew\n"), Some(expected.clone()));
        assert_eq!(replaced(&expected, "new"), Some(expected));
        assert_eq!(replaced("# Mine\n", "new"), None);
    }

    #[test]
    fn the_document_has_the_marked_lines() {
        let document = fs::read_to_string(workspace::root().join("docs/measurements.md")).unwrap();
        assert!(replaced(&document, "new").is_some());
    }
}
