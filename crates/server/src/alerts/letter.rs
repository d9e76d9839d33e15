//! What the mail says: that there is something new, and nothing else.

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use exchange::Time;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};

use super::{Address, MailSettings};
use crate::http::locale::{Address as SaidTo, Language, Texts};

/// The letter to one address. `site` is what the site calls itself; `number` becomes its Message-ID, the same each time that
/// it is sent. `None` only when the operator's address cannot stand in a header.
pub(super) fn letter(
    mail: &MailSettings,
    to: &Address,
    language: Language,
    site: &str,
    number: &str,
    now: Time,
) -> Option<Message> {
    let t = Texts { language, address: SaidTo::Vous };
    // lettre panics on a name with a line break. The set-up takes none; a database that was tampered with may hold one.
    let site: String = site.chars().filter(|c| !c.is_control()).collect();
    let mut body = format!("{}\n\n{}\n", t.alert_mail_hello(), t.alert_mail_news(&site));
    if let Some(address) = &mail.site {
        body.push_str(&format!("\n{}\n", address.0));
    }
    body.push_str(&format!("\n{}\n", t.alert_mail_end()));
    Message::builder()
        .from(Mailbox::new(Some(site), mail.from.inner()))
        .to(Mailbox::new(None, to.inner()))
        .subject(t.alert_mail_subject())
        .date(UNIX_EPOCH + Duration::from_secs(now.as_micros().unsigned_abs() / 1_000_000))
        .message_id(Some(format!("<{number}@{}>", mail.from.domain())))
        .header(MIME_VERSION_1_0)
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .ok()
}

/// Nobody's vacation answers it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(language: Language, site: &str, with_address: bool) -> String {
        let mail = MailSettings {
            server: super::super::SmtpServer::parse("smtp://127.0.0.1:25", None).unwrap(),
            from: "no-reply@space.example".parse().unwrap(),
            site: with_address.then(|| "https://space.example".parse().unwrap()),
        };
        let (to, now) = ("robin@example.org".parse().unwrap(), "2026-11-21T12:00:00Z".parse().unwrap());
        let letter = letter(&mail, &to, language, site, "00ff", now).unwrap();
        String::from_utf8(letter.formatted()).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn the_whole_letter_in_both_languages() {
        insta::assert_snapshot!("letter_fr", written(Language::Fr, "Mon espace", true));
        insta::assert_snapshot!("letter_en", written(Language::En, "My space", false));
    }

    #[test]
    fn a_sites_name_cannot_become_another_header() {
        for name in ["My \"space\", <x@y.example>", "Évasion: Bcc: a@b.example", "a\r\nBcc: all@example.org"] {
            let text = written(Language::En, name, false);
            let head = text.split("\n\n").next().unwrap();
            let names: Vec<&str> = head
                .lines()
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            assert!(!names.contains(&"Bcc"), "{text}");
            assert_eq!(names.iter().filter(|name| **name == "From").count(), 1, "{text}");
            assert_eq!(head.matches("no-reply@space.example").count(), 1, "{text}");
        }
    }
}
