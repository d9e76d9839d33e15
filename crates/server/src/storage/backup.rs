//! Copies of a whole node, from either engine into either: every table, row by row, read in one consistent view and
//! written in one transaction. A backup is such a copy in a fresh SQLite file; restoring copies it back. This is also
//! the way from SQLite to PostgreSQL.
//!
//! Fingerprints stay sealed on the way: a backup is worth nothing without the node's key, and does not hold it.
//!
//! To add a table to the schema, add it to [`TABLES`], after those it refers to; a test compares the list with the schema
//! of both engines.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use sqlx::{QueryBuilder, Row};
use tokio::sync::mpsc;

use super::{Database, DatabaseUrl, NODE, Session, StorageError, on};

/// Rows of one statement: few enough that its parameters stay far below both engines' limits.
const ROWS_PER_STATEMENT: usize = 250;
/// Bytes of one statement, about: sealed files have large rows.
const BYTES_PER_STATEMENT: usize = 4 * 1024 * 1024;
/// Statements' worth of rows that are read ahead of what is written.
const READ_AHEAD: usize = 4;

/// A table: its columns stand here once, and the SQL follows from them.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of `select` and `insert`.
    pub columns: &'static [(&'static str, Holds)],
    select: &'static str,
    insert: &'static str,
    count: &'static str,
}

/// What a column holds; any may be null.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// 64-bit integers.
    Integer,
    /// Bytes.
    Bytes,
    /// Text.
    Text,
}

macro_rules! table {
    ($name:ident by $order:literal: $first:ident $first_holds:ident $(, $column:ident $holds:ident)*) => {
        Table {
            name: stringify!($name),
            columns: &[(stringify!($first), Holds::$first_holds) $(, (stringify!($column), Holds::$holds))*],
            select: concat!(
                "select ", stringify!($first) $(, ", ", stringify!($column))*,
                " from ", stringify!($name), " order by ", $order
            ),
            insert: concat!(
                "insert into ", stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*, ") "
            ),
            count: concat!("select count(*) from ", stringify!($name)),
        }
    };
}

/// Every table of a node, those referred to first. In the order of their keys, which SQLite writes fastest.
pub const TABLES: &[Table] = &[
    table!(node by "one": one Integer, key_check Bytes, epoch Bytes, seq Integer, created_at Integer),
    table!(partners by "id": id Bytes, name Text, sees_minor Integer, sees_adult Integer, contributes_minor Integer,
        contributes_adult Integer, created_at Integer, revoked_at Integer, source Integer),
    table!(partner_keys by "id": id Bytes, partner_id Bytes, secret_digest Bytes, scopes Integer, created_at Integer,
        expires_at Integer, revoked_at Integer),
    table!(cursors by "key_id": key_id Bytes, seq Integer, acknowledged_at Integer),
    table!(entries by "id": id Bytes, contributor_id Bytes, class Integer, tier Integer, status Integer,
        content_digest Bytes, last_seq Integer, created_at Integer),
    table!(fingerprints by "entry_id, position": entry_id Bytes, position Integer, kind Integer, digest Bytes,
        sealed Bytes),
    table!(changes by "seq": seq Integer, at Integer, entry_id Bytes, action Integer, reason Integer, class Integer,
        tier Integer, tier_before Integer),
    table!(idempotency by "partner_id, token": partner_id Bytes, token Text, request_digest Bytes, answer Text,
        at Integer),
    table!(outcomes by "partner_id, id": partner_id Bytes, id Bytes, entry_id Bytes, kind Integer, reason Integer,
        copies Integer, done_at Integer, received_at Integer),
    table!(portal by "one": one Integer, salt Bytes, settings Text, created_at Integer),
    table!(recipients by "public_key": public_key Bytes, created_at Integer, ended_at Integer),
    table!(cases by "id": id Bytes, class Integer, urgency Integer, waits_for Integer, sealed_key Bytes,
        created_at Integer, active_at Integer, ends_at Integer, ended Integer),
    table!(case_recipients by "case_id, public_key": case_id Bytes, public_key Bytes, sealed_key Bytes),
    table!(case_items by "case_id, position": case_id Bytes, position Integer, sealed Bytes),
    table!(uploads by "id": id Bytes, parts Integer, bytes Integer, sent Integer, ends_at Integer),
    table!(upload_parts by "upload_id, position": upload_id Bytes, position Integer, sealed Bytes),
    table!(claims by "id": id Bytes, entry_id Bytes, pending_until Integer, takes_newcomers Integer),
    table!(claim_withholds by "claim_id, partner_id": claim_id Bytes, partner_id Bytes),
    table!(withheld by "entry_id, partner_id": entry_id Bytes, partner_id Bytes, since Integer),
    table!(change_seconds by "second": second Integer, through Integer),
    table!(farewells by "entry_id, position": entry_id Bytes, position Integer, sealed Bytes, ends_at Integer),
    table!(dialect_readers by "key_id, dialect": key_id Bytes, dialect Integer, agreement Text, seen_at Integer,
        told_seq Integer, told_second Integer),
    table!(alerts by "id": id Bytes, sealed Bytes, ends_at Integer),
    table!(staff by "id": id Bytes, name Text, name_key Text, role Integer, partner_id Bytes, state Integer,
        language Text, public_key Bytes, salt Bytes, memory_kib Integer, passes Integer, wrapped Bytes,
        check_value Bytes, created_at Integer, ended_at Integer),
    table!(staff_factors by "id": id Bytes, staff_id Bytes, kind Integer, sealed Bytes, used Integer,
        created_at Integer, used_at Integer),
    table!(staff_links by "id": id Bytes, staff_id Bytes, kind Integer, ends_at Integer),
    table!(staff_escrow by "staff_id, holder_id, other_id": staff_id Bytes, holder_id Bytes, other_id Bytes,
        sealed Bytes),
    table!(staff_notices by "id": id Bytes, staff_id Bytes, code Integer, by_id Bytes, at Integer),
    table!(audit_log by "seq": seq Integer, at Integer, who Bytes, act Text, about Bytes, before Bytes, hash Bytes),
    table!(work by "id": id Bytes, kind Integer, class Integer, danger Integer, online Integer, spread Integer,
        due_at Integer, place Integer, stage Integer, taken_by Bytes, lease_until Integer, skips Integer),
    table!(verdicts by "work_id, look": work_id Bytes, look Integer, by_id Bytes, sealed Bytes),
    table!(sights by "work_id, staff_id": work_id Bytes, staff_id Bytes, seconds Integer),
    table!(decisions by "entry_id": entry_id Bytes, code Text, looks Integer, month Integer),
    table!(desk_counts by "day, measure": day Integer, measure Integer, number Integer),
    table!(agreements by "month, first, second": month Integer, first Text, second Text, number Integer),
    table!(exposure by "staff_id, day": staff_id Bytes, day Integer, seconds Integer, since_break Integer,
        break_until Integer),
    table!(opt_outs by "staff_id, category": staff_id Bytes, category Integer),
    table!(desk_answers by "name, language, voice": name Text, language Text, voice Text, text Text),
    table!(audit_head by "one": one Integer, seq Integer, hash Bytes, dropped_seq Integer, dropped_hash Bytes),
    table!(crises by "id": id Bytes, sealed Bytes, criteria Integer, opened_at Integer, confirmed_at Integer,
        ends_at Integer, closed_at Integer),
    table!(notices by "id": id Bytes, platform Text, regime Text, class Integer, state Integer, channel Integer,
        urls Integer, sealed Bytes, digest Bytes, partner_id Bytes, crisis_id Bytes, drafted_at Integer,
        approved_at Integer, sent_at Integer, deadline_at Integer, acknowledged_at Integer, closed_at Integer,
        reason Integer, reminders Integer, checks Integer, reposts Integer, escalations Integer, due Integer,
        due_at Integer),
    table!(notice_log by "seq": seq Integer, notice_id Bytes, at Integer, kind Integer, detail Integer, digest Bytes,
        link Bytes),
    table!(notice_head by "one": one Integer, seq Integer, link Bytes),
    table!(notice_counts by "month, platform, regime, class, measure, value": platform Text, regime Text,
        class Integer, month Integer, measure Integer, value Integer, amount Integer),
    table!(platform_settings by "key": key Text, partner_id Bytes, data Text, updated_at Integer),
    table!(sources by "id": id Bytes, kind Text, url Text, sealed Bytes, class Integer, tier Integer, pass_on Integer,
        every_seconds Integer, cursor Text, generation Integer, step Integer, due_at Integer, created_at Integer,
        heard_at Integer, complete_at Integer, trouble Text, failures Integer, skipped Integer, last_skipped Text,
        removing Integer),
    table!(followed by "source_id, record": source_id Bytes, record Bytes, entry_id Bytes, generation Integer, sealed Bytes),
    table!(feedback by "partner_id, outcome_id": partner_id Bytes, outcome_id Bytes, source_id Bytes, entry_id Bytes,
        kind Integer, reason Integer, copies Integer, done_at Integer, queued_at Integer, refused Text),
    table!(partner_webhooks by "partner_id": partner_id Bytes, url Text, set_at Integer, woken_seq Integer),
];

/// Tables whose rows a backup leaves behind: visits and sessions end with the browser, a recovery that is under way is asked
/// for again, mails that wait are sealed with the node key alone and would be sent again, and so would notices (an approved
/// one is put anew by a person).
pub const NOT_KEPT: &[&str] =
    &["visits", "alert_mails", "notice_outbox", "staff_sessions", "staff_recoveries", "staff_recovery_shares"];

/// Why a copy was not made. The target holds nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A copy goes into an empty database only. Name another one, or empty this one by hand.
    #[error("the database is not empty (table {0} has rows); restore into an empty one")]
    NotEmpty(&'static str),
    /// The source's schema is not this version's. Run `rempart migrate`, or the version that wrote it.
    #[error(
        "the database is at schema step {applied}, this version knows {known}; run `rempart migrate` first, or use the \
         version that wrote it"
    )]
    Version {
        /// Steps that were taken there.
        applied: usize,
        /// Steps that this version knows.
        known: usize,
    },
    /// What arrived is not what was sent: a defect of ours or of the disk. Try again; report it if it stays.
    #[error("table {table}: {sent} rows were read and {arrived} arrived")]
    Count {
        /// The table.
        table: &'static str,
        /// Rows of the source.
        sent: u64,
        /// Rows of the target.
        arrived: u64,
    },
    /// The file exists. Name a new one: a backup never replaces anything.
    #[error("{0} exists; name a new file")]
    Exists(PathBuf),
    /// No such file. Check its name.
    #[error("there is no backup {0}")]
    Missing(PathBuf),
    /// The file cannot be read or written. Check rights and free space.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// How many rows each table had, in the order of [`TABLES`].
pub type Counts = Vec<(&'static str, u64)>;

/// Writes a backup: a SQLite file that appears under its name only when it is whole and on disk. `each` hears how many
/// more rows were copied.
pub async fn backup(from: &Database, file: &Path, each: impl Fn(u64) + Sync) -> Result<Counts, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let beside = beside(file, ".part");
    remove(&beside);
    let result = write(from, &beside, each).await;
    let renamed = result.and_then(|counts| {
        let moved = fs::rename(&beside, file).and_then(|()| sync_folder_of(file));
        moved.map(|()| counts).map_err(at(file))
    });
    if renamed.is_err() {
        remove(&beside);
    }
    renamed
}

/// Copies a backup into an empty database, which is brought to this version's schema first; and so is the copy of the
/// backup that is read, so that backups of earlier versions can be restored. `check` sees that copy before anything is
/// written.
pub async fn restore<C, E>(
    file: &Path,
    to: &Database,
    scratch: &Path,
    check: C,
    each: impl Fn(u64) + Sync,
) -> Result<Counts, E>
where
    C: AsyncFnOnce(&Database) -> Result<(), E>,
    E: From<BackupError>,
{
    if !file.is_file() {
        return Err(BackupError::Missing(file.to_owned()).into());
    }
    // The backup itself is only read: it may lie on a medium that cannot be written.
    let copy = scratch.join(format!("restoring-{}.db", std::process::id()));
    let storage = |error: StorageError| BackupError::Storage(error);
    let restored = async {
        fs::copy(file, &copy).map_err(at(&copy))?;
        make_writable(&copy).map_err(at(&copy))?;
        let from = Database::open(&DatabaseUrl::Sqlite(copy.clone())).await.map_err(storage)?;
        let copied = async {
            from.migrate(&NODE).await.map_err(storage)?;
            check(&from).await?;
            to.migrate(&NODE).await.map_err(storage)?;
            Ok(copy_all(&from, to, each).await?)
        }
        .await;
        from.close().await;
        copied
    }
    .await;
    remove(&copy);
    restored
}

/// Copies every table into a database whose tables are empty.
pub async fn copy_all(from: &Database, to: &Database, each: impl Fn(u64) + Sync) -> Result<Counts, BackupError> {
    let state = from.migration_state(&NODE).await?;
    if state.applied != state.known {
        return Err(BackupError::Version { applied: state.applied, known: state.known });
    }
    let (mut source, mut target) = (from.read().await?, to.write().await?);
    for table in TABLES {
        if count(&mut target, table).await? > 0 {
            return Err(BackupError::NotEmpty(table.name));
        }
    }
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let (sender, rows) = mpsc::channel(READ_AHEAD);
        let (_, ()) = tokio::try_join!(read(&mut source, table, sender), insert(&mut target, table, rows, &each))?;
        let (sent, arrived) = (count(&mut source, table).await?, count(&mut target, table).await?);
        if sent != arrived {
            return Err(BackupError::Count { table: table.name, sent, arrived });
        }
        counts.push((table.name, arrived));
    }
    target.commit().await?;
    Ok(counts)
}

enum Value {
    Integer(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Text(Option<String>),
}

impl Value {
    fn bytes(&self) -> usize {
        match self {
            Self::Bytes(Some(bytes)) => bytes.len(),
            Self::Text(Some(text)) => text.len(),
            _ => 0,
        }
    }
}

type Rows = Vec<Vec<Value>>;

async fn read(source: &mut Session, table: &Table, sender: mpsc::Sender<Rows>) -> Result<(), StorageError> {
    on!(source, |c| {
        let mut rows = sqlx::query(table.select).persistent(false).fetch(c);
        let mut some = Rows::with_capacity(ROWS_PER_STATEMENT);
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await? {
            let mut values = Vec::with_capacity(table.columns.len());
            for (at, (_, holds)) in table.columns.iter().enumerate() {
                values.push(match holds {
                    Holds::Integer => Value::Integer(row.try_get(at)?),
                    Holds::Bytes => Value::Bytes(row.try_get(at)?),
                    Holds::Text => Value::Text(row.try_get(at)?),
                });
            }
            bytes += values.iter().map(Value::bytes).sum::<usize>();
            some.push(values);
            // When nobody takes the rows any more, whoever did tells why.
            if some.len() == ROWS_PER_STATEMENT || bytes >= BYTES_PER_STATEMENT {
                bytes = 0;
                if sender.send(std::mem::take(&mut some)).await.is_err() {
                    return Ok(());
                }
            }
        }
        if !some.is_empty() {
            let _ = sender.send(some).await;
        }
        Ok(())
    })
}

async fn insert(
    target: &mut Session,
    table: &Table,
    mut rows: mpsc::Receiver<Rows>,
    each: &(impl Fn(u64) + Sync),
) -> Result<(), StorageError> {
    while let Some(some) = rows.recv().await {
        let copied = some.len() as u64;
        on!(target, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(table.insert);
            text.push_values(some, |mut row, values| {
                for value in values {
                    match value {
                        Value::Integer(value) => row.push_bind(value),
                        Value::Bytes(value) => row.push_bind(value),
                        Value::Text(value) => row.push_bind(value),
                    };
                }
            });
            text.build().persistent(copied as usize == ROWS_PER_STATEMENT).execute(c).await.map(drop)?;
        });
        each(copied);
    }
    Ok(())
}

async fn count(on: &mut Session, table: &Table) -> Result<u64, StorageError> {
    let rows: i64 = on!(on, |c| sqlx::query_scalar(table.count).fetch_one(c).await?);
    Ok(rows.unsigned_abs())
}

async fn write(from: &Database, file: &Path, each: impl Fn(u64) + Sync) -> Result<Counts, BackupError> {
    // An empty file is an empty database to SQLite; this one is its owner's alone.
    create_private(file).map_err(at(file))?;
    let to = Database::open(&DatabaseUrl::Sqlite(file.to_owned())).await?;
    let copied = async {
        to.migrate(&NODE).await?;
        let counts = copy_all(from, &to, each).await?;
        to.gather_into_one_file().await?;
        Ok(counts)
    }
    .await;
    to.close().await;
    File::open(file).and_then(|file| file.sync_all()).map_err(at(file))?;
    copied
}

/// Removes a database file of ours with what SQLite keeps beside it; what is not there is fine.
fn remove(file: &Path) {
    for file in [file.to_owned(), beside(file, "-wal"), beside(file, "-shm")] {
        let _ = fs::remove_file(file);
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn create_private(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// A copied file takes the original's rights along, which may be to read only.
fn make_writable(file: &Path) -> io::Result<()> {
    let mut rights = fs::metadata(file)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o600);
    #[cfg(not(unix))]
    rights.set_readonly(false);
    fs::set_permissions(file, rights)
}

/// A renamed file is otherwise lost with the power.
fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { path, source }
}
