//! Envelopes and keys as they are read back from storage: nothing but the right envelope in the right place opens.
//!
//! The first byte is the length of the context, the second says which byte of the envelope to spoil, the third how.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand::{SeedableRng, rngs::StdRng};
use sealing::{NodeKey, OpenError, SEAL_OVERHEAD_BYTES};

static KEY: LazyLock<NodeKey> = LazyLock::new(|| NodeKey::generate(&mut StdRng::seed_from_u64(1)));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(key) = NodeKey::parse(text)
    {
        assert_eq!(key.to_text().as_str(), text.trim().to_lowercase());
    }
    // Nobody makes an envelope without the key.
    assert_eq!(KEY.open(b"", bytes), Err(OpenError));

    let [context_bytes, place, change, rest @ ..] = bytes else { return };
    let (context, plain) = rest.split_at(usize::from(*context_bytes).min(rest.len()));
    let mut envelope = KEY.seal(context, plain, &mut StdRng::seed_from_u64(2));
    assert_eq!(envelope.len(), plain.len() + SEAL_OVERHEAD_BYTES);
    assert_eq!(KEY.open(context, &envelope).as_deref(), Ok(plain));
    if *change != 0 {
        let place = usize::from(*place) % envelope.len();
        envelope[place] ^= change;
        assert_eq!(KEY.open(context, &envelope), Err(OpenError));
        envelope.truncate(place);
        assert_eq!(KEY.open(context, &envelope), Err(OpenError));
    }
});
