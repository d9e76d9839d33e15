//! The reference's answers in vectors/pdq.json, on pictures drawn here by the recipes that file describes.

use fingerprint::Pixels;
use serde::Deserialize;

use crate::case::{Answers, Format};
use crate::recipes;

pub(crate) const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/pdq.json");

#[test]
fn bits_quality_and_orientations_are_those_of_the_committed_vectors() {
    let file: File = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
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

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
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
