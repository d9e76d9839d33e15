//! How manifests are written: one place for versions, and a reason for every dependency.

use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;

use crate::workspace;

/// Dependencies of the workspace without a reason, and crates that set a version of their own.
///
/// # Errors
/// When a manifest cannot be read.
pub(crate) fn violations(metadata: &Metadata) -> Result<Vec<String>> {
    let root = workspace::root().join("Cargo.toml");
    let text = fs::read_to_string(&root).with_context(|| format!("cannot read {}", root.display()))?;
    let mut wrong = without_reason(&text);
    for member in metadata.workspace_packages() {
        let text = fs::read_to_string(&member.manifest_path)
            .with_context(|| format!("cannot read {}", member.manifest_path))?;
        let manifest: toml::Table = text.parse().with_context(|| format!("cannot parse {}", member.manifest_path))?;
        wrong.extend(with_own_version(&member.name, &manifest));
    }
    Ok(wrong)
}

/// The lines of `[workspace.dependencies]` that say no reason after a `#`. Our own crates need none.
fn without_reason(manifest: &str) -> Vec<String> {
    let section = manifest.lines().skip_while(|line| line.trim() != "[workspace.dependencies]").skip(1);
    let lines = section.take_while(|line| !line.starts_with('['));
    let entries = lines.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    entries
        .filter(|line| !line.contains("path = \""))
        .filter(|line| line.rsplit_once('#').is_none_or(|(_, reason)| reason.trim().is_empty()))
        .map(|line| {
            let name = line.split('=').next().unwrap_or(line).trim();
            format!("{name} is in the workspace's dependencies without a reason: add `# what it is for` to its line")
        })
        .collect()
}

/// The dependencies that a crate does not take from the workspace.
fn with_own_version(name: &str, manifest: &toml::Table) -> Vec<String> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = std::iter::once(manifest)
        .chain(targets.into_iter().flat_map(|targets| targets.values().filter_map(toml::Value::as_table)));
    let dependencies = tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()));
    dependencies
        .flatten()
        .filter(|(_, dependency)| dependency.get("workspace").is_none_or(|value| value.as_bool() != Some(true)))
        .map(|(dependency, _)| {
            format!("{name} sets its own version of {dependency}: put it in the root Cargo.toml, with its reason")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "[workspace.dependencies]\nours = { path = \"crates/ours\" }\n# a heading\nserde = \"1\" # wire types\n\
                        rand = \"0.10\"\ncsv = \"1\" #\n[workspace.lints]\nunsafe = \"deny\"";
        let found = without_reason(manifest);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("rand is"), "{found:?}");
        assert!(found[1].starts_with("csv is"), "{found:?}");
    }

    #[test]
    fn a_version_outside_the_root_manifest_is_found() {
        let manifest: toml::Table = "[dependencies]\nserde.workspace = true\nrand = \"0.10\"\n\
                                     [target.'cfg(unix)'.dev-dependencies]\nlibc = { version = \"0.2\" }"
            .parse()
            .unwrap();
        let found = with_own_version("media", &manifest);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|line| line.starts_with("media sets its own version of libc")), "{found:?}");
    }
}
