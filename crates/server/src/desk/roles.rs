//! The table of roles and routes, as docs/roles.md has it.

use super::{Admitted, routes};
use crate::access::staff::Role;

/// The whole file.
pub fn table() -> String {
    let mut text = String::from(
        "# Who may do what\n\nEvery route of the desk and whom it admits, read off the types of the handlers. Made by \
         `cargo xtask generate`; a test tries every empty cell over HTTP. \u{25cf}: may. \u{25d0}: may after the second \
         factor was given once more, within the last five minutes.\n\n| route | anybody",
    );
    for role in Role::ALL {
        text.push_str(" | ");
        text.push_str(role.word());
    }
    text.push_str(" |\n| ---");
    text.push_str(&" | :-:".repeat(1 + Role::ALL.len()));
    text.push_str(" |\n");
    for route in routes() {
        let sign = if route.is_stepped_up { "\u{25d0}" } else { "\u{25cf}" };
        let cell = |may: bool| if may { format!(" | {sign}") } else { " | ".to_owned() };
        text.push_str(&format!("| `{} {}`", route.method, route.path));
        text.push_str(&cell(route.admits == Admitted::Anybody));
        for role in Role::ALL {
            text.push_str(&cell(route.admits.admits(role)));
        }
        text.push_str(" |\n");
    }
    text
}
