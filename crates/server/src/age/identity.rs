//! What each of the three servers is by: its key file recognised, and one secret of its own in its database, sealed.

use rand::Rng;
use sealing::NodeKey;
use zeroize::Zeroizing;

use crate::storage::StorageError;

/// Bytes of such a secret.
const SECRET_BYTES: usize = 32;

/// Why a server of these does not start.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The database was made with another key file. Put that one back.
    #[error("this database was made with another key: put the key file back that belongs to it")]
    WrongKey,
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A new secret.
pub(super) fn new_secret(rng: &mut impl Rng) -> Zeroizing<[u8; SECRET_BYTES]> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    rng.fill_bytes(secret.as_mut());
    secret
}

/// Opens the secret that lies in the database, with the key that it was made with.
pub(super) fn open_secret(
    key: &NodeKey,
    check: &[u8],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<[u8; SECRET_BYTES]>, IdentityError> {
    if key.check().as_bytes().as_slice() != check {
        return Err(IdentityError::WrongKey);
    }
    let plain = Zeroizing::new(key.open(context, sealed).map_err(|_| IdentityError::WrongKey)?);
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    if plain.len() != SECRET_BYTES {
        return Err(StorageError::Damaged("a sealed secret").into());
    }
    secret.copy_from_slice(&plain);
    Ok(secret)
}
