//! `/s/6`: what we may do, box by box. Nothing is ticked but what the person came for.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use exchange::PartnerId;

use super::frame::{Frame, Loads, page};
use super::sorry::Sorry;
use super::visit::{Answered, Drafting, Fields};
use crate::http::locale::Texts;
use crate::intake::{Consent, Step};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, visit: Drafting) -> Result<Response, Sorry> {
    let (t, consent) = (visit.t, visit.draft.consent_offered());
    let platforms = node.intake.platforms(visit.draft.class()).await?;
    let shown = ConsentPage {
        frame: visit.frame(Step::Consent),
        t,
        boxes: Boxes::of(&consent, platforms),
        has_pictures: !visit.draft.marks.is_empty(),
        has_links: !visit.draft.links.is_empty(),
        before: visit.before(Step::Consent),
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

/// Keeps what was ticked.
pub(super) async fn answer(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    let platforms = node.intake.platforms(visit.draft.class()).await?;
    let asked = Asked { share: !visit.draft.marks.is_empty(), notices: !visit.draft.links.is_empty() };
    let before = visit.draft.consent.take().unwrap_or_default();
    visit.draft.consent = Some(consent_in(&fields, &platforms, asked, &before));
    let next = visit.after(Step::Consent);
    visit.keep(&node, next).await
}

/// The boxes of a consent, for its page and the case's.
pub(super) struct Boxes {
    pub(super) consent: Consent,
    /// Name, id, whether it is ticked.
    pub(super) platforms: Vec<(String, String, bool)>,
}

impl Boxes {
    pub(super) fn of(consent: &Consent, platforms: Vec<(PartnerId, String)>) -> Self {
        // Who shares nothing has said nothing of single platforms: they are offered as at first.
        let is_said = consent.shares() || consent.later || !consent.only.is_empty();
        let consent = if is_said { consent.clone() } else { Consent { later: true, ..consent.clone() } };
        let ticked = |id: &PartnerId| consent.reaches(id);
        let platforms = platforms.into_iter().map(|(id, name)| (name, id.to_string(), ticked(&id))).collect();
        Self { consent, platforms }
    }

    /// Which boxes the form has.
    pub(super) fn listed(&self) -> String {
        self.platforms.iter().map(|(_, id, _)| id.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Which boxes a form had. Who was not shown a box has not said no.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) share: bool,
    pub(super) notices: bool,
}

/// What a form of boxes says after what was said `before`. A platform that joined since the page was drawn was not asked
/// about: it counts as one that joins later. One that was left out and does not follow just now stays left out.
pub(super) fn consent_in(
    fields: &Fields,
    platforms: &[(PartnerId, String)],
    asked: Asked,
    before: &Consent,
) -> Consent {
    let ticked: Vec<&str> = fields.all("platform").collect();
    let listed: Vec<&str> = fields.all("listed").flat_map(str::split_whitespace).collect();
    let later = fields.has("later");
    let those = |named: &[&str], are: bool| -> Vec<PartnerId> {
        let known = platforms.iter().map(|(id, _)| (*id, id.to_string()));
        known.filter(|(_, text)| named.contains(&text.as_str()) == are).map(|(id, _)| id).collect()
    };
    let mut without = those(&ticked, false);
    without.retain(|id| listed.contains(&id.to_string().as_str()));
    without.extend(before.without.iter().filter(|id| !platforms.iter().any(|(known, _)| known == *id)));
    Consent {
        share: asked.share.then(|| fields.has("share")),
        later,
        without: if later { without } else { Vec::new() },
        only: if later { Vec::new() } else { those(&ticked, true) },
        notices: asked.notices.then(|| fields.has("notices")),
        police: fields.has("police"),
        count: fields.has("count"),
    }
}

#[derive(Template)]
#[template(path = "intake/pages/consent.html")]
struct ConsentPage {
    frame: Frame,
    t: Texts,
    boxes: Boxes,
    has_pictures: bool,
    has_links: bool,
    before: &'static str,
}
