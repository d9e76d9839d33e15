//! Proof of work: what a loaded node asks for before it takes a new case.
//!
//! A puzzle is solved by the smallest number whose eight bytes, the least significant first, after the challenge make a SHA-256
//! that begins with so many zero bits. Asking for one bit more doubles the work; checking an answer is one digest.

use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

/// More than this no page is asked for: a phone would work on it for minutes.
pub(crate) const BITS_MAX: u32 = 28;

/// A puzzle being solved, a bounded number of tries at a time.
#[wasm_bindgen]
pub struct Puzzle {
    /// Has read the challenge.
    challenge: Sha256,
    bits: u32,
    /// What is tried next.
    nonce: u64,
}

/// Why a puzzle is not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PuzzleError {
    /// It asks for more than 28 bits. No node asks that of a person; do without.
    #[error("too hard")]
    TooHard,
}

#[wasm_bindgen]
impl Puzzle {
    /// Begins a puzzle of so many zero bits, 0 to 28.
    #[wasm_bindgen(constructor)]
    pub fn new(challenge: &[u8], bits: u32) -> Result<Puzzle, String> {
        Self::begin(challenge, bits).map_err(|error| error.to_string())
    }

    /// Tries that many numbers more; the answer in decimal digits once it is found.
    pub fn step(&mut self, tries: u32) -> Option<String> {
        for _ in 0..tries {
            if self.is_solved_by(self.nonce) {
                return Some(self.nonce.to_string());
            }
            self.nonce += 1;
        }
        None
    }
}

impl Puzzle {
    fn begin(challenge: &[u8], bits: u32) -> Result<Self, PuzzleError> {
        if bits > BITS_MAX {
            return Err(PuzzleError::TooHard);
        }
        Ok(Self { challenge: Sha256::new().chain_update(challenge), bits, nonce: 0 })
    }

    fn is_solved_by(&self, nonce: u64) -> bool {
        let digest: [u8; 32] = self.challenge.clone().chain_update(nonce.to_le_bytes()).finalize().into();
        let first = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        first.leading_zeros() >= self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(challenge: &[u8], bits: u32, tries: u32) -> String {
        let mut puzzle = Puzzle::begin(challenge, bits).unwrap();
        std::iter::repeat_with(|| puzzle.step(tries)).find_map(|found| found).unwrap()
    }

    #[test]
    fn the_answer_is_the_smallest_number_however_many_are_tried_at_a_time() {
        let naive = |bits: u32| {
            let zeroes = |nonce: &u64| {
                let digest = Sha256::digest([&b"rempart"[..], &nonce.to_le_bytes()].concat());
                digest
                    .iter()
                    .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
                    .take_while(|bit| *bit == 0)
                    .count()
            };
            (0..).find(|nonce| zeroes(nonce) >= bits as usize).unwrap().to_string()
        };
        for bits in [0, 1, 7, 8, 9, 12] {
            let expected = naive(bits);
            for tries in [1, 10, 100_000] {
                assert_eq!(solve(b"rempart", bits, tries), expected, "{bits} bits");
            }
        }
    }

    #[test]
    fn a_step_ends_after_its_tries() {
        let mut puzzle = Puzzle::begin(b"", BITS_MAX).unwrap();
        assert_eq!(puzzle.step(3), None);
        assert_eq!(puzzle.nonce, 3);
    }

    #[test]
    fn twenty_eight_bits_are_taken_and_one_more_is_too_hard() {
        assert!(Puzzle::begin(b"x", BITS_MAX).is_ok());
        assert_eq!(Puzzle::begin(b"x", BITS_MAX + 1).err(), Some(PuzzleError::TooHard));
    }
}
