//! In place of the server's door to signatures: takes what ends in an even byte. A fuzzer signs nothing, and what lies behind a signature
//! is to be read in bounds too.

use super::certificate::Algorithm;

pub(super) fn is_signed(algorithm: Algorithm, key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    // As the real one: every part is looked at.
    let looked_at = [key, signed, signature].concat();
    assert!(looked_at.len() >= signature.len() && format!("{algorithm:?}").len() > 3);
    signature.last().is_some_and(|last| last % 2 == 0)
}
