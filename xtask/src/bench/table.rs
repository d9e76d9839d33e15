//! What was measured, as tables of Markdown that read well in a terminal too.

use anyhow::{Context, Result};
use serde_json::Value;

use super::peers::Measured;

/// Ours and every peer, what each takes, how much more than ours that is, what it finds, and what it holds in memory.
pub(super) fn beside(measured: &Measured) -> Result<String> {
    let mut rows = vec![["what", "who", "time", "against ours", "recall", "bytes a code"].map(str::to_owned)];
    for size in list(&measured.hash, "/sizes")? {
        let name = format!("{}x{}", number(size, "/width")?, number(size, "/height")?);
        let jpeg = "/jpeg/decode_and_hash_ms";
        for (kind, ours) in [("RGB", "/rgb/one_ms"), ("grey", "/grey/one_ms"), ("JPEG", jpeg)] {
            let what = format!("{name} {kind}");
            let ours_ms = number(size, ours)?;
            rows.push(row([&format!("hash {what}"), "ours", &format!("{ours_ms:.3} ms"), "", "", ""]));
            if kind == "JPEG" {
                let luma_ms = number(size, "/jpeg/luma_decode_and_hash_ms")?;
                rows.push(row([
                    "",
                    "ours, by brightness",
                    &format!("{luma_ms:.3} ms"),
                    &times(luma_ms / ours_ms),
                    "",
                    "",
                ]));
            }
            for peer in measured.peers.iter().filter(|peer| peer["hash"] == what.as_str()) {
                let ms = number(peer, "/ms")?;
                rows.push(row(["", text(peer, "/peer")?, &format!("{ms:.2} ms"), &times(ms / ours_ms), "", ""]));
            }
        }
    }
    for bank in list(&measured.search, "/banks")? {
        let codes = number(bank, "/codes")?;
        let ours_us = number(bank, "/query_us/mean")?;
        let right = 1.0 - number(bank, "/wrong")? / number(bank, "/checked")?;
        let bytes = format!("{:.0}", number(bank, "/bytes_per_code")?);
        let what = format!("search {}", thousands(codes));
        rows.push(row([&what, "ours", &format!("{ours_us:.1} us"), "", &percent(right), &bytes]));
        let scan_us = number(bank, "/scan_us")?;
        rows.push(row(["", "our scan", &format!("{scan_us:.1} us"), &times(scan_us / ours_us), &percent(1.0), "33"]));
        for peer in measured.peers.iter().filter(|peer| peer["search"].as_f64() == Some(codes)) {
            let us = number(peer, "/us")?;
            let bytes = number(peer, "/bytes")?;
            // Memory that was given back before is used again: then growth says nothing.
            let bytes = if bytes < 32.0 { "unknown".to_owned() } else { format!("{bytes:.0}") };
            let recall = percent(number(peer, "/recall")?);
            rows.push(row(["", text(peer, "/peer")?, &format!("{us:.1} us"), &times(us / ours_us), &recall, &bytes]));
        }
    }
    Ok(markdown(&rows))
}

/// For each way of altering, how many copies are recognised by how many views.
pub(super) fn recall(recall: &Value) -> Result<String> {
    let mut head = vec!["copy".to_owned(), "copies".to_owned()];
    head.extend(columns(recall)?);
    let mut rows = vec![head];
    for way in list(recall, "/ways")? {
        let mut row = vec![text(way, "/name")?.to_owned(), thousands(number(way, "/copies")?)];
        for share in list(way, "/recognised_percent")? {
            row.push(format!("{:.1} %", share.as_f64().context("a share is a number")?));
        }
        rows.push(row);
    }
    for (name, key) in [
        ("pairs with strangers", "/pairs"),
        ("pairs of hashes", "/comparisons"),
        ("strangers recognised", "/mistaken"),
        ("nearest stranger, bits", "/nearest"),
    ] {
        let mut row = vec![name.to_owned(), String::new()];
        for column in list(recall, "/strangers")? {
            row.push(thousands(number(column, key)?));
        }
        rows.push(row);
    }
    Ok(markdown(&rows))
}

/// The names of the columns of recall.
pub(super) fn columns(recall: &Value) -> Result<Vec<String>> {
    let loaded = list(recall, "/loaded")?.iter().map(|loaded| match loaded.as_u64() {
        Some(0) => "no views".to_owned(),
        loaded => format!("{} views", loaded.unwrap_or_default()),
    });
    Ok(loaded.chain(["trimmed too".to_owned()]).collect())
}

/// The first row is the head; every column as wide as its widest cell.
fn markdown<R: AsRef<[String]>>(rows: &[R]) -> String {
    let width = |column: usize| rows.iter().map(|row| row.as_ref()[column].chars().count()).max().unwrap_or(0);
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &[String]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let mut lines: Vec<String> = rows.iter().map(|row| line(row.as_ref())).collect();
    lines.insert(1.min(lines.len()), line(&rule));
    lines.join("\n")
}

fn row(cells: [&str; 6]) -> [String; 6] {
    cells.map(str::to_owned)
}

fn times(ratio: f64) -> String {
    if ratio >= 10.0 { format!("{ratio:.0}x") } else { format!("{ratio:.2}x") }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A whole number with its digits in groups of three.
pub(super) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

pub(super) fn list<'a>(value: &'a Value, path: &str) -> Result<&'a Vec<Value>> {
    value.pointer(path).and_then(Value::as_array).with_context(|| format!("no list {path} was measured"))
}

pub(super) fn number(value: &Value, path: &str) -> Result<f64> {
    value.pointer(path).and_then(Value::as_f64).with_context(|| format!("no number {path} was measured"))
}

pub(super) fn text<'a>(value: &'a Value, path: &str) -> Result<&'a str> {
    value.pointer(path).and_then(Value::as_str).with_context(|| format!("no text {path} was measured"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let grouped = [0.0, 999.0, 1_000.0, 12_345_678.0].map(thousands);
        assert_eq!(grouped, ["0", "999", "1,000", "12,345,678"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["who", "us"], ["somebody", "1"]].map(|row| row.map(str::to_owned));
        assert_eq!(markdown(&rows), "| who      | us |\n| -------- | -- |\n| somebody | 1  |");
    }
}
