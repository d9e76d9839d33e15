//! A picture at an address that a client names: fetched for one question, by https, from the public internet alone, and kept
//! nowhere. Whoever may ask could otherwise send the matcher anywhere in the platform's own network.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use reqwest::Response;
use reqwest::header::ACCEPT;

use super::Matcher;
use crate::http::{Guard, Problem, Refused};

/// Redirects that are followed, at most.
const HOPS_MAX: usize = 5;
/// For one hop, its body included, in seconds.
const ANSWER_SECONDS_MAX: u64 = 20;
/// For all of them together: a place among the requests with pictures is held meanwhile, and it is strangers who answer.
const FETCH_SECONDS_MAX: u64 = 30;

impl Matcher {
    /// The bytes at an address, as many as a picture may have. Each hop is judged as if it had been asked for.
    pub(super) async fn picture_at(&self, address: &str) -> Result<Bytes, Problem> {
        let within = Duration::from_secs(FETCH_SECONDS_MAX);
        tokio::time::timeout(within, self.fetched(address)).await.unwrap_or_else(|_| Err(gone("it took too long")))
    }

    async fn fetched(&self, address: &str) -> Result<Bytes, Problem> {
        let bytes_max = usize::try_from(self.inner.pictures.limits.bytes_max).unwrap_or(usize::MAX);
        let mut response = answer(&self.inner.guard, address).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|_| gone("it broke off"))? {
            if bytes.len() + piece.len() > bytes_max {
                return Err(gone("it has more bytes than are taken here"));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.into())
    }
}

async fn answer(guard: &Guard, address: &str) -> Result<Response, Problem> {
    let mut url = guard.judge(address).map_err(refused)?;
    for _ in 0..=HOPS_MAX {
        let client = guard.client(&url, ANSWER_SECONDS_MAX).await.map_err(refused)?;
        let sent = client.get(url.clone()).header(ACCEPT, "image/*").send().await;
        let response = sent.map_err(|_| gone("nobody answered"))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        match status.is_redirection().then(|| guard.next(&url, &response)).flatten() {
            Some(next) => url = next.map_err(refused)?,
            None => return Err(gone(&format!("it answered {}", status.as_u16()))),
        }
    }
    Err(gone("it leads from one address to the next"))
}

fn refused(why: Refused) -> Problem {
    if why == Refused::Client {
        // Ours, not the caller's.
        tracing::error!(error = %why, "nothing can be fetched at an address");
        return Problem::internal();
    }
    let detail = format!("{why}. Fetch the picture yourself and send it to /arachnid/v1/media/.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "address-refused", "Nothing is fetched there", detail)
}

fn gone(why: &str) -> Problem {
    let detail = format!("The picture could not be fetched: {why}.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "address-failed", "Nothing was fetched", detail)
}
