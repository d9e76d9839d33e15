//! What is said to whoever asks wrongly: exactly these words.

use super::Place;

#[test]
fn without_a_command_the_help_is_the_answer() {
    let said = Place::new().run("");
    assert_eq!(said.code, Some(0));
    insta::assert_snapshot!("help", said.out);
}

#[test]
fn a_misspelt_command_flag_or_value_is_asking_wrongly() {
    let place = Place::new();
    for words in
        ["sevre", "serve --lisen 1", "match a.jpg --to http://x --radius 61", "bank withdraw not-an-id", "hash"]
    {
        place.run(words).failed(2);
    }
}

#[test]
fn settings_that_cannot_be_used_are_named_with_their_place() {
    let place = Place::new();
    place.write("data/rempart.toml", "listne = \"127.0.0.1:1\"\n");
    insta::assert_snapshot!("unknown_key_in_file", place.run("serve --data data").failed(2));
    place.write("data/rempart.toml", "requests_per_second = \"many\"\n[block_radius]\nadult = 20\n");
    insta::assert_snapshot!("wrong_kind_in_file", place.run("serve --data data").failed(2));
    place.write("data/rempart.toml", "");
    let said = place.run_with("serve --data data", &[("REMPART_LISTNE", "x")], b"").failed(2);
    insta::assert_snapshot!("unknown_variable", said);
    insta::assert_snapshot!("missing_file", place.run("serve --data data --config none.toml").failed(2));
}

#[test]
fn a_folder_without_a_node_is_not_taken_for_an_empty_node() {
    let place = Place::new();
    insta::assert_snapshot!("no_node", place.run("partner list --data nowhere").failed(1));
    assert!(!place.path("nowhere").exists());
}

#[test]
fn a_matcher_does_not_open_its_door_to_everyone() {
    let place = Place::new();
    place.write("p.key", format!("rp_{}_{}", "0".repeat(16), "0".repeat(64)));
    let words = "matcher --from http://127.0.0.1:9 --key p.key --listen 0.0.0.0:0";
    insta::assert_snapshot!("matcher_without_token", place.run(words).failed(2));
    insta::assert_snapshot!("matcher_without_node", place.run("matcher").failed(2));
    insta::assert_snapshot!("matcher_key_missing", place.run("matcher --from http://127.0.0.1:9").failed(2));
    assert!(!place.path("rempart-matcher").exists());
}

#[test]
fn a_node_that_does_not_answer_is_named() {
    let place = Place::new();
    place.picture("a.jpg", 1);
    let said = place.run("match a.jpg --to http://127.0.0.1:9").failed(1);
    assert!(said.starts_with("rempart: no answer from http://127.0.0.1:9: check the address"), "{said}");
}
