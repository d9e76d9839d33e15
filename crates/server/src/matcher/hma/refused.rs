//! Errors as HMA tells them: a status and `{"message": ..}`; bodies, paths and parameters that are refused so.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::dialects::hma::{BankNameError, ExchangeError, MetadataError, NoteError, SignalError};
use serde_json::json;

use crate::follow::FollowError;
use crate::http::{Json, Problem};
use crate::matcher::banks::BanksError;
use crate::matcher::exchanges::ExchangesError;
use crate::storage::StorageError;

/// Nothing was changed, and why.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// 400.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 403, with what would be needed.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"message": self.message}))).into_response();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                let ways = HeaderValue::from_static("Bearer, Basic realm=\"matcher\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, ways);
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // HMA knows no 422.
        let status = if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status };
        Self::new(status, problem.detail)
    }
}

impl From<BanksError> for Refused {
    fn from(error: BanksError) -> Self {
        match error {
            BanksError::Exists => Self::forbidden(error.to_string()),
            BanksError::NoBank(_) | BanksError::NoContent(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            BanksError::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            BanksError::BrokenOff(error) => Problem::from(error).into(),
            BanksError::Storage(error) => error.into(),
        }
    }
}

impl From<ExchangesError> for Refused {
    fn from(error: ExchangesError) -> Self {
        use FollowError as Follow;
        match error {
            ExchangesError::None(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            ExchangesError::Exists | ExchangesError::Elsewhere(_) | ExchangesError::Host(_) => {
                Self::forbidden(error.to_string())
            }
            ExchangesError::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            ExchangesError::Follow(Follow::NameTaken(_)) => Self::forbidden(ExchangesError::Exists.to_string()),
            ExchangesError::Follow(Follow::Storage(error)) => error.into(),
            ExchangesError::Follow(Follow::Moved | Follow::BrokenOff(_) | Follow::Bank(_)) => {
                Problem::internal().into()
            }
            ExchangesError::Follow(error) => Self::bad(error.to_string()),
        }
    }
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Problem::from(error).into()
    }
}

macro_rules! bad {
    ($($error:ty),+) => {
        $(impl From<$error> for Refused {
            fn from(error: $error) -> Self {
                Self::bad(error.to_string())
            }
        })+
    };
}
bad!(BankNameError, ExchangeError, MetadataError, NoteError, SignalError);

macro_rules! rejection {
    ($($rejection:ty),+) => {
        $(impl From<$rejection> for Refused {
            fn from(rejection: $rejection) -> Self {
                Problem::from(rejection).into()
            }
        })+
    };
}
rejection!(JsonRejection, PathRejection, QueryRejection);

/// A JSON body.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(Refused))]
pub(super) struct Body<T>(pub(super) T);

/// A path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refused))]
pub(super) struct At<T>(pub(super) T);

/// A query string.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refused))]
pub(super) struct Asked<T>(pub(super) T);
