//! `rempart demo`: the whole way of a fingerprint, on one machine, over real sockets.
//!
//! Nothing here reaches past the API, except that the operator's own commands (adding partners, reading how far their
//! cursors are) work on the node directly, as they do everywhere.

mod figures;
mod sources;
pub(super) mod stage;
mod walk;

use std::path::PathBuf;

use clap::Args;

use super::asked_to_end;
use crate::output;
use sources::Sources;
use stage::Stage;
use walk::Walk;

/// Show all of it on this machine: a node, two platforms with a matcher each, pictures, copies, a withdrawal
///
/// Starts them on the loopback address and takes the real road, over HTTP. Protects pictures (drawn ones, or yours),
/// measures how long until both platforms recognise them, sends altered copies and unrelated pictures, reports what was
/// done back to the node, withdraws one, and says what it found. Then it stays up, so that you can look at the status
/// page, until ctrl-c. Your pictures are only read; nothing leaves this machine.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// A folder for the demo alone; one that an earlier demo made is emptied first
    #[arg(long, value_name = "DIR", default_value = "rempart-demo")]
    data: PathBuf,

    /// Take the pictures in this folder instead of drawn ones
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,

    /// How many pictures to protect, at most
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,

    /// How many unrelated pictures to send
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    unrelated: u32,

    /// End after the walk
    #[arg(long)]
    exit: bool,

    /// Say nothing but the figures, as one line of JSON
    #[arg(long)]
    json: bool,
}

/// Tells a person what happens, unless a machine listens.
#[derive(Clone, Copy)]
struct Voice {
    is_on: bool,
}

impl Voice {
    fn say(self, text: impl std::fmt::Display) -> anyhow::Result<()> {
        if self.is_on { output::line(text) } else { Ok(()) }
    }
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let end = asked_to_end()?;
        tokio::select! {
            result = self.show() => result,
            () = end => Ok(()),
        }
    }

    async fn show(&self) -> anyhow::Result<()> {
        let voice = Voice { is_on: !self.json };
        let stage = Stage::set(&self.data, voice).await?;
        let sources = match &self.pictures {
            Some(folder) => Sources::from_folder(folder, self.count).await?,
            None => Sources::drawn(self.count).await?,
        };
        voice.say(sources.told())?;
        let figures = Walk { stage: &stage, sources: &sources, voice }.take(self.unrelated).await?;
        if self.json {
            output::json_line(&figures)?;
        } else {
            output::line(&figures)?;
        }
        if self.exit {
            stage.clear().await;
            return Ok(());
        }
        voice.say(format_args!("\nStatus page: {}   (ctrl-c ends)", stage.status_page))?;
        std::future::pending().await
    }
}
