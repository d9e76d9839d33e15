//! Entries in files: NDJSON and CSV, both ways. A bad line is known by its number, and the next one can be read.

use std::io::{self, BufRead, Read};

use exchange::{Class, Contribution, Entry, Fingerprint, Kind, Tier, View};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Bytes of a line, at most: an entry of 64 fingerprints and 64 views takes about 14,000.
const LINE_BYTES_MAX: u64 = 256 * 1024;

/// The columns of the CSV form, in the order in which they are written.
pub(super) const COLUMNS: [&str; 10] =
    ["id", "class", "tier", "status", "origin", "created_at", "pdq", "quality", "sha256", "md5"];

/// What a line means when it does not say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults {
    pub(super) class: Option<Class>,
    pub(super) tier: Tier,
}

/// A contribution and the line on which it begins, from 1.
pub(super) type Read1 = Result<(u64, Contribution), LineError>;

/// Why a file cannot be read further, or a line not be taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// The file cannot be read. Nothing after this is read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The header is not one of ours. Nothing after it is read.
    #[error("line 1: {0}")]
    Header(String),
    /// This line is no entry; the ones after it may be.
    #[error("line {line}: {why}")]
    Bad {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// Reads contributions from NDJSON: a contribution as the API takes it, an entry as `bank export` writes it, or a line
/// of `hash --json`. Empty lines are passed over.
pub(super) fn ndjson(file: impl BufRead, defaults: Defaults) -> impl Iterator<Item = Read1> {
    let mut file = file;
    let (mut number, mut over) = (0, false);
    std::iter::from_fn(move || {
        while !over {
            let mut line = Vec::new();
            match file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
                Err(error) => {
                    over = true;
                    return Some(Err(error.into()));
                }
                Ok(0) => over = true,
                Ok(read) => {
                    number += 1;
                    if read as u64 == LINE_BYTES_MAX && !line.ends_with(b"\n") {
                        over = true;
                        let why = format!("the line is longer than {LINE_BYTES_MAX} bytes; reading ends here");
                        return Some(Err(LineError::Bad { line: number, why }));
                    }
                    if !line.trim_ascii().is_empty() {
                        let read = from_json(&line, defaults).map_err(|why| LineError::Bad { line: number, why });
                        return Some(read.map(|contribution| (number, contribution)));
                    }
                }
            }
        }
        None
    })
}

/// What a line of NDJSON may hold. What an import cannot take up is allowed, so that our own exports can be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    class: Option<Class>,
    tier: Option<Tier>,
    fingerprints: Vec<Fingerprint>,
    #[serde(default)]
    views: Vec<View>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "status")]
    _status: Option<IgnoredAny>,
    #[serde(rename = "block_radius")]
    _block_radius: Option<IgnoredAny>,
    #[serde(rename = "origin")]
    _origin: Option<IgnoredAny>,
    #[serde(rename = "created_at")]
    _created_at: Option<IgnoredAny>,
    #[serde(rename = "path")]
    _path: Option<IgnoredAny>,
    #[serde(rename = "orientations")]
    _orientations: Option<IgnoredAny>,
    #[serde(rename = "width")]
    _width: Option<IgnoredAny>,
    #[serde(rename = "height")]
    _height: Option<IgnoredAny>,
    #[serde(rename = "format")]
    _format: Option<IgnoredAny>,
}

fn from_json(line: &[u8], defaults: Defaults) -> Result<Contribution, String> {
    // The parser counts lines from 1 within what it is given; that is always 1 and would mislead.
    let line: Line = serde_json::from_slice(line).map_err(|error| {
        let text = error.to_string();
        text.split(" at line ").next().unwrap_or_default().to_owned()
    })?;
    checked(line.class.or(defaults.class), line.tier.unwrap_or(defaults.tier), line.fingerprints, line.views)
}

fn checked(
    class: Option<Class>,
    tier: Tier,
    fingerprints: Vec<Fingerprint>,
    views: Vec<View>,
) -> Result<Contribution, String> {
    let class = class.ok_or("no class: give one on the line, or --class for all lines without one")?;
    let contribution = Contribution { class, tier, fingerprints, views };
    contribution.check().map_err(|error| error.to_string())?;
    Ok(contribution)
}

/// Reads contributions from CSV with a header of [`COLUMNS`], in any order, any of them left out. Rows that follow one
/// another with the same id are one entry.
pub(super) fn csv(file: impl Read, defaults: Defaults) -> impl Iterator<Item = Read1> {
    let mut rows = Rows { reader: csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file), columns: None };
    let (mut waiting, mut over): (Option<Row>, bool) = (None, false);
    std::iter::from_fn(move || {
        while !over {
            match rows.next(defaults) {
                Some(Ok(row)) => {
                    let Some(before) = &mut waiting else {
                        waiting = Some(row);
                        continue;
                    };
                    if before.is_continued_by(&row) {
                        before.fingerprints.extend(row.fingerprints);
                        continue;
                    }
                    return waiting.replace(row).map(Row::finish);
                }
                Some(Err(error)) => {
                    over = !matches!(error, LineError::Bad { .. });
                    return Some(Err(error));
                }
                None => over = true,
            }
        }
        waiting.take().map(Row::finish)
    })
}

struct Rows<R> {
    reader: csv::Reader<R>,
    /// For each of [`COLUMNS`], where it stands.
    columns: Option<[Option<usize>; COLUMNS.len()]>,
}

struct Row {
    line: u64,
    id: String,
    class: Option<Class>,
    tier: Tier,
    fingerprints: Vec<Fingerprint>,
}

impl Row {
    fn is_continued_by(&self, next: &Self) -> bool {
        !self.id.is_empty() && (&self.id, self.class, self.tier) == (&next.id, next.class, next.tier)
    }

    fn finish(self) -> Read1 {
        let contribution = checked(self.class, self.tier, self.fingerprints, Vec::new());
        contribution.map(|it| (self.line, it)).map_err(|why| LineError::Bad { line: self.line, why })
    }
}

impl<R: Read> Rows<R> {
    fn next(&mut self, defaults: Defaults) -> Option<Result<Row, LineError>> {
        let columns = match self.columns {
            Some(columns) => columns,
            None => match self.header() {
                Ok(columns) => *self.columns.insert(columns),
                Err(error) => return Some(Err(error)),
            },
        };
        let mut record = csv::StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                Some(row(&record, &columns, line, defaults).map_err(|why| LineError::Bad { line, why }))
            }
            Err(error) => Some(Err(wrong(error))),
        }
    }

    fn header(&mut self) -> Result<[Option<usize>; COLUMNS.len()], LineError> {
        let header = self.reader.headers().map_err(wrong)?;
        if let Some(unknown) = header.iter().find(|name| !COLUMNS.contains(name)) {
            return Err(LineError::Header(format!(
                "no column is called {unknown:?}; there are {}",
                COLUMNS.join(", ")
            )));
        }
        let columns = COLUMNS.map(|name| header.iter().position(|column| column == name));
        match columns {
            [.., None, _, None, None] => {
                Err(LineError::Header("there is no column of fingerprints: pdq, sha256 or md5".to_owned()))
            }
            columns => Ok(columns),
        }
    }
}

fn wrong(error: csv::Error) -> LineError {
    let line = error.position().map_or(0, csv::Position::line);
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    match error.into_kind() {
        csv::ErrorKind::Io(error) => LineError::Io(error),
        _ => LineError::Bad { line, why },
    }
}

fn row(
    record: &csv::StringRecord,
    columns: &[Option<usize>; COLUMNS.len()],
    line: u64,
    defaults: Defaults,
) -> Result<Row, String> {
    let [id, class, tier, _, _, _, pdq, quality, sha256, md5] =
        columns.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
    let quality = (!quality.is_empty()).then(|| quality.parse::<u32>()).transpose();
    let quality = quality.map_err(|_| "quality is a whole number from 0 to 100".to_owned())?;
    let mut fingerprints = Vec::new();
    for (kind, value, quality) in [(Kind::Pdq, pdq, quality), (Kind::Sha256, sha256, None), (Kind::Md5, md5, None)] {
        if !value.is_empty() {
            fingerprints.push(Fingerprint::parse(kind, value, quality).map_err(|error| error.to_string())?);
        }
    }
    let class = if class.is_empty() { defaults.class } else { Some(super::class(class)?) };
    let tier = if tier.is_empty() { defaults.tier } else { super::tier(tier)? };
    Ok(Row { line, id: id.to_owned(), class, tier, fingerprints })
}

/// The rows of an entry: as many as its fingerprints of the commonest kind need.
pub(super) fn rows(entry: &Entry) -> Vec<[String; COLUMNS.len()]> {
    let of = |kind| entry.fingerprints.iter().filter(move |fingerprint| fingerprint.kind() == kind);
    let (mut pdq, mut sha256, mut md5) = (of(Kind::Pdq), of(Kind::Sha256), of(Kind::Md5));
    let value = |fingerprint: Option<&Fingerprint>| {
        fingerprint.map(|fingerprint| exchange::hex::encode(fingerprint.bytes())).unwrap_or_default()
    };
    let mut rows = Vec::new();
    loop {
        let next = (pdq.next(), sha256.next(), md5.next());
        if next == (None, None, None) {
            return rows;
        }
        let quality = next.0.and_then(Fingerprint::quality).map(|quality| quality.to_string());
        rows.push([
            entry.id.to_string(),
            entry.class.to_string(),
            entry.tier.to_string(),
            entry.status.to_string(),
            entry.origin.clone(),
            entry.created_at.to_string(),
            value(next.0),
            quality.unwrap_or_default(),
            value(next.1),
            value(next.2),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::{EntryId, Status, Time};

    const DEFAULTS: Defaults = Defaults { class: None, tier: Tier::Reported };

    fn told(read: impl Iterator<Item = Read1>) -> Vec<String> {
        read.map(|read| match read {
            Ok((line, it)) => format!("{line}: {} {} {}", it.class, it.tier, it.fingerprints.len()),
            Err(error) => error.to_string(),
        })
        .collect()
    }

    #[test]
    fn bad_lines_are_told_by_number_and_good_ones_around_them_are_read() {
        let md5 = r#""fingerprints":[{"kind":"md5","value":"00000000000000000000000000000000"}]"#;
        let text = format!(
            "{{\"class\":\"minor\",{md5}}}\n\nnot json\n{{{md5}}}\n{{\"class\":\"adult\",\"tier\":\"verified\",{md5}}}"
        );
        let told = told(ndjson(text.as_bytes(), DEFAULTS));
        assert_eq!(told[0], "1: minor reported 1");
        assert!(told[1].starts_with("line 3: "), "{told:?}");
        assert!(told[2].starts_with("line 4: no class"), "{told:?}");
        assert_eq!(told[3..], ["5: adult verified 1"]);
    }

    #[test]
    fn an_endless_line_is_not_read_into_memory() {
        let endless = io::BufReader::new(io::repeat(b'x'));
        let told = told(ndjson(endless, DEFAULTS));
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("line 1: the line is longer than 262144 bytes"), "{told:?}");
    }

    #[test]
    fn rows_of_one_id_are_one_entry_and_a_bad_row_is_told_by_number() {
        let (a, b) = ("a".repeat(32), "b".repeat(32));
        let text =
            format!("class,id,md5\nminor,1,{a}\nminor,1,{b}\nminor,,{a}\nminor,,{b}\nminor,2,xyz\nadult,3,{a}\n");
        let told = told(csv(text.as_bytes(), DEFAULTS));
        assert_eq!(told[0], "2: minor reported 2");
        // The bad row is told as soon as it is met, before the entry that waits for its next row.
        assert_eq!(told[1], "4: minor reported 1");
        assert!(told.iter().any(|line| line.starts_with("line 6: ")), "{told:?}");
        assert!(told.contains(&"5: minor reported 1".to_owned()) && told.contains(&"7: adult reported 1".to_owned()));
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn a_header_without_fingerprints_or_with_a_strange_column_ends_the_reading() {
        assert_eq!(told(csv("class,hash\nminor,1\n".as_bytes(), DEFAULTS)).len(), 1);
        let told = told(csv("id,class\n1,minor\n".as_bytes(), DEFAULTS));
        assert_eq!(told, ["line 1: there is no column of fingerprints: pdq, sha256 or md5"]);
    }

    #[test]
    fn what_is_exported_is_read_again_in_both_forms() {
        let entry = Entry {
            id: EntryId::from_bytes([7; 16]),
            class: Class::Minor,
            tier: Tier::Verified,
            status: Status::Active,
            fingerprints: vec![
                Fingerprint::Pdq { hash: [0x55; 32], quality: Some(99) },
                Fingerprint::Pdq { hash: [0x33; 32], quality: None },
                Fingerprint::Sha256([3; 32]),
            ],
            views: vec![View { code: 3, hash: [0x0f; 32] }],
            block_radius: Some(31),
            origin: "somebody".into(),
            created_at: Time::from_micros(0),
        };
        let json = serde_json::to_vec(&entry).unwrap();
        let (_, again) = ndjson(&json[..], DEFAULTS).next().unwrap().unwrap();
        assert_eq!((again.class, again.tier, &again.fingerprints), (entry.class, entry.tier, &entry.fingerprints));
        assert_eq!(again.views, entry.views);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS).unwrap();
        for row in rows(&entry) {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let read: Vec<_> = csv(&text[..], DEFAULTS).collect::<Result<_, _>>().unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].1.fingerprints.len(), 3);
        assert!(entry.fingerprints.iter().all(|fingerprint| read[0].1.fingerprints.contains(fingerprint)));
    }
}
