//! Age proofs: a token says "18 or over" (13, 15, 16) and nothing else, and is worth something only to whoever holds its key.
//! Pure: bytes in, bytes out; time and randomness are passed in. Browsers, issuers and sites run this same code.
//!
//! | who | does | with |
//! | --- | --- | --- |
//! | the holder | asks blindly, finishes, redeems | [`Wanted`], [`possession`], [`Redemption`] |
//! | the attester | says who may ask | [`VoucherSigner`] |
//! | the issuer | signs without seeing | [`BlindSigner`], [`BatchRequest`], [`TokenRequest`] |
//! | everybody | knows which keys there are | [`KeyEntry`], [`KeyRing`] |
//! | the site | checks alone | [`Gate`] |
//!
//! Formats of others: RFC 9577 ([`Challenge`], [`header`]), RFC 9578 type 0x0002 ([`TokenRequest`], [`Token`], [`IssuerKey`]), RFC 9474.
//! Ours, with the argument why: docs/design/0021-age-tokens.md.

mod batch;
mod bytes;
mod challenge;
mod entry;
mod epoch;
mod gate;
pub mod header;
mod issuer;
mod key;
pub mod possession;
mod redemption;
mod ring;
mod site_nonce;
mod threshold;
mod token;
mod voucher;
mod wanted;

pub use batch::{BATCH_REQUEST_BYTES, BATCH_RESPONSE_BYTES, BATCH_TOKENS, BatchRequest, BatchResponse};
pub use bytes::Malformed;
pub use challenge::{CONTEXT_BYTES, Challenge, ISSUER_NAME_BYTES_MAX, IssuerName, ORIGIN_INFO_BYTES_MAX};
pub use entry::{ENTRY_BYTES_MAX, KeyEntry};
pub use epoch::{Epoch, GRACE_SECONDS, PUBLISH_AHEAD_SECONDS, SKEW_SECONDS_MAX, WEEK_SECONDS};
pub use gate::{Gate, PlainGate, Refused, Spend};
pub use issuer::{BlindSigner, IssuerSecret, SecretError, SignError};
pub use key::{BLINDED_BYTES, IssuerKey, KEY_ID_BYTES, KeyId, SPKI_BYTES};
pub use redemption::{ORIGIN_BYTES_MAX, Origin, REDEMPTION_BYTES, Redemption};
pub use ring::{KeyRing, RingError};
pub use site_nonce::{Mode, SITE_NONCE_BYTES, SITE_NONCE_SECONDS, SiteKey, SiteNonce, VISIT_BYTES};
pub use threshold::{Threshold, Thresholds};
pub use token::{NONCE_BYTES, TOKEN_BYTES, TOKEN_TYPE, Token, TokenInput};
pub use voucher::{AttesterId, AttesterKey, VOUCHER_BYTES, Voucher, VoucherSigner};
pub use wanted::{FinishError, TOKEN_REQUEST_BYTES, TokenRequest, Wanted};
