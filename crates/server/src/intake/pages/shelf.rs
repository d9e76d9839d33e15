//! The pages that anybody may read at any time, under `/p/`: privacy, traces, accessibility, threats, the reading list,
//! what came of urgent times.
//! They set no cookie and prolong no visit. French says « tu » on them, as on the landing page, because most readers are
//! young; to whoever has a draft or an open case it speaks as there, and a page for parents or teachers says « vous ».

use axum::Router;
use axum::routing::get;

use super::frame::Frame;
use super::{accessible, appeal, figures, privacy, reading, threatened, traces};
use crate::http::locale::Texts;
use crate::node::Node;

/// Their routes.
pub(super) fn router() -> Router<Node> {
    Router::new()
        .route("/p/1", get(privacy::show))
        .route("/p/2", get(traces::show))
        .route("/p/3", get(accessible::show))
        .route("/p/4", get(threatened::show))
        .route("/p/5", get(reading::list))
        .route("/p/5/{number}", get(reading::show))
        .route("/p/6", get(appeal::show))
        .route("/p/7", get(figures::show))
}

/// What stands around one of these pages.
pub(super) fn frame(t: Texts, path: &'static str) -> Frame {
    Frame::new(t, path)
}
