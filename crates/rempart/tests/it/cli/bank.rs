use super::Place;

const MD5: &str = "00000000000000000000000000000000";

#[test]
fn what_is_added_is_listed_exported_imported_elsewhere_and_withdrawn() {
    let place = Place::new().with_node();
    place.picture("album/a.jpg", 1);
    place.picture("album/b.jpg", 2);
    let added = place.run("bank add album --class minor --tier verified --data data --json").json();
    assert!(added.iter().all(|line| line["placed"] == "created") && added.len() == 2);
    let again = place.run("bank add album --class minor --data data --json").json();
    assert!(again.iter().all(|line| line["placed"] == "existing") && again.len() == 2);

    let listed = place.run("bank list --data data --json").json();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|line| line["origin"] == "operator" && line["fingerprints"] == 3));

    for file in ["out.csv", "out.ndjson"] {
        place.run(&format!("bank export {file} --data data")).good();
        assert!(super::is_new_private_file(&place.path(file)));
        let other = format!("other-{file}");
        place.run(&format!("migrate --data {other}")).good();
        let imported = place.run(&format!("bank import {file} --data {other} --json")).json();
        assert_eq!((&imported[0]["created"], &imported[0]["bad_lines"]), (&2.into(), &0.into()), "{file}");
    }

    let id = added[0]["entry"].as_str().unwrap();
    place.run(&format!("bank withdraw {id} --data data")).good();
    assert_eq!(place.run("bank list --data data").good().lines().count(), 1);
}

#[test]
fn without_skip_bad_a_file_with_a_bad_line_changes_nothing() {
    let place = Place::new().with_node();
    place.write("list.csv", format!("class,md5\nminor,{MD5}\nminor,12\nadult,{MD5}\nchild,{MD5}\n"));
    let said = place.run("bank import list.csv --data data").failed(1);
    assert!(said.contains("list.csv: line 3: a md5 value is exactly 32 hex digits"), "{said}");
    assert!(said.contains("list.csv: line 5: a class is minor or adult"), "{said}");
    assert!(said.contains("nothing was imported"), "{said}");
    assert_eq!(place.run("bank list --data data").good(), "");

    let said = place.run("bank import list.csv --skip-bad --data data");
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("line 3") && said.err.contains("line 5"), "{}", said.err);
    assert_eq!(place.run("bank list --data data").good().lines().count(), 2);
}

#[test]
fn what_hash_prints_can_be_imported_from_standard_input_and_ends_at_a_bad_line() {
    let place = Place::new().with_node();
    place.picture("a.jpg", 1);
    let mut lines = place.run("hash a.jpg --json").good().into_bytes();
    let said = place.run_with("bank import - --data data", &[], &lines).failed(1);
    assert!(said.contains("-: line 1: no class") && said.contains("the 0 entries before it"), "{said}");
    lines.extend(b"{}\n");
    let said = place.run_with("bank import - --class adult --data data", &[], &lines).failed(1);
    assert!(said.contains("-: line 2: ") && said.contains("the 1 entries before it are imported"), "{said}");
    assert_eq!(place.run("bank list --data data").good().lines().count(), 1);
}

#[test]
fn a_long_file_is_imported_batch_by_batch() {
    let place = Place::new().with_node();
    let lines: String = (0..2_500).map(|number| format!("adult,{number:032x}\n")).collect();
    place.write("long.csv", format!("class,md5\n{lines}"));
    let imported = place.run("bank import long.csv --data data --json").json();
    assert_eq!(imported[0]["created"], 2_500);
    assert_eq!(place.run("bank list --data data").good().lines().count(), 2_500);
}

#[test]
fn a_picture_too_plain_is_kept_by_its_exact_digests_alone() {
    let place = Place::new().with_node();
    place.write("plain.bmp", one_colour());
    let said = place.run("bank add plain.bmp --class adult --data data");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("only identical files will be recognised"), "{}", said.err);
    let listed = place.run("bank list --data data --json").json();
    assert_eq!(listed[0]["fingerprints"], 2);
}

/// A BMP of 64 by 64 pixels of one colour.
fn one_colour() -> Vec<u8> {
    let pixels = [40_u8, 90, 160].repeat(64 * 64);
    let mut file = b"BM".to_vec();
    for number in [54 + pixels.len() as u32, 0, 54, 40, 64, 64, 1 | 24 << 16, 0, pixels.len() as u32, 0, 0, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    file.extend(pixels);
    file
}
