use super::Place;

fn states(place: &Place) -> (Option<i32>, Vec<(String, String)>) {
    let said = place.run("doctor --data data --json");
    let findings = said.out.lines().map(|line| {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        (finding["check"].as_str().unwrap().to_owned(), finding["state"].as_str().unwrap().to_owned())
    });
    (said.code, findings.collect())
}

#[test]
fn a_sound_node_is_called_sound() {
    let place = Place::new().with_node();
    place.picture("a.jpg", 1);
    place.run("bank add a.jpg --class adult --data data").good();
    place.run("partner add platform --data data").good();
    let sheet = std::fs::read(place.path("data/hotline.key")).unwrap();
    place.run_with("case forget-key --data data", &[], &sheet).good();
    let (code, findings) = states(&place);
    assert_eq!(code, Some(0), "{findings:?}");
    let names: Vec<&str> = findings.iter().map(|(check, _)| check.as_str()).collect();
    assert_eq!(
        names,
        [
            "folder",
            "space",
            "database",
            "schema",
            "key",
            "sequence",
            "fingerprints",
            "hotline",
            "helplines",
            "notice log",
            "partner"
        ]
    );
    assert!(findings.iter().all(|(_, state)| state != "wrong"));
}

#[cfg(unix)]
#[test]
fn a_key_or_folder_that_others_may_read_is_found() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new().with_node();
    set_permissions(place.path("data/node.key"), Permissions::from_mode(0o644)).unwrap();
    set_permissions(place.path("data"), Permissions::from_mode(0o755)).unwrap();
    let said = place.run("doctor --data data");
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("WRONG folder: others may enter data (755): chmod 700 it"), "{}", said.out);
    assert!(said.out.contains("WRONG key: it opens the bank, but others may read data/node.key (644)"), "{}", said.out);
}

#[test]
fn a_damaged_database_and_a_lost_key_are_found() {
    let place = Place::new().with_node();
    let key = std::fs::read(place.path("data/node.key")).unwrap();
    std::fs::remove_file(place.path("data/node.key")).unwrap();
    let (code, findings) = states(&place);
    assert!(code == Some(1) && findings.contains(&("key".into(), "wrong".into())), "{findings:?}");
    place.write("data/node.key", key);

    let mut bytes = std::fs::read(place.path("data/node.db")).unwrap();
    let end = bytes.len();
    bytes[4096..end].fill(0x5a);
    place.write("data/node.db", bytes);
    let (code, findings) = states(&place);
    assert!(code == Some(1) && findings.contains(&("database".into(), "wrong".into())), "{findings:?}");
}

#[test]
fn a_folder_without_a_node_is_said_to_be_one() {
    let place = Place::new();
    let (code, findings) = states(&place);
    assert!(code == Some(1) && findings.contains(&("database".into(), "wrong".into())), "{findings:?}");
}
