//! Measures what the pages of notices ask of the database: `cargo run --release --example notices -p server -- [notices] [postgres://..]`,
//! 1,000,000 notices on SQLite unless said otherwise; 0 of them measure what is in the database already. Rows are written by SQL, as if they had come over three years; then each
//! page's reading is done many times and its median and p99 are printed. Over the room's functions, without HTTP and without
//! drawing the page. It asserts nothing.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing better to do")]

use std::sync::Arc;
use std::time::Instant;

use exchange::NoticeId;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use server::node::{Node, NodeSettings};
use server::removal::notices::{Due, Of, Place, State};
use server::storage::{Database, DatabaseUrl};
use sqlx::AssertSqlSafe;

const RUNS: usize = 200;
const BATCH: usize = 50_000;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let notices: usize = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let sqlite = DatabaseUrl::Sqlite(folder.path().join("node.db"));
    let url = arguments.next().map_or(sqlite, |text| text.parse().unwrap());
    let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
    let database = Database::open(&url).await.unwrap();
    let (node, _) = Node::open(database, key, NodeSettings::default()).await.unwrap();
    println!("engine {}, {notices} notices", node.database().engine());
    let now = node.clock.now().as_micros();
    let begun = Instant::now();
    for first in (0..notices).step_by(BATCH) {
        fill(node.database(), first, BATCH.min(notices - first), now).await;
    }
    if notices > 0 {
        count(node.database()).await;
        println!("written in {:.0} s", begun.elapsed().as_secs_f64());
    }
    let removal = &node.removal;
    let waiting = [
        Of::State(State::Draft, false),
        Of::State(State::Approved, true),
        Of::Late,
        Of::Due(Due::Check),
        Of::Due(Due::Escalate),
        Of::State(State::Undeliverable, false),
        Of::State(State::Approved, false),
    ];
    let (some, _) = removal.list(&Of::State(State::Removed, false), Place::default(), 50).await.unwrap();
    let ids: Vec<NoticeId> = some.iter().map(|notice| notice.id).collect();
    measure("home: seven counts, the table of platforms, dead letters", async || {
        for of in &waiting {
            removal.how_many(of).await.unwrap();
        }
        removal.states().await.unwrap();
        removal.dead_letters().await.unwrap();
    })
    .await;
    measure("list: a page of 50, late", async || drop(removal.list(&Of::Late, Place::default(), 50).await.unwrap()))
        .await;
    measure("list: a page of 50, from the middle of the removed", async || {
        let middle = Place { micros: 0, id: [0x80; 16] };
        drop(removal.list(&Of::State(State::Removed, false), middle, 50).await.unwrap());
    })
    .await;
    measure("board: 50 notices of one case", async || drop(removal.summaries_of(&ids).await.unwrap())).await;
    measure("scorecard: twelve months of every platform", async || drop(removal.scorecard().await.unwrap())).await;
    measure("report: one year", async || drop(removal.yearly_report(2026).await.unwrap())).await;
    node.close().await;
}

async fn measure(what: &str, once: impl AsyncFn()) {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let begun = Instant::now();
        once().await;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("{what}: median {:.2} ms, p99 {:.2} ms", times[RUNS / 2], times[RUNS * 99 / 100]);
}

/// Of a hundred: one draft, two on their way, seven sent, three refused, two back, the others removed; over 40 platforms and 36
/// months; of those sent three are late.
async fn fill(database: &Database, first: usize, many: usize, now: i64) {
    const COLUMNS: &str = "insert into notices (id, platform, regime, class, state, channel, urls, sealed, digest,
        drafted_at, approved_at, sent_at, deadline_at, acknowledged_at, closed_at, reason, reminders, checks, reposts,
        escalations, due, due_at) ";
    let values = |id: &str, sealed: &str, digest: &str| {
        format!(
            "select {id}, 'own_platform_' || (n % 40), 'dsa_16', n % 2,
            case when n % 100 < 1 then 0 when n % 100 < 3 then 1 when n % 100 < 10 then 2 when n % 100 < 13 then 6
                when n % 100 < 15 then 7 else 4 end,
            n % 3, 1, {sealed}, {digest}, at, at, at, at + 259200000000 * (case when n % 100 < 6 then -1 else 1 end), at,
            case when n % 100 < 10 then null else at end, case when n % 100 between 10 and 12 then 2 else null end,
            0, 0, 0, 0, case when n % 100 between 15 and 17 then 4 when n % 100 between 13 and 14 then 3 else 0 end,
            case when n % 100 between 13 and 17 then at + 86400000000 else null end
            from (select n, case when n % 100 < 10 then {now} - (n % 72) * 3600000000
                else {now} - (n % 1080) * 86400000000 end as at from numbers) as rows_of"
        )
    };
    let (from, to) = (first, first + many - 1);
    match database {
        Database::Sqlite { writer, .. } => {
            let numbers = format!(
                "with recursive numbers(n) as (select {from} union all select n + 1 from numbers where n < {to}) "
            );
            let text = format!("{COLUMNS}{numbers}{}", values("randomblob(16)", "randomblob(900)", "randomblob(32)"));
            sqlx::query(AssertSqlSafe(text)).execute(writer).await.unwrap();
        }
        Database::Postgres { pool, .. } => {
            let numbers = format!("with numbers as (select n from generate_series({from}, {to}) as n) ");
            let id = "decode(md5(random()::text || n), 'hex')";
            let sealed = "decode(repeat(md5(random()::text || n), 56), 'hex')";
            let digest = "decode(repeat(md5(random()::text || n), 2), 'hex')";
            let text = format!("{COLUMNS}{numbers}{}", values(id, sealed, digest));
            sqlx::query(AssertSqlSafe(text)).execute(pool).await.unwrap();
        }
    }
}

/// The counts, as if each event had written its own: hours spread over the steps in which they are counted.
async fn count(database: &Database) {
    let month = "(sent_at / 2629800000000)";
    let texts = [
        format!(
            "insert into notice_counts select platform, regime, class, {month}, 1, 0, count(*) from notices
             where sent_at is not null group by 1, 2, 3, 4"
        ),
        format!(
            "insert into notice_counts select platform, regime, class, {month}, 3, (sent_at / 3600000000) % 96, count(*)
             from notices where state = 4 group by 1, 2, 3, 4, 6"
        ),
        format!(
            "insert into notice_counts select platform, regime, class, {month}, 2, (sent_at / 3600000000) % 48, count(*)
             from notices where state in (2, 4) group by 1, 2, 3, 4, 6"
        ),
        "insert into notice_counts select platform, regime, class, 0, 100 + state, 0, count(*) from notices
         group by 1, 2, 3, 5"
            .to_owned(),
    ];
    for text in texts {
        match database {
            Database::Sqlite { writer, .. } => drop(sqlx::query(AssertSqlSafe(text)).execute(writer).await.unwrap()),
            Database::Postgres { pool, .. } => drop(sqlx::query(AssertSqlSafe(text)).execute(pool).await.unwrap()),
        }
    }
}
