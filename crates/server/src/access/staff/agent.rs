//! Which browser and system a request came from, in two words: enough to know one's own sessions apart, and no more.

/// Bytes of a header that are looked at.
const BYTES_MAX: usize = 512;

const BROWSERS: [(&str, &str); 5] =
    [("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chromium"), ("Safari/", "Safari")];
const SYSTEMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// The words for a `User-Agent` header.
pub(super) fn words(header: Option<&str>) -> String {
    let text = header.unwrap_or_default();
    let text = text.get(..BYTES_MAX).unwrap_or(text);
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name);
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_becomes_two_words_and_nothing_of_it_is_kept() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(words(Some(firefox)), "Firefox, Linux");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(words(Some(edge)), "Edge, Windows");
        for odd in [None, Some(""), Some("<script>"), Some("curl/8")] {
            assert_eq!(words(odd), "");
        }
    }
}
