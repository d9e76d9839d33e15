//! What a module was built from, in three digests: the sources, and the two files that were written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};
use sha2::{Digest, Sha256};

use super::{FLAGS, PROFILE, WRITTEN};

/// One line for the sources and one for each file in `folder`, in the form of `sha256sum`.
///
/// The sources are: the manifest and every file under `src` of `browser` and of our crates that it is built with, by path;
/// name and version of every other package it is built with; the compiler's flags and the profile in the root manifest.
///
/// # Errors
/// When something cannot be read.
pub(super) fn digests(metadata: &Metadata, folder: &Path) -> Result<String> {
    let mut lines = format!("{}  sources\n", of_sources(metadata)?);
    for name in WRITTEN {
        lines.push_str(&format!("{}  {name}\n", hex(&Sha256::digest(read(&folder.join(name))?))));
    }
    Ok(lines)
}

fn of_sources(metadata: &Metadata) -> Result<String> {
    let root = metadata.workspace_root.as_std_path();
    let mut digest = Sha256::new();
    let mut add = |name: &str, bytes: &[u8]| {
        digest.update(format!("{name} {}\n", bytes.len()));
        digest.update(bytes);
    };
    add("flags", FLAGS.join(" ").as_bytes());
    add("profile", profile(&fs::read_to_string(root.join("Cargo.toml"))?)?.as_bytes());
    for package in built_with(metadata)? {
        if package.source.is_some() {
            add(&package.name, package.version.to_string().as_bytes());
            continue;
        }
        let folder = package.manifest_path.parent().context("a manifest lies in a folder")?.as_std_path();
        let mut files = files_under(&folder.join("src"))?;
        files.insert(folder.join("Cargo.toml"));
        for file in files {
            let name = file.strip_prefix(root).context("our crates lie below the root")?;
            add(&name.to_string_lossy().replace('\\', "/"), &read(&file)?);
        }
    }
    Ok(hex(&digest.finalize()))
}

/// `browser` and everything that goes into it, tests aside, by name and version.
fn built_with(metadata: &Metadata) -> Result<Vec<&Package>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata was asked for the graph")?;
    let packages = || metadata.packages.iter();
    let browser = packages().find(|package| package.name == "browser").context("crates/browser is not there")?;
    let mut found: BTreeSet<&PackageId> = BTreeSet::from([&browser.id]);
    let mut open = vec![&browser.id];
    while let Some(next) = open.pop() {
        let node = resolve.nodes.iter().find(|node| node.id == *next).context("the graph has every package")?;
        let used = |kind: &DependencyKind| *kind != DependencyKind::Development;
        for dependency in node.deps.iter().filter(|one| one.dep_kinds.iter().any(|kind| used(&kind.kind))) {
            if found.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    let mut found: Vec<&Package> = packages().filter(|package| found.contains(&package.id)).collect();
    found.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    Ok(found)
}

/// The profile's table, from its title to the next.
fn profile(manifest: &str) -> Result<String> {
    let manifest: toml::Table = manifest.parse().context("the root manifest is no TOML")?;
    let profile = manifest.get("profile").and_then(|profiles| profiles.get(PROFILE));
    let parent = manifest.get("profile").and_then(|profiles| profiles.get("release"));
    Ok(format!("{:?} {:?}", profile.context("the root manifest has no such profile")?, parent))
}

fn files_under(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_under(&path)?);
        } else {
            files.insert(path);
        }
    }
    Ok(files)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
