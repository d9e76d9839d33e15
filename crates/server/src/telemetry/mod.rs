//! What a process says of itself: log lines and metrics. Neither ever holds a fingerprint, a key's secret, a body, a
//! query string or an address of a person.

mod log;
mod metrics;

pub use log::{LogFormat, TelemetryError, TelemetrySettings, init, subscriber};
pub use metrics::{Metrics, metrics};
