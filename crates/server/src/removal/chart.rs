//! Bars as SVG, drawn on the server: title, unit and source in words, no colour of its own. The table behind it is the page's.

use std::fmt::Write;

/// Bars that one chart draws, at most: what is left out is in the table.
pub(crate) const BARS_MAX: usize = 20;
const WIDTH: usize = 640;
const LABEL_WIDTH: usize = 180;
const VALUE_WIDTH: usize = 70;
const ROW_HEIGHT: usize = 28;
const TOP: usize = 12;

/// One bar.
pub(crate) struct Bar {
    pub(crate) label: String,
    /// `None`: left out, and said so.
    pub(crate) value: Option<u64>,
    /// The value in the reader's language, or why there is none.
    pub(crate) said: String,
}

/// Horizontal bars under a title, which screen readers say together with the unit.
pub(crate) fn bars(title: &str, unit: &str, bars: &[Bar]) -> String {
    let bars = &bars[..bars.len().min(BARS_MAX)];
    let most = bars.iter().filter_map(|bar| bar.value).max().unwrap_or(0).max(1);
    let room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
    let height = TOP * 2 + bars.len() * ROW_HEIGHT;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{} ({})\">",
        escaped(title),
        escaped(unit)
    );
    for (row, bar) in bars.iter().enumerate() {
        let top = TOP + row * ROW_HEIGHT;
        let middle = top + ROW_HEIGHT / 2 + 5;
        let length = usize::try_from(bar.value.unwrap_or(0) * room as u64 / most).unwrap_or(room);
        // Writing to a `String` cannot fail.
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABEL_WIDTH}\" y=\"{}\" width=\"{length}\" height=\"{}\" rx=\"3\"/>\
             <text x=\"{}\" y=\"{middle}\">{}</text>",
            LABEL_WIDTH - 8,
            escaped(&short(&bar.label)),
            top + 4,
            ROW_HEIGHT - 8,
            LABEL_WIDTH + length + 8,
            escaped(&bar.said),
        );
    }
    svg.push_str("</svg>");
    svg
}

fn short(label: &str) -> String {
    const CHARACTERS_MAX: usize = 22;
    if label.chars().count() <= CHARACTERS_MAX {
        return label.to_owned();
    }
    label.chars().take(CHARACTERS_MAX - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: Option<u64>) -> Bar {
        Bar { label: label.to_owned(), value, said: value.map_or("left out".to_owned(), |value| value.to_string()) }
    }

    #[test]
    fn the_longest_bar_fills_the_room_and_a_name_breaks_out_of_nothing() {
        let svg =
            bars("A \"title\" <b>", "hours", &[bar("a & b<script>", Some(10)), bar("b", Some(5)), bar("c", None)]);
        assert!(svg.contains("width=\"390\"") && svg.contains("width=\"195\"") && svg.contains("width=\"0\""), "{svg}");
        assert!(!svg.contains("<script>") && !svg.contains("<b>") && svg.contains("&quot;title&quot;"), "{svg}");
        assert!(!svg.contains("style=") && !svg.contains("fill="), "colour is the stylesheet's");
    }

    #[test]
    fn no_bar_and_too_many_are_drawn_all_the_same() {
        assert!(bars("t", "u", &[]).ends_with("</svg>"));
        let many: Vec<Bar> = (0..BARS_MAX as u64 + 5).map(|value| bar("x", Some(value))).collect();
        assert_eq!(bars("t", "u", &many).matches("<rect").count(), BARS_MAX);
    }
}
