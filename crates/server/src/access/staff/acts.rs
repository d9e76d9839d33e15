//! What this room writes into the log.

use crate::access::audit::Act;

pub(super) const INVITED: Act = Act::new("staff.invited");
pub(super) const JOINED: Act = Act::new("staff.joined");
pub(super) const SIGNED_IN: Act = Act::new("staff.signed_in");
pub(super) const FACTOR_ADDED: Act = Act::new("staff.factor_added");
