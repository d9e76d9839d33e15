//! Picture files to fingerprints: files, folders with all they hold, standard input; on all cores, in order, a bounded
//! number at a time.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use exchange::{Fingerprint, View};
use media::{DecodeError, Limits, PictureFingerprints, Purpose};
use rayon::prelude::*;

use crate::progress::Progress;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";
/// Files that each core gets before the results are handed on, in order.
const FILES_PER_CORE: usize = 16;

/// Why a file has no fingerprints.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// It is not there or may not be read. Check the path and its rights.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// See [`DecodeError`].
    #[error("{0}")]
    Undecodable(#[from] DecodeError),
}

/// How many went well and how many did not.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) hashed: u64,
    pub(crate) failed: u64,
}

/// Hashes everything under `paths`, handing each picture's fingerprints to `each` in the order of the paths, folders
/// sorted by name. A file that cannot be hashed is named on standard error and counted.
pub(crate) fn hash_all(
    paths: &[PathBuf],
    purpose: Purpose,
    mut each: impl FnMut(&Path, PictureFingerprints) -> anyhow::Result<()>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let progress = Progress::new("pictures hashed:", None);
    let mut files = Files::under(paths);
    let chunk_len = rayon::current_num_threads() * FILES_PER_CORE;
    loop {
        let chunk: Vec<_> = files.by_ref().take(chunk_len).collect();
        if chunk.is_empty() {
            return Ok(tally);
        }
        let hashed: Vec<_> = chunk
            .into_par_iter()
            .map(|(path, found)| {
                let result = found.map_err(PictureError::from).and_then(|()| hash(&path, purpose));
                progress.add(1);
                (path, result)
            })
            .collect();
        for (path, result) in hashed {
            match result {
                Ok(fingerprints) => {
                    tally.hashed += 1;
                    each(&path, fingerprints)?;
                }
                Err(error) => {
                    tally.failed += 1;
                    progress.say(&format!("rempart: {}: {error}", path.display()));
                }
            }
        }
    }
}

/// Reads one file, or standard input for `-`, no further than a picture may be long.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, io::Error> {
    let most = Limits::default().bytes_max + 1;
    let mut bytes = Vec::new();
    if path.as_os_str() == STANDARD_INPUT {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn hash(path: &Path, purpose: Purpose) -> Result<PictureFingerprints, PictureError> {
    Ok(media::fingerprints(&read(path)?, &Limits::default(), purpose)?)
}

/// The views that go into a bank.
pub(crate) fn views_for_the_bank(of: &PictureFingerprints) -> Vec<View> {
    of.views.iter().map(|(view, hash)| View { code: view.code(), hash: *hash.as_bytes() }).collect()
}

/// The fingerprints that go into a bank: PDQ with its quality, SHA-256, MD5.
pub(crate) fn for_the_bank(of: &PictureFingerprints) -> Vec<Fingerprint> {
    let hash = *of.dihedral.hashes[0].as_bytes();
    vec![
        Fingerprint::Pdq { hash, quality: Some(of.dihedral.quality) },
        Fingerprint::Sha256(*of.sha256.as_bytes()),
        Fingerprint::Md5(*of.md5.as_bytes()),
    ]
}

/// The files under some paths, depth first, sorted by name; a path that cannot be looked at comes with its error.
pub(crate) struct Files {
    /// What is still to be looked at, the next one last.
    waiting: Vec<PathBuf>,
}

impl Files {
    pub(crate) fn under(paths: &[PathBuf]) -> Self {
        Self { waiting: paths.iter().rev().cloned().collect() }
    }

    fn open_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut inside = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            // A link to a folder may lead back to where it stands; a link to a file is that file.
            if !(kind.is_symlink() && entry.path().is_dir()) {
                inside.push(entry.path());
            }
        }
        inside.sort_unstable_by(|one, other| other.cmp(one));
        self.waiting.append(&mut inside);
        Ok(())
    }
}

impl Iterator for Files {
    type Item = (PathBuf, io::Result<()>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(path) = self.waiting.pop() {
            if path.as_os_str() != STANDARD_INPUT && path.is_dir() {
                match self.open_folder(&path) {
                    Ok(()) => continue,
                    Err(error) => return Some((path, Err(error))),
                }
            }
            return Some((path, Ok(())));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_depth_first_by_name_and_links_to_folders_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        for name in ["z", "a", "b/2", "b/1", "b/c/3"] {
            fs::write(at(name), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), at("b/back")).unwrap();
        let found = Files::under(&[folder.path().to_owned(), "-".into()]).map(|(path, result)| {
            result.unwrap();
            path
        });
        let expected = [at("a"), at("b/1"), at("b/2"), at("b/c/3"), at("z"), "-".into()];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
