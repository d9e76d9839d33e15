//! Notices: drafted by one, approved by another, handed over once, followed until they are gone; on both engines.

mod api;
mod crisis;
mod followed;
mod ground;
mod handed_over;
mod killed;
mod looked;
mod months;
mod pages;
mod private;
mod taken_back;
mod told;
mod written;
