//! The front page: where somebody can go from here, and what waits there.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Desk, Frame, Refused, page, went};
use crate::access::staff::{Handle, Person, PlatformStaff, Role};
use crate::node::Node;

pub(super) fn desk(desk: Desk) -> Desk {
    desk.show("/desk", show).show("/console", show_console)
}

async fn show(who: Person, State(node): State<Node>) -> Result<Response, Refused> {
    if who.signed().role() == Role::Platform {
        return Ok(went("/console", &[]));
    }
    draw(&node, &who, "/desk").await
}

async fn show_console(who: PlatformStaff, State(node): State<Node>) -> Result<Response, Refused> {
    draw(&node, &who, "/console").await
}

async fn draw(node: &Node, who: &impl Handle, path: &str) -> Result<Response, Refused> {
    let frame = Frame::of(node, who, path).await?;
    page(frame.t, &Home { name: who.signed().name(), frame })
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Home<'a> {
    frame: Frame,
    name: &'a str,
}
