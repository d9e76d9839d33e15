//! Progress on standard error, for whatever lasts longer than a second, and only when a person looks.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// A bar, or a count when the total is not known, that appears after a second.
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
}

impl Progress {
    /// `what` says what is counted, such as "pictures hashed".
    pub(crate) fn new(what: &str, total: Option<u64>) -> Self {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::no_length(),
        };
        let template =
            if total.is_some() { "{msg} {bar:30} {pos}/{len}, {eta} left" } else { "{msg} {pos}, {elapsed}" };
        bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        Self { bar, begun: Instant::now() }
    }

    /// That many more are done.
    pub(crate) fn add(&self, done: u64) {
        if self.bar.is_hidden() && self.begun.elapsed() >= SHOWN_AFTER {
            // Draws nothing unless standard error is a terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(done);
    }

    /// Writes to standard error without tearing the bar.
    pub(crate) fn say(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
