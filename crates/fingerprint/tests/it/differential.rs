//! Draws pictures in Python, asks the reference package for their hashes, and compares.
//!
//! It needs an interpreter with the reference installed, named by `REMPART_TEST_PYTHON`; `cargo xtask test` installs one. By
//! hand:
//!
//! ```text
//! python3 -m venv .local/python
//! .local/python/bin/pip install pdqhash==0.2.8 numpy pillow scikit-image
//! REMPART_TEST_PYTHON=$PWD/.local/python/bin/python cargo test -p fingerprint --features differential
//! ```
//!
//! `REMPART_TEST_DIFFERENTIAL_DRAWN` (default 400) and `REMPART_TEST_DIFFERENTIAL_SEED` (default 1) draw more or other pictures.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

use fingerprint::{Pixels, coefficients};
use serde::Deserialize;

use crate::case::{Answers, Format};

#[test]
fn bits_quality_and_orientations_are_those_of_the_reference_on_fresh_pictures() {
    let Some(python) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    run(Command::new(python)
        .arg(SCRIPT)
        .arg("--write-cases")
        .arg(folder.path())
        .args(["--drawn", &env::var("REMPART_TEST_DIFFERENTIAL_DRAWN").unwrap_or("400".into())])
        .args(["--seed", &env::var("REMPART_TEST_DIFFERENTIAL_SEED").unwrap_or("1".into())]));

    let pixels = fs::read(folder.path().join("pixels.bin")).unwrap();
    let coefficients = fs::read(folder.path().join("coefficients.bin")).unwrap();
    let cases = fs::read_to_string(folder.path().join("cases.ndjson")).unwrap();
    let mut disagreements = Vec::new();
    let mut coefficients = coefficients.chunks_exact(256 * 4);
    let mut compared = 0;
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        disagreements.extend(case.disagreements(&pixels[case.offset..], coefficients.next().unwrap()));
        compared += 1;
    }
    assert!(coefficients.next().is_none());
    assert!(compared >= 500, "only {compared} pictures were compared");
    assert!(
        disagreements.is_empty(),
        "{} disagreements on {compared} pictures, among them:\n{}",
        disagreements.len(),
        disagreements[..disagreements.len().min(20)].join("\n")
    );
    report(&format!("compared with the reference: {compared} pictures, all identical"));
}

#[test]
fn the_committed_vectors_are_what_the_reference_says() {
    let Some(python) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("pdq.json");
    run(Command::new(python).arg(SCRIPT).arg("--write-vectors").arg(&fresh));
    let committed = fs::read_to_string(crate::vectors::FILE).unwrap();
    assert!(
        fs::read_to_string(fresh).unwrap() == committed,
        "vectors/pdq.json differs: run {SCRIPT} --write-vectors vectors/pdq.json and look at the change"
    );
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential.py");

#[derive(Deserialize)]
struct Case {
    name: String,
    width: u32,
    height: u32,
    stride_bytes: usize,
    format: Format,
    /// Where the first row begins in the file of pixels.
    offset: usize,
    coefficient_quality: u8,
    #[serde(flatten)]
    answers: Answers,
}

impl Case {
    fn disagreements(&self, data: &[u8], expected: &[u8]) -> Vec<String> {
        let data = &data[..self.stride_bytes * self.height as usize];
        let pixels = Pixels::new(data, self.width, self.height, self.stride_bytes, self.format.into()).unwrap();
        let mut disagreements = self.answers.disagreements(&self.name, &pixels);

        // More than is promised: the very floats. Equal bits could be luck, equal floats are not.
        let found = coefficients(&pixels);
        let expected = expected.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
        let differing = found.values.iter().zip(expected).filter(|(found, expected)| *found != expected).count();
        if differing > 0 || found.quality != self.coefficient_quality {
            disagreements.push(format!("{}: {differing} coefficients differ", self.name));
        }
        disagreements
    }
}

/// The interpreter to ask, or nothing after saying on the terminal that nothing was proved.
fn interpreter() -> Option<String> {
    let python = env::var("REMPART_TEST_PYTHON").ok();
    if python.is_none() {
        let how = "REMPART_TEST_PYTHON is not set, so PDQ was NOT compared with the reference. \
                   See crates/fingerprint/tests/it/differential.rs, or run `cargo xtask test`.";
        if cfg!(feature = "differential") {
            panic!("{how}");
        }
        report(how);
    }
    python
}

/// Prints past the test harness, which hides what passing tests print.
#[expect(clippy::explicit_write, reason = "the harness captures what the print macros print")]
fn report(line: &str) {
    writeln!(io::stderr(), "{line}").unwrap();
}

fn run(command: &mut Command) {
    assert!(Path::new(SCRIPT).exists());
    let output = command.output().expect("REMPART_TEST_PYTHON names an interpreter that starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
