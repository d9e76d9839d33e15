//! What waits in a session to be confirmed, sealed with it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::passkey::CHALLENGE_BYTES;
use super::totp::{TOTP_BYTES, TotpSecret};

/// What waits. Wiped when dropped.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Pending {
    /// The secret of codes that are being added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    codes: Option<[u8; TOTP_BYTES]>,
    /// What a passkey is to sign; asked once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) challenge: Option<[u8; CHALLENGE_BYTES]>,
    /// Whether a new passphrase may be chosen: whoever came with the sheet.
    #[serde(default)]
    pub(super) may_choose: bool,
}

impl Pending {
    /// What was sealed in a session's row; nothing for a row of another version of the program.
    pub(super) fn read(plain: &[u8]) -> Self {
        serde_json::from_slice(plain).unwrap_or_default()
    }

    /// The codes that are being added.
    pub(super) fn codes(&self) -> Option<TotpSecret> {
        self.codes.as_ref().and_then(|codes| TotpSecret::from_slice(codes))
    }

    /// The same with these codes.
    pub(super) fn with_codes(&self, codes: &TotpSecret) -> Self {
        let mut with = self.clone();
        with.codes = Some(*codes.as_bytes());
        with
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.codes.zeroize();
    }
}
