//! The two files of a chip: EF.SOD (CMS, certificates, the security object) and EF.DG1 (the machine-readable zone). The first two bytes
//! say where the one ends and the other begins.
//!
//! As in `age_mdoc`, the parsers are compiled here by themselves, with another door where signatures are checked.

#![no_main]

use std::sync::LazyLock;

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/server/src/age/attester/methods/certificate.rs"]
#[expect(dead_code, reason = "a part of the server, of which the target calls some doors")]
mod certificate;
#[path = "../../crates/server/src/age/attester/methods/security.rs"]
mod security;
#[path = "support/signature.rs"]
mod signature;
#[path = "../../crates/server/src/age/attester/methods/zone.rs"]
mod zone;

use certificate::Roots;
use zone::Zone;

/// When the seeds were good.
const NOW: u64 = 1_796_100_000;

static ROOTS: LazyLock<Roots> =
    LazyLock::new(|| Roots::from_pem(include_bytes!("../corpus/age_mdoc/roots")[1..].as_ref()).expect("a root in PEM"));

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk() else { return };
    let Some((sod, dg1)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { return };
    let today = date(2026, 12, 1);
    if let Some(zone) = Zone::of(dg1, today) {
        assert!(zone.born <= today && zone.born.year() >= 1900, "nobody is born tomorrow: {}", zone.born);
        assert!((2000..2100).contains(&zone.expires.year()) && (4..=13).contains(&zone.document.len()));
    }
    if security::is_signed_by_a_state(sod, dg1, &ROOTS, NOW) == Some(true) {
        assert!(!dg1.is_empty() || sod.len() > 32, "a digest of it is in the object");
    }
});
