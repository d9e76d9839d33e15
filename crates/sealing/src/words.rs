//! The words that receipts are made of: `words/fr.txt` and `words/en.txt`, 2,048 each, sorted. What the lists promise
//! is in `words/README.md`; the tests below hold them to it. A list is never edited: receipts are made of it.

use std::sync::LazyLock;

/// Bits that one word carries.
pub const WORD_BITS: u32 = 11;
/// Words in a list.
pub const WORDS: usize = 1 << WORD_BITS;
/// How many letters a word may be away from what was typed, to be offered instead.
const NEAR_MAX: usize = 2;

static FR: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("../words/fr.txt").lines().collect());
static EN: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("../words/en.txt").lines().collect());

/// A list of words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lexicon {
    /// English.
    En,
    /// French, words without accents only.
    Fr,
}

impl Lexicon {
    /// Every list.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];

    /// The word of a number below [`WORDS`]; higher ones wrap around.
    pub fn word(self, number: u16) -> &'static str {
        self.words()[usize::from(number) % WORDS]
    }

    /// Whether the list has this word, in lower case.
    pub fn has(self, word: &str) -> bool {
        self.number(word).is_some()
    }

    /// The number of a word in lower case.
    pub fn number(self, word: &str) -> Option<u16> {
        self.words().binary_search(&word).ok().and_then(|number| u16::try_from(number).ok())
    }

    /// The words of the list that differ from this one by the fewest letters, two at most.
    pub fn nearest(self, word: &str) -> Vec<&'static str> {
        let mut near: Vec<(usize, &str)> = self
            .words()
            .iter()
            .map(|known| (strsim::levenshtein(known, word), *known))
            .filter(|(letters, _)| *letters <= NEAR_MAX)
            .collect();
        near.sort_unstable();
        near.into_iter().map(|(_, word)| word).collect()
    }

    fn words(self) -> &'static [&'static str] {
        match self {
            Self::En => &EN,
            Self::Fr => &FR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_as_many_sorted_plain_words_as_its_bits_need() {
        for lexicon in Lexicon::ALL {
            let words = lexicon.words();
            assert_eq!(words.len(), WORDS, "{lexicon:?}");
            assert!(words.is_sorted_by(|a, b| a < b), "{lexicon:?}");
            for word in words {
                assert!((3..=9).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
                assert_eq!(lexicon.word(lexicon.number(word).unwrap()), *word);
            }
        }
    }

    #[test]
    fn one_wrong_letter_never_makes_another_word() {
        for lexicon in Lexicon::ALL {
            let words = lexicon.words();
            for (position, word) in words.iter().enumerate() {
                for other in &words[position + 1..] {
                    assert!(strsim::levenshtein(word, other) >= 2, "{word} and {other}");
                }
            }
        }
    }
}
