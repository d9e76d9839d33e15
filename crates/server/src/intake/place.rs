//! Under which path the portal lies. `/` unless the operator has other things there: then a neutral word of theirs, such as
//! `/space`, and every page, form, script and redirect of the portal is below it. The portal's own paths (`/s/1`, `/c`) are
//! names of pages everywhere in this room; [`PortalPath::at`] alone makes addresses of them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Segments, at most.
const SEGMENTS_MAX: usize = 4;
/// Letters of a segment, at most.
const SEGMENT_LETTERS_MAX: usize = 32;
/// What a path cannot begin with: the node has something else there, or somebody would take it for that.
const RESERVED: [&str; 13] = [
    "api",
    "arachnid",
    "assets",
    "console",
    "desk",
    "healthz",
    "metrics",
    "ncmec",
    "readyz",
    "staff",
    "stopncii",
    "tat",
    "threatexchange",
];

/// Where the portal lies: nothing for `/`, otherwise a slash before each segment and none at the end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PortalPath(Arc<str>);

/// A path that the portal cannot lie under.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PortalPathError {
    /// It has signs in it that an address would have to change, or is too long. Write a word or two, such as `/space`.
    #[error(
        "the portal's path is / or, for instance, /space: 1 to {SEGMENTS_MAX} words of 1 to {SEGMENT_LETTERS_MAX} small letters, digits and \
         inner hyphens, a slash before each"
    )]
    Form,
    /// The node has something else there. Take another word.
    #[error("the portal cannot lie under /{0}, which is the node's own: take another word")]
    Reserved(String),
}

impl FromStr for PortalPath {
    type Err = PortalPathError;

    fn from_str(text: &str) -> Result<Self, PortalPathError> {
        if text == "/" {
            return Ok(Self::default());
        }
        let segments: Vec<&str> = text.strip_prefix('/').ok_or(PortalPathError::Form)?.split('/').collect();
        let is_plain = |segment: &&str| {
            (1..=SEGMENT_LETTERS_MAX).contains(&segment.len())
                && segment.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !segment.starts_with('-')
                && !segment.ends_with('-')
        };
        if segments.len() > SEGMENTS_MAX || !segments.iter().all(is_plain) {
            return Err(PortalPathError::Form);
        }
        match segments.first() {
            Some(first) if RESERVED.contains(first) => Err(PortalPathError::Reserved((*first).to_owned())),
            _ => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for PortalPath {
    /// As it is written in the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

impl PortalPath {
    /// What stands before every page's own path; `None` where nothing does.
    pub fn prefix(&self) -> Option<&str> {
        Some(&*self.0).filter(|prefix| !prefix.is_empty())
    }

    /// The address of a page by its own path, which begins with a slash and may have a question behind it.
    pub fn at(&self, page: &str) -> String {
        match page.strip_prefix('/') {
            // The portal's first page is at the path itself.
            Some(rest) if !self.0.is_empty() && (rest.is_empty() || rest.starts_with('?')) => {
                format!("{}{rest}", self.0)
            }
            _ => format!("{}{page}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk;
    use crate::exchange::api;

    fn read(text: &str) -> Result<PortalPath, PortalPathError> {
        text.parse()
    }

    #[test]
    fn a_page_is_below_the_path_and_the_first_is_at_it() {
        let root = read("/").unwrap();
        assert_eq!((root.prefix(), root.to_string().as_str()), (None, "/"));
        let space = read("/my-site/space2").unwrap();
        assert_eq!((space.prefix(), space.to_string().as_str()), (Some("/my-site/space2"), "/my-site/space2"));
        for (page, at_root, in_space) in [
            ("/", "/", "/my-site/space2"),
            ("/?lang=fr", "/?lang=fr", "/my-site/space2?lang=fr"),
            ("/c/6/1?lang=en", "/c/6/1?lang=en", "/my-site/space2/c/6/1?lang=en"),
        ] {
            assert_eq!((root.at(page).as_str(), space.at(page).as_str()), (at_root, in_space));
        }
    }

    #[test]
    fn only_plain_segments_make_a_path() {
        let long = format!("/{}", "a".repeat(33));
        for text in [
            "",
            "space",
            "/space/",
            "//",
            "//space",
            "/a//b",
            "/Space",
            "/é",
            "/a b",
            "/a%2fb",
            "/..",
            "/.well-known",
            "/a?b",
            "/a#b",
            "/{a}",
            "/*a",
            "/-a",
            "/a-",
            "/a_b",
            "/a/b/c/d/e",
            &long,
        ] {
            assert_eq!(read(text), Err(PortalPathError::Form), "{text}");
        }
        assert!(read("/a/b-c/3/d").is_ok());
    }

    #[test]
    fn nothing_that_the_node_has_elsewhere_can_be_the_portals() {
        let document = serde_json::to_value(api::document()).unwrap();
        let of_api = document["paths"].as_object().unwrap().keys().cloned();
        let of_desk = desk::routes().into_iter().map(|route| route.path.to_owned());
        let others = ["/assets/x/y", "/healthz", "/readyz", "/api", "/metrics"].map(str::to_owned);
        let mut seen = 0;
        for path in of_api.chain(of_desk).chain(others) {
            let first = path.split('/').nth(1).unwrap();
            assert_eq!(read(&format!("/{first}")), Err(PortalPathError::Reserved(first.to_owned())), "{path}");
            assert!(read(&format!("/{first}/more")).is_err() && read(&format!("/a/{first}")).is_ok());
            seen += 1;
        }
        assert!(seen > 50, "{seen}");
        // What other systems' clients call is in no document of ours.
        for first in ["arachnid", "ncmec", "stopncii", "tat", "threatexchange"] {
            assert!(matches!(read(&format!("/{first}")), Err(PortalPathError::Reserved(_))));
        }
    }
}
