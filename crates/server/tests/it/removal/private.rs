//! T16: what a seized disk tells. No address, no reason, no name, nobody who drafted or approved; and no way from a notice to a case.

use server::removal::notices::{Answer, Event};
use sqlx::Row;

use super::ground::{ANN, BEN, CANARY_REASON, FORM, Ground, PARTNER};
use crate::support::{Engine, holds, on_disk, on_every_engine};

on_every_engine!(t16_a_seized_disk_tells_neither_what_a_notice_says_nor_who_wrote_it, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let id = ground.sent(FORM).await;
    removal.answer(BEN, id, Answer::Removed).await.unwrap();
    ground.approved(PARTNER).await;
    removal.open_crisis(ANN, "Canary crisis 7261", &["grave".to_owned(), "spreading".to_owned()]).await.unwrap();
    let disk = on_disk(&ground.node, &ground.database).await;
    for canary in ["canary7261", CANARY_REASON, "Canary crisis", &"01".repeat(16), &"02".repeat(16)] {
        assert!(!holds(&disk, canary.as_bytes()), "{canary}");
    }
    assert!(holds(&disk, b"tiktok"), "the disk was read");
});

on_every_engine!(t16_no_column_leads_from_a_notice_to_a_case_and_no_clock_does, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ground.pass(61);
        ids.push(ground.approved(FORM).await);
        removal.happened(BEN, *ids.last().unwrap(), Event::HandedOver).await.unwrap();
    }
    // Ids tell neither order nor moment.
    assert!(ids.iter().all(|id| id.as_bytes()[6] >> 4 == 4), "random UUIDs");
    let tables = ["notices", "notice_log", "notice_outbox", "notice_counts", "crises"];
    let mut on = ground.node.database().read().await.unwrap();
    for table in tables {
        let sql = match engine {
            Engine::Sqlite => format!("select name from pragma_table_info('{table}')"),
            Engine::Postgres => {
                format!("select column_name::text as name from information_schema.columns where table_name = '{table}'")
            }
        };
        let columns: Vec<String> = match on.connection() {
            server::storage::Connection::Sqlite(c) => {
                sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(c).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
            server::storage::Connection::Postgres(c) => {
                sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(c).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
        };
        assert!(!columns.is_empty());
        for column in columns {
            let tells = ["case", "claim", "entry", "staff", "actor", "by"];
            assert!(!tells.iter().any(|word| column.contains(word)), "{table}.{column}");
        }
    }
    let whole = removal.whole(ANN, ids[0]).await.unwrap();
    let to_the_hour = |time: exchange::Time| time.as_micros() % 3_600_000_000 == 0;
    assert!(to_the_hour(whole.standing.drafted_at) && to_the_hour(whole.standing.approved_at.unwrap()));
    assert!(to_the_hour(whole.moments[0].at), "the log does not know the minute of an approval");
    assert!(!to_the_hour(whole.moments[1].at), "and does know that of the sending");
});
