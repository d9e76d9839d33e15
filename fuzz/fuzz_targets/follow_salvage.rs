//! A page of another system with records in it that are no JSON: what is mended is JSON as far as its lists go, and a page
//! that is whole is left alone.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[path = "../../crates/server/src/follow/salvage.rs"]
mod salvage;

fuzz_target!(|page: &[u8]| {
    let mended = salvage::salvage(page);
    if serde_json::from_slice::<Value>(page).is_ok() {
        assert!(mended.is_none(), "what is whole is left alone");
    }
    if let Some(mended) = mended {
        // A record that goes becomes four letters, and between two commas there may be nothing that goes.
        assert!(mended.len() <= page.len() * 5 + 4);
        if serde_json::from_slice::<Value>(&mended).is_ok() {
            assert!(salvage::salvage(&mended).is_none());
        }
    }
});
