//! `cargo xtask test`: what the tests need, then every test and check there is, then one closing line.

use std::num::NonZeroU32;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::needs::Needs;
use crate::tally::Tally;
use crate::{
    clients, e2e, fuzz, generate, instructions, interleavings, node, process, python, schemathesis, wasm, workspace,
};

/// How long each fuzz target runs: enough to replay its corpus and try some thousands of new inputs.
const FUZZ_SECONDS: u64 = 10;
/// The same inputs for the same code: whoever sends in a change is not stopped by what chance finds in another's. Chance is for
/// `cargo xtask fuzz`.
const FUZZ_SEED: NonZeroU32 = NonZeroU32::MIN;

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Run this part only (may be repeated); without it, all of them in this order
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

/// A part of the run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The tests of every crate, the layer check and the examples in the documentation, on SQLite and PostgreSQL
    Rust,
    /// The index under every order in which its threads can run
    Interleavings,
    /// The fuzz targets, a short while each
    Fuzz,
    /// Whether the committed module for browsers is built from its sources, and, where its target is installed, that it builds
    Wasm,
    /// How many instructions hashing, a query and an insertion take, against the committed numbers
    Instructions,
    /// Malformed requests to every route of a running node
    Schemathesis,
    /// The package in clients/python, against a running node: its types, its tests, `tx` as it comes from its registry
    Python,
    /// The TypeScript client generated from the API's document, against a running node
    Typescript,
    /// The portal in a browser, with a running node: every page, by keyboard, without scripts, attacked
    E2e,
    /// Whether the generated files are those that the code would write
    Generated,
}

/// Runs the parts one after the other, the later ones also when an earlier one failed: one run, the whole picture.
///
/// # Errors
/// When a test or a check failed, or we were interrupted.
pub(crate) fn run(options: &Options) -> Result<()> {
    let parts: Vec<Part> = Part::value_variants()
        .iter()
        .copied()
        .filter(|part| options.only.is_empty() || options.only.contains(part))
        .collect();
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for part in parts {
        let name = part.to_possible_value().expect("no part is hidden").get_name().to_owned();
        println!("\n== {name}");
        if let Err(error) = part.run(&mut tally) {
            println!("{name} failed: {error:#}");
            failures.push(name);
        }
        if process::was_interrupted() {
            bail!("interrupted");
        }
    }
    println!("\n{tally}");
    if !failures.is_empty() {
        bail!("failed: {}", failures.join(", "));
    }
    Ok(())
}

impl Part {
    fn run(self, tally: &mut Tally) -> Result<()> {
        let checked = match self {
            Self::Rust => return rust_tests(tally),
            Self::Wasm if !wasm::is_installed() => {
                println!("not built anew: the target is not installed; `{}` installs it", wasm::how_to_install());
                wasm::check()
            }
            Self::Wasm => wasm::check().and_then(|()| wasm::build_all()),
            Self::Instructions if !instructions::is_countable() => {
                println!("left out: instructions are counted on x86-64 Linux with AVX2 only");
                tally.skip();
                return Ok(());
            }
            Self::Instructions => instructions::check(),
            Self::Interleavings => interleavings::run(),
            Self::Fuzz => fuzz::run(FUZZ_SECONDS, Some(FUZZ_SEED)),
            Self::Schemathesis => schemathesis::run(&node::test_binary()?, &python::environment()?),
            Self::Python => clients::python(&node::test_binary()?, &python::environment()?),
            Self::Typescript => clients::typescript(&node::test_binary()?),
            Self::E2e => e2e::run(&node::test_binary()?),
            Self::Generated => generate::check(&node::test_binary()?),
        };
        tally.count(checked.is_ok());
        checked
    }
}

/// Every test binary and every documented example of the workspace, with what they look for in the environment.
fn rust_tests(tally: &mut Tally) -> Result<()> {
    let needs = Needs::meet()?;
    let mut command = workspace::cargo();
    needs.give_to(command.args(["test", "--workspace", "--no-fail-fast"]));
    let failed_before = tally.failed();
    let status = process::run_reading(&mut command, |line| tally.read(line))?;
    if status.success() {
        return Ok(());
    }
    if tally.failed() == failed_before {
        // It did not come to a test: something does not compile, or a test program died without its closing line.
        tally.count(false);
    }
    bail!("cargo test ended with {status}");
}
