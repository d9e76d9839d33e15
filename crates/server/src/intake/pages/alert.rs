//! What pages say of the neutral mail, and the address that is typed there.

use askama::Template;

use super::frame::Frame;
use crate::alerts::{ADDRESS_BYTES_MAX, Address, AddressError};
use crate::http::locale::Texts;
use crate::node::Node;

/// What is said before somebody leaves an address, and the field for it: for a page's own form.
#[derive(Template)]
#[template(path = "intake/pages/alert.html")]
pub(super) struct Ask {
    t: Texts,
    says: String,
    /// What was typed, where it comes back to be corrected.
    typed: String,
    wrong: Option<String>,
}

impl Ask {
    /// Empty, or with what was typed and what is wrong with it; `None` where no mail can be sent.
    pub(super) fn of(node: &Node, frame: &Frame, typed: &str, wrong: Option<String>) -> Option<Self> {
        let t = frame.t;
        let subject = t.alert_mail_subject();
        let says = match (node.alerts.is_offered(), node.alerts.says_address()) {
            (false, _) => return None,
            (true, false) => t.alert_says(subject, &frame.site),
            (true, true) => t.alert_says_with_address(subject, &frame.site),
        };
        Some(Self { t, says, typed: typed.to_owned(), wrong })
    }

    /// Whether something has to be corrected.
    pub(super) const fn is_wrong(&self) -> bool {
        self.wrong.is_some()
    }
}

/// Reads what was typed; nothing typed is no address.
pub(super) fn typed(text: &str) -> Result<Option<Address>, AddressError> {
    if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// What is wrong with it, in words.
pub(super) fn said(t: Texts, error: AddressError) -> String {
    match error {
        AddressError::Unreadable => t.alert_unreadable().to_owned(),
        AddressError::TooLong => t.alert_too_long(ADDRESS_BYTES_MAX),
        AddressError::International => t.alert_international().to_owned(),
    }
}
