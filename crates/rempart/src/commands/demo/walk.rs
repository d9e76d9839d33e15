//! The walk itself: protect, copy, recognise, report, withdraw; with a stopwatch.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use exchange::{Contribution, EntryId, MatchRequest, MatchResponse, Outcome, OutcomeId, OutcomeKind, OutcomeReport};
use exchange::{PdqQuery, Query};
use futures::StreamExt;
use media::alter::Alteration;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::Deserialize;
use server::bank::Contributed;
use server::clock::Clock;
use server::exchange::api::{Changed, ContributeRequest};
use server::http::Remote;
use server::removal::OutcomeView;
use tokio::sync::mpsc;

use super::Voice;
use super::figures::{Figures, Recall, Spread, Unrelated, ms};
use super::sources::{self, Source, Sources};
use super::stage::Stage;
use crate::progress::Progress;

/// Longer than this is a failure, not a figure.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the stopwatch looks.
const LOOK_EVERY: Duration = Duration::from_micros(500);
/// Copies waiting to be sent, at most.
const COPIES_AHEAD: usize = 32;
/// Requests to the matchers under way at once.
const REQUESTS_AT_ONCE: usize = 4;

pub(super) struct Walk<'a> {
    pub(super) stage: &'a Stage,
    pub(super) sources: &'a Sources,
    pub(super) voice: Voice,
}

/// A picture file on its way to a matcher.
struct Copy {
    /// Of which protected picture; none: unrelated.
    of: Option<usize>,
    /// Where it counts: the alteration's place.
    alteration: usize,
    bytes: Vec<u8>,
}

/// What the node answers about an entry.
#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<OutcomeView>,
}

/// What a matcher said about a copy.
struct Said {
    of: Option<usize>,
    alteration: usize,
    entries: Vec<EntryId>,
}

impl Walk<'_> {
    /// All steps in order; the figures.
    pub(super) async fn take(&self, unrelated: u32) -> anyhow::Result<Figures> {
        self.until_loaded().await?;
        let (entries, time_to_protection_ms) = self.protect().await?;
        let alterations = self.recognise(&entries).await?;
        let unrelated = self.send_unrelated(unrelated).await?;
        let outcomes = self.report(&entries).await?;
        let withdrawal_ms = self.withdraw(&entries).await?;
        Ok(Figures { time_to_protection_ms, withdrawal_ms, alterations, unrelated, outcomes })
    }

    async fn until_loaded(&self) -> anyhow::Result<()> {
        let nothing = Query { md5: Some("0".repeat(32)), ..Query::default() };
        let request = MatchRequest { queries: vec![nothing], radius: None };
        for platform in &self.stage.platforms {
            until("the matchers did not load the bank", async || {
                match platform.matcher_api.post::<MatchResponse>("match", &request).await {
                    Ok(_) => Ok(true),
                    Err(error) if error.is_passing() => Ok(false),
                    Err(error) => Err(error.into()),
                }
            })
            .await?;
        }
        Ok(())
    }

    /// Contributes each picture by itself and waits until both matchers have acknowledged it.
    async fn protect(&self) -> anyhow::Result<(Vec<EntryId>, Spread)> {
        let pictures: Vec<Contribution> =
            self.sources.pictures.iter().map(|source| source.contribution.clone()).collect();
        let fillers = self.sources.fillers().await?;
        let total = pictures.len() + fillers.len();
        let progress = Progress::new("pictures protected:", Some(total as u64));
        let (mut entries, mut times) = (Vec::new(), Vec::with_capacity(total));
        for contribution in pictures.into_iter().chain(fillers) {
            let request = ContributeRequest { entries: vec![contribution] };
            let contributed: Contributed = self.stage.hotline.post("entries", &request).await?;
            let answered = Instant::now();
            self.until_acknowledged(contributed.seq).await?;
            times.push(answered.elapsed());
            entries.extend(contributed.entries.first().map(|given| given.id));
            progress.add(1);
        }
        drop(progress);
        entries.truncate(self.sources.pictures.len());
        let spread = Spread::of(times);
        let more = match total - entries.len() {
            0 => String::new(),
            more => format!(" ({more} of them are only there so that enough is timed.)"),
        };
        self.voice.say(format_args!(
            "The hotline sent the fingerprints of {total} pictures, one at a time: after {:.1} ms (in the middle) both \
             platforms\nhad them in force and had said so.{more}",
            spread.p50
        ))?;
        Ok((entries, spread))
    }

    async fn until_acknowledged(&self, seq: u64) -> anyhow::Result<()> {
        until("a matcher did not acknowledge a change", async || {
            for platform in &self.stage.platforms {
                let key = self.stage.node.partners.key(platform.key).await?;
                if key.and_then(|key| key.cursor).is_none_or(|(at, _)| at < seq) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await
    }

    /// Sends every alteration of every picture to a matcher.
    async fn recognise(&self, entries: &[EntryId]) -> anyhow::Result<Vec<Recall>> {
        let mut recalls: Vec<Recall> = Alteration::ALL
            .iter()
            .map(|alteration| Recall { name: alteration.name(), sent: 0, matched: 0, mistaken: 0 })
            .collect();
        let pictures = Arc::clone(&self.sources.pictures);
        let progress = Progress::new("copies sent:", Some((pictures.len() * recalls.len()) as u64));
        self.send(
            move |sender| copies(&pictures, sender),
            |said| {
                let (recall, own) = (&mut recalls[said.alteration], said.of.map(|of| entries[of]));
                recall.sent += 1;
                recall.matched += u64::from(said.entries.iter().any(|entry| Some(*entry) == own));
                recall.mistaken += u64::from(said.entries.iter().any(|entry| Some(*entry) != own));
                progress.add(1);
            },
        )
        .await?;
        Ok(recalls)
    }

    async fn send_unrelated(&self, count: u32) -> anyhow::Result<Unrelated> {
        let mut unrelated = Unrelated::default();
        let progress = Progress::new("unrelated pictures sent:", Some(count.into()));
        let draw = move |sender: &mpsc::Sender<Copy>| {
            (0..u64::from(count)).into_par_iter().try_for_each(|number| {
                let bytes = sources::unrelated(number)?;
                sender.blocking_send(Copy { of: None, alteration: 0, bytes }).context("nobody takes the copies")
            })
        };
        self.send(draw, |said| {
            unrelated.sent += 1;
            unrelated.matched += u64::from(!said.entries.is_empty());
            progress.add(1);
        })
        .await?;
        Ok(unrelated)
    }

    /// Posts what `make` makes to the platforms' matchers in turn, and hands over what they say.
    async fn send(
        &self,
        make: impl FnOnce(&mpsc::Sender<Copy>) -> anyhow::Result<()> + Send + 'static,
        mut hear: impl FnMut(Said),
    ) -> anyhow::Result<()> {
        let (sender, receiver) = mpsc::channel(COPIES_AHEAD);
        // Who makes copies waits for those who take them: not on the threads on which the matchers search.
        let makers = rayon::ThreadPoolBuilder::new().build().context("cannot start threads")?;
        let making = tokio::task::spawn_blocking(move || makers.install(|| make(&sender)));
        let matchers = self.stage.platforms.iter().map(|platform| &platform.matcher_api).cycle();
        let waiting = futures::stream::unfold(receiver, async |mut receiver| {
            receiver.recv().await.map(|copy: Copy| (copy, receiver))
        });
        let mut answers = waiting
            .zip(futures::stream::iter(matchers))
            .map(|(copy, matcher)| ask(matcher, copy))
            .buffer_unordered(REQUESTS_AT_ONCE)
            .boxed();
        while let Some(said) = answers.next().await {
            hear(said?);
        }
        drop(answers);
        making.await?
    }

    /// Each platform says, through its matcher's outbox, that it blocked a copy of each picture it met.
    async fn report(&self, entries: &[EntryId]) -> anyhow::Result<u64> {
        let (now, mut rng) = (Clock::System.now(), rand::make_rng::<StdRng>());
        let mut expected: HashMap<EntryId, usize> = HashMap::new();
        for (turn, &entry) in entries.iter().enumerate() {
            let platform = &self.stage.platforms[turn % self.stage.platforms.len()];
            let id = OutcomeId::new(now, &mut rng);
            let outcome = Outcome { id, entry, kind: OutcomeKind::Blocked, reason: None, count: 1, at: now };
            let report = OutcomeReport { outcomes: vec![outcome] };
            let _: serde_json::Value = platform.matcher_api.post("outcomes", &report).await?;
            *expected.entry(entry).or_default() += 1;
        }
        let mut arrived = 0;
        for (entry, reported) in expected {
            let path = format!("entries/{entry}/outcomes");
            until("an outcome did not reach the node", async || {
                let there: Outcomes = self.stage.hotline.get(&path).await?;
                Ok(there.outcomes.len() >= reported)
            })
            .await?;
            arrived += reported as u64;
        }
        self.voice.say(format_args!(
            "The platforms said that they blocked copies: {arrived} outcomes went through their matchers' outboxes to the \
             node."
        ))?;
        Ok(arrived)
    }

    /// Takes the first picture back and asks both matchers until neither knows it.
    async fn withdraw(&self, entries: &[EntryId]) -> anyhow::Result<f64> {
        let (Some(&entry), Some(source)) = (entries.first(), self.sources.pictures.first()) else {
            bail!("there is no picture to withdraw");
        };
        let request = MatchRequest { queries: vec![exact(source)?], radius: None };
        let matches = async || -> anyhow::Result<usize> {
            let mut matching = 0;
            for platform in &self.stage.platforms {
                let answer: MatchResponse = platform.matcher_api.post("match", &request).await?;
                let known = answer.results.iter().flat_map(|result| &result.matches).any(|met| met.entry == entry);
                matching += usize::from(known);
            }
            Ok(matching)
        };
        if matches().await? != self.stage.platforms.len() {
            bail!("a matcher does not recognise a picture that it acknowledged");
        }
        let _: Changed = self.stage.hotline.delete(&format!("entries/{entry}")).await?;
        let answered = Instant::now();
        until("a matcher still matches what was withdrawn", async || Ok(matches().await? == 0)).await?;
        let took = ms(answered.elapsed());
        self.voice.say(format_args!(
            "One entry was taken back: its fingerprints are deleted at the node, and after {took:.1} ms neither platform \
             matched it."
        ))?;
        Ok(took)
    }
}

/// Makes every alteration of every picture, on all cores.
fn copies(pictures: &[Source], sender: &mpsc::Sender<Copy>) -> anyhow::Result<()> {
    pictures.par_iter().enumerate().try_for_each(|(of, source)| {
        let picture = sources::decoded(source)?;
        Alteration::ALL.iter().enumerate().try_for_each(|(alteration, altered)| {
            let bytes = altered.apply(&picture)?;
            sender.blocking_send(Copy { of: Some(of), alteration, bytes }).context("nobody takes the copies")
        })
    })
}

async fn ask(matcher: &Remote, copy: Copy) -> anyhow::Result<Said> {
    let answer: MatchResponse = matcher.post_bytes("match/image", "image/jpeg", copy.bytes).await?;
    let entries = answer.results.iter().flat_map(|result| &result.matches).map(|met| met.entry).collect();
    Ok(Said { of: copy.of, alteration: copy.alteration, entries })
}

/// The picture itself, by its PDQ hash.
fn exact(source: &Source) -> anyhow::Result<Query> {
    let hash = source.contribution.fingerprints.iter().find(|fingerprint| fingerprint.kind() == exchange::Kind::Pdq);
    let hash = exchange::hex::encode(hash.context("a picture has a PDQ hash")?.bytes());
    Ok(Query { pdq: Some(PdqQuery::One(hash)), ..Query::default() })
}

/// Asks until it is so.
async fn until(otherwise: &'static str, mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !is_so().await? {
        if begun.elapsed() > PATIENCE {
            bail!("{otherwise} within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
