//! Pages that say what did not work: what happened, that nothing is lost or what is, and what to do.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::frame::{Frame, Loads, page};
use super::helplines::Help;
use crate::http::Problem;
use crate::http::locale::{Address, Texts};
use crate::intake::IntakeError;
use crate::intake::uploads::UploadError;
use crate::storage::StorageError;

/// Why there is no page.
#[derive(Debug)]
pub(crate) struct Sorry {
    t: Texts,
    why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    /// There is no draft any more.
    Over,
    /// No case is open in this browser.
    Closed,
    /// The form is not of this visit.
    Elsewhere,
    /// More than a form may send.
    TooMuch,
    /// Too often in a short time.
    Often,
    /// The node is busy or failed.
    Failed(StatusCode),
}

impl Sorry {
    pub(super) const fn over(t: Texts) -> Self {
        Self { t, why: Why::Over }
    }

    pub(super) const fn closed(t: Texts) -> Self {
        Self { t, why: Why::Closed }
    }

    pub(super) const fn elsewhere(t: Texts) -> Self {
        Self { t, why: Why::Elsewhere }
    }

    pub(super) const fn too_much(t: Texts, _bytes_max: usize) -> Self {
        Self { t, why: Why::TooMuch }
    }

    pub(super) const fn often(t: Texts) -> Self {
        Self { t, why: Why::Often }
    }

    /// In this language: an error from below knows none.
    pub(super) const fn said_in(self, t: Texts) -> Self {
        Self { t, ..self }
    }

    const fn status(&self) -> StatusCode {
        match self.why {
            Why::Over | Why::Closed => StatusCode::GONE,
            Why::Elsewhere => StatusCode::FORBIDDEN,
            Why::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
            Why::Often => StatusCode::TOO_MANY_REQUESTS,
            Why::Failed(status) => status,
        }
    }

    fn said(&self) -> (&'static str, &'static str, Option<(&'static str, &'static str)>) {
        let t = self.t;
        match self.why {
            Why::Over => (t.sorry_over(), t.sorry_over_todo(), Some(("/", t.sorry_start()))),
            Why::Closed => (t.sorry_closed(), t.sorry_closed_todo(), Some(("/o", t.sorry_open()))),
            Why::Elsewhere => (t.sorry_elsewhere(), t.sorry_elsewhere_todo(), Some(("/", t.sorry_start()))),
            Why::TooMuch => (t.sorry_too_much(), t.sorry_too_much_todo(), None),
            Why::Often => (t.sorry_often(), t.sorry_often_todo(), None),
            Why::Failed(_) => (t.sorry_failed(), t.sorry_failed_todo(), None),
        }
    }
}

impl From<Problem> for Sorry {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { t: Texts::unasked(), why: Why::Failed(status) }
    }
}

impl From<StorageError> for Sorry {
    fn from(error: StorageError) -> Self {
        Problem::from(error).into()
    }
}

impl From<IntakeError> for Sorry {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Storage(error) => error.into(),
            IntakeError::Bank(error) => Problem::from(error).into(),
            IntakeError::Upload(error) => Self { t: Texts::unasked(), why: Why::Failed(status_of(error)) },
            IntakeError::BrokenOff(error) => Problem::from(error).into(),
            IntakeError::Over => Self { t: Texts::unasked(), why: Why::Closed },
            IntakeError::Full => Self { t: Texts::unasked(), why: Why::TooMuch },
            IntakeError::Incomplete(_) => Self { t: Texts::unasked(), why: Why::Over },
            IntakeError::Sealed => {
                tracing::error!("an item of a case does not open");
                Problem::internal().into()
            }
        }
    }
}

/// What the page's script tells apart.
const fn status_of(error: UploadError) -> StatusCode {
    match error {
        UploadError::NotOffered => StatusCode::FORBIDDEN,
        UploadError::Gone => StatusCode::GONE,
        UploadError::NotNext => StatusCode::CONFLICT,
        UploadError::TooLarge | UploadError::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
        UploadError::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let t = Texts { address: Address::Tu, ..self.t };
        let (what, todo, link) = self.said();
        let drawn =
            page(t, Loads::Plain, &SorryPage { frame: Frame::new(t, "/"), t, what, todo, link, help: Help::here() });
        let mut response = drawn.unwrap_or_else(IntoResponse::into_response);
        *response.status_mut() = self.status();
        if matches!(self.why, Why::Often | Why::Failed(StatusCode::SERVICE_UNAVAILABLE)) {
            response.headers_mut().insert(RETRY_AFTER, 30.into());
        }
        response
    }
}

#[derive(Template)]
#[template(path = "intake/pages/sorry.html")]
struct SorryPage {
    frame: Frame,
    t: Texts,
    what: &'static str,
    todo: &'static str,
    link: Option<(&'static str, &'static str)>,
    help: Help,
}
