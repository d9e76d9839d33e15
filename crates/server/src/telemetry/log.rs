//! Log lines: JSON for machines, text for people. Each line of a request carries its id, in the span `request`.
//!
//! Below `info` only our own crates are heard, whatever the filter says: other libraries may write what they handle
//! (statements, headers with keys) at `debug` and `trace`.

use std::str::FromStr;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

/// Crates whose lines are known to be clean at every level.
const OURS: [&str; 8] = ["server", "rempart", "exchange", "fingerprint", "hamming", "media", "sealing", "xtask"];

/// How log lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line: `timestamp`, `level`, `target`, `span`, `message` and the fields of the line.
    Json,
}

/// A word that is no log format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a log format is text or json, not {0:?}")]
pub struct LogFormatError(String);

impl FromStr for LogFormat {
    type Err = LogFormatError;

    fn from_str(text: &str) -> Result<Self, LogFormatError> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(LogFormatError(text.to_owned())),
        }
    }
}

/// How a process logs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TelemetrySettings {
    /// How lines are written.
    pub format: LogFormat,
    /// Which lines: `info`, or by target as in `info,server::bank=debug`.
    pub filter: String,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read. Write a level (error, warn, info, debug, trace) or `target=level`, with commas.
    #[error("the log filter cannot be read: {0}; write for example info,server::bank=debug")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The process logs already. Call `init` once, at the start.
    #[error("logging was set up before")]
    Twice(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Logs to standard error from here on, for the whole process.
pub fn init(settings: &TelemetrySettings) -> Result<(), TelemetryError> {
    Ok(tracing::subscriber::set_global_default(subscriber(settings, std::io::stderr)?)?)
}

/// What [`init`] installs, writing elsewhere.
pub fn subscriber<W>(
    settings: &TelemetrySettings,
    writer: W,
) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let asked = EnvFilter::builder().parse(&settings.filter)?;
    let ceiling =
        Targets::new().with_default(LevelFilter::INFO).with_targets(OURS.map(|name| (name, LevelFilter::TRACE)));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let registry = tracing_subscriber::registry().with(ceiling).with(asked);
    Ok(match settings.format {
        LogFormat::Text => Box::new(registry.with(lines.with_ansi(false))),
        LogFormat::Json => Box::new(registry.with(lines.json().flatten_event(true).with_span_list(false))),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, filter: &str, work: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let settings = TelemetrySettings { format, filter: filter.to_owned() };
        tracing::subscriber::with_default(subscriber(&settings, move || writer.clone()).unwrap(), work);
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_json_line_carries_the_request_it_belongs_to() {
        let text = logged(LogFormat::Json, "info", || {
            tracing::info_span!("request", id = "abc").in_scope(|| tracing::info!(status = 200, "answered"));
        });
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(line["message"], "answered");
        assert_eq!(line["status"], 200);
        assert_eq!(line["span"]["id"], "abc");
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn other_libraries_are_never_heard_below_info() {
        let text = logged(LogFormat::Text, "trace", || {
            tracing::debug!(target: "h2::codec", "authorization: Bearer secret");
            tracing::info!(target: "h2::codec", "heard");
            tracing::trace!(target: "server::bank", "ours");
        });
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("heard") && text.contains("ours"), "{text}");
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_and_says_how_to_write_one() {
        let settings = TelemetrySettings { filter: "server=loud".to_owned(), ..TelemetrySettings::default() };
        let error = subscriber(&settings, io::sink).err().unwrap();
        assert!(error.to_string().contains("info,server::bank=debug"), "{error}");
    }
}
