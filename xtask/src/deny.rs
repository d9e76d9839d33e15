//! deny.toml, held without cargo-deny: bans, licences, sources and duplicate versions.
//!
//! The file is cargo-deny's, so that who has it can run it (and ask it about advisories, which needs a network). The
//! parts that need no network are checked here too, because cargo-deny takes a quarter of an hour to install.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package};
use serde::Deserialize;

use crate::{licences, workspace};

/// The parts of deny.toml that are read here.
#[derive(Deserialize)]
struct Rules {
    bans: Bans,
    licenses: Licences,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Named>,
    /// Second versions that are put up with; each says why.
    skip: Vec<Named>,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// `name` or `name@version`, where a version may be a beginning: `hashbrown@0.15` is every 0.15.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

/// A package of the graph, as far as the rules look at it.
struct Foreign {
    name: String,
    version: String,
    licence: Option<String>,
    from_crates_io: bool,
}

/// What in the dependency graph goes against deny.toml.
///
/// # Errors
/// When deny.toml is missing or cannot be read.
pub(crate) fn violations(metadata: &Metadata) -> Result<Vec<String>> {
    let file = workspace::root().join("deny.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let rules: Rules = toml::from_str(&text).context("deny.toml is not as cargo-deny wants it")?;
    let resolve = metadata.resolve.as_ref().context("cargo metadata was asked for the graph")?;
    let linked: BTreeSet<_> = resolve.nodes.iter().map(|node| &node.id).collect();
    let packages = metadata.packages.iter().filter(|package| linked.contains(&package.id));
    let foreign: Vec<Foreign> = packages.filter_map(foreign).collect();
    Ok(rules.violations(&foreign))
}

/// Our own crates have no source.
fn foreign(package: &Package) -> Option<Foreign> {
    let source = package.source.as_ref()?;
    Some(Foreign {
        name: package.name.to_string(),
        version: package.version.to_string(),
        licence: package.license.clone(),
        from_crates_io: source.is_crates_io(),
    })
}

impl Rules {
    fn violations(&self, packages: &[Foreign]) -> Vec<String> {
        let mut wrong = Vec::new();
        for package in packages {
            let Foreign { name, version, .. } = package;
            if let Some(banned) = self.bans.deny.iter().find(|banned| banned.covers(package)) {
                wrong.push(format!("{name} {version} is banned: {}", banned.reason));
            }
            if !package.from_crates_io {
                wrong.push(format!("{name} {version} is not from crates.io: deny.toml allows no other source"));
            }
            wrong.extend(self.licence_violation(package));
        }
        wrong.extend(self.duplicates(packages));
        let unexplained = self.bans.skip.iter().filter(|skip| skip.reason.is_empty());
        wrong.extend(unexplained.map(|skip| format!("deny.toml skips {} without a reason", skip.name)));
        wrong
    }

    fn licence_violation(&self, package: &Foreign) -> Option<String> {
        let Foreign { name, version, licence, .. } = package;
        let Some(licence) = licence else {
            return Some(format!("{name} {version} names no licence: read its files, then argue it in deny.toml"));
        };
        let excepted = self.licenses.exceptions.iter().filter(|exception| exception.name == *name);
        let excepted: BTreeSet<&String> = excepted.flat_map(|exception| &exception.allow).collect();
        let accepts = |one: &str| self.licenses.allow.iter().chain(excepted.iter().copied()).any(|name| name == one);
        match licences::is_met(licence, &accepts) {
            Ok(true) => None,
            Ok(false) => Some(format!("{name} {version} comes under {licence}, which deny.toml does not allow")),
            Err(error) => Some(format!("{name} {version}: {error}")),
        }
    }

    /// Packages linked in several versions: all but one must be listed with a reason, and nothing else may be listed.
    fn duplicates(&self, packages: &[Foreign]) -> Vec<String> {
        let mut versions: BTreeMap<&str, Vec<&Foreign>> = BTreeMap::new();
        for package in packages {
            versions.entry(&package.name).or_default().push(package);
        }
        let mut wrong = Vec::new();
        for (name, packages) in &versions {
            let skipped = |package: &&&Foreign| self.bans.skip.iter().any(|skip| skip.covers(package));
            let kept: Vec<&str> =
                packages.iter().filter(|package| !skipped(package)).map(|package| package.version.as_str()).collect();
            if kept.len() > 1 {
                let kept = kept.join(", ");
                wrong.push(format!(
                    "{name} is linked in versions {kept}: see `cargo tree -i {name}@VERSION`, then align them or list \
                     all but one under `skip` in deny.toml with the reason"
                ));
            }
        }
        for skip in &self.bans.skip {
            let is_a_duplicate = |package: &Foreign| skip.covers(package) && versions[package.name.as_str()].len() > 1;
            if !packages.iter().any(is_a_duplicate) {
                wrong.push(format!("deny.toml skips {}, which is no duplicate any more: remove the line", skip.name));
            }
        }
        wrong
    }
}

impl Named {
    fn covers(&self, package: &Foreign) -> bool {
        match self.name.split_once('@') {
            None => self.name == package.name,
            Some((name, version)) => {
                let rest = package.version.strip_prefix(version);
                name == package.name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let text = "[licenses]\nallow = ['MIT']\nexceptions = [{ crate = 'ring', allow = ['ISC'] }]\n[bans]\n\
                    deny = [{ crate = 'openssl', reason = 'C' }]\n\
                    skip = [{ crate = 'rand@0.8', reason = 'sqlx wants it' }]";
        toml::from_str(text).unwrap()
    }

    fn package(name: &str, version: &str, licence: &str) -> Foreign {
        let (name, version, licence) = (name.to_owned(), version.to_owned(), Some(licence.to_owned()));
        Foreign { name, version, licence, from_crates_io: true }
    }

    #[test]
    fn a_listed_duplicate_passes_and_another_does_not() {
        let two = [package("rand", "0.8.5", "MIT"), package("rand", "0.10.1", "MIT")];
        assert_eq!(rules().violations(&two), [""; 0]);
        let three =
            [package("rand", "0.8.5", "MIT"), package("rand", "0.10.1", "MIT"), package("rand", "0.9.0", "MIT")];
        let found = rules().violations(&three);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("rand is linked in versions 0.10.1, 0.9.0"), "{found:?}");
    }

    #[test]
    fn a_skip_that_nothing_needs_any_more_is_found() {
        let found = rules().violations(&[package("rand", "0.10.1", "MIT")]);
        assert_eq!(found, ["deny.toml skips rand@0.8, which is no duplicate any more: remove the line"]);
        assert!(!Named { name: "rand@0.1".into(), reason: String::new() }.covers(&package("rand", "0.10.1", "MIT")));
    }

    #[test]
    fn bans_sources_and_licences_are_held() {
        let duplicates = [package("rand", "0.8.5", "MIT"), package("rand", "0.10.1", "MIT")];
        let mut packages = Vec::from(duplicates);
        packages.push(package("openssl", "0.10.0", "MIT"));
        packages.push(package("ring", "0.17.0", "MIT AND ISC"));
        packages.push(package("gpl-thing", "1.0.0", "GPL-3.0-only"));
        packages.push(Foreign { from_crates_io: false, ..package("from-git", "1.0.0", "MIT") });
        packages.push(Foreign { licence: None, ..package("silent", "1.0.0", "") });
        let found = rules().violations(&packages);
        let names = ["openssl", "gpl-thing", "from-git", "silent"];
        assert_eq!(found.len(), names.len(), "{found:?}");
        for (line, name) in found.iter().zip(names) {
            assert!(line.starts_with(name), "{line}");
        }
    }
}
