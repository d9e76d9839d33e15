//! Reaching a node or a matcher over HTTP: keys from files, and patience.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use server::http::{Remote, RemoteError};

const ASKED_MAX: u32 = 8;
const WAIT_SECONDS_MAX: u64 = 60;

/// The API at `url`, showing the key that the file holds.
pub(super) fn remote(url: &str, key_file: Option<&Path>) -> anyhow::Result<Remote> {
    let key = key_file.map(secret).transpose()?;
    Ok(Remote::new(url, key.as_deref())?)
}

/// What a file of one secret holds.
pub(super) fn secret(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read the key {}", file.display()))?;
    let secret = text.trim();
    if secret.is_empty() || secret.contains(char::is_whitespace) {
        bail!("{} holds no key: put the key there, and nothing else", file.display());
    }
    Ok(secret.to_owned())
}

/// Asks again when told that it asks too often, or that the bank is still loading, as long as it is told to wait.
pub(super) async fn patiently<T>(mut ask: impl AsyncFnMut() -> Result<T, RemoteError>) -> Result<T, RemoteError> {
    let mut asked = 0;
    loop {
        asked += 1;
        match ask().await {
            Err(RemoteError::Refused { retry_after_seconds: Some(seconds), .. }) if asked < ASKED_MAX => {
                tokio::time::sleep(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX))).await;
            }
            answer => return answer,
        }
    }
}
