//! `rempart age ...`: age checks with double anonymity. Three servers that run alone, each with a folder of its own, the wallet page, and
//! what goes with them.

mod attester;
mod audit;
mod codes;
mod issuer;
mod revoke;
mod settings;
mod verifier;
mod wallet;

use std::path::Path;
use std::sync::Arc;

use clap::Subcommand;
use sealing::NodeKey;
use serde::Serialize;
use server::storage::{Database, DatabaseUrl};

use crate::folder;
use crate::node_key::{self, Absent};

/// Check ages so that a site learns one bit, whoever checks learns no site, and both together cannot join the two
#[derive(Subcommand, Debug)]
pub(crate) enum Age {
    Issuer(issuer::Issuer),
    Attester(attester::Attester),
    Verifier(verifier::Verifier),
    Wallet(wallet::Wallet),
    Codes(codes::Codes),
    Revoke(revoke::Revoke),
    Audit(audit::Audit),
}

impl Age {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Issuer(issuer) => issuer.run().await,
            Self::Attester(attester) => attester.run().await,
            Self::Verifier(verifier) => verifier.run().await,
            Self::Wallet(wallet) => wallet.run().await,
            Self::Codes(codes) => codes.run().await,
            Self::Revoke(revoke) => revoke.run().await,
            Self::Audit(audit) => audit.run().await,
        }
    }
}

/// The first line of a server with `--json`.
#[derive(Serialize)]
struct Started {
    url: String,
    /// By which key others know it: an issuer's log, an attester's vouchers.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// The database and the key of one of the three, in its own folder.
async fn open(data: &Path, role: &str, database: Option<&str>) -> anyhow::Result<(Database, Arc<NodeKey>)> {
    folder::make(data)?;
    let file = data.join(format!("{role}.db"));
    let absent = if file.exists() { Absent::Refuse } else { Absent::Make };
    let url = match database {
        Some(url) => url.parse()?,
        None => DatabaseUrl::Sqlite(file),
    };
    let key = node_key::load(&node_key::place(None, data.join(format!("{role}.key"))), absent)?;
    Ok((Database::open(&url).await?, key))
}
