//! A file sealed for the hotline, part by part: what leaves the device opens with the hotline's key alone.

use std::fmt::Write as _;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{FileKey, Recipient, Sealer, UPLOAD_ID_BYTES};
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of the seed.
const SEED_BYTES: usize = 32;
/// Hex digits of a recipient.
const RECIPIENT_DIGITS: usize = 64;

/// A file that is being sealed. It holds one part at a time.
#[wasm_bindgen]
pub struct Upload {
    sealer: Sealer,
    keys: String,
}

/// Why a file is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// The id, the seed or a recipient is not what the page was given. Load the page anew.
    #[error("other words than the page's")]
    Setting,
    /// The file has other bytes than it had: it changed while it was read. Choose it again.
    #[error("changed")]
    Changed,
}

#[wasm_bindgen]
impl Upload {
    /// Begins a file of so many bytes. `id` are the 16 bytes that the node gave; `recipients` are 64 hex digits each, with
    /// blanks between; `seed` are 32 bytes of the system's randomness, which everything random comes from.
    #[wasm_bindgen(constructor)]
    pub fn new(id: &[u8], file_bytes: u32, recipients: &str, seed: &[u8]) -> Result<Upload, String> {
        Self::begin(id, file_bytes, recipients, seed).map_err(|error| error.to_string())
    }

    /// How many bytes of the file the next part takes, possibly 0; nothing when all is sealed.
    pub fn wants(&self) -> Option<u32> {
        // At most a part's bytes.
        self.sealer.wants().map(|bytes| bytes as u32)
    }

    /// Seals the next part.
    pub fn seal(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.sealer.seal_next(bytes).map_err(|_| UploadError::Changed.to_string())
    }

    /// The file's key for each recipient: `[{"recipient": "64 hex digits", "key": "160 hex digits"}, ..]` as JSON.
    pub fn keys(&self) -> String {
        self.keys.clone()
    }
}

impl Upload {
    fn begin(id: &[u8], file_bytes: u32, recipients: &str, seed: &[u8]) -> Result<Self, UploadError> {
        let id: [u8; UPLOAD_ID_BYTES] = id.try_into().map_err(|_| UploadError::Setting)?;
        let seed: [u8; SEED_BYTES] = seed.try_into().map_err(|_| UploadError::Setting)?;
        let mut rng = StdRng::from_seed(seed);
        let key = FileKey::generate(&mut rng);
        let mut keys = String::from("[");
        for digits in recipients.split_ascii_whitespace() {
            let recipient = recipient(digits).ok_or(UploadError::Setting)?;
            let comma = if keys.len() > 1 { "," } else { "" };
            let _ = write!(keys, r#"{comma}{{"recipient":"{digits}","key":""#);
            key.seal_to(&recipient, &id, &mut rng).iter().for_each(|byte| {
                let _ = write!(keys, "{byte:02x}");
            });
            keys.push_str("\"}");
        }
        if keys.len() == 1 {
            return Err(UploadError::Setting);
        }
        keys.push(']');
        Ok(Self { sealer: key.sealer(&id, file_bytes.into()), keys })
    }
}

fn recipient(digits: &str) -> Option<Recipient> {
    if digits.len() != RECIPIENT_DIGITS {
        return None;
    }
    let bytes: Option<Vec<u8>> =
        digits.as_bytes().chunks_exact(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect();
    Recipient::from_slice(&bytes?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealing::RecipientSecret;

    const ID: [u8; 16] = [5; 16];

    #[test]
    fn the_hotline_opens_what_the_page_sealed_and_another_key_does_not() {
        let mut rng = StdRng::seed_from_u64(1);
        let secrets = [RecipientSecret::generate(&mut rng), RecipientSecret::generate(&mut rng)];
        let recipients = secrets.each_ref().map(|secret| secret.public().to_string()).join(" ");
        let file: Vec<u8> = (0..600_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
        let mut upload = Upload::begin(&ID, 600_000, &recipients, &[9; 32]).unwrap();
        let (mut parts, mut at) = (Vec::new(), 0);
        while let Some(wanted) = upload.wants() {
            parts.push(upload.seal(&file[at..at + wanted as usize]).unwrap());
            at += wanted as usize;
        }
        let keys: serde_json::Value = serde_json::from_str(&upload.keys()).unwrap();
        for (secret, said) in secrets.iter().zip(keys.as_array().unwrap()) {
            assert_eq!(said["recipient"], secret.public().to_string());
            let digits = said["key"].as_str().unwrap();
            let sealed: Vec<u8> =
                (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
            let mut opener = FileKey::open(secret, &ID, &sealed).unwrap().opener(&ID);
            let opened: Vec<u8> = parts
                .iter()
                .enumerate()
                .flat_map(|(place, part)| opener.open_next(part, place + 1 == parts.len()).unwrap().to_vec())
                .collect();
            assert_eq!(opened, file);
            assert!(FileKey::open(&RecipientSecret::generate(&mut rng), &ID, &sealed).is_err());
        }
    }

    #[test]
    fn another_seed_is_another_key_and_a_file_that_changed_is_refused() {
        let recipient = RecipientSecret::generate(&mut StdRng::seed_from_u64(1)).public().to_string();
        let first = |seed: u8| Upload::begin(&ID, 10, &recipient, &[seed; 32]).unwrap().seal(&[1; 10]).unwrap();
        assert_ne!(first(1), first(2));
        let mut upload = Upload::begin(&ID, 10, &recipient, &[1; 32]).unwrap();
        assert_eq!(upload.seal(&[1; 9]).unwrap_err(), "changed");
    }

    #[test]
    fn without_id_seed_or_recipient_nothing_is_sealed() {
        let good = RecipientSecret::generate(&mut StdRng::seed_from_u64(1)).public().to_string();
        for (id, recipients, seed) in [
            (&ID[..15], good.as_str(), &[0; 32][..]),
            (&ID[..], good.as_str(), &[0; 31][..]),
            (&ID[..], "", &[0; 32][..]),
            (&ID[..], &good[1..], &[0; 32][..]),
            (&ID[..], &"é".repeat(32), &[0; 32][..]),
        ] {
            assert_eq!(Upload::begin(id, 1, recipients, seed).err(), Some(UploadError::Setting), "{recipients}");
        }
    }
}
