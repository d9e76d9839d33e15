//! The reference's answers in vectors/pdq.json, on pictures drawn here by the recipes that file describes.

use fingerprint::{Mode, Pixels};
use serde::Deserialize;

use crate::case::{Answers, Format};
use crate::recipes;

pub(crate) const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/pdq.json");

#[test]
fn bits_quality_and_orientations_are_those_of_the_committed_vectors() {
    let file: File<Case> = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert!(file.cases.len() >= 250);
    let mut disagreements = Vec::new();
    for case in &file.cases {
        let format = case.format.into();
        let (data, stride_bytes) = recipes::draw(&case.recipe, case.seed, case.width, case.height, format);
        let pixels = Pixels::new(&data, case.width, case.height, stride_bytes, format).unwrap();
        let name = format!("{} {} {}x{}", case.recipe, case.seed, case.width, case.height);
        disagreements.extend(case.answers.disagreements(&name, &pixels));
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

#[test]
fn bits_and_quality_in_mode_file512_are_those_of_the_reference_tool_for_files() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/pdq-file512.json");
    let file: File<FileCase> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(file.cases.len() >= 130);
    for case in &file.cases {
        let format = case.format.into();
        let (data, stride_bytes) = recipes::draw(&case.recipe, case.seed, case.width, case.height, format);
        let pixels = Pixels::new(&data, case.width, case.height, stride_bytes, format).unwrap();
        let found = Mode::File512.pdq(&pixels);
        let name = format!("{} {} {}x{}", case.recipe, case.seed, case.width, case.height);
        assert_eq!((found.hash.to_string(), found.quality), (case.hash.clone(), case.quality), "{name}");
        let dihedral = Mode::File512.pdq_dihedral(&pixels);
        assert_eq!((dihedral.hashes[0], dihedral.quality), (found.hash, found.quality), "{name}");
    }
}

#[derive(Deserialize)]
struct File<C> {
    cases: Vec<C>,
}

#[derive(Deserialize)]
struct FileCase {
    recipe: String,
    seed: u32,
    width: u32,
    height: u32,
    format: Format,
    hash: String,
    quality: u8,
}

#[derive(Deserialize)]
struct Case {
    recipe: String,
    seed: u32,
    width: u32,
    height: u32,
    format: Format,
    #[serde(flatten)]
    answers: Answers,
}
