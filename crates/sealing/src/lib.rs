//! Keys and envelopes. Pure: bytes in, bytes out; randomness is passed in.
//!
//! | key | held by | seals |
//! | --- | --- | --- |
//! | [`NodeKey`] | the operator, apart from the database | fingerprints at rest; finds duplicates without opening any |
//! | [`Receipt`] | a person, as six words | the key of one case |
//! | [`CaseKey`] | nobody in clear: sealed to the words and to recipients | all that one case holds |
//! | [`RecipientSecret`] | the hotline, as 24 words on paper | opens what was sealed to its [`Recipient`] |
//! | [`AlertSecret`] | nobody in clear: in a sealed item of a case | with the node key, an address to write to |
//! | [`FileKey`] | nobody in clear: sealed to recipients, and to them alone | a file, part by part, before it leaves its device |
//! | [`PassphraseKey`] | a person who works here, as a passphrase | the secret half of their own [`Recipient`] |
//! | [`VisitToken`] | a browser, as a cookie | what one visit holds |
//!
//! Envelopes are XChaCha20-Poly1305, keys from one secret are told apart by HKDF-SHA-256 with a label each, recipients
//! use HPKE (RFC 9180), words go through Argon2id (RFC 9106).

mod alert;
mod case;
mod envelope;
mod node_key;
mod padding;
mod person;
mod receipt;
mod recipient;
mod upload;
mod visit;
mod words;

pub use alert::AlertSecret;
pub use case::CaseKey;
pub use envelope::{OpenError, SEAL_OVERHEAD_BYTES};
pub use node_key::{DIGEST_BYTES, KeyCheck, NodeKey, NodeKeyError};
pub use person::{CHECK_BYTES, PassphraseKey};
pub use receipt::{Cost, LOOKUP_BYTES, RECEIPT_WORDS, Receipt, ReceiptError, ReceiptKeys, SALT_BYTES};
pub use recipient::{RECIPIENT_BYTES, RECIPIENT_OVERHEAD_BYTES, Recipient, RecipientSecret, SHEET_WORDS, SheetError};
pub use upload::{
    FileKey, Opener, PART_BYTES, SEALED_FILE_KEY_BYTES, SEALED_PART_BYTES, SealError, Sealer, UPLOAD_ID_BYTES,
    sealed_bytes,
};
pub use visit::VisitToken;
pub use words::{Lexicon, WORD_BITS, WORDS};
