//! Asking a source: one request at a time, with limits on time and bytes, without redirects.

use std::time::Duration;

use exchange::dialects::DialectError;
use reqwest::header::{ETAG, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};

use super::FollowPace;
use crate::http::retry_after;
use exchange::Time;

/// Bytes of a validator, at most.
const VALIDATOR_BYTES_MAX: usize = 256;

/// What went wrong between us and a source. Texts never carry anything of what was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// No connection, or it broke. Tried again by itself.
    #[error("it is out of reach: {0}")]
    Unreachable(&'static str),
    /// It says that the credentials open nothing. Remove the source and add it with others.
    #[error(
        "it says that the credentials open nothing ({0}); ask for new ones, then remove the source and add it again"
    )]
    Credentials(StatusCode),
    /// Another refusal. Tried again, not before what it asks for.
    #[error("it answered {status}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// What it shows changed, or the cursor means nothing to it: it is read from the beginning.
    #[error("it has to be read from the beginning")]
    Anew,
    /// Something that contradicts its own protocol.
    #[error("it sent {0}")]
    Malformed(&'static str),
    /// More bytes than are read.
    #[error("it sent more than {0} bytes")]
    TooLarge(usize),
}

impl Trouble {
    /// Whether the same page may stay unreadable however often it is asked for.
    pub(super) const fn is_of_page(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::TooLarge(_))
    }

    pub(super) const fn retry_after(&self) -> Option<Duration> {
        if let Self::Refused { retry_after, .. } = self { *retry_after } else { None }
    }
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(if error.is_connect() {
            "no connection"
        } else if error.is_timeout() {
            "it is too slow"
        } else {
            "the connection broke"
        })
    }
}

impl From<DialectError> for Trouble {
    fn from(error: DialectError) -> Self {
        Self::Malformed(match error {
            DialectError::TooLarge => "a page that is too large",
            DialectError::Unreadable => "a page that cannot be read",
        })
    }
}

/// A good answer.
pub(super) enum Answer {
    /// Its body, and its validator.
    Whole(Vec<u8>, Option<String>),
    /// As it was when the validator was given.
    Unchanged,
}

/// What asks.
pub(super) struct Asker<'a> {
    pub(super) http: &'a reqwest::Client,
    pub(super) pace: FollowPace,
    pub(super) now: Time,
}

impl Asker<'_> {
    /// Sends a request that reads; with the validator of the last answer to the same one, if there is one.
    pub(super) async fn read(&self, request: RequestBuilder, validator: Option<&str>) -> Result<Answer, Trouble> {
        let request = match validator {
            Some(validator) => request.header(IF_NONE_MATCH, validator),
            None => request,
        };
        // Over the whole answer: a body that trickles is cut off too.
        let mut response = request.timeout(self.pace.page_timeout).send().await?;
        let status = response.status();
        match status {
            StatusCode::NOT_MODIFIED if validator.is_some() => return Ok(Answer::Unchanged),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Trouble::Credentials(status)),
            StatusCode::CONFLICT | StatusCode::GONE => return Err(Trouble::Anew),
            status if status.is_success() => {}
            status => {
                let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                return Err(Trouble::Refused {
                    status,
                    retry_after: asked.and_then(|text| retry_after(text, self.now)),
                });
            }
        }
        let told = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
        let validator = told.filter(|text| text.len() <= VALIDATOR_BYTES_MAX).map(str::to_owned);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > self.pace.page_bytes_max {
                return Err(Trouble::TooLarge(self.pace.page_bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer::Whole(body, validator))
    }

    /// The same where there is nothing to compare with.
    pub(super) async fn body(&self, request: RequestBuilder) -> Result<Vec<u8>, Trouble> {
        match self.read(request, None).await? {
            Answer::Whole(body, _) => Ok(body),
            Answer::Unchanged => Err(Trouble::Malformed("an answer to a question that was not asked")),
        }
    }
}

/// Whether a refusal is for good: asking again would be refused again.
pub(super) fn is_final(trouble: &Trouble) -> bool {
    use StatusCode as Code;
    match trouble {
        Trouble::Refused { status: Code::TOO_MANY_REQUESTS | Code::REQUEST_TIMEOUT, .. } => false,
        Trouble::Refused { status, .. } => status.is_client_error(),
        Trouble::Anew => true,
        _ => false,
    }
}
