//! Turns the catalogues of `locales/` into functions: see `catalogue` for what a message may be, `generate` for what
//! becomes of it. A text that is missing in a language, or takes other arguments there, does not build.

mod catalogue;
mod generate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let folder = PathBuf::from("../../locales");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build");
    match texts(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            ExitCode::FAILURE
        }
    }
}

fn texts(folder: &Path) -> Result<(), Vec<String>> {
    let messages = catalogue::read(folder)?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| vec!["cargo gives no OUT_DIR".to_owned()])?;
    let path = Path::new(&out).join("texts.rs");
    fs::write(&path, generate::methods(&messages)).map_err(|error| vec![format!("{}: {error}", path.display())])
}
