//! The server driven over HTTP, on SQLite always and on PostgreSQL when `REMPART_TEST_POSTGRES` names a server
//! (`cargo xtask test` starts a private one).

mod api;
mod backup;
mod feed;
mod matcher;
mod matching;
mod observability;
mod pages;
mod sharing;
mod storage;
mod support;
mod texts;
mod volume;
