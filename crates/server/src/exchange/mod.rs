//! The HTTP faces of the bank: our own API under `/api/v1`, and a folder for each dialect of another system, over what
//! [`dialect`] has for all of them.

pub mod api;
pub(crate) mod arachnid;
pub(crate) mod dialect;
mod ncmec;
pub(crate) mod pages;
pub mod settings;
mod stopncii;
mod tat;
mod threatexchange;

pub use ncmec::ENTRIES_PER_PAGE_MAX as LIST_PAGE;
