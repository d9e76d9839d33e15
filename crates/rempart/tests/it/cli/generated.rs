use super::Place;

#[test]
fn the_documents_of_both_apis_are_printed() {
    let place = Place::new();
    for (words, path) in [("openapi", "/api/v1/entries"), ("openapi --matcher", "/api/v1/match/image")] {
        let document: serde_json::Value = serde_json::from_str(&place.run(words).good()).unwrap();
        assert_eq!(document["openapi"].as_str().unwrap().get(..3), Some("3.1"));
        assert!(document["paths"][path].is_object(), "{words}");
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(place.run(&format!("completions {shell}")).good().contains("withdraw"), "{shell}");
    }
    assert!(place.run("man").good().contains("rempart\\-serve") || place.run("man").good().contains("serve"));
    assert!(place.run("man bank import").good().contains("skip\\-bad"));
    assert!(place.run("man bank burn").failed(1).contains("there is no command burn"));
}
