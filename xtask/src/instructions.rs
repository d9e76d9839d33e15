//! How many instructions the engines take: a guard against slowing down unnoticed, without a clock.
//!
//! valgrind counts, and shows every program the same processor (with AVX2 and without AVX-512), so the numbers do not
//! depend on the machine nor on what else it does, only on the code and the compiler. They do not tell time: memory that is
//! waited for costs no instruction.
//!
//! To add a measurement, give one of the examples in [`PROGRAMS`] a case, name it there, and run
//! `cargo xtask bench instructions -- --keep`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::{packages, process, workspace};

/// How far a number may be from the committed one, in percent: another compiler, not another algorithm.
const TOLERANCE_PERCENT: u64 = 5;
/// Crates, an example of each, and the cases it knows.
const PROGRAMS: [(&str, &str, &[&str]); 2] = [
    ("fingerprint", "count_hashing", &["pdq-rgb", "pdq-grey", "pdq-flat", "dihedral-rgb", "views-rgb"]),
    ("hamming", "count_searching", &["query", "scan", "insert", "merge"]),
];
/// What is counted: this function of the example, with all it calls.
const COUNTED: &str = "*counted*";
const COMMITTED: &str = "xtask/instructions.toml";
const HEADING: &str = "# Instructions that each case takes, in thousands, as `cargo xtask test --only instructions` counts them. Written by\n\
                       # `cargo xtask bench instructions -- --keep`.\n\n";

/// Counts and prints; with `--keep`, commits to the numbers.
///
/// # Errors
/// When valgrind is missing and may not be installed, or an example does not build or run.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let is_kept = match arguments {
        [] => false,
        [only] if only == "--keep" => true,
        _ => bail!("only --keep may be said after --"),
    };
    let counts = counts()?;
    let lines: Vec<String> = counts.iter().map(|(case, thousands)| format!("{case} = {thousands}\n")).collect();
    print!("{}", lines.concat());
    if is_kept {
        let path = committed();
        fs::write(&path, format!("{HEADING}{}", lines.concat()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Counts and compares with the committed numbers.
///
/// # Errors
/// As [`run`], and when a case is more than [`TOLERANCE_PERCENT`] from its number, or only on one side.
pub(crate) fn check() -> Result<()> {
    let path = committed();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let kept: BTreeMap<String, u64> =
        toml::from_str(&text).with_context(|| format!("cannot read {}", path.display()))?;
    let counts = counts()?;
    for (case, thousands) in &counts {
        println!("{case:<26} {thousands:>9} thousand");
    }
    let wrong = differences(&kept, &counts);
    if !wrong.is_empty() {
        bail!(
            "{}\nIf this is meant, run `cargo xtask bench instructions -- --keep`, commit {COMMITTED}, and say why",
            wrong.join("\n")
        );
    }
    Ok(())
}

/// Whether the numbers mean something here.
pub(crate) fn is_countable() -> bool {
    cfg!(all(target_arch = "x86_64", target_os = "linux"))
        && fs::read_to_string("/proc/cpuinfo").is_ok_and(|about| about.split_whitespace().any(|flag| flag == "avx2"))
}

fn committed() -> PathBuf {
    workspace::root().join(COMMITTED)
}

/// Every case as `crate-case`, thousands of instructions.
fn counts() -> Result<BTreeMap<String, u64>> {
    if process::find("valgrind").is_none() {
        packages::install(&["valgrind"], "valgrind, which counts instructions")?;
    }
    let mut counts = BTreeMap::new();
    for (package, example, cases) in PROGRAMS {
        let build = ["build", "--release", "--locked", "--package", package, "--example", example];
        // As everybody's is built: flags of one machine would be counted too.
        process::run(workspace::cargo().env_remove("RUSTFLAGS").args(build))?;
        let program = workspace::target_folder()?.join("release/examples").join(example);
        for case in cases {
            counts.insert(format!("{package}-{case}"), count(&program, case)? / 1_000);
        }
    }
    Ok(counts)
}

fn count(program: &Path, case: &str) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(format!("--toggle-collect={COUNTED}"));
    // A setting of the machine may choose another allocator, whose instructions are not ours.
    command.env_remove("LD_PRELOAD").current_dir(env::temp_dir()).arg(program).arg(case);
    let output = command.output().context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{case} failed under valgrind: {said}");
    collected(&said).with_context(|| format!("valgrind counted nothing of {case}: {said}"))
}

/// The total in what callgrind says at its end, `==123== Collected : 4567`; nothing when that is zero.
fn collected(said: &str) -> Option<u64> {
    let total = said.lines().find_map(|line| line.split_once("Collected : "))?.1.split_whitespace().next()?;
    total.parse().ok().filter(|total| *total > 0)
}

fn differences(kept: &BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (case, &now) in counts {
        match kept.get(case) {
            None => wrong.push(format!("{case} takes {now} thousand instructions and has no committed number")),
            Some(&before) => {
                if now.abs_diff(before) * 100 > before * TOLERANCE_PERCENT {
                    let percent = 100.0 * (now as f64 / before.max(1) as f64 - 1.0);
                    wrong.push(format!(
                        "{case} takes {now} thousand instructions, {percent:+.1} % of the committed {before} (at most {TOLERANCE_PERCENT} % either way)"
                    ));
                }
            }
        }
    }
    let gone = kept.keys().filter(|case| !counts.contains_key(*case));
    wrong.extend(gone.map(|case| format!("{case} has a committed number and is not counted")));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
        of.iter().map(|(case, number)| ((*case).to_owned(), *number)).collect()
    }

    #[test]
    fn the_total_is_read_and_zero_is_none() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 12345\n==7==\n"), Some(12_345));
        assert_eq!(collected("==7== Collected : 0\n"), None);
        assert_eq!(collected("no such program"), None);
    }

    #[test]
    fn a_case_may_differ_by_five_percent_either_way_and_no_more() {
        let kept = numbers(&[("query", 1_000)]);
        for (now, is_right) in [(950, true), (1_050, true), (949, false), (1_051, false)] {
            assert_eq!(differences(&kept, &numbers(&[("query", now)])).is_empty(), is_right, "{now}");
        }
    }

    #[test]
    fn a_case_on_one_side_only_is_a_difference() {
        assert_eq!(differences(&numbers(&[("query", 1)]), &numbers(&[("scan", 1)])).len(), 2);
    }

    #[test]
    fn every_case_has_a_committed_number() {
        let text = fs::read_to_string(committed()).unwrap();
        let kept: BTreeMap<String, u64> = toml::from_str(&text).unwrap();
        let cases: Vec<String> = PROGRAMS
            .iter()
            .flat_map(|(package, _, cases)| cases.iter().map(move |case| format!("{package}-{case}")))
            .collect();
        assert_eq!(kept.len(), cases.len());
        assert!(cases.iter().all(|case| kept.contains_key(case)));
    }
}
