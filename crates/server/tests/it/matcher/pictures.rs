//! `POST match/image`: pictures are recognised in every orientation, never written, and refused with a reason.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use media::alter::Alteration;
use media::{Limits, Purpose, draw, encode, fingerprints};
use serde_json::{Value, json};
use server::http::{Guard, Names};
use server::matcher::MatcherSettings;

use super::support::{Home, TestMatcher, upstream};
use crate::follow::Fake;
use crate::support::{Answer, Engine, TestNode};

/// A node that protects these pictures, and a matcher that follows it.
async fn protecting(pictures: &[&[u8]], home: &Home) -> (TestNode, TestMatcher) {
    protecting_with(pictures, home, |_| ()).await
}

pub(crate) async fn protecting_with(
    pictures: &[&[u8]],
    home: &Home,
    change: impl FnOnce(&mut MatcherSettings),
) -> (TestNode, TestMatcher) {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    for picture in pictures {
        let taken = fingerprints(picture, &Limits::default(), Purpose::Bank).unwrap();
        let mut values = vec![json!({"kind": "sha256", "value": taken.sha256.to_string()})];
        if taken.dihedral.quality >= 50 {
            let hash = taken.dihedral.hashes[0].to_string();
            values.push(json!({"kind": "pdq", "value": hash, "quality": taken.dihedral.quality}));
        }
        let views: Vec<Value> =
            taken.views.iter().map(|(view, hash)| json!({"view": view.code(), "value": hash.to_string()})).collect();
        let entry = json!({"class": "minor", "tier": "confirmed", "fingerprints": values, "views": views});
        assert_eq!(partner.post("entries", &json!({"entries": [entry]})).await.status, 201);
    }
    let mut settings = home.settings(vec![upstream(&node.base(), &partner)]);
    change(&mut settings);
    let matcher = TestMatcher::start(settings).await;
    matcher.until_acknowledged(pictures.len() as u64).await;
    (node, matcher)
}

async fn ask(matcher: &TestMatcher, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = matcher.client().request(reqwest::Method::POST, "match/image");
    Answer::of(request.header("content-type", kind).body(body).send().await.unwrap()).await
}

fn first(answer: &Answer) -> &Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    &answer.body["results"][0]["matches"][0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_of_a_picture_are_known_in_every_orientation_and_a_stranger_is_not() {
    let picture = draw::photograph(1, 400, 300);
    let file = encode::png(&picture).unwrap();
    let home = Home::new();
    let (_node, matcher) = protecting(&[&file], &home).await;
    let exact = ask(&matcher, "image/png", file.clone()).await;
    assert_eq!((first(&exact)["kind"].as_str(), first(&exact)["advice"].as_str()), (Some("sha256"), Some("block")));
    assert_eq!(exact.body["format"], "PNG");
    assert_eq!((&exact.body["width"], &exact.body["height"]), (&json!(400), &json!(300)));
    assert_eq!(exact.body["too_plain"], false);
    assert!(exact.body["quality"].as_u64().unwrap() >= 50);
    for (alteration, orientation) in [
        (Alteration::Jpeg50, "original"),
        (Alteration::HalfSize, "original"),
        (Alteration::Grey, "original"),
        (Alteration::Rotate90, "rotate270"),
        (Alteration::Rotate180, "rotate180"),
        (Alteration::Rotate270, "rotate90"),
        (Alteration::Mirror, "flipy"),
    ] {
        let copy = alteration.apply(&picture).unwrap();
        let answer = ask(&matcher, "application/octet-stream", copy).await;
        let found = first(&answer);
        assert_eq!(found["kind"], "pdq", "{alteration:?}");
        assert_eq!(found["orientation"], orientation, "{alteration:?}");
        assert_eq!(found["advice"], "block", "{alteration:?}");
    }
    let stranger = encode::jpeg(&draw::photograph(2, 400, 300), 85).unwrap();
    let answer = ask(&matcher, "image/jpeg", stranger).await;
    assert_eq!(answer.body["results"], json!([{"matches": [], "truncated": false}]));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_a_field_image_is_read_and_other_bodies_are_refused_with_what_to_send() {
    let file = encode::png(&draw::photograph(1, 100, 100)).unwrap();
    let home = Home::new();
    let (_node, matcher) = protecting(&[&file], &home).await;
    let form = |field: &str| {
        let mut body = b"--cut\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n".to_vec();
        body.extend(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a\"\r\n\r\n").bytes(),
        );
        body.extend(&file);
        body.extend(b"\r\n--cut--\r\n");
        body
    };
    let kind = "multipart/form-data; boundary=cut";
    assert_eq!(first(&ask(&matcher, kind, form("image")).await)["kind"], "sha256");
    ask(&matcher, kind, form("picture")).await.is_problem(422, "invalid");
    ask(&matcher, kind, "--cut\r\n").await.is_problem(400, "malformed");
    ask(&matcher, "multipart/form-data", form("image")).await.is_problem(400, "malformed");
    ask(&matcher, "text/plain", file.clone()).await.is_problem(415, "media-type");
    let far = matcher.client().request(reqwest::Method::POST, "match/image?radius=61");
    let far = far.header("content-type", "image/png").body(file.clone()).send().await.unwrap();
    Answer::of(far).await.is_problem(422, "invalid");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_picture_that_is_read_here_is_refused_by_name() {
    let file = encode::png(&draw::photograph(1, 100, 100)).unwrap();
    let home = Home::new();
    let (_node, matcher) = protecting(&[&file], &home).await;
    let avif = ask(&matcher, "image/avif", &b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf"[..]).await;
    avif.is_problem(415, "format-unsupported");
    assert!(avif.body["detail"].as_str().unwrap().contains("AVIF is not supported: convert it to JPEG"));
    ask(&matcher, "image/png", "hello").await.is_problem(415, "format-unsupported");
    ask(&matcher, "image/png", "").await.is_problem(422, "corrupt");
    ask(&matcher, "image/png", file[..file.len() / 2].to_vec()).await.is_problem(422, "corrupt");
    let mut damaged = file.clone();
    damaged[file.len() / 2..].fill(0x55);
    ask(&matcher, "image/png", damaged).await.is_problem(422, "corrupt");
    assert_eq!(first(&ask(&matcher, "image/png", file).await)["kind"], "sha256", "it goes on");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_at_the_limit_is_read_and_one_byte_more_is_too_large() {
    let file = encode::png(&draw::photograph(1, 100, 100)).unwrap();
    let home = Home::new();
    let (_node, matcher) =
        protecting_with(&[&file], &home, |settings| settings.pictures.limits.bytes_max = file.len() as u64).await;
    assert_eq!(first(&ask(&matcher, "image/png", file.clone()).await)["kind"], "sha256");
    let mut longer = file.clone();
    longer.push(0);
    ask(&matcher, "image/png", longer.clone()).await.is_problem(413, "too-large");
    // So much more that the body is not even read to its end.
    longer.resize(file.len() + 200_000, 0);
    ask(&matcher, "image/png", longer).await.is_problem(413, "too-large");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_plain_picture_only_the_very_file_is_known() {
    let (plain, other) = (flat_bitmap(200), flat_bitmap(201));
    let home = Home::new();
    let (_node, matcher) = protecting(&[&plain], &home).await;
    let answer = ask(&matcher, "image/bmp", plain).await;
    assert_eq!((first(&answer)["kind"].as_str(), &answer.body["too_plain"]), (Some("sha256"), &json!(true)));
    let answer = ask(&matcher, "image/bmp", other).await;
    assert_eq!((&answer.body["too_plain"], &answer.body["quality"]), (&json!(true), &json!(0)));
    assert_eq!(answer.body["results"][0]["matches"], json!([]));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_cut_is_met_through_a_view_and_a_framed_one_without_its_frame() {
    let picture = draw::photograph(1, 400, 300);
    let home = Home::new();
    let (_node, matcher) = protecting(&[&encode::png(&picture).unwrap()], &home).await;
    let cut = ask(&matcher, "image/png", Alteration::Crop5.apply(&picture).unwrap()).await;
    assert!(first(&cut)["view"].as_u64().is_some(), "{}", cut.text);
    let framed = ask(&matcher, "image/png", Alteration::Border5.apply(&picture).unwrap()).await;
    assert_eq!((&first(&framed)["trimmed"], &first(&framed)["view"]), (&json!(true), &json!(null)), "{}", framed.text);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_pictures_nor_bare_fingerprints_are_in_the_file() {
    let file = encode::png(&draw::photograph(1, 100, 100)).unwrap();
    let home = Home::new();
    let (_node, matcher) = protecting(&[&file], &home).await;
    assert_eq!(first(&ask(&matcher, "image/png", file.clone()).await)["kind"], "sha256");
    matcher.matcher.close().await;
    let taken = fingerprints(&file, &Limits::default(), Purpose::Query).unwrap();
    let (hash, digest) = (taken.dihedral.hashes[0], taken.sha256);
    let texts = [hash.to_string(), digest.to_string()];
    let folder = home.file().parent().unwrap().to_owned();
    let mut bytes = 0;
    for path in std::fs::read_dir(folder).unwrap() {
        let held = std::fs::read(path.unwrap().path()).unwrap();
        bytes += held.len();
        let needles: [&[u8]; 5] =
            [hash.as_bytes(), digest.as_bytes(), texts[0].as_bytes(), texts[1].as_bytes(), &file[50..100]];
        for needle in needles {
            assert!(!held.windows(needle.len()).any(|window| window == needle));
        }
    }
    assert!(bytes > 10_000, "there is a file to look at");
}

/// A bitmap of 64 x 64 pixels, all of one grey.
fn flat_bitmap(grey: u8) -> Vec<u8> {
    const PIXEL_BYTES: u32 = 64 * 64 * 3;
    let mut file = b"BM".to_vec();
    file.extend((54 + PIXEL_BYTES).to_le_bytes());
    file.extend([0; 4]);
    file.extend(54_u32.to_le_bytes());
    for number in [40_u32, 64, 64] {
        file.extend(number.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    for number in [0, PIXEL_BYTES, 2_835, 2_835, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    file.resize(file.len() + PIXEL_BYTES as usize, grey);
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arachnid_shields_clients_send_pictures_here() {
    let file = encode::png(&draw::photograph(1, 400, 300)).unwrap();
    let home = Home::new();
    let (_node, matcher) = protecting(&[&file], &home).await;
    let send = async |path: &str, body: Vec<u8>| {
        let url = format!("{}/arachnid/v1/{path}", matcher.base);
        let request = server::http::client()
            .unwrap()
            .post(url)
            .basic_auth("platform", Some("any"))
            .header("content-type", "image/png");
        Answer::of(request.body(body).send().await.unwrap()).await
    };
    let known = send("media/", file.clone()).await;
    assert_eq!(
        (known.status, &known.body["classification"], &known.body["match_type"]),
        (200, &json!("csam"), &json!("exact"))
    );
    assert_eq!(known.body["size_bytes"], file.len());
    let taken = fingerprints(&file, &Limits::default(), Purpose::Bank).unwrap();
    let hash: [u8; 32] = taken.dihedral.hashes[0].into();
    let asked = exchange::dialects::arachnid::encode_queries(&[hash]);
    let near = send("pdq/", asked).await;
    assert!(near.status == 200 && near.text.contains(r#""classification":"csam""#), "{}", near.text);
    let stranger = send("media/", encode::png(&draw::photograph(2, 400, 300)).unwrap()).await;
    assert_eq!(stranger.body["classification"], "no-known-match", "{}", stranger.text);
    let refused = send("media/", b"nothing".to_vec()).await;
    assert_eq!(refused.status, 415, "{}", refused.text);
    assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arachnid_shields_clients_name_addresses_and_none_leads_into_the_platforms_own_network() {
    let file = encode::png(&draw::photograph(1, 400, 300)).unwrap();
    const BYTES_MAX: u64 = 1 << 20;
    let of_file = file.clone();
    let site = Fake::start(move |asked, _| match asked.line.split(' ').nth(1).unwrap() {
        "/a.png" => of_file.clone().into_response(),
        "/moved" => (StatusCode::FOUND, [(LOCATION, "/a.png")]).into_response(),
        "/inside" => (StatusCode::FOUND, [(LOCATION, "https://169.254.169.254/latest/")]).into_response(),
        "/round" => (StatusCode::FOUND, [(LOCATION, "/round")]).into_response(),
        "/large" => vec![0_u8; BYTES_MAX as usize + 1].into_response(),
        "/text" => "a page".into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    let home = Home::new();
    // A name that leads to the site, which the test permits, and one that leads inside whatever it is asked for.
    let socket: SocketAddr = site.base.trim_start_matches("http://").parse().unwrap();
    let names = Names::Scripted(Arc::new(move |name| {
        Ok(vec![if name == "site.example" { socket.ip() } else { IpAddr::from([10, 0, 0, 1]) }])
    }));
    let (_node, matcher) = protecting_with(&[&file], &home, |settings| {
        settings.guard = Guard::with(names, vec![socket]);
        settings.pictures.limits.bytes_max = BYTES_MAX;
    })
    .await;
    let ask = async |address: &str| {
        let request = server::http::client().unwrap().post(format!("{}/arachnid/v1/url/", matcher.base));
        let body = exchange::dialects::arachnid::encode_address(address);
        let request = request.basic_auth("platform", Some("any")).header("content-type", "application/json");
        Answer::of(request.body(body).send().await.unwrap()).await
    };
    let at = |path: &str| format!("http://site.example:{}{path}", socket.port());
    for path in ["/a.png", "/moved"] {
        let known = ask(&at(path)).await;
        let said = (known.status, &known.body["classification"], &known.body["match_type"]);
        assert_eq!(said, (200, &json!("csam"), &json!("exact")), "{path}: {}", known.text);
        assert_eq!(known.body["size_bytes"], file.len());
    }
    for (address, status, why) in [
        ("https://127.0.0.1/a.png".to_owned(), 422, "not on the public internet"),
        ("https://[::ffff:10.0.0.1]/a.png".to_owned(), 422, "not on the public internet"),
        ("https://elsewhere.example/a.png".to_owned(), 422, "not on the public internet"),
        ("ftp://site.example/a.png".to_owned(), 422, "only https"),
        (at("/inside"), 422, "not on the public internet"),
        (at("/round"), 422, "from one address to the next"),
        (at("/gone"), 422, "answered 404"),
        (at("/large"), 422, "more bytes"),
        (at("/text"), 415, "format"),
    ] {
        let refused = ask(&address).await;
        let detail = refused.body["detail"].as_str().unwrap_or_default().to_owned();
        assert!(refused.status == status && detail.contains(why), "{address}: {}", refused.text);
    }
    assert_eq!(ask("").await.status, 400);
}
