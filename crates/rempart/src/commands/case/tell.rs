//! `rempart case tell`: neutral mails for what came in, from a machine on which the hotline's key is not.

use std::path::PathBuf;

use clap::Args;

use super::{NodeArguments, read_sheet};
use crate::output;

/// See [`super::Case::Tell`].
#[derive(Args, Debug)]
pub(crate) struct Tell {
    /// A file with the hotline's 24 words [default: hotline.key in the data folder, else standard input]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

impl Tell {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let here = if self.key.is_none() { self.node.hotline_key().read()? } else { None };
        let secret = match here {
            Some(secret) => secret,
            None => read_sheet(self.key.as_ref())?,
        };
        let (node, _) = self.node.open_node().await?;
        let is_offered = node.alerts.is_offered();
        let told = node.intake.tell_news_of_all(&secret).await;
        node.close().await;
        let told = told?;
        if self.json {
            output::json_line(&serde_json::json!({"mails": told}))
        } else if is_offered {
            output::line(format_args!("{told} neutral mails wait to be sent by `rempart serve`"))
        } else {
            output::line("no mail server is set (smtp_url): nobody is told by mail")
        }
    }
}
