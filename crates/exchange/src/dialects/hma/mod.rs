//! HMA's HTTP API (Meta's hasher-matcher-actioner 1.1.7), as far as its integrations call it: JSON in and out.
//!
//! Worked from its behaviour, read in November 2026. It has no classes, tiers or advice: what comes from a node is
//! put into banks whose names say what may be done ([`BankName::of_node`]). One signal of a kind for a content: of an
//! entry's other fingerprints and views nothing is shown here. A distance is text.

mod bank;
mod content;
mod exchange;
mod signal;

pub use bank::{Bank, BankEdit, BankName, BankNameError, NAME_BYTES_MAX, NewBank, Ratio, RatioError};
pub use content::{
    ContentEdit, ContentView, DISABLE_YEARS_MAX, METADATA_BYTES_MAX, MetadataError, NOTE_CHARS_MAX, NoteError,
    check_metadata, check_note,
};
pub use exchange::{
    ApiSchema, CREDENTIAL_BYTES_MAX, ExchangeApi, ExchangeConfig, ExchangeCredentials, ExchangeEdit, ExchangeError,
    MEMBERS_MAX, NCMEC_ENVIRONMENTS, NewExchange, URL_BYTES_MAX,
};
pub use signal::{
    COMPARED_DISTANCE_MAX, Compared, IndexStatus, Met, SignalError, SignalType, SignalTypeStatus, Signals, compare,
};

/// Letters of what a stranger sent that an error says again, at most.
const SHOWN_LETTERS_MAX: usize = 64;

/// The beginning of what a stranger sent, for an error that says it again: 64 letters at most.
pub fn shortened(text: &str) -> String {
    text.chars().take(SHOWN_LETTERS_MAX).collect()
}
