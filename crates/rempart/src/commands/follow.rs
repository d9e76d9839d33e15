//! `rempart follow`: which other systems this node, or this matcher, follows, with what credentials and on what terms.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use exchange::{Class, Tier, Time};
use serde::Serialize;
use server::access::Operator;
use server::follow::{CREDENTIALS_BYTES_MAX, Credentials, FollowError, NewSource, SourceKind, SourceView, Terms, Turn};
use server::matcher::MatcherSources;
use server::node::Node;
use server::partners::PartnerName;
use zeroize::Zeroizing;

use super::matcher::{self, Opening};
use super::node::NodeArguments;
use crate::output;

/// Other systems and nodes that this node, or a matcher, follows: what they list is protected here, what they take back goes
#[derive(Subcommand, Debug)]
pub(crate) enum Follow {
    /// Follow another system from now on; `rempart serve`, or the matcher, asks it, and `rempart follow once` does at once
    Add(Add),
    /// List what is followed, and how each stands
    List(List),
    /// Follow a system no longer: its entries are withdrawn, its credentials forgotten
    Remove(Named),
    /// Ask a system now for all that it has, and say what came; with --matcher, have the matcher that runs ask it
    Once(Named),
}

/// Which system.
#[derive(Clone, Copy, ValueEnum, Debug)]
enum Kind {
    /// StopNCII.org; credentials secret (the key of FetchHashes), subscription and, to send outcomes, feedback
    Stopncii,
    /// NCMEC hash sharing v2; credentials user and secret
    Ncmec,
    /// Meta's ThreatExchange; credentials secret (the access token, app|secret) and group
    Threatexchange,
    /// Tech Against Terrorism's hash list v2; credentials user and secret
    Tat,
    /// Another Rempart node; its partner key, with the scopes follow and outcome
    Rempart,
}

/// See [`Follow::Add`].
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// Which system
    #[arg(value_name = "SYSTEM", value_enum)]
    kind: Kind,

    /// Its name here, which others see as the origin of its entries: 1 to 40 of a-z, 0-9, dot and dash, starting with a
    /// letter [default: the system's]
    #[arg(long, value_name = "NAME")]
    name: Option<PartnerName>,

    /// Its address [default: where the system is; has to be said for ncmec, which has a root for each list, and rempart]
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// The file that holds the credentials, lines of `name = value`, or the secret alone; - for standard input. They are sealed
    /// with the node's key, and the file is needed no more
    #[arg(long, value_name = "FILE")]
    credentials_file: PathBuf,

    /// The class of its entries, where the system does not say it [default: stopncii adult, ncmec minor]
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<Class>,

    /// The highest tier that its entries are given: with reported nothing it says blocks by itself
    #[arg(long, value_name = "TIER", default_value = "reported", value_parser = tier)]
    tier: Tier,

    /// Its terms let you show its entries to your partners; cannot be changed afterwards, and is not possible for another node,
    /// nor for a matcher, which passes nothing on
    #[arg(long, conflicts_with = "matcher")]
    pass_on: bool,

    /// Seconds between two questions [default: 300, of another node 30]
    #[arg(long, value_name = "SECONDS")]
    every: Option<u32>,

    #[command(flatten)]
    whose: Whose,
}

/// See [`Follow::List`].
#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    whose: Whose,

    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

/// Who follows.
#[derive(Args, Debug)]
struct Whose {
    /// Not a node but the matcher of this folder follows; one that runs looks there by itself
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    matcher: Option<PathBuf>,

    #[command(flatten)]
    node: NodeArguments,
}

/// Who follows, opened.
enum Follower {
    Node(Box<Node>),
    Matcher(Box<MatcherSources>),
}

/// A source by its name.
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// As `rempart follow list` shows it
    #[arg(value_name = "NAME")]
    name: PartnerName,

    #[command(flatten)]
    whose: Whose,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

impl Kind {
    const fn kind(self) -> SourceKind {
        match self {
            Self::Stopncii => SourceKind::StopNcii,
            Self::Ncmec => SourceKind::Ncmec,
            Self::Threatexchange => SourceKind::ThreatExchange,
            Self::Tat => SourceKind::Tat,
            Self::Rempart => SourceKind::Rempart,
        }
    }
}

impl Whose {
    async fn open(&self, opening: Opening) -> anyhow::Result<(Follower, Operator)> {
        Ok(match &self.matcher {
            Some(folder) => {
                let config = self.node.config.as_deref();
                let (sources, operator) = matcher::sources(folder, config, &self.node.flags(), opening).await?;
                (Follower::Matcher(Box::new(sources)), operator)
            }
            None => {
                let (node, operator) = self.node.open_node().await?;
                (Follower::Node(Box::new(node)), operator)
            }
        })
    }
}

impl Follower {
    async fn add(&self, operator: &Operator, new: NewSource) -> Result<(), FollowError> {
        match self {
            Self::Node(node) => node.follow.add(operator, new).await,
            Self::Matcher(sources) => sources.follow.add(operator, new).await,
        }
    }

    async fn list(&self) -> anyhow::Result<Vec<SourceView>> {
        Ok(match self {
            Self::Node(node) => node.follow.list().await?,
            Self::Matcher(sources) => sources.follow.list().await?,
        })
    }

    async fn close(self) {
        match self {
            Self::Node(node) => node.close().await,
            Self::Matcher(sources) => sources.close().await,
        }
    }
}

impl Follow {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(list) => list.run().await,
            Self::Remove(named) => named.remove().await,
            Self::Once(named) => named.once().await,
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let kind = self.kind.kind();
        let name = match self.name {
            Some(name) => name,
            None => kind.name().parse().context("give a --name")?,
        };
        let url = self.url.or_else(|| kind.url().map(str::to_owned)).context("say where it is: --url URL")?;
        let credentials = Credentials::read(&read(&self.credentials_file)?)?;
        let terms = Terms { class: self.class.or(kind.class()), tier: self.tier, pass_on: self.pass_on };
        let every_seconds = self.every.unwrap_or(kind.every_seconds());
        let new = NewSource { name: name.clone(), kind, url, credentials, terms, every_seconds };
        let (follower, operator) = self.whose.open(Opening::OrNew).await?;
        follower.add(&operator, new).await?;
        let by = match follower {
            Follower::Node(_) => format!("by `rempart serve`, or now by `rempart follow once {name}`"),
            Follower::Matcher(_) => "by the matcher of this folder, when it runs".to_owned(),
        };
        follower.close().await;
        output::line(format_args!("{name} is followed from now on: {by}"))
    }
}

impl Named {
    async fn remove(self) -> anyhow::Result<()> {
        let (follower, operator) = self.whose.open(Opening::Existing).await?;
        let records = match &follower {
            Follower::Node(node) => Some(node.follow.remove(&operator, &self.name).await?),
            // What is searched is the running matcher's.
            Follower::Matcher(sources) => {
                sources.follow.remove_there(&operator, &self.name).await?;
                None
            }
        };
        follower.close().await;
        if self.json {
            return output::json_line(&serde_json::json!({"source": self.name.as_str(), "records": records}));
        }
        let name = &self.name;
        match records {
            Some(records) => output::line(format_args!("{name} is followed no longer; {records} of its records went")),
            None => output::line(format_args!(
                "{name} is followed no longer; its records go within seconds, or when the matcher starts"
            )),
        }
    }

    async fn once(self) -> anyhow::Result<()> {
        let (follower, operator) = self.whose.open(Opening::Existing).await?;
        let turn = match &follower {
            Follower::Node(node) => Some(node.follow.once(&operator, &self.name).await?),
            Follower::Matcher(sources) => {
                sources.follow.hasten(&operator, &self.name).await?;
                None
            }
        };
        follower.close().await;
        match turn {
            Some(turn) => self.said(turn),
            None if self.json => output::json_line(&serde_json::json!({"source": self.name.as_str(), "asked": true})),
            None => output::line(format_args!(
                "{} is asked within seconds by the matcher that runs, or when it starts; `rempart follow list` tells",
                self.name
            )),
        }
    }

    fn said(&self, turn: Turn) -> anyhow::Result<()> {
        let Turn { pages, put, removed, skipped, fed_back, trouble } = turn;
        if self.json {
            let line = serde_json::json!({
                "source": self.name.as_str(), "pages": pages, "put": put, "removed": removed,
                "skipped": skipped, "fed_back": fed_back, "trouble": trouble,
            });
            output::json_line(&line)?;
        } else {
            output::line(format_args!(
                "{pages} pages: {put} records put, {removed} gone, {skipped} left out; {fed_back} outcomes sent back"
            ))?;
        }
        match trouble {
            Some(trouble) => anyhow::bail!("{}: {trouble}", self.name),
            None => Ok(()),
        }
    }
}

/// What the operator wrote, from a file or from standard input: an argument would show in the list of processes.
fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let most = CREDENTIALS_BYTES_MAX as u64 + 1;
    let read = if file == Path::new("-") {
        std::io::stdin().take(most).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read the credentials {}", file.display()))?;
    Ok(text)
}

#[derive(Serialize)]
struct SourceLine<'a> {
    name: &'a str,
    system: &'static str,
    url: &'a str,
    class: Option<Class>,
    tier: Tier,
    pass_on: bool,
    records: u64,
    due_at: Time,
    complete_at: Option<Time>,
    heard_at: Option<Time>,
    trouble: Option<&'a str>,
    failures: u32,
    skipped: u64,
    last_skipped: Option<&'a str>,
    feedback_waiting: u64,
    feedback_refused: u64,
    removing: bool,
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let (follower, _) = self.whose.open(Opening::Existing).await?;
        let sources = follower.list().await?;
        follower.close().await;
        for source in &sources {
            if self.json { output::json_line(&line(source))? } else { show(source)? }
        }
        if sources.is_empty() && !self.json {
            output::line("nothing is followed: `rempart follow add`")?;
        }
        Ok(())
    }
}

fn line(source: &SourceView) -> SourceLine<'_> {
    SourceLine {
        name: source.name.as_str(),
        system: source.kind.name(),
        url: &source.url,
        class: source.terms.class,
        tier: source.terms.tier,
        pass_on: source.terms.pass_on,
        records: source.records,
        due_at: source.due_at,
        complete_at: source.complete_at,
        heard_at: source.heard_at,
        trouble: source.trouble.as_deref(),
        failures: source.failures,
        skipped: source.skipped,
        last_skipped: source.last_skipped.as_deref(),
        feedback_waiting: source.feedback_waiting,
        feedback_refused: source.feedback_refused,
        removing: source.removing,
    }
}

fn show(source: &SourceView) -> anyhow::Result<()> {
    let SourceView { name, kind, url, terms, records, skipped, .. } = source;
    let passes = if terms.pass_on { "passed on" } else { "not passed on" };
    let complete = source.complete_at.map_or("never whole yet".to_owned(), |at| format!("whole at {at}"));
    output::line(format_args!(
        "{name}: {} at {url}; {records} records, at most {}, {passes}; {complete}",
        kind.name(),
        terms.tier
    ))?;
    if let Some(trouble) = &source.trouble {
        output::line(format_args!("  not heard, {} times in a row: {trouble}", source.failures))?;
    }
    if let Some(last) = &source.last_skipped {
        output::line(format_args!("  {skipped} records left out, the last: {last}"))?;
    }
    if source.feedback_waiting > 0 {
        output::line(format_args!("  {} outcomes wait to go back", source.feedback_waiting))?;
    }
    if let Some(refused) = &source.refused {
        output::line(format_args!("  {} outcomes were refused: {refused}", source.feedback_refused))?;
    }
    Ok(())
}

fn class(text: &str) -> Result<Class, String> {
    Class::from_name(text).ok_or_else(|| format!("a class is minor or adult, not {text:?}"))
}

fn tier(text: &str) -> Result<Tier, String> {
    Tier::from_name(text).ok_or_else(|| format!("a tier is reported, verified or confirmed, not {text:?}"))
}
