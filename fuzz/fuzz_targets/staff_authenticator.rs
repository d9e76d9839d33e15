//! What an authenticator says through a browser when somebody who works here signs in: read strictly, or not at all.
//!
//! The parsers are pure but live in the server's room for people; they are compiled here by themselves, so that the target
//! does not carry a database and an HTTP server with it.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/server/src/access/staff/authenticator.rs"]
mod authenticator;

use authenticator::{AuthenticatorData, CREDENTIAL_BYTES_MAX, ClientData, point};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(data) = AuthenticatorData::read(bytes) {
        assert_eq!(data.of, bytes[..32]);
        let credential = data.credential.unwrap_or_default();
        assert!(
            credential.len() <= CREDENTIAL_BYTES_MAX
                && bytes.windows(credential.len().max(1)).any(|part| part == credential || credential.is_empty())
        );
    }
    if let Ok(call) = ClientData::read(bytes) {
        assert!(call.host().is_none_or(|host| call.origin.ends_with(host)));
    }
    if let Ok(point) = point(bytes) {
        assert!(bytes.ends_with(&point) && point[0] == 4);
    }
});
