//! Following one node: snapshot if needed, then the event stream, or pages asked for one by one where the stream does
//! not come through. Whatever goes wrong, it is said and tried again; what is held goes on being matched.

use std::sync::Arc;

use exchange::follow::{EVENT_BYTES_MAX, Events};
use reqwest::Method;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::fetch::{Trouble, check, fetch, read_whole, request, trouble_of_problem};
use super::replica::{Progress, Replica};

/// After so many streams in a row that something in between did not let through, pages are asked for.
const STREAMS_LOST_MAX: u32 = 5;
/// After so many pages asked for, the stream is tried again.
const POLLS_PER_TRY: u32 = 24;
/// Numbers looked at by one poll, and how long the node may hold it back.
const POLL_LIMIT: u32 = 1_000;
const POLL_WAIT_SECONDS: u32 = 25;

/// How the feed is read at present.
#[derive(Default)]
struct Way {
    streams_lost: u32,
}

impl Replica {
    /// Follows until cancelled. Cancelling loses nothing: what was not committed comes again.
    pub(super) async fn follow(self: Arc<Self>, mut progress: Progress, stop: CancellationToken) {
        let following = async {
            let mut backoff = Backoff::new(self.pace);
            while let Err(trouble) = self.load_held(&mut progress).await {
                self.rest(&mut backoff, &trouble).await;
            }
            let mut way = Way::default();
            loop {
                match self.session(&mut progress, &mut way, &mut backoff).await {
                    Ok(()) => {}
                    Err(Trouble::Stale) => self.begin_again(&mut progress, &mut backoff).await,
                    Err(trouble) => self.rest(&mut backoff, &trouble).await,
                }
            }
        };
        stop.run_until_cancelled(following).await;
        self.keep_index_now().await;
    }

    /// Follows as long as nothing goes wrong.
    async fn session(&self, progress: &mut Progress, way: &mut Way, backoff: &mut Backoff) -> Result<(), Trouble> {
        if progress.cursor.is_none() {
            self.take_snapshot(progress).await?;
        }
        if way.streams_lost >= STREAMS_LOST_MAX {
            self.poll(progress, backoff).await?;
            way.streams_lost = STREAMS_LOST_MAX - 1;
            return Ok(());
        }
        let cursor = progress.cursor;
        let mut pages = 0;
        let result = self.stream(progress, backoff, &mut pages).await;
        if pages > 0 {
            way.streams_lost = 0;
        } else if result.as_ref().is_err_and(Trouble::is_in_between) {
            way.streams_lost += 1;
        }
        let polling = way.streams_lost >= STREAMS_LOST_MAX;
        self.standings.change(self.place, |standing| standing.polling = polling);
        if polling {
            tracing::warn!(upstream = self.upstream.host(), ?cursor, "the event stream does not come through; polling");
        }
        result
    }

    async fn stream(&self, progress: &mut Progress, backoff: &mut Backoff, pages: &mut u32) -> Result<(), Trouble> {
        let cursor = progress.cursor.unwrap_or(0);
        let agreement = progress.agreement.as_deref().unwrap_or_default();
        let path = format!("changes/stream?after={cursor}&agreement={agreement}");
        let request = request(&self.http, &self.upstream, Method::GET, &path).header("last-event-id", cursor);
        let mut response = fetch(request, "text/event-stream", self.clock.now()).await?;
        let mut events = Events::new(EVENT_BYTES_MAX);
        while let Some(chunk) = response.chunk().await? {
            self.heard();
            for event in events.push(&chunk)? {
                match event.name.as_str() {
                    "page" => {
                        self.apply_page(progress, &event.data).await?;
                        *pages += 1;
                        backoff.reset();
                    }
                    "problem" => return Err(trouble_of_problem(&event.data)),
                    // A newer node may have more to say.
                    _ => {}
                }
            }
        }
        Err(Trouble::Unreachable("the node ended the stream"))
    }

    async fn poll(&self, progress: &mut Progress, backoff: &mut Backoff) -> Result<(), Trouble> {
        for _ in 0..POLLS_PER_TRY {
            let cursor = progress.cursor.unwrap_or(0);
            let agreement = progress.agreement.as_deref().unwrap_or_default();
            let path =
                format!("changes?after={cursor}&limit={POLL_LIMIT}&wait={POLL_WAIT_SECONDS}&agreement={agreement}");
            let request = request(&self.http, &self.upstream, Method::GET, &path);
            let response = fetch(request, "application/json", self.clock.now()).await?;
            let body = read_whole(response, EVENT_BYTES_MAX).await?;
            self.apply_page(progress, &body).await?;
            backoff.reset();
        }
        Ok(())
    }

    /// A fresh snapshot comes next, at once the first time.
    async fn begin_again(&self, progress: &mut Progress, backoff: &mut Backoff) {
        tracing::warn!(upstream = self.upstream.host(), "what the node shows has changed; taking a new snapshot");
        if let Err(trouble) = self.reset(progress).await {
            return self.rest(backoff, &trouble).await;
        }
        // A node that says so again and again must not be asked in a tight loop.
        let wait = backoff.next(None, &mut self.entropy.rng());
        tokio::time::sleep(wait).await;
    }

    /// Says what went wrong and waits.
    async fn rest(&self, backoff: &mut Backoff, trouble: &Trouble) {
        let text = trouble.to_string();
        let revoked = matches!(trouble, Trouble::Revoked);
        self.standings.change(self.place, |standing| {
            if standing.trouble.as_ref() != Some(&text) {
                tracing::warn!(upstream = standing.host, trouble = text, "not following; trying again");
            }
            (standing.connected, standing.revoked, standing.trouble) = (false, revoked, Some(text));
        });
        let mut rng = self.entropy.rng();
        let wait = if revoked { backoff.revoked(&mut rng) } else { backoff.next(trouble.retry_after(), &mut rng) };
        tokio::time::sleep(wait).await;
    }

    /// Tells the node what is in force: always the newest, one call at a time.
    pub(super) async fn acknowledge(self: Arc<Self>, stop: CancellationToken) {
        let mut in_force = self.in_force.subscribe();
        // What came into force before this task began is to be told too.
        in_force.mark_changed();
        let mut backoff = Backoff::new(self.pace);
        let telling = async {
            while in_force.changed().await.is_ok() {
                loop {
                    // Copied out before anything is awaited: the newest counts at every attempt.
                    let newest = *in_force.borrow_and_update();
                    let Some(seq) = newest else { break };
                    match self.tell(seq).await {
                        Ok(()) => {
                            backoff.reset();
                            self.standings.change(self.place, |standing| standing.acknowledged = Some(seq));
                            break;
                        }
                        // The following finds that out too, and deals with it.
                        Err(Trouble::Stale | Trouble::Revoked) => break,
                        Err(trouble) => {
                            tracing::warn!(upstream = self.upstream.host(), %trouble, "could not acknowledge");
                            let wait = backoff.next(trouble.retry_after(), &mut self.entropy.rng());
                            tokio::time::sleep(wait).await;
                        }
                    }
                }
            }
        };
        stop.run_until_cancelled(telling).await;
    }

    async fn tell(&self, seq: u64) -> Result<(), Trouble> {
        let request = request(&self.http, &self.upstream, Method::PUT, "cursor");
        let request = request.timeout(super::CALL_TIMEOUT).json(&exchange::CursorReport { seq });
        check(request.send().await?, self.clock.now()).await.map(|_| ())
    }
}
