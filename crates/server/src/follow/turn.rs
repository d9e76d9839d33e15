//! A source's turn: pages, one after the other, until it has no more; then what goes back to it.

use std::collections::HashSet;
use std::time::Duration;

use exchange::{Contribution, Tier};
use rand::RngExt;

use super::ask::{Asker, Trouble};
use super::cursor::Cursor;
use super::home::Home;
use super::model::FollowError;
use super::steps::{self, Claimed, Gone, Take, Taken};
use super::wires::{Batch, Put, Record, Wire};
use super::{Asking, Follow, feedback};

/// Pages of one turn, at most: others want theirs too, and a source that never ends is noticed.
const PAGES_MAX: u32 = 20_000;
/// Records that are written in one transaction.
const RECORDS_PER_TRANSACTION: usize = 500;
/// Longest pause after turns that failed.
const BACKOFF_SECONDS_MAX: u64 = 3_600;
/// What is kept of where a record stood and why it was left out.
const SKIPPED_SAID_MAX: usize = 20;

/// What a turn brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Turn {
    /// Pages that were read.
    pub pages: u32,
    /// Records that are held since.
    pub put: u64,
    /// Records that went.
    pub removed: u64,
    /// Records left out.
    pub skipped: u64,
    /// Outcomes that went back.
    pub fed_back: u64,
    /// Why it ended before the source had no more.
    pub trouble: Option<String>,
}

impl<H: Home> Follow<H> {
    /// Asks for all that a source has. What goes wrong on the way is said in the turn and in the source's row.
    pub(super) async fn turn(&self, source: Claimed) -> Result<Turn, FollowError> {
        let mut source = source.opened(&self.key)?;
        let mut turn = Turn::default();
        let asking = Asking::of(self, source.id);
        let result = self.pages(&mut source, &mut turn).await;
        let trouble = match result {
            Ok(()) => None,
            Err(Ended::Trouble(trouble)) => Some(trouble),
            Err(Ended::Error(error)) => return Err(error),
        };
        if trouble.is_none() {
            turn.fed_back = feedback::send(self, &source).await?;
        }
        let pause = self.pause(&source, trouble.as_ref());
        turn.trouble = trouble.map(|trouble| trouble.to_string());
        let (name, failures) = (source.name.clone(), source.failures);
        if let Some(trouble) = &turn.trouble {
            tracing::warn!(source = %name, trouble, failures = failures + 1, "not followed; trying again");
        }
        metrics::gauge!("rempart_follow_failing", "source" => name.to_string())
            .set(f64::from(u8::from(turn.trouble.is_some())));
        let end = steps::End { source: &source, trouble: turn.trouble.as_deref(), pause, now: self.now() };
        self.database.run(&end).await?;
        drop(asking);
        self.turns.send_modify(|turns| *turns = turns.wrapping_add(1));
        Ok(turn)
    }

    async fn pages(&self, source: &mut Claimed, turn: &mut Turn) -> Result<(), Ended> {
        let mut wire = Wire::of(source)?;
        let mut seen = HashSet::new();
        loop {
            let ask = Asker { http: &self.http, pace: self.pace, now: self.now() };
            let batch = match wire.page(&ask, source).await {
                Ok(batch) => batch,
                // Once a turn: a source that says so again and again must not be read in a tight loop.
                Err(Trouble::Anew) if turn.pages == 0 && !source.cursor.whole => {
                    tracing::warn!(source = %source.name, "reads it from the beginning");
                    source.cursor = Cursor::new();
                    source.begins = true;
                    turn.pages += 1;
                    continue;
                }
                Err(trouble) => return Err(Ended::Trouble(trouble)),
            };
            turn.pages += 1;
            let is_over = batch.is_over;
            if !is_over && !seen.insert(batch.cursor.text()) {
                return Err(Ended::Trouble(Trouble::Malformed("pages that lead back to each other")));
            }
            self.take(source, batch, turn).await?;
            if is_over {
                self.sweep(source, turn).await?;
                wire.acknowledge(&ask, source).await;
                return Ok(());
            }
            if turn.pages >= PAGES_MAX {
                return Err(Ended::Trouble(Trouble::Malformed("more pages than are read in one turn")));
            }
            tokio::time::sleep(self.pace.page_pause).await;
        }
    }

    /// Writes a page: in pieces, the last of which moves the cursor. Broken off, the page comes again, which changes nothing.
    async fn take(&self, source: &mut Claimed, batch: Batch, turn: &mut Turn) -> Result<(), FollowError> {
        let Batch { records, skipped, cursor, is_over } = batch;
        self.say_skipped(source, &skipped);
        turn.skipped += skipped.len() as u64;
        let mut pieces = records.chunks(RECORDS_PER_TRANSACTION).peekable();
        if pieces.peek().is_none() {
            let none = [];
            self.take_piece(source, &none, Some((&cursor, is_over, &skipped)), turn).await?;
        }
        while let Some(piece) = pieces.next() {
            let end = pieces.peek().is_none().then_some((&cursor, is_over, skipped.as_slice()));
            self.take_piece(source, piece, end, turn).await?;
        }
        source.cursor = cursor;
        Ok(())
    }

    async fn take_piece(
        &self,
        source: &mut Claimed,
        records: &[Record],
        end: Option<(&Cursor, bool, &[String])>,
        turn: &mut Turn,
    ) -> Result<(), FollowError> {
        let terms = source.terms;
        let contribution = |put: &Put| -> Option<Contribution> {
            let contribution = Contribution {
                class: put.class.or(terms.class)?,
                tier: put.tier.min(terms.tier).max(Tier::Reported),
                fingerprints: put.fingerprints.clone(),
                views: put.views.clone(),
            };
            contribution.check().is_ok().then_some(contribution)
        };
        let mut prepared = Vec::with_capacity(records.len());
        let mut unfit = 0;
        for record in records {
            match &record.put {
                None => prepared.push((record, None)),
                Some(put) => match contribution(put) {
                    Some(contribution) => prepared.push((record, Some(contribution))),
                    None => unfit += 1,
                },
            }
        }
        if unfit > 0 {
            let said = format!("{unfit} records of no use here: without a class, or of flat pictures");
            tracing::error!(source = %source.name, "left out: {said}");
            turn.skipped += unfit;
        }
        let take = Take::new(self, source, &prepared, unfit, end).await?;
        let Taken { put, removed, generation, gone, seq } = self.database.run(&take).await?;
        let ready = take.into_ready();
        (source.generation, source.begins, source.step) = (generation, false, source.step + 1);
        turn.put += put;
        turn.removed += removed;
        metrics::counter!("rempart_follow_records_total", "source" => source.name.to_string()).increment(put + removed);
        self.home.in_force(source.id, Some(ready), gone, seq).await
    }

    /// Lets go of what a reading from the beginning did not bring.
    async fn sweep(&self, source: &Claimed, turn: &mut Turn) -> Result<(), FollowError> {
        let sweep = steps::Sweep { home: &self.home, id: source.id, generation: source.generation, now: self.now() };
        while let Some(Gone { records, entries }) = self.database.run(&sweep).await? {
            turn.removed += records;
            self.home.in_force(source.id, None, entries, 0).await?;
        }
        Ok(())
    }

    fn say_skipped(&self, source: &Claimed, skipped: &[String]) {
        for said in skipped.iter().take(SKIPPED_SAID_MAX) {
            tracing::error!(source = %source.name, "left out: {said}");
        }
        let name = source.name.to_string();
        metrics::counter!("rempart_follow_skipped_total", "source" => name).increment(skipped.len() as u64);
    }

    /// How long until the next turn.
    fn pause(&self, source: &Claimed, trouble: Option<&Trouble>) -> Duration {
        let Some(trouble) = trouble else { return Duration::from_secs(source.every_seconds.into()) };
        let doubled = self.pace.backoff_first.saturating_mul(1 << source.failures.min(16));
        let most = Duration::from_secs(BACKOFF_SECONDS_MAX);
        let jitter = self.entropy.rng().random_range(0.5..=1.0);
        doubled.min(most).mul_f64(jitter).max(trouble.retry_after().unwrap_or_default().min(most))
    }
}

/// Why a walk ended early.
pub(super) enum Ended {
    /// Of the source: said, and tried again.
    Trouble(Trouble),
    /// Of the node.
    Error(FollowError),
}

impl From<FollowError> for Ended {
    fn from(error: FollowError) -> Self {
        Self::Error(error)
    }
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
