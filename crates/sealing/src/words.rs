//! The words that receipts are made of: `words/fr.txt` and `words/en.txt`, 2,048 each, sorted. What the lists promise
//! is in `words/README.md`; the tests below hold them to it. A released list is never edited: receipts are made of it.

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
    use std::collections::{HashMap, HashSet};

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

    #[test]
    fn four_letters_name_a_word_and_no_word_begins_another() {
        for lexicon in Lexicon::ALL {
            let starts: HashSet<&str> = lexicon.words().iter().map(|word| &word[..word.len().min(4)]).collect();
            assert_eq!(starts.len(), WORDS, "{lexicon:?}");
            // Sorted, whatever begins with a word stands behind it.
            for pair in lexicon.words().windows(2) {
                assert!(!pair[1].starts_with(pair[0]), "{} begins {}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn no_two_words_sound_alike() {
        for lexicon in Lexicon::ALL {
            let mut by_sound: HashMap<String, &str> = HashMap::new();
            for word in lexicon.words() {
                if let Some(other) = by_sound.insert(sound(lexicon, word), word) {
                    panic!("{other} and {word} sound alike");
                }
            }
        }
        for (lexicon, one, other) in [
            (Lexicon::Fr, "eau", "haut"),
            (Lexicon::Fr, "cygne", "signe"),
            (Lexicon::Fr, "chant", "champ"),
            (Lexicon::Fr, "camion", "canyon"),
            (Lexicon::En, "flee", "flea"),
            (Lexicon::En, "knight", "night"),
            (Lexicon::En, "phone", "fone"),
        ] {
            assert_eq!(sound(lexicon, one), sound(lexicon, other), "{one} and {other}");
        }
    }

    #[test]
    fn what_a_reader_refused_is_in_no_list_and_begins_no_word_that_says_it() {
        let never = include_str!("../words/never.txt");
        for refused in never.lines() {
            for lexicon in Lexicon::ALL {
                let with_plural = format!("{refused}s");
                assert!(!lexicon.has(refused) && !lexicon.has(&with_plural), "{refused}");
            }
        }
        assert!(never.lines().count() > 100);
    }

    /// About how a word sounds: spellings that are read alike fold together. Coarser than an ear, so that what it tells apart
    /// an ear does.
    fn sound(lexicon: Lexicon, word: &str) -> String {
        const EN: &[(&str, &str)] = &[
            ("ph", "f"),
            ("ck", "k"),
            ("kn", "n"),
            ("wr", "r"),
            ("wh", "w"),
            ("gh", ""),
            ("qu", "kw"),
            ("ce", "se"),
            ("ci", "si"),
            ("cy", "si"),
            ("ge", "je"),
            ("c", "k"),
            ("z", "s"),
            ("x", "ks"),
            ("ea", "i"),
            ("ee", "i"),
            ("ie", "i"),
            ("ei", "i"),
            ("ey", "i"),
            ("ai", "a"),
            ("ay", "a"),
            ("oa", "o"),
            ("ow", "o"),
            ("oe", "o"),
            ("ou", "u"),
            ("oo", "u"),
            ("y", "i"),
        ];
        // Digits stand for what must not be folded by a later line.
        const FR: &[(&str, &str)] = &[
            ("enn", "e3"),
            ("ann", "a3"),
            ("emm", "e4"),
            ("amm", "a4"),
            ("inn", "i3"),
            ("imm", "i4"),
            ("onn", "o3"),
            ("omm", "o4"),
            ("aine", "e3e"),
            ("eine", "e3e"),
            ("ey", "5"),
            ("eau", "o"),
            ("au", "o"),
            ("ph", "f"),
            ("ch", "1"),
            ("qu", "k"),
            ("gue", "2e"),
            ("gui", "2i"),
            ("ce", "se"),
            ("ci", "si"),
            ("cy", "si"),
            ("ge", "je"),
            ("gi", "ji"),
            ("gy", "ji"),
            ("c", "k"),
            ("h", ""),
            ("y", "i"),
            ("z", "s"),
            ("ain", "in"),
            ("ein", "in"),
            ("en", "an"),
            ("em", "an"),
            ("am", "an"),
            ("im", "in"),
            ("om", "on"),
            ("ai", "e"),
            ("ei", "e"),
            ("2", "g"),
        ];
        let folds = if lexicon == Lexicon::En { EN } else { FR };
        let spelt = folds.iter().fold(word.to_owned(), |word, (written, read)| word.replace(written, read));
        let mut read: Vec<char> = spelt.chars().collect();
        read.dedup();
        let text: String = read.iter().collect();
        match lexicon {
            Lexicon::En => text.strip_suffix('e').unwrap_or(&text).to_owned(),
            Lexicon::Fr if text.len() > 3 && ["er", "et", "es"].iter().any(|end| text.ends_with(end)) => {
                format!("{}_", &text[..text.len() - 1])
            }
            // What a last e makes heard.
            Lexicon::Fr if text.ends_with('e') => text[..text.len() - 1].to_owned(),
            Lexicon::Fr => {
                let heard = text.trim_end_matches(['s', 'd', 't', 'x', 'p']);
                if heard.is_empty() { text } else { heard.to_owned() }
            }
        }
    }
}
