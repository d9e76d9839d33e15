//! Lengths say much: a padded value has one of a few sizes.

/// The sizes, in bytes; above the last, whole multiples of it.
const SIZES: [usize; 7] = [256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];
const LENGTH_BYTES: usize = 4;

/// `plain` with its length before it and zeros behind it, in one of the sizes. `None` above 4 GiB.
pub(crate) fn pad(plain: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(plain.len()).ok()?;
    let needed = LENGTH_BYTES + plain.len();
    let most = SIZES[SIZES.len() - 1];
    let size = SIZES.into_iter().find(|size| *size >= needed).unwrap_or_else(|| needed.next_multiple_of(most));
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&length.to_le_bytes());
    padded.extend_from_slice(plain);
    padded.resize(size, 0);
    Some(padded)
}

/// What was padded; `None` when it was not.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>()?;
    rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_and_a_sentence_have_the_same_length() {
        assert_eq!(pad(b"oui").unwrap().len(), 256);
        assert_eq!(pad(&[1; 252]).unwrap().len(), 256);
        assert_eq!(pad(&[1; 253]).unwrap().len(), 1024);
        assert_eq!(pad(&vec![1; (1 << 20) - 3]).unwrap().len(), 2 << 20);
    }

    proptest! {
        #[test]
        fn what_was_padded_comes_back(plain: Vec<u8>) {
            let padded = pad(&plain).unwrap();
            prop_assert_eq!(unpad(&padded), Some(plain.as_slice()));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = unpad(&bytes);
        }
    }
}
