//! Pages about the exchange: so far the readable form of the API's document.

mod examples;
mod outline;
mod reference;
mod schema;

pub(crate) use reference::reference;
