//! `rempart hash`: fingerprints of one's own pictures.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use exchange::{Fingerprint, View};
use media::{PictureFingerprints, Purpose};
use serde::Serialize;

use super::pictures::{for_the_bank, hash_all, views_for_the_bank};
use crate::output;

/// Take the fingerprints of pictures, here, without sending anything
///
/// Prints a line for each picture: its PDQ hash, that hash's quality (0 to 100; below 50 the picture is too plain to be
/// recognised safely) and its path. With --json, a JSON object for each: path, fingerprints (pdq, sha256, md5),
/// views (PDQ hashes of the picture cropped or tilted), orientations (the PDQ hashes of its eight orientations), width,
/// height, format. `rempart bank import` takes those
/// lines.
///
/// A file that cannot be hashed is named on standard error, the others are hashed all the same, and the exit code
/// is 1.
#[derive(Args, Debug)]
pub(crate) struct Hash {
    /// Pictures, folders of pictures, or - for a picture on standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a Path,
    fingerprints: Vec<Fingerprint>,
    views: Vec<View>,
    orientations: Vec<String>,
    width: u32,
    height: u32,
    format: String,
}

impl Hash {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        // Views are printed with --json only.
        let purpose = if self.json { Purpose::Bank } else { Purpose::Plain };
        let tally = hash_all(&self.paths, purpose, |path, found| self.print(path, &found))?;
        Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn print(&self, path: &Path, found: &PictureFingerprints) -> anyhow::Result<()> {
        if !self.json {
            return output::line(format_args!(
                "{} {:3} {}",
                found.dihedral.hashes[0],
                found.dihedral.quality,
                path.display()
            ));
        }
        output::json_line(&Line {
            path,
            fingerprints: for_the_bank(found),
            views: views_for_the_bank(found),
            orientations: found.dihedral.hashes.iter().map(ToString::to_string).collect(),
            width: found.width,
            height: found.height,
            format: found.format.to_string(),
        })
    }
}
