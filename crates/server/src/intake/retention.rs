//! How long what the portal holds is kept: every number of it, in one place. Pages, jobs and the page on privacy take them
//! from here.
//!
//! | what | how long | then |
//! | --- | --- | --- |
//! | draft | [`DRAFT_SECONDS`] after the last answer | gone; nothing was sent |
//! | case that is open in a browser | [`OPEN_SECONDS`] after the last page | closed there; its words open it again |
//! | the way from a draft that was sent to its case, should the answer be lost | [`SENT_SECONDS`], or until it is taken | gone; the words open the case |
//! | what was wrong with an answer, without draft or case | [`SAID_SECONDS`], or until it is said | gone |
//! | case: messages, links, marks not shared | [`CASE_DAYS`] after somebody, of either side, last did something in it | keys and items deleted; warned [`WARNED_DAYS`] and, more strongly, [`WARNED_STRONGLY_DAYS`] days before |
//! | file that was sent sealed | until it was decided on, [`FILE_HOURS`] at most, half a day less at least | parts deleted; looked at or not |
//! | that a case was, and how it ended | [`ENDED_DAYS`] | forgotten |
//! | claim whose case was not written | [`PENDING_HOURS`](crate::bank::PENDING_HOURS), up to an hour more | let go |
//! | fingerprint in the bank | until its person takes it back, or the hotline | withdrawn for every partner |
//! | trace of an address, against floods | a day, in memory | its salt is thrown away |

/// A draft is kept this long after the last answer, in seconds.
pub const DRAFT_SECONDS: i64 = 2 * 3_600;
/// An open case closes this long after the last page, in seconds: as long as anybody writes one message, and as we promise
/// to those who are slow.
pub const OPEN_SECONDS: i64 = DRAFT_SECONDS;
/// Whoever sent a draft and did not hear of it is led to the case for so long, in seconds.
pub const SENT_SECONDS: i64 = 600;
/// What is to be said to somebody who has neither draft nor case is kept this long, in seconds.
pub const SAID_SECONDS: i64 = 600;
/// Days that a case lives after somebody last did something in it: six months.
pub const CASE_DAYS: i64 = 183;
/// Days before its end from which on a case's page says so.
pub const WARNED_DAYS: u64 = 30;
/// Days before its end from which on it says so before anything else, to screen readers at once.
pub const WARNED_STRONGLY_DAYS: u64 = 7;
/// Hours that a sealed file lies in a case at most, whether anybody looked at it or not.
pub const FILE_HOURS: i64 = 72;
/// Days that the owner of the words is told how a case ended.
pub const ENDED_DAYS: i64 = 365;
