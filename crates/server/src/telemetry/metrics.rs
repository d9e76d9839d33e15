//! Counters and histograms of this process, in the text form of Prometheus (exposition format 0.0.4).

use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the histograms of seconds: from an index lookup to a matcher that was cut off for an hour.
const SECONDS_BUCKETS: [f64; 17] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0];

/// How often what was recorded is summed up: nobody may be reading, and memory must not grow.
const TIDY_EVERY_SECONDS: u64 = 5;

/// The metrics of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .expect("there are buckets")
        .build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::error!("another recorder of metrics was installed before; /metrics will be nearly empty");
    }
    describe();
    let tidied = handle.clone();
    let tidy = move || {
        loop {
            thread::sleep(Duration::from_secs(TIDY_EVERY_SECONDS));
            tidied.run_upkeep();
        }
    };
    if let Err(error) = thread::Builder::new().name("metrics".to_owned()).spawn(tidy) {
        tracing::error!(%error, "metrics cannot be summed up; memory grows until somebody reads /metrics");
    }
    Metrics(handle)
});

/// The metrics of this process, recorded from the first call on.
pub fn metrics() -> Metrics {
    METRICS.clone()
}

impl Metrics {
    /// Everything recorded so far, in the text form of Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }
}

fn describe() {
    use metrics::{describe_counter as counter, describe_histogram as histogram};
    counter!("rempart_requests_total", "Requests answered, by method, route and status.");
    histogram!("rempart_request_seconds", "Time to answer a request, streams until their end.");
    counter!("rempart_contributions_total", "Entries placed by contributions, new or known.");
    counter!("rempart_queries_total", "Match queries answered, by whether something was known.");
    counter!("rempart_outcomes_total", "Outcomes received since this process started, repeated ones too.");
    counter!("rempart_fold_errors_total", "Times the live index could not follow the changes.");
    histogram!("rempart_transaction_seconds", "Time of a named transaction with its repeats.");
    histogram!(
        "rempart_commit_to_acknowledged_seconds",
        "From the commit of a change to a partner's word that it is in force there."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_in_buckets() {
        let metrics = metrics();
        metrics::histogram!("rempart_commit_to_acknowledged_seconds").record(0.02);
        let text = metrics.render();
        assert!(text.contains("rempart_commit_to_acknowledged_seconds_bucket{le=\"0.025\"}"), "{text}");
        assert!(text.contains("# TYPE rempart_commit_to_acknowledged_seconds histogram"), "{text}");
    }
}
