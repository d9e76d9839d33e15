//! Measurements, each a question with a name. The answers go to docs/measurements.md with the machine and the command.
//!
//! What a person may want to know of their own machine is a command of the binary, `rempart bench`; [`beside_peers`] sets it
//! beside other implementations. Here is the rest.
//!
//! To add one, write the program that measures (an example or bench of the crate it measures, or a hidden command of the
//! binary) and give it a line in [`BENCHES`]. A measurement prints figures with their units and asserts nothing: what
//! must hold is a test's business.

mod peers;
mod plot;
mod table;

use std::time::Instant;

use anyhow::{Context, Result, bail};

pub(crate) use self::peers::run as beside_peers;
use crate::{instructions, process, workspace};

/// One measurement.
struct Bench {
    name: &'static str,
    question: &'static str,
    measure: Measure,
}

/// How a measurement is made; what the person wrote after `--` is handed over.
enum Measure {
    /// By an example of a crate, optimised.
    Example {
        package: &'static str,
        name: &'static str,
    },
    Own(fn(&[String]) -> Result<()>),
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "spine",
        question: "contributions, queries, start times, memory and time to acknowledged, with a million entries",
        measure: Measure::Example { package: "server", name: "spine" },
    },
    Bench {
        name: "receipt",
        question: "what a try of six words costs, and whether the time of the answer tells right from wrong",
        measure: Measure::Example { package: "server", name: "receipt" },
    },
    Bench {
        name: "instructions",
        question: "how many instructions hashing, a query and an insertion are; `-- --keep` makes that the measure of tests",
        measure: Measure::Own(instructions::run),
    },
    Bench {
        name: "build",
        question: "how long a release build takes from nothing, and how large the binary is",
        measure: Measure::Own(release_build),
    },
];

/// Makes the measurement called `name`; without a name, lists them.
///
/// # Errors
/// When there is none of that name, or it fails.
pub(crate) fn run(name: Option<&str>, arguments: &[String]) -> Result<()> {
    let Some(name) = name else {
        for bench in BENCHES {
            println!("cargo xtask bench {:<14} {}", bench.name, bench.question);
        }
        println!("cargo xtask bench {:<14} hashing and searching beside other implementations, and recall", "--peers");
        return Ok(());
    };
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        bail!("there is no measurement called {name}; there are: {}", names.join(", "));
    };
    match bench.measure {
        Measure::Example { package, name } => example(package, name, arguments),
        Measure::Own(measure) => measure(arguments),
    }
}

/// Runs an example of a crate, optimised.
fn example(package: &str, name: &str, arguments: &[String]) -> Result<()> {
    let run = ["run", "--release", "--locked", "--package", package, "--example", name, "--"];
    process::run(workspace::cargo().args(run).args(arguments))
}

/// Builds the binary in an empty target folder. Downloading what it is made of comes before the clock starts.
fn release_build(arguments: &[String]) -> Result<()> {
    process::run(workspace::cargo().args(["fetch", "--locked"]))?;
    let target = tempfile::Builder::new().prefix("rempart-build-").tempdir().context("no temporary folder")?;
    let started = Instant::now();
    process::run(
        workspace::cargo()
            .args(["build", "--release", "--locked", "--package", "rempart"])
            .arg("--target-dir")
            .arg(target.path())
            .args(arguments),
    )?;
    let took_s = started.elapsed().as_secs_f64();
    let binary = target.path().join("release").join(format!("rempart{}", std::env::consts::EXE_SUFFIX));
    let size = std::fs::metadata(&binary).with_context(|| format!("there is no {}", binary.display()))?.len();
    println!("clean release build: {took_s:.0} s; binary: {:.1} MiB", size as f64 / 1_048_576.0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_that_measures_exists() {
        for bench in BENCHES {
            if let Measure::Example { package, name } = bench.measure {
                let examples = workspace::root().join("crates").join(package).join("examples");
                let is_there =
                    [format!("{name}.rs"), format!("{name}/main.rs")].iter().any(|file| examples.join(file).is_file());
                assert!(is_there, "{} has no example {name}", package);
            }
        }
    }
}
