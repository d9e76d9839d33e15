//! A notice as a mail: built by lettre, handed to the operator's mail server like the neutral mails are.

use std::time::{Duration, UNIX_EPOCH};

use exchange::Time;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, MIME_VERSION_1_0};

use super::letters::Letter;
use super::notices::Content;
use super::regimes::Field;
use crate::alerts::{Address, Delivered, MailSettings};

/// What mails of one notice are told apart by.
pub(super) struct MessageIds {
    /// Of this letter: the same each time that it is sent.
    pub(super) own: String,
    /// Of the notice, where this is a reminder of it.
    pub(super) notice: Option<String>,
}

/// Hands one letter over.
pub(super) async fn deliver(
    mail: &MailSettings,
    to: &Address,
    content: &Content,
    letter: &Letter,
    ids: &MessageIds,
    now: Time,
) -> Delivered {
    let Some(message) = message(mail, to, content, letter, ids, now) else {
        return Delivered::Refused(0);
    };
    mail.server.deliver(&mail.from, message.envelope(), &message.formatted()).await
}

fn message(
    mail: &MailSettings,
    to: &Address,
    content: &Content,
    letter: &Letter,
    ids: &MessageIds,
    now: Time,
) -> Option<Message> {
    let value = |field: Field| content.values.get(&field).map(String::as_str).unwrap_or_default();
    // lettre panics on a name with a line break.
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let name = Some(plain(value(Field::SenderName))).filter(|name| !name.is_empty());
    let id = |number: &str| format!("<{number}@{}>", mail.from.domain());
    let mut builder = Message::builder()
        .from(Mailbox::new(name, mail.from.inner()))
        .to(Mailbox::new(None, to.inner()))
        .subject(plain(&letter.subject))
        .date(UNIX_EPOCH + Duration::from_secs(now.as_micros().unsigned_abs() / 1_000_000))
        .message_id(Some(id(&ids.own)))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    if let Some(notice) = &ids.notice {
        builder = builder.in_reply_to(id(notice)).references(id(notice));
    }
    if let Ok(answer_to) = value(Field::SenderEmail).parse::<Address>() {
        builder = builder.reply_to(Mailbox::new(None, answer_to.inner()));
    }
    builder.body(letter.body.clone()).ok()
}
