//! Outcomes on their way to the node that holds the entry: written down here first, sent until the node has them.

use std::sync::Arc;

use exchange::{Outcome, OutcomeId, OutcomeReport};
use reqwest::{Method, StatusCode};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::fetch::{Trouble, check, request};
use super::replica::Replica;
use crate::storage::StorageError;

/// Outcomes sent in one call.
const OUTCOMES_PER_CALL: u32 = 500;

impl Replica {
    /// Sends what waits until cancelled. A call that was sent and not answered is sent again: ids count once.
    pub(super) async fn send_outcomes(self: Arc<Self>, stop: CancellationToken) {
        let mut backoff = Backoff::new(self.pace);
        let sending = async {
            loop {
                match self.send_some().await {
                    Ok(true) => backoff.reset(),
                    Ok(false) => self.queued.notified().await,
                    Err(trouble) => {
                        let text = trouble.to_string();
                        tracing::warn!(upstream = self.upstream.host(), trouble = text, "outcomes wait");
                        self.standings.change(self.place, |standing| standing.outcomes_trouble = Some(text));
                        let wait = backoff.next(trouble.retry_after(), &mut self.entropy.rng());
                        tokio::time::sleep(wait).await;
                    }
                }
            }
        };
        stop.run_until_cancelled(sending).await;
    }

    /// Sends the oldest; whether there was something to send.
    async fn send_some(&self) -> Result<bool, Trouble> {
        let outcomes = self.store.waiting(self.id, OUTCOMES_PER_CALL).await?;
        self.count_outcomes().await?;
        if outcomes.is_empty() {
            return Ok(false);
        }
        match self.send(outcomes.clone()).await {
            Ok(()) => self.settle(&outcomes, None).await?,
            // A call is taken whole or not at all: sent one by one, the good ones pass.
            Err(trouble) if refusal(&trouble).is_some() => {
                for outcome in outcomes {
                    let sent = self.send(vec![outcome.clone()]).await;
                    let why = sent.as_ref().err().and_then(refusal);
                    if let (Err(trouble), None) = (sent, &why) {
                        return Err(trouble);
                    }
                    self.settle(&[outcome], why.as_deref()).await?;
                }
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(true)
    }

    async fn send(&self, outcomes: Vec<Outcome>) -> Result<(), Trouble> {
        let request = request(&self.http, &self.upstream, Method::POST, "outcomes");
        let request = request.timeout(super::CALL_TIMEOUT).json(&OutcomeReport { outcomes });
        check(request.send().await?, self.clock.now()).await.map(|_| ())
    }

    async fn settle(&self, outcomes: &[Outcome], refused: Option<&str>) -> Result<(), StorageError> {
        let ids: Vec<OutcomeId> = outcomes.iter().map(|outcome| outcome.id).collect();
        self.store.settle(&ids, refused).await?;
        if let Some(why) = refused {
            tracing::error!(upstream = self.upstream.host(), outcome = %ids[0], why, "an outcome was refused");
        }
        let trouble = refused.map(|why| format!("an outcome was refused: {why}"));
        self.standings.change(self.place, |standing| {
            standing.outcomes_trouble =
                trouble.or_else(|| standing.outcomes_trouble.take().filter(|_| standing.outcomes_refused > 0));
        });
        self.count_outcomes().await
    }

    pub(super) async fn count_outcomes(&self) -> Result<(), StorageError> {
        let (waiting, refused) = self.store.outbox(self.id).await?;
        self.standings.change(self.place, |standing| {
            (standing.outcomes_waiting, standing.outcomes_refused) = (waiting, refused);
        });
        Ok(())
    }
}

/// Why the node will never take it, if that is what the trouble says. A key without the scope, one that asks too often
/// or a node that is down are cured in time; those outcomes wait.
fn refusal(trouble: &Trouble) -> Option<String> {
    use StatusCode as Code;
    match trouble {
        Trouble::Refused { status: Code::FORBIDDEN | Code::TOO_MANY_REQUESTS | Code::REQUEST_TIMEOUT, .. } => None,
        Trouble::Refused { status, name: Some(name), .. } if status.is_client_error() => {
            Some(format!("{} ({name})", status.as_u16()))
        }
        _ => None,
    }
}
