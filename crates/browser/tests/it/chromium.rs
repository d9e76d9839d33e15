//! The scripts and the module in Chromium, without a library between: a page does what a person does (tests/page/drive.js)
//! and posts what it saw.
//!
//! Chromium is looked for in the path; `cargo xtask test` installs it. Where it is not, the test says so and passes, unless
//! `REMPART_TEST_CHROMIUM` names one.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use fingerprint::Pdq;
use media::{Limits, Purpose, draw, encode, fingerprints};
use serde::Deserialize;
use serde_json::Value;

use crate::server::serve;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/scripts");
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/wasm");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page");

/// After which a page counts as hanging.
const PATIENCE: Duration = Duration::from_secs(300);

/// What decoders may differ by in a lossy picture, in bits of 256.
const LOSSY_BITS_MAX: u32 = 10;

/// What the page posts; see drive.js.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    waits: String,
    marks: String,
    fields: Vec<String>,
    states: Vec<String>,
    texts: Vec<String>,
    line: String,
    page: String,
    folded: bool,
    after_removing: (Vec<String>, Vec<String>),
    too_many: String,
    rows: usize,
    count: String,
    violations: Vec<String>,
}

#[test]
fn a_page_takes_the_fingerprints_that_the_server_would_and_lets_nothing_else_out() {
    let Some(chromium) = chromium() else { return };
    let pictures = pictures();
    let (address, requests) = serve(everything_served(&pictures));
    let profile = tempfile::tempdir().unwrap();
    let _browser = Browser::start(&chromium, profile.path(), &format!("http://{address}/"));

    let mut before = Vec::new();
    let mut after = Vec::new();
    let mut seen = None;
    loop {
        let request = requests.recv_timeout(PATIENCE).expect("the page hangs");
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/loaded") => before.append(&mut after),
            ("POST", "/seen") => seen = Some(request.body),
            ("GET", "/x") => break,
            // A socket that Chromium opens for the page's icon is not the page's.
            (method, path) => after.push(format!("{method} {path}")),
        }
    }
    let seen = String::from_utf8(seen.expect("the page says what it saw before it is left")).unwrap();
    let seen: Seen = serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {seen}"));

    assert!(before.contains(&"GET /assets/0/rempart_bg.wasm".to_owned()), "{before:?}");
    assert_eq!(after, [""; 0], "the page asked for something after it was loaded");
    assert_eq!(seen.violations, [""; 0]);
    assert_eq!(seen.fields, ["marks"], "no name, size or date is a field");
    assert!(!seen.page.contains("img src"), "a file's name is never on the page");
    assert_eq!(seen.waits, "wait", "a form sent too early waits for the codes");

    let states = ["ready", "ready", "plain", "large", "exact", "unreadable", "ready"];
    assert_eq!(seen.states, states);
    assert_eq!(seen.texts[..2], ["Picture 1", "Picture 2"]);
    assert_eq!(seen.texts[4], "Video 5");
    assert!(seen.line.starts_with("6 files, "), "{}", seen.line);
    let marks: Vec<Value> = serde_json::from_str(&seen.marks).unwrap();
    let sent = pictures.iter().filter(|(name, _)| !name.starts_with("f-"));
    assert_eq!(marks.len(), sent.clone().count(), "nothing is sent of what could not be read");
    for ((name, bytes), mark) in sent.zip(&marks) {
        assert_as_the_server(name, bytes, mark);
    }

    assert!(seen.folded, "the same file twice is one");
    assert_eq!(seen.after_removing.0, ["plain"], "the third is not disturbed by the two taken away");
    assert_eq!(seen.after_removing.1, ["Picture 11"]);
    assert_eq!((seen.too_many.as_str(), seen.rows), ("50 at most", 40), "ten are in the draft already");
    assert_eq!(seen.count, "twice more", "a key in between begins the count anew");
}

/// By name, in the order in which they are chosen.
fn pictures() -> BTreeMap<&'static str, Vec<u8>> {
    let photograph = |seed, width, height| draw::photograph(seed, width, height);
    let mut large = encode::png(&photograph(4, 8, 8)).unwrap();
    // 20,000 x 15,000, in its header (RFC 2083, 4.1.1).
    large[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x3A, 0x98]);
    BTreeMap::from([
        ("a-photo.png", encode::png(&photograph(1, 1203, 907)).unwrap()),
        ("b-photo.jpg", encode::jpeg(&photograph(2, 2000, 1500), 80).unwrap()),
        ("c-flat.bmp", flat_bmp()),
        ("d-large.png", large),
        ("e-video.mp4", (0..9_000_000u32).map(|index| (index * 7) as u8).collect()),
        ("f-empty.png", Vec::new()),
        ("g-low.png", encode::png(&photograph(3, 64, 300)).unwrap()),
    ])
}

/// 100 x 100 pixels of one grey.
fn flat_bmp() -> Vec<u8> {
    let mut bmp = b"BM".to_vec();
    for word in [54 + 30_000, 0, 54, 40, 100, 100, 1 | 24 << 16, 0, 30_000, 0, 0, 0, 0u32] {
        bmp.extend(word.to_le_bytes());
    }
    bmp.resize(54 + 30_000, 0x80);
    bmp
}

fn everything_served(pictures: &BTreeMap<&'static str, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let read = |folder: &str, name: &str| fs::read(format!("{folder}/{name}")).unwrap();
    let mut files = BTreeMap::from([
        ("/".to_owned(), read(PAGE, "index.html")),
        ("/drive.js".to_owned(), read(PAGE, "drive.js")),
        ("/x".to_owned(), Vec::new()),
        ("/loaded".to_owned(), Vec::new()),
        ("/seen".to_owned(), Vec::new()),
        ("/names".to_owned(), serde_json::to_vec(&pictures.keys().collect::<Vec<_>>()).unwrap()),
    ]);
    for (folder, name) in [
        (SCRIPTS, "exit.js"),
        (SCRIPTS, "files.js"),
        (SCRIPTS, "start.js"),
        (SCRIPTS, "worker.js"),
        (MODULE, "rempart.js"),
        (MODULE, "rempart_bg.wasm"),
    ] {
        files.insert(format!("/assets/0/{name}"), read(folder, name));
    }
    files.extend(pictures.iter().map(|(name, bytes)| (format!("/file/{name}"), bytes.clone())));
    files
}

fn assert_as_the_server(name: &str, bytes: &[u8], mark: &Value) {
    let keys: Vec<&String> = mark.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["fingerprints", "quality", "views"], "{name}");
    let value = |kind: &str| {
        let codes = mark["fingerprints"].as_array().unwrap();
        codes.iter().find(|code| code["kind"] == kind).map(|code| code["value"].as_str().unwrap().to_owned())
    };
    let mut digests = fingerprint::Digests::new();
    digests.update(bytes);
    let digests = digests.finish();
    assert_eq!(value("sha256"), Some(digests.sha256.to_string()), "{name}");
    assert_eq!(value("md5"), Some(digests.md5.to_string()), "{name}");
    let views = mark["views"].as_array().unwrap();
    let server =
        fingerprints(bytes, &Limits::default(), Purpose::Bank).ok().filter(|server| server.dihedral.quality >= 50);
    let Some(server) = server else {
        assert_eq!((value("pdq"), views.len()), (None, 0), "{name}");
        return;
    };
    let bits_max = if name.ends_with(".jpg") { LOSSY_BITS_MAX } else { 0 };
    let pdq: Pdq = value("pdq").unwrap().parse().unwrap();
    let distance = pdq.distance(&server.dihedral.hashes[0]);
    assert!(distance <= bits_max, "{name}: {distance} bits");
    for (view, hash) in &server.views {
        let Some(found) = views.iter().find(|found| found["view"] == view.code()) else {
            assert!(bits_max > 0, "{name}: {view} is missing");
            continue;
        };
        let distance = found["value"].as_str().unwrap().parse::<Pdq>().unwrap().distance(hash);
        assert!(distance <= bits_max, "{name}, {view}: {distance} bits");
    }
    assert!(views.len().abs_diff(server.views.len()) <= bits_max as usize, "{name}");
}

fn chromium() -> Option<String> {
    let named = env::var("REMPART_TEST_CHROMIUM").ok();
    let program = named.clone().unwrap_or_else(|| "chromium".into());
    let runs = Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(runs || named.is_none(), "REMPART_TEST_CHROMIUM names {program}, which does not run");
    if !runs {
        eprintln!("left out: there is no Chromium; `cargo xtask test` installs it");
    }
    runs.then_some(program)
}

/// Stopped when dropped.
struct Browser(Child);

impl Browser {
    fn start(program: &str, profile: &std::path::Path, url: &str) -> Self {
        // Whoever runs tests as the superuser, as containers do, has no sandbox; the page is ours.
        let mut command = Command::new(program);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ]);
        command.arg(format!("--user-data-dir={}", profile.display())).args(["--remote-debugging-port=0", url]);
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
