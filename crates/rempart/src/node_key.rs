//! Where a node's or a matcher's key is: in the environment, in a file that was named, or in the data folder, where
//! the first start puts it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use rand::rngs::StdRng;
use sealing::NodeKey;

use crate::folder;

/// The variable that may hold the key itself: 64 hex digits.
pub(crate) const VARIABLE: &str = "REMPART_NODE_KEY";

/// Where the key is to be found.
#[derive(Debug)]
pub(crate) enum Place {
    /// In [`VARIABLE`].
    Environment,
    /// In this file; `made_here`: the first start may make it.
    File {
        /// The file.
        path: PathBuf,
        /// Whether it lies in the data folder under its usual name.
        made_here: bool,
    },
}

/// The environment before a file that was named before `usual`.
pub(crate) fn place(named: Option<&Path>, usual: PathBuf) -> Place {
    if std::env::var_os(VARIABLE).is_some() {
        return Place::Environment;
    }
    match named {
        Some(path) => Place::File { path: path.to_owned(), made_here: false },
        None => Place::File { path: usual, made_here: true },
    }
}

/// What may happen when there is no key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Nothing is sealed yet: make one, in the data folder only.
    Make,
    /// Something is sealed: without its key it cannot be read, and a new one would not help.
    Refuse,
}

/// Reads the key, or makes it.
pub(crate) fn load(place: &Place, absent: Absent) -> anyhow::Result<Arc<NodeKey>> {
    let (path, made_here) = match place {
        Place::Environment => {
            let text = std::env::var(VARIABLE).with_context(|| format!("{VARIABLE} is not text"))?;
            return Ok(Arc::new(NodeKey::parse(&text).with_context(|| format!("{VARIABLE} holds no key"))?));
        }
        Place::File { path, made_here } => (path, *made_here),
    };
    match fs::read_to_string(path) {
        Ok(text) => {
            let key = NodeKey::parse(&text).with_context(|| format!("{} holds no key", path.display()))?;
            Ok(Arc::new(key))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot read the key {}", path.display()))
        }
        Err(_) if absent == Absent::Make && made_here => make(path),
        Err(_) if absent == Absent::Make => bail!(
            "there is no key at {}; leave the setting out to have one made in the data folder, or put 64 hex digits \
             there",
            path.display()
        ),
        Err(_) => bail!(
            "the key {} is missing, and what is here was sealed with it: put the key back from where you keep a copy, \
             name it with --node-key-file, or set {VARIABLE}. Nothing was changed",
            path.display()
        ),
    }
}

/// Makes a key, on disk before anything is sealed with it. When another process makes one at the same moment, the
/// first wins and both use it.
fn make(path: &Path) -> anyhow::Result<Arc<NodeKey>> {
    let key = NodeKey::generate(&mut rand::make_rng::<StdRng>());
    let beside = path.with_extension(format!("key-{}", std::process::id()));
    let written = write_secret(&beside, key.to_text().as_str()).and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => folder::sync(path.parent().unwrap_or(Path::new("."))),
    });
    let _ = fs::remove_file(&beside);
    written.with_context(|| format!("cannot write the key {}", path.display()))?;
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the key {}", path.display()))?;
    Ok(Arc::new(NodeKey::parse(&text).with_context(|| format!("{} holds no key", path.display()))?))
}

/// Writes a new file that only its owner may read, through to the disk.
pub(crate) fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(folder: &Path) -> Place {
        Place::File { path: folder.join("node.key"), made_here: true }
    }

    #[test]
    fn a_key_is_made_once_and_read_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let first = load(&here(folder.path()), Absent::Make).unwrap();
        let again = load(&here(folder.path()), Absent::Refuse).unwrap();
        assert_eq!(first.check(), again.check());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_a_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        load(&here(folder.path()), Absent::Make).unwrap();
        let mode = fs::metadata(folder.path().join("node.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_missing_key_is_not_replaced_when_something_was_sealed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = load(&here(folder.path()), Absent::Refuse).unwrap_err();
        assert!(error.to_string().contains("put the key back"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_key_file_that_was_named_is_never_made() {
        let folder = tempfile::tempdir().unwrap();
        let named = Place::File { path: folder.path().join("mine.key"), made_here: false };
        assert!(load(&named, Absent::Make).is_err());
    }
}
