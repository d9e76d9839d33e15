//! `rempart log`: logs that anybody who is handed one can check.

mod audit;
mod monitor;

use std::process::ExitCode;

use clap::Subcommand;

/// Check the log of who did what to which case, or watch the key log of an issuer of age proofs
#[derive(Subcommand, Debug)]
pub(crate) enum Log {
    /// The log of who did what to which case
    #[command(subcommand)]
    Audit(audit::Audit),
    Monitor(monitor::Monitor),
}

impl Log {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Audit(audit) => audit.run().await.map(|()| ExitCode::SUCCESS),
            Self::Monitor(monitor) => monitor.run().await,
        }
    }
}
