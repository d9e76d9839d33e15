//! Everything that serves: a hotline's node and a platform's matcher, room by room. `ARCHITECTURE.md` is the map.

pub mod access;
pub mod age;
pub mod alerts;
pub mod bank;
pub mod casework;
pub mod clock;
pub mod compute;
pub mod desk;
pub mod exchange;
pub mod follow;
pub mod http;
pub mod intake;
mod jobs;
pub mod matcher;
pub mod node;
pub mod operator;
pub mod partners;
pub mod removal;
pub mod storage;
pub mod telemetry;
