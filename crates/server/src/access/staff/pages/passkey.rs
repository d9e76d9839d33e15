//! The part of a page that asks for a passkey, and what its form sends. Without scripts, or where the browser has no
//! passkeys, it stays hidden, and codes are the way.

use axum::http::header::HOST;
use axum::http::{HeaderMap, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::access::staff::StaffId;
use crate::access::staff::passkey::{CHALLENGE_BYTES, Passkey, Sent};
use crate::http::form::Fields;

/// What the script needs to know, all of it in base64url.
pub(super) struct Ask {
    /// `get` or `create`.
    pub(super) kind: &'static str,
    /// Where the form goes.
    pub(super) path: &'static str,
    pub(super) challenge: String,
    pub(super) credentials: String,
    pub(super) user: String,
    pub(super) name: String,
}

impl Ask {
    /// Asks for one of these; nothing to ask where there is none.
    pub(super) fn get(path: &'static str, challenge: &[u8; CHALLENGE_BYTES], known: &[Passkey]) -> Option<Self> {
        let ask = Self::of("get", path, challenge, known);
        (!known.is_empty()).then_some(ask)
    }

    /// Asks to make a new one, which is none of these.
    pub(super) fn create(
        path: &'static str,
        challenge: &[u8; CHALLENGE_BYTES],
        known: &[Passkey],
        of: StaffId,
        name: &str,
    ) -> Self {
        let (user, name) = (URL_SAFE_NO_PAD.encode(of.as_bytes()), name.to_owned());
        Self { user, name, ..Self::of("create", path, challenge, known) }
    }

    fn of(kind: &'static str, path: &'static str, challenge: &[u8; CHALLENGE_BYTES], known: &[Passkey]) -> Self {
        let ids: Vec<&str> = known.iter().map(|passkey| passkey.id.as_str()).collect();
        Self {
            kind,
            path,
            challenge: URL_SAFE_NO_PAD.encode(challenge),
            credentials: ids.join(" "),
            user: String::new(),
            name: String::new(),
        }
    }
}

/// What the form says, if it was a passkey's.
pub(super) fn sent(fields: &Fields) -> Option<Sent<'_>> {
    fields.has("client_data").then(|| Sent {
        id: fields.one("id"),
        client_data: fields.one("client_data"),
        authenticator_data: fields.one("authenticator_data"),
        key: fields.one("key"),
        signature: fields.one("signature"),
    })
}

/// Under which hosts the browser may have asked for this page; no page of another site can write either header.
pub(super) fn hosts(headers: &HeaderMap) -> Vec<&str> {
    let names = [HOST, HeaderName::from_static("x-forwarded-host")];
    names.iter().filter_map(|name| headers.get(name)?.to_str().ok()).collect()
}
