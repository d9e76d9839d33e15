//! What a form says, read from its bytes. Pure: a fuzz target compiles this file by itself.

use url::form_urlencoded;

/// Of one form: two for each platform are the most.
pub(crate) const FIELDS_MAX: usize = 1_000;

/// What a form says, in order; a name may stand several times.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form's body; `None` when it has more fields than a form has.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let fields: Vec<_> = form_urlencoded::parse(body).into_owned().take(FIELDS_MAX + 1).collect();
        (fields.len() <= FIELDS_MAX).then_some(Self(fields))
    }

    /// The first value of a name; empty when there is none.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_so_many_fields_and_not_one_more() {
        let body = |count: usize| vec!["a=1"; count].join("&").into_bytes();
        assert_eq!(Fields::parse(&body(FIELDS_MAX)).unwrap().all("a").count(), FIELDS_MAX);
        assert!(Fields::parse(&body(FIELDS_MAX + 1)).is_none());
        let fields = Fields::parse(b"a=1&b=%C3%A9+x&a=2&&c").unwrap();
        assert_eq!((fields.one("a"), fields.one("b"), fields.one("d")), ("1", "\u{e9} x", ""));
        assert!(fields.has("c") && !fields.has("d"));
    }
}
