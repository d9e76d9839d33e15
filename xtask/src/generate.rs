//! The committed files that are made from the code. People read them without building anything; a check keeps them
//! true.
//!
//! To add one, let the binary print it and give it a line in [`written_by_the_binary`].

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
    for file in files(&binary)? {
        if let Some(folder) = file.path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&file.path, &file.text).with_context(|| format!("cannot write {}", file.path.display()))?;
        println!("{}", file.path.display());
    }
    Ok(())
}

/// Compares the files with what would be written.
///
/// # Errors
/// When one differs or is missing; the error says which and how to write it.
pub(crate) fn check(binary: &Path) -> Result<()> {
    let stale: Vec<String> = files(binary)?
        .into_iter()
        .filter(|file| fs::read_to_string(&file.path).ok().as_ref() != Some(&file.text))
        .map(|file| file.path.display().to_string())
        .collect();
    if !stale.is_empty() {
        bail!("not what the code would write: {}; run `cargo xtask generate` and commit", stale.join(", "));
    }
    println!("every generated file is what the code writes");
    Ok(())
}

struct Generated {
    path: PathBuf,
    text: String,
}

fn files(binary: &Path) -> Result<Vec<Generated>> {
    let docs = workspace::root().join("docs");
    let mut files = vec![Generated { path: docs.join("cli.md"), text: command_reference(binary)? }];
    for (path, arguments) in written_by_the_binary() {
        files.push(Generated { path: docs.join(path), text: says(binary, arguments)? });
    }
    Ok(files)
}

/// Files under docs/ and the arguments that make the binary print them.
fn written_by_the_binary() -> [(&'static str, &'static [&'static str]); 5] {
    [
        ("api/openapi.json", &["openapi"]),
        ("man/rempart.1", &["man"]),
        ("completions/rempart.bash", &["completions", "bash"]),
        ("completions/_rempart", &["completions", "zsh"]),
        ("completions/rempart.fish", &["completions", "fish"]),
    ]
}

/// docs/cli.md: what every command says about itself, in the order of the help.
fn command_reference(binary: &Path) -> Result<String> {
    let mut page = String::from(
        "# Commands\n\nWhat `rempart COMMAND --help` says, for every command. Made by `cargo xtask generate`; change the \
         text in `crates/rempart`.\n",
    );
    describe(binary, &[], &mut page)?;
    Ok(page)
}

fn describe(binary: &Path, command: &[&str], page: &mut String) -> Result<()> {
    let help = says(binary, &[command, &["--help"]].concat())?;
    let title = ["rempart"].iter().chain(command).copied().collect::<Vec<_>>().join(" ");
    page.push_str(&format!("\n## {title}\n\n```text\n{}\n```\n", without_trailing_blanks(&help)));
    for name in commands_in(&help) {
        describe(binary, &[command, &[name]].concat(), page)?;
    }
    Ok(())
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
