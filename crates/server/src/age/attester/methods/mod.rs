//! The ways of showing an age, a file each.

pub mod account;
pub mod card;
pub mod certificate;
pub mod chip;
pub mod codes;
mod cose;
pub mod face;
mod mdoc;
pub mod parent;
mod provider;
mod security;
mod signature;
pub mod wallet;
mod zone;
