//! `/desk/notices/new` and a draft's own page: to whom, under which law, what it says.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State as Taken};
use axum::response::Response;
use exchange::{Class, NoticeId};
use serde::Deserialize;

use super::act::code;
use super::notice::refused;
use super::{Words, notice};
use crate::access::staff::Analyst;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::form::Fields;
use crate::node::Node;
use crate::removal::By;
use crate::removal::directory::{Directory, Recipient};
use crate::removal::letters;
use crate::removal::notices::{NewNotice, NoticeError, State};
use crate::removal::regimes::{Field, Regime, regime};

/// What was chosen on the first half of the page.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    platform: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    regime: String,
    #[serde(default)]
    said: String,
}

struct Asked {
    field: Field,
    name: &'static str,
    value: String,
    is_wanted: bool,
    is_statement: bool,
    is_long: bool,
}

#[derive(Template)]
#[template(path = "removal/pages/draft.html")]
struct DraftPage {
    frame: Frame,
    words: Words,
    /// `None` until platform and law are chosen.
    asked: Option<Vec<Asked>>,
    id: Option<NoticeId>,
    recipients: Vec<Recipient>,
    recipient: Option<Recipient>,
    regimes: Vec<&'static Regime>,
    class: Class,
    regime: String,
    urls: String,
    language: String,
    languages: Vec<&'static str>,
    is_crisis: bool,
    said: Option<(&'static str, bool)>,
}

pub(super) async fn show(
    who: Analyst,
    Taken(node): Taken<Node>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Refused> {
    let (t, words) = (who.t(), Words(who.t()));
    let directory = node.removal.directory().await?;
    let recipient = directory.get(&chosen.platform);
    let class = class_of(&chosen.class);
    let regimes: Vec<_> = recipient.iter().flat_map(Recipient::regimes).filter(|regime| regime.covers(class)).collect();
    let law = regimes.iter().find(|regime| regime.key == chosen.regime).copied();
    let asked = law.map(|law| asked(words, law, class, &ours(&directory)));
    let drawn = DraftPage {
        frame: Frame::of(&node, &who, "/desk/notices/new").await?,
        words,
        asked,
        id: None,
        recipients: directory.all(),
        language: recipient.as_ref().map_or("en", Recipient::language).to_owned(),
        recipient,
        regimes,
        class,
        regime: chosen.regime,
        urls: String::new(),
        languages: letters::languages().collect(),
        is_crisis: node.removal.crisis_in_force().await?.is_some(),
        said: words.said(&chosen.said),
    };
    page(t, &drawn)
}

pub(super) async fn keep(Taken(node): Taken<Node>, form: Form<Analyst>) -> Result<Response, Refused> {
    let new = read(&form.fields);
    match node.removal.draft(By::from(&form.who), &new).await {
        Ok(id) => Ok(went(&format!("/desk/notices/of/{id}?said=done"), &[])),
        Err(NoticeError::Storage(error)) => Err(error.into()),
        Err(error) => {
            let (platform, class, regime) = (&new.platform, new.class.name(), &new.regime);
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("platform", platform)
                .append_pair("class", class)
                .append_pair("regime", regime)
                .append_pair("said", code(&error))
                .finish();
            Ok(went(&format!("/desk/notices/new?{query}"), &[]))
        }
    }
}

pub(super) async fn show_again(
    who: Analyst,
    Taken(node): Taken<Node>,
    Path(id): Path<NoticeId>,
    Query(said): Query<notice::Said>,
) -> Result<Response, Refused> {
    let (t, words) = (who.t(), Words(who.t()));
    let whole = node.removal.whole(By::from(&who), id).await.map_err(|error| refused(t, error))?;
    let (Some(content), State::Draft, Some(law)) = (whole.content, whole.view.state, regime(&whole.view.regime)) else {
        return Err(Refused::gone(t));
    };
    let directory = node.removal.directory().await?;
    let drawn = DraftPage {
        frame: Frame::of(&node, &who, format!("/desk/notices/of/{id}/draft")).await?,
        words,
        asked: Some(asked(words, law, whole.view.class, &content.values)),
        id: Some(id),
        recipients: vec![],
        recipient: directory.get(&whole.view.platform),
        regimes: vec![],
        class: whole.view.class,
        regime: whole.view.regime,
        urls: content.urls.join("\n"),
        language: content.language,
        languages: letters::languages().collect(),
        is_crisis: false,
        said: words.said(&said.said),
    };
    page(t, &drawn)
}

pub(super) async fn keep_again(
    Taken(node): Taken<Node>,
    Path(id): Path<NoticeId>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    match node.removal.redraft(By::from(&form.who), id, &read(&form.fields)).await {
        Ok(()) => Ok(went(&format!("/desk/notices/of/{id}?said=done"), &[])),
        Err(NoticeError::Storage(error)) => Err(error.into()),
        Err(error) => Ok(went(&format!("/desk/notices/of/{id}/draft?said={}", code(&error)), &[])),
    }
}

fn read(fields: &Fields) -> NewNotice {
    NewNotice {
        platform: fields.one("platform").to_owned(),
        regime: fields.one("regime").to_owned(),
        class: class_of(fields.one("class")),
        language: Some(fields.one("language").to_owned())
            .filter(|code| letters::languages().any(|known| known == code)),
        urls: lines(fields.one("urls")),
        values: values(fields),
        in_crisis: fields.has("in_crisis"),
    }
}

/// What is written on lines, without those that are empty.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The fields that a form says something in.
pub(super) fn values(fields: &Fields) -> BTreeMap<Field, String> {
    Field::ALL
        .into_iter()
        .filter(|field| *field != Field::Urls)
        .map(|field| (field, fields.one(field.name()).trim().replace("\r\n", "\n")))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

pub(super) fn class_of(text: &str) -> Class {
    if text == Class::Adult.name() { Class::Adult } else { Class::Minor }
}

fn ours(directory: &Directory) -> BTreeMap<Field, String> {
    let us = &directory.ourselves;
    BTreeMap::from([
        (Field::SenderName, us.sender_name.clone()),
        (Field::SenderEmail, us.sender_email.clone()),
        (Field::FlaggerStatus, us.flagger_status.clone()),
    ])
}

fn asked(words: Words, law: &Regime, class: Class, values: &BTreeMap<Field, String>) -> Vec<Asked> {
    let is_wanted = |field: Field| law.required(class).any(|wanted| wanted == field);
    let of = |field: Field| Asked {
        field,
        name: words.field(field),
        value: values.get(&field).cloned().unwrap_or_default(),
        is_wanted: is_wanted(field),
        is_statement: matches!(field, Field::GoodFaith | Field::NoConsent),
        is_long: matches!(field, Field::Reason | Field::Identification),
    };
    // What the law does not ask is not asked: of a person no more is said than must be.
    Field::ALL.into_iter().filter(|field| *field != Field::Urls && is_wanted(*field)).map(of).collect()
}
