//! What this room writes into the log.

use crate::access::audit::Act;

pub(super) const INVITED: Act = Act::new("staff.invited");
pub(super) const JOINED: Act = Act::new("staff.joined");
pub(super) const SIGNED_IN: Act = Act::new("staff.signed_in");
pub(super) const FACTOR_ADDED: Act = Act::new("staff.factor_added");
pub(super) const FACTOR_REMOVED: Act = Act::new("staff.factor_removed");
pub(super) const FACTOR_LINK: Act = Act::new("staff.factor_link_made");
pub(super) const FACTORS_DROPPED: Act = Act::new("staff.factors_dropped");
pub(super) const ENDED: Act = Act::new("staff.ended");
pub(super) const ROLE_GIVEN: Act = Act::new("staff.role_given");
pub(super) const SESSIONS_ENDED: Act = Act::new("staff.sessions_ended");
pub(super) const ESCROW_KEPT: Act = Act::new("staff.escrow_kept");
pub(super) const PASSPHRASE_CHOSEN: Act = Act::new("staff.passphrase_chosen");
pub(super) const CAME_WITH_SHEET: Act = Act::new("staff.came_with_sheet");
pub(super) const RECOVERY_ASKED: Act = Act::new("staff.recovery_asked");
pub(super) const RECOVERY_APPROVED: Act = Act::new("staff.recovery_approved");
pub(super) const RECOVERED: Act = Act::new("staff.recovered");
pub(super) const HANDED_ON: Act = Act::new("staff.handed_on");
