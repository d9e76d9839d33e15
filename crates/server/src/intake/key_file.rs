//! The hotline's secret on this machine: a file with the 24 words of its recovery sheet, until the operator keeps them
//! elsewhere.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sealing::{Lexicon, RecipientSecret, SheetError};
use zeroize::Zeroizing;

/// Where the file is, or would be.
#[derive(Clone, Debug)]
pub struct KeyFile(PathBuf);

/// Why the file gives no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read, written or removed. Look at the folder's rights and its disk.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// What stands in the file is no recovery sheet. Put the 24 words there.
    #[error("{path}: {error}")]
    Sheet {
        /// The file.
        path: String,
        /// What is wrong with the words.
        error: SheetError,
    },
}

impl KeyFile {
    /// The file at this path.
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether the secret lies here.
    pub fn is_there(&self) -> bool {
        self.0.exists()
    }

    /// The secret, if the file is there.
    pub fn read(&self) -> Result<Option<RecipientSecret>, KeyFileError> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let secret = RecipientSecret::from_sheet(&text);
        Ok(Some(secret.map_err(|error| KeyFileError::Sheet { path: self.0.display().to_string(), error })?))
    }

    /// Writes a new file that only its owner may read, through to the disk. Fails when there is one.
    pub fn write(&self, secret: &RecipientSecret) -> Result<(), KeyFileError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let sheet = Zeroizing::new(secret.sheet(Lexicon::En).join(" "));
        let written = options.open(&self.0).and_then(|mut file| {
            writeln!(file, "{}", sheet.as_str())?;
            file.sync_all()
        });
        written.map_err(|error| self.failed(error))
    }

    /// Removes the file. False when there was none.
    pub fn forget(&self) -> Result<bool, KeyFileError> {
        match fs::remove_file(&self.0) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: io::Error) -> KeyFileError {
        KeyFileError::File { path: self.0.display().to_string(), error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_secret_is_written_once_for_its_owner_alone_and_read_back_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("hotline.key"));
        assert!(file.read().unwrap().is_none() && !file.forget().unwrap());
        let secret = RecipientSecret::generate(&mut StdRng::seed_from_u64(1));
        file.write(&secret).unwrap();
        assert_eq!(file.read().unwrap().unwrap().as_bytes(), secret.as_bytes());
        assert!(file.write(&RecipientSecret::generate(&mut StdRng::seed_from_u64(2))).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(file.forget().unwrap() && !file.is_there());
    }
}
