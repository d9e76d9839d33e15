//! Chips of documents that states signed: certificates and signatures are openssl's.

use std::path::Path;
use std::process::Command;

use agetoken::Threshold;
use server::age::attester::methods::certificate::Roots;
use server::age::attester::methods::chip::{Chip, DOCUMENT_USES_MAX};
use server::age::attester::methods::codes::Codes;
use server::clock::Clock;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::attester::TestAttester;

/// openssl dates certificates by the machine's clock, so the attester has it too.
pub(super) fn today() -> jiff::civil::Date {
    let now = jiff::Timestamp::from_microsecond(Clock::System.now().as_micros()).unwrap();
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// As a machine-readable zone has it.
fn zone_date(date: jiff::civil::Date) -> String {
    format!("{:02}{:02}{:02}", date.year() % 100, date.month(), date.day())
}

pub(super) fn openssl(folder: &Path, words: &str) {
    let ran = Command::new("openssl").args(words.split_whitespace()).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A root and a signer below it, of these kinds of key: `root.pem`, `signer.pem`, and their keys.
pub(super) fn authority(root: &str, signer: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    openssl(
        at,
        &format!("req -x509 -newkey {root} -noenc -keyout root.key.pem -out root.pem -subj /C=UT/CN=Root -days 400"),
    );
    openssl(at, &format!("req -newkey {signer} -noenc -keyout signer.key.pem -out signer.csr -subj /C=UT/CN=Signer"));
    openssl(at, "x509 -req -in signer.csr -CA root.pem -CAkey root.key.pem -CAcreateserial -out signer.pem -days 390");
    folder
}

pub(super) fn roots(folder: &TempDir) -> Roots {
    Roots::from_pem(&std::fs::read(folder.path().join("root.pem")).unwrap()).unwrap()
}

fn tlv(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        short @ 0..0x80 => vec![short as u8],
        long => [&[0x82][..], &(long as u16).to_be_bytes()].concat(),
    };
    [tag, &length, content].concat()
}

fn dg1(born: &str, expires: &str) -> Vec<u8> {
    let digit = |value: &str| {
        let weighed = value.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| {
            let worth = match byte {
                b'0'..=b'9' => u32::from(byte - b'0'),
                b'A'..=b'Z' => u32::from(byte - b'A') + 10,
                _ => 0,
            };
            worth * weight
        });
        (weighed.sum::<u32>() % 10).to_string()
    };
    let checked = |value: &str| format!("{value}{}", digit(value));
    let (number, born, expires) = (checked("L898902C3"), checked(born), checked(expires));
    let optional = checked("<<<<<<<<<<<<<<");
    let all = digit(&format!("{number}{born}{expires}{optional}"));
    let zone = format!("{:<<44}{number}UTO{born}F{expires}{optional}{all}", "P<UTOERIKSSON<<ANNA<MARIA");
    tlv(&[0x61], &tlv(&[0x5f, 0x1f], zone.as_bytes()))
}

/// What a state signs: the digest of each data group.
fn sod(folder: &TempDir, dg1: &[u8], digest: &str) -> Vec<u8> {
    let sha256 = tlv(&[0x30], &tlv(&[6], &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]));
    let group =
        |number: u8, bytes: &[u8]| tlv(&[0x30], &[tlv(&[2], &[number]), tlv(&[4], &Sha256::digest(bytes))].concat());
    let groups = tlv(&[0x30], &[group(1, dg1), group(2, b"a face")].concat());
    let object = tlv(&[0x30], &[tlv(&[2], &[0]), sha256, groups].concat());
    std::fs::write(folder.path().join("object.der"), object).unwrap();
    openssl(
        folder.path(),
        &format!(
            "cms -sign -binary -nodetach -nosmimecap -econtent_type 2.23.136.1.1.1 -md {digest} -signer signer.pem -inkey \
             signer.key.pem -outform DER -in object.der -out sod.der"
        ),
    );
    tlv(&[0x77], &std::fs::read(folder.path().join("sod.der")).unwrap())
}

async fn show(attester: &TestAttester, sod: &[u8], dg1: &[u8]) -> reqwest::Response {
    let boundary = "a-boundary-of-a-test";
    let mut body = Vec::new();
    for (name, bytes) in [("sod", sod), ("dg1", dg1)] {
        let head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.bin\"\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    let request = attester.http.post(format!("{}/age/way/chip", attester.base)).body(body);
    request.header("content-type", format!("multipart/form-data; boundary={boundary}")).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chip_that_a_state_signed_shows_an_age_and_one_that_was_changed_does_not() {
    for (root, signer, digest) in [
        ("rsa:2048", "rsa:2048", "sha256"),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "ec -pkeyopt ec_paramgen_curve:P-256", "sha256"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-384", "sha384"),
    ] {
        let state = authority(root, signer);
        let chip = Chip::new(roots(&state));
        let attester = TestAttester::start_at(Clock::System, |_| vec![Box::new(Codes), Box::new(chip)]).await;
        let ago = |years: i64, days: i64| zone_date(today() - jiff::Span::new().years(years).days(days));
        let later = zone_date(today() + jiff::Span::new().years(3));
        let adult = dg1(&ago(18, 2), &later);
        let signed = sod(&state, &adult, digest);
        let voucher = attester.voucher(&show(&attester, &signed, &adult).await);
        assert!(voucher.reached().contain(Threshold::Over18), "{signer}");
        // Born a year earlier, in a zone with good check digits that no state signed.
        let forged = dg1(&ago(19, 2), &later);
        assert_eq!(show(&attester, &signed, &forged).await.status(), 403);
        let teenager = dg1(&ago(17, 300), &later);
        let voucher = attester.voucher(&show(&attester, &sod(&state, &teenager, digest), &teenager).await);
        assert!(!voucher.reached().contain(Threshold::Over18) && voucher.reached().contain(Threshold::Over16));
        let expired = dg1(&ago(40, 0), &ago(0, 2));
        assert_eq!(show(&attester, &sod(&state, &expired, digest), &expired).await.status(), 403);
        // Another state's, which is not in the list; and bytes that were changed.
        let stranger = authority(root, signer);
        assert_eq!(show(&attester, &sod(&stranger, &adult, digest), &adult).await.status(), 403);
        for place in [signed.len() - 1, signed.len() - 40, 60, signed.len() / 2] {
            let mut changed = signed.clone();
            changed[place] ^= 1;
            assert!(show(&attester, &changed, &adult).await.status().is_client_error(), "{place}");
        }
        assert!(show(&attester, b"", &adult).await.status().is_client_error());
        assert_eq!(show(&attester, &signed, b"no zone").await.status(), 422);
        // One document, so many vouchers; the teenager's has the same number.
        for _ in 2..DOCUMENT_USES_MAX {
            assert_eq!(show(&attester, &signed, &adult).await.status(), 303);
        }
        assert_eq!(show(&attester, &signed, &adult).await.status(), 429);
    }
}
