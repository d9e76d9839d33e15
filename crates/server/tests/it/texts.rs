//! The catalogues of texts: whole in every language, and what the build refuses.

use std::collections::BTreeMap;
use std::path::Path;

use catalogue::{Argument, LANGUAGES, Piece, Said};

#[path = "../../build/catalogue.rs"]
mod catalogue;

#[test]
fn every_text_is_there_in_every_language_with_the_same_arguments() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales");
    let messages = catalogue::read(&folder).unwrap();
    assert!(messages.len() > 80, "{}", messages.len());
    let late = messages.iter().find(|message| message.key == "trouble-late").unwrap();
    let expected =
        [("changes", Argument::Number), ("partner", Argument::Text), ("key", Argument::Text), ("time", Argument::Text)];
    assert_eq!(late.arguments, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(late.texts.len(), LANGUAGES.len());
}

#[test]
fn a_text_that_is_missing_in_a_language_is_refused() {
    let problems = read_both("a = One\nb = Two\n", "a = Un\nc = Trois\n").unwrap_err();
    assert_eq!(problems, ["b is missing in fr", "c is missing in en"]);
}

#[test]
fn a_text_that_takes_other_arguments_in_a_language_is_refused() {
    let problems = read_both("a = { $name }\n", "a = { $nom }\n").unwrap_err();
    assert_eq!(problems, ["a takes other arguments in fr than in en"]);
    let problems = read_both("a = { NUMBER($n) }\n", "a = { $n }\n").unwrap_err();
    assert_eq!(problems, ["a takes other arguments in fr than in en"]);
}

#[test]
fn what_is_not_used_here_is_refused() {
    for source in ["-term = x\n", "a = x\n    .title = y\n", "a = { -term }\n", "a = { other }\n", "a = x\na = y\n"] {
        assert!(read_both(source, "a = x\n").is_err(), "{source}");
    }
    for variants in ["[one] x\n   *[many] y", "[few] x\n   *[other] y", "[1.5] x\n   *[other] y"] {
        let source = format!("a = {{ $n ->\n    {variants}\n}}\n");
        assert!(read_both(&source, &source).is_err(), "{source}");
    }
}

#[test]
fn french_gets_its_no_break_spaces_and_a_mark_without_space_is_refused() {
    let text = |source: &str| parsed("fr", source).map(|mut texts| texts.remove("a").unwrap().text);
    let literal = |text: &str| vec![Piece::Literal(text.to_owned())];
    assert_eq!(
        text("a = Quoi ? Ceci : « cela » ; oui !\n").unwrap(),
        literal("Quoi\u{202f}? Ceci\u{a0}: «\u{a0}cela\u{a0}»\u{202f}; oui\u{202f}!")
    );
    assert_eq!(text("a = à 12:30, voir x::y\n").unwrap(), literal("à 12:30, voir x::y"));
    for wrong in ["a = Quoi?\n", "a = Ceci: cela\n", "a = { $x }: cela\n", "a = « cela»\n"] {
        assert!(text(wrong).is_err(), "{wrong}");
    }
}

fn parsed(language: &str, source: &str) -> Result<BTreeMap<String, Said>, Vec<String>> {
    let (mut texts, mut problems) = (BTreeMap::new(), Vec::new());
    catalogue::parse(language, "test.ftl", source, &mut texts, &mut problems);
    if problems.is_empty() { Ok(texts) } else { Err(problems) }
}

fn read_both(english: &str, french: &str) -> Result<Vec<catalogue::Message>, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (language, source) in LANGUAGES.iter().zip([english, french]) {
        std::fs::create_dir(folder.path().join(language)).unwrap();
        std::fs::write(folder.path().join(language).join("test.ftl"), source).unwrap();
    }
    catalogue::read(folder.path())
}
