//! Strangers' files to pixels. Whatever the bytes, there is an answer within the limits or an error that says what to
//! do; what comes out has the size it claims, and hashes.

#![no_main]

use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fingerprint::pdq_dihedral;
use libfuzzer_sys::fuzz_target;
use media::{DecodeError, Limits, Purpose, decode_within, fingerprints_within};

/// Small enough that a limit which does not hold shows as memory or time the fuzzer would not grant.
const LIMITS: Limits = Limits {
    bytes_max: 64 * 1024,
    pixels_max: 64 * 1024,
    memory_bytes_max: 16 * 1024 * 1024,
    time_max: Duration::from_secs(10),
};

/// Whether a codec that we did not write panicked on the present input.
static FOREIGN_PANIC: AtomicBool = AtomicBool::new(false);

fuzz_target!(|file: &[u8]| {
    forgive_foreign_panics();
    FOREIGN_PANIC.store(false, Ordering::Relaxed);
    // Without a clock the same input always takes the same path.
    match decode_within(file, &LIMITS, &|| false) {
        Ok(picture) => {
            let pixels = u64::from(picture.width()) * u64::from(picture.height());
            assert!((1..=LIMITS.pixels_max).contains(&pixels));
            let bytes_per_pixel = if picture.is_grey() { 1 } else { 3 };
            assert_eq!(picture.samples().len() as u64, pixels * bytes_per_pixel);
            let hashes = pdq_dihedral(&picture.pixels());
            assert!(hashes.quality <= 100);
            // Without the picture, which a PNG need not be held for.
            let plain = fingerprints_within(file, &LIMITS, Purpose::Plain, &|| false);
            assert!(plain.is_ok_and(|plain| plain.dihedral == hashes) || FOREIGN_PANIC.load(Ordering::Relaxed));
        }
        Err(DecodeError::Truncated { .. } | DecodeError::Corrupt { .. }) => {
            assert!(fingerprints_within(file, &LIMITS, Purpose::Plain, &|| false).is_err());
        }
        Err(DecodeError::DecoderFailed { .. }) => {
            assert!(FOREIGN_PANIC.load(Ordering::Relaxed), "the decoder failed without a panic of a codec's");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

/// The media crate promises an error where a codec panics, so only a panic in our own crates is a finding; the hook
/// that the fuzzing engine sets would end the run at either.
fn forgive_foreign_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let abort = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map_or("", |location| location.file());
            // Registry sources have absolute paths with the crate's version; ours are named after their folder.
            let ours = ["crates/media/", "crates/fingerprint/", "fuzz_targets/"].iter().any(|ours| file.contains(ours));
            if ours {
                abort(panic);
            } else {
                FOREIGN_PANIC.store(true, Ordering::Relaxed);
            }
        }));
    });
}
