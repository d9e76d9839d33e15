//! Who may depend on whom: section 2 of ARCHITECTURE.md, checked.
//!
//! To add a crate, draw it on the map there first, then give it a line in [`MAP`]. A crate that is not on the map fails
//! the check, and so does one that reaches past its line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};

use crate::{deny, manifests, workspace};

/// One crate of the workspace and what it may know. Tests of a crate (dev-dependencies) may use more.
struct Place {
    name: &'static str,
    knows: &'static [&'static str],
    purity: Purity,
}

/// How far a crate is kept from the outside world.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purity {
    /// Takes bytes, returns values, and nothing it links can do I/O; nothing of it is compiled from C either, so it
    /// builds for browsers.
    Pure,
    /// May reach the outside world.
    Free,
}

const PURE_CRATES: &[&str] = &["fingerprint", "hamming", "exchange", "ledger", "agetoken", "sealing"];
const BELOW_SERVER: &[&str] = &["fingerprint", "hamming", "exchange", "ledger", "agetoken", "sealing", "media"];
const BELOW_BINARY: &[&str] =
    &["fingerprint", "hamming", "exchange", "ledger", "agetoken", "sealing", "media", "server"];

const MAP: &[Place] = &[
    Place { name: "fingerprint", knows: &[], purity: Purity::Pure },
    Place { name: "hamming", knows: &[], purity: Purity::Pure },
    Place { name: "exchange", knows: &[], purity: Purity::Pure },
    Place { name: "ledger", knows: &[], purity: Purity::Pure },
    Place { name: "agetoken", knows: &[], purity: Purity::Pure },
    Place { name: "sealing", knows: &[], purity: Purity::Pure },
    Place { name: "media", knows: &["fingerprint"], purity: Purity::Free },
    Place { name: "browser", knows: &["fingerprint", "ledger", "sealing", "agetoken"], purity: Purity::Free },
    Place { name: "server", knows: BELOW_SERVER, purity: Purity::Free },
    Place { name: "rempart", knows: BELOW_BINARY, purity: Purity::Free },
    Place { name: "xtask", knows: &[], purity: Purity::Free },
];

/// Libraries that only one crate may name, so that what they do happens in one place.
const KEPT_BY: &[(&str, &str)] = &[
    ("axum", "server"),
    ("sqlx", "server"),
    ("askama", "server"),
    ("reqwest", "server"),
    ("object_store", "server"),
    ("image", "media"),
];

/// What no pure crate may reach, by whatever way: runtimes, sockets, databases, codecs.
const REACHES_OUTSIDE: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "async-std",
    "smol",
    "hyper",
    "axum",
    "reqwest",
    "ureq",
    "rustls",
    "sqlx",
    "sqlx-core",
    "libsqlite3-sys",
    "rusqlite",
    "object_store",
    "image",
    "tempfile",
    "memmap2",
];

/// What a dependency builds with when part of it is C.
const COMPILES_C: &[&str] = &["cc", "cmake", "pkg-config", "bindgen", "autotools", "vcpkg"];

/// Standard modules that reach outside, searched for in the text of the pure crates.
const OUTSIDE_MODULES: &[&str] = &["std::fs", "std::net", "std::process", "std::env", "std::os"];

/// Checks the map, the reasons in the workspace manifest and deny.toml.
///
/// # Errors
/// Every violation, one a line, each saying what to do.
pub(crate) fn check(metadata: &Metadata) -> Result<Report> {
    let members = members(metadata)?;
    let mut wrong = violations(&members);
    wrong.extend(outside_modules_used(&members)?);
    wrong.extend(manifests::violations(metadata)?);
    wrong.extend(deny::violations(metadata)?);
    if !wrong.is_empty() {
        bail!("the layers do not hold:\n{}", wrong.join("\n"));
    }
    let packages = metadata.resolve.as_ref().map_or(0, |resolve| resolve.nodes.len());
    Ok(Report { crates: members.len(), packages })
}

/// What was looked at, for the closing line.
pub(crate) struct Report {
    crates: usize,
    packages: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { crates, packages } = self;
        write!(formatter, "the layers hold: {crates} crates of ours, {packages} packages on {}", workspace::PLATFORM)
    }
}

/// A crate of the workspace as the rules see it.
struct Member {
    name: String,
    folder: PathBuf,
    /// What its manifest names, tests aside.
    named: BTreeSet<String>,
    /// Everything it links, by whatever way, tests aside.
    reached: BTreeSet<String>,
    /// Of those, the ones that are partly C.
    partly_c: BTreeSet<String>,
}

fn members(metadata: &Metadata) -> Result<Vec<Member>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata was asked for the graph")?;
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let normal: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let linked =
                |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            (&node.id, node.deps.iter().filter(|dep| linked(&dep.dep_kinds)).map(|dep| &dep.pkg).collect())
        })
        .collect();

    let member = |id: &PackageId| {
        let package = packages.get(id).context("a member is a package")?;
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            for dependency in normal.get(next).into_iter().flatten() {
                if seen.insert(*dependency) {
                    open.push(dependency);
                }
            }
        }
        let linked = seen.iter().filter_map(|id| packages.get(id));
        let named = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
        Ok(Member {
            name: package.name.to_string(),
            folder: package.manifest_path.parent().context("a manifest lies in a folder")?.into(),
            named: named.map(|dependency| dependency.name.clone()).collect(),
            reached: linked.clone().map(|package| package.name.to_string()).collect(),
            partly_c: linked.filter(|package| is_partly_c(package)).map(|package| package.name.to_string()).collect(),
        })
    };
    metadata.workspace_members.iter().map(member).collect()
}

fn is_partly_c(package: &Package) -> bool {
    let builds_with = |dependency: &cargo_metadata::Dependency| {
        dependency.kind == DependencyKind::Build && !dependency.optional && COMPILES_C.contains(&&*dependency.name)
    };
    // `links` alone proves nothing: crates in pure Rust use it so as to be linked only once.
    let binds = package.links.is_some() && package.name.ends_with("-sys");
    binds || package.dependencies.iter().any(builds_with)
}

fn violations(members: &[Member]) -> Vec<String> {
    let ours: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut wrong = Vec::new();
    for member in members {
        let name = &member.name;
        let Some(place) = MAP.iter().find(|place| place.name == name) else {
            wrong.push(format!(
                "{name} is not on the map: give it a place in ARCHITECTURE.md and in xtask/src/layers.rs"
            ));
            continue;
        };
        for known in member.named.iter().filter(|known| ours.contains(known.as_str())) {
            if !place.knows.contains(&known.as_str()) {
                wrong.push(format!("{name} may not know {known}: pass what it needs as a value, or change the map"));
            }
        }
        for (library, keeper) in KEPT_BY {
            if keeper != name && member.named.contains(*library) {
                wrong.push(format!("{name} names {library}, which only {keeper} may: call {keeper} instead"));
            }
        }
        if place.purity == Purity::Pure {
            for library in member.reached.iter().filter(|library| REACHES_OUTSIDE.contains(&library.as_str())) {
                wrong
                    .push(format!("{name} is pure, yet it reaches {library}: see `cargo tree -p {name} -i {library}`"));
            }
            for library in &member.partly_c {
                wrong.push(format!("{name} builds for browsers, yet {library} is partly C: choose one in Rust"));
            }
        }
    }
    wrong
}

/// Looks through the text of the pure crates, up to each file's tests, for the standard modules that reach outside.
fn outside_modules_used(members: &[Member]) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for member in members.iter().filter(|member| PURE_CRATES.contains(&member.name.as_str())) {
        for file in sources(&member.folder.join("src"))? {
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            for module in outside_modules_in(&text) {
                wrong.push(format!("{} is pure, yet {} uses {module}", member.name, file.display()));
            }
        }
    }
    Ok(wrong)
}

fn outside_modules_in(text: &str) -> Vec<&'static str> {
    let code = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    let code: String = code.filter(|line| !line.trim_start().starts_with("//")).collect();
    OUTSIDE_MODULES.iter().copied().filter(|module| code.contains(module)).collect()
}

/// The Rust files under a folder, those called tests.rs left out.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, named: &[&str], reached: &[&str], partly_c: &[&str]) -> Member {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (named, reached, partly_c) = (set(named), set(reached), set(partly_c));
        Member { name: name.to_owned(), folder: PathBuf::new(), named, reached, partly_c }
    }

    #[test]
    fn this_workspace_keeps_to_its_map() {
        if let Err(error) = check(&workspace::metadata().unwrap()) {
            panic!("{error}");
        }
    }

    #[test]
    fn a_pure_crate_may_not_know_another() {
        let found = violations(&[member("hamming", &["fingerprint"], &[], &[]), member("fingerprint", &[], &[], &[])]);
        assert_eq!(found, ["hamming may not know fingerprint: pass what it needs as a value, or change the map"]);
    }

    #[test]
    fn a_pure_crate_may_not_reach_the_outside_through_others() {
        let found = violations(&[member("exchange", &["serde"], &["serde", "tokio"], &["zstd-sys"])]);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("reaches tokio"), "{found:?}");
        assert!(found[1].contains("zstd-sys is partly C"), "{found:?}");
    }

    #[test]
    fn only_the_keeper_names_a_kept_library() {
        assert_eq!(violations(&[member("server", &["axum"], &["axum", "tokio"], &[])]), [""; 0]);
        let found = violations(&[member("rempart", &["axum"], &["axum", "tokio"], &[])]);
        assert_eq!(found, ["rempart names axum, which only server may: call server instead"]);
    }

    #[test]
    fn a_crate_that_is_not_on_the_map_is_found() {
        let found = violations(&[member("misc", &[], &[], &[])]);
        assert!(found[0].starts_with("misc is not on the map"), "{found:?}");
    }

    #[test]
    fn files_and_sockets_are_seen_in_code_but_not_in_comments_or_tests() {
        let text = "//! never std::fs\nuse std::net::TcpStream;\n#[cfg(test)]\nmod tests { use std::env; }";
        assert_eq!(outside_modules_in(text), ["std::net"]);
    }
}
