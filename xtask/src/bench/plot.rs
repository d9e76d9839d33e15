//! Plots as SVG, by hand: readable on a light and on a dark page, with the reader's own font.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use serde_json::Value;

use super::peers::Measured;
use super::table::{columns, list, number, text, thousands};

/// Colours that are told apart on white and on black, by people who do not see red or green too (Okabe and Ito, 2008;
/// for their black and yellow, each of which vanishes on one of the grounds, a grey and a brown).
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#888888", "#a0522d"];
const STYLE: &str = "<style>svg{color:#222;font:13px system-ui,sans-serif}@media(prefers-color-scheme:dark){svg{color:#ddd}}\
                     text{fill:currentColor}.grid{stroke:currentColor;stroke-opacity:.18}</style>";

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 350.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
/// Between two names beside their lines, at the least.
const LINE_HEIGHT: f64 = 16.0;

/// What a query costs, by the size of the bank; both axes are logarithmic.
pub(super) fn search(measured: &Measured) -> Result<String> {
    let mut lines: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for bank in list(&measured.search, "/banks")? {
        let codes = number(bank, "/codes")?;
        lines.entry("Rempart".to_owned()).or_default().push((codes, number(bank, "/query_us/mean")?));
        lines.entry("our scan".to_owned()).or_default().push((codes, number(bank, "/scan_us")?));
    }
    for peer in measured.peers.iter().filter(|peer| peer["search"].is_number()) {
        // What misses some is not of the same kind.
        let misses = if peer["exact"] == true { "" } else { " (misses some)" };
        let name = format!("{}{misses}", text(peer, "/peer")?);
        lines.entry(name).or_default().push((number(peer, "/search")?, number(peer, "/us")?));
    }
    Ok(logarithmic("Microseconds of one core for a query, by fingerprints in the bank", &lines))
}

fn logarithmic(title: &str, lines: &BTreeMap<String, Vec<(f64, f64)>>) -> String {
    let decades = |pick: fn(&(f64, f64)) -> f64| {
        let values = || lines.values().flatten().map(|point| pick(point).max(1e-3).log10());
        let least = values().fold(f64::MAX, f64::min).floor();
        (least, values().fold(least, f64::max).ceil().max(least + 1.0))
    };
    let (across, up) = (decades(|point| point.0), decades(|point| point.1));
    let x = |value: f64| LEFT + (value.log10() - across.0) / (across.1 - across.0) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - (value.log10() - up.0) / (up.1 - up.0) * (HEIGHT - TOP - BOTTOM);
    let mut svg = begun(WIDTH, HEIGHT, title);
    for decade in across.0 as i32..=across.1 as i32 {
        let (value, floor) = (10_f64.powi(decade), HEIGHT - BOTTOM);
        let at = x(value);
        svg += &format!("<path class=\"grid\" d=\"M{at:.1} {TOP:.1}V{floor:.1}\"/>");
        svg += &format!(
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
            floor + 20.0,
            thousands(value)
        );
    }
    for decade in up.0 as i32..=up.1 as i32 {
        let (value, wall) = (10_f64.powi(decade), WIDTH - RIGHT);
        let at = y(value);
        svg += &format!("<path class=\"grid\" d=\"M{LEFT:.1} {at:.1}H{wall:.1}\"/>");
        let name = if decade < 0 { value.to_string() } else { thousands(value) };
        svg += &format!("<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>\n", LEFT - 8.0, at + 4.0);
    }
    // Names stand where their lines end, moved apart where they would cover one another.
    let mut names: Vec<(f64, &str, &str)> = Vec::new();
    for ((name, points), colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let places: Vec<String> = points.iter().map(|(codes, us)| format!("{:.1},{:.1}", x(*codes), y(*us))).collect();
        let path = places.join(" ");
        svg += &format!("<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"/>\n");
        for place in &places {
            let (cx, cy) = place.split_once(',').unwrap_or_default();
            svg += &format!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"3.5\" fill=\"{colour}\"/>");
        }
        if let Some((_, us)) = points.last() {
            names.push((y(*us), name, colour));
        }
    }
    names.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = TOP;
    for (wanted, name, colour) in names {
        let at = wanted.max(free);
        free = at + LINE_HEIGHT;
        let beside = WIDTH - RIGHT + 10.0;
        svg += &format!("<circle cx=\"{beside:.1}\" cy=\"{at:.1}\" r=\"4\" fill=\"{colour}\"/>");
        svg += &format!("<text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n", beside + 9.0, at + 4.0, escaped(name));
    }
    svg + "</svg>\n"
}

/// How many copies are recognised, by way of altering and by views: the fuller a cell, the more.
pub(super) fn recall(recall: &Value) -> Result<String> {
    const ROW: f64 = 22.0;
    const COLUMN: f64 = 92.0;
    const NAMES: f64 = 130.0;
    let (columns, ways) = (columns(recall)?, list(recall, "/ways")?);
    let (width, height) = (NAMES + COLUMN * columns.len() as f64 + 10.0, 70.0 + ROW * ways.len() as f64);
    let mut svg = begun(width, height, "Percent of altered copies recognised, by views loaded");
    for (place, name) in columns.iter().enumerate() {
        let at = NAMES + COLUMN * (place as f64 + 0.5);
        svg += &format!("<text x=\"{at:.1}\" y=\"52\" text-anchor=\"middle\">{name}</text>\n");
    }
    for (place, way) in ways.iter().enumerate() {
        let top = 60.0 + ROW * place as f64;
        let middle = top + ROW / 2.0 + 4.0;
        let name = escaped(text(way, "/name")?);
        svg += &format!("<text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{name}</text>", NAMES - 8.0);
        for (column, share) in list(way, "/recognised_percent")?.iter().enumerate() {
            let share = share.as_f64().unwrap_or_default();
            let left = NAMES + COLUMN * column as f64;
            let (across, down, full) = (COLUMN - 2.0, ROW - 2.0, (COLUMN - 2.0) * share / 100.0);
            svg += &format!(
                "<rect class=\"grid\" fill=\"none\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{across}\" height=\"{down}\"/>\
                 <rect fill=\"#0072b2\" fill-opacity=\".45\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{full:.1}\" height=\"{down}\"/>\
                 <text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"middle\">{share:.0}</text>\n",
                left + COLUMN / 2.0
            );
        }
    }
    Ok(svg + "</svg>\n")
}

fn begun(width: f64, height: f64, title: &str) -> String {
    let mut svg = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\">\n{STYLE}\n<text x=\"10\" y=\"22\" font-weight=\"600\">{title}</text>\n"
    );
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_stands_on_the_line_of_its_decade_and_names_do_not_cover_one_another() {
        let lines = BTreeMap::from([
            ("a<b".to_owned(), vec![(1e4, 10.0), (1e6, 100.0)]),
            ("c".to_owned(), vec![(1e4, 1.0), (1e6, 100.0)]),
        ]);
        let svg = logarithmic("title", &lines);
        assert!(svg.contains("points=\"70.0,215.0 530.0,40.0\""), "{svg}");
        assert!(svg.contains("a&lt;b"));
        let names: Vec<&str> = svg.matches("<circle cx=\"540.0\" cy=\"40.0\"").collect();
        assert_eq!((names.len(), svg.matches("<circle cx=\"540.0\" cy=\"56.0\"").count()), (1, 1));
    }

    #[test]
    fn a_cell_is_as_full_as_its_share() {
        let measured = serde_json::json!({
            "loaded": [0], "ways": [{"name": "crop", "recognised_percent": [50.0, 100.0]}]
        });
        let svg = recall(&measured).unwrap();
        assert!(svg.contains("width=\"45.0\"") && svg.contains("width=\"90.0\""), "{svg}");
    }
}
