//! `rempart partner`: who takes part in the exchange, with what keys, and what was agreed.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use exchange::{Agreement, Reach, Scope, Scopes, Time};
use serde::Serialize;
use server::clock::{Clock, Entropy};
use server::exchange::settings::{self, System};
use server::partners::{KeyText, KeyView, NewPartner, PartnerError, PartnerName, PartnerView, Partners};
use server::storage::NODE;

use super::node::{Listing, NodeArguments};
use crate::{node_key, output};

/// Partners of the exchange: their keys, and what each may see and contribute
#[derive(Subcommand, Debug)]
pub(crate) enum Partner {
    /// Add a partner with a first key, which is shown this once
    Add(Add),
    /// Add a key to a partner, shown this once: one for each of its matchers
    Key(Key),
    /// Replace what was agreed with a partner; its matchers load the bank anew
    Agree(Agree),
    /// List partners, their keys, and how far each key's matcher has got
    List(Listing),
    /// Show what a partner pastes into its clients of StopNCII, NCMEC, ThreatExchange and others to read this node
    Settings(Settings),
    /// Revoke a partner with all its keys, or one key; takes effect at once
    Revoke(Revoke),
}

const SCOPES_DEFAULT: &str = "follow,match,outcome";
const SEES_DEFAULT: &str = "minor:verified,adult:verified";

/// See [`Partner::Add`].
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// 1 to 40 of a-z, 0-9, dot and dash, starting with a letter; others see it as the origin of entries
    #[arg(value_name = "NAME")]
    name: PartnerName,

    #[command(flatten)]
    agreement: AgreementArguments,

    #[command(flatten)]
    key: KeyArguments,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// See [`Partner::Key`].
#[derive(Args, Debug)]
pub(crate) struct Key {
    /// The partner
    #[arg(value_name = "NAME")]
    name: PartnerName,

    #[command(flatten)]
    key: KeyArguments,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// See [`Partner::Agree`].
#[derive(Args, Debug)]
pub(crate) struct Agree {
    /// The partner
    #[arg(value_name = "NAME")]
    name: PartnerName,

    /// What it is shown from now on [default: as before]
    #[arg(long, value_name = "REACH", value_parser = Reach::parse)]
    sees: Option<Reach>,

    /// What it may contribute from now on [default: as before]
    #[arg(long, value_name = "REACH", value_parser = Reach::parse)]
    contributes: Option<Reach>,

    #[command(flatten)]
    node: NodeArguments,
}

/// See [`Partner::Settings`].
#[derive(Args, Debug)]
pub(crate) struct Settings {
    /// The partner
    #[arg(value_name = "NAME")]
    name: PartnerName,

    /// Where the partner reaches this node, such as https://node.example [default: a placeholder]
    #[arg(long, value_name = "URL", default_value = settings::URL_PLACE, hide_default_value = true)]
    url: String,

    /// A file with one of its keys, to write the lines out with it [default: a placeholder]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON for each system
    #[arg(long)]
    json: bool,
}

/// See [`Partner::Revoke`].
#[derive(Args, Debug)]
pub(crate) struct Revoke {
    /// A partner's name, or the id of a key: the 16 digits after rp_
    #[arg(value_name = "NAME_OR_KEY")]
    name_or_key: String,

    #[command(flatten)]
    node: NodeArguments,
}

/// What is agreed with a partner.
#[derive(Args, Debug)]
struct AgreementArguments {
    /// What it is shown: by class (minor, adult) the lowest tier (reported, verified, confirmed); or none
    #[arg(long, value_name = "REACH", default_value = SEES_DEFAULT, value_parser = Reach::parse)]
    sees: Reach,

    /// What it may contribute: by class the highest tier it may give; or none
    #[arg(long, value_name = "REACH", default_value = "none", value_parser = Reach::parse)]
    contributes: Reach,
}

/// What a key is made of.
#[derive(Args, Debug)]
struct KeyArguments {
    /// What the key may be used for: some of contribute, follow, match, outcome
    #[arg(long, value_name = "SCOPES", default_value = SCOPES_DEFAULT, value_parser = scopes)]
    scopes: Scopes,

    /// When the key ends, such as 2027-06-30T00:00:00Z [default: when it is revoked]
    #[arg(long, value_name = "TIME")]
    expires: Option<Time>,

    /// Write the key to this new file, for its owner alone, instead of showing it
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Serialize)]
struct NewKey<'a> {
    partner: &'a str,
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<&'a Path>,
}

impl Partner {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run().await,
            Self::Key(key) => key.run().await,
            Self::Agree(agree) => agree.run().await,
            Self::List(listing) => list(listing).await,
            Self::Settings(settings) => settings.run().await,
            Self::Revoke(revoke) => revoke.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        self.key.check_file()?;
        let partners = partners(&self.node).await?;
        let new = NewPartner {
            name: self.name.clone(),
            agreement: self.agreement.agreement(),
            scopes: self.key.scopes,
            expires_at: self.key.expires,
        };
        let (_, key) = partners.add(new).await?;
        self.key.hand_over(&self.name, &key, self.json)
    }
}

impl Key {
    async fn run(self) -> anyhow::Result<()> {
        self.key.check_file()?;
        let partners = partners(&self.node).await?;
        let key = partners.add_key(&self.name, self.key.scopes, self.key.expires).await?;
        self.key.hand_over(&self.name, &key, self.json)
    }
}

impl Agree {
    async fn run(self) -> anyhow::Result<()> {
        let partners = partners(&self.node).await?;
        let before = partners.list().await?.into_iter().find(|partner| partner.name == self.name.as_str());
        let before = before.ok_or_else(|| PartnerError::Unknown(self.name.to_string()))?.agreement;
        let (sees, contributes) = (self.sees.unwrap_or(before.sees), self.contributes.unwrap_or(before.contributes));
        partners.set_agreement(&self.name, Agreement { sees, contributes }).await?;
        output::line(format_args!("{} now sees {sees} and contributes {contributes}", self.name))
    }
}

async fn list(listing: Listing) -> anyhow::Result<()> {
    let now = Clock::System.now();
    for partner in partners(&listing.node).await?.list().await? {
        if listing.json {
            output::json_line(&PartnerLine::of(&partner, now))?;
        } else {
            show(&partner, now)?;
        }
    }
    Ok(())
}

impl Settings {
    async fn run(self) -> anyhow::Result<()> {
        let partners = partners(&self.node).await?;
        if !partners.list().await?.iter().any(|partner| partner.name == self.name.as_str()) {
            return Err(PartnerError::Unknown(self.name.to_string()).into());
        }
        let key = self.key_file.as_deref().map(key_in).transpose()?;
        for system in System::ALL {
            let values = system.values(&self.url, self.name.as_str(), key.as_ref());
            let lines = system.lines(&self.url, self.name.as_str(), key.as_ref());
            if self.json {
                let values = values.iter().map(|(word, value)| (*word, value.as_str())).collect();
                output::json_line(&SystemLine { system: system.name(), values, lines })?;
                continue;
            }
            output::line(format_args!("{}", system.name()))?;
            for (word, value) in values {
                output::line(format_args!("  {word}: {value}"))?;
            }
            let of = if system.is_fixed() { "  with our adapter (clients/python):" } else { "  in a shell:" };
            output::line(of)?;
            for line in lines {
                output::line(format_args!("    {line}"))?;
            }
        }
        Ok(())
    }
}

fn key_in(path: &Path) -> anyhow::Result<KeyText> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.trim().parse().with_context(|| format!("{} holds no partner key", path.display()))
}

#[derive(Serialize)]
struct SystemLine<'a> {
    system: &'static str,
    values: std::collections::BTreeMap<&'static str, &'a str>,
    lines: Vec<String>,
}

impl Revoke {
    async fn run(self) -> anyhow::Result<()> {
        partners(&self.node).await?.revoke(&self.name_or_key).await?;
        output::line(format_args!("{} is revoked", self.name_or_key))
    }
}

impl AgreementArguments {
    const fn agreement(&self) -> Agreement {
        Agreement { sees: self.sees, contributes: self.contributes }
    }
}

impl KeyArguments {
    /// Before a key is made that could then not be handed over.
    fn check_file(&self) -> anyhow::Result<()> {
        match &self.key_file {
            Some(path) if path.exists() => anyhow::bail!("{} exists; name a new file", path.display()),
            _ => Ok(()),
        }
    }

    /// Gives the key to whoever asked for it, once.
    fn hand_over(&self, name: &PartnerName, key: &KeyText, json: bool) -> anyhow::Result<()> {
        let revealed = match &self.key_file {
            Some(path) => {
                node_key::write_secret(path, &key.reveal()).with_context(|| {
                    format!("cannot write {}: revoke the key {} and add another", path.display(), key.id())
                })?;
                None
            }
            None => Some(key.reveal()),
        };
        if json {
            let key_file = self.key_file.as_deref();
            return output::json_line(&NewKey {
                partner: name.as_str(),
                key_id: key.id().to_string(),
                key: revealed,
                key_file,
            });
        }
        match (&self.key_file, revealed) {
            (Some(path), _) => output::line(format_args!("key {} for {name} is in {}", key.id(), path.display())),
            (None, Some(revealed)) => {
                eprintln!("A key for {name}. It is shown this once; only a digest of it is kept:");
                output::line(revealed)
            }
            (None, None) => Ok(()),
        }
    }
}

async fn partners(node: &NodeArguments) -> anyhow::Result<Partners> {
    let settings = node.settings()?;
    let database = node.open_database(&settings).await?;
    database.migrate(&NODE).await?;
    Ok(Partners::new(database, Clock::System, Entropy::System))
}

fn scopes(text: &str) -> Result<Scopes, String> {
    text.split(',')
        .map(|name| {
            Scope::from_name(name)
                .ok_or_else(|| format!("a scope is contribute, follow, match or outcome; not {name:?}"))
        })
        .collect()
}

#[derive(Serialize)]
struct PartnerLine {
    name: String,
    sees: String,
    contributes: String,
    created_at: Time,
    revoked_at: Option<Time>,
    keys: Vec<KeyLine>,
}

#[derive(Serialize)]
struct KeyLine {
    id: String,
    scopes: Vec<Scope>,
    created_at: Time,
    expires_at: Option<Time>,
    revoked_at: Option<Time>,
    is_current: bool,
    cursor: Option<u64>,
    acknowledged_at: Option<Time>,
}

impl PartnerLine {
    fn of(partner: &PartnerView, now: Time) -> Self {
        Self {
            name: partner.name.clone(),
            sees: partner.agreement.sees.to_string(),
            contributes: partner.agreement.contributes.to_string(),
            created_at: partner.created_at,
            revoked_at: partner.revoked_at,
            keys: partner.keys.iter().map(|key| KeyLine::of(key, now)).collect(),
        }
    }
}

impl KeyLine {
    fn of(key: &KeyView, now: Time) -> Self {
        Self {
            id: key.id.to_string(),
            scopes: key.scopes.iter().collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            is_current: key.is_current(now),
            cursor: key.cursor.map(|(seq, _)| seq),
            acknowledged_at: key.cursor.map(|(_, at)| at),
        }
    }
}

fn show(partner: &PartnerView, now: Time) -> anyhow::Result<()> {
    let revoked = partner.revoked_at.map(|at| format!(", revoked {at}")).unwrap_or_default();
    let Agreement { sees, contributes } = partner.agreement;
    output::line(format_args!("{}: sees {sees}, contributes {contributes}{revoked}", partner.name))?;
    for key in &partner.keys {
        let state = match (key.revoked_at, key.expires_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(end)) if key.is_current(now) => format!("until {end}"),
            (None, Some(end)) => format!("over since {end}"),
            (None, None) => "in force".to_owned(),
        };
        let cursor = match key.cursor {
            Some((seq, at)) => format!("at change {seq} ({at})"),
            None => "nothing acknowledged yet".to_owned(),
        };
        let scopes: Vec<&str> = key.scopes.iter().map(Scope::name).collect();
        output::line(format_args!("  key {}: {}, {state}, {cursor}", key.id, scopes.join(",")))?;
    }
    Ok(())
}
