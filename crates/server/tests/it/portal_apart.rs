//! Two cases of one person, and a thief of the disk without any key: nothing says that they are one person's, or that they are
//! not.
//!
//! What the bank itself must hold, and the thief sees, is that a fingerprint is one value: whoever reports a picture that was
//! reported before adds a claim to the same entry. A claim is 16 random bytes beside the entry's id. Whose it is stands in a
//! sealed item of the case and nowhere else, so entries lead to no case and cases to no entry. What remains is the hour: of
//! an hour in which one case alone came, one may guess which entry came with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use server::intake::Held;
use server::storage::Database;
use sqlx::{AssertSqlSafe, Row as _};

use crate::alert::mail_to;
use crate::portal::Browser;
use crate::portal_ended::{Tale, answer_all, file};
use crate::portal_upload::{allow, hotline};
use crate::support::{TestNode, manual, on_every_engine};

/// Where something about a person or a case stands.
const OF_PEOPLE: [&str; 11] = [
    "visits",
    "cases",
    "case_recipients",
    "case_items",
    "claims",
    "claim_withholds",
    "uploads",
    "upload_parts",
    "alerts",
    "alert_mails",
    "work",
];
/// What cases have in common by design: the bank's entry, and who can read.
const SHARED: [(&str, &str); 2] = [("claims", "entry_id"), ("case_recipients", "public_key")];
/// Two sealed values do not have so many bytes in a row in common by chance.
const RUN_BYTES: usize = 8;

/// One value of a row: bytes, or what is in clear.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Value {
    Bytes(Vec<u8>),
    Clear(String),
    Nothing,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Row {
    table: String,
    values: Vec<(String, Value)>,
}

impl Row {
    fn has(&self, id: &[u8]) -> bool {
        self.values.iter().any(|(_, value)| matches!(value, Value::Bytes(bytes) if holds_run(bytes, id)))
    }

    /// What it is by its looks alone: bytes by their number, the rest as it is.
    fn shape(&self) -> String {
        let shape = |value: &Value| match value {
            Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
            other => format!("{other:?}"),
        };
        let values: Vec<_> = self.values.iter().map(|(column, value)| format!("{column} {}", shape(value))).collect();
        format!("{}: {}", self.table, values.join(", "))
    }
}

fn holds_run(bytes: &[u8], run: &[u8]) -> bool {
    bytes.windows(run.len()).any(|window| window == run)
}

/// Every row of every table.
async fn rows(database: &Database) -> BTreeSet<Row> {
    let tables: Vec<String> = match database {
        Database::Sqlite { readers, .. } => {
            let text = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'";
            sqlx::query_scalar(text).fetch_all(readers).await.unwrap()
        }
        Database::Postgres { pool, .. } => {
            let text = "select table_name::text from information_schema.tables where table_schema = 'public'";
            sqlx::query_scalar(text).fetch_all(pool).await.unwrap()
        }
    };
    let mut rows = BTreeSet::new();
    for table in tables {
        let columns: Vec<String> = match database {
            Database::Sqlite { readers, .. } => sqlx::query_scalar("select name from pragma_table_info(?)")
                .bind(&table)
                .fetch_all(readers)
                .await
                .unwrap(),
            Database::Postgres { pool, .. } => {
                let text = "select column_name::text from information_schema.columns
                    where table_schema = 'public' and table_name = $1 order by ordinal_position";
                sqlx::query_scalar(text).bind(&table).fetch_all(pool).await.unwrap()
            }
        };
        let as_text = |column: &String| match database {
            Database::Sqlite { .. } => format!(
                "case typeof(\"{column}\") when 'blob' then '\\x' || lower(hex(\"{column}\")) else cast(\"{column}\" as text) end"
            ),
            Database::Postgres { .. } => format!("\"{column}\"::text"),
        };
        let wanted: Vec<String> = columns.iter().map(as_text).collect();
        let text = AssertSqlSafe(format!("select {} from \"{table}\"", wanted.join(", ")));
        let read: Vec<Vec<Option<String>>> = match database {
            Database::Sqlite { readers, .. } => {
                let read = sqlx::query(text).fetch_all(readers).await.unwrap();
                read.iter().map(|row| (0..columns.len()).map(|at| row.get(at)).collect()).collect()
            }
            Database::Postgres { pool, .. } => {
                let read = sqlx::query(text).fetch_all(pool).await.unwrap();
                read.iter().map(|row| (0..columns.len()).map(|at| row.get(at)).collect()).collect()
            }
        };
        rows.extend(read.into_iter().map(|values| Row {
            table: table.clone(),
            values: columns.iter().cloned().zip(values.into_iter().map(value)).collect(),
        }));
    }
    rows
}

fn value(text: Option<String>) -> Value {
    match text {
        None => Value::Nothing,
        Some(text) => match text.strip_prefix("\\x") {
            Some(digits) => Value::Bytes(bytes(digits)),
            None => Value::Clear(text),
        },
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// What came with one case, where it is about people.
fn came<'a>(after: &'a BTreeSet<Row>, before: &BTreeSet<Row>) -> Vec<&'a Row> {
    after.iter().filter(|row| OF_PEOPLE.contains(&row.table.as_str()) && !before.contains(*row)).collect()
}

/// Bytes that are not shared by design, each with where it stands.
fn own<'a>(rows: &[&'a Row]) -> Vec<(String, &'a [u8])> {
    let values = rows
        .iter()
        .copied()
        .flat_map(|row: &'a Row| row.values.iter().map(move |(column, value)| (row.table.as_str(), column, value)));
    values
        .filter(|(table, column, _)| !SHARED.contains(&(*table, column.as_str())))
        .filter_map(|(table, column, value)| match value {
            Value::Bytes(bytes) => Some((format!("{table}.{column}"), bytes.as_slice())),
            _ => None,
        })
        .collect()
}

/// What the disk shows of a case by its looks. Without visits: theirs ends with the browser or in two hours, and its size class hangs
/// on how many digits the bytes of the case's random key have.
fn shapes(rows: &[&Row]) -> BTreeMap<String, usize> {
    let mut shapes = BTreeMap::new();
    let lasting = rows.iter().filter(|row| row.table != "visits");
    lasting.for_each(|row| *shapes.entry(row.shape()).or_default() += 1);
    shapes
}

/// The one id of this kind that came with a case.
fn id_in<'a>(rows: &[&'a Row], table: &str) -> &'a [u8] {
    let ids: BTreeSet<&[u8]> = rows
        .iter()
        .filter(|row| row.table == table)
        .filter_map(|row| match &row.values[0].1 {
            Value::Bytes(id) => Some(id.as_slice()),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), 1, "{table}");
    ids.into_iter().next().unwrap()
}

/// What the hotline's key finds in the case with this id.
async fn held(node: &TestNode, id: &[u8]) -> Held {
    let all = node.node.intake.open_cases(&node.operator, 10).await.unwrap();
    let row = all.into_iter().find(|case| case.id.as_bytes() == id).unwrap();
    let case = node.node.intake.open_as(&hotline(), row.id).await.unwrap().unwrap();
    let view = node.node.intake.view(&case).await.unwrap();
    view.pictures[0].held.unwrap()
}

on_every_engine!(t10_nothing_on_the_disk_tells_two_cases_of_one_person_apart_or_together, |engine| {
    let node = TestNode::start_with(engine, |settings| {
        manual(settings);
        settings.mail = Some(mail_to(9));
    })
    .await;
    let database = node.node.database();
    allow(&node, true, true).await;
    let tale = Tale {
        seed: 51,
        link: "https://example.org/canary-of-a-link-5101",
        name: "IMG_canary-of-a-name-5101.jpg",
        story: "canary-of-a-story-5101",
        address: "canary.robin.5101@example.org",
    };
    // Somebody else, who says other things of about the same length.
    let other = Tale {
        seed: 52,
        link: "https://example.org/other-things-here-22",
        name: "IMG_other-things-here-9.jpg",
        story: "something-quite-different-5",
        address: "an.other.person.77@example.net",
    };
    let consent: &[(&str, &str)] = &[("share", "1"), ("later", "1"), ("notices", "1")];
    let mut person = Browser::of(&node);
    let at_rest = rows(database).await;
    let words = file(&mut person, &tale, consent).await;
    let after_first = rows(database).await;
    // The same browser, the same telephone, the same words in it: only the six are others.
    assert_ne!(file(&mut person, &tale, consent).await, words);
    let after_second = rows(database).await;
    file(&mut Browser::of(&node), &other, consent).await;
    let after_other = rows(database).await;
    let (first, second) = (came(&after_first, &at_rest), came(&after_second, &after_first));
    let third = came(&after_other, &after_second);

    // Not together: no value of one is in the other, and no run of bytes of what is sealed.
    let mut runs: HashMap<&[u8], (usize, String)> = HashMap::new();
    let mut looked_at = 0;
    for (number, rows) in [&first, &second, &third].into_iter().enumerate() {
        for (place, bytes) in own(rows) {
            for run in bytes.windows(RUN_BYTES) {
                looked_at += 1;
                let (whose, before) = runs.entry(run).or_insert_with(|| (number, place.clone()));
                assert_eq!(*whose, number, "{place} of case {number} has a run of {before} of case {whose}");
            }
        }
    }
    assert!(looked_at > 3 * 70_000, "it reads what is there: {looked_at}");

    // Not apart: what the disk shows of the second is what it shows of a stranger's, and of the first.
    assert_eq!(shapes(&second), shapes(&third));
    assert_eq!(shapes(&first), shapes(&second));
    for table in ["cases", "case_recipients", "case_items", "claims", "uploads", "upload_parts", "alerts", "work"] {
        assert!(second.iter().any(|row| row.table == table), "{table} has a part in it");
    }

    // The bank holds the fingerprint once, and each case a claim of its own on it. Only a key to the case says so.
    let cases = [&first, &second, &third].map(|rows| id_in(rows, "cases"));
    let mut found = Vec::new();
    for case in cases {
        found.push(held(&node, case).await);
    }
    assert_eq!(found[0].entry, found[1].entry);
    assert_ne!(found[0].entry, found[2].entry);
    assert!(found[0].claim != found[1].claim && found[0].claim != found[2].claim);
    let everything: Vec<&Row> = after_other.iter().collect();
    let of = |table: &str| everything.iter().filter(|row| row.table == table).count();
    assert_eq!((of("entries"), of("fingerprints"), of("claims")), (2, 2, 3));

    // Without one: no row has the id of a case and that of anything else, so nothing leads from one to the other.
    answer_all(&node, "an answer, the same for everybody").await;
    let everything = rows(database).await;
    let mails: Vec<&Row> = everything.iter().filter(|row| row.table == "alert_mails").collect();
    assert_eq!(mails.len(), 3);
    let mut kinds: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("case", cases.map(<[u8]>::to_vec).to_vec()),
        ("entry", found.iter().map(|held| held.entry.as_bytes().to_vec()).collect()),
        ("claim", found.iter().map(|held| held.claim.to_vec()).collect()),
        ("file", [&first, &second, &third].map(|rows| id_in(rows, "uploads").to_vec()).to_vec()),
        ("address", [&first, &second, &third].map(|rows| id_in(rows, "alerts").to_vec()).to_vec()),
    ];
    kinds.push(("mail", mails.iter().map(|mail| id_in(&[*mail], "alert_mails").to_vec()).collect()));
    let mut linked = BTreeSet::new();
    for row in &everything {
        let there: Vec<&str> =
            kinds.iter().filter(|(_, ids)| ids.iter().any(|id| row.has(id))).map(|(kind, _)| *kind).collect();
        if there.len() > 1 {
            linked.insert((row.table.clone(), there.join(" and ")));
        }
    }
    assert_eq!(linked, BTreeSet::from([("claims".to_owned(), "entry and claim".to_owned())]));
    // Nor do the mails that wait, to one mailbox, look like each other.
    let sealed = own(&mails);
    let mut seen: HashMap<&[u8], usize> = HashMap::new();
    for (number, (_, bytes)) in sealed.iter().enumerate() {
        for run in bytes.windows(RUN_BYTES) {
            assert_eq!(*seen.entry(run).or_insert(number), number);
        }
    }
});
