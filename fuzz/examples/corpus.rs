//! Writes the seeds that the fuzz targets start from: `cargo run --manifest-path fuzz/Cargo.toml --example corpus`.
//!
//! Everything is drawn or spelled out here, a few hundred bytes a piece. Other files in the folders (inputs that once
//! failed, kept so that they fail no more) are left alone.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::{fs, io};

use exchange::{Advice, Class, EntryId, Kind, MatchResponse, MatchResult, Matched, Orientation, Status, Tier, packed};
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, Rgb, Rgba};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{RecipientSecret, SEALED_FILE_KEY_BYTES, UPLOAD_ID_BYTES};

const ID: &str = "01940f5c-7a30-7cc0-8000-0123456789ab";
const PDQ: &str = "f8f8f0cce0f4a84d0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22";
const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

fn main() -> io::Result<()> {
    for (target, seeds) in [
        ("age_bytes", age_bytes()),
        ("age_header", age_header()),
        ("desk_forms", forms()),
        ("exchange_dialects", exchange_dialects()),
        ("exchange_follow", exchange_follow()),
        ("exchange_hma", exchange_hma()),
        ("exchange_json", exchange_json()),
        ("exchange_packed", exchange_packed()),
        ("exchange_text", exchange_text()),
        ("fingerprint_text", fingerprint_text()),
        ("follow_salvage", torn_pages()),
        ("intake_links", links()),
        ("intake_upload", keys()),
        ("ledger_text", ledger_text()),
        ("media_decode", pictures()),
        ("sealed_open", envelopes()),
        ("sealed_upload", parts()),
    ] {
        let folder = folder(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

type Seeds = Vec<(&'static str, Vec<u8>)>;

fn texts(texts: &[(&'static str, &str)]) -> Seeds {
    texts.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect()
}

/// The first byte says which form follows.
fn age_bytes() -> Seeds {
    use agetoken::{Challenge, Epoch, Thresholds, VoucherSigner};
    let issuer = "issuer.example".parse().expect("a name");
    let after = |kind: u8, bytes: &[u8]| [&[kind][..], bytes].concat();
    let voucher = VoucherSigner::new(&[1; 32]).vouch([2; 32], Thresholds::reached_at(18), 0).encode();
    let batch = [&[1][..], &voucher, &[3; 32], &[4; 16 * 256]].concat();
    let token = [&[0, 2][..], &[5; 352]].concat();
    vec![
        ("challenge", after(0, &Challenge::ahead(&issuer, Epoch(2_969)).encode())),
        ("token", after(1, &token)),
        ("request", after(2, &[&[0, 2, 7][..], &[6; 256]].concat())),
        ("batch", after(3, &batch)),
        ("voucher", after(5, &voucher)),
        ("redemption", after(6, &[&[1][..], &token, &[7; 161]].concat())),
        ("revoked", after(8, &[&[1, 2, 18, 0, 0, 11, 153, 0, 14][..], b"issuer.example", &[8; 32]].concat())),
    ]
}

fn age_header() -> Seeds {
    texts(&[
        ("challenge", "PrivateToken challenge=\"AAIADmlzc3Vlci5leGFtcGxlAAAA\", token-key=\"AAAA\""),
        ("several", "Basic realm=\"a, b\", PrivateToken challenge=AAI=, max-age=10, Bearer"),
        ("token", "PrivateToken token=\"AAIB\""),
        ("origin", "https://[2001:db8::1]:8443"),
    ])
}

fn ledger_text() -> Seeds {
    use ledger::{Checkpoint, Signer, Tree};
    let signer = Signer::new("log.example/keys", &[1; 32]).expect("a name");
    let note = signer.sign(&Checkpoint::of("log.example/keys", &Tree::default()).to_string()).to_string();
    texts(&[
        ("note", &note),
        ("key", &signer.verifier().to_string()),
        ("tile", "tile/3/x001/x234/067.p/12"),
        ("entries", "tile/entries/000"),
        ("bundle", "\0\u{3}abc\0\0"),
    ])
}

fn fingerprint_text() -> Seeds {
    texts(&[
        ("pdq", PDQ),
        ("pdq_upper", &PDQ.to_uppercase()),
        ("md5", MD5),
        ("one_short", &PDQ[1..]),
        ("not_hex", &MD5.replace('d', "g")),
        ("wide_letters", &"é".repeat(32)),
    ])
}

fn links() -> Seeds {
    texts(&[
        ("chat", "Voici : https://exemple.fr/a, et (www.instagram.com/p/b/?igsh=c&utm_source=d)."),
        ("glued", "https://m.facebook.com/ahttp://x.com/b?s=20,[c](https://exemple.fr/c_(d))"),
        ("key", "https://moi:secret@mega.nz:443/file/a#cle"),
        ("private", "http://0x7f.1/ http://[::ffff:10.0.0.1]/ nas.local/a http://a.onion/"),
        ("schemes", "javascript:alert(1) ftp://exemple.fr/ mailto:a@exemple.fr https://exemple.fr/b…"),
        ("punycode", "https://Müller.example.com./é?b=%20é#f"),
    ])
}

fn forms() -> Seeds {
    texts(&[
        (
            "notice",
            "t=0a&platform=x&class=minor&regime=dsa_16&urls=https%3A%2F%2Fx.com%2Fa%0D%0Ahttp%3A%2F%2F10.0.0.1&reason=%C3%A9+t",
        ),
        ("sign_in", "t=0a&name=Ann+B.&passphrase=heron+velvet+ninety+lamp"),
        ("boxes", "criterion=grave&criterion=spreading&&name&=x&%zz=%C3"),
    ])
}

/// One for each reader, which the first byte names.
fn exchange_dialects() -> Seeds {
    let pdq = "0f".repeat(32);
    let seed = |name, reader: u8, text: String| (name, [vec![reader], text.into_bytes()].concat());
    vec![
        seed(
            "stopncii_page",
            0,
            format!(
                r#"{{"count":1,"nextPageToken":"1.2","nextSetTimestamp":9,"hasMoreRecords":true,"hashRecords":[{{"lastModtimestamp":8,"signalType":"ImagePDQ","hashValue":"{pdq}","hashStatus":"Active","caseNumbers":{{"a":"Active"}},"CSPFeedbacks":[{{"source":"b","feedbackValue":"Blocked","tags":["minor"]}}]}}]}}"#
            ),
        ),
        seed("ncmec_page", 1, include_str!("../../vectors/dialects/ncmec-entries.xml").to_owned()),
        seed(
            "threatexchange_page",
            2,
            format!(
                r#"{{"data":[{{"id":"9","indicator":"{pdq}","type":"HASH_PDQ","last_updated":8,"should_delete":false,"descriptors":{{"data":[{{"id":"7","owner":{{"id":"6"}},"status":"MALICIOUS","tags":{{"data":[{{"id":"1","text":"minor"}}]}}}}]}}}}],"paging":{{"next":"https://a/"}}}}"#
            ),
        ),
        seed(
            "tat_page",
            3,
            format!(
                r#"{{"count":1,"next":"a=b","previous":null,"checkpoint":"9,1","results":[{{"hash_digest":"{pdq}","algorithm":"PDQ","ideology":"minor","file_type":"jpg","deleted":false,"updated_on":8.5,"created_on":"","id":1}}]}}"#
            ),
        ),
        seed("arachnid_address", 4, r#"{"url":"https://platform.example/a.png"}"#.to_owned()),
        seed("arachnid_queries", 4, format!(r#"{{"hashes":["{}="]}}"#, "A".repeat(43))),
        seed(
            "arachnid_answers",
            4,
            r#"{"scanned_hashes":{"a":{"classification":"csam","match_type":"near","near_match_details":null}}}"#
                .to_owned(),
        ),
        seed(
            "stopncii_submission",
            5,
            format!(
                r#"{{"count":1,"hashRecords":[{{"lastModtimestamp":1,"signalType":"StopNCIISignalType.ImagePDQ","hashValue":"{pdq}","CSPFeedbacks":[]}}]}}"#
            ),
        ),
        seed(
            "stopncii_feedback",
            5,
            format!(r#"{{"count":1,"hashFeedbacks":[{{"hashValue":"{pdq}","feedbackValue":"Blocked","tags":[]}}]}}"#),
        ),
        seed(
            "ncmec_submission",
            6,
            format!(
                "<submission><images><image><id>a</id><fingerprints><pdq>{pdq}</pdq></fingerprints></image></images></submission>"
            ),
        ),
        seed(
            "ncmec_feedback",
            7,
            "<feedbackSubmission><negative><reasonIds><guid>x</guid></reasonIds></negative></feedbackSubmission>"
                .to_owned(),
        ),
        seed("tat_feedback", 8, format!(r#"{{"hash_digest":"{pdq}","category":1}}"#)),
    ]
}

fn exchange_text() -> Seeds {
    texts(&[
        ("time", "2026-11-21T10:15:30.123456Z"),
        ("time_with_offset", "2026-11-21T10:15:30+02:00"),
        ("last_time", "9999-12-30T22:00:00Z"),
        ("id", ID),
        ("id_braced", &format!("{{{ID}}}")),
        ("reach", "minor:confirmed,adult:verified"),
        ("reach_none", "none"),
        ("pdq", PDQ),
        ("md5", MD5),
    ])
}

/// The first byte is the size of the pieces.
fn exchange_follow() -> Seeds {
    let entry = format!(
        r#"{{"id":"{ID}","class":"minor","tier":"verified","status":"active","fingerprints":[{{"kind":"pdq","value":"{PDQ}"}}],"block_radius":31,"origin":"a","created_at":"2026-11-21T00:00:00Z"}}"#
    );
    let page = format!(
        r#"{{"changes":[{{"seq":4,"at":"2026-11-21T00:00:00Z","put":{entry}}},{{"seq":5,"remove":{{"entry":"{ID}","reason":"legal"}}}}],"through":5,"head":9,"agreement":"a1"}}"#
    );
    let snapshot = format!(
        "{{\"header\":{{\"seq\":4,\"agreement\":\"a1\"}}}}\n{{\"entry\":{entry}}}\n{{\"end\":{{\"entries\":1}}}}\n"
    );
    texts(&[
        ("page", &format!("@{page}")),
        ("events", &format!("\u{7}: hello\r\nevent: page\nid: 5\ndata: {page}\n\nevent: problem\rdata\r\r")),
        ("snapshot", &format!("\u{11}{snapshot}")),
        ("cut", &format!("\u{1}{}", &page[..page.len() / 2])),
    ])
}

fn exchange_hma() -> Seeds {
    texts(&[
        ("signals", &format!(r#"{{"pdq":"{PDQ}","video_md5":"{MD5}","note":"n","metadata":{{"content_id":"1"}}}}"#)),
        ("compare", &format!(r#"{{"pdq":["{PDQ}","{PDQ}"],"video_md5":["{MD5}","{MD5}"]}}"#)),
        ("bank", r#"{"name":"BANK_1","enabled_ratio":"0.5","enabled":"true"}"#),
        ("metadata", r#"{"content_id":"1","content_uri":"https://example.org","json":{"a":[1]}}"#),
    ])
}

fn torn_pages() -> Seeds {
    texts(&[
        ("one_record", r#"{"hashRecords":[{"a":1},{"b":NaN},{"c":"\q"},{"d":[1,]}],"nextPageToken":null}"#),
        ("whole", r#"{"n":[1],"list":[{"a":"x,]}"}],"next":"t"}"#),
        ("cut", r#"{"list":[{"a":"x"#),
    ])
}

fn exchange_json() -> Seeds {
    let pdq = format!(r#"{{"kind":"pdq","value":"{PDQ}","quality":97}}"#);
    let md5 = format!(r#"{{"kind":"md5","value":"{MD5}"}}"#);
    let at = "2026-11-21T10:15:30.123456Z";
    let entry = format!(
        r#"{{"id":"{ID}","class":"adult","tier":"verified","status":"active","fingerprints":[{pdq},{md5}],"block_radius":31,"origin":"hotline","created_at":"{at}"}}"#
    );
    let matched = format!(
        r#"{{"entry":"{ID}","class":"minor","tier":"confirmed","status":"active","advice":"block","distance":4,"orientation":"rotate90","kind":"pdq","fingerprint":0}}"#
    );
    texts(&[
        ("contribution", &format!(r#"{{"class":"minor","tier":"confirmed","fingerprints":[{pdq},{md5}]}}"#)),
        (
            "changes",
            &format!(
                r#"{{"changes":[{{"seq":3,"at":"{at}","put":{entry}}},{{"seq":4,"at":"{at}","remove":{{"entry":"{ID}","reason":"person_asked"}}}}],"through":4,"head":9,"agreement":"minor:reported"}}"#
            ),
        ),
        ("snapshot_header", r#"{"header":{"seq":7,"agreement":"minor:reported"}}"#),
        ("snapshot_entry", &format!(r#"{{"entry":{entry}}}"#)),
        ("snapshot_end", r#"{"end":{"entries":1}}"#),
        ("cursor", r#"{"seq":18446744073709551615}"#),
        ("match_one", &format!(r#"{{"queries":[{{"pdq":"{PDQ}"}},{{"md5":"{MD5}"}}],"radius":31}}"#)),
        ("match_oriented", &format!(r#"{{"queries":[{{"pdq":["{PDQ}","{PDQ}"],"sha256":"{PDQ}"}}]}}"#)),
        (
            "match_answer",
            &format!(
                r#"{{"seq":5,"stale_seconds":2,"results":[{{"matches":[{matched}]}},{{"matches":[],"truncated":true}}]}}"#
            ),
        ),
        (
            "outcomes",
            &format!(
                r#"{{"outcomes":[{{"id":"{ID}","entry":"{ID}","kind":"kept","reason":"public_interest","count":2,"at":"{at}"}},{{"id":"{ID}","entry":"{ID}","kind":"removed","at":"{at}"}}]}}"#
            ),
        ),
    ])
}

fn exchange_packed() -> Seeds {
    let matched = |fingerprint| Matched {
        entry: EntryId::from_bytes([7; 16]),
        class: Class::Adult,
        tier: Tier::Verified,
        status: Status::Disputed,
        advice: Advice::Review,
        distance: 31,
        orientation: Orientation::Original,
        kind: Kind::Pdq,
        fingerprint,
        view: None,
        trimmed: false,
    };
    let results = vec![
        MatchResult { matches: vec![matched(0), matched(1)], truncated: true },
        MatchResult::default(),
        MatchResult { matches: vec![matched(2)], truncated: false },
    ];
    let answer = |results: Vec<MatchResult>| {
        let queries = results.len() as u8;
        let mut bytes = vec![queries];
        bytes.extend(packed::encode_response(&MatchResponse { seq: 0x0102_0304, stale_seconds: None, results }));
        bytes
    };
    vec![
        ("request_one", vec![0x5a; 32]),
        ("request_three", (0..96).collect()),
        ("request_ragged", vec![0x5a; 33]),
        ("answer_none", answer(vec![MatchResult::default()])),
        ("answer_some", answer(results)),
    ]
}

fn envelopes() -> Seeds {
    let sealing = |context: &[u8], place: u8, change: u8, plain: &[u8]| {
        [&[context.len() as u8, place, change], context, plain].concat()
    };
    vec![
        ("key", PDQ.as_bytes().to_vec()),
        ("key_spaced", format!(" {}\n", PDQ.to_uppercase()).into_bytes()),
        ("whole", sealing(b"row 1", 0, 0, b"secret")),
        ("spoiled_nonce", sealing(b"row 1", 3, 1, b"secret")),
        ("spoiled_text", sealing(b"", 25, 0x80, b"a longer secret than before")),
        ("spoiled_tag", sealing(b"row 1", 45, 0xff, b"secret")),
        ("nothing", sealing(b"", 0, 0, b"")),
    ]
}

/// What a page says of a sealed file. The target knows the recipients of the seeds 1 and 2.
fn keys() -> Seeds {
    let key = |seed: u64| {
        let recipient = RecipientSecret::generate(&mut StdRng::seed_from_u64(seed)).public();
        format!(r#"{{"recipient":"{recipient}","key":"{}"}}"#, "ab".repeat(SEALED_FILE_KEY_BYTES))
    };
    let said = |keys: &[u64]| {
        let keys: Vec<String> = keys.iter().map(|seed| key(*seed)).collect();
        format!(r#"{{"id":"{}","parts":3,"keys":[{}]}}"#, "0f".repeat(UPLOAD_ID_BYTES), keys.join(",")).into_bytes()
    };
    vec![
        ("none", said(&[])),
        ("one", said(&[2])),
        ("both", said(&[1, 2])),
        ("twice", said(&[1, 1])),
        ("stranger", said(&[1, 3])),
    ]
}

/// A file's length in units of 17, then which part comes next and how it is spoilt: two parts, and one alone.
fn parts() -> Seeds {
    vec![
        ("nothing", vec![]),
        ("whole_small", vec![3, 0, 0, 0]),
        ("whole", vec![0, 80, 0, 0, 1, 0]),
        ("cut", vec![0, 80, 0, 0]),
        ("swapped", vec![0, 80, 1, 0, 0, 0]),
        ("repeated", vec![0, 80, 0, 0, 0, 0, 1, 0]),
        ("spoilt", vec![0, 80, 0, 1, 1, 0]),
    ]
}

/// A slope of colours with a notch, 13 x 9 pixels, in every format and kind of sample that the encoders can write.
fn pictures() -> Seeds {
    let rgb = ImageBuffer::from_fn(13, 9, |x, y| {
        let notch = if (4..7).contains(&x) && y > 3 { 90 } else { 0 };
        Rgb([(x * 19) as u8, (y * 28) as u8, notch])
    });
    let rgb = DynamicImage::ImageRgb8(rgb);
    let rgba = ImageBuffer::from_fn(13, 9, |x, y| Rgba([(x * 19) as u8, (y * 28) as u8, 40, (x * y * 2) as u8]));
    let deep = ImageBuffer::from_fn(13, 9, |x, y| Luma([(x * 5_000 + y * 300) as u16]));
    let (rgba, deep) = (DynamicImage::ImageRgba8(rgba), DynamicImage::ImageLuma16(deep));
    let grey = DynamicImage::ImageLuma8(rgb.to_luma8());
    let whole = file(&rgb, ImageFormat::Jpeg);
    let half = whole[..whole.len() / 2].to_vec();
    // The screen of a GIF may claim no width around a frame that has one.
    let gif = file(&rgba, ImageFormat::Gif);
    let mut no_width = gif.clone();
    no_width[6..8].fill(0);
    vec![
        ("rgb.jpg", whole),
        ("half.jpg", half),
        ("grey.jpg", file(&grey, ImageFormat::Jpeg)),
        ("rgb.png", file(&rgb, ImageFormat::Png)),
        ("rgba.png", file(&rgba, ImageFormat::Png)),
        ("deep.png", file(&deep, ImageFormat::Png)),
        ("rgba.gif", gif),
        ("no_width.gif", no_width),
        ("rgb.webp", file(&rgb, ImageFormat::WebP)),
        ("rgba.webp", file(&rgba, ImageFormat::WebP)),
        ("rgb.bmp", file(&rgb, ImageFormat::Bmp)),
        ("rgba.bmp", file(&rgba, ImageFormat::Bmp)),
        ("rgb.tiff", file(&rgb, ImageFormat::Tiff)),
        ("deep.tiff", file(&deep, ImageFormat::Tiff)),
        ("start.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec()),
    ]
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a small picture fits every format");
    let bytes = bytes.into_inner();
    // A seed that is refused at its first byte would lead the fuzzer nowhere.
    let decoded = media::decode(&bytes, &media::Limits::default()).expect("what is encoded here is decoded there");
    assert_eq!((decoded.width(), decoded.height()), (picture.width(), picture.height()));
    bytes
}
