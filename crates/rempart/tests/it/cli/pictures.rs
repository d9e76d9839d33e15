use super::Place;

#[test]
fn pictures_are_hashed_from_files_folders_and_standard_input() {
    let place = Place::new();
    let one = place.picture("album/one.jpg", 1);
    place.picture("album/inner/two.jpg", 2);
    let lines: Vec<String> = place.run("hash album --json").good().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2);
    let first: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!((first["path"].as_str(), &first["width"]), (Some("album/one.jpg"), &200.into()));
    assert_eq!(first["orientations"].as_array().unwrap().len(), 8);
    let pdq = first["fingerprints"][0]["value"].as_str().unwrap();

    let bytes = std::fs::read(one).unwrap();
    let said = place.run_with("hash -", &[], &bytes).good();
    assert!(said.starts_with(&format!("{pdq} ")) && said.ends_with(" -\n"), "{said}");
}

#[test]
fn a_file_that_cannot_be_hashed_is_named_and_the_others_are_hashed() {
    let place = Place::new();
    place.picture("a.jpg", 1);
    place.write("b.txt", "no picture");
    place.picture("c.jpg", 3);
    let said = place.run("hash a.jpg b.txt missing.jpg c.jpg");
    assert_eq!((said.code, said.out.lines().count()), (Some(1), 2));
    assert!(said.err.contains("b.txt: the file is not a picture"), "{}", said.err);
    assert!(said.err.contains("missing.jpg: No such file"), "{}", said.err);
}

#[test]
fn copies_are_known_to_the_node_and_to_a_matcher_and_strangers_are_not() {
    let place = Place::new();
    let node = place.serve();
    place.run("partner add platform --data data --key-file p.key --sees minor:reported,adult:reported").good();
    let picture = media::draw::photograph(1, 200, 150);
    place.write("known.jpg", media::encode::jpeg(&picture, 90).unwrap());
    place.write("copy.jpg", media::alter::Alteration::Rotate90.apply(&picture).unwrap());
    place.picture("stranger.jpg", 2);
    let added = place.run("bank add known.jpg --class adult --tier verified --data data --json").json();
    let entry = added[0]["entry"].as_str().unwrap().to_owned();

    let said = place.until_known(&format!("match known.jpg copy.jpg stranger.jpg --to {} --key p.key", node.url));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("block ") && lines[0].contains(&entry), "{said}");
    assert!(lines[1].starts_with("block ") && lines[1].contains(&entry), "{said}");
    assert_eq!(lines[2], "unknown stranger.jpg");

    let matcher = place.matcher(&node, "p.key");
    place.until_known(&format!("match known.jpg --to {}", matcher.url));
    let answers = place.run(&format!("match copy.jpg stranger.jpg --to {} --json", matcher.url)).json();
    assert_eq!(answers[0]["matches"][0]["entry"], entry);
    assert_eq!(answers[0]["matches"][0]["orientation"], "rotate270");
    assert_eq!(answers[1]["matches"].as_array().unwrap().len(), 0);
    assert!(matcher.operator_says("/metrics").contains("rempart_matcher_entries"));
    assert_eq!(matcher.end(), Some(0));
}
