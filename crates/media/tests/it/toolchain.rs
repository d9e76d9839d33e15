//! Agreement with the tool chain most hash lists were made with: Pillow, `pdqhash` and `threatexchange`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use fingerprint::{Digests, Pdq, pdq};
use media::{Limits, decode, draw, encode};

/// Names the interpreter that has `pillow`, `numpy`, `scikit-image`, `pdqhash` and `threatexchange`.
const PYTHON: &str = "REMPART_TEST_PYTHON";
/// Bits by which the hash of a lossy file may differ from the reference's, whose decoder rounds otherwise.
const LOSSY_BITS_MAX: u32 = 4;
/// Bits by which the hash of a four-ink TIFF may differ: inks are mixed with other rounding.
const INKS_BITS_MAX: u32 = 4;

/// One line of `reference.py`.
struct Reference {
    name: String,
    class: String,
    pixels_sha256: String,
    pdq: Pdq,
    quality: u8,
    by_threatexchange: Pdq,
}

#[test]
fn hashes_agree_with_the_reference_tool_chain() {
    let Ok(python) = std::env::var(PYTHON) else {
        println!("not compared with the reference tool chain: set {PYTHON} to a Python interpreter that has");
        println!("pillow, numpy, scikit-image, pdqhash==0.2.8 and threatexchange==1.2.17, and run this test again");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (seed, (width, height)) in [(320, 240), (201, 333), (65, 64), (640, 97)].into_iter().enumerate() {
        let file = encode::png(&draw::photograph(seed as u64, width, height)).unwrap();
        std::fs::write(folder.path().join(format!("drawn-{seed}.png")), file).unwrap();
    }
    let references = ask(&python, folder.path());
    assert!(references.len() >= 300, "only {} files were compared", references.len());

    let mut different: BTreeMap<&str, u32> = BTreeMap::new();
    for reference in &references {
        let distance = compare(reference, &folder.path().join("files").join(&reference.name));
        if distance > 0 {
            different.insert(&reference.name, distance);
        }
    }
    println!("{} files; hashes that differ, in bits: {different:?}", references.len());
}

fn ask(python: &str, folder: &Path) -> Vec<Reference> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/reference.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(parse).collect()
}

fn parse(line: &str) -> Reference {
    let [name, class, pixels_sha256, pdq, quality, by_threatexchange] =
        line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    Reference {
        name: name.to_owned(),
        class: class.to_owned(),
        pixels_sha256: pixels_sha256.to_owned(),
        pdq: pdq.parse().unwrap(),
        quality: quality.parse().unwrap(),
        by_threatexchange: by_threatexchange.parse().unwrap(),
    }
}

/// Checks one file; the bits between our hash and the reference's.
fn compare(reference: &Reference, path: &Path) -> u32 {
    let Reference { name, class, .. } = reference;
    let picture = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let found = pdq(&picture.pixels());
    let distance = found.hash.distance(&reference.pdq);
    let (closeness, is_as_seen) = class.split_once('-').map_or((class.as_str(), false), |(class, _)| (class, true));
    match closeness {
        "exact" => {
            let mut digests = Digests::new();
            let copies = if picture.is_grey() { 3 } else { 1 };
            let rgb: Vec<u8> = picture.samples().iter().flat_map(|sample| vec![*sample; copies]).collect();
            digests.update(&rgb);
            assert_eq!(digests.finish().sha256.to_string(), reference.pixels_sha256, "{name}: other pixels");
            assert_eq!((distance, found.quality), (0, reference.quality), "{name}");
        }
        "lossy" => assert!(distance <= LOSSY_BITS_MAX, "{name}: {distance} bits"),
        "inks" => assert!(distance <= INKS_BITS_MAX, "{name}: {distance} bits"),
        other => panic!("{name}: unknown class {other}"),
    }
    let to_threatexchange = reference.by_threatexchange.distance(&reference.pdq);
    // Where threatexchange hashes what no one sees (palette indices, a negative), we follow the picture, not it.
    assert_eq!(to_threatexchange != 0, is_as_seen, "{name}: threatexchange is {to_threatexchange} bits away");
    distance
}
