//! The HTTP faces of the bank. So far our own API under `/api/v1`; the dialects of other systems will be folders
//! beside it.

pub mod api;
pub(crate) mod pages;
