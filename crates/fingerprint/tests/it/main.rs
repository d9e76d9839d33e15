//! The hash against the reference: on committed vectors, and on fresh pictures where the reference is installed.

mod case;
mod differential;
mod properties;
mod recipes;
mod vectors;
