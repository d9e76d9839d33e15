//! The data folder: made with rights for its owner alone.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::Context;

/// Makes the folder, for its owner alone, unless it is there.
pub(crate) fn make(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))
}

/// Puts on disk which files the folder holds: a new or renamed file is otherwise lost with the power.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Bytes that the folder's disk still takes from this user.
pub(crate) fn free_bytes(folder: &Path) -> io::Result<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}
