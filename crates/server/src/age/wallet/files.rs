//! What the page loads, and the shell that keeps all of it: a service worker that names every file by one digest.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::page::draw;
use super::{WalletError, WalletSettings};
use crate::http::locale::Language;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const WASM: &str = "application/wasm";

/// The shell asks for these anew when it changes, so that nothing old is mixed with what is new.
const ASK_AGAIN: &str = "no-cache";
/// Browsers look no more often than this whether the shell has changed; they look once a day whatever is said here.
const FOR_A_DAY: &str = "public, max-age=86400";

/// A file of the wallet.
pub(super) struct File {
    name: &'static str,
    pub(super) kind: &'static str,
    pub(super) kept: &'static str,
    pub(super) policy: Policy,
    pub(super) bytes: Bytes,
}

/// What a file may do, when it runs by itself.
#[derive(Clone, Copy)]
pub(super) enum Policy {
    /// It never does.
    Nothing,
    /// Ask the issuer.
    Worker,
    /// Ask its own host.
    Own,
}

/// The page in both languages, and all that it loads.
pub(super) struct Shell {
    files: Vec<File>,
    pages: [(Language, Bytes); 2],
    pub(super) worker_policy: String,
}

macro_rules! file {
    ($name:literal, $kind:expr, $policy:expr, $path:literal) => {
        File {
            name: $name,
            kind: $kind,
            kept: ASK_AGAIN,
            policy: $policy,
            bytes: Bytes::from_static(include_bytes!(concat!("../../../../../web/", $path))),
        }
    };
}

impl Shell {
    pub(super) fn new(settings: &WalletSettings) -> Result<Self, WalletError> {
        let mut files = vec![
            file!("wallet.css", CSS, Policy::Nothing, "styles/wallet.css"),
            file!("wallet.js", JAVASCRIPT, Policy::Nothing, "scripts/wallet.js"),
            file!("wallet-worker.js", JAVASCRIPT, Policy::Worker, "scripts/wallet-worker.js"),
            file!("wallet-fill.js", JAVASCRIPT, Policy::Nothing, "scripts/wallet-fill.js"),
            file!("wallet-store.js", JAVASCRIPT, Policy::Nothing, "scripts/wallet-store.js"),
            file!("age.js", JAVASCRIPT, Policy::Nothing, "wasm/age.js"),
            file!("age_bg.wasm", WASM, Policy::Nothing, "wasm/age_bg.wasm"),
        ];
        let drawn = |language| draw(settings, language).map(|html| (language, Bytes::from(html)));
        let pages = [drawn(Language::En)?, drawn(Language::Fr)?];
        files.push(shell(&files, &pages));
        let worker_policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {}; \
             require-trusted-types-for 'script'; frame-ancestors 'none'",
            settings.issuer_url
        );
        Ok(Self { files, pages, worker_policy })
    }

    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    pub(super) fn page(&self, language: Language) -> Bytes {
        self.pages.iter().find(|(of, _)| *of == language).map(|(_, html)| html.clone()).unwrap_or_default()
    }
}

/// The service worker: what it keeps and under which name stands before its text.
fn shell(files: &[File], pages: &[(Language, Bytes)]) -> File {
    let mut digest = Sha256::new();
    files.iter().for_each(|file| digest.update(&file.bytes));
    pages.iter().for_each(|(_, html)| digest.update(html));
    let mut kept: Vec<String> = files.iter().map(|file| format!("/{}", file.name)).collect();
    kept.extend(pages.iter().map(|(language, _)| format!("/?lang={}", language.code())));
    kept.push(crate::age::pages::style_path().to_owned());
    let digest = exchange::hex::encode(&digest.finalize()[..8]);
    let text = include_str!("../../../../../web/scripts/wallet-shell.js");
    let text = format!("const KEPT = {kept:?};\nconst NAME = \"wallet {digest}\";\n{text}");
    File { name: "shell.js", kind: JAVASCRIPT, kept: FOR_A_DAY, policy: Policy::Own, bytes: text.into() }
}
