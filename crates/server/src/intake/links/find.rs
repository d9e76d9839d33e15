//! Links in running text. Whoever pastes has copied a chat, a mail or a list: words stand between, commas and brackets
//! cling to the ends, `https://` is missing, or two links follow each other without a space.

use super::Why;
use super::platforms::platforms;

/// Schemes that are refused by name wherever a word begins with them; `scheme://` is recognised without a list.
const REFUSED_SCHEMES: [&str; 21] = [
    "about",
    "blob",
    "callto",
    "chrome",
    "content",
    "data",
    "facetime",
    "file",
    "ftp",
    "geo",
    "intent",
    "javascript",
    "magnet",
    "mailto",
    "resource",
    "sftp",
    "sms",
    "ssh",
    "tel",
    "vbscript",
    "ws",
];

/// What looks like a link, as it stands in the text; or what is refused on sight.
pub(super) fn candidates(text: &str) -> impl Iterator<Item = Result<&str, (&str, Why)>> {
    text.split(is_between).filter(|word| !word.is_empty()).flat_map(in_word)
}

/// What separates words: white space, quotation marks, angle brackets, and what is not seen at all (joiners, direction
/// marks, the byte order mark), which phones leave at the ends of a copied address.
fn is_between(c: char) -> bool {
    let is_unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    c.is_whitespace() || c.is_control() || is_unseen || matches!(c, '<' | '>' | '"' | '«' | '»' | '“' | '”' | '„')
}

fn in_word(word: &str) -> Vec<Result<&str, (&str, Why)>> {
    let lower = word.to_ascii_lowercase();
    let opening = word.len() - word.trim_start_matches(opens).len();
    if has_refused_scheme(&lower[opening..]) {
        return vec![Err((&word[opening..], Why::Scheme))];
    }
    let mut starts = web_starts(&lower);
    if starts.is_empty() {
        if is_bare(&word[opening..], &lower[opening..]) {
            return vec![whole(&word[opening..])];
        }
        match first_web(&lower) {
            Some(start) => starts.push(start),
            None if is_other_scheme(&lower[opening..]) => return vec![Err((&word[opening..], Why::Scheme))],
            None => return Vec::new(),
        }
    }
    let ends = starts.iter().skip(1).copied().chain([word.len()]);
    starts.iter().zip(ends).map(|(&start, end)| whole(&word[start..end])).collect()
}

/// What may stand before a link in the same word.
fn opens(c: char) -> bool {
    !c.is_alphanumeric() && c != '/'
}

fn has_refused_scheme(lower: &str) -> bool {
    lower.split_once(':').is_some_and(|(scheme, _)| REFUSED_SCHEMES.contains(&scheme))
}

/// `something://`, where the something is no web scheme.
fn is_other_scheme(lower: &str) -> bool {
    lower.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// Where links with a scheme begin. One that stands within another's path or query is part of it.
fn web_starts(lower: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    for (position, _) in lower.match_indices("http") {
        let rest = &lower[position + "http".len()..];
        if !rest.starts_with("://") && !rest.starts_with("s://") {
            continue;
        }
        let before = lower[..position].chars().next_back();
        let is_within = match before {
            Some('=' | '/' | '%' | '?' | '&' | '#') => true,
            Some(':') => !starts.is_empty(),
            _ => false,
        };
        if !is_within {
            starts.push(position);
        }
    }
    starts
}

/// Where the first web address begins, whatever stands before it.
fn first_web(lower: &str) -> Option<usize> {
    let found = [lower.find("http://"), lower.find("https://")].into_iter().flatten().min();
    // `https:example.org` is how a browser's bar takes it too.
    found.or_else(|| (lower.starts_with("http:") || lower.starts_with("https:")).then_some(0))
}

/// Whether a word without a scheme is an address: `www.`, a service that we know, or a host with a path behind it. A
/// name alone (`photo.jpg`, two sentences without a space) is not.
fn is_bare(word: &str, lower: &str) -> bool {
    let end = lower.find(['/', '?', '#']).unwrap_or(lower.len());
    let host = lower[..end].split_once(':').map_or(&lower[..end], |(host, _)| host);
    let host = host.trim_end_matches(|c: char| !c.is_alphanumeric());
    if host.contains('@') || !host.contains('.') || host.starts_with('.') {
        return false;
    }
    if host.strip_prefix("www.").is_some_and(|rest| rest.contains('.')) || platforms().of_host(host).is_some() {
        return true;
    }
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok();
    let ending = host.rsplit('.').next().unwrap_or_default();
    let written = &word[host.len() - ending.len()..host.len()];
    let is_ending = ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
        && (written == ending || written.chars().all(char::is_uppercase));
    lower[end..].starts_with('/') && lower.len() > end + 1 && (is_address || is_ending)
}

/// A link without what clings to its end.
fn whole(candidate: &str) -> Result<&str, (&str, Why)> {
    let mut link = candidate;
    // As many closing brackets as were opened within belong to the link.
    let surplus =
        |open: char, close: char| candidate.matches(close).count().saturating_sub(candidate.matches(open).count());
    let (mut round, mut square) = (surplus('(', ')'), surplus('[', ']'));
    while let Some(last) = link.chars().next_back() {
        match last {
            '…' => return Err((candidate, Why::CutOff)),
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '`' | '*' | '|' | '}' | '\\' => {}
            _ => break,
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    if link.is_empty() { Err((candidate, Why::Unreadable)) } else { Ok(link) }
}
