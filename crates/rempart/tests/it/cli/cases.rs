//! Cases as their hotline reads them on the command line: a sealed file into a pipe, mails for what came in.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{FileKey, RecipientSecret};

use super::person::Person;
use super::{Place, Serving};

/// A file of three parts.
fn file() -> Vec<u8> {
    (0..600_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect()
}

/// Allows sealed files of minors, as the operator does in the set-up.
fn allow_files(node: &Serving) {
    let setup = node.setup.as_deref().unwrap();
    let path = setup.strip_prefix(&node.operator).unwrap();
    let body = "is_on=on&site_fr=Mon+espace&site_en=My+space&languages=both&country=FR&time_zone=&\
                leave_fr=https%3A%2F%2Fexample.org%2F&leave_en=https%3A%2F%2Fexample.org%2F&upload_minor=on";
    assert!(node.operator_is_sent(path, body).starts_with("HTTP/1.1 303"));
}

/// Seals a file as the page's script does, and sends it; gives the number of parts.
fn upload(person: &mut Person, hotline: &RecipientSecret, file: &[u8]) -> usize {
    let token = person.token("/s/5");
    let form = ("x-form", token.as_str());
    let begun = person.post("/s/5/1", &[form], b"");
    assert_eq!(begun.status, 200, "{}", begun.text);
    let id = begun.text;
    let bytes: [u8; 16] = exchange::hex::decode(&id).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let key = FileKey::generate(&mut rng);
    let (mut sealer, mut at, mut parts) = (key.sealer(&bytes, file.len() as u64), 0, 0);
    while let Some(wanted) = sealer.wants() {
        let part = sealer.seal_next(&file[at..at + wanted]).unwrap();
        let headers = [form, ("x-upload", id.as_str()), ("x-part", &parts.to_string())];
        assert_eq!(person.post("/s/5/2", &headers, &part).status, 204);
        (at, parts) = (at + wanted, parts + 1);
    }
    let recipient = hotline.public();
    let sealed = exchange::hex::encode(&key.seal_to(&recipient, &bytes, &mut rng));
    let body = format!(r#"{{"id":"{id}","parts":{parts},"keys":[{{"recipient":"{recipient}","key":"{sealed}"}}]}}"#);
    let finished = person.post("/s/5/3", &[form], body.as_bytes());
    assert_eq!(finished.status, 204, "{}", finished.text);
    parts
}

#[test]
fn a_sealed_file_comes_out_of_a_pipe_whole_and_nowhere_else() {
    let place = Place::new();
    let node = place.serve();
    allow_files(&node);
    let sheet = std::fs::read_to_string(place.path("data/hotline.key")).unwrap();
    let hotline = RecipientSecret::from_sheet(&sheet).unwrap();
    let mut person = Person::on(&node);
    person.begin();
    assert!(upload(&mut person, &hotline, &file()) > 1);
    person.send("");
    assert_eq!(node.end(), Some(0));

    let case = place.run("case list --data data --json").json().remove(0)["id"].as_str().unwrap().to_owned();
    let shown = place.run(&format!("case show {case} --data data --json")).json().remove(0);
    let item = shown["files"][0]["item"].as_i64().unwrap();
    let bytes = place.run_for_bytes(&format!("case open-file {case} {item} --data data"));
    assert!(bytes == file(), "{} bytes came out", bytes.len());
    let said = place.run(&format!("case open-file {case} 99 --data data")).failed(1);
    assert!(said.contains("item 99 is no file of this case"), "{said}");

    // With another key nothing opens, and nothing of the file is on the disk in clear.
    let other = RecipientSecret::generate(&mut StdRng::seed_from_u64(9)).sheet(sealing::Lexicon::En).join(" ");
    place.write("other.key", other);
    let said = place.run(&format!("case open-file {case} {item} --data data --key other.key")).failed(1);
    assert!(said.contains("was not sealed to this key"), "{said}");
    let disk = std::fs::read(place.path("data/node.db")).unwrap();
    let needle = &file()[300_000..300_032];
    assert!(!disk.windows(needle.len()).any(|window| window == needle));
}

#[test]
fn news_are_told_with_the_key_alone_and_said_when_no_mail_leaves() {
    let place = Place::new();
    let node = place.serve();
    let mut person = Person::on(&node);
    person.begin();
    person.send("");
    node.end();
    assert!(place.run("case tell --data data").good().contains("no mail server is set"));
    assert_eq!(place.run("case tell --data data --json").json()[0]["mails"], 0);
    std::fs::remove_file(place.path("data/hotline.key")).unwrap();
    assert!(place.run("case tell --data data").failed(2).contains("24 words"));
}
