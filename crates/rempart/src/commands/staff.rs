//! `rempart staff`: who works here. What needs no page: the first invitation, and the last resort.

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use exchange::PartnerId;
use serde::Serialize;
use server::access::staff::{INVITATION_HOURS, Member, NewStaff, Role, StaffName, State};
use server::node::Node;

use super::node::{Listing, NodeArguments};
use super::serve::url;
use crate::output;

/// People who work here: invite, list, end
#[derive(Subcommand, Debug)]
pub(crate) enum Staff {
    /// Invite somebody: prints a link, good once, behind which they choose a passphrase and a second factor
    Invite(Invite),
    /// List who is here, was invited, or left
    List(Listing),
    /// End somebody's access at once: sessions, key, and every case key that was sealed to them
    End(End),
}

/// See [`Staff::Invite`].
#[derive(Args, Debug)]
pub(crate) struct Invite {
    /// How they are called here, and sign in
    #[arg(value_name = "NAME")]
    name: String,

    /// What they are to do
    #[arg(long, value_name = "ROLE", value_enum)]
    role: RoleWord,

    /// The partner that somebody of a platform works at
    #[arg(long, value_name = "PARTNER")]
    partner: Option<String>,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// See [`Staff::End`].
#[derive(Args, Debug)]
pub(crate) struct End {
    /// Their name
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    node: NodeArguments,
}

/// A role as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleWord {
    /// Works through cases
    Analyst,
    /// Works through cases, decides where two disagree, invites, reads the log
    Lead,
    /// Mediates between people who know each other
    Mediator,
    /// Sets the node up, and can open no case
    Administrator,
    /// Works at a platform, and sees what was sent to it
    Platform,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Analyst => Self::Analyst,
            RoleWord::Lead => Self::Lead,
            RoleWord::Mediator => Self::Mediator,
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Platform => Self::Platform,
        }
    }
}

/// The answer with `--json`.
#[derive(Serialize)]
struct Link {
    url: String,
    hours: i64,
}

/// A line of the list with `--json`.
#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    role: &'static str,
    state: &'static str,
    opens_cases: bool,
}

impl Staff {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Invite(invite) => invite.run().await,
            Self::List(listing) => list(listing).await,
            Self::End(end) => end.run().await,
        }
    }
}

impl Invite {
    async fn run(self) -> anyhow::Result<()> {
        let name = StaffName::parse(&self.name)?;
        let base = url(self.node.settings()?.node_address());
        let (node, operator) = self.node.open_node().await?;
        let invited = async {
            let partner = match &self.partner {
                Some(name) => Some(partner_named(&node, name).await?),
                None => None,
            };
            let new = NewStaff { name, role: self.role.into(), partner };
            anyhow::Ok(node.staff.invite_as_operator(&operator, new).await?)
        }
        .await;
        node.close().await;
        let url = format!("{base}{}", invited?.path);
        if self.json {
            output::json_line(&Link { url, hours: INVITATION_HOURS })
        } else {
            output::line(format_args!(
                "{url}\ngood once, for {INVITATION_HOURS} hours; under the node's public address"
            ))
        }
    }
}

impl End {
    async fn run(self) -> anyhow::Result<()> {
        let (node, operator) = self.node.open_node().await?;
        let ended = node.staff.end_as_operator(&operator, &self.name).await;
        node.close().await;
        if !ended? {
            bail!("nobody who is here is called {}; `rempart staff list` shows who is", self.name);
        }
        output::line(format_args!("{} signs in no more, and nothing is sealed to them", self.name))
    }
}

async fn partner_named(node: &Node, name: &str) -> anyhow::Result<PartnerId> {
    let partners = node.partners.list().await?;
    let found = partners.into_iter().find(|partner| partner.name == name);
    Ok(found.with_context(|| format!("there is no partner called {name}; `rempart partner list` shows them"))?.id)
}

async fn list(listing: Listing) -> anyhow::Result<()> {
    let (node, _) = listing.node.open_node().await?;
    let members = node.staff.members().await;
    node.close().await;
    for member in members? {
        if listing.json {
            output::json_line(&line(&member))?;
        } else {
            let Line { name, role, state, .. } = line(&member);
            output::line(format_args!("{name}  {role}  {state}"))?;
        }
    }
    Ok(())
}

fn line(member: &Member) -> Line {
    Line {
        id: member.id.to_string(),
        name: member.name.clone(),
        role: member.role.word(),
        state: match member.state {
            State::Invited => "invited",
            State::Here => "here",
            State::Left => "left",
        },
        opens_cases: member.role.opens_cases() && member.public_key.is_some(),
    }
}
