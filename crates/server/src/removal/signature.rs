//! HTTP message signatures (RFC 9421) as our webhooks carry them: the text that is signed, and reading one that came. Pure; the
//! Ed25519 itself is in [`webhook`](super::webhook).
//!
//! Of the standard this reads what it needs: one or several signatures by label, components without parameters, and the
//! parameters `created`, `expires`, `keyid`, `alg`, `nonce`, `tag`. Anything else is refused, not skipped.

use std::fmt::Write;

/// Bytes of one of the headers that are read here, at most.
pub const HEADER_BYTES_MAX: usize = 4_096;
/// Components that one signature covers, at most.
pub const COMPONENTS_MAX: usize = 16;
/// Signatures in one header, at most.
pub const SIGNATURES_MAX: usize = 4;

/// What one signature covers and says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name in both headers.
    pub label: String,
    /// What it covers, in order: header names in lower case, and derived ones that begin with `@`.
    pub components: Vec<String>,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
    /// Until when it counts, in seconds since 1970.
    pub expires: Option<i64>,
    /// Which key.
    pub key_id: Option<String>,
    /// Which algorithm.
    pub algorithm: Option<String>,
    /// Everything after the label, as it came: it is signed as it is.
    pub parameters: String,
}

/// Why a header is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Longer than [`HEADER_BYTES_MAX`], or more parts than are read here.
    #[error("the signature's headers are too long")]
    TooLong,
    /// Not in the form of RFC 9421, or a part of it that is not read here.
    #[error("the header Signature-Input or Signature cannot be read")]
    Unreadable,
    /// It covers something that the message does not have, or the same twice.
    #[error("the signature covers what the message does not have")]
    Uncovered,
}

/// The text that is signed: a line for each component, then the parameters. `value` gives what a component has in the message.
pub fn base<'a>(
    components: &[String],
    parameters: &str,
    value: impl Fn(&str) -> Option<&'a str>,
) -> Result<String, SignatureError> {
    let mut text = String::new();
    for (position, component) in components.iter().enumerate() {
        if components[..position].contains(component) {
            return Err(SignatureError::Uncovered);
        }
        let value = value(component).filter(|value| !value.contains(['\n', '\r'])).ok_or(SignatureError::Uncovered)?;
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "\"{component}\": {}", value.trim());
    }
    let _ = write!(text, "\"@signature-params\": {parameters}");
    Ok(text)
}

/// What stands behind the label in `Signature-Input`, for a signature made with Ed25519.
pub fn parameters(components: &[&str], created: i64, key_id: &str) -> String {
    let quoted: Vec<String> = components.iter().map(|component| format!("\"{component}\"")).collect();
    format!("({});created={created};keyid=\"{key_id}\";alg=\"ed25519\"", quoted.join(" "))
}

/// Reads `Signature-Input`.
pub fn inputs(header: &str) -> Result<Vec<Input>, SignatureError> {
    let mut reader = Reader::of(header)?;
    let mut found: Vec<Input> = Vec::new();
    loop {
        if found.len() == SIGNATURES_MAX {
            return Err(SignatureError::TooLong);
        }
        let input = input(&mut reader)?;
        if found.iter().any(|other| other.label == input.label) {
            return Err(SignatureError::Unreadable);
        }
        found.push(input);
        if !reader.goes_on()? {
            return Ok(found);
        }
    }
}

/// Reads `Signature`: labels and what is between the colons, still in base64.
pub fn signatures(header: &str) -> Result<Vec<(String, String)>, SignatureError> {
    let mut reader = Reader::of(header)?;
    let mut found: Vec<(String, String)> = Vec::new();
    loop {
        if found.len() == SIGNATURES_MAX {
            return Err(SignatureError::TooLong);
        }
        let label = reader.key()?;
        reader.expect('=')?;
        reader.expect(':')?;
        let text = reader.take(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
        reader.expect(':')?;
        found.push((label, text.to_owned()));
        if !reader.goes_on()? {
            return Ok(found);
        }
    }
}

fn input(reader: &mut Reader<'_>) -> Result<Input, SignatureError> {
    let label = reader.key()?;
    reader.expect('=')?;
    let whole = reader.rest;
    reader.expect('(')?;
    let mut components = Vec::new();
    reader.spaces();
    while !reader.accepts(')') {
        if components.len() == COMPONENTS_MAX {
            return Err(SignatureError::TooLong);
        }
        components.push(reader.string()?);
        // A component with parameters (`;sf`, `;req`) would be another value than the one we look up.
        if !reader.rest.starts_with([' ', ')']) {
            return Err(SignatureError::Unreadable);
        }
        reader.spaces();
    }
    let mut input = Input {
        label,
        components,
        created: None,
        expires: None,
        key_id: None,
        algorithm: None,
        parameters: String::new(),
    };
    while reader.accepts(';') {
        reader.spaces();
        let name = reader.key()?;
        reader.expect('=')?;
        match name.as_str() {
            "created" if input.created.is_none() => input.created = Some(reader.integer()?),
            "expires" if input.expires.is_none() => input.expires = Some(reader.integer()?),
            "keyid" if input.key_id.is_none() => input.key_id = Some(reader.string()?),
            "alg" if input.algorithm.is_none() => input.algorithm = Some(reader.string()?),
            "nonce" | "tag" => drop(reader.string()?),
            _ => return Err(SignatureError::Unreadable),
        }
    }
    input.parameters = whole[..whole.len() - reader.rest.len()].to_owned();
    Ok(input)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn of(header: &'a str) -> Result<Self, SignatureError> {
        if header.len() > HEADER_BYTES_MAX {
            return Err(SignatureError::TooLong);
        }
        if header.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
            return Err(SignatureError::Unreadable);
        }
        Ok(Self { rest: header.trim() })
    }

    /// Whether another member follows; nothing may follow otherwise.
    fn goes_on(&mut self) -> Result<bool, SignatureError> {
        self.spaces();
        if self.rest.is_empty() {
            return Ok(false);
        }
        self.expect(',')?;
        self.spaces();
        Ok(true)
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn accepts(&mut self, mark: char) -> bool {
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, mark: char) -> Result<(), SignatureError> {
        if self.accepts(mark) { Ok(()) } else { Err(SignatureError::Unreadable) }
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn key(&mut self) -> Result<String, SignatureError> {
        let key = self.take(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '*'));
        if key.starts_with(|c: char| c.is_ascii_lowercase() || c == '*') {
            Ok(key.to_owned())
        } else {
            Err(SignatureError::Unreadable)
        }
    }

    fn integer(&mut self) -> Result<i64, SignatureError> {
        self.take(|c| c.is_ascii_digit() || c == '-').parse().map_err(|_| SignatureError::Unreadable)
    }

    fn string(&mut self) -> Result<String, SignatureError> {
        self.expect('"')?;
        // Escapes are of no use in what is read here.
        let text = self.take(|c| c != '"' && c != '\\').to_owned();
        self.expect('"')?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9421, appendix B.2.6.
    pub(crate) const RFC_INPUT: &str = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
         \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";

    fn rfc_value(component: &str) -> Option<&'static str> {
        Some(match component {
            "date" => "Tue, 20 Apr 2021 02:07:55 GMT",
            "@method" => "POST",
            "@path" => "/foo",
            "@authority" => "example.com",
            "content-type" => "application/json",
            "content-length" => "18",
            _ => return None,
        })
    }

    #[test]
    fn the_base_of_the_standards_example_is_ours() {
        let inputs = inputs(RFC_INPUT).unwrap();
        assert_eq!((inputs.len(), inputs[0].label.as_str(), inputs[0].created), (1, "sig-b26", Some(1_618_884_473)));
        let base = base(&inputs[0].components, &inputs[0].parameters, rfc_value).unwrap();
        assert_eq!(
            base,
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\
             \"content-type\": application/json\n\"content-length\": 18\n\"@signature-params\": (\"date\" \"@method\" \
             \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\""
        );
    }

    #[test]
    fn what_we_write_is_read_again() {
        let parameters = parameters(&["@method", "content-digest"], 7, "node-1");
        let read = inputs(&format!("rempart={parameters}")).unwrap();
        assert_eq!(read[0].parameters, parameters);
        assert_eq!(read[0].components, ["@method", "content-digest"]);
        assert_eq!((read[0].created, read[0].key_id.as_deref()), (Some(7), Some("node-1")));
        assert_eq!(read[0].algorithm.as_deref(), Some("ed25519"));
    }

    #[test]
    fn several_signatures_are_told_apart_by_their_labels() {
        let read = inputs("a=(\"@method\");created=1, b=();keyid=\"k\"").unwrap();
        assert_eq!(read.iter().map(|input| input.label.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let read = signatures("a=:AAAA:, b=:BBBB=:").unwrap();
        assert_eq!(read, [("a".to_owned(), "AAAA".to_owned()), ("b".to_owned(), "BBBB=".to_owned())]);
    }

    #[test]
    fn what_is_not_read_here_is_refused_and_not_skipped() {
        for wrong in [
            "",
            "a",
            "a=",
            "a=(",
            "a=()b",
            "a=();created=x",
            "a=();created=1;created=2",
            "a=();what=1",
            "a=(\"@method\";req)",
            "a=(\"@query-param\";name=\"x\")",
            "a=(\"x\\\"y\")",
            "a=(), a=()",
            "a=(),",
            "A=()",
            "a=()\n",
            "é=()",
        ] {
            assert!(inputs(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "a=AAAA", "a=:AAAA", "a=:A A:", "a=:AAAA:b"] {
            assert!(signatures(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lengths_are_taken_at_the_limit_and_refused_past_it() {
        let components = |count: usize| {
            let all: Vec<String> = (0..count).map(|at| format!("\"h{at}\"")).collect();
            format!("a=({})", all.join(" "))
        };
        assert!(inputs(&components(COMPONENTS_MAX)).is_ok());
        assert_eq!(inputs(&components(COMPONENTS_MAX + 1)), Err(SignatureError::TooLong));
        let several = |count: usize| (0..count).map(|at| format!("s{at}=()")).collect::<Vec<_>>().join(", ");
        assert!(inputs(&several(SIGNATURES_MAX)).is_ok());
        assert_eq!(inputs(&several(SIGNATURES_MAX + 1)), Err(SignatureError::TooLong));
        let long = |bytes: usize| format!("a=();keyid=\"{}\"", "k".repeat(bytes - 13));
        assert!(inputs(&long(HEADER_BYTES_MAX)).is_ok());
        assert_eq!(inputs(&long(HEADER_BYTES_MAX + 1)), Err(SignatureError::TooLong));
    }

    #[test]
    fn a_component_that_is_missing_stands_twice_or_breaks_the_line_has_no_base() {
        let components = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let value = |component: &str| match component {
            "a" => Some("1"),
            "evil" => Some("1\n\"@method\": GET"),
            _ => None,
        };
        assert!(base(&components(&["a"]), "()", value).is_ok());
        for wrong in [&["b"][..], &["a", "a"], &["evil"]] {
            assert_eq!(base(&components(wrong), "()", value), Err(SignatureError::Uncovered), "{wrong:?}");
        }
    }
}
