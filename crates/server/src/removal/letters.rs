//! The text of a notice and of its reminders, in the recipient's language: pieces from `web/data/letters.toml`, filled. Pure.
//!
//! What is drawn here is what is approved, whose digest is kept and what is sent: nothing is added on the way.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use exchange::{Class, Time};
use serde::{Deserialize, Serialize};

use super::regimes::{Field, Regime, Whose};

const DATA: &str = include_str!("../../../../web/data/letters.toml");

static LETTERS: LazyLock<Vec<Pieces>> =
    LazyLock::new(|| parse(DATA).expect("web/data/letters.toml is checked by the tests beside this"));

/// A text with its subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Paragraphs, with an empty line between them.
    pub body: String,
}

/// What a letter says beside what its regime and class make it say.
pub(crate) struct Said<'a> {
    pub(crate) reference: &'a str,
    pub(crate) platform: &'a str,
    pub(crate) class: Class,
    pub(crate) urls: &'a [String],
    pub(crate) values: &'a BTreeMap<Field, String>,
}

/// Codes of the languages that there are letters in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LETTERS.iter().map(|pieces| pieces.code.as_str())
}

/// The first of these languages that there are letters in, else English.
pub fn language_for(languages: &[String]) -> &'static str {
    let of = |code: &String| self::languages().find(|known| *known == code);
    languages.iter().find_map(of).unwrap_or("en")
}

/// The notice. A regime or language that is not known is written as a plain request in English.
pub(crate) fn notice(language: &str, regime: &Regime, said: &Said<'_>) -> Letter {
    let pieces = pieces(language);
    let count = said.urls.len().to_string();
    let hours = regime.hours.to_string();
    let fill = |piece: &str| {
        filled(
            piece,
            &[("count", &count), ("reference", said.reference), ("platform", said.platform), ("hours", &hours)],
        )
    };
    let value = |field: Field| said.values.get(&field).map(String::as_str).filter(|value| !value.is_empty());
    let asks = match said.class {
        Class::Minor => &pieces.asks_minor,
        Class::Adult => &pieces.asks_adult,
    };
    let numbered: Vec<String> =
        said.urls.iter().enumerate().map(|(position, url)| format!("{}. {url}", position + 1)).collect();
    let mut body = vec![fill(&pieces.greeting), fill(asks), format!("{}\n{}", pieces.pages, numbered.join("\n"))];
    if let Some(reason) = value(Field::Reason) {
        body.push(format!("{}\n{reason}", pieces.why));
    }
    body.push(pieces.regime(&regime.key).to_owned());
    for (field, piece) in [
        (Field::FlaggerStatus, &pieces.flagger_status),
        (Field::AuthorityReference, &pieces.authority_reference),
        (Field::Identification, &pieces.identification),
        (Field::Contact, &pieces.contact),
    ] {
        if let Some(value) = value(field) {
            body.push(filled(piece, &[("value", value)]));
        }
    }
    for (field, piece) in [(Field::NoConsent, &pieces.no_consent), (Field::GoodFaith, &pieces.good_faith)] {
        if value(field).is_some() {
            body.push(piece.clone());
        }
    }
    body.push(fill(if regime.clock == Whose::Law { &pieces.clock_law } else { &pieces.clock_ours }));
    body.push(fill(&pieces.answer));
    body.push(pieces.discretion.clone());
    let signed = [Field::Signature, Field::SenderName, Field::SenderEmail];
    let signed: Vec<&str> = signed.into_iter().filter_map(value).collect();
    body.push(format!("{}\n{}", pieces.closing, signed.join("\n")).trim_end().to_owned());
    Letter { subject: fill(&pieces.subject), body: body.join("\n\n") + "\n" }
}

/// Which letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FollowUp {
    /// Half of the time has passed.
    Half,
    /// The time is over.
    Over,
    /// Nothing is asked any more.
    Withdrawn,
}

/// A letter that follows a notice. It says no address: whoever reads it has the notice under its reference.
pub(crate) fn follow_up(language: &str, which: FollowUp, reference: &str, sent: Time, deadline: Time) -> Letter {
    let pieces = pieces(language);
    let (subject, body) = match which {
        FollowUp::Half => (&pieces.subject_half, &pieces.reminder_half),
        FollowUp::Over => (&pieces.subject_over, &pieces.reminder_over),
        FollowUp::Withdrawn => (&pieces.subject_withdrawn, &pieces.withdrawn),
    };
    let (sent, deadline) = (minute(sent), minute(deadline));
    let values = [("reference", reference), ("sent", sent.as_str()), ("deadline", deadline.as_str())];
    Letter { subject: filled(subject, &values), body: format!("{}\n\n{}\n", filled(body, &values), pieces.closing) }
}

fn minute(time: Time) -> String {
    time.to_string().replace('T', " ").chars().take(16).collect()
}

fn pieces(language: &str) -> &'static Pieces {
    let found = LETTERS.iter().find(|pieces| pieces.code == language);
    found.or_else(|| LETTERS.first()).expect("the tests beside this see that there are letters")
}

/// Values are put in once: what looks like a name inside a value stays as it is.
fn filled(piece: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(piece.len() + 64);
    let mut rest = piece;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, behind)) = after.split_once('}') else { break };
        text.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: u32,
    language: Vec<Pieces>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pieces {
    code: String,
    subject: String,
    subject_half: String,
    subject_over: String,
    subject_withdrawn: String,
    greeting: String,
    asks_minor: String,
    asks_adult: String,
    pages: String,
    why: String,
    regime_dsa_16: String,
    regime_dsa_22: String,
    regime_lcen: String,
    regime_take_it_down: String,
    regime_online_safety_au: String,
    regime_plain: String,
    good_faith: String,
    no_consent: String,
    flagger_status: String,
    authority_reference: String,
    identification: String,
    contact: String,
    clock_law: String,
    clock_ours: String,
    answer: String,
    discretion: String,
    closing: String,
    reminder_half: String,
    reminder_over: String,
    withdrawn: String,
}

impl Pieces {
    fn regime(&self, key: &str) -> &str {
        match key {
            "dsa_16" => &self.regime_dsa_16,
            "dsa_22" => &self.regime_dsa_22,
            "lcen" => &self.regime_lcen,
            "take_it_down" => &self.regime_take_it_down,
            "online_safety_au" => &self.regime_online_safety_au,
            _ => &self.regime_plain,
        }
    }
}

fn parse(data: &str) -> Result<Vec<Pieces>, String> {
    let data: Data = toml::from_str(data).map_err(|error| error.to_string())?;
    if data.version != 1 || data.language.is_empty() {
        return Err("version 1, and one language at least, are read here".to_owned());
    }
    Ok(data.language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::removal::regimes::{regime, regimes};

    fn said<'a>(urls: &'a [String], values: &'a BTreeMap<Field, String>) -> Said<'a> {
        Said { reference: "r-1", platform: "Example", class: Class::Minor, urls, values }
    }

    fn everything() -> (Vec<String>, BTreeMap<Field, String>) {
        let values = Field::ALL.iter().map(|field| (*field, format!("value of {}", field.name()))).collect();
        (vec!["https://a.example/1".to_owned(), "https://a.example/2?x={reference}".to_owned()], values)
    }

    #[test]
    fn every_language_has_every_regime_in_words_of_its_own_and_no_name_is_left_open() {
        let (urls, values) = everything();
        for language in languages() {
            let mut seen = Vec::new();
            for regime in regimes() {
                let text = notice(language, regime, &said(&urls, &values));
                let open = text.body.replace(&urls[1], "");
                assert!(!open.contains(['{', '}']) && !text.subject.contains(['{', '}']), "{language}: {open}");
                assert!(text.body.contains(&urls[0]) && text.body.contains(&urls[1]));
                assert!(text.subject.contains("r-1") && text.subject.contains('2'), "{}", text.subject);
                assert!(text.body.contains(&regime.hours.to_string()));
                let own = pieces(language).regime(&regime.key).to_owned();
                assert!(text.body.contains(&own) && !seen.contains(&own), "{language} {}", regime.key);
                seen.push(own);
            }
            let (sent, deadline) = ("2026-11-21T12:00:00Z".parse().unwrap(), "2026-11-23T12:00:00Z".parse().unwrap());
            for which in [FollowUp::Half, FollowUp::Over, FollowUp::Withdrawn] {
                let text = follow_up(language, which, "r-1", sent, deadline);
                let says_deadline = text.body.contains("2026-11-23 12:00");
                assert_eq!(says_deadline, which != FollowUp::Withdrawn, "{text:?}");
                assert!(text.body.contains("2026-11-21 12:00"), "{text:?}");
                assert!(!text.body.contains('{') && text.subject.contains("r-1"));
                assert!(!text.body.contains("https://"), "a reminder says no address");
            }
        }
    }

    #[test]
    fn what_is_not_given_is_not_said() {
        let (urls, _) = everything();
        let values = BTreeMap::from([(Field::Reason, "because".to_owned())]);
        let text = notice("en", regime("plain").unwrap(), &said(&urls, &values)).body;
        for unsaid in ["good faith", "Trusted flagger", "Contact:", "did not agree"] {
            assert!(!text.contains(unsaid), "{unsaid}");
        }
        assert!(text.ends_with("Yours faithfully,\n"), "{text}");
    }

    #[test]
    fn t2_no_letter_says_that_a_picture_is_in_a_bank() {
        let (urls, values) = everything();
        for language in languages() {
            for regime in regimes() {
                let text = notice(language, regime, &said(&urls, &values)).body.to_lowercase();
                for told in ["fingerprint", "empreinte", "hash", "bank", "banque", "banco", "datenbank"] {
                    assert!(!text.contains(told), "{language} {}: {told}", regime.key);
                }
            }
        }
    }

    #[test]
    fn a_language_is_the_recipients_first_that_we_write() {
        let of = |codes: &[&str]| language_for(&codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["nl", "fr", "en"]), "fr");
        assert_eq!(of(&["de"]), "de");
        assert_eq!(of(&["ja"]), "en");
        assert_eq!(of(&[]), "en");
    }

    #[test]
    fn the_notice_as_a_person_reads_it() {
        let (urls, values) = everything();
        insta::assert_snapshot!("notice_fr", notice("fr", regime("dsa_22").unwrap(), &said(&urls, &values)).body);
        insta::assert_snapshot!("notice_en", notice("en", regime("take_it_down").unwrap(), &said(&urls, &values)).body);
    }
}
