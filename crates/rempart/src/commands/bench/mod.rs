//! `rempart bench`: what this machine does, in figures. A measurement asserts nothing; what must hold is in the tests.
//!
//! Times are of the processor (of the thread that works), unless they say that they are of the clock on the wall: what else
//! the machine does counts in the one and not in the other.

mod codes;
mod hash;
mod matching;
mod recall;
mod search;
mod times;

use std::fmt::Display;

use clap::{Args, Subcommand};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;

use super::block_on;
use crate::output;

/// Measure what this machine does: hashing, searching, matching over HTTP, and which altered copies are recognised
///
/// Nothing is asked of anyone else and nothing is kept. Close other programs first, or read times as upper bounds.
#[derive(Subcommand, Debug)]
pub(crate) enum Bench {
    Hash(hash::Hash),
    Search(search::Search),
    Match(matching::Match),
    Recall(recall::Recall),
}

impl Bench {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Hash(hash) => hash.run(),
            Self::Search(search) => search.run(),
            Self::Match(matching) => block_on(matching.run()),
            Self::Recall(recall) => recall.run(),
        }
    }
}

/// How figures are shown.
#[derive(Args, Debug)]
struct Shown {
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

impl Shown {
    fn show(&self, figures: &(impl Serialize + Display)) -> anyhow::Result<()> {
        if self.json { output::json_line(figures) } else { output::line(figures) }
    }
}

/// A pool of as many threads, for measuring what some cores do.
fn threads(count: usize) -> anyhow::Result<ThreadPool> {
    Ok(ThreadPoolBuilder::new().num_threads(count).build()?)
}
