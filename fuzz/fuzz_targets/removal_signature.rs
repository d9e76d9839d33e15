//! The headers of a webhook's signature, from whoever sends them: never more than the limits, and what is read has one base text,
//! in which every component stands on a line of its own.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/server/src/removal/signature.rs"]
#[expect(dead_code, reason = "a part of the server, of which the target calls two doors")]
mod signature;

use signature::{COMPONENTS_MAX, SIGNATURES_MAX, base, inputs, signatures};

fuzz_target!(|text: &str| {
    if let Ok(read) = signatures(text) {
        assert!((1..=SIGNATURES_MAX).contains(&read.len()));
        for (label, value) in read {
            assert!(!label.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
    let Ok(read) = inputs(text) else { return };
    assert!((1..=SIGNATURES_MAX).contains(&read.len()));
    for input in read {
        assert!(input.components.len() <= COMPONENTS_MAX && text.contains(&input.parameters));
        // Read again from what is signed, it is the same.
        let again = inputs(&format!("{}={}", input.label, input.parameters)).expect("what was read is read again");
        assert_eq!(again, std::slice::from_ref(&input));
        if let Ok(base) = base(&input.components, &input.parameters, |_| Some("value")) {
            assert_eq!(base.lines().count(), input.components.len() + 1);
            assert!(base.ends_with(&input.parameters));
        }
    }
});
