//! Whether a passphrase is dear enough to guess.

use zxcvbn::{Score, zxcvbn};

/// Characters of a passphrase, at least.
pub const PASSPHRASE_CHARACTERS_MIN: usize = 10;
/// Characters of a passphrase, at most: estimating takes longer for longer ones.
pub const PASSPHRASE_CHARACTERS_MAX: usize = 100;

/// Why a passphrase is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer characters than [`PASSPHRASE_CHARACTERS_MIN`]. Take several words.
    #[error("a passphrase has {PASSPHRASE_CHARACTERS_MIN} characters at least")]
    Short,
    /// More characters than [`PASSPHRASE_CHARACTERS_MAX`].
    #[error("a passphrase has {PASSPHRASE_CHARACTERS_MAX} characters at most")]
    Long,
    /// Guessed too soon: common words in a common order, a date, a row of keys. Take four words that do not belong together.
    #[error("this passphrase would be guessed; take four words that do not belong together")]
    Guessed,
}

/// Checks a passphrase that is being chosen; `others` are words that a guesser tries first, such as the person's name.
pub(super) fn check(passphrase: &str, others: &[&str]) -> Result<(), Weak> {
    let count = passphrase.chars().take(PASSPHRASE_CHARACTERS_MAX + 1).count();
    if count < PASSPHRASE_CHARACTERS_MIN {
        return Err(Weak::Short);
    }
    if count > PASSPHRASE_CHARACTERS_MAX {
        return Err(Weak::Long);
    }
    // 3 of 4: dear even for somebody who has the database and the time that Argon2 costs.
    if zxcvbn(passphrase, others).score() < Score::Three { Err(Weak::Guessed) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_is_taken_and_what_would_be_guessed_is_not() {
        assert_eq!(check("heron velvet ninety lamp", &[]), Ok(()));
        assert_eq!(check("brume cactus treize volet", &[]), Ok(()));
        assert_eq!(check("passwordpassword", &[]), Err(Weak::Guessed));
        assert_eq!(check("qwertyuiop12", &[]), Err(Weak::Guessed));
        assert_eq!(check("Margaux Delvaux", &["Margaux Delvaux", "rempart"]), Err(Weak::Guessed));
        assert_eq!(check("xK9!vQ2#b", &[]), Err(Weak::Short));
        assert_eq!(check("xK9!vQ2#bé", &[]), Ok(()));
        let long = "heron velvet ninety lamp ".repeat(4);
        assert_eq!(check(&long[..PASSPHRASE_CHARACTERS_MAX], &[]), Ok(()));
        assert_eq!(check(&format!("{long}x"), &[]), Err(Weak::Long));
    }
}
