//! `POST /age/verify`: a redemption comes from the wallet page, by the person's own browser. What is refused goes to a page that says
//! why; what is good opens a visit.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::refused::Why;
use super::{Cookie, way_back};
use crate::age::pages::{Frame, page};
use crate::age::verifier::{Admitted, NotAdmitted, Verifier};
use crate::http::Problem;
use crate::http::locale::Texts;

/// What the wallet page sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    /// A redemption, base64url.
    proof: String,
    /// Where the visitor wanted to go.
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "age/verifier/pages/handed.html")]
struct Handed {
    frame: Frame,
}

/// No cookie is asked for: the question is the site's own, and the token is spent by whoever holds its key.
pub(super) async fn take(
    State(verifier): State<Verifier>,
    t: Texts,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Problem> {
    let Ok(Form(sent)) = sent else { return Ok(refuse(Why::Unreadable, "/")) };
    let back = way_back(&verifier.inner.settings.origin, &sent.back);
    let Ok(redemption) = sent.proof.parse() else { return Ok(refuse(Why::Unreadable, back)) };
    match verifier.redeem(&redemption).await {
        Ok(Admitted::Here(visit)) => {
            let mut response = (StatusCode::SEE_OTHER, [(LOCATION, back)]).into_response();
            Cookie::Visit.put(&verifier, response.headers_mut(), Some(&visit));
            Ok(response)
        }
        Ok(Admitted::HandedOver) => {
            let whose = verifier.inner.settings.origin.host().to_owned();
            page(StatusCode::OK, t, &Handed { frame: Frame { t, whose, here: "/age/gate".to_owned() } })
        }
        Err(error) => {
            if let NotAdmitted::Storage(error) = &error {
                tracing::error!(%error, "nobody is let in: it cannot be told what was spent");
            }
            Ok(refuse(Why::of(&error), back))
        }
    }
}

fn refuse(why: Why, back: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("why", why.code())
        .append_pair("back", back)
        .finish();
    (StatusCode::SEE_OTHER, [(LOCATION, format!("/age/refused?{query}"))]).into_response()
}
