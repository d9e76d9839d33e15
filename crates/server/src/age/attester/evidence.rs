//! What every way of showing an age is like, seen from the attester: it says what it is, what it asks for, and in the end which
//! thresholds were reached. Nothing else comes out of it, so nothing else can be kept.

use std::collections::BTreeMap;

use agetoken::Thresholds;
use futures::future::BoxFuture;

use super::Desk;
use crate::storage::{StorageError, Transient};

/// A way of showing an age.
pub trait Evidence: Send + Sync {
    /// What it is, said before anybody uses it.
    fn declaration(&self) -> Declaration;

    /// What its page asks for.
    fn fields(&self) -> &[Field];

    /// Takes what was sent from its page. `journey` is what a provider is to bring back.
    fn begin<'e>(&'e self, desk: &'e Desk, journey: &'e str, sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>>;

    /// Takes what a provider sent back, with the state that [`Step::Elsewhere`] left.
    fn finish<'e>(&'e self, desk: &'e Desk, state: &'e [u8], sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>>;
}

/// What a way says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its name in addresses and settings.
    pub id: &'static str,
    /// How sure it is.
    pub level: Level,
    /// What stays of it at the attester.
    pub retains: Retains,
    /// Who else hears that an age was asked for.
    pub told: Told,
    /// Whether it may be used for a time only, as Arcom has it for bank cards.
    pub is_transitional: bool,
    /// Whether it may be turned on at all; otherwise it is declared and no more.
    pub is_offered: bool,
    /// Whether somebody can use it who has no voucher yet.
    pub stands_alone: bool,
}

/// Levels of confidence of IEEE 2089.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Somebody says so.
    Asserted,
    /// Some evidence.
    Standard,
    /// Evidence that is checked against its source.
    Enhanced,
    /// The same, bound to the person.
    Strict,
}

/// What stays of an evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retains {
    /// Nothing at all.
    Nothing,
    /// A digest under the attester's key and a number, for 90 days, so that one evidence does not serve a thousand people.
    CountedDigest,
}

/// Who hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nobody but the attester.
    Nobody,
    /// Whoever keeps the account or the card learns that an age was asked for, not what for.
    Provider,
}

/// Something that a page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the form, which names its label in the texts too.
    pub name: FieldName,
    /// How it is asked.
    pub kind: FieldKind,
}

/// Every field there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// A code that was handed out.
    Code,
    /// A parent's own voucher.
    Voucher,
    /// A child's age group.
    Bracket,
    /// What a document's chip signed.
    Sod,
    /// The data of its machine-readable zone.
    Dg1,
}

impl FieldName {
    /// As it stands in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Voucher => "voucher",
            Self::Bracket => "bracket",
            Self::Sod => "sod",
            Self::Dg1 => "dg1",
        }
    }
}

/// How a field is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line.
    Line,
    /// A file.
    File,
    /// One of the ages 13, 15, 16.
    ChildAge,
}

/// Bytes of one field, at most: a document's security object is a few thousand.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;
/// Fields of one form, at most.
pub const FIELDS_MAX: usize = 16;

/// What was sent: each field once.
#[derive(Default)]
pub struct Sent(BTreeMap<String, Vec<u8>>);

impl Sent {
    /// Takes one more field in; `false` when it is too long, there already, or one too many.
    pub fn put(&mut self, name: String, value: Vec<u8>) -> bool {
        let fits = value.len() <= FIELD_BYTES_MAX && self.0.len() < FIELDS_MAX;
        fits && self.0.insert(name, value).is_none()
    }

    /// A field's bytes.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// A field as text, blanks around it taken off.
    pub fn text(&self, name: &str) -> Option<&str> {
        str::from_utf8(self.bytes(name)?).ok().map(str::trim)
    }
}

/// What happens next.
#[derive(Debug)]
pub enum Step {
    /// It is shown.
    Reached(Thresholds),
    /// The person goes on at a provider, and comes back with the journey.
    Elsewhere {
        /// Where.
        to: String,
        /// What is to be known then; sealed until they come back.
        state: Vec<u8>,
    },
}

/// Why no age was shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotProven {
    /// What was sent is not what this way asks for. Look at it again.
    #[error("this is not what is asked for here")]
    Unreadable,
    /// Nobody who is trusted here signed it, or it was changed, or it is over.
    #[error("this could not be confirmed")]
    NotConfirmed,
    /// It is good, and shows an age below all thresholds.
    #[error("this shows none of the ages that can be proven here")]
    TooYoung,
    /// It was used as often as it may be.
    #[error("this was used as often as it may be")]
    TooOften,
    /// The provider does not answer, or said no. Try again, or another way.
    #[error("the provider did not confirm it: {0}")]
    Provider(String),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for NotProven {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// The thresholds of somebody born on a day, on another day.
///
/// # Errors
/// [`NotProven::TooYoung`] when there are none.
pub fn reached_by(born: jiff::civil::Date, today: jiff::civil::Date) -> Result<Thresholds, NotProven> {
    // Whoever was born on 29 February is a year older on 1 March.
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(!had_birthday);
    let reached = Thresholds::reached_at(u32::try_from(years).unwrap_or(0));
    if reached.are_none() { Err(NotProven::TooYoung) } else { Ok(reached) }
}

/// The day it is in UTC: nobody is taken for older than they are anywhere west of it by more than hours.
pub fn today(desk: &Desk) -> jiff::civil::Date {
    let now = jiff::Timestamp::from_microsecond(desk.clock.now().as_micros()).unwrap_or_default();
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_birthday_counts_from_its_day_on() {
        let years =
            |born, today| reached_by(born, today).map(|reached| reached.iter().map(|t| t.years()).max().unwrap());
        assert_eq!(years(date(2008, 11, 29), date(2026, 11, 29)).unwrap(), 18);
        assert_eq!(years(date(2008, 11, 30), date(2026, 11, 29)).unwrap(), 16);
        assert_eq!(years(date(2008, 2, 29), date(2026, 2, 28)).unwrap(), 16);
        assert_eq!(years(date(2008, 2, 29), date(2026, 3, 1)).unwrap(), 18);
        assert!(matches!(years(date(2020, 1, 1), date(2026, 1, 1)), Err(NotProven::TooYoung)));
        assert!(matches!(years(date(2030, 1, 1), date(2026, 1, 1)), Err(NotProven::TooYoung)), "born tomorrow");
    }

    #[test]
    fn a_form_has_a_limit_for_each_field_and_for_how_many() {
        let mut sent = Sent::default();
        assert!(sent.put("a".to_owned(), vec![0; FIELD_BYTES_MAX]) && !sent.put("a".to_owned(), Vec::new()));
        assert!(!sent.put("b".to_owned(), vec![0; FIELD_BYTES_MAX + 1]));
        for number in 1..FIELDS_MAX {
            assert!(sent.put(number.to_string(), Vec::new()));
        }
        assert!(!sent.put("more".to_owned(), Vec::new()));
    }
}
