//! Codes that an institution hands out to people it sees: a school, a town hall, a tobacconist. Each works once. Nobody's device,
//! document or account is needed, and the code says nothing of who got it.

use futures::FutureExt;
use futures::future::BoxFuture;
use rand::{Rng, RngExt};

use crate::age::attester::Desk;
use crate::age::attester::evidence::{
    Declaration, Evidence, Field, FieldKind, FieldName, Level, NotProven, Retains, Sent, Step, Told,
};

/// Without letters that are taken for others.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code: 80 bits.
const CODE_LETTERS: usize = 16;
const GROUP_LETTERS: usize = 4;

/// The way itself.
#[derive(Clone, Copy, Debug)]
pub struct Codes;

impl Evidence for Codes {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "code",
            level: Level::Enhanced,
            retains: Retains::Nothing,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: true,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[Field { name: FieldName::Code, kind: FieldKind::Line }]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, _: &'e str, sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async move {
            let code = sent.text(FieldName::Code.as_str()).ok_or(NotProven::Unreadable)?;
            if plain(code).len() != CODE_LETTERS {
                return Err(NotProven::Unreadable);
            }
            desk.take_code(code).await?.map(Step::Reached).ok_or(NotProven::NotConfirmed)
        }
        .boxed()
    }

    fn finish<'e>(&'e self, _: &'e Desk, _: &'e [u8], _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async { Err(NotProven::Unreadable) }.boxed()
    }
}

/// A new code, in groups of four.
pub(in crate::age) fn draw(rng: &mut impl Rng) -> String {
    let mut code = String::with_capacity(CODE_LETTERS + CODE_LETTERS / GROUP_LETTERS);
    for place in 0..CODE_LETTERS {
        if place > 0 && place % GROUP_LETTERS == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[rng.random_range(0..LETTERS.len())]));
    }
    code
}

/// A code however it was typed: letters that look like digits are those.
pub(in crate::age) fn plain(code: &str) -> String {
    let letters = code.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '.' | '_'));
    let letters = letters.map(|letter| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    });
    letters.take(CODE_LETTERS + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = draw(&mut rand::rngs::StdRng::seed_from_u64(1));
        assert_eq!((code.len(), plain(&code).len()), (19, CODE_LETTERS));
        assert_eq!(plain(&code.to_lowercase().replace('-', " ")), plain(&code));
        assert_eq!(plain("oil"), "011");
    }
}
