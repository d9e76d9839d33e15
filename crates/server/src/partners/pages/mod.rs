//! What a platform's own people see: what they were asked to take down, how far their replica is, their keys, where they want to
//! be told, and how all that is put to use.

mod feed;
mod help;
mod keys;
mod notice;
mod notices;
mod webhook;

use crate::desk::{Admitted, Desk, Entry};
use crate::http::locale::Texts;

/// The room's part of the desk.
pub(crate) fn desk(desk: Desk) -> Desk {
    let entry =
        |label: fn(Texts) -> &'static str, path| Entry { label, path, admits: Admitted::PlatformStaff, count: None };
    desk.show("/console/notices", notices::show)
        .show("/console/notices/{id}", notice::show)
        .change("/console/notices/{id}", notice::act)
        .show("/console/feed", feed::show)
        .show("/console/keys", keys::show)
        .change("/console/keys", keys::act)
        .show("/console/webhook", webhook::show)
        .change("/console/webhook", webhook::keep)
        .show("/console/help", help::show)
        .entry(entry(|t| t.console_notices_nav(), "/console/notices"))
        .entry(entry(|t| t.console_feed_nav(), "/console/feed"))
        .entry(entry(|t| t.console_keys_nav(), "/console/keys"))
        .entry(entry(|t| t.console_webhook_nav(), "/console/webhook"))
        .entry(entry(|t| t.console_help_nav(), "/console/help"))
}
