//! Cases that were there before a colleague: whoever can open them seals them on, in batches.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::access::staff::hand_on::CASES_PER_BATCH;
use crate::access::staff::handles::Analyst;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::node::Node;

const PATH: &str = "/desk/hand-on";

struct Line {
    name: String,
    cases: u64,
}

pub(super) async fn show(who: Analyst, State(node): State<Node>) -> Result<Response, Refused> {
    let lines = node.staff.newcomers(&node.intake, &who).await?;
    let lines = lines.into_iter().map(|(member, cases)| Line { name: member.name, cases }).collect();
    let frame = Frame::of(&node, &who, PATH).await?;
    page(frame.t, &HandOn { frame, lines, batch: u64::from(CASES_PER_BATCH) })
}

pub(super) async fn hand_on(State(node): State<Node>, form: Form<Analyst>) -> Result<Response, Refused> {
    node.staff.hand_on(&node.intake, &form.who).await?;
    Ok(went(PATH, &[]))
}

#[derive(Template)]
#[template(path = "access/staff/pages/handing_on.html")]
struct HandOn {
    frame: Frame,
    lines: Vec<Line>,
    batch: u64,
}
