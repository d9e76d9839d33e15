//! The chip of a passport or identity card: passive authentication (ICAO Doc 9303, part 11, section 5.1) over EF.SOD and EF.DG1, which
//! an application read from the chip. The state's signature is checked up to a list of its roots, the machine-readable zone against its
//! signed digest, and the date of birth is read from it. Neither file is kept.
//!
//! It shows that a state issued this document, not that whoever sends it is its holder: the chip itself is not asked.

use std::sync::Arc;

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Sequence};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::civil::Date;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::{CHAIN_MAX, Roots, is_signed};
use crate::age::attester::Desk;
use crate::age::attester::evidence::{
    Declaration, Evidence, Field, FieldKind, FieldName, Level, NotProven, Retains, Sent, Step, Told, reached_by, today,
};

/// Vouchers for one document in 90 days, at most.
pub const DOCUMENT_USES_MAX: u32 = 4;
/// Digests of data groups, at most: there are 16.
const GROUPS_MAX: usize = 16;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// The way itself.
#[derive(Clone, Debug)]
pub struct Chip {
    roots: Arc<Roots>,
}

/// LDSSecurityObject: which digest each data group has. Newer ones say a version of the file system last.
#[derive(Sequence)]
struct SecurityObject {
    version: u8,
    algorithm: AlgorithmIdentifierOwned,
    groups: Vec<GroupDigest>,
    #[asn1(optional = "true")]
    file_system: Option<Any>,
}

#[derive(Sequence)]
struct GroupDigest {
    number: u8,
    digest: OctetString,
}

impl Chip {
    /// Documents of these states are taken.
    pub fn new(roots: Roots) -> Self {
        Self { roots: Arc::new(roots) }
    }

    async fn take(&self, desk: &Desk, sent: &Sent) -> Result<Step, NotProven> {
        let field = |name: FieldName| sent.bytes(name.as_str()).ok_or(NotProven::Unreadable);
        let (sod, dg1) = (field(FieldName::Sod)?, field(FieldName::Dg1)?);
        let zone = Zone::of(dg1, today(desk)).ok_or(NotProven::Unreadable)?;
        if !is_signed_by_a_state(sod, dg1, &self.roots, desk.now()).unwrap_or(false) || zone.expires < today(desk) {
            return Err(NotProven::NotConfirmed);
        }
        let reached = reached_by(zone.born, today(desk))?;
        desk.count_use("chip", zone.document.as_bytes(), DOCUMENT_USES_MAX).await?;
        Ok(Step::Reached(reached))
    }
}

fn is_signed_by_a_state(sod: &[u8], dg1: &[u8], roots: &Roots, now: u64) -> Option<bool> {
    let content = ContentInfo::from_der(unwrapped(sod, &[0x77])?).ok()?;
    if content.content_type != SIGNED_DATA {
        return None;
    }
    let signed: SignedData = content.content.decode_as().ok()?;
    let inside = &signed.encap_content_info;
    if inside.econtent_type != SECURITY_OBJECT {
        return None;
    }
    let object = inside.econtent.as_ref()?.value().to_vec();
    let certificates = signed.certificates.as_ref()?;
    let ders = certificates.0.iter().take(CHAIN_MAX + 1).filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => certificate.to_der().ok(),
        CertificateChoices::Other(_) => None,
    });
    let [signer_info] = signed.signer_infos.0.as_slice() else { return None };
    // The signer's certificate comes along; a state's root may too, and is not needed.
    let is_good = ders.into_iter().any(|der| {
        roots.signer(&[&der], now).is_some_and(|certificate| {
            is_signers(signer_info, &object, certificate.tbs_certificate().subject_public_key_info()).unwrap_or(false)
        })
    });
    let listed = SecurityObject::from_der(&object).ok()?;
    if listed.groups.len() > GROUPS_MAX {
        return None;
    }
    let group = listed.groups.iter().find(|group| group.number == 1)?;
    Some(is_good && digest(&listed.algorithm.oid, dg1)? == group.digest.as_bytes())
}

/// The signature over the attributes, and in them the digest of the object (RFC 5652, section 5.4).
fn is_signers(info: &SignerInfo, object: &[u8], key: &x509_cert::spki::SubjectPublicKeyInfoOwned) -> Option<bool> {
    let attributes = info.signed_attrs.as_ref()?;
    let value = |oid| {
        let attribute = attributes.iter().find(|attribute| attribute.oid == oid)?;
        attribute.values.iter().next().cloned()
    };
    let kind: ObjectIdentifier = value(CONTENT_TYPE)?.decode_as().ok()?;
    let said: OctetString = value(MESSAGE_DIGEST)?.decode_as().ok()?;
    let is_it = kind == SECURITY_OBJECT && digest(&info.digest_alg.oid, object)? == said.as_bytes();
    let algorithm = signing(info);
    Some(is_it && is_signed(key, &algorithm, &attributes.to_der().ok()?, info.signature.as_bytes()))
}

/// Some write only the kind of key as the algorithm, and the digest apart.
fn signing(info: &SignerInfo) -> AlgorithmIdentifierOwned {
    let rsa = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    let oid = match (info.signature_algorithm.oid == rsa, info.digest_alg.oid) {
        (true, SHA256) => ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"),
        (true, SHA384) => ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"),
        (true, SHA512) => ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"),
        _ => return info.signature_algorithm.clone(),
    };
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn digest(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match *algorithm {
        SHA256 => Sha256::digest(bytes).to_vec(),
        SHA384 => Sha384::digest(bytes).to_vec(),
        SHA512 => Sha512::digest(bytes).to_vec(),
        // SHA-1 and SHA-224 of documents before 2015 are not taken.
        _ => return None,
    })
}

/// The inside of a BER-TLV with this tag, which must be all there is.
fn unwrapped<'b>(bytes: &'b [u8], tag: &[u8]) -> Option<&'b [u8]> {
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
struct Zone {
    document: String,
    born: Date,
    expires: Date,
}

impl Zone {
    fn of(dg1: &[u8], today: Date) -> Option<Self> {
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

impl Evidence for Chip {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "chip",
            level: Level::Enhanced,
            retains: Retains::CountedDigest,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: true,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[Field { name: FieldName::Sod, kind: FieldKind::File }, Field { name: FieldName::Dg1, kind: FieldKind::File }]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, _: &'e str, sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.take(desk, sent).boxed()
    }

    fn finish<'e>(&'e self, _: &'e Desk, _: &'e [u8], _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async { Err(NotProven::Unreadable) }.boxed()
    }
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
