//! What a person sees, one page a file, its template beside it. Paths are those of pages, below whichever the operator put the
//! portal under: [`Frame::to`](frame::Frame::to) in templates and [`went`](visit::went) make addresses of them.
//!
//! | paths | for |
//! | --- | --- |
//! | `/`, `/o`, `/o/1`, `/p/*`, `/x` | anybody |
//! | `/s/*` | whoever has the cookie of a draft; a form also carries the visit's token |
//! | `/c*` | whoever has the cookie of an open case; a form also carries the visit's token |
//!
//! To add a page: a file here with its handlers, a template that extends `intake/pages/frame.html`, its texts in
//! `locales/{fr,en}/`, a route below.

mod accessible;
mod addresses;
mod alert;
mod appeal;
mod case;
mod chosen;
mod consent;
mod figures;
mod frame;
mod helplines;
mod landing;
mod leave;
mod message;
mod open;
mod pictures;
mod privacy;
mod proof;
mod question;
mod reading;
mod receipt;
mod said;
mod shelf;
mod sorry;
mod threatened;
mod traces;
mod upload;
mod visit;

pub(crate) use helplines::Help;

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::routing::{get, post};
use axum::{Router, middleware};

use self::visit::{Drafting, InCase};
use crate::http::assets::{ASSET_ROUTE, asset};
use crate::node::Node;

/// The portal's routes, under its path; the files that pages load are for others' pages at `/assets` too.
pub(crate) fn router(node: &Node) -> Router<Node> {
    let Some(prefix) = node.portal_path.prefix() else { return pages(node) };
    let first = prefix.to_owned();
    let to_first = move || std::future::ready((StatusCode::SEE_OTHER, [(LOCATION, first.clone())]));
    Router::new().nest(prefix, pages(node)).route(&format!("{prefix}/"), get(to_first)).route(ASSET_ROUTE, get(asset))
}

fn pages(node: &Node) -> Router<Node> {
    Router::new()
        .route("/", get(landing::show).post(landing::answer))
        .route("/s/1", get(question::show_age).post(question::answer_age))
        .route("/s/2", get(question::show_stand).post(question::answer_stand))
        .route("/s/2/1", get(question::show_threat))
        .route("/s/3", get(pictures::show).post(pictures::answer))
        .route("/s/4", get(addresses::show).post(addresses::answer))
        .route("/s/5", get(message::show).post(message::answer))
        .route("/s/5/1", post(upload::begin::<Drafting>))
        .route("/s/5/2", post(upload::part::<Drafting>))
        .route("/s/5/3", post(upload::finish::<Drafting>))
        .route("/s/5/4", post(upload::cancel::<Drafting>))
        .route("/s/6", get(consent::show).post(consent::answer))
        .route("/s/7", get(receipt::show).post(receipt::answer))
        .route("/s/7/1", get(receipt::show_waiting))
        .route("/o", get(open::show).post(open::answer))
        .route("/o/1", get(proof::show).post(proof::answer))
        .route("/c", get(case::show))
        .route("/c/1", post(case::write))
        .route("/c/2", post(case::add_links))
        .route("/c/3", get(case::show_pictures).post(case::add_pictures))
        .route("/c/4", get(case::show_withdraw).post(case::withdraw))
        .route("/c/5", post(case::consent))
        .route("/c/6", get(case::show_delete).post(case::delete))
        .route("/c/6/1", get(case::show_gone))
        .route("/c/7", post(case::close))
        .route("/c/8", get(upload::show))
        .route("/c/8/1", post(upload::begin::<InCase>))
        .route("/c/8/2", post(upload::part::<InCase>))
        .route("/c/8/3", post(upload::finish::<InCase>))
        .route("/c/8/4", post(upload::cancel::<InCase>))
        .route("/c/9", post(case::alert))
        .route_layer(middleware::from_fn(chosen::unless_closed))
        // Whoever is here when the portal is closed still leaves.
        .route("/x", get(leave::leave))
        .merge(shelf::router())
        .route_layer(middleware::from_fn_with_state(node.clone(), chosen::with_settings))
        .route(ASSET_ROUTE, get(asset))
}
