//! Node is looked for in the path; `cargo xtask test` installs it. Where it is not, the test says so and passes, unless
//! `REMPART_TEST_NODE` names one.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use browser::{FileDigests, Picture, Puzzle, Upload};
use fingerprint::PixelFormat;
use rand::SeedableRng;
use serde::Deserialize;

use crate::recipes;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/pdq.json");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wasm.mjs");
const SEALING_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sealing.mjs");
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/wasm");

/// Rows pushed at once.
const BAND: usize = 48;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    recipe: String,
    seed: u32,
    width: u32,
    height: u32,
    dihedral: [String; 8],
    dihedral_quality: u8,
    format: String,
}

#[test]
fn the_module_says_of_every_picture_what_the_crate_says() {
    let Some(node) = node() else { return };
    let vectors: Vectors = serde_json::from_str(&fs::read_to_string(VECTORS).unwrap()).unwrap();
    let (mut input, mut expected, mut with_views) = (Vec::new(), String::new(), 0);
    for case in &vectors.cases {
        let (rgba, _) = recipes::draw(&case.recipe, case.seed, case.width, case.height, PixelFormat::Rgba8);
        input.extend(case.width.to_le_bytes());
        input.extend(case.height.to_le_bytes());
        input.extend(&rgba);
        let said = natively(case, &rgba);
        with_views += usize::from(said.contains("\"view\":"));
        if case.format != "luma8" && case.dihedral_quality >= 50 {
            assert!(said.contains(&case.dihedral[0]), "the reference says {}", case.dihedral[0]);
        }
        let mut digests = FileDigests::new();
        digests.push(&rgba);
        writeln!(expected, "{said} {}", digests.finish()).unwrap();
    }
    let mut puzzle = Puzzle::new(b"rempart", 14).unwrap();
    writeln!(expected, "{}", puzzle.step(u32::MAX).unwrap()).unwrap();
    assert!(with_views >= 50, "only {with_views} pictures have views");

    let found = String::from_utf8(say(&node, &[SCRIPT, MODULE, &BAND.to_string()], input)).unwrap();
    for (position, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "picture {position}");
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

#[test]
fn the_module_seals_a_file_as_the_crate_does() {
    let Some(node) = node() else { return };
    let recipients = [1, 2].map(|seed| {
        let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
        sealing::RecipientSecret::generate(&mut rng).public().to_string()
    });
    let (id, seed, recipients) = ([7; 16], [9; 32], recipients.join(" "));
    for bytes in [0, 1, 70_000, 600_000_u32] {
        let file: Vec<u8> = (0..bytes).map(|at| ((at * 7) >> 3) as u8).collect();
        let mut upload = Upload::new(&id, bytes, &recipients, &seed).unwrap();
        let (mut expected, mut at) = (Vec::new(), 0);
        while let Some(wanted) = upload.wants() {
            expected.extend(upload.seal(&file[at..at + wanted as usize]).unwrap());
            at += wanted as usize;
        }
        expected.extend(upload.keys().into_bytes());
        let found = say(&node, &[SEALING_SCRIPT, MODULE, &recipients], [&id[..], &seed, &file].concat());
        assert!(found == expected, "{bytes} bytes");
    }
}

fn natively(case: &Case, rgba: &[u8]) -> String {
    let mut picture = Picture::new(case.width, case.height).unwrap();
    for band in rgba.chunks(BAND * case.width as usize * 4) {
        picture.push(band).unwrap();
    }
    picture.finish().unwrap()
}

fn node() -> Option<String> {
    let named = env::var("REMPART_TEST_NODE").ok();
    let program = named.clone().unwrap_or_else(|| "node".into());
    let runs = Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(runs || named.is_none(), "REMPART_TEST_NODE names {program}, which does not run");
    if !runs {
        eprintln!("left out: there is no node; `cargo xtask test` installs it");
    }
    runs.then_some(program)
}

/// What a script prints for this input.
fn say(node: &str, arguments: &[&str], input: Vec<u8>) -> Vec<u8> {
    let mut child = Command::new(node).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || std::io::Write::write_all(&mut stdin, &input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the script failed, see above");
    output.stdout
}
