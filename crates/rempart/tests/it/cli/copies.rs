use super::{Place, is_new_private_file};

#[test]
fn a_backup_of_a_running_node_is_restored_with_its_key_into_an_empty_folder_alone() {
    let place = Place::new();
    let node = place.serve();
    place.picture("a.jpg", 1);
    place.run("bank add a.jpg --class adult --data data").good();
    place.run("partner add platform --data data").good();
    let said = place.run("backup --to copy.db --data data").good();
    assert!(said.contains("1 entries") && said.contains("The node's key is not in it"), "{said}");
    assert!(is_new_private_file(&place.path("copy.db")));
    assert!(place.run("backup --to copy.db --data data").failed(1).contains("copy.db exists"));
    assert_eq!(node.end(), Some(0));

    let said = place.run("restore --from copy.db --data new").failed(1);
    assert!(said.contains("a backup is restored with the key of the node"), "{said}");
    let other = "1".repeat(64);
    let said = place.run_with("restore --from copy.db --data new", &[("REMPART_NODE_KEY", &other)], b"").failed(1);
    assert!(said.contains("sealed with another node key"), "{said}");

    std::fs::copy(place.path("data/node.key"), place.path("new/node.key")).unwrap();
    let said = place.run("restore --from copy.db --data new").good();
    assert!(said.contains("every one of 3 fingerprints opens"), "{said}");
    assert_eq!(place.run("bank list --data new").good(), place.run("bank list --data data").good());
    assert!(place.run("partner list --data new").good().contains("platform:"));
    assert!(place.run("restore --from copy.db --data new").failed(1).contains("not empty"));
    let left: Vec<_> = std::fs::read_dir(place.path("new")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().starts_with("restoring")), "{left:?}");
}

#[test]
fn what_is_no_backup_is_refused() {
    let place = Place::new().with_node();
    place.write("node.txt", "not a database, long enough to be looked at as one".repeat(100));
    let key = std::fs::read_to_string(place.path("data/node.key")).unwrap();
    for (file, says) in [("missing.db", "there is no backup"), ("node.txt", "refused")] {
        let words = format!("restore --from {file} --data new");
        let said = place.run_with(&words, &[("REMPART_NODE_KEY", key.trim())], b"").failed(1);
        assert!(said.contains(says), "{said}");
    }
}
