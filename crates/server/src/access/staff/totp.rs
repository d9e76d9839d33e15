//! Codes of a telephone: RFC 6238 with SHA-1, six digits, thirty seconds, as every such program has them.

use exchange::Time;
use rand::Rng;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Bytes of a secret (RFC 4226, section 4).
pub(super) const TOTP_BYTES: usize = 20;
/// Whose codes they are, as the program on the telephone shows it.
const ISSUER: &str = "Rempart";

/// The secret behind the codes. Zeroized when dropped.
pub(super) struct TotpSecret(Zeroizing<[u8; TOTP_BYTES]>);

impl TotpSecret {
    pub(super) fn generate(rng: &mut impl Rng) -> Self {
        let mut bytes = Zeroizing::new([0; TOTP_BYTES]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    pub(super) fn as_bytes(&self) -> &[u8; TOTP_BYTES] {
        &self.0
    }

    /// The step that a code is of, if it is of this one, the one before or the one after.
    pub(super) fn step(&self, code: &str, now: Time) -> Option<i64> {
        let digits: String = code.chars().filter(|letter| !letter.is_whitespace()).take(7).collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let seconds = u64::try_from(now.as_micros() / 1_000_000).ok()?;
        let step = if is_code { self.totp().check(&digits, seconds) } else { None };
        step.and_then(|step| i64::try_from(step).ok())
    }

    /// The secret as it is typed: base 32, in groups of four.
    pub(super) fn typed(&self) -> String {
        let text = Zeroizing::new(self.totp().secret().to_base32());
        let groups: Vec<&str> = text.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        groups.join(" ")
    }

    /// The address that a telephone's camera reads.
    pub(super) fn address(&self, name: &str) -> Zeroizing<String> {
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let secret = Zeroizing::new(self.totp().secret().to_base32());
        Zeroizing::new(format!(
            "otpauth://totp/{ISSUER}:{}?secret={}&issuer={ISSUER}",
            name.replace('+', "%20"),
            secret.as_str()
        ))
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(Secret::new_stack(*self.0)).build_noncompliant()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret::from_slice(b"12345678901234567890").unwrap();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (2_000_000_000, "279037")]
        {
            assert_eq!(secret.step(code, Time::from_micros(seconds * 1_000_000)), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_no_more() {
        let secret = TotpSecret::from_slice(b"12345678901234567890").unwrap();
        let at = |seconds: i64| Time::from_micros(seconds * 1_000_000);
        assert_eq!(secret.step("287 082", at(59 + 30)), Some(1));
        assert_eq!(secret.step("287082", at(29)), Some(1));
        assert_eq!(secret.step("287082", at(59 + 61)), None);
        for wrong in ["", "28708", "2870822", "28708a", "２８７０８２", "287082 0", "-87082"] {
            assert_eq!(secret.step(wrong, at(59)), None, "{wrong}");
        }
        assert_eq!(secret.typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(
            secret.address("Ann B").ends_with("Rempart:Ann%20B?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rempart")
        );
    }
}
