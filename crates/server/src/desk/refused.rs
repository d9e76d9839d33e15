//! Why there is no page of the desk: what happened, and what to do.

use askama::Template;
use axum::extract::OriginalUri;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::form::went;
use super::frame::{Frame, said_page};
use crate::access::staff::StaffError;
use crate::compute::BrokenOff;
use crate::http::Problem;
use crate::http::form::FormError;
use crate::http::locale::Texts;
use crate::storage::StorageError;

/// Letters of a path to come back to, at most.
const BACK_BYTES_MAX: usize = 300;

/// Why there is no page.
#[derive(Debug)]
pub struct Refused {
    t: Texts,
    why: Why,
}

#[derive(Debug)]
enum Why {
    /// Nobody is signed in, or not for long enough: there first.
    Go(String),
    /// Somebody of another role.
    NotYours,
    /// A page of another session, or of another site, sent the form.
    Elsewhere,
    /// More than a form may send.
    TooMuch,
    /// There is no such thing, or not any more.
    Gone,
    /// The node is busy or failed.
    Failed(StatusCode),
}

impl Refused {
    /// Nobody is signed in.
    pub(crate) fn sign_in(parts: &Parts) -> Self {
        Self::go(format!("/staff/sign-in?{}", back(parts)))
    }

    /// Signed in half: on to where it goes on.
    pub(crate) fn go_on() -> Self {
        Self::go("/staff/on".to_owned())
    }

    /// The second factor is to be given again.
    pub(crate) fn step_up(parts: &Parts) -> Self {
        Self::go(format!("/staff/step-up?{}", back(parts)))
    }

    const fn go(path: String) -> Self {
        Self { t: Texts::unasked(), why: Why::Go(path) }
    }

    /// Somebody of another role.
    pub(crate) const fn not_yours(t: Texts) -> Self {
        Self { t, why: Why::NotYours }
    }

    /// There is no such thing, or not any more.
    pub(crate) const fn gone(t: Texts) -> Self {
        Self { t, why: Why::Gone }
    }

    /// A form that is not read.
    pub(crate) const fn form(t: Texts, error: FormError) -> Self {
        let why = match error {
            FormError::Elsewhere => Why::Elsewhere,
            FormError::TooMuch => Why::TooMuch,
        };
        Self { t, why }
    }

    /// In these texts: an error from below knows nobody.
    pub(crate) fn said_in(self, t: Texts) -> Self {
        Self { t, ..self }
    }

    const fn status(&self) -> StatusCode {
        match self.why {
            Why::Go(_) => StatusCode::SEE_OTHER,
            Why::NotYours | Why::Elsewhere => StatusCode::FORBIDDEN,
            Why::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
            Why::Gone => StatusCode::NOT_FOUND,
            Why::Failed(status) => status,
        }
    }

    /// What happened, and what to do.
    fn said(&self) -> (&'static str, &'static str) {
        let t = self.t;
        match self.why {
            Why::NotYours => (t.desk_refused_role(), t.desk_refused_role_todo()),
            Why::Elsewhere => (t.desk_refused_elsewhere(), t.desk_refused_elsewhere_todo()),
            Why::TooMuch => (t.desk_refused_much(), t.desk_refused_much_todo()),
            Why::Gone => (t.desk_refused_gone(), t.desk_refused_gone_todo()),
            Why::Go(_) | Why::Failed(_) => (t.desk_refused_failed(), t.desk_refused_failed_todo()),
        }
    }
}

/// The page to come back to, as part of an address. A form that was not taken is asked for anew on its page.
fn back(parts: &Parts) -> String {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let path = match (parts.method == Method::GET, uri.path_and_query()) {
        (true, Some(whole)) => whole.as_str(),
        _ => uri.path(),
    };
    form_urlencoded::Serializer::new(String::new()).append_pair("to", path).finish()
}

/// A path of ours to come back to, out of an address or a form; the front page instead of anything else.
pub(crate) fn back_to(text: &str) -> &str {
    let is_ours = ["/desk", "/console", "/staff"].iter().any(|folder| {
        text.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?'))
    });
    let is_plain = text.len() <= BACK_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours && is_plain { text } else { "/desk" }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { t: Texts::unasked(), why: Why::Failed(status) }
    }
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Problem::from(error).into()
    }
}

impl From<BrokenOff> for Refused {
    fn from(error: BrokenOff) -> Self {
        Problem::from(error).into()
    }
}

impl From<StaffError> for Refused {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::NotSo => Self { t: Texts::unasked(), why: Why::Gone },
            StaffError::Damaged => {
                tracing::error!("an account does not open");
                Problem::internal().into()
            }
            StaffError::BrokenOff(error) => error.into(),
            StaffError::Storage(error) => error.into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        if let Why::Go(path) = &self.why {
            return went(path, &[]);
        }
        let (what, todo) = self.said();
        let drawn = said_page(
            self.t,
            &RefusedPage {
                frame: Frame::before(self.t, "/desk"),
                what,
                todo,
                is_of_role: matches!(self.why, Why::NotYours),
            },
        );
        let mut response = drawn.unwrap_or_else(IntoResponse::into_response);
        *response.status_mut() = self.status();
        response
    }
}

#[derive(Template)]
#[template(path = "desk/refused.html")]
struct RefusedPage {
    frame: Frame,
    what: &'static str,
    todo: &'static str,
    is_of_role: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_pages_of_ours_alone() {
        for ours in ["/desk", "/desk/people?page=2", "/console/notices", "/staff/account"] {
            assert_eq!(back_to(ours), ours);
        }
        let long = format!("/desk/{}", "x".repeat(BACK_BYTES_MAX));
        for theirs in
            ["", "//evil.example", "https://evil.example", "/deskevil", "/desk\\evil", "/desk/\r\nx", "/", &long]
        {
            assert_eq!(back_to(theirs), "/desk", "{theirs:?}");
        }
    }
}
