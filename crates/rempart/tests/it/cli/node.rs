use super::{Place, is_new_private_file};

#[test]
fn a_node_on_an_empty_folder_makes_its_key_serves_and_ends_when_asked() {
    let place = Place::new();
    let node = place.serve();
    assert!(node.url.starts_with("http://127.0.0.1:"));
    assert!(node.operator_says("/").starts_with("HTTP/1.1 200"));
    assert!(node.operator_says("/metrics").contains("rempart_requests_total"));
    assert!(is_new_private_file(&place.path("data/node.key")));
    assert_eq!(node.end(), Some(0));
    // And again, with what is there.
    assert_eq!(place.serve().end(), Some(0));
}

#[test]
fn on_an_encrypted_disk_the_index_is_kept_as_it_is_until_the_setting_is_taken_back() {
    let place = Place::new();
    let is_bare = |name| std::fs::read(place.path(name)).unwrap().starts_with(b"rempart: bare");
    let is_bare = || [is_bare("data/node.index"), is_bare("replica/matcher.index-1")];
    place.serve().end();
    place.run("partner add platform --data data --key-file p.key --sees adult:reported").good();
    place.picture("a.jpg", 1);
    place.run("bank add a.jpg --class adult --data data").good();
    // The second start maps what the first one left, the third finds that it has to go.
    for words in [["--disk-encrypted"].as_slice(), &["--disk-encrypted"], &[]] {
        let node = place.serve_with(words);
        place.until_known(&format!("match a.jpg --to {} --key p.key", node.url));
        // On another port it is another node to the matcher, with another index.
        let _ = std::fs::remove_dir_all(place.path("replica"));
        let matcher = place.matcher_with(&node, "p.key", words);
        place.until_known(&format!("match a.jpg --to {}", matcher.url));
        assert_eq!(matcher.end(), Some(0));
        let matcher = place.matcher_with(&node, "p.key", words);
        place.until_known(&format!("match a.jpg --to {}", matcher.url));
        assert_eq!((matcher.end(), node.end()), (Some(0), Some(0)));
        assert_eq!(is_bare(), [!words.is_empty(); 2]);
    }
    // The file of settings says it as well.
    place.write("data/rempart.toml", "disk_encrypted = true");
    assert_eq!(place.serve().end(), Some(0));
    assert!(is_bare()[0]);
}

#[test]
fn without_its_key_or_with_another_a_node_does_not_start() {
    let place = Place::new().with_node();
    let key = std::fs::read_to_string(place.path("data/node.key")).unwrap();
    std::fs::remove_file(place.path("data/node.key")).unwrap();
    let said = place.run("serve --data data").failed(1);
    assert!(said.contains("data/node.key is missing") && said.contains("put the key back"), "{said}");
    assert!(!place.path("data/node.key").exists());

    let other = "0".repeat(64);
    let said = place.run_with("serve --data data", &[("REMPART_NODE_KEY", &other)], b"").failed(1);
    assert!(said.contains("sealed with another node key"), "{said}");

    place.write("elsewhere", &key);
    let listed = place.run("bank list --data data --node-key-file elsewhere");
    assert_eq!(listed.good(), "");
}

#[test]
fn a_key_of_a_partner_is_shown_once_and_can_be_replaced_and_revoked() {
    let place = Place::new().with_node();
    let added = place.run("partner add platform-a --data data --sees minor:reported --json").json();
    let (key, id) = (added[0]["key"].as_str().unwrap(), added[0]["key_id"].as_str().unwrap());
    assert!(key.starts_with(&format!("rp_{id}_")));
    let said = place.run("partner add platform-a --data data").failed(1);
    assert!(said.contains("there is a partner named platform-a already"), "{said}");

    place.run("partner key platform-a --data data --scopes match --key-file b.key").good();
    assert!(is_new_private_file(&place.path("b.key")));
    assert!(std::fs::read_to_string(place.path("b.key")).unwrap().starts_with("rp_"));
    let said = place.run("partner key platform-a --data data --key-file b.key").failed(1);
    assert!(said.contains("b.key exists"), "{said}");

    place.run("partner agree platform-a --data data --contributes adult:verified").good();
    place.run(&format!("partner revoke {id} --data data")).good();
    let partners = place.run("partner list --data data --json").json();
    let partner = partners.iter().find(|partner| partner["name"] == "platform-a").unwrap();
    assert_eq!((&partner["sees"], &partner["contributes"]), (&"minor:reported".into(), &"adult:verified".into()));
    let keys = partner["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "the third was refused before it was made");
    assert!(keys.iter().all(|key| key["is_current"] == (key["id"] != id)));
    assert!(!place.run("partner list --data data").good().contains(key));
}

#[test]
fn a_feed_is_pulled_and_followed_with_a_key() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let place = Place::new();
    let node = place.serve();
    place.run("partner add platform --data data --key-file p.key --sees adult:reported").good();
    place.picture("a.jpg", 1);
    place.run("bank add a.jpg --class adult --data data").good();
    let changes = place.run(&format!("feed pull --from {} --key p.key", node.url)).json();
    assert_eq!(changes.len(), 1);
    assert_eq!((&changes[0]["seq"], &changes[0]["put"]["class"]), (&1.into(), &"adult".into()));

    let mut follower = super::rempart()
        .current_dir(place.folder.path())
        .args(["feed", "follow", "--from", &node.url, "--key", "p.key", "--after", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    place.picture("b.jpg", 2);
    place.run("bank add b.jpg --class adult --data data").good();
    let change: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(change["seq"], 2);
    follower.kill().unwrap();
    follower.wait().unwrap();

    place.run("partner revoke platform --data data").good();
    let said = place.run(&format!("feed pull --from {} --key p.key", node.url)).failed(1);
    assert!(said.contains("refused (401)") && said.contains("Ask the node's operator"), "{said}");
}

#[test]
fn a_partner_is_shown_what_to_paste_into_its_clients_of_other_systems() {
    let place = Place::new().with_node();
    place.run("partner add platform --data data --key-file p.key").good();
    let key = std::fs::read_to_string(place.path("p.key")).unwrap().trim().to_owned();
    let said = place.run("partner settings platform --data data --url https://node.example --key-file p.key").good();
    for line in [
        format!("export TX_STOPNCII_KEYS='{key},any,https://node.example/stopncii/v1'"),
        format!("export TX_NCMEC_CREDENTIALS='platform:{key}'"),
        "export ARACHNID_SHIELD_URL='https://node.example/arachnid/'".to_owned(),
        "graph URL: https://node.example/threatexchange/v26.0".to_owned(),
        "base URL: https://node.example/tat/".to_owned(),
    ] {
        assert!(said.contains(&line), "{line}: {said}");
    }
    let plain = place.run("partner settings platform --data data --json").good();
    assert_eq!(plain.lines().count(), 5, "{plain}");
    assert!(plain.contains("https://NODE/ncmec") && !plain.contains(&key), "{plain}");
    place.run("partner settings nobody --data data").failed(1);
}
