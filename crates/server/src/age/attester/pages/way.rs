//! `/age/way/{way}`: what a way asks for, and taking it.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sealing::VisitToken;

use super::choose::{whose, words};
use super::{given, onward, refused, sent, told, wants_json};
use crate::age::attester::Attester;
use crate::age::attester::evidence::{Evidence, Field, FieldKind, FieldName, NotProven, Step};
use crate::age::pages::{Frame, page};
use crate::http::Problem;
use crate::http::locale::Texts;

#[derive(Template)]
#[template(path = "age/attester/pages/way.html")]
struct Page {
    frame: Frame,
    name: String,
    what: String,
    action: String,
    fields: Vec<Asked>,
}

struct Asked {
    name: &'static str,
    label: String,
    kind: FieldKind,
}

pub(super) async fn show(
    State(attester): State<Attester>,
    Path(way): Path<String>,
    t: Texts,
) -> Result<Response, Problem> {
    let method = find(&attester, &way)?;
    let (name, what) = words(t, method.declaration().id);
    let action = format!("/age/way/{}", method.declaration().id);
    let template = Page {
        frame: Frame { t, whose: whose(&attester), here: action.clone() },
        name,
        what,
        action: format!("{action}?lang={}", t.language.code()),
        fields: method.fields().iter().map(|field| asked(t, field)).collect(),
    };
    page(StatusCode::OK, t, &template)
}

pub(super) async fn take(
    State(attester): State<Attester>,
    Path(way): Path<String>,
    t: Texts,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let method = find(&attester, &way)?;
    let desk = &attester.inner.desk;
    let journey = VisitToken::generate(&mut desk.entropy.rng());
    let begun = match sent(request).await {
        Ok(sent) => method.begin(desk, &journey.to_text(), &sent).await,
        Err(error) => Err(error),
    };
    let to = match begun {
        Ok(Step::Reached(reached)) if wants_json(&headers) => return Ok(told(&attester, reached)),
        Ok(Step::Reached(reached)) => given(&attester, reached),
        Ok(Step::Elsewhere { to, state }) => {
            desk.depart(&journey, method.declaration().id, &state).await?;
            to
        }
        Err(error) => return refused::answer(&attester, t, &headers, &way, &error),
    };
    onward::answer(&attester, t, &headers, &way, &to)
}

pub(super) fn find<'a>(attester: &'a Attester, way: &str) -> Result<&'a dyn Evidence, Problem> {
    attester
        .method(way)
        .ok_or_else(|| Problem::not_found("this attester does not offer that way; / lists those it does"))
}

fn asked(t: Texts, field: &Field) -> Asked {
    let label = match field.name {
        FieldName::Code => t.age_field_code().to_string(),
        FieldName::Voucher => t.age_field_voucher().to_string(),
        FieldName::Bracket => t.age_field_bracket().to_string(),
        FieldName::Sod => t.age_field_sod().to_string(),
        FieldName::Dg1 => t.age_field_dg1().to_string(),
    };
    Asked { name: field.name.as_str(), label, kind: field.kind }
}

impl From<NotProven> for Problem {
    fn from(error: NotProven) -> Self {
        match error {
            NotProven::Storage(error) => error.into(),
            other => Self::new(StatusCode::FORBIDDEN, "not-proven", "No age was shown", other.to_string()),
        }
    }
}
