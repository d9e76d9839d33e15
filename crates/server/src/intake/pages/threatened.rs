//! `/p/4`: somebody threatens with a picture. What to do, what not to do, who helps now.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::helplines::Help;
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::intake::reading::{self, Resource};

/// Numbers of the reading list that fit: threatened, keeping proof, how to tell an adult.
const TO_READ: [u16; 3] = [1, 3, 4];

/// The page.
pub(super) async fn show(Reading(t): Reading) -> Result<Response, Problem> {
    let to_read = TO_READ.into_iter().filter_map(reading::numbered).collect();
    page(t, Loads::Plain, &Threatened { frame: frame(t, "/p/4"), t, help: Help::here(), to_read })
}

#[derive(Template)]
#[template(path = "intake/pages/threatened.html")]
struct Threatened {
    frame: Frame,
    t: Texts,
    help: Help,
    to_read: Vec<&'static Resource>,
}
