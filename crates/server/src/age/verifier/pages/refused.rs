//! `GET /age/refused`: why nobody was let in, what else there is, and whom to turn to. It says nothing of the person, because nothing
//! is known.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::way_back;
use crate::age::pages::{Frame, page};
use crate::age::verifier::{NotAdmitted, Verifier};
use crate::http::Problem;
use crate::http::locale::Texts;
use agetoken::Refused;

/// Why, as far as it helps to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    Unreadable,
    Spent,
    TooLate,
    OtherAge,
    NotOfNow,
    NotHeld,
    Unknown,
}

impl Why {
    const ALL: [Self; 7] =
        [Self::Unreadable, Self::Spent, Self::TooLate, Self::OtherAge, Self::NotOfNow, Self::NotHeld, Self::Unknown];

    pub(super) const fn of(error: &NotAdmitted) -> Self {
        match error {
            NotAdmitted::Storage(_) => Self::Unknown,
            NotAdmitted::Spent => Self::Spent,
            NotAdmitted::Refused(Refused::OtherVisit) => Self::TooLate,
            NotAdmitted::Refused(Refused::OtherThreshold { .. }) => Self::OtherAge,
            NotAdmitted::Refused(Refused::UnknownKey | Refused::OutOfTime | Refused::OtherChallenge) => Self::NotOfNow,
            NotAdmitted::Refused(Refused::OtherHolder | Refused::NotHeld) => Self::NotHeld,
            NotAdmitted::Refused(_) => Self::Unreadable,
        }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Spent => "spent",
            Self::TooLate => "too-late",
            Self::OtherAge => "other-age",
            Self::NotOfNow => "not-of-now",
            Self::NotHeld => "not-held",
            Self::Unknown => "unknown",
        }
    }

    fn said(self, t: Texts) -> String {
        match self {
            Self::Unreadable => t.age_refused_unreadable().to_string(),
            Self::Spent => t.age_refused_spent().to_string(),
            Self::TooLate => t.age_refused_too_late().to_string(),
            Self::OtherAge => t.age_refused_other_age().to_string(),
            Self::NotOfNow => t.age_refused_not_of_now().to_string(),
            Self::NotHeld => t.age_refused_not_held().to_string(),
            Self::Unknown => t.age_refused_unknown().to_string(),
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::FORBIDDEN,
        }
    }
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    why: String,
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "age/verifier/pages/refused.html")]
struct Page<'p> {
    frame: Frame,
    why: String,
    gate: String,
    wallet: &'p str,
    contact: &'p str,
}

pub(super) async fn show(
    State(verifier): State<Verifier>,
    t: Texts,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let settings = &verifier.inner.settings;
    let why = Why::ALL.into_iter().find(|why| why.code() == asked.why).unwrap_or(Why::Unreadable);
    let query = |path: &str, pairs: &[(&str, &str)]| {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{path}?{query}")
    };
    let back = way_back(&settings.origin, &asked.back);
    let template = Page {
        frame: Frame {
            t,
            whose: settings.origin.host().to_owned(),
            here: query("/age/refused", &[("why", why.code()), ("back", back)]),
        },
        why: why.said(t),
        gate: query("/age/gate", &[("back", back)]),
        wallet: &settings.wallet,
        contact: &settings.contact,
    };
    page(why.status(), t, &template)
}
