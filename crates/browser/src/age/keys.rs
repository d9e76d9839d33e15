//! The keys of an issuer, believed because they are in its log, and the log because it only grew.

use agetoken::{Epoch, IssuerKey, IssuerName, KeyEntry, KeyRing, Threshold};
use ledger::{Checkpoint, Hash, Note, TilePath, Tree, Verifier, decode_tile, leaf_hash, verify_inclusion};
use wasm_bindgen::prelude::wasm_bindgen;

use super::AgeError;

/// Entries of a log that is read, at most: a thousand years of four keys a week.
const ENTRIES_MAX: u64 = 250_000;

/// The keys that were believed so far.
#[wasm_bindgen]
pub struct Keys {
    checkpoint: Checkpoint,
    ring: KeyRing,
    last_index: Option<u64>,
    leaves: Vec<Hash>,
}

#[wasm_bindgen]
impl Keys {
    /// Begins with a signed checkpoint: of this issuer's log, by this key.
    #[wasm_bindgen(constructor)]
    pub fn new(checkpoint: &str, issuer: &str, log_key: &str) -> Result<Keys, String> {
        Ok(Self::begin(checkpoint, issuer, log_key)?)
    }

    /// Believes a key: its place in the log, its entry, and the hashes that prove it, one after the other. In the order of the log.
    pub fn add(&mut self, index: f64, entry: &[u8], proof: &[u8]) -> Result<(), String> {
        Ok(self.believe(index as u64, entry, proof)?)
    }

    /// How many entries the log has.
    pub fn size(&self) -> f64 {
        self.checkpoint.size as f64
    }

    /// The root over them.
    pub fn root(&self) -> Vec<u8> {
        self.checkpoint.root.to_vec()
    }

    /// What is to be read below `/log/` to see that the log only grew: paths with line breaks between. The same for everybody.
    pub fn tiles(&self) -> String {
        let paths: Vec<String> = TilePath::all(Some(0), self.checkpoint.size).map(|path| path.to_string()).collect();
        paths.join("\n")
    }

    /// Takes one of those in, in their order.
    pub fn take_tile(&mut self, bytes: &[u8]) -> Result<(), String> {
        let width = (bytes.len() / size_of::<Hash>()) as u64;
        self.leaves.extend(decode_tile(bytes, width).map_err(|_| AgeError::Malformed)?);
        Ok(())
    }

    /// Whether the log begins with what was seen before. The tiles are needed only when it has grown.
    pub fn follows(&self, seen_size: f64, seen_root: &[u8]) -> Result<(), String> {
        Ok(self.only_grew(seen_size as u64, seen_root)?)
    }

    /// Whether tokens can be asked for with this age's key of this week.
    pub fn has(&self, age: u8, epoch: u32) -> bool {
        self.find(age, epoch).is_ok()
    }

    /// By what tokens of this age's key of this week name it.
    pub fn key_id(&self, age: u8, epoch: u32) -> Result<Vec<u8>, String> {
        Ok(self.find(age, epoch)?.id().as_bytes().to_vec())
    }
}

impl Keys {
    fn begin(checkpoint: &str, issuer: &str, log_key: &str) -> Result<Self, AgeError> {
        let issuer: IssuerName = issuer.parse().map_err(|_| AgeError::Malformed)?;
        let key: Verifier = log_key.parse().map_err(|_| AgeError::Malformed)?;
        let note: Note = checkpoint.parse().map_err(|_| AgeError::Malformed)?;
        let text = note.signed_by(&key).map_err(|_| AgeError::Unlogged)?;
        let checkpoint: Checkpoint = text.parse().map_err(|_| AgeError::Unlogged)?;
        // What an issuer calls its log: docs/design/0022.
        if checkpoint.origin != format!("{issuer}/age-keys") || checkpoint.size > ENTRIES_MAX {
            return Err(AgeError::Unlogged);
        }
        Ok(Self { checkpoint, ring: KeyRing::new(issuer), last_index: None, leaves: Vec::new() })
    }

    fn believe(&mut self, index: u64, entry: &[u8], proof: &[u8]) -> Result<(), AgeError> {
        let (hashes, rest) = proof.as_chunks::<{ size_of::<Hash>() }>();
        let is_next = self.last_index.is_none_or(|last| last < index);
        let Checkpoint { size, root, .. } = &self.checkpoint;
        if !rest.is_empty() || !is_next || !verify_inclusion(&leaf_hash(entry), index, *size, hashes, root) {
            return Err(AgeError::Unlogged);
        }
        let entry = KeyEntry::decode(entry).map_err(|_| AgeError::Malformed)?;
        self.ring.apply(&entry).map_err(|_| AgeError::Unlogged)?;
        self.last_index = Some(index);
        Ok(())
    }

    fn only_grew(&self, seen_size: u64, seen_root: &[u8]) -> Result<(), AgeError> {
        let Checkpoint { size, root, .. } = &self.checkpoint;
        if seen_size > *size {
            return Err(AgeError::Older);
        }
        if seen_size == *size {
            return if seen_root == root { Ok(()) } else { Err(AgeError::Rewritten) };
        }
        let tree = Tree::of_leaves(self.leaves.iter().copied());
        if tree.size() != *size || tree.root(*size) != Some(*root) {
            return Err(AgeError::Unlogged);
        }
        let before = tree.root(seen_size);
        if before.is_some_and(|before| before == seen_root) { Ok(()) } else { Err(AgeError::Rewritten) }
    }

    pub(super) fn find(&self, age: u8, epoch: u32) -> Result<&IssuerKey, AgeError> {
        let threshold = Threshold::of_years(age).ok_or(AgeError::NoKey)?;
        self.ring.key(threshold, Epoch(epoch)).ok_or(AgeError::NoKey)
    }

    pub(super) const fn issuer(&self) -> &IssuerName {
        self.ring.issuer()
    }
}
