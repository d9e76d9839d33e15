//! Age checks: issuer, attester and verifier as three servers, a holder of proofs, and everybody who cheats.

mod accounts;
mod attacks;
mod attester;
mod audit;
mod documents;
mod keys;
mod proxies;
mod redress;
mod site;
pub mod support;
mod wallet;
mod wallets;

use server::storage::{AGE_ATTESTER, AGE_ISSUER, AGE_VERIFIER, Connection, Database};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use crate::support::{Engine, TestDatabase, on_every_engine};

on_every_engine!(every_sql_text_of_age_checks_prepares, |engine| {
    let mut schemas = vec![(&AGE_VERIFIER, [server::age::verifier::SQL, server::access::SQL].concat())];
    if engine == Engine::Sqlite {
        schemas.push((&AGE_ISSUER, server::age::issuer::SQL.to_vec()));
        schemas.push((&AGE_ATTESTER, server::age::attester::SQL.to_vec()));
    }
    for (schema, texts) in schemas {
        let database = TestDatabase::new(engine).await;
        let open = Database::open(&database.url).await.unwrap();
        open.migrate(schema).await.unwrap();
        assert!(texts.len() >= 10);
        let mut session = open.write().await.unwrap();
        for text in texts {
            let sql = AssertSqlSafe(text.to_owned()).into_sql_str();
            let prepared = match session.connection() {
                Connection::Sqlite(c) => c.prepare(sql).await.map(drop),
                Connection::Postgres(c) => c.prepare(sql).await.map(drop),
            };
            prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
});
