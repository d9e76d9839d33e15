//! The settings of one server of age checks: the file of its role in its own folder (`issuer.toml`, `attester.toml`, `verifier.toml`,
//! `wallet.toml`). What a flag says counts more than what the file says.

use std::path::Path;

use anyhow::Context;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::output::Usage;

/// Reads them; a key that means nothing is an error, and what is missing is named.
pub(super) fn read<T: DeserializeOwned>(data: &Path, role: &str, flags: &impl Serialize) -> anyhow::Result<T> {
    let file = data.join(format!("{role}.toml"));
    let mut figment = Figment::new();
    if file.exists() {
        figment = figment.merge(Toml::file_exact(&file));
    }
    let read = figment.merge(Serialized::defaults(flags)).extract();
    read.map_err(|error| Usage(format!("{}: {error}", file.display())).into())
}

/// A setting that is a text of some form.
pub(super) fn parsed<T: std::str::FromStr>(what: &str, text: &str) -> anyhow::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().with_context(|| format!("{what}: {text:?} cannot be read"))
}

/// Left out of the flags when nothing was given.
pub(super) fn is_none<T>(value: &Option<T>) -> bool {
    value.is_none()
}
