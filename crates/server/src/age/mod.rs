//! Age checks with double anonymity: a site learns "18 or over" and nothing else, whoever proves it never learns the site, and
//! both together cannot join the two. See docs/design/0021 (tokens) and 0022 (issuer, attesters, key log).
//!
//! Three servers, each of which starts alone, with a database, keys and operator of its own:
//!
//! | | knows | never sees |
//! | --- | --- | --- |
//! | [`attester`] | what somebody shows to prove an age, while they show it | tokens, sites |
//! | [`issuer`] | how many tokens a voucher has had this week | persons, tokens, sites |
//! | [`verifier`], at the site | tokens that were spent at this site this week | persons, attesters, other sites |
//!
//! Between them stands the page that holds a person's proofs, in their browser; [`wallet`] only serves it.
//!
//! [`keylog`] is what the last two and everybody else agree on: which keys there are. Nothing here is a room of the node.

pub mod attester;
pub mod audit;
mod cors;
mod identity;
pub mod issuer;
pub mod keylog;
pub mod monitor;
mod pages;
pub mod verifier;
pub mod wallet;

use crate::clock::Clock;

/// The client of [`crate::http::client`], by a name that others may say.
pub type Http = reqwest::Client;

/// Seconds since 1970.
fn seconds(clock: &Clock) -> u64 {
    clock.now().as_micros().unsigned_abs() / 1_000_000
}
