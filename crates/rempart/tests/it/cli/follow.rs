//! `rempart follow --matcher`: what a matcher follows by itself is set up in its folder, whether it runs or not.

use super::{Place, Serving, rempart};

#[test]
fn a_matcher_is_told_in_its_folder_what_to_follow_beside_nodes_or_without_any() {
    let place = Place::new();
    let node = place.serve();
    place.run("partner add platform --data data --key-file p.key --sees adult:reported").good();
    place.picture("a.jpg", 1);
    place.run("bank add a.jpg --class adult --data data").good();

    let said = place.run("follow list --matcher replica").failed(1);
    assert!(said.contains("there is no matcher in replica"), "{said}");
    let add = format!("follow add rempart --name sister --url {} --credentials-file p.key --every 5", node.url);
    let said = place.run(&format!("{add} --matcher replica --pass-on")).failed(2);
    assert!(said.contains("'--matcher <DIR>' cannot be used with '--pass-on'"), "{said}");
    let said = place.run(&format!("{add} --matcher replica")).good();
    assert!(said.contains("sister is followed from now on: by the matcher of this folder"), "{said}");
    let said = place.run(&format!("{add} --matcher replica")).failed(1);
    assert!(said.contains("there is a partner or source named sister already"), "{said}");

    let mut command = rempart();
    command.current_dir(place.folder.path()).args(["matcher", "--data", "replica", "--json"]);
    let matcher = Serving::start(command.args(["--listen", "127.0.0.1:0"]));
    place.until_known(&format!("match a.jpg --to {}", matcher.url));
    let listed = place.run("follow list --matcher replica --json").json();
    assert_eq!((&listed[0]["name"], &listed[0]["records"]), (&"sister".into(), &1.into()), "{listed:?}");
    let page = matcher.operator_says("/status");
    assert!(page.contains("Other systems") && page.contains("sister"), "{page}");
    assert!(
        matcher.operator_says("/metrics").contains("rempart_source_records{source=\"sister\",system=\"rempart\"} 1")
    );
    place.run("follow once sister --matcher replica").good();

    // Removed while it runs, it is known no more within seconds.
    place.run("follow remove sister --matcher replica").good();
    let is_gone = || place.run("follow list --matcher replica --json").json().is_empty();
    assert!((0..1_000).any(|_| is_gone()), "it is still there");
    assert_eq!((matcher.end(), node.end()), (Some(0), Some(0)));
    let said = place.run("matcher --data replica").failed(2);
    assert!(said.contains("name the node to follow") && said.contains("rempart follow add --matcher"), "{said}");
}
