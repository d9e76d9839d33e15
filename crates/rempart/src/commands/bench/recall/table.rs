//! The figures as people read them.

use std::fmt;

use super::{Figures, LOADED};

const WITHOUT_BORDERS: &str = "and trimmed";

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { radius, pictures, views, ways, strangers, .. } = self;
        writeln!(f, "{pictures} pictures, {views:.1} views each; percent of the copies within {radius} bits\n")?;
        write!(f, "  {:<16} {:>7}", "copy", "copies")?;
        for loaded in LOADED {
            write!(f, " {:>11}", if loaded == 0 { "no views".to_owned() } else { format!("{loaded} views") })?;
        }
        writeln!(f, " {WITHOUT_BORDERS:>11}")?;
        for way in ways {
            write!(f, "  {:<16} {:>7}", way.name, way.copies)?;
            way.recognised_percent.iter().try_for_each(|percent| write!(f, " {percent:>11.1}"))?;
            writeln!(f)?;
        }
        let mut row = |name: &str, figures: Vec<String>| {
            write!(f, "  {name:<24}")?;
            figures.iter().try_for_each(|figure| write!(f, " {figure:>11}"))?;
            writeln!(f)
        };
        row("strangers, pairs", strangers.iter().map(|of| of.pairs.to_string()).collect())?;
        row("comparisons", strangers.iter().map(|of| of.comparisons.to_string()).collect())?;
        row("taken for the picture", strangers.iter().map(|of| of.mistaken.to_string()).collect())?;
        let nearest: Vec<_> = strangers.iter().map(|of| of.nearest.to_string()).collect();
        write!(f, "  {:<24}", "nearest, bits")?;
        nearest.iter().try_for_each(|figure| write!(f, " {figure:>11}"))
    }
}
