//! The machine-readable zone of a passport or identity card, out of EF.DG1 (ICAO Doc 9303, parts 4 to 6, and part 10, section 4.7.1):
//! every check digit, the document's number, its two dates. No server.

use jiff::civil::Date;

/// The inside of a BER-TLV with this tag, which must be all there is.
pub(super) fn unwrapped<'b>(bytes: &'b [u8], tag: &[u8]) -> Option<&'b [u8]> {
    let rest = bytes.strip_prefix(tag)?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), rest.get(2..)?),
        _ => return None,
    };
    if rest.len() == length { Some(rest) } else { None }
}

/// What is read of a machine-readable zone (ICAO Doc 9303, parts 4 to 6).
pub(super) struct Zone {
    pub(super) document: String,
    pub(super) born: Date,
    pub(super) expires: Date,
}

impl Zone {
    pub(super) fn of(dg1: &[u8], today: Date) -> Option<Self> {
        let text = str::from_utf8(unwrapped(unwrapped(dg1, &[0x61])?, &[0x5f, 0x1f])?).ok()?;
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<';
        if !text.bytes().all(is_plain) {
            return None;
        }
        // Where the number, the two dates and the state stand in each of the three sizes.
        let (number, born, expires, state, whole): (_, _, _, _, &[std::ops::Range<usize>]) = match text.len() {
            90 => (5..15, 30..37, 38..45, 2..5, &[5..30, 30..37, 38..45, 48..60]),
            72 => (36..46, 49..56, 57..64, 2..5, &[36..46, 49..56, 57..72]),
            88 => (44..54, 57..64, 65..72, 2..5, &[44..54, 57..64, 65..88]),
            _ => return None,
        };
        let checked = |range: &std::ops::Range<usize>| {
            let (value, digit) = text.get(range.clone())?.split_at_checked(range.len() - 1)?;
            is_checked(value, digit).then_some(value)
        };
        let composite: String = whole.iter().filter_map(|range| text.get(range.clone())).collect();
        let (all, digit) = composite.split_at_checked(composite.len().checked_sub(1)?)?;
        if !is_checked(all, digit) {
            return None;
        }
        let born = date(checked(&born)?, |year| if 2000 + year > today.year() { 1900 + year } else { 2000 + year })?;
        // Somebody born in a future month of this year was born a century ago.
        let born = if born > today { born.with().year(born.year() - 100).build().ok()? } else { born };
        let expires = date(checked(&expires)?, |year| 2000 + year)?;
        Some(Self { document: format!("{}{}", text.get(state)?, checked(&number)?), born, expires })
    }
}

/// YYMMDD.
fn date(text: &str, century: impl Fn(i16) -> i16) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (number(0..2)?, number(2..4)?, number(4..6)?);
    Date::new(century(year), i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Check digits: weights 7, 3, 1; letters count from 10.
fn is_checked(value: &str, digit: &str) -> bool {
    let weighed = value.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| {
        let worth = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => 0,
        };
        worth * weight
    });
    digit == (weighed.sum::<u32>() % 10).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn dg1(zone: &str) -> Vec<u8> {
        let inner = [&[0x5f, 0x1f, zone.len() as u8][..], zone.as_bytes()].concat();
        [&[0x61, inner.len() as u8][..], &inner].concat()
    }

    /// The specimens of ICAO Doc 9303, parts 4, 5 and 6.
    #[test]
    fn the_specimens_of_icao_are_read() {
        for zone in [
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
        ] {
            let read = Zone::of(&dg1(zone), date(2026, 11, 29)).unwrap_or_else(|| panic!("{zone}"));
            assert_eq!((read.born, read.expires), (date(1974, 8, 12), date(2012, 4, 15)), "{zone}");
            for (place, _) in zone.char_indices().filter(|(place, _)| zone.as_bytes()[*place].is_ascii_digit()) {
                let mut changed = zone.as_bytes().to_vec();
                changed[place] = if changed[place] == b'9' { b'0' } else { changed[place] + 1 };
                assert!(Zone::of(&dg1(str::from_utf8(&changed).unwrap()), date(2026, 11, 29)).is_none(), "{place}");
            }
        }
        assert!(Zone::of(&dg1("P<UTO"), date(2026, 11, 29)).is_none());
    }
}
