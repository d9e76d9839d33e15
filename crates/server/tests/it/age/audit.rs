//! What an auditor is told: that every test, setting, command, page and file that is named is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use server::age::audit::{ATTACKS, REQUIREMENTS, See};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every source below a folder.
fn sources(folder: &str) -> String {
    fn walk(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, all);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut all = String::new();
    walk(&root().join(folder), &mut all);
    all
}

/// The names that stand first in the rows of a table of docs/configuration.md: those of one file.
fn settings_of<'d>(documentation: &'d str, file: &str) -> BTreeSet<&'d str> {
    let table = documentation.split(&format!("\n| `{file}` |")).nth(1).unwrap_or_else(|| panic!("no table of {file}"));
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|names| names.split(','));
    names.map(|name| name.trim().trim_matches('`')).collect()
}

#[test]
fn every_name_in_the_audit_is_of_something_that_is_there() {
    let numbers: Vec<&str> = REQUIREMENTS.iter().map(|requirement| requirement.id).collect();
    assert_eq!(numbers, (1..=17).map(|number| format!("R{number}")).collect::<Vec<_>>());
    let tests =
        ["crates/server/tests/it/age", "crates/agetoken/tests/it", "crates/rempart/tests/it"].map(sources).concat();
    let named = REQUIREMENTS.iter().map(|requirement| (requirement.id, requirement.tests));
    for (whose, names) in named.chain(ATTACKS.iter().map(|attack| (attack.attempt, attack.tests))) {
        assert!(!names.is_empty(), "{whose}");
        for name in names {
            let is_there =
                [format!("fn {name}("), format!("on_every_engine!({name},")].iter().any(|one| tests.contains(one));
            assert!(is_there, "{whose}: there is no test {name}");
        }
    }
    let (documentation, commands) = (read("docs/configuration.md"), read("docs/cli.md"));
    let (pages, layers) = (sources("crates/server/src/age"), sources("crates/server/src/http"));
    for requirement in REQUIREMENTS {
        for see in requirement.see {
            let is_there = match see {
                See::Source(path) => root().join(path).is_file(),
                See::Kept(file) => ["issuer.key", "attester.key", "verifier.key"].contains(file),
                // What is documented is what is read: `deny_unknown_fields`, and a field of that name in the command's settings.
                See::Setting(file, name) => {
                    let role = file.strip_suffix(".toml").unwrap();
                    let read_there = read(&format!("crates/rempart/src/commands/age/{role}.rs"));
                    settings_of(&documentation, file).contains(name) && read_there.contains(&format!("\n    {name}: "))
                }
                See::Command(words) => commands.lines().any(|line| line.trim_matches(['#', '`', ' ']) == *words),
                See::Page(path) => pages.contains(&format!(".route(\"{path}\", get(")),
                See::Header(name, value) => {
                    layers.to_lowercase().replace('_', "-").contains(name) && layers.contains(value)
                }
            };
            assert!(is_there, "{}: there is no {see}", requirement.id);
        }
    }
}

#[test]
fn a_name_that_is_of_nothing_is_noticed() {
    let documentation = read("docs/configuration.md");
    assert!(settings_of(&documentation, "verifier.toml").contains("idle_minutes"));
    assert!(settings_of(&documentation, "verifier.toml").contains("log_key"), "the second of two in a row");
    assert!(!settings_of(&documentation, "verifier.toml").contains("quota"), "another file's");
}
