//! The figures as people read them.

use std::fmt;

use super::Figures;

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, known_percent, single, .. } = self;
        match (self.entries, self.contributions_per_second) {
            (Some(entries), Some(rate)) => {
                writeln!(f, "{entries} entries, contributed 1,000 a call at {rate:.0} a second, on SQLite")?;
            }
            _ => writeln!(f, "A bank that was there")?,
        }
        writeln!(f, "  asked on {connections} connections; {known_percent:.1} % of what was asked is known")?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, rate: f64| {
            writeln!(f, "  {name:<24} {rate:>9.0} queries a second")
        };
        row(f, "JSON, 100 a call", self.json_100_per_second)?;
        row(f, "JSON, 1,000 a call", self.json_1000_per_second)?;
        row(f, "packed, 1,000 a call", self.packed_1000_per_second)?;
        write!(f, "  {:<24} {single}", "one a call")?;
        if let Some(acknowledged) = &self.acknowledged {
            let (p50, p99) = (acknowledged.p50_ms, acknowledged.p99_ms);
            write!(
                f,
                "\n  {:<24} p50 {p50:.1} ms, p99 {p99:.1} ms, from the start of the commit",
                "known at a matcher"
            )?;
        }
        Ok(())
    }
}
