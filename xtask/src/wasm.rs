//! What browsers run: `crates/browser`, built to WebAssembly with the scripts' way into it.
//!
//! What is written is committed in web/wasm, so that nobody who builds the node needs this target; beside it stand the
//! digests of what it was built from, and a test compares them.

mod sources;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{process, workspace};

/// What browsers run.
const TARGET: &str = "wasm32-unknown-unknown";

/// Vectors of 128 bits: in every browser since 2021, in Safari since 16.4 (2023). And whoever asks the system for randomness gets
/// none: scripts draw it and pass it in, as everywhere.
const FLAGS: [&str; 2] = ["-Ctarget-feature=+simd128", "--cfg=getrandom_backend=\"unsupported\""];

/// The profile, in the root manifest.
const PROFILE: &str = "browser";

/// Where everything is written, below the root folder.
const FOLDER: &str = "web/wasm";

/// The modules, and the feature of `browser` that each is.
const MODULES: [(&str, &str); 3] = [("rempart", "hashing"), ("sealing", "sealing"), ("age", "age")];

/// Each module's glue and the module itself.
const WRITTEN: [&str; 6] = ["rempart.js", "rempart_bg.wasm", "sealing.js", "sealing_bg.wasm", "age.js", "age_bg.wasm"];

/// Digests of what is committed and of what it was built from, in the form of `sha256sum`.
const DIGESTS: &str = "SHA256SUMS";

/// Builds what browsers run and writes it into web/wasm.
///
/// # Errors
/// When the target's standard library is not installed, or the build fails.
pub(crate) fn run() -> Result<()> {
    if !is_installed() {
        bail!("the target {TARGET} is not installed: run `{}`", how_to_install());
    }
    let folder = workspace::root().join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, feature) in MODULES {
        let mut bindgen = Bindgen::new();
        bindgen
            .input_path(build(feature)?)
            .out_name(name)
            .typescript(false)
            .remove_producers_section(true)
            .remove_name_section(true);
        bindgen.web(true)?.generate(&folder).context("the glue between scripts and module could not be made")?;
    }
    let lines = sources::digests(&workspace::metadata()?, &folder)?;
    fs::write(folder.join(DIGESTS), lines).with_context(|| format!("cannot write {DIGESTS}"))?;
    for name in WRITTEN {
        println!("{FOLDER}/{name}: {}", size(&folder.join(name))?);
    }
    Ok(())
}

/// Compares the committed module with its sources; needs no target.
///
/// # Errors
/// When either has changed since the other was made: the error says what to run.
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join(FOLDER);
    let committed = fs::read_to_string(folder.join(DIGESTS)).with_context(|| format!("cannot read {DIGESTS}"))?;
    if committed != sources::digests(&workspace::metadata()?, &folder)? {
        bail!("{FOLDER} is not built from the crates that are here: run `cargo xtask wasm` and commit what it writes");
    }
    Ok(())
}

/// Whether this toolchain has the target's standard library.
pub(crate) fn is_installed() -> bool {
    let folder = process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    let Ok(folder) = folder else { return false };
    let Ok(mut files) = fs::read_dir(folder.trim()) else { return false };
    files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
}

/// The command a person types.
pub(crate) fn how_to_install() -> String {
    format!("rustup target add {TARGET}")
}

/// Builds every module and writes nothing.
///
/// # Errors
/// When one does not compile.
pub(crate) fn build_all() -> Result<()> {
    MODULES.iter().try_for_each(|(_, feature)| build(feature).map(drop))
}

/// The module of one feature as the compiler leaves it. No path of this machine gets into it, so that everyone's is the same.
///
/// # Errors
/// When it does not compile.
fn build(feature: &str) -> Result<PathBuf> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).context("there is no home folder")?;
    let mut flags = FLAGS.map(str::to_owned).to_vec();
    for (path, stands_for) in
        [(workspace::root().as_path(), "rempart"), (home.as_path(), "cargo"), (Path::new(sysroot.trim()), "rust")]
    {
        flags.push(format!("--remap-path-prefix={}={stands_for}", path.display()));
    }
    // The unit separator, since a path may hold blanks.
    let flags = flags.join("\u{1f}");
    process::run(
        workspace::cargo()
            .args(["build", "--locked", "--package", "browser", "--target", TARGET, "--profile", PROFILE])
            .args(["--no-default-features", "--features", feature])
            .env("CARGO_ENCODED_RUSTFLAGS", flags),
    )?;
    Ok(workspace::target_folder()?.join(TARGET).join(PROFILE).join("browser.wasm"))
}

/// Bytes as they are and as they travel.
fn size(file: &Path) -> Result<String> {
    let bytes = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    let packed = process::output(Command::new("sh").args(["-c", "gzip --best --stdout \"$0\" | wc --bytes"]).arg(file));
    Ok(match packed {
        Ok(packed) => format!("{bytes} bytes, {} compressed", packed.trim()),
        Err(_) => format!("{bytes} bytes"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_module_is_built_from_the_crates_that_are_here() {
        if let Err(error) = check() {
            panic!("{error:#}");
        }
    }
}
