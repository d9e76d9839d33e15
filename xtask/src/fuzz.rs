//! The fuzz targets, on the stable compiler and without cargo-fuzz: the instrumentation that the engine asks for is a
//! matter of compiler flags. `cargo fuzz` works in the same folder for whoever has it.

use std::fs::{self, File};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::{process, workspace};

/// What libFuzzer needs to see which code an input reaches (LLVM's SanitizerCoverage: a counter per edge, the table of
/// their places, the operands of comparisons). Without all of them it runs, but blindly.
const INSTRUMENTATION: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];
/// How long one input may take: far more than any of ours does, on a busy machine too.
const INPUT_SECONDS_MAX: u32 = 30;
/// What a target may hold, its own bookkeeping included.
const MEMORY_MIB_MAX: u32 = 1_024;

/// Builds every target and runs each for `seconds`, starting from its corpus; what it finds on the way goes into a
/// temporary folder, and an input that fails is kept under `fuzz/target/`. With a `seed` the same program tries the same
/// inputs in the same order every time; without, others.
///
/// # Errors
/// When a target does not build, has no corpus, or fails on an input; the error says where that input lies.
pub(crate) fn run(seconds: u64, seed: Option<NonZeroU32>) -> Result<()> {
    let folder = workspace::root().join("fuzz");
    let targets = targets(&folder)?;
    let programs = build(&folder)?;
    for target in &targets {
        fuzz(&folder, &programs, target, seconds, seed)?;
    }
    Ok(())
}

/// The names of the targets, sorted.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let sources = folder.join("fuzz_targets");
    let mut names = Vec::new();
    for file in fs::read_dir(&sources).with_context(|| format!("cannot list {}", sources.display()))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    ensure!(!names.is_empty(), "no fuzz target in {}", sources.display());
    names.sort();
    Ok(names)
}

/// Builds all targets; returns the folder of the programs.
fn build(folder: &Path) -> Result<PathBuf> {
    // With a platform named, the flags reach the targets only and not the build scripts and macros on their way.
    let platform = platform()?;
    let built = folder.join("target");
    let mut command = workspace::cargo();
    command.args(["build", "--release", "--locked", "--bins", "--target", &platform]);
    command.arg("--manifest-path").arg(folder.join("Cargo.toml")).arg("--target-dir").arg(&built);
    // Encoded flags go before all others that cargo might take from the environment or its configuration.
    command.env("CARGO_ENCODED_RUSTFLAGS", INSTRUMENTATION.join("\x1f"));
    process::run(&mut command).context(
        "the fuzz targets do not build; if it is only their lock file that is behind a crate's new dependency, \
         `cargo update --workspace --manifest-path fuzz/Cargo.toml` brings it up",
    )?;
    Ok(built.join(platform).join("release"))
}

/// The platform we run on, in the compiler's words.
fn platform() -> Result<String> {
    let version = process::output(workspace::cargo().arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`cargo -vV` names no host")?.to_owned())
}

fn fuzz(folder: &Path, programs: &Path, target: &str, seconds: u64, seed: Option<NonZeroU32>) -> Result<()> {
    let corpus = folder.join("corpus").join(target);
    let seeds = fs::read_dir(&corpus).map_or(0, Iterator::count);
    ensure!(seeds > 0, "{target} has no corpus: give it seeds in {}", corpus.display());
    let failures = folder.join("target/failures").join(target);
    fs::create_dir_all(&failures).with_context(|| format!("cannot make {}", failures.display()))?;
    let found = tempfile::tempdir().context("cannot make a temporary folder")?;

    let program = programs.join(target);
    let mut command = std::process::Command::new(&program);
    command
        .arg(format!("-max_total_time={seconds}"))
        // 0 is the engine's word for any.
        .arg(format!("-seed={}", seed.map_or(0, NonZeroU32::get)))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
        .arg(format!("-artifact_prefix={}/", failures.display()))
        .args(["-verbosity=0", "-print_final_stats=1"])
        // The first folder is written to, the second only read.
        .arg(found.path())
        .arg(&corpus);
    // The engine is talkative; what it says matters when it found something.
    let log = failures.join("log");
    command.stderr(File::create(&log).with_context(|| format!("cannot write {}", log.display()))?);
    let outcome = process::run(&mut command);
    ensure!(!process::was_interrupted(), "interrupted");
    let said = fs::read(&log).with_context(|| format!("cannot read {}", log.display()))?;
    let said = String::from_utf8_lossy(&said);
    if let Err(error) = outcome {
        bail!(
            "{}\n{target} failed on an input ({error}). The input is named above and lies in {}: run {} with it to see \
             it fail, mend the code, and add the input to {}",
            said.trim(),
            failures.display(),
            program.display(),
            corpus.display()
        );
    }
    println!("{target}: {} inputs, no failure", statistic(&said, "number_of_executed_units").unwrap_or("?"));
    Ok(())
}

/// A number among the closing lines of the engine.
fn statistic<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let value = said.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name)?.strip_prefix(':'))?;
    Some(value.trim())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_number_is_found_among_the_closing_lines() {
        let said = "Done 5 runs\nstat::number_of_executed_units: 362011\nstat::peak_rss_mb:              49\n";
        assert_eq!(statistic(said, "number_of_executed_units"), Some("362011"));
        assert_eq!(statistic(said, "peak_rss_mb"), Some("49"));
        assert_eq!(statistic(said, "rss"), None);
    }

    #[test]
    fn every_fuzz_target_is_a_program_with_a_corpus_and_every_corpus_has_its_target() {
        let folder = workspace::root().join("fuzz");
        let sources: BTreeSet<String> = targets(&folder).unwrap().into_iter().collect();
        let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        let programs = manifest["bin"].as_array().unwrap().iter();
        let programs: BTreeSet<String> = programs.map(|bin| bin["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(sources, programs);
        let corpora: BTreeSet<String> = fs::read_dir(folder.join("corpus"))
            .unwrap()
            .map(|folder| folder.unwrap().path())
            .inspect(|folder| assert!(fs::read_dir(folder).unwrap().count() > 0, "{} is empty", folder.display()))
            .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(sources, corpora);
    }
}
