//! `rempart bank export`: standing entries, with their fingerprints, to a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use exchange::Entry;
use server::access::Viewer;
use server::node::Node;

use super::Form;
use super::lines::{self, COLUMNS};
use crate::commands::node::NodeArguments;
use crate::folder;
use crate::progress::Progress;

const PAGE: u32 = 2_000;

/// Write the standing entries with their fingerprints, opened, as NDJSON or CSV
///
/// The fingerprints are no longer sealed then: keep the file as you keep the node's key. The columns of the CSV form are
/// those that `bank import` reads; an entry of several fingerprints of one kind takes several rows with the same id.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// A new file, which only its owner may read, or - for standard output
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,

    /// The file's form [default: csv if its name ends in .csv, otherwise ndjson]
    #[arg(long, value_name = "FORM")]
    form: Option<Form>,

    #[command(flatten)]
    node: NodeArguments,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let (node, _) = self.node.open_node().await?;
        if self.file == Path::new("-") {
            let mut out = BufWriter::new(io::stdout());
            self.write(&node, &mut out).await?;
            out.flush()?;
        } else {
            // Whole under its name or not at all.
            let beside = self.file.with_added_extension("part");
            let written = self.write_file(&node, &beside).await;
            if written.is_err() {
                // What is there is a part of the bank, opened.
                let _ = fs::remove_file(&beside);
            }
            written?;
        }
        node.close().await;
        Ok(ExitCode::SUCCESS)
    }

    async fn write_file(&self, node: &Node, beside: &Path) -> anyhow::Result<()> {
        let mut out = BufWriter::new(create(beside, &self.file)?);
        self.write(node, &mut out).await?;
        out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        fs::rename(beside, &self.file)
            .and_then(|()| folder::sync(self.file.parent().unwrap_or(Path::new("."))))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }

    async fn write(&self, node: &Node, out: &mut (impl Write + Send)) -> anyhow::Result<()> {
        let form = Form::of(self.form, Some(&self.file));
        if form == Form::Csv {
            row(out, COLUMNS)?;
        }
        each_entry(node, |entry| {
            match form {
                Form::Ndjson => {
                    serde_json::to_writer(&mut *out, entry)?;
                    out.write_all(b"\n")?;
                }
                Form::Csv => lines::rows(entry).into_iter().try_for_each(|fields| row(out, fields))?,
            }
            Ok(())
        })
        .await
    }
}

/// Hands over every standing entry, by id.
pub(super) async fn each_entry(node: &Node, mut each: impl FnMut(&Entry) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let progress = Progress::new("entries read:", None);
    let head = node.bank.head().await?;
    let mut after = None;
    loop {
        let (entries, more) = node.bank.snapshot_page(Viewer::NODE, head, after, PAGE).await?;
        for entry in &entries {
            each(entry)?;
        }
        progress.add(entries.len() as u64);
        match more {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

fn create(beside: &Path, file: &Path) -> anyhow::Result<File> {
    if file.exists() {
        anyhow::bail!("{} exists; name a new file", file.display());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(beside).with_context(|| format!("cannot write {}", beside.display()))
}

fn row(out: &mut impl Write, fields: impl IntoIterator<Item = impl AsRef<[u8]>>) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(fields)?;
    Ok(out.write_all(&writer.into_inner().map_err(|error| error.into_error())?)?)
}
