//! The server driven over HTTP, on SQLite always and on PostgreSQL when `REMPART_TEST_POSTGRES` names a server
//! (`cargo xtask test` starts a private one).

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy allows it in test functions only")]

mod age;
mod alert;
mod api;
mod backup;
mod claims;
mod clients;
mod desk;
mod dialects;
mod feed;
mod follow;
mod matcher;
mod matching;
mod observability;
mod pages;
mod portal;
mod portal_answers;
mod portal_apart;
mod portal_case;
mod portal_claims;
mod portal_ended;
mod portal_late;
mod portal_path;
mod portal_setup;
mod portal_shelf;
mod portal_time;
mod portal_upload;
mod removal;
mod sharing;
mod staff;
mod staff_log;
mod staff_roles;
mod staff_ways;
mod storage;
mod support;
mod texts;
mod views;
mod volume;
mod withheld;
