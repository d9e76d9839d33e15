//! Pages that say what did not work: what happened, that nothing is lost or what is, and what to do.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::chosen;
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
    /// What answers instead of a page.
    instead: Option<Box<Response>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    /// There is no draft any more.
    Over,
    /// No case is open in this browser.
    Closed,
    /// The case has ended: nothing opens it any more.
    Ended,
    /// The form is not of this visit.
    Elsewhere,
    /// The draft is a case already: its page is where to go.
    Arrived,
    /// More than a form may send.
    TooMuch,
    /// Too often in a short time.
    Often,
    /// The node is busy or failed.
    Failed(StatusCode),
}

impl Sorry {
    const fn because(t: Texts, why: Why) -> Self {
        Self { t, why, instead: None }
    }

    pub(super) const fn over(t: Texts) -> Self {
        Self::because(to_the_young(t), Why::Over)
    }

    pub(super) const fn closed(t: Texts) -> Self {
        Self::because(to_the_young(t), Why::Closed)
    }

    pub(super) const fn ended(t: Texts) -> Self {
        Self::because(t, Why::Ended)
    }

    pub(super) const fn elsewhere(t: Texts) -> Self {
        Self::because(t, Why::Elsewhere)
    }

    pub(super) const fn too_much(t: Texts) -> Self {
        Self::because(t, Why::TooMuch)
    }

    pub(super) const fn often(t: Texts) -> Self {
        Self::because(t, Why::Often)
    }

    /// Leads to the case that the draft became.
    pub(super) fn arrived(t: Texts, there: Response) -> Self {
        Self { instead: Some(Box::new(there)), ..Self::because(t, Why::Arrived) }
    }

    /// In these texts: an error from below knows nobody.
    pub(super) fn said_in(self, t: Texts) -> Self {
        Self { t, ..self }
    }

    const fn status(&self) -> StatusCode {
        match self.why {
            Why::Over | Why::Arrived | Why::Closed | Why::Ended => StatusCode::GONE,
            Why::Elsewhere => StatusCode::FORBIDDEN,
            Why::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
            Why::Often => StatusCode::TOO_MANY_REQUESTS,
            Why::Failed(status) => status,
        }
    }

    /// What happened, what to do, and where that is done.
    fn said(&self) -> (&'static str, &'static str, Vec<(&'static str, &'static str)>) {
        let t = self.t;
        let (start, open) = (("/", t.sorry_start()), ("/o", t.sorry_open()));
        match self.why {
            Why::Over | Why::Arrived => (t.sorry_over(), t.sorry_over_todo(), vec![start, open]),
            Why::Closed => (t.sorry_closed(), t.sorry_closed_todo(), vec![open]),
            Why::Ended => (t.sorry_ended(), t.sorry_ended_todo(), vec![start]),
            Why::Elsewhere => (t.sorry_elsewhere(), t.sorry_elsewhere_todo(), vec![start]),
            Why::TooMuch => (t.sorry_too_much(), t.sorry_too_much_todo(), vec![]),
            Why::Often => (t.sorry_often(), t.sorry_often_todo(), vec![]),
            Why::Failed(_) => (t.sorry_failed(), t.sorry_failed_todo(), vec![]),
        }
    }
}

/// Whoever has no visit may be a child.
const fn to_the_young(t: Texts) -> Texts {
    Texts { address: Address::Tu, ..t }
}

impl From<Problem> for Sorry {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::because(chosen::spoken(), Why::Failed(status))
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
            IntakeError::Upload(error) => Self::because(Texts::unasked(), Why::Failed(status_of(error))),
            IntakeError::BrokenOff(error) => Problem::from(error).into(),
            IntakeError::Over => Self::because(chosen::spoken(), Why::Ended),
            IntakeError::Full => Self::because(chosen::spoken(), Why::TooMuch),
            IntakeError::Incomplete(_) => Self::because(chosen::spoken(), Why::Over),
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
        let t = self.t;
        let (what, todo, links) = self.said();
        if let Some(instead) = self.instead {
            return *instead;
        }
        let drawn =
            page(t, Loads::Plain, &SorryPage { frame: Frame::new(t, "/"), t, what, todo, links, help: Help::here() });
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
    links: Vec<(&'static str, &'static str)>,
    help: Help,
}
