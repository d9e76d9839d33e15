//! Every binary form of age proofs: what is read is written as the same bytes. The first byte says which form follows.

#![no_main]

use agetoken::{
    BatchRequest, BatchResponse, Challenge, IssuerKey, KeyEntry, Redemption, Token, TokenRequest, Voucher, Wanted,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let written = match kind % 10 {
        0 => Challenge::decode(bytes).ok().map(|read| read.encode()),
        1 => Token::decode(bytes).ok().map(|read| read.encode().to_vec()),
        2 => TokenRequest::decode(bytes).ok().map(|read| read.encode().to_vec()),
        3 => BatchRequest::decode(bytes).ok().map(|read| read.encode()),
        4 => BatchResponse::decode(bytes).ok().map(|read| read.encode()),
        5 => Voucher::decode(bytes).ok().map(|read| read.encode().to_vec()),
        6 => Redemption::decode(bytes).ok().map(|read| read.encode()),
        7 => IssuerKey::decode(bytes).ok().map(|read| read.spki().to_vec()),
        8 => KeyEntry::decode(bytes).ok().map(|read| read.encode()),
        _ => Wanted::decode(bytes).ok().map(|read| read.encode().to_vec()),
    };
    assert!(written.is_none_or(|written| written == bytes), "one form");
});
