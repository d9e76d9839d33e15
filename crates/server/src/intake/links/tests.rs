use proptest::prelude::*;

use super::*;

fn urls(text: &str) -> Vec<String> {
    read(text).links.into_iter().map(|link| link.url).collect()
}

fn why(text: &str) -> Option<Why> {
    let read = read(text);
    assert!(read.links.is_empty(), "{text} is taken as {:?}", read.links);
    read.refused.first().map(|refused| refused.why)
}

#[test]
fn links_are_found_between_words_and_without_what_clings_to_them() {
    for (text, expected) in [
        (
            "Voici : https://exemple.fr/a, et aussi (https://exemple.fr/b).",
            &["https://exemple.fr/a", "https://exemple.fr/b"][..],
        ),
        (
            "<https://exemple.fr/a> «https://exemple.fr/b» \"https://exemple.fr/c\"!",
            &["https://exemple.fr/a", "https://exemple.fr/b", "https://exemple.fr/c"],
        ),
        (
            "https://exemple.fr/ahttps://exemple.fr/b,http://exemple.fr/c",
            &["https://exemple.fr/a", "https://exemple.fr/b", "http://exemple.fr/c"],
        ),
        (
            "[là](https://exemple.fr/a_(b)) *https://exemple.fr/c*",
            &["https://exemple.fr/a_(b)", "https://exemple.fr/c"],
        ),
        ("lien:https://exemple.fr/a… non", &[]),
        ("lien:https://exemple.fr/a", &["https://exemple.fr/a"]),
        ("\u{feff}\u{200e}https://exemple.fr/a\u{200b}", &["https://exemple.fr/a"]),
        ("HTTPS://EXEMPLE.FR/A", &["https://exemple.fr/A"]),
        ("https://exemple.fr/r?u=https://autre.fr/x", &["https://exemple.fr/r?u=https://autre.fr/x"]),
        ("https://exemple.fr/web/2020/http://autre.fr/", &["https://exemple.fr/web/2020/http://autre.fr/"]),
        ("lien=https://exemple.fr/a", &["https://exemple.fr/a"]),
        ("https:exemple.fr/a", &["https://exemple.fr/a"]),
    ] {
        assert_eq!(urls(text), expected, "{text}");
    }
}

#[test]
fn a_missing_scheme_is_understood_and_words_are_left_alone() {
    for (text, expected) in [
        ("www.exemple.fr/a", &["https://www.exemple.fr/a"][..]),
        ("(www.exemple.fr)", &["https://www.exemple.fr/"]),
        ("x.com/quelquun/status/1", &["https://x.com/quelquun/status/1"]),
        ("instagram.com", &["https://www.instagram.com/"]),
        ("exemple.fr/a?b=c", &["https://exemple.fr/a?b=c"]),
        ("exemple.fr:8443/a", &["https://exemple.fr:8443/a"]),
        ("x.com/l?u=https://exemple.fr", &["https://x.com/l?u=https://exemple.fr"]),
    ] {
        assert_eq!(urls(text), expected, "{text}");
    }
    let words = "photo.jpg Bonjour.Je suis et/ou 12.50/mois M.Dupont/fils moi@exemple.fr @pseudo 😢😢😢 note: 3:30 c.à.d. ... / // : ://";
    assert_eq!(read(words), Read::default());
    assert_eq!(read(""), Read::default());
}

#[test]
fn one_page_has_one_form() {
    for (text, expected) in [
        ("http://m.facebook.com/story?id=1&mibextid=x&fbclid=y#z", "https://www.facebook.com/story?id=1"),
        ("https://www.instagram.com/p/abc/?igsh=MWQ1ZGUxMzBkMA==&utm_source=qr", "https://www.instagram.com/p/abc/"),
        ("https://mobile.twitter.com/a/status/1?s=20&t=x", "https://x.com/a/status/1"),
        ("https://m.youtube.com/watch?v=a&feature=share&si=b", "https://www.youtube.com/watch?v=a"),
        ("https://old.reddit.com/r/a/comments/b/?utm_name=x", "https://www.reddit.com/r/a/comments/b/"),
        ("https://exemple.fr:443/a/../b?#haut", "https://exemple.fr/b"),
        ("http://exemple.fr:80/?b=2&UTM_Source=x&a=%20é", "http://exemple.fr/?b=2&a=%20%C3%A9"),
        ("https://moi:secret@exemple.fr/a", "https://exemple.fr/a"),
        ("https://Müller.example.com./a", "https://xn--mller-kva.example.com/a"),
        ("https://mega.nz/file/abc#cle", "https://mega.nz/file/abc#cle"),
        ("http://8.8.8.8/a", "http://8.8.8.8/a"),
        ("https://[2606:4700::1111]/a", "https://[2606:4700::1111]/a"),
    ] {
        assert_eq!(urls(text), [expected], "{text}");
    }
}

#[test]
fn a_link_pasted_twice_in_two_forms_stands_once() {
    let read = read("https://m.facebook.com/a?fbclid=1 www.facebook.com/a facebook.com/a https://www.facebook.com/a#b");
    assert_eq!((read.links.len(), read.again), (1, 3));
    assert_eq!(read.links[0].platform, Some("facebook"));
    let beside = read_beside(["https://www.facebook.com/a"], "facebook.com/a facebook.com/b");
    assert_eq!((beside.links.len(), beside.again), (1, 1));
}

#[test]
fn what_is_not_of_the_web_is_refused() {
    for text in [
        "javascript:alert(1)",
        "JavaScript:alert('https://exemple.fr')",
        "data:text/html,https://exemple.fr/a",
        "file:///C:/photo.jpg",
        "mailto:moi@exemple.fr",
        "ftp://exemple.fr/a",
        "tg://resolve?domain=a",
        "blob:https://exemple.fr/1",
        "(tel:+33123456789)",
    ] {
        assert_eq!(why(text), Some(Why::Scheme), "{text}");
    }
}

#[test]
fn private_addresses_are_refused_in_every_notation() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[2001::1]",
        "[100::1]",
    ] {
        assert_eq!(why(&format!("http://{host}/x")), Some(Why::Private), "{host}");
        assert_eq!(why(&format!("https://a:b@{host}:8080/x")), Some(Why::Private), "{host}");
    }
    assert_eq!(why("192.168.0.1/photo"), Some(Why::Private));
    for host in ["100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "[64:ff9b::8.8.8.8]", "[2002:808:808::]"]
    {
        assert_eq!(read(&format!("http://{host}/x")).links.len(), 1, "{host}");
    }
}

#[test]
fn names_that_are_not_public_are_refused() {
    for host in [
        "localhost",
        "LOCALHOST",
        "routeur",
        "nas.local",
        "nas.local.",
        "a.localhost",
        "a.internal",
        "a.test",
        "b.home.arpa",
        "a.lan",
    ] {
        assert_eq!(why(&format!("http://{host}/x")), Some(Why::NotPublicName), "{host}");
    }
    for host in ["abcdefghij.onion", "x.abcdefghij.onion", "site.i2p"] {
        assert_eq!(why(&format!("http://{host}/x")), Some(Why::Hidden), "{host}");
    }
    assert_eq!(read("https://onion.example.com/ https://local.fr/").links.len(), 2);
}

#[test]
fn a_link_is_taken_up_to_its_limit_of_characters_and_refused_past_it() {
    let link =
        |characters: usize| format!("https://exemple.fr/{}", "a".repeat(characters - "https://exemple.fr/".len()));
    assert_eq!(urls(&link(LINK_CHARACTERS_MAX)), [link(LINK_CHARACTERS_MAX)]);
    assert_eq!(why(&link(LINK_CHARACTERS_MAX + 1)), Some(Why::TooLong));
    assert_eq!(urls(&format!("https://exemple.fr/?utm_source={}", "a".repeat(3_000))), ["https://exemple.fr/"]);
    assert_eq!(why(&format!("https://{}.fr/", "é".repeat(20_000))), Some(Why::TooLong));
}

#[test]
fn ten_thousand_links_leave_the_first_two_hundred_and_the_rest_is_counted() {
    let text: String = (0..10_000).map(|n| format!("https://a.fr/{n}\n")).collect();
    let read = read(&text);
    assert_eq!((read.links.len(), read.is_cut), (LINKS_MAX, true));
    assert!(read.left_out > 3_000, "{}", read.left_out);
    assert!(read.links.iter().enumerate().all(|(n, link)| link.url == format!("https://a.fr/{n}")));
    let known: Vec<String> = (0..LINKS_MAX).map(|n| format!("https://b.fr/{n}")).collect();
    let full = read_beside(known.iter().map(String::as_str), "https://a.fr/ https://b.fr/3");
    assert_eq!((full.links.len(), full.left_out, full.again), (0, 1, 1));
}

#[test]
fn a_text_is_read_up_to_its_limit_and_no_half_link_is_taken() {
    let link = "https://exemple.fr/entier";
    let text = |bytes: usize| format!("{}{link}", " ".repeat(bytes - link.len()));
    assert_eq!(urls(&text(TEXT_BYTES_MAX)), [link]);
    let past = read(&text(TEXT_BYTES_MAX + 1));
    assert_eq!((past.links.len(), past.is_cut), (0, true));
}

#[test]
fn refusals_are_named_up_to_a_limit_and_shown_by_their_beginning() {
    let text: String = (0..REFUSED_MAX + 7).map(|n| format!("ftp://exemple.fr/{n} ")).collect();
    let many = read(&text);
    assert_eq!((many.refused.len(), many.refused_more), (REFUSED_MAX, 7));
    let long = read(&format!("ftp://exemple.fr/{}", "a".repeat(100)));
    assert_eq!(long.refused[0].text_start.chars().count(), REFUSED_CHARACTERS_MAX);
    assert!(long.refused[0].text_start.ends_with('…'));
    let hostile = read("ftp://\u{202e}exemple\u{0}.fr/ \u{7f}javascript:<b>alert</b>");
    assert!(
        hostile.refused.iter().all(|refused| !refused.text_start.contains(|c: char| c.is_control() || c == '\u{202e}'))
    );
}

/// Pieces of which hostile texts are made.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "https://", "http://", "www.", "x.com", "m.facebook.com", "exemple.fr", "/", "?", "&", "=", "#", ":", "@", ".", "..",
            "utm_source=a", "si=b", "%", "%2e", "[::1]", "127.0.0.1", "localhost", "(", ")", "[", "]", " ", "\n", "…", "\u{200b}",
            "é", "😢", "xn--", "\\", ",", "javascript:", "ftp://", "mega.nz", "`", "'", "|", "{", "}", "^",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z0-9]{1,8}".prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_is_pasted_what_is_kept_is_whole_and_public(text in text()) {
        holds(&text);
    }

    #[test]
    fn a_kept_link_is_its_own_form(text in text()) {
        for link in read(&text).links {
            prop_assert_eq!(clean(&link.url), Ok(link.clone()));
        }
    }

    #[test]
    fn a_plain_link_survives_the_text_around_it(path in "[a-z0-9/_-]{0,20}", before in "[a-zé ]{0,9}", after in "[.,;!) ]{0,5}") {
        let path = path.trim_matches('/');
        let link = format!("https://exemple.fr/{path}");
        let url = url::Url::parse(&link).expect("letters, digits and bars").to_string();
        prop_assert_eq!(urls(&format!("{before} {link}{after} {before}")), [url]);
    }
}

/// What holds of every text; the fuzz target `intake_links` asks the same.
fn holds(text: &str) {
    let read = read(text);
    let mut seen = HashSet::new();
    assert!(read.links.len() <= LINKS_MAX && read.refused.len() <= REFUSED_MAX);
    for link in &read.links {
        let url = url::Url::parse(&link.url).expect("what is kept is an address");
        assert!(seen.insert(&link.url) && url.as_str() == link.url && link.url.chars().count() <= LINK_CHARACTERS_MAX);
        assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none());
        assert!(link.url.is_ascii() && !link.url.contains(char::is_whitespace));
        assert!(url.host_str().is_some_and(|host| host.contains(['.', ':']) && !host.ends_with('.')));
    }
    for refused in &read.refused {
        assert!(refused.text_start.chars().count() <= REFUSED_CHARACTERS_MAX);
    }
}

#[test]
fn dots_behind_an_address_do_not_make_a_public_name_of_it() {
    for host in ["0x7f.1......", "127.1..", "10.0.0.1.", "2130706433.", "a..example.org", "192.168.1..1."] {
        let read = read(&format!("http://{host}/page"));
        assert_eq!(read.links, [], "{host}");
        assert_eq!(read.refused.len(), 1, "{host}");
    }
}
