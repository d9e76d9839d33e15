//! The list of pictures that very many people have, `web/data/common.jsonl`: drawn here, and the neutral public pictures
//! that come with scikit-image; hashed by our own binary. What is committed is hashes; no picture is kept.

mod canvas;
mod drawn;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{node, process, python, workspace};

const LIST: &str = "web/data/common.jsonl";
const HEAD: &str = "# Pictures that very many people have, as `rempart hash --json` prints them: drawn ones, and those of scikit-image.\n\
                    # Made by `cargo xtask common-pictures`; see crates/server/src/intake/screen.rs.\n";
/// Where scikit-image keeps its pictures.
const FOLDER_OF_SKIMAGE: &str = "import os, skimage; print(os.path.join(os.path.dirname(skimage.__file__), 'data'))";
/// Endings of pictures; the package has tables beside them.
const PICTURES: [&str; 5] = ["png", "jpg", "jpeg", "gif", "tif"];

/// Draws, hashes, writes the list.
///
/// # Errors
/// When the binary does not build, a picture cannot be hashed, or the packages of the tests cannot be installed.
pub(crate) fn run() -> Result<()> {
    let binary = node::binary()?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    for (name, canvas) in drawn::all() {
        fs::write(folder.path().join(format!("{name}.bmp")), canvas.bmp()).context("cannot write a drawn picture")?;
    }
    let drawn = hashed(&binary, &[folder.path()])?;
    // Nobody has the files that were just drawn: what they look like counts, not their digests.
    let mut lines: Vec<String> = drawn.iter().map(|line| kept(line, "drawn", |kind| kind == "pdq")).collect();
    let public = process::output(Command::new(python::environment()?).args(["-c", FOLDER_OF_SKIMAGE]))?;
    let files = pictures_in(Path::new(public.trim()))?;
    let public = hashed(&binary, &files)?;
    lines.extend(public.iter().map(|line| kept(line, "scikit-image", |_| true)));
    fs::write(workspace::root().join(LIST), format!("{HEAD}{}\n", lines.join("\n")))
        .context("cannot write the list")?;
    println!("{LIST}: {} drawn, {} public", drawn.len(), public.len());
    Ok(())
}

fn pictures_in(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let is_picture = |ending: &std::ffi::OsStr| PICTURES.iter().any(|known| ending.eq_ignore_ascii_case(known));
        if path.extension().is_some_and(is_picture) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What the binary prints of these; a file that is no picture it can read is left out, and named above.
fn hashed(binary: &Path, paths: &[impl AsRef<std::ffi::OsStr>]) -> Result<Vec<Value>> {
    let output = Command::new(binary).args(["hash", "--json"]).args(paths).output().context("cannot hash")?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).context("hashes are text")?;
    text.lines().map(|line| serde_json::from_str(line).context("a line of `rempart hash --json`")).collect()
}

fn kept(line: &Value, from: &str, counts: impl Fn(&Value) -> bool) -> String {
    let path = Path::new(line["path"].as_str().unwrap_or_default());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let all = line["fingerprints"].as_array().into_iter().flatten();
    let fingerprints: Vec<&Value> = all.filter(|one| counts(&one["kind"])).collect();
    let orientations = &line["orientations"];
    json!({"path": format!("{from}/{name}"), "fingerprints": fingerprints, "orientations": orientations}).to_string()
}
