//! A node's data folder, database and key, as every command that works on them finds them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use sealing::NodeKey;
use serde::Serialize;
use server::access::Operator;
use server::bank::Bank;
use server::casework::DeskSettings;
use server::desk::Faces;
use server::http::{Guard, Names};
use server::intake::{COMMON_BYTES_MAX, KeyFile, Screen};
use server::node::{Node, NodeSettings};
use server::removal::Looker;
use server::storage::{Database, DatabaseUrl};

use crate::config::{self, Settings};
use crate::node_key::{self, Absent, Place};

const DATABASE_FILE: &str = "node.db";
const KEY_FILE: &str = "node.key";
const HOTLINE_KEY_FILE: &str = "hotline.key";

/// Which node.
#[derive(Args, Debug)]
pub(crate) struct NodeArguments {
    /// The node's folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database
    #[arg(long, value_name = "DIR", env = "REMPART_DATA", hide_env_values = true, default_value = "rempart-data")]
    pub(crate) data: PathBuf,

    /// Read settings from this file instead of rempart.toml in the data folder
    #[arg(long, value_name = "FILE", env = "REMPART_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,

    /// The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,

    /// The file that holds the node's key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself,
    /// goes before it [default: node.key in the data folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) node_key_file: Option<PathBuf>,
}

/// A node whose list of something is asked for.
#[derive(Args, Debug)]
pub(crate) struct Listing {
    #[command(flatten)]
    pub(crate) node: NodeArguments,

    /// A JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// What of [`NodeArguments`] is a setting.
#[derive(Serialize)]
pub(crate) struct NodeFlags<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_key_file: Option<&'a Path>,
}

impl NodeArguments {
    /// What was given on the command line.
    pub(crate) fn flags(&self) -> NodeFlags<'_> {
        NodeFlags { database: self.database.as_deref(), node_key_file: self.node_key_file.as_deref() }
    }

    /// The settings, without those that only serving has.
    pub(crate) fn settings(&self) -> Result<Settings, config::ConfigError> {
        Settings::read(&self.data, self.config.as_deref(), &self.flags())
    }

    /// Where the database is.
    pub(crate) fn database_url(&self, settings: &Settings) -> anyhow::Result<DatabaseUrl> {
        Ok(match &settings.database {
            Some(url) => url.parse()?,
            None => DatabaseUrl::Sqlite(self.data.join(DATABASE_FILE)),
        })
    }

    /// Where the key is.
    pub(crate) fn key_place(&self, settings: &Settings) -> Place {
        node_key::place(config::path(settings.node_key_file.as_ref()).as_deref(), self.data.join(KEY_FILE))
    }

    /// Where the hotline's secret lies, until the operator keeps it elsewhere.
    pub(crate) fn hotline_key(&self) -> KeyFile {
        KeyFile::new(self.data.join(HOTLINE_KEY_FILE))
    }

    /// Opens the database of a node that is there. A misspelt folder must not look like an empty node.
    pub(crate) async fn open_database(&self, settings: &Settings) -> anyhow::Result<Database> {
        let url = self.database_url(settings)?;
        if let DatabaseUrl::Sqlite(path) = &url
            && !path.exists()
        {
            bail!(
                "there is no node at {}: name its folder with --data, or set one up with `rempart serve`",
                path.display()
            );
        }
        open(&url).await
    }

    /// Opens a node that is there, key checked, schema brought up to date; nothing of it runs.
    pub(crate) async fn open_node(&self) -> anyhow::Result<(Node, Operator)> {
        let settings = self.settings()?;
        let database = self.open_database(&settings).await?;
        let key = self.key(&settings, &database).await?;
        Ok(Node::open(database, key, node_settings(&settings)?).await?)
    }

    /// The key, made if nothing was ever sealed in this database.
    pub(crate) async fn key(&self, settings: &Settings, database: &Database) -> anyhow::Result<Arc<NodeKey>> {
        let absent = if Bank::is_set_up(database).await? { Absent::Refuse } else { Absent::Make };
        node_key::load(&self.key_place(settings), absent)
    }
}

/// Connects, saying which engine did not answer.
pub(crate) async fn open(url: &DatabaseUrl) -> anyhow::Result<Database> {
    Database::open(url).await.with_context(|| match url {
        DatabaseUrl::Sqlite(path) => format!("cannot open the database {}", path.display()),
        // The address may hold a password.
        DatabaseUrl::Postgres(_) => {
            "cannot open the PostgreSQL database: check its address and that it runs".to_owned()
        }
    })
}

/// What a node is started with.
pub(crate) fn node_settings(settings: &Settings) -> anyhow::Result<NodeSettings> {
    let screen = match config::path(settings.common_pictures_file.as_ref()) {
        Some(file) => Screen::ours().and(common_pictures(&file).with_context(|| file.display().to_string())?),
        None => Screen::ours(),
    };
    Ok(NodeSettings {
        screen,
        block_radius: settings.block_radius,
        views_max: settings.views,
        requests_per_second: settings.requests_per_second,
        proxies: settings.proxies()?,
        faces: Faces { desk: settings.desk, console: settings.console },
        mail: settings.mail()?,
        guard: Guard::with(Names::System, settings.webhook_permits.clone()),
        looker: if settings.look_again { Some(looker()?) } else { None },
        portal_path: settings.portal_path()?,
        retention: settings.retention.retention(),
        mail_delay_seconds_max: u64::from(settings.mail_delay_minutes) * 60,
        casework: DeskSettings {
            lease_minutes: settings.casework.lease_minutes,
            exposure_soft_minutes: settings.casework.exposure_soft_minutes,
            exposure_hard_minutes: settings.casework.exposure_hard_minutes,
            break_minutes: settings.casework.break_minutes,
            ..DeskSettings::default()
        },
        ..NodeSettings::default()
    })
}

/// This very program, as the process that looks at pages.
fn looker() -> anyhow::Result<Looker> {
    Ok(Looker { program: std::env::current_exe()?, arguments: vec!["look".to_owned()] })
}

/// Reads a list of pictures that very many people have.
fn common_pictures(file: &Path) -> anyhow::Result<Screen> {
    let mut text = String::new();
    File::open(file)?.take(COMMON_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    if text.len() > COMMON_BYTES_MAX {
        bail!("a list of pictures that are not taken has at most {COMMON_BYTES_MAX} bytes");
    }
    Ok(Screen::read(&text)?)
}
