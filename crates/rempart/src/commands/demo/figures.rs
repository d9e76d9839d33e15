//! What the demo measured, for machines as JSON and for people as text.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// All of it.
#[derive(Serialize, Debug)]
pub(super) struct Figures {
    /// From the answer that an entry is committed until the node holds the acknowledgement of both matchers.
    pub(super) time_to_protection_ms: Spread,
    /// From the answer that a withdrawal is committed until neither matcher matches any more.
    pub(super) withdrawal_ms: f64,
    /// For each alteration how many copies were recognised.
    pub(super) alterations: Vec<Recall>,
    /// Pictures that nobody protected.
    pub(super) unrelated: Unrelated,
    /// Outcomes that reached the node.
    pub(super) outcomes: u64,
}

/// The middle, the 99th of a hundred, the worst; milliseconds.
#[derive(Serialize, Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

#[derive(Serialize, Debug, Clone)]
pub(super) struct Recall {
    pub(super) name: &'static str,
    pub(super) sent: u64,
    /// Recognised as the picture they are copies of.
    pub(super) matched: u64,
    /// Taken (also) for another picture.
    pub(super) mistaken: u64,
}

#[derive(Serialize, Debug, Clone, Copy, Default)]
pub(super) struct Unrelated {
    pub(super) sent: u64,
    pub(super) matched: u64,
}

impl Spread {
    /// By nearest rank; zero when nothing was measured.
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).max(1);
            times.get(rank - 1).copied().map_or(0.0, ms)
        };
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}

/// Milliseconds, to the microsecond.
pub(super) fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nAltered copies, sent to the matchers:\n")?;
        writeln!(
            f,
            "  {:<14} {:>4}  {:>10}  {:>7}  {:>17}",
            "alteration", "sent", "recognised", "", "taken for another"
        )?;
        for Recall { name, sent, matched, mistaken } in &self.alterations {
            let share = *matched as f64 * 100.0 / (*sent).max(1) as f64;
            writeln!(f, "  {name:<14} {sent:>4}  {matched:>10}  {share:>6.1}%  {mistaken:>17}")?;
        }
        let Unrelated { sent, matched } = self.unrelated;
        writeln!(f, "  {:<14} {sent:>4}  {:>10}  {:>7}  {matched:>17}", "unrelated", "", "")?;
        writeln!(f)?;
        writeln!(
            f,
            "The fingerprint (PDQ) sees how light and dark lie in a picture. Saving again, resizing, recolouring and light \
             marks\nhardly change that, and all eight turns and mirrors are asked for. Borders and crops do change it: \
             so borders are\ntaken off before asking, and an entry carries views, its picture cropped and tilted. What it \
             misses here,\nplatforms miss too."
        )?;
        let Spread { p50, p99, max } = self.time_to_protection_ms;
        writeln!(
            f,
            "\n  protected at both platforms after   {p50:.1} ms in the middle, {p99:.1} ms (p99), {max:.1} ms at worst"
        )?;
        writeln!(f, "  withdrawn at both platforms after   {:.1} ms", self.withdrawal_ms)?;
        write!(f, "  outcomes that reached the node      {}", self.outcomes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let times = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(Spread::of(times), Spread { p50: 100.0, p99: 198.0, max: 200.0 });
        assert_eq!(Spread::of(vec![Duration::from_micros(1500)]), Spread { p50: 1.5, p99: 1.5, max: 1.5 });
        assert_eq!(Spread::of(vec![]), Spread { p50: 0.0, p99: 0.0, max: 0.0 });
    }
}
