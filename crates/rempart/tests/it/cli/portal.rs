use super::{Place, is_new_private_file};

const WORDS: usize = 24;

#[test]
fn the_first_start_makes_the_hotlines_key_and_prints_a_link_that_a_new_one_ends() {
    let place = Place::new();
    let node = place.serve();
    let file = place.path("data/hotline.key");
    assert!(is_new_private_file(&file));
    let words = std::fs::read_to_string(&file).unwrap();
    assert_eq!(words.split_whitespace().count(), WORDS);
    let first = node.setup.clone().unwrap();
    let path = first.strip_prefix(&node.operator).unwrap().to_owned();
    assert!(node.operator_says(&path).starts_with("HTTP/1.1 200"));
    let said = place.run("setup --data data --json").json();
    assert_eq!(said[0]["seconds"], 86_400);
    let next = said[0]["url"].as_str().unwrap();
    assert!(node.operator_says(&path).starts_with("HTTP/1.1 404"), "the first link is over");
    assert!(node.operator_says(&next[next.find("/setup/").unwrap()..]).starts_with("HTTP/1.1 200"));
    assert_eq!(node.end(), Some(0));
    let again = place.serve();
    assert!(again.setup.is_some(), "until the set-up is finished, each start prints a link");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), words);
}

#[test]
fn the_hotlines_key_is_removed_only_by_whoever_has_its_words() {
    let place = Place::new().with_node();
    let words = std::fs::read_to_string(place.path("data/hotline.key")).unwrap();
    let doctor = place.run("doctor --data data");
    assert!(doctor.code == Some(1) && doctor.out.contains("WRONG hotline: "), "{}", doctor.out);

    let mut others: Vec<&str> = words.split_whitespace().collect();
    others.pop();
    let said = place.run_with("case forget-key --data data", &[], others.join(" ").as_bytes()).failed(2);
    assert!(said.contains("a recovery sheet has 24 words, not 23"), "{said}");
    assert!(place.path("data/hotline.key").exists());

    place.run_with("case forget-key --data data", &[], words.to_uppercase().as_bytes()).good();
    assert!(!place.path("data/hotline.key").exists());
    place.run("doctor --data data").good();
    assert!(place.run("case forget-key --data data").failed(1).contains("not on this machine"));
}

#[test]
fn a_case_that_is_not_there_and_an_answer_that_is_none_are_refused() {
    let place = Place::new().with_node();
    assert_eq!(place.run("case list --data data --json").good(), "");
    let said = place.run("case show abcd --data data").failed(1);
    assert!(said.contains("no open case begins with abcd"), "{said}");
    assert!(place.run("case answer abcd --data data").failed(2).contains("an answer is 1 to 8000 characters"));
    std::fs::remove_file(place.path("data/hotline.key")).unwrap();
    let said = place.run("case answer abcd --data data").failed(2);
    assert!(said.contains("cannot both come from standard input"), "{said}");
}
