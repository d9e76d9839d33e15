//! `rempart log monitor`: watching the key log of an issuer of age proofs, which anybody may do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use server::age::keylog::LogSource;
use server::age::monitor::Monitor as Watching;
use server::clock::Clock;
use server::http::serve;
use tokio_util::sync::CancellationToken;

use super::super::asked_to_end;
use super::super::serve::{listen, url};
use crate::node_key::{self, Absent};
use crate::{folder, output};

/// Follow a key log and tell when it was rewritten, when a key that is offered is not in it, or when there are two keys for one age
/// and week
///
/// Ends with 1 at the first alarm. The folder holds what was seen, so that the next look knows; it is a copy of the log that any web
/// server can serve, with this mirror's signature below the checkpoint. With --listen it is served here.
#[derive(Args, Debug)]
pub(crate) struct Monitor {
    /// Where the issuer is
    #[arg(value_name = "URL")]
    url: String,

    /// The issuer's name
    #[arg(long, value_name = "HOST")]
    issuer: String,

    /// The key of the issuer's log, as `rempart age issuer` prints it
    #[arg(long, value_name = "KEY")]
    log_key: String,

    /// Where what was seen is kept
    #[arg(long, value_name = "DIR", default_value = "rempart-log")]
    data: PathBuf,

    /// What this mirror calls itself below the checkpoint
    #[arg(long, value_name = "NAME", default_value = "mirror")]
    name: String,

    /// Look again every so many seconds; without it, once
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(10..=86_400))]
    every: Option<u64>,

    /// Serve the copy here too; needs --every
    #[arg(long, value_name = "ADDR", requires = "every")]
    listen: Option<SocketAddr>,
}

impl Monitor {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        folder::make(&self.data)?;
        let key = node_key::load(&node_key::place(None, self.data.join("mirror.key")), Absent::Make)?;
        let source = LogSource::new(&self.url, self.issuer.parse()?, self.log_key.parse()?)?;
        let watching = Watching::open(source, &self.data.join("log"), &self.name, &key, Clock::System)?;
        let mut end = std::pin::pin!(asked_to_end()?);
        let stop = CancellationToken::new();
        if let Some(address) = self.listen {
            let listening = listen(address).await?;
            output::line(format_args!("mirror:     {}", url(listening.address)))?;
            output::line(format_args!("its key:    {}", watching.verifier()))?;
            tokio::spawn(serve(listening, watching.router(), stop.clone()));
        }
        loop {
            match watching.look().await {
                Ok(looked) => output::json_line(&looked)?,
                Err(error) if error.is_alarm() => {
                    output::line(format_args!("ALARM: {error}"))?;
                    return Ok(ExitCode::FAILURE);
                }
                // Out of reach for now is no alarm, unless it is all there was to do.
                Err(error) if self.every.is_some() => eprintln!("rempart: {error}"),
                Err(error) => return Err(error.into()),
            }
            let Some(seconds) = self.every else { return Ok(ExitCode::SUCCESS) };
            if tokio::time::timeout(Duration::from_secs(seconds), &mut end).await.is_ok() {
                stop.cancel();
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
}
