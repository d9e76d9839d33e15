//! Another Rempart's API, as a caller: a node's or a matcher's `/api/v1`.

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::{ClientError, client};

/// Bytes of an answer, at most: a page of 5,000 entries of 64 fingerprints fits.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Somebody's API. Cheap to clone.
#[derive(Clone)]
pub struct Remote {
    client: Client,
    /// Without a slash at the end.
    base: String,
    /// Sent as a bearer.
    token: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Not an address of HTTP. Write `https://node.example`.
    #[error("{0:?} is no address: write https://host or http://host:port")]
    Address(String),
    /// See [`ClientError`].
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Nobody answered, or the answer broke off. Check the address, and that it runs; then try again.
    #[error("no answer from {base}: check the address and that it runs")]
    Unreachable {
        /// Whom was asked.
        base: String,
        /// Why.
        source: reqwest::Error,
    },
    /// It said no; `detail` says what to do.
    #[error("{base} refused ({status}): {detail}")]
    Refused {
        /// Whom was asked.
        base: String,
        /// The HTTP status.
        status: u16,
        /// The name of the problem, `urn:rempart:problem:<name>`, if it is one of ours.
        kind: Option<String>,
        /// What to do, in its words.
        detail: String,
        /// How long it asked to wait.
        retry_after_seconds: Option<u64>,
    },
    /// It answered something else: another program, or another version. Check the address and both versions.
    #[error("{base} answered something that is not this API: check the address and both versions")]
    Unreadable {
        /// Whom was asked.
        base: String,
    },
}

impl RemoteError {
    /// Whether the same request may succeed later: nobody answered, too often, or the other side failed.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

impl Remote {
    /// The API at `base`, such as `https://node.example`, with a key or token to show.
    pub fn new(base: &str, token: Option<&str>) -> Result<Self, RemoteError> {
        let base = base.trim().trim_end_matches('/').to_owned();
        let is_http = reqwest::Url::parse(&base).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_http {
            return Err(RemoteError::Address(base));
        }
        Ok(Self { client: client()?, base, token: token.map(|token| token.trim().to_owned()) })
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET /api/v1/<path>`; the path may carry a query string.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        self.answer(self.request(Method::GET, path)).await
    }

    /// `DELETE /api/v1/<path>`.
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        self.answer(self.request(Method::DELETE, path)).await
    }

    /// `POST /api/v1/<path>` with JSON.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, RemoteError> {
        self.answer(self.request(Method::POST, path).json(body)).await
    }

    /// `POST /api/v1/<path>` with bytes of some content type.
    pub async fn post_bytes<T: DeserializeOwned>(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Result<T, RemoteError> {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, content_type);
        self.answer(request.body(body.into())).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api/v1/{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, RemoteError> {
        let unreachable = |source| RemoteError::Unreachable { base: self.base.clone(), source };
        let mut response = request.send().await.map_err(unreachable)?;
        let (status, wait) = (response.status(), retry_after(&response));
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(unreachable)? {
            if body.len() + piece.len() > ANSWER_BYTES_MAX {
                return Err(self.unreadable());
            }
            body.extend_from_slice(&piece);
        }
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| self.unreadable());
        }
        Err(self.refused(status, wait, &body))
    }

    fn unreadable(&self) -> RemoteError {
        RemoteError::Unreadable { base: self.base.clone() }
    }

    fn refused(&self, status: StatusCode, retry_after_seconds: Option<u64>, body: &[u8]) -> RemoteError {
        #[derive(serde::Deserialize)]
        struct Told {
            #[serde(rename = "type")]
            kind: Option<String>,
            detail: String,
        }
        let told: Option<Told> = serde_json::from_slice(body).ok();
        let (kind, detail) = told.map_or_else(
            || (None, "it gave no reason that this program understands".to_owned()),
            |told| (told.kind, told.detail),
        );
        RemoteError::Refused { base: self.base.clone(), status: status.as_u16(), kind, detail, retry_after_seconds }
    }
}

fn retry_after(response: &Response) -> Option<u64> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_or_https() {
        for good in ["http://127.0.0.1:8600", "https://node.example/", " https://node.example/rempart "] {
            assert!(Remote::new(good, None).is_ok(), "{good}");
        }
        for bad in ["", "node.example", "ftp://node.example", "file:///etc/passwd", "rp_0_0"] {
            assert!(matches!(Remote::new(bad, None), Err(RemoteError::Address(_))), "{bad}");
        }
    }
}
