//! The texts that go to people: leads change them, by language and voice.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::said::{said, to, word};
use crate::access::staff::Lead;
use crate::casework::{ANSWERS, Voice};
use crate::desk::{Form, Frame, Refused, page};
use crate::http::locale::Texts;
use crate::intake::MESSAGE_CHARACTERS_MAX;
use crate::node::Node;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    said: Option<String>,
}

struct Text {
    name: &'static str,
    title: &'static str,
    language: &'static str,
    language_word: &'static str,
    voice: &'static str,
    voice_word: &'static str,
    text: String,
    is_changed: bool,
}

pub(super) async fn show(who: Lead, State(node): State<Node>, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let t = who.t();
    let changed = node.casework.changed_answers().await?;
    let mut texts = Vec::new();
    for answer in ANSWERS.iter() {
        for (language, language_word) in [("fr", t.answers_fr()), ("en", t.answers_en())] {
            for voice in Voice::ALL.into_iter().filter(|voice| answer.has(language, *voice)) {
                let ours = |one: &&(String, String, String, String)| {
                    (one.0.as_str(), one.1.as_str(), one.2.as_str()) == (&answer.name, language, voice.word())
                };
                let kept = changed.iter().find(ours).map(|one| one.3.clone());
                texts.push(Text {
                    name: &answer.name,
                    title: answer.title(t.language),
                    language,
                    language_word,
                    voice: voice.word(),
                    voice_word: voice_word(t, voice),
                    is_changed: kept.is_some(),
                    text: kept.unwrap_or_else(|| answer.own(language, voice).to_owned()),
                });
            }
        }
    }
    let frame = Frame::of(&node, &who, "/desk/answers").await?;
    page(t, &AnswersPage { frame, t, said: said(t, asked.said.as_deref()), texts, most: MESSAGE_CHARACTERS_MAX })
}

pub(super) async fn change(State(node): State<Node>, form: Form<Lead>) -> Result<Response, Refused> {
    let fields = &form.fields;
    let Some(voice) = Voice::from_word(fields.one("voice")) else { return Ok(to("/desk/answers", "gone")) };
    let text = if fields.has("reset") { "" } else { fields.one("text") };
    let place = (fields.one("name"), fields.one("language"), voice);
    match node.casework.change_answer(&form.who, place, &text.replace("\r\n", "\n")).await {
        Ok(()) => Ok(to("/desk/answers", "kept")),
        Err(error) => Ok(to("/desk/answers", word(error)?)),
    }
}

const fn voice_word(t: Texts, voice: Voice) -> &'static str {
    match voice {
        Voice::Child => t.answers_child(),
        Voice::Teen => t.answers_teen(),
        Voice::Adult => t.answers_adult(),
    }
}

#[derive(Template)]
#[template(path = "casework/pages/answers.html")]
struct AnswersPage {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    texts: Vec<Text>,
    most: usize,
}
