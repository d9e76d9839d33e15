//! Measurements are not asserted; that they measure the right thing is.

use serde_json::Value;

use super::{Place, Said};

impl Place {
    fn bench(&self, words: &str) -> Value {
        let Said { code, out, err } = self.run(&format!("bench {words} --json"));
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    }
}

fn is_positive(value: &Value, path: &str) -> bool {
    value.pointer(path).and_then(Value::as_f64).is_some_and(|number| number > 0.0)
}

#[test]
fn searching_is_exact_and_leaves_what_another_program_needs_to_agree() {
    let place = Place::new();
    let figures = place.bench("search --codes 2000,3000 --seconds 1 --write left");
    let banks = figures["banks"].as_array().unwrap();
    assert_eq!(banks.iter().map(|bank| bank["codes"].as_u64().unwrap()).collect::<Vec<_>>(), [2_000, 3_000]);
    for bank in banks {
        assert_eq!((bank["checked"].as_u64(), bank["wrong"].as_u64()), (Some(100), Some(0)), "{bank}");
        for path in ["/query_us/mean", "/query_while_changing_us/p99", "/insert_us", "/scan_us", "/bytes_per_code"] {
            assert!(is_positive(bank, path), "{path} in {bank}");
        }
    }

    let read = |name: &str| std::fs::read(place.path("left/3000").join(name)).unwrap();
    let (codes, queries, matches) = (read("codes.bin"), read("queries.bin"), read("matches.bin"));
    let (codes, queries) = (codes.as_chunks::<32>().0, queries.as_chunks::<32>().0);
    assert_eq!((codes.len(), queries.len()), (3_000, 2_000));
    let mut numbers = matches.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    for query in queries {
        let distance = |code: &[u8; 32]| code.iter().zip(query).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        let mut near: Vec<u32> = (0..).zip(codes).filter(|(_, code)| distance(code) <= 31).map(|(at, _)| at).collect();
        near.sort_by_key(|&at| (distance(&codes[at as usize]), at));
        let count = numbers.next().unwrap() as usize;
        assert_eq!(numbers.by_ref().take(count).collect::<Vec<_>>(), near);
    }
    assert_eq!(numbers.next(), None);
}

#[test]
fn pictures_are_hashed_from_pixels_from_files_and_from_a_folder() {
    let place = Place::new();
    place.picture("own/one.jpg", 1);
    place.picture("own/two.jpg", 2);
    place.write("own/notes.txt", "no picture");
    let figures = place.bench("hash --runs 1 --pictures own --write left");
    assert_eq!(figures["folder"]["pictures"], 2, "{figures}");
    assert_eq!(figures["sizes"].as_array().unwrap().len(), 3);
    for size in figures["sizes"].as_array().unwrap() {
        for path in ["/rgb/one_ms", "/grey/eight_ms", "/rgb/views_ms", "/jpeg/decode_and_hash_ms"] {
            assert!(is_positive(size, path), "{path} in {size}");
        }
    }
    let length = |name: &str| place.path("left").join(name).metadata().unwrap().len();
    assert_eq!((length("512x512-0.rgb"), length("4000x3000-1.grey")), (3 * 512 * 512, 4_000 * 3_000));
}

#[test]
fn a_node_is_filled_asked_and_followed_over_http() {
    let figures = Place::new().bench("match --entries 2000 --seconds 1 --connections 3");
    // Every other question is near an entry.
    assert_eq!(figures["known_percent"], 50.0, "{figures}");
    for path in ["/contributions_per_second", "/json_1000_per_second", "/packed_1000_per_second", "/single/us/p99"] {
        assert!(is_positive(&figures, path), "{path} in {figures}");
    }
    assert!(is_positive(&figures, "/acknowledged/p50_ms"), "{figures}");
}

#[test]
fn a_bench_against_nobody_says_so() {
    let said = Place::new().run("bench match --to http://127.0.0.1:9");
    assert_eq!(said.code, Some(1));
    assert!(said.err.starts_with("rempart: "), "{}", said.err);
}

#[test]
fn views_recognise_copies_that_the_hash_alone_does_not_and_no_strangers() {
    let figures = Place::new().bench("recall --count 4 --draws 1");
    let percent = |name: &str, column: usize| {
        let way = figures["ways"].as_array().unwrap().iter().find(|way| way["name"] == name).unwrap();
        way["recognised_percent"][column].as_f64().unwrap()
    };
    assert_eq!((percent("jpeg-50", 0), percent("mirror", 0)), (100.0, 100.0), "{figures}");
    assert_eq!((percent("crop-5", 0), percent("crop-5", 3)), (0.0, 100.0), "{figures}");
    assert_eq!((percent("border-5", 3), percent("border-5", 4)), (0.0, 100.0), "{figures}");
    for strangers in figures["strangers"].as_array().unwrap() {
        assert_eq!(strangers["mistaken"], 0, "{figures}");
        assert!(is_positive(strangers, "/comparisons"));
    }
}
