//! The committed files that are made from the code. People read them without building anything; a check keeps them
//! true.
//!
//! To add one, let the binary print it and give it a line in [`WRITTEN_BY_THE_BINARY`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{node, process, workspace};

/// Writes the files, or with `check` only compares them.
///
/// # Errors
/// When the binary does not build or run, or with `check` when a file differs.
pub(crate) fn run(only_check: bool) -> Result<()> {
    let binary = node::binary()?;
    if only_check {
        return check(&binary);
    }
    let files = files(&binary)?;
    for (path, text) in &files {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    for path in left_over(&files)? {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        println!("{} removed", path.display());
    }
    Ok(())
}

/// Compares the files with what would be written.
///
/// # Errors
/// When one differs, is missing, or is there for a command that is not; the error says which and what to do.
pub(crate) fn check(binary: &Path) -> Result<()> {
    let files = files(binary)?;
    let differs = |(path, text): &(&PathBuf, &String)| fs::read_to_string(path).ok().as_ref() != Some(*text);
    let mut stale: Vec<String> = files.iter().filter(differs).map(|(path, _)| path.display().to_string()).collect();
    stale.extend(left_over(&files)?.iter().map(|path| path.display().to_string()));
    if !stale.is_empty() {
        bail!("not what the code would write: {}; run `cargo xtask generate` and commit", stale.join(", "));
    }
    println!("all {} generated files are what the code writes", files.len());
    Ok(())
}

/// Every generated file by its path, with its text.
fn files(binary: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let docs = workspace::root().join("docs");
    let mut reference = String::from(
        "# Commands\n\nWhat `rempart COMMAND --help` says, for every command. Made by `cargo xtask generate`; change the \
         text in `crates/rempart`.\n",
    );
    let mut files = BTreeMap::new();
    for command in commands(binary, &[])? {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        let title = [&["rempart"], &words[..]].concat();
        let help = without_trailing_blanks(&command.help);
        reference.push_str(&format!("\n## {}\n\n```text\n{help}\n```\n", title.join(" ")));
        let page = says(binary, &[&["man"], &words[..]].concat())?;
        files.insert(docs.join(MANUAL).join(format!("{}.1", title.join("-"))), page);
    }
    files.insert(docs.join("cli.md"), reference);
    for (path, arguments) in WRITTEN_BY_THE_BINARY {
        files.insert(docs.join(path), says(binary, arguments)?);
    }
    Ok(files)
}

/// Files under docs/ and the arguments that make the binary print them.
const WRITTEN_BY_THE_BINARY: [(&str, &[&str]); 5] = [
    ("api/openapi.json", &["openapi"]),
    ("roles.md", &["roles"]),
    ("completions/rempart.bash", &["completions", "bash"]),
    ("completions/_rempart", &["completions", "zsh"]),
    ("completions/rempart.fish", &["completions", "fish"]),
];
/// A manual page for each command.
const MANUAL: &str = "man";
/// Folders under docs/ that hold generated files and nothing else.
const ONLY_GENERATED: [&str; 3] = ["api", "completions", MANUAL];

/// Files in the generated folders that the code would not write any more.
fn left_over(files: &BTreeMap<PathBuf, String>) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in ONLY_GENERATED.map(|folder| workspace::root().join("docs").join(folder)) {
        // A folder that is not there yet has nothing left over; its missing files are reported by name.
        for entry in fs::read_dir(folder).into_iter().flatten() {
            found.push(entry?.path());
        }
    }
    found.retain(|path| !files.contains_key(path));
    found.sort();
    Ok(found)
}

/// A command of the binary: the words that name it, and what it says about itself.
struct Described {
    words: Vec<String>,
    help: String,
}

/// This command and all below it, in the order of the help.
fn commands(binary: &Path, words: &[&str]) -> Result<Vec<Described>> {
    let help = says(binary, &[words, &["--help"]].concat())?;
    let mut below = Vec::new();
    for name in commands_in(&help) {
        below.extend(commands(binary, &[words, &[name]].concat())?);
    }
    let mut all = vec![Described { words: words.iter().map(|word| (*word).to_owned()).collect(), help }];
    all.append(&mut below);
    Ok(all)
}

/// The names under `Commands:`; each stands two blanks in, its description further right or on the next lines.
fn commands_in(help: &str) -> Vec<&str> {
    let section = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = section.take_while(|line| line.starts_with(' ') || line.is_empty());
    let entries = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    entries.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

fn without_trailing_blanks(text: &str) -> String {
    text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// What the binary prints, the same on every machine: as wide as a page, and without the settings of whoever runs it.
fn says(binary: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(binary);
    command.args(arguments).env("COLUMNS", "100");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REMPART_")) {
        command.env_remove(name);
    }
    process::output(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_a_help_text_is_found_but_help_itself() {
        let help = "A node\n\nUsage: rempart <COMMAND>\n\nCommands:\n  serve  Serve\n  bank\n          Add and list\n  \
                    help   Print this\n\nOptions:\n  -h, --help  Print help\n";
        assert_eq!(commands_in(help), ["serve", "bank"]);
    }

    #[test]
    fn a_command_without_commands_has_none() {
        assert!(commands_in("Usage: rempart serve\n\nOptions:\n  -h, --help  Print help\n").is_empty());
    }
}
