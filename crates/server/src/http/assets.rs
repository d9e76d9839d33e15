//! What pages load beside their text: stylesheets, scripts, the wasm. All of it is in the binary.
//!
//! Every file is served as `/assets/<digest of all of them>/<name>`, so that scripts import one another by plain names and
//! everything may be kept for ever. To add a file: put it into `web/`, and a line into [`FILES`].

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Problem;

/// Where [`asset`] is to be mounted.
pub(crate) const ASSET_ROUTE: &str = "/assets/{digest}/{name}";

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// A worker is held by the policy of its own script: it may load its wasm and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
                      require-trusted-types-for 'script'; frame-ancestors 'none'";

struct File {
    name: &'static str,
    kind: &'static str,
    parts: &'static [&'static [u8]],
}

macro_rules! file {
    ($name:literal, $kind:expr, $($path:literal),+) => {
        File { name: $name, kind: $kind, parts: &[$(include_bytes!(concat!("../../../../web/", $path))),+] }
    };
}

const WASM: &str = "application/wasm";
const SVG: &str = "image/svg+xml";

const FILES: &[File] = &[
    file!("portal.css", CSS, "styles/tokens.css", "styles/base.css", "styles/parts.css", "styles/portal.css"),
    file!(
        "desk.css",
        CSS,
        "styles/tokens.css",
        "styles/base.css",
        "styles/parts.css",
        "styles/components.css",
        "styles/desk.css",
        "styles/casework.css",
        "styles/removal.css"
    ),
    file!("desk.svg", SVG, "icons/desk.svg"),
    file!("exit.js", JAVASCRIPT, "scripts/exit.js"),
    file!("files.js", JAVASCRIPT, "scripts/files.js"),
    file!("passkey.js", JAVASCRIPT, "scripts/passkey.js"),
    file!("hold.js", JAVASCRIPT, "scripts/hold.js"),
    file!("keys.js", JAVASCRIPT, "scripts/keys.js"),
    file!("look.js", JAVASCRIPT, "scripts/look.js"),
    file!("queue.js", JAVASCRIPT, "scripts/queue.js"),
    file!("receipt.js", JAVASCRIPT, "scripts/receipt.js"),
    file!("sealer.js", JAVASCRIPT, "scripts/sealer.js"),
    file!("sealing.js", JAVASCRIPT, "wasm/sealing.js"),
    file!("sealing_bg.wasm", WASM, "wasm/sealing_bg.wasm"),
    file!("start.js", JAVASCRIPT, "scripts/start.js"),
    file!("upload.js", JAVASCRIPT, "scripts/upload.js"),
    file!("work.js", JAVASCRIPT, "scripts/work.js"),
    file!("worker.js", JAVASCRIPT, "scripts/worker.js"),
    file!("rempart.js", JAVASCRIPT, "wasm/rempart.js"),
    file!("rempart_bg.wasm", WASM, "wasm/rempart_bg.wasm"),
];

static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for file in FILES {
        digest.update(file.name);
        file.parts.iter().for_each(|part| digest.update(part));
    }
    exchange::hex::encode(&digest.finalize()[..8])
});

/// The path of a file, for a page.
pub(crate) fn path(name: &str) -> String {
    debug_assert!(FILES.iter().any(|file| file.name == name), "{name} is not in FILES");
    format!("/assets/{}/{name}", *DIGEST)
}

/// Serves a file.
pub(crate) async fn asset(Path((digest, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name && digest == *DIGEST);
    let file = file.ok_or_else(|| Problem::not_found("there is no such file; load the page anew"))?;
    let headers = [
        (CONTENT_TYPE, file.kind),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    ];
    Ok((headers, file.parts.concat()).into_response())
}
