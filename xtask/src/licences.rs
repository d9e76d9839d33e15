//! Whether a licence expression (SPDX, as in a manifest's `license` field) is met by a list of accepted licences.

/// Whether one way of reading `expression` needs accepted licences only. `A/B`, the old form, means `A OR B`; a licence
/// `WITH` an exception is one name, exception included.
///
/// # Errors
/// When the text is not an expression: the message says where it stops making sense.
pub(crate) fn is_met(expression: &str, accepts: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, accepts };
    let met = reader.any_of()?;
    match reader.words {
        [] => Ok(met),
        [word, ..] => Err(format!("`{expression}` makes no sense at `{word}`")),
    }
}

/// Reads from the front of `words`, one rule of the grammar a function: `OR` binds looser than `AND`.
struct Reader<'a> {
    words: &'a [&'a str],
    accepts: &'a dyn Fn(&str) -> bool,
}

impl Reader<'_> {
    fn any_of(&mut self) -> Result<bool, String> {
        let mut met = self.all_of()?;
        while self.next_is("OR") {
            met |= self.all_of()?;
        }
        Ok(met)
    }

    fn all_of(&mut self) -> Result<bool, String> {
        let mut met = self.one()?;
        while self.next_is("AND") {
            met &= self.one()?;
        }
        Ok(met)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.next_is("(") {
            let met = self.any_of()?;
            return if self.next_is(")") { Ok(met) } else { Err("a bracket is not closed".to_owned()) };
        }
        let [licence, rest @ ..] = self.words else { return Err("a licence is missing at the end".to_owned()) };
        if ["OR", "AND", "WITH", ")"].contains(licence) {
            return Err(format!("a licence is missing before `{licence}`"));
        }
        self.words = rest;
        if self.next_is("WITH") {
            let [exception, rest @ ..] = self.words else { return Err("nothing follows WITH".to_owned()) };
            self.words = rest;
            return Ok((self.accepts)(&format!("{licence} WITH {exception}")));
        }
        Ok((self.accepts)(licence))
    }

    fn next_is(&mut self, word: &str) -> bool {
        match self.words {
            [next, rest @ ..] if *next == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expression: &str) -> Result<bool, String> {
        let accepted = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];
        is_met(expression, &|licence| accepted.contains(&licence))
    }

    #[test]
    fn one_accepted_choice_is_enough_and_every_part_is_needed() {
        assert_eq!(met("MIT"), Ok(true));
        assert_eq!(met("GPL-3.0-only OR MIT"), Ok(true));
        assert_eq!(met("Zlib/Apache-2.0"), Ok(true));
        assert_eq!(met("MIT AND GPL-3.0-only"), Ok(false));
        assert_eq!(met("(GPL-3.0-only OR MIT) AND Apache-2.0"), Ok(true));
        assert_eq!(met("GPL-3.0-only OR MIT AND ISC"), Ok(false));
    }

    #[test]
    fn an_exception_is_part_of_the_name() {
        assert_eq!(met("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(met("MIT WITH LLVM-exception"), Ok(false));
    }

    #[test]
    fn nonsense_is_refused() {
        for nonsense in ["", "MIT OR", "OR MIT", "MIT MIT", "(MIT", "MIT)", "MIT WITH"] {
            assert!(met(nonsense).is_err(), "{nonsense:?} was accepted");
        }
    }
}
