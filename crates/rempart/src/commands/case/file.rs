//! `rempart case open-file`: one sealed file, in clear, into a pipe and nowhere else.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, bail};
use clap::Args;
use sealing::FileKey;
use server::intake::OpenCase;
use server::intake::uploads::SealedKey;
use server::node::Node;

use super::{NodeArguments, RecipientSecret, Usage, Which};

/// See [`super::Case::OpenFile`].
#[derive(Args, Debug)]
pub(crate) struct OpenFile {
    #[command(flatten)]
    which: Which,

    /// The file's number as `rempart case show` shows it
    #[arg(value_name = "ITEM")]
    item: i64,

    #[command(flatten)]
    node: NodeArguments,
}

impl OpenFile {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if io::stdout().is_terminal() {
            return Err(Usage(
                "a file goes into a pipe, such as `rempart case open-file CASE ITEM | display -`, never to a terminal"
                    .into(),
            )
            .into());
        }
        let secret = self.which.secret(&self.node)?;
        let (node, operator) = self.node.open_node().await?;
        let written = async {
            let case = self.which.open(&node, &operator, &secret).await?;
            write(&node, &case, &secret, self.item).await
        };
        let written = written.await;
        node.close().await;
        written
    }
}

/// Writes part after part: a file whose end does not fit is an error after what came before was written.
async fn write(node: &Node, case: &OpenCase, secret: &RecipientSecret, item: i64) -> anyhow::Result<()> {
    let view = node.intake.view(case).await?;
    let Some(file) = view.uploads.into_iter().find(|file| file.position == item) else {
        bail!("item {item} is no file of this case: see `rempart case show`")
    };
    let upload =
        file.upload.context("nothing is left of this file: it was taken back, decided on, or its time is over")?;
    let sealed = SealedKey::sealed_for(&upload.keys, secret).context("the file was not sealed to this key")?;
    let key = FileKey::open(secret, upload.id.as_bytes(), &sealed).context("the file's key does not open")?;
    let mut opener = key.opener(upload.id.as_bytes());
    let mut out = io::stdout().lock();
    for position in 0..upload.parts {
        let part = node.intake.sealed_part(upload.id, position).await?.context("a part of the file is gone")?;
        let part = opener.open_next(&part, position + 1 == upload.parts);
        let part =
            part.context("a part does not open: the page that sealed it was not ours, or the database is damaged")?;
        out.write_all(&part).context("cannot write the file on")?;
    }
    out.flush().context("cannot write the file on")
}
