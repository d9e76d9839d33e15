//! `/desk/notices/of/<id>`: one notice, what it says, what happened, and what can be done.

use askama::Template;
use axum::extract::{Path, Query, State as Taken};
use axum::response::Response;
use exchange::NoticeId;
use serde::Deserialize;

use super::Words;
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Frame, Refused, page};
use crate::http::locale::Texts;
use crate::node::Node;
use crate::removal::By;
use crate::removal::directory::Recipient;
use crate::removal::look::Seen;
use crate::removal::notices::{Channel, Content, Found, NoticeError, Refusal, State, Whole};
use crate::removal::regimes::{Field, regime};

#[derive(Deserialize)]
pub(super) struct Said {
    /// What came of the form before.
    #[serde(default)]
    pub(super) said: String,
}

/// What can be done about a notice as it stands.
struct Can {
    approve: bool,
    edit: bool,
    sent_by_hand: bool,
    acknowledged: bool,
    answer: bool,
    check: bool,
    escalate: bool,
    withdraw: bool,
    retry: bool,
    requeue: bool,
}

#[derive(Template)]
#[template(path = "removal/pages/notice.html")]
struct NoticePage {
    frame: Frame,
    words: Words,
    whole: Whole,
    recipient: Option<Recipient>,
    law: String,
    sent: String,
    deadline: String,
    late: Option<String>,
    digest: String,
    moments: Vec<(String, String)>,
    fields: Vec<(&'static str, String)>,
    looks: Vec<String>,
    missing: String,
    is_own: bool,
    can: Can,
    said: Option<(&'static str, bool)>,
}

pub(super) async fn show(
    who: Analyst,
    Taken(node): Taken<Node>,
    Path(id): Path<NoticeId>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let (words, by) = (Words(t), By::from(&who));
    let whole = node.removal.whole(by, id).await.map_err(|error| refused(t, error))?;
    let recipient = node.removal.directory().await?.get(&whole.view.platform);
    let moment = |at| t.language.moment(at, &zone);
    let law = regime(&whole.view.regime).map(|regime| words.regime_with_clock(regime)).unwrap_or_default();
    let content = whole.content.as_ref();
    let missing = missing(words, &whole);
    let is_own = content.is_some_and(|content| content.is_drafted_by(by));
    let path = format!("/desk/notices/of/{id}");
    let drawn = NoticePage {
        frame: Frame::of(&node, &who, path).await?,
        words,
        law,
        sent: whole.view.sent_at.map(moment).unwrap_or_default(),
        deadline: whole.view.deadline_at.map(moment).unwrap_or_default(),
        late: whole.view.late_since.map(moment),
        digest: whole.digest.map(|digest| exchange::hex::encode(&digest)).unwrap_or_default(),
        moments: whole.moments.iter().map(|happened| (moment(happened.at), words.event(&happened.event))).collect(),
        fields: content.map(|content| fields(words, content)).unwrap_or_default(),
        looks: content.map(|content| looks(t, content, moment)).unwrap_or_default(),
        can: can(&whole, is_own, missing.is_empty()),
        missing,
        is_own,
        recipient,
        said: words.said(&said.said),
        whole,
    };
    page(t, &drawn)
}

/// An error of the room as a page of the desk.
pub(super) fn refused(t: Texts, error: NoticeError) -> Refused {
    match error {
        NoticeError::Storage(error) => Refused::from(error).said_in(t),
        _ => Refused::gone(t),
    }
}

fn missing(words: Words, whole: &Whole) -> String {
    let Some((content, law)) = whole.content.as_ref().zip(regime(&whole.view.regime)) else { return String::new() };
    let names: Vec<&str> = content.missing(law, whole.view.class).into_iter().map(|field| words.field(field)).collect();
    names.join(" · ")
}

fn can(whole: &Whole, is_own: bool, is_complete: bool) -> Can {
    use State::{Acknowledged, Approved, Draft, GeoBlocked, Refused, Removed, Reposted, Sent, Undeliverable};
    let (state, has_text) = (whole.view.state, whole.content.is_some());
    let is_by_hand = whole.view.channel == Channel::Form;
    let was_sent = matches!(state, Sent | Acknowledged | Removed | GeoBlocked | Refused | Reposted);
    Can {
        approve: state == Draft && !is_own && is_complete && has_text,
        edit: state == Draft && has_text,
        sent_by_hand: state == Approved && is_by_hand,
        acknowledged: state == Sent,
        answer: was_sent,
        check: was_sent,
        escalate: matches!(state, Sent | Acknowledged | Refused | Reposted | GeoBlocked),
        withdraw: matches!(state, Draft | Approved | Sent | Acknowledged | Undeliverable),
        retry: state == Undeliverable,
        requeue: state == Approved && !is_by_hand,
    }
}

/// The fields that a person copies into a form, in the order of the letter.
fn fields(words: Words, content: &Content) -> Vec<(&'static str, String)> {
    let urls = (words.field(Field::Urls), content.urls.join("\n"));
    let others = content
        .values
        .iter()
        .filter(|(field, value)| !value.is_empty() && !matches!(field, Field::GoodFaith | Field::NoConsent))
        .map(|(field, value)| (words.field(*field), value.clone()));
    std::iter::once(urls).chain(others).collect()
}

fn looks(t: Texts, content: &Content, moment: impl Fn(exchange::Time) -> String) -> Vec<String> {
    let seen = |seen: &Seen| match seen {
        Seen::Answer { status, digest, .. } => {
            let short = digest.as_ref().map(|digest| format!(" · {}…", &digest[..digest.len().min(12)]));
            t.removal_notice_look_answer(status) + &short.unwrap_or_default()
        }
        Seen::NotAsked(why) => t.removal_notice_look_refused(why),
        Seen::Silent => t.removal_notice_look_silent().to_owned(),
    };
    let all = |of: &Vec<Seen>| of.iter().map(seen).collect::<Vec<_>>().join(", ");
    content.looks.iter().map(|(at, of)| t.removal_notice_look(moment(*at), all(of))).collect()
}
